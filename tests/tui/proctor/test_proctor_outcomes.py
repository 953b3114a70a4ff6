"""What came of an order is told when nothing else is being asked, and is not lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cact_tui.errors import CactError, NotFound, StorageTrouble
from cact_tui.proctoring.board.duty import Act, Told
from tests.tui.proctor.desk import at_desk
from tests.tui.proctor.scene import ScriptedWindow

if TYPE_CHECKING:
    from cact_tui.proctoring.board.duty import Order
    from cact_tui.proctoring.board.reader import OnSnapshot


class SlowWindow(ScriptedWindow):
    """Holds back what came of orders until it is let out."""

    def __init__(self, *, chief: bool = False) -> None:
        super().__init__(chief=chief)
        self.gate = asyncio.Event()
        self.outcome = refused

    async def carry_out(self, order: Order) -> tuple[Told, ...]:
        self.orders.append(order)
        await self.gate.wait()
        return self.outcome(order)


def refused(order: Order) -> tuple[Told, ...]:
    return tuple(Told(row=row, done=False, code="ended", why="") for row in order.rows)


def with_pin(order: Order) -> tuple[Told, ...]:
    return tuple(Told(row=row, done=True, shown="481516") for row in order.rows)


async def test_a_message_that_is_being_written_goes_on_and_acts_on_nobody() -> None:
    window = SlowWindow()
    async with at_desk(window) as desk:
        await desk.press("l", "p")
        await desk.type("Fi")
        window.gate.set()
        await desk.settle()
        assert "REFUSED" not in desk.text
        await desk.type("lo")
        await desk.press("enter")
        assert [one.act for one in window.orders] == [Act.RESUME, Act.MESSAGE]
        assert desk.order.text == "Filo"
        assert "19 YOHANES TEWU: the test has ended" in desk.text


async def test_a_search_goes_on_and_then_it_is_told() -> None:
    window = SlowWindow()
    async with at_desk(window) as desk:
        await desk.press("l", "/")
        await desk.type("ra")
        window.gate.set()
        await desk.settle()
        await desk.type("hma")
        assert "SITI RAHMAWATI" in desk.rows[4]
        assert "REFUSED" not in desk.text
        await desk.press("enter")
        assert "REFUSED" in desk.text


async def test_what_came_of_several_orders_is_told_one_after_the_other() -> None:
    window = SlowWindow()
    async with at_desk(window) as desk:
        await desk.press("l", "down", "l", "down", "t")
        window.gate.set()
        await desk.settle()
        assert "REFUSED" not in desk.text
        await desk.press("escape")
        assert "19 YOHANES TEWU: the test has ended" in desk.text
        await desk.press("enter")
        assert "REFUSED" in desk.text
        assert "19 YOHANES TEWU: the test has ended" not in desk.text
        await desk.press("enter")
        assert "REFUSED" not in desk.text


async def test_a_pin_stays_until_it_is_noted() -> None:
    window = ScriptedWindow()
    window.outcome = with_pin
    async with at_desk(window) as desk:
        await desk.press("n", "i", "down", "space")
        assert "481516" in desk.text
        assert "Enter: noted" in desk.text
        assert [one.act for one in window.orders] == [Act.PIN]
        await desk.press("enter")
        assert "481516" not in desk.text


async def test_a_room_that_nobody_holds_cannot_go_on() -> None:
    async with at_desk() as desk:
        await desk.press("G")
        assert not desk.window.orders
        assert "Shift+F holds nobody" in desk.text


class BlindWindow(ScriptedWindow):
    """Shows the sitting that is open and fails to show any other."""

    def __init__(self, fault: CactError) -> None:
        super().__init__()
        self._fault = fault

    async def look(self, on_snapshot: OnSnapshot, sitting: str = "") -> None:
        if sitting:
            raise self._fault
        await super().look(on_snapshot, sitting)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (NotFound("there is no sitting x"), "tidak ada sesi ujian itu"),
        (StorageTrouble("cact.db", "disk I/O error", "mend it"), "sesi ujian tidak dapat dibaca"),
    ],
)
async def test_a_sitting_that_cannot_be_shown_is_told_in_the_language_of_the_screen(
    fault: CactError, words: str
) -> None:
    async with at_desk(BlindWindow(fault), language="id") as desk:
        await desk.press("s")
        assert words in desk.text
