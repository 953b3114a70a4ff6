"""What keeps an order from being carried out has a code, which the screen tells in its language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import PassageView
from cact_tui.errors import (
    CactError,
    ChainBroken,
    Conflict,
    NotFound,
    StaleRow,
    StorageFailure,
    StorageTrouble,
)
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.acts import Acts
from cact_tui.proctoring.board.duty import Act, Order
from cact_tui.proctoring.troubles import Trouble, trouble_of
from cact_tui.tui.proctor import words
from tests.proctoring.board.watched import duty, reader, row_of
from tests.proctoring.room import BY, YOHANES, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from cact_tui.proctoring.board.duty import Told

NEWCOMER = {"number": "0299", "name": "RINI ASTUTI", "seat": "31", "group": "pelaksana"}


async def ordered(room: Room, act: Act, **order: Any) -> Told:
    """Have a chief give an order about the first participant; return what came of it."""
    board = reader(room)
    given = Order(act=act, rows=(await row_of(board),), **{"reason": "other", **order})
    (told,) = await duty(room, board, chief=True).carry_out(given)
    return told


@pytest.mark.parametrize(
    ("act", "order", "code"),
    [
        (Act.MOVE, {"text": YOHANES.seat}, Trouble.SEAT_TAKEN),
        (Act.WALK_IN, {"entries": NEWCOMER | {"seat": "19"}}, Trouble.SEAT_TAKEN),
        (Act.WALK_IN, {"entries": NEWCOMER | {"number": "0243"}}, Trouble.NUMBER_TAKEN),
        (Act.WALK_IN, {"entries": NEWCOMER | {"name": " "}}, Trouble.INCOMPLETE),
        (Act.CORRECT, {"entries": {"nip": "198704122010013001"}}, Trouble.BAD_NIP),
        (Act.CORRECT, {"entries": {"name": " "}}, Trouble.NOTHING_NEW),
        (Act.RESCHEDULE, {"text": "s9"}, Trouble.NOT_FOUND),
        (Act.PIN, {}, Trouble.IDENTITY_REFUSED),
        (Act.AUTHORISE, {}, Trouble.ABSENT),
    ],
)
async def test_what_the_roster_refuses_has_a_code(
    act: Act, order: dict[str, Any], code: Trouble
) -> None:
    room = await Room(sign_in="pin").furnish()
    if code is Trouble.IDENTITY_REFUSED:
        await room.roster.check_identity("0231", Identification.REFUSED, by=BY)
    told = await ordered(room, act, **order)
    assert (told.done, told.code) == (False, code)


@pytest.mark.parametrize(
    ("act", "order", "code"),
    [
        (Act.MESSAGE, {"text": "\x1b \x07"}, Trouble.NO_WORDS),
        (Act.EXTEND, {"minutes": 241}, Trouble.TOO_LONG),
        (Act.RESCHEDULE, {"text": "s2"}, Trouble.UNDER_WAY),
    ],
)
async def test_what_cannot_be_done_to_a_test_has_a_code(
    act: Act, order: dict[str, Any], code: Trouble
) -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    told = await ordered(room, act, **order)
    assert (told.done, told.code) == (False, code)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (StorageTrouble("db", "full", "make room"), Trouble.STORAGE),
        (StorageFailure("db", "I/O", "look"), Trouble.UNCERTAIN),
        (ChainBroken(SESSION, 3, "was changed"), Trouble.BROKEN),
        (StaleRow("p-siti", 1, 2), Trouble.CHANGED),
        (Conflict(SESSION, 1, 2), Trouble.CHANGED),
        (NotFound("nobody"), Trouble.NOT_FOUND),
        (CactError("what nobody foresaw"), Trouble.FAULT),
        (ValueError("what nobody foresaw"), Trouble.FAULT),
    ],
)
async def test_trouble_of_the_store_has_a_code_with_words(
    fault: Exception, code: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()

    async def fail(_self: Acts, _session: str, **_: str) -> None:
        raise fault

    monkeypatch.setattr(Acts, "pause", fail)
    assert trouble_of(fault) is code
    told = await ordered(room, Act.PAUSE)
    assert (told.done, told.code) == (False, code)
    assert words.refusals("id")[told.code]


async def test_an_order_that_was_carried_out_is_told_as_done_though_nobody_can_be_said_to_attend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    append = room.elsewhere.append

    async def only_events(session: str, *rest: Any) -> Any:
        if not session:
            raise StorageTrouble("db", "full", "make room")
        return await append(session, *rest)

    monkeypatch.setattr(room.elsewhere, "append", only_events)
    told = await ordered(room, Act.PAUSE)
    assert (told.done, told.code) == (True, "")


async def test_planned_time_that_nobody_would_get_is_refused_with_its_cure_in_indonesian() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    board = reader(room)
    order = Order(
        act=Act.EXTEND,
        rows=(await row_of(board),),
        reason="other",
        minutes=20,
        planned=True,
        whole=True,
    )
    (told,) = await duty(room, board).carry_out(order)
    assert told.done  # its share is for the section to come
    while not seat.conduct.state.sections[1:]:
        if isinstance(seat.view, PassageView):
            await seat.flow.act(a.Continue())
        else:
            await seat.answer()
    left, grants = seat.conduct.left()[0], seat.conduct.state.grants
    (told,) = await duty(room, board).carry_out(order)
    assert (told.done, told.code) == (False, "no_effect")
    said = words.refusals("id")[told.code]
    assert "beri sebagai waktu insiden, untuk bagian yang berjalan" in said
    await seat.conduct.refresh()
    assert (seat.conduct.left()[0], seat.conduct.state.grants) == (left, grants)
    (told,) = await duty(room, board).carry_out(evolve(order, planned=False, whole=False))
    assert told.done
    await seat.conduct.refresh()
    assert left is not None
    assert seat.conduct.left()[0] == left + 20 * 60_000
    await seat.flow.close()
