"""Rows over items: what they count, how enemies and sets are written, and what is off."""

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.shadow.blueprint import Blueprint
from cact_tui.psychometrics.shadow.constraints import constraint
from cact_tui.psychometrics.shadow.slots import Slots
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import same_slope_pool
from tests.psychometrics.shadow.blueprints import amount, drawn_2pl, drawn_structure


def compiled(structure: Structure, *rows: dict[str, Any]) -> Blueprint:
    """Return the blueprint of a table."""
    return Blueprint.compile([constraint(row) for row in rows], structure)


def test_a_test_is_told_by_how_much_each_row_is_off() -> None:
    pool = drawn_2pl(30)
    structure = drawn_structure(pool)
    rows: tuple[dict[str, Any], ...] = (
        {"tag": "area", "value": "aman", "min": 2, "max": 3},
        {"sum": "seconds", "max": 200},
        {"items": ("I0001", "I0002"), "min": 2},
    )
    blueprint = compiled(structure, *rows)
    test = [1, 4, 7, 9, 12, 20]
    off = blueprint.excess(np.array([[*test, -1, -1]]))[0]
    for row, found in zip(rows, off, strict=True):
        value = amount(row, structure, test)
        expected = max(value - row.get("max", np.inf), 0) - max(row.get("min", -9) - value, 0)
        assert found == pytest.approx(expected)


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1])))
def test_rows_of_enemies_forbid_all_pairs_and_nothing_else(pairs: set[tuple[int, int]]) -> None:
    pool = same_slope_pool(8)
    named = [(pool.ids[a], pool.ids[b]) for a, b in pairs]
    blueprint = compiled(Structure.compile(pool, enemies=named), {"min": 1})
    both = np.array([(a, b) for a in range(8) for b in range(a + 1, 8)])
    met = blueprint.met(both)
    assert {tuple(pair) for pair in both[~met].tolist()} == pairs


def test_a_group_of_mutual_enemies_is_one_row() -> None:
    pool = same_slope_pool(5)
    pairs = [(a, b) for a in pool.ids[:4] for b in pool.ids[:4] if a < b]
    blueprint = compiled(Structure.compile(pool, enemies=pairs), {"min": 1})
    assert len(blueprint.rows) == 2


def test_set_columns_count_the_sets_that_items_come_from() -> None:
    pool = same_slope_pool(8)
    sets = dict.fromkeys(pool.ids[:3], "A") | dict.fromkeys(pool.ids[3:5], "B")
    structure = Structure.compile(pool, sets=sets)
    blueprint = compiled(
        structure, {"sets": "number", "max": 1}, {"sets": "items", "min": 2, "max": 2}
    )
    tests = np.array([[0, 1, -1], [0, 3, -1], [0, 1, 2], [5, 6, 7], [3, 4, 5]])
    assert blueprint.met(tests).tolist() == [True, False, False, True, True]


def test_tags_that_are_numbers_are_ordered_as_numbers() -> None:
    pool = same_slope_pool(4)
    structure = Structure.compile(pool, tags={"level": ["10", "9", "", "9"]})
    ranks = compiled(structure, {"order": "level"}).ranks
    assert ranks is not None
    assert ranks.tolist() == [2, 1, 0, 1]
    words = attrs.evolve(structure, tags={"level": ("b", "a", "", "a")})
    ranks = compiled(words, {"order": "level"}).ranks
    assert ranks is not None
    assert ranks.tolist() == [2, 1, 0, 1]


def test_compiling_what_the_pool_has_not_got_fails_with_all_problems() -> None:
    structure = drawn_structure(drawn_2pl(10))
    with pytest.raises(SettingsError) as refusal:
        compiled(structure, {"sum": "x", "max": 1}, {"tag": "y", "value": "z", "min": 1})
    assert len(refusal.value.problems) == 2


def test_numbers_of_items_are_needed_of_the_whole_pool() -> None:
    with pytest.raises(KeyError):
        Structure.compile(same_slope_pool(2), numbers={"seconds": {"I0000": 1.0}})


def test_interchangeable_items_share_slots_and_no_class_has_more_than_can_enter() -> None:
    pool = same_slope_pool(20)
    structure = Structure.compile(pool, tags={"area": ["x"] * 12 + ["y"] * 8})
    rows = ({"tag": "area", "value": "x", "max": 3}, {"tag": "area", "value": "y", "min": 1})
    slots = Slots.of(compiled(structure, *rows), 6)
    assert slots.n_slots == 3 + 6
    worth = np.linspace(1.0, 0.1, 20)[None, :]
    given = np.zeros((1, 20), dtype=np.bool_)
    given[0, 11] = True
    lengths = (np.array([6]), np.array([6]))
    tasks = slots.tasks(worth, given, ~given, lengths, np.ones(1))
    shared = {frozenset(tasks.items[0][slots.groups == group].tolist()) for group in (0, 1)}
    assert shared == {frozenset({11, 0, 1}), frozenset(range(12, 18))}
    assert tasks.items[0][tasks.lower[0] == 1].tolist() == [11]
