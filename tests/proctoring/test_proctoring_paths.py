"""What a board read of sessions serves acts, so that a whole room is held without reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.errors import StorageTrouble
from cact_tui.proctoring import paths as kept
from cact_tui.proctoring.acts import Acts, Done
from cact_tui.proctoring.paths import Paths
from tests.proctoring.board.watched import reader
from tests.proctoring.room import BY, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    import pytest

    from cact_tui.journal.protocol import Recorded

OTHER = "REF-2"


def nothing_known(room: Room) -> Paths:
    """Return the paths of a process of proctors that has just begun, and have the room use them."""
    paths = Paths(store=room.elsewhere, clock=room.hall.clock, pinned=room._pinned)
    room.acts = Acts(paths)
    return paths


async def two() -> Room:
    """Return a room in which two answer items, and of which no proctor knows anything."""
    room = await Room(battery=limited()).furnish()
    for number, seat in (("0231", "07"), ("0243", "19")):
        await (await room.to_item(number=number, seat=seat)).answer()
    nothing_known(room)
    return room


def noted_reads(room: Room, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return which sessions proctors' processes read from now on."""
    read, reads = room.elsewhere.read, list[str]()

    async def noted(session: str, after: int = 0) -> tuple[Recorded, ...]:
        reads.append(session)
        return await read(session, after)

    monkeypatch.setattr(room.elsewhere, "read", noted)
    return reads


async def test_what_the_board_has_read_is_not_read_again_to_act(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = await two()
    board = reader(room)
    await board.look()
    reads = noted_reads(room, monkeypatch)
    for session in (SESSION, OTHER):
        done = await room.acts.pause(session, by=BY, reason="power_outage")
        assert isinstance(done, Done)
        assert done.news
    assert reads == []


async def test_what_grew_since_is_taken_up_with_the_next_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    board = reader(room)
    await board.look()
    await seat.answer()
    await seat.answer()
    await board.look()
    reads = noted_reads(room, monkeypatch)
    done = await room.acts.pause(SESSION, by=BY, reason="noise")
    assert isinstance(done, Done)
    assert done.state.answered == 2
    assert reads == []


async def test_what_grew_after_the_look_is_read_and_the_act_decided_anew() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    await reader(room).look()
    await seat.answer()
    done = await room.acts.pause(SESSION, by=BY, reason="noise")
    assert isinstance(done, Done)
    assert done.news
    assert done.state.answered == 1
    recorded = await room.hall.recorded()
    assert [one.seq for one in recorded] == list(range(1, len(recorded) + 1))


async def test_with_something_missing_in_between_the_store_is_asked() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    paths = room.acts.paths
    path = await paths.of(SESSION)
    await seat.answer()
    recorded = await room.hall.recorded()
    await paths.take_up(recorded[-1:])
    assert path.state.seq == recorded[-1].seq
    assert path.state.answered == 1


async def test_an_end_without_a_beginning_opens_nothing() -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    recorded = await room.hall.recorded()
    paths = nothing_known(room)
    await paths.take_up(())
    await paths.take_up(recorded[3:])
    assert SESSION not in paths._kept


async def test_no_more_sessions_are_kept_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT", 1)
    room = await two()
    await reader(room).look()
    assert len(room.acts.paths._kept) == 1
    for session in (SESSION, OTHER):
        assert isinstance(await room.acts.pause(session, by=BY, reason="noise"), Done)


async def test_a_board_goes_on_where_acts_take_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    room = await two()

    async def trouble(_recorded: object) -> None:
        raise StorageTrouble("cact.db", "disk I/O error", "mend it")

    monkeypatch.setattr(type(room.acts.paths), "take_up", lambda _self, it: trouble(it))
    snapshot = await reader(room).look()
    assert [row.number for row in snapshot.rows] == ["0231", "0243"]
    assert snapshot.alarms == ()
