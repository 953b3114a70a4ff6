"""Choices from shortlists are those from all items."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.ranking import best
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.shortlists import Shortlists
from tests.psychometrics.cases import MODELS, drawn_pool, parameters

MFI = MaximumInformation()


def from_all(pool: Pool, theta: FloatArray, may: Any, top: int) -> Any:
    return best(np.where(may, pool.information(theta), -np.inf), top)


@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.05, 1.0),
    top=st.integers(1, 6),
    E=st.integers(1, 40),
)
@settings(max_examples=60, deadline=None)
def test_where_a_shortlist_is_certain_it_names_the_best_of_all_items(
    seed: int, share: float, top: int, E: int
) -> None:
    rng = np.random.default_rng(seed)
    pool = drawn_pool(400, seed=seed % 7)
    theta = rng.normal(0.0, 2.0, E)
    may = rng.random((E, 400)) < share
    lists = Shortlists.of(pool, MFI)
    items, scores, certain = lists.ranked(theta, may, 30, top)
    wanted, values = from_all(pool, theta, may, top)
    assert items[certain].tolist() == wanted[certain].tolist()
    assert scores[certain] == pytest.approx(values[certain], rel=1e-12)


def test_most_choices_of_an_adaptive_test_are_certain() -> None:
    rng = np.random.default_rng(5)
    pool = drawn_pool(500)
    theta = rng.normal(size=2000)
    may = rng.random((2000, 500)) < 0.95
    _, _, certain = Shortlists.of(pool, MFI).ranked(theta, may, 30, 1)
    assert certain.mean() > 0.9


@pytest.mark.parametrize("E", [1, 3])
def test_equal_items_are_given_in_order_of_position(E: int) -> None:
    rows: list[list[float | None]] = [[1.0, 0.0, 0.0, 1.0]] * 30
    pool = Pool.compile(
        [f"I{number:04d}" for number in range(30)],
        ["4PL"] * 30,
        [parameters("4PL", row) for row in rows],
    )
    items, _, certain = Shortlists.of(pool, MFI).ranked(
        np.full(E, 0.3), np.ones((E, 30), dtype=np.bool_), 10, 2
    )
    assert not certain.any() or items[certain].tolist() == [[0, 1]] * int(certain.sum())


@pytest.mark.parametrize("E", [1, 3])
@pytest.mark.parametrize("theta", [-9.0, 8.0, 50.0])
def test_outside_the_cells_nothing_is_certain(E: int, theta: float) -> None:
    pool = drawn_pool(50)
    may = np.ones((E, 50), dtype=np.bool_)
    assert not Shortlists.of(pool, MFI).ranked(np.full(E, theta), may, 10, 1)[2].any()


def steep_row(model: str, rng: np.random.Generator) -> Sequence[float]:
    """Return one of catR's rows with a slope of up to 4."""
    slope, place = rng.uniform(0.3, 4.0), rng.normal()
    thresholds = np.sort(rng.normal(size=3)).tolist()
    if model in {"GRM", "GPCM"}:
        return [slope, *thresholds]
    return {
        "1PL": [1.0, place, 0.0, 1.0],
        "2PL": [slope, place, 0.0, 1.0],
        "3PL": [slope, place, 0.2, 1.0],
        "4PL": [slope, place, 0.2, 0.95],
    }[model]


@pytest.mark.parametrize("model", MODELS)
def test_bounds_hold_within_a_cell(model: str) -> None:
    rng = np.random.default_rng(3)
    ids = [f"I{number:04d}" for number in range(60)]
    rows = [parameters(model, steep_row(model, rng)) for _ in ids]
    pool = Pool.compile(ids, [model] * 60, rows, 1.702)
    lists = Shortlists.of(pool, MFI)
    theta = rng.uniform(-4.0, 4.0, 300)
    lists.ranked(theta, np.ones((300, 60), dtype=np.bool_), 10, 1)
    cells = np.unique(np.floor((theta + 8.0) / 0.025).astype(int))
    for cell in cells:
        points = -8.0 + 0.025 * (cell + np.linspace(0.0, 1.0, 41))
        highest = pool.information(points).max(axis=0)
        assert (highest[lists.order[cell]] <= lists.bound[cell] * (1 + 1e-12)).all()
