"""The boards of an event, one a sitting, and which of them a proctor is shown first."""

from __future__ import annotations

from attrs import field, frozen

from cact_tui.errors import NotFound
from cact_tui.journal.roster import SittingState
from cact_tui.proctoring.board.reader import BoardReader, Sources


@frozen(eq=False)
class Boards:
    """The boards of one event, one per sitting, each read once however many look at it."""

    sources: Sources
    _readers: dict[str, BoardReader] = field(factory=dict, init=False, repr=False)

    def of(self, sitting: str) -> BoardReader:
        """Return the board of a sitting."""
        if sitting not in self._readers:
            self._readers[sitting] = BoardReader(self.sources, sitting)
        return self._readers[sitting]

    async def choose(self, wanted: str = "") -> BoardReader:
        """Return the board wanted; else of the sitting that is open, the next one, or the event.

        Raises:
            NotFound: there is no such sitting.
        """
        sittings = await self.sources.store.roster.sittings(self.sources.event)
        ids = [one.id for one in sittings]
        if wanted:
            if wanted not in (*ids, self.sources.event):
                raise NotFound(f"there is no sitting {wanted} (cact sitting list names them)")
            return self.of(wanted)
        order = (SittingState.OPEN, SittingState.PLANNED, SittingState.CLOSED)
        by_state = sorted(sittings, key=lambda one: order.index(one.state))
        return self.of(by_state[0].id if by_state else self.sources.event)
