"""A live section and a simulated test are the same rules: the same draws give the same items."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.simulation import RecordedAnswers, administer
from cact_tui.sessions.engine import SectionEngine, UnusableSection
from cact_tui.sessions.outcomes import Pick
from cact_tui.sessions.specification import RuleChoice, StopChoice
from cact_tui.sessions.states import ItemRecord, ItemState
from tests.sessions import small
from tests.sessions.small_bank import small_bank

BANK = small_bank()
FIRST, SECOND = list(BANK.items)[:2]
CHANGE = RuleChoice("theta_change", {"at_most": 0.15})
SEVERAL: dict[str, dict[str, Any]] = {
    "eligibility": {
        "exposure": RuleChoice(
            "eligibility", {"cuts": [0.0], "parameters": {FIRST: 0.2, SECOND: [0.5, 0.9]}}
        ),
        "selector": RuleChoice("mepv"),
    },
    "forms": {"selector": RuleChoice("planned_missing", {"blocks": 3})},
    "change": {"stop": StopChoice(rules=(CHANGE,)), "selector": RuleChoice("progressive")},
    "reduction": {
        "stop": StopChoice(
            rules=(RuleChoice("predicted_reduction", {"at_most": 0.3}), CHANGE), combine="all"
        ),
        "selector": RuleChoice("klp"),
        "interim": RuleChoice("wle"),
    },
    "penalty": {
        "content": RuleChoice("weighted_penalty", {"tag": "area", "bounds": {"a": [2, 3]}}),
        "exposure": RuleChoice("sympson_hetter", {"parameters": {FIRST: 0.3, SECOND: 0.6}}),
    },
}


def section(**changes: Any) -> SectionEngine:
    plain = {"min_items": 3, "max_items": 8, "start": RuleChoice("random", {"low": -1.0})}
    return SectionEngine.bind(small.section(**{**plain, **changes}), {"small": BANK})


def live(engine: SectionEngine, seed: str, categories: np.ndarray[Any, Any]) -> list[str]:
    start, _ = engine.start(seed)
    records: list[ItemRecord] = []
    while isinstance(pick := engine.next(seed, start, records), Pick):
        category = int(categories[0, engine.pool.index(pick.item)])
        records.append(
            ItemRecord(
                item=pick.item,
                state=ItemState.ANSWERED,
                given=(),
                category=category,
                shown_ms=1_000,
            )
        )
    return [record.item for record in records]


def simulated(engine: SectionEngine, seed: str, categories: np.ndarray[Any, Any]) -> list[str]:
    name = engine.specification.id
    draws = [uniform(f"{seed}/{name}/start", 0, 1)]
    for step in range(1, engine.rules.max_items + 2):
        draws += [uniform(f"{seed}/{name}/choice", step, 2), np.zeros(1)]
    tests = administer(
        engine.rules,
        engine.pool,
        engine.structure,
        RecordedAnswers(categories=categories),
        np.concatenate(draws)[None, :],
    )
    return [engine.pool.ids[item] for item in tests.items[0] if item >= 0]


@pytest.mark.parametrize("name", SEVERAL)
def test_a_live_section_is_the_simulated_test_on_the_same_draws(name: str) -> None:
    engine = section(**SEVERAL[name])
    rng = np.random.default_rng(7)
    lengths = set()
    for seed in range(25):
        categories = (rng.random((1, len(engine.pool))) * engine.pool.n_categories).astype(int)
        items = live(engine, f"{seed:032x}", categories)
        assert items == simulated(engine, f"{seed:032x}", categories)
        lengths.add(len(items))
    assert len(lengths) > 1 or "stop" not in SEVERAL[name]


def test_a_rule_that_the_items_do_not_suit_is_refused_when_the_section_is_bound() -> None:
    with pytest.raises(UnusableSection) as refusal:
        section(exposure=RuleChoice("eligibility", {"parameters": {"Q-99": 0.5}}))
    assert [problem.key for problem in refusal.value.problems] == ["exposure.parameters.Q-99"]
