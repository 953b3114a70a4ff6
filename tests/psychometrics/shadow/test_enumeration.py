"""Shadow tests against all tests there are, on pools small enough to try each."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.shadow.assembly import MET, RELAXED
from cact_tui.psychometrics.shadow.content import ShadowTest
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.shadow.blueprints import (
    after,
    at,
    best_by_enumeration,
    drawn_2pl,
    keeps,
    rules_of,
)

LENGTH = 4


@st.composite
def structures(draw: st.DrawFn) -> tuple[Pool, Structure]:
    """Draw a pool of 6 to 10 items, with tags, seconds, enemies and sets."""
    n = draw(st.integers(6, 10))
    pool = drawn_2pl(n, draw(st.integers(0, 99)))
    word = st.sampled_from("xyz")
    pair = st.tuples(st.sampled_from(pool.ids), st.sampled_from(pool.ids))
    seconds = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    structure = Structure.compile(
        pool,
        tags={
            "area": draw(st.lists(word, min_size=n, max_size=n)),
            "level": draw(st.lists(word, min_size=n, max_size=n)),
        },
        enemies=draw(st.lists(pair.filter(lambda p: p[0] != p[1]), max_size=4)),
        sets=draw(st.dictionaries(st.sampled_from(pool.ids), st.sampled_from("st"), max_size=6)),
        numbers={"seconds": {i: 10.0 * s for i, s in zip(pool.ids, seconds, strict=True)}},
    )
    return pool, structure


def rows(structure: Structure) -> st.SearchStrategy[dict[str, Any]]:
    """Draw one row of a table that speaks of what the pool has."""
    bounds = st.tuples(st.integers(0, 3), st.integers(0, 2)).map(
        lambda pair: {"min": pair[0], "max": pair[0] + pair[1]}
    )
    tags = st.sampled_from(
        [
            {"tag": tag, "value": value}
            for tag in ("area", "level")
            for value in sorted(set(structure.tags[tag]))
        ]
    )
    both = st.builds(
        lambda a, b: {"where": {"area": a, "level": (b,)}},
        st.sampled_from(sorted(set(structure.tags["area"]))),
        st.sampled_from(sorted(set(structure.tags["level"]))),
    )
    items = st.lists(st.sampled_from(structure.ids), min_size=2, max_size=3, unique=True)
    seconds = st.integers(8, 30).map(lambda tens: {"sum": "seconds", "max": 10 * tens})
    exact = st.integers(8, 24).map(
        lambda tens: {"sum": "seconds", "min": 10 * tens, "max": 10 * tens + 10}
    )
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [
        st.builds(lambda what, limits: what | limits, tags | both, bounds),
        seconds,
        exact,
        st.builds(lambda listed, limits: {"items": tuple(listed)} | limits, items, bounds),
        items.map(lambda listed: {"together": tuple(listed)}),
        st.builds(
            lambda what, limits, weight: what | limits | {"weight": weight},
            tags,
            bounds,
            st.floats(0.05, 2.0),
        ),
    ]
    if structure.n_sets:
        kinds += [
            bounds.map(lambda limits: {"sets": "number"} | limits),
            st.integers(1, 3).map(lambda most: {"sets": "items", "min": 1, "max": most}),
            st.just({"sets": "items", "min": 2, "max": 3}),
        ]
    return st.one_of(kinds)


@pytest.mark.parametrize("solver", ["batch", "highs"])
@settings(max_examples=150)
@given(data=st.data())
def test_a_shadow_test_is_the_best_of_all_tests_and_none_only_if_there_is_none(
    solver: str, data: st.DataObject
) -> None:
    pool, structure = data.draw(structures(), "pool")
    table = data.draw(st.lists(rows(structure), min_size=1, max_size=4), "table")
    theta = np.array([data.draw(st.floats(-3.0, 3.0), "theta")])
    shadow = ShadowTest(constraints=tuple(table), solver=solver)  # type: ignore[arg-type]
    examinee = at(rules_of(shadow, LENGTH, LENGTH), pool, structure, theta)
    for _ in range(LENGTH):
        best, _ = best_by_enumeration(table, examinee, LENGTH)
        tests = shadow.tests(examinee)
        chosen = np.flatnonzero(tests.items[0])
        assert (best > -np.inf) == (tests.state[0] < RELAXED)
        if best == -np.inf:
            return
        assert len(chosen) == LENGTH
        assert keeps(table, structure, chosen.tolist())
        if not any("weight" in row for row in table):
            value = pool.information(theta)[0][chosen].sum()
            assert value == pytest.approx(best, abs=1e-6)
        assert tests.gap[0] <= 1e-9
        allowed = shadow.allowed(examinee)
        assert allowed is not None
        free = np.flatnonzero(allowed[0])
        assert set(free) == set(chosen) - set(examinee.items[0].tolist())
        examinee = after(examinee, int(free[data.draw(st.integers(0, len(free) - 1), "next")]))
        theta = examinee.theta


@settings(max_examples=60)
@given(data=st.data())
def test_a_soft_row_costs_its_weight_and_no_more(data: st.DataObject) -> None:
    pool, structure = data.draw(structures(), "pool")
    weight = data.draw(st.floats(0.05, 2.0), "weight")
    table: list[dict[str, Any]] = [
        {"tag": "area", "value": structure.tags["area"][0], "min": 3, "weight": weight},
        {"sum": "seconds", "max": 160, "weight": weight / 50},
    ]
    shadow = ShadowTest(constraints=tuple(table))
    examinee = at(rules_of(shadow, LENGTH, LENGTH), pool, structure, np.zeros(1))
    best, winners = best_by_enumeration(table, examinee, LENGTH)
    assume(best > -np.inf)
    chosen = tuple(np.flatnonzero(shadow.tests(examinee).items[0]).tolist())
    assert shadow.tests(examinee).state[0] == MET
    assert chosen in winners


@settings(max_examples=80)
@given(data=st.data())
def test_the_check_refuses_exactly_the_blueprints_that_no_test_meets(data: st.DataObject) -> None:
    pool, structure = data.draw(structures(), "pool")
    table = data.draw(st.lists(rows(structure), min_size=1, max_size=4), "table")
    shadow = ShadowTest(constraints=tuple(table))
    examinee = at(rules_of(shadow, LENGTH, LENGTH), pool, structure, np.zeros(1))
    best, _ = best_by_enumeration(table, examinee, LENGTH)
    problems = shadow.check(structure, np.ones(len(pool), dtype=np.bool_), LENGTH, LENGTH)
    assert bool(problems) == (best == -np.inf)
    assert all(problem.key == "constraints" for problem in problems)
