"""What happens when there is no test, and when a solver is wrong."""

import subprocess
import sys
from typing import Any

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics.administration import available, choose, update
from cact_tui.psychometrics.arrays import BoolArray
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import Advice
from cact_tui.psychometrics.shadow import assembly, branching, simplex
from cact_tui.psychometrics.shadow.assembly import COMPLETE, MET, NONE, RELAXED, RETRIED
from cact_tui.psychometrics.shadow.content import BLUEPRINT_RELAXED, SOLVER_REPLACED, ShadowTest
from cact_tui.psychometrics.shadow.solving import BatchSolver, Solved
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import same_slope_pool
from tests.psychometrics.shadow.blueprints import (
    after,
    at,
    drawn_2pl,
    drawn_structure,
    keeps,
    rules_of,
)
from tests.psychometrics.shadow.test_whole_tests import COUNTS, LENGTH, SUMS

Rows = tuple[dict[str, Any], ...]


def everything(n: int) -> BoolArray:
    return np.ones(n, dtype=np.bool_)


def two_areas() -> tuple[Pool, Structure]:
    """Return six items of area x and six of area y, of which the first two are enemies."""
    pool = same_slope_pool(12)
    tags = {"area": ["x"] * 6 + ["y"] * 6, "level": ["1", "2"] * 6}
    return pool, Structure.compile(pool, tags=tags, enemies=[("I0000", "I0001")])


def test_a_blueprint_that_cannot_be_met_is_refused_with_the_rows_in_conflict() -> None:
    _, structure = two_areas()
    shadow = ShadowTest(
        constraints=(
            {"tag": "area", "value": "x", "min": 4},
            {"tag": "area", "value": "y", "min": 3},
            {"tag": "level", "value": "1", "min": 1},
        )
    )
    assert not shadow.check(structure, everything(12), 7, 8)
    (problem,) = shadow.check(structure, everything(12), 5, 8)
    assert problem.key == "constraints"
    assert "by a test of 5 items" in problem.message
    assert "level" not in problem.message
    assert "at least" in problem.message
    assert "too few" in problem.message
    assert "Loosen" in problem.cure


def test_the_check_counts_only_one_of_enemies_and_only_items_available() -> None:
    _, structure = two_areas()
    shadow = ShadowTest(constraints=({"tag": "area", "value": "x", "min": 6},))
    (problem,) = shadow.check(structure, everything(12), 8, 8)
    assert "[1] area = x, at least 6: 1 too few" in problem.message
    shadow = ShadowTest(constraints=({"tag": "area", "value": "x", "min": 5},))
    assert not shadow.check(structure, everything(12), 8, 8)
    assert shadow.check(structure, np.arange(12) != 3, 8, 8)


def test_lengths_that_enemies_forbid_are_told() -> None:
    pool = same_slope_pool(3)
    pairs = [(a, b) for a in pool.ids for b in pool.ids if a < b]
    structure = Structure.compile(pool, tags={"area": ["x"] * 3}, enemies=pairs)
    shadow = ShadowTest(constraints=({"tag": "area", "value": "x", "min": 1},))
    assert not shadow.check(structure, everything(3), 1, 1)
    (problem,) = shadow.check(structure, everything(3), 2, 2)
    assert "leave no 2 items that are not enemies" in problem.message


def test_a_pool_too_small_for_the_length_is_left_to_the_rules_to_tell() -> None:
    _, structure = two_areas()
    shadow = ShadowTest(constraints=({"tag": "area", "value": "x", "min": 1},))
    assert not shadow.check(structure, everything(12), 13, 13)


@pytest.mark.parametrize(
    ("row", "message", "cure"),
    [
        ({"tag": "aera", "value": "x", "min": 1}, "the tag 'aera'", "Did you mean 'area'?"),
        ({"tag": "area", "value": "z", "min": 1}, "area = 'z'", "Name what the bank has."),
        ({"sum": "second", "max": 1}, "the number 'second'", "Did you mean 'seconds'?"),
        ({"items": ("I0003x",), "max": 1}, "the id 'I0003x'", "Did you mean 'I0003'?"),
        ({"together": ("I0001", "X")}, "the id 'X'", "Name what the bank has."),
        ({"order": "levels"}, "the tag or number 'levels'", "Did you mean 'level'?"),
    ],
)
def test_what_no_item_has_is_told_with_the_nearest_there_is(
    row: Any, message: str, cure: str
) -> None:
    pool = drawn_2pl(12)
    structure = drawn_structure(pool)
    structure = attrs.evolve(structure, tags={**structure.tags, "area": ("x", "y") * 6})
    rows: Rows = ({"tag": "area", "value": "x", "min": 1}, row)
    (problem,) = ShadowTest(constraints=rows).check(structure, everything(12), 4, 4)
    assert problem.message.startswith("[2] (")
    assert message in problem.message
    assert problem.cure == cure


