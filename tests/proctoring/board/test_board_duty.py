"""Orders from a proctor's screen: done through the one write path, or refused with a reason."""

from __future__ import annotations

import pytest
from attrs import evolve as changed

from cact_tui.delivery.views import ItemView
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.board.duty import CHIEFLY, Act, Order
from cact_tui.proctoring.board.reasons import GROUPS, USUAL
from cact_tui.proctoring.board.rows import Standing
from cact_tui.proctoring.signals import SignalKind
from cact_tui.sessions import events as e
from cact_tui.sessions.reasons import REASONS
from tests.delivery.hall import of_kind
from tests.proctoring.board.watched import duty, reader, row_of
from tests.proctoring.room import BY, SITI, Room
from tests.proctoring.test_proctoring_acts import limited


async def test_an_act_is_recorded_once_under_the_proctors_name() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    me = duty(room, board)
    row = await row_of(board)
    order = Order(act=Act.PAUSE, rows=(row,), reason="environment.noise")
    (first,) = await me.carry_out(order)
    (again,) = await me.carry_out(order)
    assert (first.done, first.news, again.done, again.news) == (True, True, True, False)
    (paused,) = of_kind(await room.hall.events(), e.Paused)
    assert paused.by == BY
    await seat.flow.close()


async def test_two_proctors_at_once_never_record_an_act_twice() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    row = await row_of(board)
    order = Order(act=Act.PAUSE, rows=(row, row), reason="environment.noise")
    told = await duty(room, board).carry_out(order)
    assert sorted(one.news for one in told) == [False, True]
    await seat.flow.close()


async def test_whoever_has_not_signed_in_is_named_with_the_reason() -> None:
    room = await Room().furnish()
    board = reader(room)
    (told,) = await duty(room, board).carry_out(
        Order(act=Act.AUTHORISE, rows=(await row_of(board),))
    )
    assert (told.done, told.code) == (False, "absent")


async def test_a_refusal_of_the_session_comes_back_in_words() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.enter()
    row = await row_of(board)
    (told,) = await duty(room, board).carry_out(Order(act=Act.PAUSE, rows=(row,), reason="other"))
    assert (told.done, told.code) == (False, "not_authorised")
    assert "authorise it instead" in told.why
    await seat.flow.close()


@pytest.mark.parametrize("act", sorted(CHIEFLY))
async def test_chiefs_acts_are_refused_to_others(act: Act) -> None:
    room = await Room().furnish()
    board = reader(room)
    (told,) = await duty(room, board).carry_out(
        Order(act=act, rows=(await row_of(board),), reason="other")
    )
    assert (told.done, told.code) == (False, "chief_only")


async def test_an_irregularity_has_the_item_filled_in() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    row = await row_of(board)
    await duty(room, board).carry_out(
        Order(act=Act.REPORT, rows=(row,), reason="technical.freezing")
    )
    (recorded,) = of_kind(await room.hall.events(), e.IrregularityRecorded)
    assert isinstance(seat.view, ItemView)
    assert recorded.detail == f"item {seat.view.item}"
    assert recorded.code == "technical.freezing"
    await seat.flow.close()


async def test_papers_pins_and_seats_are_settled_before_anybody_has_signed_in() -> None:
    room = await Room(sign_in="pin").furnish()
    board = reader(room)
    me = duty(room, board)
    row = await row_of(board)
    (told,) = await me.carry_out(Order(act=Act.PIN, rows=(row,)))
    pin = told.shown.replace(" ", "")
    assert len(pin) == 6
    (moved,) = await me.carry_out(Order(act=Act.MOVE, rows=(row,), text="31", reason="other"))
    assert moved.done
    row = await row_of(board)
    assert (row.seat, row.identified) == ("31", "confirmed")
    await me.carry_out(Order(act=Act.REFUSE, rows=(row,), reason="examinee.id"))
    found = await room.roster.find(SITI.number)
    assert found.identification is Identification.REFUSED


async def test_a_seat_that_is_taken_is_said() -> None:
    room = await Room().furnish()
    board = reader(room)
    row = await row_of(board)
    (told,) = await duty(room, board).carry_out(
        Order(act=Act.MOVE, rows=(row,), text="19", reason="other")
    )
    assert not told.done
    assert "19" in told.why


