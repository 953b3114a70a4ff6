"""Keys pressed before something was seen never answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.clock import ManualClock
from cact_tui.tui.participant.guard import NEW_VIEW, QUESTION
from tests.tui.participant_flow import end_view, item

if TYPE_CHECKING:
    from tests.tui.seat import Seat, Sit


async def _answer_first(seat: Seat, clock: ManualClock) -> None:
    clock.advance(NEW_VIEW)
    await seat.press("b", "enter")
    clock.advance(QUESTION)
    await seat.press("enter")


async def test_keys_right_after_a_new_item_appeared_are_dropped(sit: Sit) -> None:
    clock = ManualClock()
    async with sit(item(), item(item="dl-009", position=9), clock=clock) as seat:
        await _answer_first(seat, clock)
        assert "Soal 9" in seat.rows[1]
        clock.advance(NEW_VIEW - 0.01)
        await seat.press("c", "enter", "enter")
        assert "(*)" not in seat.text
        assert len(seat.flow.responses) == 1
        clock.advance(0.02)
        await seat.press("c")
        assert "(*) C" in seat.text


async def test_a_bouncing_enter_does_not_confirm(sit: Sit) -> None:
    clock = ManualClock()
    async with sit(item(), end_view(), clock=clock) as seat:
        clock.advance(NEW_VIEW)
        await seat.press("b", "enter", "enter")
        assert "Kirim jawaban B?" in seat.text
        assert seat.flow.responses == []
        clock.advance(QUESTION)
        await seat.press("enter")
        assert len(seat.flow.responses) == 1


async def test_a_burst_of_keys_without_a_frame_between_sends_nothing(sit: Sit) -> None:
    async with sit(item(), item(item="dl-009", position=9)) as seat:
        for name in ("b", "enter", "enter", "c", "enter", "enter"):
            seat.send(name)
        await seat.settle()
        assert seat.flow.responses == []


async def test_an_item_appears_only_once_it_was_painted(sit: Sit) -> None:
    async with sit(item()) as seat:
        seat.flow.told.clear()
        seat.flow.show(item(item="dl-009", position=9))
        assert seat.flow.told == []
        await seat.settle()
        assert seat.flow.told == ["1 pages", "appeared", "last page"]
        await seat.press("b", "b", "c")
        assert seat.flow.told[3:] == ["choice", "choice"]


async def test_keys_between_two_views_are_dropped(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.press("b", "enter")
        seat.flow.view = item(item="dl-009", position=9)
        await seat.press("enter")
        assert seat.flow.responses == []
