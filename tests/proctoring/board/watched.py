"""A board over a room of the proctors' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cact_tui.config.proctor import ProctorSettings
from cact_tui.proctoring.board.duty import Duty
from cact_tui.proctoring.board.outline import outline_of
from cact_tui.proctoring.board.reader import BoardReader, Sources
from tests.proctoring.room import BY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cact_tui.proctoring.board.outline import Outline
    from cact_tui.proctoring.board.rows import Row
    from tests.proctoring.room import Room


def sources(room: Room, *, free_mb: int = 10_000, **settings: Any) -> Sources:
    """Return what a board of the room reads."""

    async def outline(_documents: Mapping[str, str]) -> Outline:
        return outline_of(room.hall.exam)

    return Sources(
        store=room.elsewhere,
        clock=room.hall.clock,
        event="event",
        timezone="Asia/Jakarta",
        settings=ProctorSettings(**settings),
        outline=outline,
        hand_on=room.acts.paths.take_up,
        free_mb=lambda: free_mb,
    )


def reader(room: Room, sitting: str = "s1", **settings: Any) -> BoardReader:
    """Return a board of the room's sitting."""
    return BoardReader(sources(room, **settings), sitting)


def duty(room: Room, board: BoardReader, *, chief: bool = False) -> Duty:
    """Return a proctor at a board."""
    return Duty(name=BY, chief=chief, acts=room.acts, roster=room.roster, board=board)


async def row_of(board: BoardReader, number: str = "0231") -> Row:
    """Return how somebody stands now."""
    snapshot = await board.look()
    return next(row for row in snapshot.rows if row.number == number)
