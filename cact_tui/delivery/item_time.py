"""Which item is being timed at this terminal, and what is known of its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.delivery.timekeeper import Timekeeper
from cact_tui.journal.protocol import Checkpoint

if TYPE_CHECKING:
    from cact_tui.clock import Clock
    from cact_tui.sessions.states import SessionState


class ItemTime:
    """The stopwatch of the item on the screen; one that comes back goes on from its used time.

    `resumed` is the used time of the item that was on the screen before this terminal signed in.
    """

    def __init__(self, clock: Clock, resumed: Checkpoint | None) -> None:
        self._clock = clock
        self._resumed = resumed
        self._timed = 0
        self.keeper: Timekeeper | None = None

    def take_up(self, shown_seq: int) -> None:
        """Time the item that was shown by an event."""
        if self.keeper is not None and self._timed == shown_seq:
            return
        shown_ms, uncharged_ms = self._before(shown_seq)
        self._timed = shown_seq
        self.keeper = Timekeeper(self._clock, shown_ms=shown_ms, uncharged_ms=uncharged_ms)

    def put_down(self) -> None:
        """No item is timed any more."""
        self.keeper = None

    def sign_of_life(self, state: SessionState, connection: str) -> Checkpoint:
        """Return the used time of the item last shown, and whose connection is alive."""
        if self.keeper is not None and self._timed == state.shown_seq:
            shown_ms, uncharged_ms = self.keeper.shown_ms, self.keeper.uncharged_ms
        else:
            shown_ms, uncharged_ms = self._before(state.shown_seq)
        return Checkpoint(
            session=state.session,
            seq=state.shown_seq,
            shown_ms=shown_ms,
            uncharged_ms=uncharged_ms,
            at=self._clock.wall_ms(),
            connection=connection,
        )

    def _before(self, shown_seq: int) -> tuple[int, int]:
        """Return the times that an item had before this terminal showed it."""
        if self._resumed is None or self._resumed.seq != shown_seq:
            return 0, 0
        return self._resumed.shown_ms, self._resumed.uncharged_ms