def test_an_order_that_parts_a_set_is_refused() -> None:
    pool = same_slope_pool(4)
    tags = {"level": ["1", "2", "1", "1"]}
    sets = {"I0000": "S", "I0001": "S"}
    structure = Structure.compile(pool, tags=tags, sets=sets)
    (problem,) = ShadowTest(constraints=({"order": "level"},)).check(structure, everything(4), 2, 2)
    assert "parts the set of I0000" in problem.message
    twice = ShadowTest(constraints=({"order": "level"}, {"order": "level"}))
    problem, *_ = twice.check(structure, everything(4), 2, 2)
    assert problem.message == "order items in two ways."


def test_where_no_test_meets_the_rows_any_more_the_least_broken_is_used_and_said() -> None:
    pool, structure = two_areas()
    table: Rows = (
        {"tag": "area", "value": "x", "min": 3},
        {"tag": "area", "value": "y", "min": 3, "max": 3},
    )
    shadow = ShadowTest(constraints=table)
    rules = rules_of(shadow, 6, 6)
    barred = np.zeros((2, 12), dtype=np.bool_)
    barred[1, 1:5] = True
    examinees = attrs.evolve(at(rules, pool, structure, np.zeros(2)), barred=barred)
    tests = shadow.tests(examinees)
    assert tests.state.tolist() == [MET, RELAXED]
    chosen = np.flatnonzero(tests.items[1])
    assert len(chosen) == 6
    assert (chosen < 6).sum() == 2
    assert shadow.notes(examinees)[BLUEPRINT_RELAXED].tolist() == [False, True]
    assert not shadow.satisfied(after(examinees, 0, 5, 6, 7, 8, 9))[1]


def test_where_not_even_the_length_can_be_reached_any_open_item_may_come() -> None:
    pool, structure = two_areas()
    shadow = ShadowTest(constraints=({"tag": "area", "value": "x", "min": 3},))
    rules = rules_of(shadow, 6, 6)
    barred = np.ones((1, 12), dtype=np.bool_)
    barred[0, :3] = False
    examinees = attrs.evolve(at(rules, pool, structure, np.zeros(1)), barred=barred)
    assert shadow.tests(examinees).state.tolist() == [NONE]
    offer = available(rules, examinees, Advice(), np.zeros(1))
    assert np.flatnonzero(offer.items[0]).tolist() == [0, 1, 2]
    assert shadow.notes(examinees)[BLUEPRINT_RELAXED].all()


def test_a_test_that_meets_the_blueprint_and_cannot_grow_ends() -> None:
    pool, structure = two_areas()
    table: Rows = (
        {"tag": "area", "value": "x", "min": 2, "max": 2},
        {"tag": "area", "value": "y", "max": 2},
    )
    shadow = ShadowTest(constraints=table)
    rules = rules_of(shadow, 4, 8)
    full = after(at(rules, pool, structure, np.zeros(1)), 0, 2, 6, 7)
    assert shadow.tests(full).state.tolist() == [COMPLETE]
    assert choose(rules, full, np.zeros((1, 2))).item.tolist() == [-1]
    assert shadow.satisfied(full).all()
    assert not shadow.notes(full)[BLUEPRINT_RELAXED].any()


def test_a_test_grows_by_as_many_items_as_the_blueprint_asks_for() -> None:
    pool, structure = two_areas()
    table: Rows = (
        {"together": ("I0002", "I0003")},
        {"items": ("I0000", "I0001", "I0004", "I0005"), "max": 2},
        {"tag": "area", "value": "y", "max": 0},
    )
    shadow = ShadowTest(constraints=table)
    two = after(at(rules_of(shadow, 2, 6), pool, structure, np.zeros(1)), 0, 4)
    assert np.flatnonzero(shadow.tests(two).items[0]).tolist() == [0, 2, 3, 4]