async def test_attending_silences_a_call_for_every_proctor() -> None:
    room = await Room(battery=limited()).furnish()
    board, elsewhere = reader(room), reader(room)
    seat = await room.to_item()
    await room.hall.services.store.checkpoint((seat.conduct.sign_of_life(),))
    seat_calls = e.ProctorCalled()
    recorded = await room.hall.recorded()
    room.hall.clock.advance(1)
    await room.elsewhere.append(
        recorded[0].session, len(recorded), room.hall.clock.wall_ms(), (seat_calls,)
    )
    row = await row_of(board)
    assert [one.kind for one in row.signals] == [SignalKind.CALL]
    room.hall.clock.advance(1)
    await duty(room, board).carry_out(Order(act=Act.ATTEND, rows=(row,)))
    assert not (await row_of(board)).signals
    assert not (await row_of(elsewhere)).signals
    log = await room.sittings.log("s1")
    assert [(one.act, one.by, one.participant) for one in log][-1] == (
        "attended",
        BY,
        SITI.participant,
    )
    await seat.flow.close()


async def test_looking_at_somebody_is_on_record() -> None:
    room = await Room().furnish()
    board = reader(room)
    await duty(room, board).looked_at(await row_of(board))
    log = await room.sittings.log("s1")
    assert (log[-1].act, log[-1].participant) == ("viewed", SITI.participant)


async def test_a_chief_registers_corrects_and_reschedules() -> None:
    room = await Room().furnish()
    board = reader(room)
    chief = duty(room, board, chief=True)
    row = await row_of(board)
    entries = {"number": "0299", "name": "RINI ASTUTI", "group": "pelaksana", "seat": "31"}
    (told,) = await chief.carry_out(
        Order(act=Act.WALK_IN, rows=(row,), reason="other", entries=entries)
    )
    assert told.done
    assert (await row_of(board, "0299")).seat == "31"
    await chief.carry_out(
        Order(act=Act.CORRECT, rows=(row,), reason="staff.error", entries={"name": "SITI R."})
    )
    assert (await row_of(board)).name == "SITI R."
    await chief.carry_out(
        Order(act=Act.RESCHEDULE, rows=(row,), reason="examinee.illness", text="s2")
    )
    numbers = [one.number for one in (await board.look()).rows]
    assert SITI.number not in numbers


async def test_a_walk_in_without_a_name_is_refused() -> None:
    room = await Room().furnish()
    board = reader(room)
    (told,) = await duty(room, board, chief=True).carry_out(
        Order(
            act=Act.WALK_IN,
            rows=(await row_of(board),),
            reason="other",
            entries={"number": "9", "name": " "},
        )
    )
    assert "a number and a name are needed" in told.why


async def test_a_test_of_a_wrong_person_is_invalid_and_waits_for_the_right_one() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    seat = await room.to_item()
    row = await row_of(board)
    settled: list[int] = []

    async def settle() -> None:
        settled.append(len(of_kind(await room.hall.events(), e.SessionInvalidated)))

    chief = changed(duty(room, board, chief=True), settle=settle)
    await chief.carry_out(Order(act=Act.PAUSE, rows=(row,), reason="environment.noise"))
    assert settled == []
    (told,) = await chief.carry_out(Order(act=Act.WRONG_PERSON, rows=(row,), reason="examinee.id"))
    assert told.done
    assert settled == [1]  # its result is written anew once the end is on record
    row = await row_of(board)
    assert (row.standing, row.identified) == (Standing.INVALIDATED, "refused")
    (recorded,) = of_kind(await room.hall.events(), e.SessionInvalidated)
    assert recorded.reason == "examinee.id"
    await seat.flow.close()


def test_every_reason_is_two_digits_away() -> None:
    assert [code for _group, codes in GROUPS for code in codes] == list(REASONS)
    assert len(GROUPS) <= 9
    assert all(len(codes) <= 9 for _group, codes in GROUPS)
    assert all(set(codes) <= set(REASONS) for codes in USUAL.values())
    assert all(len(GROUPS) + len(codes) <= 9 for codes in USUAL.values())
