"""Twelve tasks of a proctor's day, each in at most five keystrokes besides text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.proctoring.board.duty import Act, Order, Told
from cact_tui.proctoring.board.reasons import GROUPS, USUAL
from cact_tui.proctoring.board.rows import Row, Standing
from cact_tui.tui.proctor import words
from cact_tui.tui.proctor.commands import COMMANDS
from tests.tui.proctor.day import DAY, MOST, printed, strokes
from tests.tui.proctor.desk import Desk, at_desk
from tests.tui.proctor.scene import ScriptedWindow, people, snapshot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


EVERY_REASON = [
    (f"{group}{word}" if len(codes) > 1 else f"{group}", code)
    for group, (_name, codes) in enumerate(GROUPS, 1)
    for word, code in enumerate(codes, 1)
]
"""Each reason of the taxonomy with its digits."""


async def authorise_everybody_who_waits(desk: Desk) -> None:
    await desk.perform("authorise everybody who waits")
    assert (desk.order.act, desk.whom) == (Act.AUTHORISE, ["26"])


async def look_after_whoever_calls(desk: Desk) -> None:
    await desk.press("down", "down")
    await desk.perform("look after whoever calls")
    assert "is calling" in desk.rows[4]
    assert (desk.order.act, desk.whom) == (Act.ATTEND, ["19"])


async def find_somebody_by_name_and_write_to_them(desk: Desk) -> None:
    said = {"name": "rahma", "text": "Silakan ke meja pengawas."}
    await desk.perform("find somebody by name and write to them", said)
    assert desk.order.act is Act.MESSAGE
    assert desk.order.text == "Silakan ke meja pengawas."
    assert desk.order.rows[0].name == "SITI RAHMAWATI"


async def pause_one_for_illness(desk: Desk) -> None:
    await desk.perform("pause one for illness")
    assert (desk.order.act, desk.order.reason) == (Act.PAUSE, "examinee.illness")


async def pause_the_room_in_a_power_cut(desk: Desk) -> None:
    await desk.perform("pause the room in a power cut")
    assert (desk.order.act, desk.order.reason) == (Act.PAUSE, "environment.power_outage")
    assert len(desk.whom) == 27


async def let_the_room_go_on(desk: Desk) -> None:
    desk.window.push(snapshot(map(_in_a_power_cut, people())))
    await desk.settle()
    await desk.perform("let the room go on")
    assert (desk.order.act, desk.whom) == (Act.RESUME, ["03", "04"])
    assert "1 held for another reason · 03 " in desk.text


def _in_a_power_cut(one: Row) -> Row:
    if one.seat not in ("03", "04"):
        return one
    return evolve(one, standing=Standing.PAUSED, held_for="environment.power_outage")


async def ten_minutes_more_for_the_network(desk: Desk) -> None:
    await desk.perform("ten minutes more for the network")
    order = desk.order
    assert (order.act, order.minutes, order.reason) == (Act.EXTEND, 10, "technical.network")
    assert not order.planned
    assert not order.whole


async def record_an_irregularity(desk: Desk) -> None:
    await desk.perform("record an irregularity")
    assert (desk.order.act, desk.order.reason) == (Act.REPORT, "examinee.behaviour")


async def move_somebody_to_another_seat(desk: Desk) -> None:
    await desk.perform("move somebody to another seat", {"seat": "31"})
    order = desk.order
    assert (order.act, order.text, order.reason) == (Act.MOVE, "31", "technical.workstation")


async def issue_a_new_pin(desk: Desk) -> None:
    desk.window.outcome = lambda order: tuple(
        Told(row=row, done=True, shown="402 913") for row in order.rows
    )
    await desk.perform("issue a new PIN")
    assert desk.order.act is Act.PIN
    assert "402 913" in desk.text


async def refuse_papers(desk: Desk) -> None:
    await desk.perform("refuse papers")
    assert (desk.order.act, desk.order.reason) == (Act.REFUSE, "examinee.id")


async def end_a_test_for_good(desk: Desk) -> None:
    await desk.perform("end a test for good")
    assert (desk.order.act, desk.order.reason) == (Act.TERMINATE, "examinee.behaviour")


TASKS = (
    authorise_everybody_who_waits,
    look_after_whoever_calls,
    find_somebody_by_name_and_write_to_them,
    pause_one_for_illness,
    pause_the_room_in_a_power_cut,
    let_the_room_go_on,
    ten_minutes_more_for_the_network,
    record_an_irregularity,
    move_somebody_to_another_seat,
    issue_a_new_pin,
    refuse_papers,
    end_a_test_for_good,
)
ON_ONE = (pause_one_for_illness, *TASKS[6:])
"""Tasks on whoever the cursor is on."""


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
async def test_a_task_is_done_by_the_keys_of_the_table(
    task: Callable[[Desk], Awaitable[None]],
) -> None:
    async with at_desk() as desk:
        await task(desk)
        assert len(desk.window.orders) == 1


def test_every_task_is_driven_and_takes_at_most_five_keystrokes() -> None:
    assert [task.__name__.replace("_", " ").casefold() for task in TASKS] == [
        task.casefold() for task in DAY
    ]
    assert all(strokes(task) <= MOST for task in DAY)


@pytest.mark.parametrize("task", ON_ONE, ids=lambda task: task.__name__)
async def test_a_task_on_somebody_found_by_number_takes_no_more_with_the_search(
    task: Callable[[Desk], Awaitable[None]],
) -> None:
    async with at_desk() as desk:
        await desk.search("0243")
        await task(desk)
        assert desk.whom == ["19"]
        assert desk.strokes <= MOST


@pytest.mark.parametrize(("keys", "reason"), EVERY_REASON)
async def test_any_reason_is_given_by_its_digits(keys: str, reason: str) -> None:
    async with at_desk() as desk:
        await desk.press("k", *keys)
        assert desk.order.reason == reason


@pytest.mark.parametrize("key", ["t", "h"])
async def test_what_ends_a_test_for_good_is_asked_once_more_with_its_reason(key: str) -> None:
    async with at_desk(ScriptedWindow(chief=True)) as desk:
        await desk.press(key, "6", "6", "y", key)
        assert not desk.window.orders
        assert words.reason(USUAL[COMMANDS[key].act][0], "en") in desk.text
        await desk.press("enter")
        assert desk.order.reason == USUAL[COMMANDS[key].act][0]


def test_the_docs_print_the_table() -> None:
    assert printed() == [(task, keys, strokes(task)) for task, keys in DAY.items()]


CHIEF_TASKS = {
    "r": ("r", "5"),
    "h": ("h", "6", "enter"),
    "z": ("z", "1", "6"),
}


@pytest.mark.parametrize("keys", CHIEF_TASKS.values(), ids=CHIEF_TASKS)
async def test_a_chief_has_acts_that_others_have_not(keys: tuple[str, ...]) -> None:
    async with at_desk(ScriptedWindow(chief=True)) as desk:
        await desk.search("0243")
        await desk.press(*keys)
        assert desk.whom == ["19"]
        assert desk.strokes <= MOST
    async with at_desk() as desk:
        await desk.press(keys[0])
        assert not desk.window.orders
        assert "only a chief proctor" in desk.text


async def test_a_walk_in_is_registered_by_a_form() -> None:
    async with at_desk(ScriptedWindow(chief=True)) as desk:
        await desk.press("+")
        for text in ("0299", "RINI ASTUTI", "pelaksana", "31"):
            await desk.type(text)
            await desk.press("enter")
        await desk.press("5")
        assert desk.order.act is Act.WALK_IN
        assert dict(desk.order.entries) == {
            "number": "0299",
            "name": "RINI ASTUTI",
            "group": "pelaksana",
            "seat": "31",
        }


async def test_a_name_is_corrected_beginning_from_what_it_was() -> None:
    async with at_desk(ScriptedWindow(chief=True)) as desk:
        await desk.press("e", "1")
        await desk.type(" M.T.")
        await desk.press("enter", "3", "3")
        order = desk.order
        assert dict(order.entries) == {"name": "YOHANES TEWU M.T."}
        assert order.reason == "staff.error"


async def test_a_refused_act_says_why_for_whom() -> None:
    window = ScriptedWindow()

    def refused(order: Order) -> tuple[Told, ...]:
        return tuple(
            Told(row=row, done=False, code="ended", why="the test has ended") for row in order.rows
        )

    window.outcome = refused
    async with at_desk(window) as desk:
        await desk.press("l")
        assert "REFUSED" in desk.text
        assert "19 YOHANES TEWU: the test has ended (reopen it first)" in desk.text
        await desk.press("enter")
        assert "REFUSED" not in desk.text


async def test_esc_gives_a_question_up_at_any_step() -> None:
    async with at_desk() as desk:
        await desk.press("w", "1", "0", "enter", "4", "escape", "t", "2", "1", "escape")
        assert not desk.window.orders


async def test_a_small_f_pauses_nobody() -> None:
    async with at_desk() as desk:
        await desk.press("f")
        assert not desk.window.orders
        assert "Shift+F pauses the whole room" in desk.text


async def test_a_group_is_marked_and_acted_on_at_once() -> None:
    async with at_desk() as desk:
        await desk.press("space", "space", "i")
        assert desk.whom == ["07", "19"]
        await desk.press("i")
        assert len(desk.whom) == 1
