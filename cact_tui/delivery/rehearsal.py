"""A simulated participant: a face of the flow that reads, thinks by the model, and answers.

It proves a battery end to end without a person. Its abilities are drawn from its seed, so a run
with the same seed gives the same answers to the same items whatever interrupts it.
"""

from __future__ import annotations

import asyncio
import uuid
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from cact_tui.banks.items import Form
from cact_tui.banks.keys import NumericValue
from cact_tui.delivery import actions as a
from cact_tui.delivery.views import (
    ConfirmView,
    EndView,
    IdentityView,
    ItemView,
    LanguageView,
    MessageView,
    PassageView,
    StandstillView,
    View,
)
from cact_tui.errors import CactError
from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.simulation import simulate
from cact_tui.sessions.pools import compile_pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.face import Flow
    from cact_tui.sessions.plan import BatteryPlan


class RehearsalRefused(CactError):
    """The simulated participant was not let in; says why in the words of the screen."""


class Mind:
    """What a simulated participant would answer: categories drawn from the item's model.

    `theta` is the ability on every scale; None draws one per scale from N(0, 1) by the seed.
    """

    def __init__(self, plan: BatteryPlan, seed: str, theta: float | None = None) -> None:
        self._plan = plan
        self._seed = seed
        self._theta = theta

    def ability(self, scale: str) -> float:
        """Return the true theta on a scale (Box and Muller 1958, from two draws)."""
        if self._theta is not None:
            return self._theta
        one, two = uniform(f"{self._seed}/ability/{scale}", 0, 2)
        return float(np.sqrt(-2 * np.log1p(-one)) * np.cos(2 * np.pi * two))

    def answer(self, view: ItemView) -> tuple[str, ...]:
        """Return what is answered to the item shown; in practice the first that will do."""
        possible = _possible(view)
        if view.practice:
            return possible[0]
        wanted = self._category(view.item)
        fitting = [given for given in possible if self._scores(view.item, given) == wanted]
        if view.form is Form.NUMERIC:
            return self._number(view.item, right=wanted == 1)
        draw = float(uniform(f"{self._seed}/option/{view.item}", 0, 1)[0])
        choices = sorted(fitting or possible)
        return choices[int(draw * len(choices))]

    def _scores(self, item: str, given: tuple[str, ...]) -> int:
        return self._plan.category(item, given)

    def _category(self, name: str) -> int | None:
        """Return the category of an answer, None for an item without a model."""
        item = self._plan.item(name)
        section = next(one for one in self._plan.battery.sections if one.scale == item.scale)
        pool = compile_pool((item,), section, self._plan.banks)
        if not len(pool):
            return None
        theta = np.array([self.ability(section.scale)])
        draw = uniform(f"{self._seed}/answer/{name}", 0, 1)
        return int(simulate(pool, np.zeros(1, dtype=np.int64), theta, draw)[0])

    def _number(self, item: str, *, right: bool) -> tuple[str, ...]:
        key = self._plan.key(item)
        if not isinstance(key, NumericValue):
            raise TypeError(f"{item} is numeric but its key is not")
        value = key.value if right else key.value + key.tolerance + 1
        return (f"{value:g}",)


def _reads(view: View) -> a.Action | None:
    """Return what follows a text that was read; nothing where only waiting helps."""
    match view:
        case PassageView():
            return a.Continue()
        case MessageView():
            return a.Acknowledge(view.message)
        case _:
            return None


def _possible(view: ItemView) -> tuple[tuple[str, ...], ...]:
    """Return every answer that can be given with options; one number for a numeric item."""
    if view.form is Form.NUMERIC:
        return (("1",),)
    return tuple(combinations((option.id for option in view.options), view.choose))


class SimulatedParticipant:
    """Takes the test through the flow, as a person would through a screen."""

    def __init__(
        self,
        flow: Flow,
        mind: Callable[[ItemView], tuple[str, ...]],
        *,
        number: str,
        name: str,
        language: str,
        position_group: str = "",
        pin: str = "",
    ) -> None:
        self._flow = flow
        self._mind = mind
        self._number = number
        self._name = name
        self._language = language
        self._group = position_group
        self._pin = pin
        self._changed = asyncio.Event()

    async def run(self, watch: Callable[[View], None] = lambda _: None) -> EndView | StandstillView:
        """Take the test to its end; `watch` sees every view. Return the last view."""

        def on_view(view: View) -> None:
            watch(view)
            self._changed.set()

        self._flow.listen(on_view, lambda _: None)
        await self._flow.start()
        while not self._over(self._flow.view):
            await self._act(self._flow.view)
        await self._flow.close()
        last = self._flow.view
        if not isinstance(last, EndView | StandstillView):
            raise TypeError(f"the flow stopped at {type(last).__name__}")
        return last

    def _over(self, view: View) -> bool:
        return isinstance(view, EndView) or (isinstance(view, StandstillView) and view.closing)

    async def _act(self, view: View) -> None:
        action = self._action(view)
        if action is not None:
            await self._flow.act(action)
            return
        self._changed.clear()
        await self._changed.wait()

    def _action(self, view: View) -> a.Action | None:
        match view:
            case LanguageView():
                return a.ChooseLanguage(self._language)
            case IdentityView() if view.problem:
                raise RehearsalRefused(view.problem)
            case IdentityView():
                return a.Identify(
                    number=self._number,
                    name=self._name,
                    position_group=self._group,
                    pin=self._pin,
                )
            case ConfirmView():
                return a.Confirm(view.word)
            case ItemView():
                return self._respond(view)
            case _:
                return _reads(view)

    def _respond(self, view: ItemView) -> a.Respond:
        self._flow.appeared()
        self._flow.saw_last_page()
        self._flow.changed_choice()
        return a.Respond(
            answer=uuid.uuid4().hex,
            item=view.item,
            position=view.position,
            given=self._mind(view),
        )
