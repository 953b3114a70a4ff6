"""What the participant's flow needs of the world; the composition root fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from attrs import field, frozen

from cact_tui.clock import Clock
from cact_tui.config.settings import Materials, Participant
from cact_tui.delivery.sign_in import SignIn
from cact_tui.journal.protocol import Recorded, Store
from cact_tui.journal.watch import Watch
from cact_tui.sessions.events import Build
from cact_tui.sessions.plan import BatteryPlan


@frozen(kw_only=True, eq=False)
class Exam:
    """Materials bound to a plan; one per set of digests."""

    materials: Materials
    plan: BatteryPlan


@frozen(kw_only=True, eq=False)
class Services:
    """The store, the clocks, the event, and the acts beyond the session itself.

    `exam` is the event as the files are now; `pinned` gives the exam of a session opened earlier,
    from the bytes it pinned. `finish` writes the result of an ended session and returns the
    profile's text in a language (empty when it may not be shown); it may be called again.
    `participants` is the roster by number, None where anybody may sit down. `seed` and `reference`
    make a new session's seed (hex) and reference number. `sign_in` recognises the participants of a
    hall; without it `participants` does. `watch` tells at once what others append to a session;
    without it that is found within seconds.
    """

    store: Store
    clock: Clock
    exam: Exam
    pinned: Callable[[Mapping[str, str]], Awaitable[Exam]]
    finish: Callable[[str, Exam, str], Awaitable[str]]
    participants: Mapping[str, Participant] | None = field(repr=False)
    build: Build
    seed: Callable[[], str]
    reference: Callable[[], str]
    rehearsal: bool = False
    sign_in: SignIn | None = None
    watch: Watch | None = None

    def publish(self, recorded: Sequence[Recorded]) -> None:
        """Tell whoever watches what this process appended."""
        if self.watch is not None:
            self.watch.notify(recorded)
