"""Random keys never crash the app, never end it, never send what was not seen."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import Passage, Standstill
from tests.tui.participant_flow import (
    ScriptedFlow,
    case_item,
    confirm_view,
    identity_view,
    item,
    language_view,
    multiple_item,
    numeric_item,
    passage_view,
    standstill_view,
)

if TYPE_CHECKING:
    from cact_tui.delivery.views import View
    from tests.tui.seat import Sit

KEYS = (
    *"abcdefgh0123456789,.-xyz",
    *("enter", "enter", "enter", "space", "escape", "up", "down", "left", "right", "tab"),
    *("pagedown", "pageup", "home", "end", "backspace", "delete", "shift+tab"),
    *("f1", "f2", "f3", "f4", "f5", "f9", "f12", "ctrl+c", "ctrl+q", "ctrl+z", "ctrl+j"),
)
SIZES = ((80, 24), (80, 24), (79, 24), (132, 43), (20, 5), (100, 30))


def _views(chance: random.Random) -> list[View]:
    """Return a test in some order, with an item at its end."""
    middle: list[View] = [
        passage_view(chance.randrange(1, 6)),
        item(),
        multiple_item(),
        numeric_item(),
        case_item(paragraphs=chance.randrange(1, 5)),
        evolve(case_item(paragraphs=2), item="mp-007", position=chance.randrange(1, 9)),
        standstill_view(Standstill.LEFT),
    ]
    chance.shuffle(middle)
    first = (language_view(2), identity_view(), passage_view(3, passage=Passage.PRIVACY))
    return [*first, confirm_view(), *middle, item(item="last", position=99)]


class WatchedFlow(ScriptedFlow):
    """Checks of every answer that its item was on the screen to its last page."""

    async def act(self, action: a.Action) -> None:
        """Look at what was told before."""
        if isinstance(action, a.Respond):
            shown = self.told[len(self.told) - self.told[::-1].index("new") :]
            assert "appeared" in shown
            assert "last page" in shown
            assert "choice" in shown
        await super().act(action)

    def show(self, view: View) -> None:
        """Note where a new view begins."""
        self.told.append("new")
        super().show(view)


@pytest.mark.parametrize("seed", range(4))
async def test_random_keys_and_sizes_do_no_harm(sit: Sit, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's draw
    flow = WatchedFlow(_views(chance))
    incidents: list[Exception] = []
    async with sit(flow=flow, on_incident=lambda _number, error: incidents.append(error)) as seat:
        for _ in range(20):
            for name in chance.choices(KEYS, k=25):
                seat.send(name)
                if chance.random() < 0.5:
                    await seat.settle()
            if chance.random() < 0.2:
                await seat.resize(*chance.choice(SIZES))
            if chance.random() < 0.3:
                seat.app.pasted("".join(chance.choices("ab\x1b[2J\n\u202e1 ", k=9)))
            await seat.settle()
        assert incidents == []
        assert seat.app.return_code is None