def test_items_given_against_the_blueprint_do_not_stop_the_test() -> None:
    pool, structure = two_areas()
    shadow = ShadowTest(constraints=({"tag": "area", "value": "x", "max": 1},))
    astray = after(at(rules_of(shadow, 6, 6), pool, structure, np.zeros(1)), 2, 3)
    tests = shadow.tests(astray)
    assert tests.state.tolist() == [RELAXED]
    assert np.flatnonzero(tests.items[0])[:2].tolist() == [2, 3]
    assert (np.flatnonzero(tests.items[0]) < 6).sum() == 2


def test_a_full_test_has_no_free_items() -> None:
    pool, structure = two_areas()
    shadow = ShadowTest(constraints=({"tag": "area", "value": "x", "min": 1},))
    full = after(at(rules_of(shadow, 2, 2), pool, structure, np.zeros(1)), 0, 6)
    allowed = shadow.allowed(full)
    assert allowed is not None
    assert not allowed.any()
    assert not any(where.any() for where in shadow.notes(full).values())


@pytest.mark.parametrize(("module", "limit"), [(simplex, "MOST_PIVOTS"), (branching, "MOST_NODES")])
def test_where_the_solver_gives_up_highs_finds_the_same_tests(
    module: Any, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = drawn_2pl(80, seed=1)
    structure = drawn_structure(pool, seed=1)
    theta = np.linspace(-2, 2, 6)
    rules = rules_of(ShadowTest(constraints=SUMS), LENGTH, LENGTH)
    sound = ShadowTest(constraints=SUMS).tests(at(rules, pool, structure, theta))
    assert (sound.state == MET).all()
    assert sound.nodes.any()
    monkeypatch.setattr(module, limit, 1)
    again = ShadowTest(constraints=SUMS).tests(at(rules, pool, structure, theta))
    assert (again.state == RETRIED).any()
    assert (again.items == sound.items).all()


@pytest.mark.parametrize("fault", ["half", "swapped", "claims infeasible"])
def test_a_wrong_answer_is_caught_and_asked_for_again(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = drawn_2pl(80, seed=2)
    structure = drawn_structure(pool, seed=2)
    rules = rules_of(ShadowTest(constraints=COUNTS), LENGTH, LENGTH)
    examinees = at(rules, pool, structure, np.array([0.4]))
    sound = ShadowTest(constraints=COUNTS).tests(examinees)
    honest = BatchSolver.solve

    def wrong(self: BatchSolver, *args: Any) -> Solved:
        found = honest(self, *args)
        x, state = found.x.copy(), found.state.copy()
        if fault == "half":
            x[0, np.flatnonzero(x[0])[:4]] = 0.5
        elif fault == "swapped":
            x[0] = np.roll(x[0], 7)
        else:
            state[:] = 1
        return attrs.evolve(found, x=x, state=state)

    monkeypatch.setattr(BatchSolver, "solve", wrong)
    shadow = ShadowTest(constraints=COUNTS)
    again = shadow.tests(examinees)
    assert again.state.tolist() == [RETRIED]
    assert shadow.notes(examinees)[SOLVER_REPLACED].all()
    assert (again.items == sound.items).all()
    assert keeps(COUNTS, structure, np.flatnonzero(again.items[0]).tolist())


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "MEMORY", 0)
    pool = drawn_2pl(80, seed=3)
    structure = drawn_structure(pool, seed=3)
    shadow = ShadowTest(constraints=COUNTS)
    rules = rules_of(shadow, LENGTH, LENGTH)
    examinees = at(rules, pool, structure, np.linspace(-2, 2, 100))
    for step in range(8):
        item = choose(rules, examinees, np.zeros((100, 2))).item
        answers = (np.arange(100) >> step) % 2
        examinees = update(rules, examinees, item, answers)
    (assembler,) = shadow._spare(examinees)
    assert 32 < len(assembler._starts) <= 64


def test_highs_is_imported_only_when_it_is_asked_and_never_writes(
    capfd: pytest.CaptureFixture[str],
) -> None:
    code = """
import sys
import numpy as np
from cact_tui.psychometrics import registry
rows = [{"tag": "area", "value": "x", "min": 2}]
shadow = registry.build(registry.CONTENTS, "shadow", {"constraints": rows})
assert "highspy" not in sys.modules
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import same_slope_pool
structure = Structure.compile(same_slope_pool(4), tags={"area": ["x", "x", "y", "y"]})
assert not shadow.check(structure, np.ones(4, dtype=bool), 3, 3)
assert "highspy" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
