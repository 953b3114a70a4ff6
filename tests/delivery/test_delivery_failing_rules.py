"""A plug-in that raises, hangs or returns nonsense is journaled; the participant never sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import evolve, frozen

from cact_tui.delivery import choosing
from cact_tui.delivery.views import EndView, ItemView, PassageView, Saving
from cact_tui.results.replay import replay
from cact_tui.sessions import events as e
from cact_tui.sessions.plan import BatteryPlan
from cact_tui.sessions.specification import RuleChoice, StopChoice
from tests.delivery.hall import BANKS, KEYS, Hall, of_kind, two_sections
from tests.sessions import small

LIMIT = 0.3
HANG = 0.8


def raises(*_: Any, **__: Any) -> Any:
    raise RuntimeError("the key of I-01 is b1")


def hangs(*_: Any, **__: Any) -> Any:
    time.sleep(HANG)
    raise RuntimeError("too late")


def nothing(*_: Any, **__: Any) -> Any:
    return None


def numbers(value: float) -> Callable[..., Any]:
    """Return what answers every question with an array of one number, a row per examinee."""

    def answer(examinees: Any, *_: Any) -> Any:
        return np.full((1, len(examinees.pool)), value)

    return answer


def too_many(*_: Any) -> Any:
    return np.zeros((1, 99))


@frozen
class Rule:
    """A rule that does one thing, whatever it is asked; the rest is the sound rule's."""

    sound: Any
    does: dict[str, Callable[..., Any]]

    def __getattr__(self, name: str) -> Any:
        return self.does.get(name) or getattr(self.sound, name)


def estimates(sound: Any, **wrong: Any) -> Callable[..., Any]:
    """Return an estimator whose estimates are sound but for some fields."""

    def estimate(*asked: Any) -> Any:
        return evolve(sound.estimate(*asked), **wrong)

    return estimate


BATTERY = two_sections(
    sections=(
        small.section(
            "one",
            min_items=2,
            max_items=3,
            start=RuleChoice("random", {"low": -1.0, "high": 1.0}),
            exposure=RuleChoice("randomesque", {"k": 3}),
            content=RuleChoice("bounds", {"tag": "area", "bounds": {"a": [1, 2], "b": [1, 2]}}),
            interim=RuleChoice("wle"),
            stop=StopChoice(rules=(RuleChoice("se", {"at_most": 0.9}),)),
        ),
    )
)
NAN = np.array([np.nan])
FAULTS: dict[str, tuple[str, str, Callable[[Any], Callable[..., Any]]]] = {
    "the selector raises": ("selector", "scores", lambda _: raises),
    "the selector hangs": ("selector", "scores", lambda _: hangs),
    "the selector returns nothing": ("selector", "scores", lambda _: nothing),
    "the selector returns NaN": ("selector", "scores", lambda _: numbers(np.nan)),
    "the selector refuses all": ("selector", "scores", lambda _: numbers(-np.inf)),
    "the selector returns another shape": ("selector", "scores", lambda _: too_many),
    "the exposure rule raises": ("exposure", "advice", lambda _: raises),
    "the exposure rule returns nothing": ("exposure", "advice", lambda _: nothing),
    "the content rule returns another shape": ("content", "allowed", lambda _: too_many),
    "the content rule penalises by NaN": ("content", "penalties", lambda _: numbers(np.nan)),
    "the content rule raises at the end": ("content", "satisfied", lambda _: raises),
    "the interim estimator raises": ("interim", "estimate", lambda _: raises),
    "the interim estimator hangs": ("interim", "estimate", lambda _: hangs),
    "the interim theta is NaN": ("interim", "estimate", lambda s: estimates(s, theta=NAN)),
    "the interim SE is infinite": ("interim", "estimate", lambda s: estimates(s, se=NAN + np.inf)),
    "the interim theta is empty": ("interim", "estimate", lambda s: estimates(s, theta=NAN[:0])),
    "the final estimator raises": ("final", "estimate", lambda _: raises),
    "the final theta is NaN": ("final", "estimate", lambda s: estimates(s, theta=NAN)),
    "the estimator beside raises": ("beside", "estimate", lambda _: raises),
    "the estimator beside has no SE": ("beside", "estimate", lambda s: estimates(s, se=NAN)),
    "the start raises": ("start", "theta", lambda _: raises),
    "the start is NaN": ("start", "theta", lambda _: lambda _draw: NAN),
}


