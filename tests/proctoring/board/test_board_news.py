"""What happens is seen with the next look: signs of life, papers, the roster, other proctors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from attrs import evolve as changed

from cact_tui.delivery import actions as a
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.protocol import SecondCopy
from cact_tui.journal.replica import CopyState
from cact_tui.journal.roster import Identification, SittingState
from cact_tui.proctoring.board.rows import Standing
from cact_tui.proctoring.roster import Roster
from cact_tui.proctoring.signals import AlarmKind, Signal, SignalKind
from tests.proctoring.board.watched import duty, reader, row_of, sources
from tests.proctoring.room import BY, SITI, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from cact_tui.journal.roster import LogEntry, Registration
    from cact_tui.proctoring.board.reader import BoardReader
    from cact_tui.proctoring.board.rows import Snapshot


async def test_a_message_neither_thaws_a_frozen_terminal_nor_rings_for_who_is_gone_again() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    await seat.pass_time(6)
    room.hall.clock.advance(30)
    before = await row_of(board)
    assert [one.kind for one in before.signals] == [SignalKind.SILENT]
    await room.acts.message(SESSION, "Apakah layar Anda membeku?", by=BY)
    await room.acts.pause(SESSION, by=BY, reason="freezing")
    after_them = await row_of(board)
    assert (after_them.signals, after_them.silent) == (before.signals, before.silent)
    detail = await board.detail(SITI.participant)
    assert detail is not None
    assert detail.seen_at == before.signals[0].since
    await seat.flow.close()
    gone = (await row_of(board)).signals
    room.hall.clock.advance(1)
    await room.acts.resume(SESSION, by=BY)
    await room.acts.message(SESSION, "Kepada semua: tenang.", by=BY)
    assert (await row_of(board)).signals == gone
    assert gone[0].kind is SignalKind.GONE


async def test_papers_refused_before_anybody_signed_in_are_seen_until_they_are_confirmed() -> None:
    room = await Room().furnish()
    board = reader(room)
    assert (await row_of(board)).signals == ()
    room.hall.clock.advance(60)
    await room.roster.check_identity("0231", Identification.REFUSED, by=BY)
    row = await row_of(board)
    assert (row.standing, row.identified) == (Standing.ABSENT, "refused")
    assert row.incident == Signal(kind=SignalKind.IDENTITY_REFUSED, since=room.hall.clock.wall_ms())
    await duty(room, board).attended(row)
    assert (await row_of(board)).incident is not None
    await room.roster.check_identity("0231", Identification.CONFIRMED, by=BY)
    assert (await row_of(board)).signals == ()


async def test_the_papers_of_whose_test_somebody_else_sat_are_refused_on_the_board_too() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    await room.roster.wrong_person("0231", SESSION, by=BY, reason="examinee.id")
    row = await row_of(board)
    assert row.standing is Standing.INVALIDATED
    assert [one.kind for one in row.signals] == [SignalKind.IDENTITY_REFUSED]
    await room.roster.check_identity("0231", Identification.CONFIRMED, by=BY)
    assert (await row_of(board)).signals == ()
    await seat.flow.close()


# A board that nobody looked at for a while


async def first_told(board: BoardReader) -> Snapshot:
    """Look at a board for a moment; return what was told first."""
    told: list[Snapshot] = []
    came = asyncio.Event()

    def see(shown: Snapshot) -> None:
        told.append(shown)
        came.set()

    stop = board.listen(see)
    await asyncio.wait_for(came.wait(), 5)
    stop()
    return told[0]


async def test_nobody_seems_silent_who_was_only_not_looked_at() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    for _ in range(4):
        await seat.pass_time(25)
        first = await first_told(board)
        assert first.at == room.hall.clock.wall_ms()
        assert (first.rows[0].standing, first.rows[0].signals) == (Standing.ACTIVE, ())
    await seat.flow.close()


async def test_whoever_comes_to_a_board_that_others_look_at_is_told_at_once() -> None:
    room = await Room().furnish()
    board = reader(room)
    stop_first = board.listen(lambda _: None)
    await board.look()
    told: list[Snapshot] = []
    stop = board.listen(told.append)
    assert told == [board.snapshot]
    stop()
    stop_first()


# With the next look


class Counting(MemoryStore):
    """A store that counts how often everybody was read."""

    everybody = 0
    known = SecondCopy()

    async def second_copy(self) -> SecondCopy:
        return self.known


def counting(room: Room) -> tuple[BoardReader, Counting]:
    """Return a board over a store that counts."""
    store = Counting(room.hall.memory)
    read = store.roster.registrations

    async def registrations(event: str) -> tuple[Registration, ...]:
        store.everybody += 1
        return await read(event)

    store.roster.registrations = registrations  # type: ignore[method-assign]
    board = reader(room)
    board._sources = changed(sources(room), store=store)
    return board, store


async def test_a_cut_and_the_time_saved_are_seen_at_every_look() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    for _ in range(3):
        await seat.pass_time(5)
        row = await row_of(board)
        left, _ = seat.conduct.left()
        assert left is not None
        assert row.left == left // 1000
    await board.look()
    await seat.flow.close()
    assert (await row_of(board)).standing is Standing.GONE


async def test_what_another_process_does_to_the_roster_is_seen_at_the_next_look() -> None:
    room = await Room().furnish()
    board = reader(room)
    other = Roster(
        store=MemoryStore(room.hall.memory), clock=room.hall.clock, event="event", acts=room.acts
    )
    await board.look()
    await other.move("0231", "31", by="Budi", reason="comfort")
    assert (await row_of(board)).seat == "31"
    await other.correct("0231", by="Budi", name="SITI R.")
    assert (await row_of(board)).name == "SITI R."
    await other.reschedule("0231", "s2", by="Budi", reason="illness")
    assert [one.number for one in (await board.look()).rows] == ["0243"]
    await room.sittings.close("s1", by="Budi")
    assert (await board.look()).place.state == SittingState.CLOSED


async def test_everybody_is_read_again_only_when_a_log_says_so_or_after_a_while() -> None:
    room = await Room().furnish()
    board, store = counting(room)
    me = duty(room, board)
    for _ in range(10):
        snapshot = await board.look()
        await me.looked_at(snapshot.rows[0])
    assert store.everybody == 1
    await room.elsewhere.erase(SITI.participant)
    for _ in range(15):
        snapshot = await board.look()
    assert [one.number for one in snapshot.rows] == ["0243"]
    assert store.everybody == 2


async def test_attending_in_another_process_is_seen_at_the_next_look() -> None:
    room = await Room(battery=limited()).furnish()
    board, elsewhere = reader(room), reader(room)
    seat = await room.to_item()
    for _ in range(2):
        room.hall.clock.advance(1)
        await seat.flow.act(a.CallForProctor())
        room.hall.clock.advance(1)
        row = await row_of(board)
        assert [one.kind for one in row.signals] == [SignalKind.CALL]
        await duty(room, elsewhere).attended(row)
        assert (await row_of(board)).signals == ()
    await seat.flow.close()


async def test_a_second_copy_that_is_given_up_is_an_alarm_at_the_next_look() -> None:
    room = await Room().furnish()
    board, store = counting(room)
    assert (await board.look()).alarms == ()
    store.known = SecondCopy(state=CopyState.DETACHED, since=7, by="Sri", detail="disk failed")
    assert [one.kind for one in (await board.look()).alarms] == [AlarmKind.SECOND_COPY]


async def test_a_roster_that_could_not_be_read_is_read_at_the_next_look() -> None:
    room = await Room().furnish()
    board = reader(room)
    board._sources = changed(board._sources, store=room.hall.store)
    room.hall.store.down = True
    assert (await board.look()).rows == ()
    room.hall.store.down = False
    assert len((await board.look()).rows) == 2


async def test_a_line_of_another_sitting_attends_to_nobody_here() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    await board.look()
    await seat.flow.act(a.CallForProctor())
    row = await row_of(board)
    room.hall.clock.advance(1)
    await duty(room, reader(room, "s2")).attended(row)
    assert (await row_of(board)).signals == row.signals
    entries: tuple[LogEntry, ...] = await room.sittings.log("s2")
    assert [one.act for one in entries] == ["attended"]
    await seat.flow.close()
