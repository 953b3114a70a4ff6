"""What proctors do to sessions, from any process, whether the participant is connected or not.

Every act goes through the one write path: it is decided on the session's state, recorded once with
the proctor's name, and decided anew when somebody else wrote first. A participant's screen follows
by itself. An act that is unlawful now is refused with a reason; one that was done before records
nothing and is no failure.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, field, frozen

from cact_tui.delivery.remarks import remark
from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.journal.protocol import Recorded, Store
from cact_tui.proctoring.names import proctor
from cact_tui.proctoring.paths import Paths
from cact_tui.proctoring.troubles import Trouble, Unfit
from cact_tui.sessions import commands as c
from cact_tui.sessions.decide import Reason, Refused
from cact_tui.sessions.events import ItemTiming
from cact_tui.sessions.reasons import known
from cact_tui.sessions.states import Grant, Identity, SessionState
from cact_tui.text import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from cact_tui.clock import Clock
    from cact_tui.delivery.write_path import WritePath
    from cact_tui.journal.protocol import Row

T = TypeVar("T")

LONGEST_MESSAGE = 400
"""Characters of a message: it is read at one glance on 80x24."""

LONGEST_GRANT = 4 * 3600
"""Seconds of extra time in one act; more is a slip of the hand."""


@frozen(kw_only=True)
class Done:
    """An act that holds: the session's state now, and what it recorded (nothing if it was so)."""

    session: str
    state: SessionState = field(repr=False)
    recorded: tuple[Recorded, ...] = field(repr=False)

    @property
    def news(self) -> bool:
        """Return whether the act changed anything."""
        return bool(self.recorded)


@frozen(kw_only=True)
class Denied:
    """An act that is unlawful now: why, as a code and as an English sentence with the cure."""

    session: str
    reason: Reason
    why: str


Outcome = Done | Denied