def broken_plan(slot: str, method: str, fault: Callable[[Any], Callable[..., Any]]) -> BatteryPlan:
    """Return the plan of one section with one rule that is broken."""
    plan = BatteryPlan(battery=BATTERY, banks=BANKS, keys=KEYS)
    engine = plan.engine("one")
    if slot in ("final", "beside"):
        sound = getattr(engine, slot)
        changes: dict[str, Any] = {slot: Rule(sound, {method: fault(sound)})}
        broken = evolve(engine, **changes)
    else:
        sound = getattr(engine.rules, slot)
        changes = {slot: Rule(sound, {method: fault(sound)})}
        broken = evolve(engine, rules=evolve(engine.rules, **changes))
    plan._engines["one"] = broken
    return plan


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_failing_rule_is_journaled_and_the_built_in_rules_go_on(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "TIME_LIMIT", LIMIT)
    plan = broken_plan(*FAULTS[fault])
    hall = Hall(BATTERY, plan=plan)
    seat = await hall.seat().to_item()
    assert isinstance(await seat.to_the_end(), EndView)
    assert {type(view) for view in seat.views} >= {ItemView, PassageView, EndView}
    trouble = [view for view in seat.views if getattr(view, "saving", None) is Saving.NOT_SAVED]
    assert trouble == []
    events = await hall.events()
    (failed,) = of_kind(events, e.IrregularityRecorded)
    assert failed.code == "rule_failed"
    assert failed.detail.startswith("one: ")
    assert "b1" not in failed.detail
    shown = of_kind(events, e.ItemShown)
    assert [one.position for one in shown] == list(range(1, len(shown) + 1))
    (ended,) = of_kind(events, e.SectionEnded)
    assert ended.fallback
    items = [one.fallback for one in shown]
    assert items == sorted(items)


PROVABLE = [name for name in FAULTS if "hangs" not in name]


@pytest.mark.parametrize("fault", PROVABLE)
async def test_what_the_built_in_rules_decided_is_proved_with_the_built_in_rules(
    fault: str,
) -> None:
    hall = Hall(BATTERY, plan=broken_plan(*FAULTS[fault]))
    await (await hall.seat().to_item()).to_the_end()
    sound = BatteryPlan(battery=BATTERY, banks=BANKS, keys=KEYS)
    assert replay(await hall.recorded(), sound).difference is None


@pytest.mark.parametrize("how", [raises, hangs])
async def test_a_failing_estimator_does_not_keep_a_section_from_ending_in_time(
    how: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "TIME_LIMIT", LIMIT)
    hall = Hall(two_sections(seconds=5))
    seat = await hall.seat().to_item()
    await seat.answer()
    engine = hall.plan.engine("one")
    rules = evolve(engine.rules, interim=Rule(engine.rules.interim, {"estimate": how}))
    hall.plan._engines["one"] = evolve(engine, rules=rules)
    started = time.monotonic()
    await seat.pass_time(5)
    assert time.monotonic() - started < HANG
    assert isinstance(seat.view, EndView)
    (ended,) = of_kind(await hall.events(), e.SectionEnded)
    assert (ended.reason, ended.fallback) == ("battery_time", True)


async def test_a_start_that_stood_in_says_so_and_is_the_prior_s_mean() -> None:
    hall = Hall(BATTERY, plan=broken_plan(*FAULTS["the start raises"]))
    await hall.seat().to_item()
    (started,) = of_kind(await hall.events(), e.SectionStarted)
    assert started.start.fell_back
    assert (started.start.method, started.start.theta) == ("fixed", small.PRIOR.mean)


async def test_a_rule_that_chooses_an_item_again_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hall = Hall()
    engine = hall.plan.engine("one")
    original, first = type(engine).next, []

    def stuck(self: Any, seed: str, start: e.Estimate, records: Any, prior: Any) -> Any:
        if self is not engine:
            return original(self, seed, start, records, prior)
        first.append(original(self, seed, start, (), prior))
        return first[0]

    monkeypatch.setattr(type(engine), "next", stuck)
    await (await hall.seat().to_item()).to_the_end()
    items = [one.item for one in of_kind(await hall.events(), e.ItemShown)]
    assert len(items) == len(set(items))
    (failed,) = of_kind(await hall.events(), e.IrregularityRecorded)
    assert failed.code == "rule_failed"


async def test_the_loop_goes_on_while_a_rule_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "TIME_LIMIT", LIMIT)
    hall = Hall(BATTERY, plan=broken_plan("selector", "scores", lambda _: hangs))
    seat = hall.seat()
    began = time.monotonic()
    await seat.to_item()
    assert LIMIT <= time.monotonic() - began < HANG


async def test_what_a_rule_could_not_keep_is_put_on_record_before_the_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hall = Hall()
    engine = hall.plan.engine("one")
    original = type(engine).next

    def relaxed(self: Any, *asked: Any) -> Any:
        outcome: Any = original(self, *asked)
        return evolve(outcome, notes=("blueprint_relaxed",)) if self is engine else outcome

    monkeypatch.setattr(type(engine), "next", relaxed)
    await hall.seat().to_item()
    noted, shown = [
        one for one in await hall.events() if isinstance(one, (e.IrregularityRecorded, e.ItemShown))
    ]
    assert isinstance(noted, e.IrregularityRecorded)
    assert (noted.code, noted.detail) == ("rule_relaxed", "one, item 1: blueprint_relaxed")
    assert isinstance(shown, e.ItemShown)
