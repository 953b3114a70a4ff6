"""Whole simulated tests, in lockstep and one by one."""

from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.administration import Rules, begin, choose, update, verdict
from cact_tui.psychometrics.content import ContentBounds
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.simulation import (
    BATCH,
    RecordedAnswers,
    SimulatedAnswers,
    administer,
    simulate,
)
from cact_tui.psychometrics.starts import FixedStart, RandomStart
from cact_tui.psychometrics.stopping import StandardErrorAtMost, StopRules
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool

POOL = drawn_pool(300)
PLAIN = Structure.compile(POOL)
AREAS = ("aman", "budaya", "cakap")
RICH = Structure.compile(
    POOL,
    tags={"area": {item: AREAS[i % 3] for i, item in enumerate(POOL.ids)}},
    enemies=[(POOL.ids[i], POOL.ids[i + 4]) for i in range(0, 290, 11)],
    sets={POOL.ids[i]: f"S{i // 4}" for i in range(40, 80)},
)
BOUNDS = ContentBounds(tag="area", bounds={"aman": (4, 9), "budaya": (4, 9), "cakap": (4, 9)})


def rules(**changes: Any) -> Rules:
    settings: dict[str, Any] = {
        "start": FixedStart(),
        "selector": MaximumInformation(),
        "interim": ExpectedAPosteriori(),
        "max_items": 20,
    }
    return Rules(**(settings | changes))


RULES = {
    "plain": rules(min_items=20),
    "rich": rules(
        start=RandomStart(low=-1.0, high=1.0),
        exposure=Randomesque(k=4),
        content=BOUNDS,
        stops=StopRules(any=[StandardErrorAtMost(0.35)]),
        min_items=12,
    ),
}


@pytest.mark.parametrize(("name", "structure"), [("plain", PLAIN), ("rich", RICH)])
def test_a_simulated_test_is_the_one_that_a_single_examinee_would_get(
    name: str, structure: Structure
) -> None:
    n, rng = 25, np.random.default_rng(8)
    theta, draws = rng.normal(size=n), rng.random((n, 1 + 3 * 21))
    answers = SimulatedAnswers(pool=POOL, theta=theta)
    tests = administer(RULES[name], POOL, structure, answers, draws)
    for row in range(n):
        alone = begin(RULES[name], POOL, structure, draws[[row], 0])
        for step in range(20):
            u = draws[[row], 1 + 3 * step : 4 + 3 * step]
            item = choose(RULES[name], alone, u[:, :2]).item
            alone = update(RULES[name], alone, item, simulate(POOL, item, theta[[row]], u[:, 2]))
            assert tests.path[row, step] == pytest.approx(alone.theta[0], abs=1e-9)
            if verdict(RULES[name], alone).code[0] >= 0:
                break
        assert alone.items[0].tolist() == tests.items[row][tests.items[row] >= 0].tolist()
        assert verdict(RULES[name], alone).code[0] == tests.reason[row]


def test_a_test_depends_on_its_own_draw_and_not_on_who_else_is_tested() -> None:
    rng = np.random.default_rng(9)
    theta, draws = rng.normal(size=BATCH + 7), rng.random(BATCH + 7)
    whole = administer(RULES["rich"], POOL, RICH, SimulatedAnswers(pool=POOL, theta=theta), draws)
    last = administer(
        RULES["rich"], POOL, RICH, SimulatedAnswers(pool=POOL, theta=theta[-9:]), draws[-9:]
    )
    assert whole.items[-9:].tolist() == last.items.tolist()
    assert whole.theta[-9:] == pytest.approx(last.theta, abs=1e-9)


def test_tests_end_for_their_own_reason_and_keep_all_rules() -> None:
    rng = np.random.default_rng(10)
    theta = rng.normal(size=600)
    tests = administer(
        RULES["rich"], POOL, RICH, SimulatedAnswers(pool=POOL, theta=theta), rng.random(600)
    )
    stopped = tests.reason == tests.reasons.index("se")
    assert stopped.any()
    assert (tests.se[stopped] <= 0.35).all()
    assert (tests.lengths[~stopped] == 20).all()
    areas = np.array([RICH.tags["area"][item] for item in range(300)])
    for row in range(600):
        items = tests.items[row][tests.items[row] >= 0]
        assert len(set(items.tolist())) == len(items)
        assert all(4 <= (areas[items] == area).sum() <= 9 for area in AREAS)
        assert not any({one, two} <= set(items.tolist()) for one, two in RICH.enemies.tolist())


def test_the_error_of_estimates_is_what_their_standard_errors_say() -> None:
    rng = np.random.default_rng(11)
    theta = rng.normal(size=4000)
    tests = administer(
        RULES["plain"], POOL, PLAIN, SimulatedAnswers(pool=POOL, theta=theta), rng.random(4000)
    )
    found = np.sqrt(np.mean((tests.theta - theta) ** 2))
    assert found == pytest.approx(np.sqrt(np.mean(tests.se**2)), rel=0.04)


def test_recorded_answers_are_used_as_they_are_and_barred_items_never_come() -> None:
    rng = np.random.default_rng(12)
    recorded = rng.integers(0, 2, (50, 300))
    barred = rng.random((50, 300)) < 0.5
    tests = administer(
        RULES["plain"],
        POOL,
        PLAIN,
        RecordedAnswers(categories=recorded),
        rng.random(50),
        barred=barred,
    )
    rows = np.arange(50)[:, None]
    assert (tests.categories == recorded[rows, tests.items]).all()
    assert not barred[rows, tests.items].any()


def test_a_pool_that_runs_out_ends_the_test() -> None:
    few = drawn_pool(6)
    tests = administer(
        rules(max_items=9),
        few,
        Structure.compile(few),
        SimulatedAnswers(pool=few, theta=np.zeros(3)),
        np.array([0.1, 0.2, 0.3]),
    )
    assert tests.lengths.tolist() == [6, 6, 6]
    assert [tests.reasons[code] for code in tests.reason] == ["pool_exhausted"] * 3