@frozen(eq=False)
class Acts:
    """The acts, each for one session by its reference; `many` does one to several at once.

    All methods raise `ValueError` for a name, reason or figure that cannot be recorded, `NotFound`
    for a session that does not exist, and `StorageTrouble` when nothing was written; the same act
    may then be done again.
    """

    paths: Paths
    _unsettled: dict[str, tuple[object, Any]] = field(factory=dict, init=False, repr=False)

    @property
    def store(self) -> Store:
        """Return the store that acts are recorded in."""
        return self.paths.store

    @property
    def clock(self) -> Clock:
        """Return the clock that they are dated by."""
        return self.paths.clock

    async def many(
        self, sessions: Sequence[str], act: Callable[[str], Awaitable[Outcome]]
    ) -> tuple[Outcome, ...]:
        """Do an act to several sessions at once; return the outcomes in their order."""
        return tuple(await asyncio.gather(*(act(session) for session in sessions)))

    async def state(self, session: str) -> SessionState:
        """Return the state of a session as it stands in the journal now."""
        path = await self.paths.of(session)
        return await path.refresh()

    async def authorise(self, session: str, *, by: str) -> Outcome:
        """Let a session go on that waits for it."""
        return await self._do(session, c.Authorise(by=proctor(by)))

    async def confirm_identity(self, session: str, *, by: str) -> Outcome:
        """Record that the participant's papers are in order; authorises nothing by itself."""
        return await self._do(session, c.CheckIdentity(outcome=Identity.CONFIRMED, by=proctor(by)))

    async def refuse(self, session: str, *, by: str, reason: str = "examinee.id") -> Outcome:
        """Record that the papers are not in order: the test waits and cannot be authorised."""
        command = c.CheckIdentity(outcome=Identity.REFUSED, by=proctor(by), reason=known(reason))
        return await self._do(session, command)

    async def pause(self, session: str, *, by: str, reason: str) -> Outcome:
        """Hold a test: its screen blanks and says why, its time stands still."""
        return await self._do(session, c.Pause(by=proctor(by), reason=known(reason)))

    async def resume(self, session: str, *, by: str, held_for: str = "") -> Outcome:
        """Let a paused test go on, or only one paused for a reason; that is its authorisation."""
        reason = known(held_for) if held_for else ""
        return await self._do(session, c.Resume(by=proctor(by), held_for=reason))

    async def message(self, session: str, text: str, *, by: str) -> Outcome:
        """Show a message until the participant acknowledges it; its text is erasable."""
        written = remark(session, text, LONGEST_MESSAGE)
        if not written.text:
            raise Unfit(Trouble.NO_WORDS, "there is nothing to say: write a message")
        name = proctor(by)
        with self._once(session, ("message", written.text, name), written) as kept:
            return await self._do(session, c.SendMessage(digest=kept.digest, by=name), (kept,))

    async def extend(
        self,
        session: str,
        seconds: int,
        *,
        by: str,
        reason: str,
        kind: Grant = Grant.INCIDENT,
        whole: bool = False,
    ) -> Outcome:
        """Grant extra time to the section that runs, or to the `whole` session."""
        if not 0 < seconds <= LONGEST_GRANT:
            raise Unfit(Trouble.TOO_LONG, f"extra time is 1 to {LONGEST_GRANT} seconds")
        command = c.ExtendTime(
            grant="", seconds=seconds, kind=kind, by=proctor(by), reason=known(reason), whole=whole
        )
        with self._once(session, command, secrets.token_hex(8)) as grant:
            return await self._do(session, evolve(command, grant=grant))

    async def move(
        self, session: str, seat: str, *, by: str, reason: str, rows: Sequence[Row] = ()
    ) -> Outcome:
        """Record another seat; `rows` (the registration there) are written with it."""
        command = c.ChangeSeat(seat=clean_line(seat), by=proctor(by), reason=known(reason))
        return await self._do(session, command, rows)

    async def report(self, session: str, *, by: str, code: str, detail: str = "") -> Outcome:
        """Record an irregularity; `detail` must hold no personal data."""
        command = c.RecordIrregularity(
            code=known(code), detail=clean(detail).strip()[:LONGEST_MESSAGE], by=proctor(by)
        )
        return await self._do(session, command)

    async def terminate(self, session: str, *, by: str, reason: str) -> Outcome:
        """End a test for good; the item on its screen closes with the time it is known to have."""
        name, why = proctor(by), known(reason)
        path = await self.paths.of(session)
        command = c.Terminate(by=name, reason=why, timing=await self._timing(path))
        return await self._do(session, command)

    async def cancel(self, session: str, *, by: str, reason: str) -> Outcome:
        """End a session of which no section has begun."""
        return await self._do(session, c.Cancel(by=proctor(by), reason=known(reason)))

    async def invalidate(
        self, session: str, *, by: str, reason: str, rows: Sequence[Row] = ()
    ) -> Outcome:
        """Record that somebody else sat a test: it counts for nobody, whether it ended or not.

        A chief's act. `rows` (the registration of who should have sat it) are written with it.
        """
        name, why = proctor(by), known(reason)
        path = await self.paths.of(session)
        command = c.Invalidate(by=name, reason=why, timing=await self._timing(path))
        return await self._do(session, command, rows)

    async def reopen(self, session: str, *, by: str, reason: str) -> Outcome:
        """Leave a terminal state: the session waits for authorisation. A chief's act."""
        return await self._do(session, c.Reopen(by=proctor(by), reason=known(reason)))

    async def clear_lockout(self, session: str, *, by: str, reason: str = "other") -> Outcome:
        """Record that signing in may be tried again; `sittings.clear_lockout` does it."""
        return await self._do(session, c.ClearLockout(by=proctor(by), reason=known(reason)))

    async def _do(self, session: str, command: c.Command, rows: Sequence[Row] = ()) -> Outcome:
        path = await self.paths.of(session)
        if rows:
            await path.refresh()
        done = await path.perform(command, rows)
        if not rows and (isinstance(done, Refused) or not done.recorded):
            # What is known from earlier may be old, and then an act may seem done or unlawful.
            await path.refresh()
            done = await path.perform(command, rows)
        if isinstance(done, Refused):
            return Denied(session=session, reason=done.reason, why=explain(done.reason))
        self._unsettled.pop(session, None)
        return Done(session=session, state=done.state, recorded=done.recorded)

    @contextmanager
    def _once(self, session: str, asked: object, token: T) -> Iterator[T]:
        """Give what tells an act from the next like it: the former's, if its outcome is unknown.

        So the same act may be done again until its outcome is known, and is recorded once. After
        another act to that session it is a new one.
        """
        former = self._unsettled.pop(session, None)
        again = former is not None and former[0] == asked
        kept: T = former[1] if former is not None and again else token
        try:
            yield kept
        except StorageTrouble as trouble:
            if again or isinstance(trouble, StorageFailure):
                self._unsettled[session] = (asked, kept)
            raise

    async def _timing(self, path: WritePath) -> ItemTiming | None:
        """Return the time that the item on the screen had when it was last saved."""
        state = await path.refresh()
        saved = await self.store.last_checkpoint(state.session)
        if saved is None or state.shown is None or saved.seq != state.shown_seq:
            return None
        return ItemTiming(shown=saved.shown_ms, uncharged=saved.uncharged_ms)


def explain(reason: Reason) -> str:
    """Return why an act was refused, in English, for a proctor."""
    return _SENTENCES.get(reason, f"not possible now ({reason})")


_SENTENCES: Mapping[Reason, str] = {
    Reason.ENDED: "the test has ended (reopen it first)",
    Reason.NOT_AUTHORISED: "the test waits for authorisation (authorise it instead)",
    Reason.PAUSED: "the test is paused (resume it instead)",
    Reason.OUT_OF_PLACE: "the test has not ended",
    Reason.IDENTITY_REFUSED: "the identity was refused (confirm it first)",
    Reason.NO_SECTION: "no section is running (wait for the next, or grant it to the whole test)",
    Reason.NO_BUDGET: "the test has no time limit to extend",
    Reason.NO_EFFECT: (
        "time for the whole test is shared among the sections to come; there is none"
        " (give it for an incident, to the section that runs)"
    ),
    Reason.BEGUN: "the test has begun (terminate it instead)",
    Reason.INVALIDATED: "somebody else sat the test (its participant is opened another one)",
    Reason.NOTHING_LEFT: "the test was taken to its end (nothing is left to go on with)",
}
