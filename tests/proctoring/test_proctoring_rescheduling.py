"""A test that has begun goes on in another sitting: held, and the sitting that is left knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve as changed

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import ItemView
from cact_tui.errors import NotFound, SeatTaken
from cact_tui.proctoring.acts import Acts
from cact_tui.proctoring.board.duty import Act, Order
from cact_tui.proctoring.papers import minutes
from cact_tui.proctoring.papers.text import minutes_text
from cact_tui.proctoring.paths import Paths
from cact_tui.proctoring.roster_file import RosterFile, import_roster
from cact_tui.proctoring.sittings import SessionsOpen
from cact_tui.proctoring.troubles import Trouble, Unfit
from cact_tui.sessions import events as e
from tests.delivery.hall import TEXTS, of_kind
from tests.proctoring.board.watched import duty, reader, row_of
from tests.proctoring.room import BY, SITI, SITTING, TOMORROW, YOHANES, Room, stands
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cact_tui.sessions.states import SessionState
    from tests.delivery.hall import Seat

CHIEF = "Ibu Kepala"
DAY = 24 * 3600


async def expect_tomorrow(room: Room, seat: str = "03") -> None:
    await room.roster.reschedule("0231", "s2", seat=seat, by=CHIEF, reason="power_outage")


async def goes_on(seat: Seat, room: Room) -> None:
    """Do nothing: the test goes on."""


async def leaves(seat: Seat, room: Room) -> None:
    await seat.flow.act(a.Leave("LEAVE"))


async def is_cut_off(seat: Seat, room: Room) -> None:
    await seat.flow.close()


async def takes_a_break(seat: Seat, room: Room) -> None:
    for _ in range(3):
        await seat.answer()


@pytest.mark.parametrize("happens", [goes_on, leaves, is_cut_off, takes_a_break])
async def test_a_test_that_somebody_may_go_on_with_stays_in_its_sitting(
    happens: Callable[[Seat, Room], Awaitable[None]],
) -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    await happens(seat, room)
    before = await room.roster.find("0231")
    with pytest.raises(Unfit, match="pause it first") as refused:
        await expect_tomorrow(room)
    assert refused.value.code is Trouble.UNDER_WAY
    assert await room.roster.find("0231") == before
    assert await room.sittings.left("s1") == ()
    await seat.flow.close()


async def test_a_test_that_is_ready_to_begin_stays_too() -> None:
    room = await Room(battery=limited()).furnish()
    await room.enter()
    await room.acts.authorise(SESSION, by=BY)
    with pytest.raises(Unfit, match="pause it first"):
        await expect_tomorrow(room)


async def test_a_held_test_goes_along_and_goes_on_another_day_where_it_stood() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    await seat.answer()
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    await expect_tomorrow(room)
    await seat.flow.close()
    closed = await room.sittings.close("s1", by=BY)
    assert closed.closed_at
    assert [one.registration.number for one in await room.sittings.seated("s1")] == ["0243"]

    room.hall.clock.advance(DAY)
    await room.sittings.open("s2", by=BY)
    (there,) = await room.sittings.seated("s2")
    assert (there.session, there.open, there.registration.seat) == (SESSION, True, "03")
    with pytest.raises(SessionsOpen, match="REF-1"):
        await room.sittings.close("s2", by=BY)
    again = await room.enter(seat="03")
    assert stands("paused")(again.view)
    await room.acts.resume(SESSION, by=BY)
    await again.pass_time(3)
    assert isinstance(again.view, ItemView)
    assert again.conduct.state.answered == 1
    await again.to_the_end()
    assert (await room.sittings.close("s2", by=BY)).closed_at


async def test_what_waits_for_authorisation_is_held_and_what_left_is_held_by_a_pause() -> None:
    room = await Room(battery=limited()).furnish()
    await room.enter()
    await expect_tomorrow(room)
    other = await room.to_item(number="0243", seat="19")
    await other.flow.act(a.Leave("LEAVE"))
    await room.acts.pause("REF-2", by=BY, reason="power_outage")
    await room.roster.reschedule("0243", "s2", by=CHIEF, reason="illness")
    assert {one.session for one in await room.sittings.seated("s2")} == {"REF-1", "REF-2"}


async def test_both_sittings_know_who_went_where_and_at_whose_word() -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    await expect_tomorrow(room)
    (gone,) = await room.sittings.left("s1")
    assert (gone.who.number, gone.sitting, gone.session, gone.by) == ("0231", "s2", SESSION, CHIEF)
    assert gone.reason == "environment.power_outage"
    assert gone.at == room.hall.clock.wall_ms()
    here, there = (await room.sittings.log("s1"))[-1], (await room.sittings.log("s2"))[-1]
    assert (here.act, here.detail) == ("rescheduled", "s2 REF-1: environment.power_outage")
    assert (there.act, there.detail) == ("rescheduled_from", "s1 REF-1: environment.power_outage")
    # Whoever comes back has not left.
    await room.roster.reschedule("0231", "s1", seat="07", by=CHIEF, reason="staff.error")
    assert await room.sittings.left("s1") == ()
    assert [one.sitting for one in await room.sittings.left("s2")] == ["s1"]


async def test_the_paper_of_the_sitting_that_was_left_names_and_seals_the_test() -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    await expect_tomorrow(room)
    await room.sittings.close("s1", by=BY)
    event = minutes.Event(id="event", title=TEXTS, timezone="Asia/Jakarta", late_minutes=0)
    sitting = await room.sittings.get("s1")
    now = room.hall.clock.wall_ms()
    told = await minutes.gather(room.elsewhere, event, sitting, at=now, by=BY)
    (gone,) = told.rescheduled
    assert (gone.number, gone.session, gone.sitting, gone.by) == ("0231", SESSION, "s2", CHIEF)
    assert [(one.session, one.seq) for one in told.heads] == [
        (SESSION, len(await room.hall.recorded()))
    ]
    assert f"0231  SITI RAHMAWATI  {SESSION}  s2" in minutes_text(told)


async def test_a_test_that_is_let_go_on_at_the_same_moment_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    other = Acts(Paths(store=room.hall.store, clock=room.hall.clock, pinned=room._pinned))
    asked = room.acts.state
    looks: list[SessionState] = []

    async def state(_self: Acts, session: str) -> SessionState:
        found = await asked(session)
        looks.append(found)
        if len(looks) == 1:
            await other.resume(session, by=BY)
        return found

    monkeypatch.setattr(Acts, "state", state)
    with pytest.raises(Unfit, match="pause it first"):
        await expect_tomorrow(room)
    assert [one.status for one in looks] == ["paused", "active"]
    assert (await room.roster.find("0231")).sitting == "s1"


async def test_without_a_test_anybody_is_rescheduled_but_not_onto_somebody() -> None:
    room = await Room().furnish(SITI, changed(YOHANES, sitting="s2", seat="03"))
    with pytest.raises(SeatTaken):
        await expect_tomorrow(room)
    await expect_tomorrow(room, seat="04")
    assert [(one.sitting, one.session) for one in await room.sittings.left("s1")] == [("s2", "")]
    assert (await room.roster.find("0231")).seat == "04"
    with pytest.raises(NotFound):
        await room.roster.reschedule("0231", "s9", by=BY, reason="illness")


@pytest.mark.parametrize("how", ["terminated", "withdrawn", "finished"])
async def test_whoever_took_the_test_stays_in_the_papers_of_its_sitting(how: str) -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    if how == "terminated":
        await room.acts.terminate(SESSION, by=BY, reason="other")
    elif how == "finished":
        await seat.to_the_end()
    else:
        seq = seat.conduct.state.seq
        await room.elsewhere.append(SESSION, seq, 1, (e.SessionWithdrawn(reason="ill"),))
    order = Order(
        act=Act.RESCHEDULE, rows=(await row_of(board),), reason="examinee.illness", text="s2"
    )
    (told,) = await duty(room, board, chief=True).carry_out(order)
    assert (told.done, told.code) == (False, "took_part")
    assert (await room.roster.find("0231")).sitting == "s1"


async def test_the_board_refuses_and_says_what_to_do_first_whatever_its_row_says() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    row = await row_of(board)  # from before there was a test
    await room.to_item()
    order = Order(act=Act.RESCHEDULE, rows=(row,), reason="environment.power_outage", text="s2")
    chief = duty(room, board, chief=True)
    (told,) = await chief.carry_out(order)
    assert (told.done, told.code) == (False, "under_way")
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    (told,) = await chief.carry_out(order)
    assert told.done
    assert not [one for one in (await board.look()).rows if one.number == "0231"]
    assert [one.number for one in (await reader(room, "s2").look()).rows] == ["0231"]
    assert len(of_kind(await room.hall.events(), e.Paused)) == 1


async def test_a_file_moves_nobody_to_another_sitting_whose_test_has_begun() -> None:
    room = await Room(battery=limited()).furnish()
    await room.enter()
    everybody = (changed(SITI, sitting="s2"), changed(YOHANES, sitting="s2"))
    file = RosterFile(sittings=(SITTING, TOMORROW), registrations=everybody)
    with pytest.raises(ValueError, match="the test of 0231 has begun"):
        await import_roster(room.elsewhere, room.hall.clock, file, by=BY)
    assert {one.sitting for one in await room.roster.everybody()} == {"s1"}
    file = changed(file, registrations=everybody[1:])
    assert (await import_roster(room.elsewhere, room.hall.clock, file, by=BY)).changed == 1
