"""Whole adaptive tests under blueprints, through the engine."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.administration import choose, update
from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.shadow.content import ShadowTest
from cact_tui.psychometrics.simulation import SimulatedAnswers, SimulatedTests, administer, simulate
from cact_tui.psychometrics.stopping import StopRules
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import same_slope_pool
from tests.psychometrics.shadow.blueprints import (
    AREAS,
    PlainProgram,
    at,
    drawn_2pl,
    drawn_structure,
    keeps,
    rules_of,
)

COUNTS: tuple[dict[str, Any], ...] = (
    *({"tag": "area", "value": area, "min": 3, "max": 5} for area in AREAS),
    {"tag": "level", "value": "1", "min": 4, "max": 6},
    {"where": {"area": ("aman", "budaya"), "level": "3"}, "min": 2},
    {"items": ("I0003", "I0005"), "max": 1},
    {"together": ("I0010", "I0011")},
)
SUMS: tuple[dict[str, Any], ...] = (
    *COUNTS,
    {"sum": "seconds", "max": 900},
    {"sum": "seconds", "tag": "area", "value": "aman", "min": 200, "max": 260},
)
LENGTH = 15


def run(
    table: tuple[dict[str, Any], ...], pool: Pool, structure: Structure, n: int, **changes: Any
) -> SimulatedTests:
    """Return the tests of n examinees."""
    shadow = ShadowTest(constraints=table, solver=changes.pop("solver", "batch"))
    least, most = changes.pop("lengths", (LENGTH, LENGTH))
    rng = np.random.default_rng(4)
    answers = SimulatedAnswers(pool=pool, theta=rng.normal(size=n))
    return administer(
        rules_of(shadow, least, most, **changes), pool, structure, answers, rng.random(n)
    )


@pytest.mark.parametrize("table", [COUNTS, SUMS], ids=["classes", "sums"])
def test_every_item_is_the_one_that_a_plain_program_at_that_step_would_give(
    table: tuple[dict[str, Any], ...],
) -> None:
    pool = drawn_2pl(120)
    structure = drawn_structure(pool, enemies=12)
    shadow = ShadowTest(constraints=table)
    rules = rules_of(shadow, LENGTH, LENGTH)
    plain = PlainProgram(table, structure, LENGTH)
    rng = np.random.default_rng(2)
    truth = np.array([-1.5, 0.2, 1.4])
    examinees = at(rules, pool, structure, np.zeros(3))
    for _ in range(LENGTH):
        picked = choose(rules, examinees, np.zeros((3, 2))).item
        tests = shadow.tests(examinees)
        worth = pool.information(examinees.theta)
        for row in range(3):
            given = examinees.items[row][: examinees.counts[row]]
            value, test = plain.solve(worth[row], given, examinees.open_items[row])
            assert worth[row][tests.items[row]].sum() == pytest.approx(value, abs=1e-6)
            free = np.setdiff1d(test, given)
            assert picked[row] == free[worth[row][free].argmax()]
        assert (tests.gap <= 1e-9).all()
        answered = simulate(pool, picked, truth, rng.random(3))
        examinees = update(rules, examinees, picked, answered)
    assert all(keeps(table, structure, items.tolist()) for items in examinees.items)


@pytest.mark.parametrize("table", [COUNTS, SUMS], ids=["classes", "sums"])
def test_both_solvers_give_the_same_tests(table: tuple[dict[str, Any], ...]) -> None:
    pool = drawn_2pl(150, seed=3)
    structure = drawn_structure(pool, seed=3, enemies=10)
    ours, theirs = (run(table, pool, structure, 8, solver=name) for name in ("batch", "highs"))
    assert (ours.items == theirs.items).all()
    assert all(keeps(table, structure, items.tolist()) for items in ours.items)


@pytest.mark.parametrize("solver", ["batch", "highs"])
@pytest.mark.parametrize("pool", [drawn_2pl(90), same_slope_pool(90)], ids=["drawn", "equal"])
def test_a_solver_with_a_past_and_one_without_choose_the_same(solver: str, pool: Pool) -> None:
    structure = drawn_structure(pool, seed=5, enemies=8)
    warm = ShadowTest(constraints=SUMS, solver=solver)  # type: ignore[arg-type]
    rules = rules_of(warm, LENGTH, LENGTH)
    examinees = at(rules, pool, structure, np.array([-0.5, 0.8]))
    for _ in range(LENGTH):
        cold = ShadowTest(constraints=SUMS, solver=solver)  # type: ignore[arg-type]
        assert (warm.tests(examinees).items == cold.tests(examinees).items).all()
        picked = choose(rules, examinees, np.zeros((2, 2))).item
        examinees = update(rules, examinees, picked, np.array([1, 0]))


def test_among_equal_items_the_first_in_the_pool_come_first() -> None:
    pool = same_slope_pool(12)
    structure = Structure.compile(pool, tags={"area": ["x"] * 6 + ["y"] * 6})
    table: tuple[dict[str, Any], ...] = ({"tag": "area", "value": "x", "min": 2, "max": 2},)
    shadow = ShadowTest(constraints=table)
    examinee = at(rules_of(shadow, 5, 5), pool, structure, np.zeros(1))
    assert np.flatnonzero(shadow.tests(examinee).items[0]).tolist() == [0, 1, 6, 7, 8]


@pytest.mark.parametrize("table", [COUNTS, SUMS], ids=["classes", "sums"])
def test_a_test_does_not_depend_on_who_else_is_tested(table: tuple[dict[str, Any], ...]) -> None:
    pool = drawn_2pl(100, seed=6)
    structure = drawn_structure(pool, seed=6)
    many = run(table, pool, structure, 20)
    shadow = ShadowTest(constraints=table)
    rng = np.random.default_rng(4)
    theta, draws = rng.normal(size=20), rng.random(20)
    for row in (0, 7, 19):
        alone = administer(
            rules_of(shadow, LENGTH, LENGTH),
            pool,
            structure,
            SimulatedAnswers(pool=pool, theta=theta[row : row + 1]),
            draws[row : row + 1],
        )
        assert (alone.items[0] == many.items[row]).all()


def test_items_come_in_the_order_asked_for() -> None:
    pool = drawn_2pl(80, seed=7)
    structure = drawn_structure(pool, seed=7)
    tests = run((*COUNTS, {"order": "level"}), pool, structure, 10)
    levels = np.array([int(level) for level in structure.tags["level"]])[tests.items]
    assert (np.diff(levels, axis=1) >= 0).all()
    assert all(keeps(COUNTS, structure, items.tolist()) for items in tests.items)


def test_an_order_by_a_number_is_observed() -> None:
    pool = drawn_2pl(80, seed=8)
    structure = drawn_structure(pool, seed=8)
    tests = run((*COUNTS, {"order": "seconds"}), pool, structure, 5)
    assert (np.diff(structure.numbers["seconds"][tests.items], axis=1) >= 0).all()


def test_sets_come_whole_within_their_bounds_and_without_anything_between() -> None:
    pool = drawn_2pl(90, seed=9)
    structure = drawn_structure(pool, seed=9, sets=12)
    table = (
        {"tag": "area", "value": "aman", "min": 3, "max": 6},
        {"sets": "number", "min": 2, "max": 3},
        {"sets": "items", "min": 2, "max": 3},
    )
    tests = run(table, pool, structure, 12)
    for items in tests.items:
        assert keeps(table, structure, items.tolist())
        runs = [number for number in structure.sets[items] if number >= 0]
        assert sum(a != b for a, b in pairwise(runs)) + 1 == len(set(runs))


def test_a_test_may_stop_only_when_it_meets_the_blueprint() -> None:
    pool = drawn_2pl(100, seed=10)
    structure = drawn_structure(pool, seed=10, enemies=6)
    table = (*COUNTS[:4], {"together": ("I0010", "I0011")}, {"sum": "seconds", "max": 1300})
    loose = tuple({**row, "max": 9} if "tag" in row else row for row in table)

    class Early:
        name = "early"

        def met(self, examinees: Any) -> Any:
            return examinees.se < 0.6

    tests = run(loose, pool, structure, 20, lengths=(13, 18), stops=StopRules(any=(Early(),)))
    assert {13} < set(tests.lengths.tolist()) | {14}
    for items in tests.items:
        assert keeps(loose, structure, items[items >= 0].tolist())


def test_exposure_control_chooses_within_the_shadow_test() -> None:
    pool = drawn_2pl(100, seed=11)
    structure = drawn_structure(pool, seed=11, enemies=6)
    tests = run(SUMS, pool, structure, 12, exposure=Randomesque(k=5))
    assert all(keeps(SUMS, structure, items.tolist()) for items in tests.items)
    assert len(np.unique(tests.items[:, 0])) > 1


def test_threads_that_share_a_section_choose_as_one_thread_does() -> None:
    pool = drawn_2pl(100, seed=12)
    structure = drawn_structure(pool, seed=12)
    shadow = ShadowTest(constraints=COUNTS)
    rules = rules_of(shadow, LENGTH, LENGTH)

    def test_of(theta: float) -> IntArray:
        examinee = at(rules, pool, structure, np.array([theta]))
        for _ in range(LENGTH):
            item = choose(rules, examinee, np.zeros((1, 2))).item
            examinee = update(rules, examinee, item, np.array([int(theta > 0)]))
        return np.asarray(examinee.items[0])

    thetas = np.linspace(-2.0, 2.0, 12).tolist()
    alone = [test_of(theta).tolist() for theta in thetas]
    with ThreadPoolExecutor(4) as threads:
        shared = [items.tolist() for items in threads.map(test_of, thetas)]
    assert shared == alone
