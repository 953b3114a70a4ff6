"""The board says of each session what its events say, and nothing that a proctor must not see."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from attrs import asdict
from attrs import evolve as changed
from hypothesis import HealthCheck, given, settings

from cact_tui.config.proctor import ProctorSettings
from cact_tui.delivery import actions as a
from cact_tui.errors import ChainBroken, StorageTrouble
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.protocol import Checkpoint, Recorded, SecondCopy
from cact_tui.journal.replica import CopyState
from cact_tui.proctoring.board.board import Board, natural
from cact_tui.proctoring.board.boards import Boards
from cact_tui.proctoring.board.folding import after
from cact_tui.proctoring.board.reader import APART
from cact_tui.proctoring.board.record import Record
from cact_tui.proctoring.board.rows import Part, Standing
from cact_tui.proctoring.signals import AlarmKind, SignalKind
from cact_tui.sessions.events import SessionOpened
from cact_tui.sessions.evolve import fold
from tests.proctoring.board.watched import duty, reader, row_of, sources
from tests.proctoring.course import STEPS, Course
from tests.proctoring.room import BY, SITI, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from collections.abc import Sequence


async def _agrees(steps: Sequence[tuple[str, str, bool]]) -> None:
    course = await Course.begin()
    for what, by, heard in steps:
        await course.step(what, by, heard=heard)
    recorded = await course.room.hall.recorded()
    record, events = Record(session=SESSION), [one.event for one in recorded]
    for number, one in enumerate(recorded, 1):
        record = after(record, one)
        state = fold(SESSION, events[:number], practice=course.room.hall.plan.battery.practice)
        assert record.status == state.status
        assert record.answered == state.answered
        assert record.connection == (state.connection or "")
        assert record.seat == state.seat
        assert (record.item, record.shown_seq) == (
            state.shown.item if state.shown and not record.ended else "",
            state.shown_seq,
        )
        assert record.used_ms == sum(section.used_ms for section in state.sections)
        assert record.extra == state.extra_seconds
        assert (record.running is None) == (state.running is None)
        if state.held_for and not record.ended:
            assert record.held is not None
            assert record.held.reason == state.held_for
    await course.close()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_a_record_agrees_with_the_session_after_every_event(
    steps: list[tuple[str, str, bool]],
) -> None:
    asyncio.run(_agrees(steps))


async def test_a_participant_goes_through_the_standings_of_the_room() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    assert (await row_of(board)).standing is Standing.ABSENT
    seat = await room.enter()
    assert (await row_of(board)).standing is Standing.WAITING
    await room.acts.authorise(SESSION, by=BY)
    assert (await row_of(board)).standing is Standing.READY
    await seat.conduct.refresh()
    await seat.conduct.go()
    await seat.to_item()
    row = await row_of(board)
    assert (row.standing, row.section, row.answered, row.at_most) == (Standing.ACTIVE, 1, 0, 3)
    assert row.left == 600
    await seat.answer()
    assert (await row_of(board)).answered == 1
    await room.acts.pause(SESSION, by=BY, reason="noise")
    row = await row_of(board)
    assert (row.standing, row.held_for) == (Standing.PAUSED, "environment.noise")
    await room.acts.terminate(SESSION, by=BY, reason="illness")
    assert (await row_of(board)).standing is Standing.TERMINATED
    await seat.flow.close()


async def test_time_left_goes_on_between_two_savings_and_no_further() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    await seat.pass_time(5)
    assert (await row_of(board)).left == 595
    told = []
    for _ in range(8):
        room.hall.clock.advance(1)
        told.append((await row_of(board)).left)
    # A terminal that saves no more is no longer taken to be charged.
    assert told == [594, 593, 592, 591, 590, 590, 590, 590]
    await room.acts.pause(SESSION, by=BY, reason="noise")
    room.hall.clock.advance(1)
    assert (await row_of(board)).left == 595
    await seat.flow.close()


async def test_time_left_is_what_the_participants_clock_says() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    await seat.pass_time(40)
    await seat.answer()
    await room.acts.extend(SESSION, 120, by=BY, reason="network")
    await seat.conduct.refresh()
    await seat.pass_time(25)
    board.nudge()
    row = await row_of(board)
    left, _ = seat.conduct.left()
    assert left is not None
    assert row.left == left // 1000 == 600 + 120 - 65
    await seat.flow.close()


async def test_whoever_is_cut_off_is_gone_and_whoever_comes_back_is_not() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    await seat.pass_time(6)
    await seat.flow.close()
    board.nudge()
    row = await row_of(board)
    assert row.standing is Standing.GONE
    assert row.signals[0].kind is SignalKind.GONE
    room.hall.clock.advance(5)
    again = await room.enter()
    board.nudge()
    row = await row_of(board)
    assert row.standing is Standing.ACTIVE
    assert not row.signals
    await again.flow.close()


async def test_a_detail_tells_the_story_and_no_answer() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    given = [seat.item]
    await seat.answer()
    given.append(seat.item)
    await seat.flow.act(a.WriteComment("Soal ini \x1b]0;x\x07 aneh."))
    await seat.flow.act(a.CallForProctor())
    await room.acts.message(SESSION, "Sebentar.", by=BY)
    await room.acts.extend(SESSION, 300, by=BY, reason="network")
    await board.look()
    detail = await board.detail(SITI.participant)
    assert detail is not None
    assert [note.text for note in detail.notes] == ["Soal ini ]0;x aneh.", "Sebentar."]
    assert [one.detail for one in detail.grants] == ["300"]
    assert len(detail.paces) == 1
    assert [one.part for one in detail.sections] == [Part.RUNNING, Part.AHEAD]
    assert detail.visits[0].seat == "07"
    assert "ProctorCalled" in [one.kind for one in detail.timeline]
    told = repr(asdict(detail)) + repr(detail)
    for item in given:
        assert item.stem not in told
        for option in item.options:
            assert f"'{option.id}'" not in told
    assert "theta" not in told
    await seat.flow.close()


async def test_a_board_fed_piece_by_piece_is_the_board_fed_at_once() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    await seat.answer()
    await seat.answer()
    recorded = await room.hall.recorded()
    whole, pieces = Board(ProctorSettings()), Board(ProctorSettings())
    for board in (whole, pieces):
        board.expect([SITI])
    whole.take(recorded)
    for one in recorded:
        pieces.take([one])
        pieces.take([one])  # told of twice
    assert whole.rows(1) == pieces.rows(1)
    assert whole.record(SITI.participant) == pieces.record(SITI.participant)
    await seat.flow.close()


async def test_trouble_with_the_store_the_disk_and_the_clock_is_an_alarm() -> None:
    room = await Room().furnish()
    board = reader(room, free_mb=3)
    snapshot = await board.look()
    assert [one.kind for one in snapshot.alarms] == [AlarmKind.DISK]
    assert len(snapshot.rows) == 2
    board._sources = changed(board._sources, store=room.hall.store)
    room.hall.store.down = True
    room.hall.clock.wall += 3_600_000
    snapshot = await board.look()
    assert {one.kind for one in snapshot.alarms} == set(AlarmKind) - {AlarmKind.SECOND_COPY}
    assert len(snapshot.rows) == 2
    room.hall.store.down = False
    snapshot = await board.look()
    assert AlarmKind.STORE not in {one.kind for one in snapshot.alarms}


async def test_one_broken_session_does_not_hide_the_others() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    other = await room.enter("0243", seat="19")
    board = reader(room)

    read = room.elsewhere.read

    async def broken(session: str, after: int = 0) -> tuple[Recorded, ...]:
        if session == SESSION:
            raise ChainBroken(session, 3, "was changed")
        return await read(session, after)

    room.elsewhere.read = broken  # type: ignore[method-assign]
    snapshot = await board.look()
    assert [row.standing for row in snapshot.rows] == [Standing.ABSENT, Standing.WAITING]
    assert "event 3" in snapshot.alarms[0].detail
    await seat.flow.close()
    await other.flow.close()


async def test_the_open_sitting_is_looked_at_first_and_others_by_name() -> None:
    room = await Room().furnish()
    boards = Boards(sources(room))
    assert (await boards.choose()).sitting == "s1"
    tomorrow = await boards.choose("s2")
    assert (await tomorrow.look()).rows == ()
    assert boards.of("s2") is tomorrow


async def test_snapshots_come_by_themselves_within_a_second() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    came: list[float] = []
    done = asyncio.Event()

    def see(snapshot: object) -> None:
        rows = getattr(snapshot, "rows", ())
        if any(row.standing is Standing.WAITING for row in rows):
            came.append(time.monotonic())
            done.set()

    stop = board.listen(see)
    await asyncio.sleep(0.05)
    began = time.monotonic()
    seat = await room.enter()
    await asyncio.wait_for(done.wait(), 3)
    assert came[0] - began <= 1.1
    stop()
    await seat.flow.close()


async def test_several_screens_take_a_snapshot_up_one_after_the_other() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    turns: list[str] = []
    third = asyncio.Event()

    def failing(_: object) -> None:
        turns.append("second")
        raise LookupError

    def last(_: object) -> None:
        turns.append("third")
        third.set()

    board._listeners += [lambda _: turns.append("first"), failing, last]
    await board.look()
    assert turns == ["first"]
    await asyncio.wait_for(third.wait(), 3)
    assert turns == ["first", "second", "third"]


async def test_a_screen_that_was_closed_meanwhile_is_told_nothing_more() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    told: list[object] = []
    stop_first, stop = board.listen(lambda _: None), board.listen(told.append)
    await board.look()
    stop()
    await asyncio.sleep(2 * APART)
    assert told == []
    stop_first()


async def test_somebody_without_a_roster_is_on_the_board_of_the_event() -> None:
    room = Room()
    room.hall.services = changed(room.hall.services, sign_in=None)
    board = reader(room, "event")
    assert (await board.look()).rows == ()
    seat = room.hall.seat()
    await seat.enter()
    (row,) = (await board.look()).rows
    assert (row.number, row.standing) == ("0231", Standing.WAITING)
    me = duty(room, board)
    assert me.name == BY
    await seat.flow.close()


async def test_250_sessions_cost_little() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    for _ in range(2):
        await seat.answer()
    recorded = await room.hall.recorded()
    await seat.flow.close()
    board = Board(ProctorSettings())
    people = [
        changed(SITI, participant=f"p-{n}", number=f"{n:04}", seat=f"{n}") for n in range(250)
    ]
    board.expect(people)
    for n in range(250):
        events = [changed(one, session=f"S-{n}") for one in recorded]
        first = events[0].event
        assert isinstance(first, SessionOpened)
        opened = changed(first, participant=f"p-{n}")
        board.take([changed(events[0], event=opened), *events[1:]])
    saved = [
        Checkpoint(session=f"S-{n}", seq=1, shown_ms=9, uncharged_ms=0, at=n, connection="c")
        for n in range(250)
    ]
    board.remember(saved)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        rows = board.rows(recorded[-1].at + 5_000)
        times.append(time.perf_counter() - began)
    assert len(rows) == 250
    assert min(times) < 0.05  # a twentieth of a core at one snapshot a second


def test_seats_are_in_the_order_that_people_count_in() -> None:
    seats = ["A10", "7", "A2", "B1", "12", "A1"]
    assert sorted(seats, key=natural) == ["7", "12", "A1", "A2", "A10", "B1"]


class Copied(MemoryStore):
    """A store with a second copy, which may lack a session or be given up."""

    known = SecondCopy()
    late = ""

    async def second_copy(self) -> SecondCopy:
        return self.known

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        if session == self.late:
            raise StorageTrouble("/mnt/second", "it cannot be reached", "look at the line")
        return await super().read(session, after)


async def test_a_second_copy_that_was_given_up_is_an_alarm() -> None:
    room = await Room().furnish()
    board = reader(room)
    assert (await board.look()).alarms == ()
    store = Copied(room.hall.memory)
    store.known = SecondCopy(state=CopyState.DETACHED, since=7, by="Sri", detail="disk failed")
    fresh = reader(room)
    fresh._sources = changed(fresh._sources, store=store)
    (alarm,) = (await fresh.look()).alarms
    assert (alarm.kind, alarm.since, alarm.detail) == (AlarmKind.SECOND_COPY, 7, "disk failed")


async def test_a_session_that_waits_for_its_second_copy_is_read_once_the_copy_has_it() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    store = Copied(room.hall.memory)
    board = reader(room)
    board._sources = changed(board._sources, store=store)
    await board.look()
    store.late = SESSION
    await seat.answer()
    written = (await room.hall.recorded())[-1].seq
    for _ in range(2):
        snapshot = await board.look()
        assert [one.kind for one in snapshot.alarms] == [AlarmKind.STORE]
        assert board._board.seq(SESSION) < written
    store.late = ""
    snapshot = await board.look()
    assert snapshot.alarms == ()
    assert board._board.seq(SESSION) == written
    await seat.flow.close()
