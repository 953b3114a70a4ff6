"""The minutes say who was out of the test: who came back, who did not, and who waited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cact_tui.delivery import actions as a
from cact_tui.proctoring.papers.absences import SILENT_MS
from cact_tui.proctoring.papers.minutes import Minutes, gather
from cact_tui.proctoring.papers.text import minutes_text
from tests.delivery.hall import two_sections
from tests.proctoring.papers.test_papers_minutes import EVENT
from tests.proctoring.room import BY, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from cact_tui.proctoring.papers.absences import Absence
    from tests.delivery.hall import Seat

MINUTE = 60


async def told(room: Room, sitting_id: str = "s1") -> Minutes:
    """Return the minutes of a sitting as they would be written now."""
    sitting = await room.sittings.get(sitting_id)
    now = room.hall.clock.wall_ms()
    return await gather(room.elsewhere, EVENT, sitting, at=now, by="Kepala")


def lasted(one: Absence) -> tuple[str, int]:
    """Return the kind of an absence and its minutes."""
    return one.kind, round((one.until - one.since) / 60_000)


async def at_an_item() -> tuple[Room, Seat]:
    """Return a room with somebody at an item, whose terminal has given signs of life."""
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    await seat.pass_time(6)
    return room, seat


async def back(room: Room, seat: Seat, seconds: float) -> Seat:
    """Have the line drop, and somebody come back later at another terminal."""
    await seat.flow.close()
    room.hall.clock.advance(seconds)
    return await room.enter(seat="08")


async def test_a_break_is_on_the_paper() -> None:
    room = await Room(battery=two_sections(authorisation="proctor")).furnish()
    seat = await room.to_item()
    for _ in range(3):
        await seat.answer()
    room.hall.clock.advance(2 * MINUTE)
    await seat.flow.act(a.Continue())
    minutes = await told(room)
    assert [lasted(one) for one in minutes.absences] == [("break", 2)]
    assert "break" in minutes_text(minutes)


async def test_a_cut_is_on_the_paper() -> None:
    room, seat = await at_an_item()
    await back(room, seat, 50)
    minutes = await told(room)
    assert [lasted(one) for one in minutes.absences] == [("cut", 1)]
    assert "connection lost\n" in minutes_text(minutes)


async def test_leaving_the_seat_is_on_the_paper() -> None:
    room, seat = await at_an_item()
    await seat.flow.act(a.Leave("LEAVE"))
    again = await back(room, seat, 5 * MINUTE)
    await again.pass_time(2 * MINUTE)
    await room.acts.authorise(SESSION, by=BY)
    minutes = await told(room)
    assert [lasted(one) for one in minutes.absences] == [("left", 5), ("waited", 2)]
    assert "left the seat" in minutes_text(minutes)


async def test_a_wait_after_a_long_absence_names_who_ended_it_and_why_it_was() -> None:
    room, seat = await at_an_item()
    again = await back(room, seat, 3 * MINUTE)
    await again.pass_time(4 * MINUTE)
    await room.acts.authorise(SESSION, by=BY)
    minutes = await told(room)
    cut, wait = minutes.absences
    assert [lasted(cut), lasted(wait)] == [("cut", 3), ("waited", 4)]
    assert (wait.by, wait.reason) == (BY, "away")
    text = minutes_text(minutes)
    assert f"waited for authorisation  was away too long  {BY}" in text
    assert "terlalu lama pergi" in text


async def test_a_wait_after_the_third_cut_is_on_the_paper() -> None:
    room, seat = await at_an_item()
    for _ in range(3):
        seat = await back(room, seat, 10)
        await seat.pass_time(MINUTE)
    await room.acts.authorise(SESSION, by=BY)
    minutes = await told(room)
    waits = [one for one in minutes.absences if one.kind == "waited"]
    assert [(one.reason, one.by) for one in waits] == [("cuts", BY)]
    assert "was cut off too often" in minutes_text(minutes)


@pytest.mark.parametrize("in_good_order", [True, False])
async def test_whoever_never_came_back_from_a_cut_is_told(in_good_order: bool) -> None:  # noqa: FBT001 - a parameter
    room, seat = await at_an_item()
    last = room.hall.clock.wall_ms()
    if in_good_order:
        await seat.flow.close()
    room.hall.clock.advance(10 * MINUTE)
    await room.acts.terminate(SESSION, by=BY, reason="technical.network")
    minutes = await told(room)
    (gone,) = minutes.absences
    assert (gone.kind, gone.until) == ("gone", room.hall.clock.wall_ms())
    assert 0 <= last - gone.since <= 5_000
    assert "connection lost, did not come back" in minutes_text(minutes)
    await seat.flow.close()


async def test_whoever_was_there_to_the_end_was_not_gone() -> None:
    room, seat = await at_an_item()
    await seat.pass_time(MINUTE)
    room.hall.clock.advance(SILENT_MS / 2000)
    await room.acts.terminate(SESSION, by=BY, reason="examinee.behaviour")
    room.hall.clock.advance(MINUTE)
    await seat.flow.close()
    assert (await told(room)).absences == ()


async def test_a_test_that_was_finished_has_nobody_gone() -> None:
    room, seat = await at_an_item()
    await seat.to_the_end()
    await seat.flow.close()
    room.hall.clock.advance(30 * MINUTE)
    assert [one.kind for one in (await told(room)).absences] == []


async def test_whoever_left_the_seat_for_good_is_told_once() -> None:
    room, seat = await at_an_item()
    await seat.flow.act(a.Leave("LEAVE"))
    await seat.flow.close()
    room.hall.clock.advance(10 * MINUTE)
    await room.acts.terminate(SESSION, by=BY, reason="examinee.illness")
    assert [lasted(one) for one in (await told(room)).absences] == [("left", 10)]


async def test_a_pause_that_nobody_ended_lasts_to_the_end_of_the_test() -> None:
    room, seat = await at_an_item()
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    await seat.pass_time(3 * MINUTE)
    await room.acts.terminate(SESSION, by=BY, reason="power_outage")
    assert [lasted(one) for one in (await told(room)).absences] == [("paused", 3)]
    await seat.flow.close()
