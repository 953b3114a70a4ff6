"""Pools: compiling, mixed models, likelihoods."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.pool import ParameterError, Pool
from tests.psychometrics.cases import (
    MODELS,
    answers,
    drawn_pool,
    items_of_any_model,
    pool_of_items,
    same_slope_pool,
)

GRID = np.linspace(-6.0, 6.0, 121)


def test_items_stand_in_ascending_order_of_their_ids() -> None:
    pool = Pool.compile(["z", "a", "m"], ["1PL"] * 3, [{"b": 3.0}, {"b": 1.0}, {"b": 2.0}])
    assert pool.ids == ("a", "m", "z")
    assert [pool.index(item_id) for item_id in ("a", "m", "z")] == [0, 1, 2]
    assert pool.information(np.array([1.0])).argmax() == 0
    assert len(pool) == 3


@given(st.lists(items_of_any_model(), min_size=1, max_size=8))
def test_a_mixed_pool_says_of_each_item_what_a_pool_of_it_alone_says(items: Any) -> None:
    mixed = pool_of_items(items)
    theta = np.linspace(-3, 3, 5)
    for position, item in enumerate(items):
        alone = pool_of_items([item])
        K = int(alone.n_categories[0])
        chances = mixed.probabilities(theta)[:, position]
        assert chances[:, :K] == pytest.approx(alone.probabilities(theta)[:, 0], abs=1e-15)
        assert (chances[:, K:] == 0).all()
        assert mixed.information(theta)[:, position] == pytest.approx(
            alone.information(theta)[:, 0], abs=1e-15
        )


def test_each_item_may_have_its_own_scaling_constant() -> None:
    pool = Pool.compile(["x", "y"], ["2PL"] * 2, [{"a": 1.0, "b": 0.0}] * 2, [1.0, 1.702])
    assert pool.information(np.zeros(1))[0] == pytest.approx([0.25, 0.25 * 1.702**2])


def test_the_log_likelihood_is_the_sum_of_the_log_probabilities() -> None:
    pool = drawn_pool(12)
    items, categories = answers(*([0, 1] * 6))
    chances = pool.probabilities(GRID)
    expected = sum(np.log(chances[:, item, item % 2]) for item in range(12))
    assert pool.log_likelihood(items, categories, GRID)[0] == pytest.approx(expected, abs=1e-12)


def test_padding_and_unscored_answers_contribute_nothing() -> None:
    pool = drawn_pool(12)
    plain = pool.log_likelihood(np.array([[3, 5]]), np.array([[1, 0]]), GRID)
    padded = pool.log_likelihood(np.array([[3, 4, 5, -1]]), np.array([[1, -1, 0, -1]]), GRID)
    assert padded == pytest.approx(plain, abs=1e-15)
    nothing = pool.log_likelihood(np.zeros((2, 0), int), np.zeros((2, 0), int), GRID)
    assert nothing.tolist() == np.zeros((2, len(GRID))).tolist()


def test_pitfall_04_a_thousand_items_do_not_underflow() -> None:
    pool = same_slope_pool(1000)
    items, categories = answers(*([0, 1] * 500))
    log_likelihood = pool.log_likelihood(items, categories, GRID)
    assert np.isfinite(log_likelihood).all()
    assert log_likelihood.max() < np.log(np.finfo(float).tiny) + 20


def test_large_batches_are_summed_in_parts() -> None:
    pool = drawn_pool(60)
    rng = np.random.default_rng(5)
    items = np.array([rng.permutation(60)[:30] for _ in range(1200)])
    categories = rng.integers(0, 2, items.shape)
    whole = pool.log_likelihood(items, categories, GRID)
    for row in (0, 599, 1199):
        alone = pool.log_likelihood(items[[row]], categories[[row]], GRID)
        assert whole[row] == pytest.approx(alone[0], abs=1e-11)


def test_a_pool_may_be_asked_on_many_grids() -> None:
    pool = drawn_pool(6)
    items, categories = answers(0, 1)
    for nodes in range(20, 40):
        grid = np.linspace(-4, 4, nodes)
        chances = pool.probabilities(grid)
        expected = np.log(chances[:, 0, 0]) + np.log(chances[:, 1, 1])
        assert pool.log_likelihood(items, categories, grid)[0] == pytest.approx(expected)


def test_a_category_that_an_item_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="category"):
        drawn_pool(6).log_likelihood(np.array([[0]]), np.array([[2]]), GRID)


@pytest.mark.parametrize(
    ("items", "item_id", "key"),
    [
        ((["x", "x"], ["1PL"] * 2, [{"b": 0.0}] * 2, 1.0), "x", "id"),
        ((["x"], ["5PL"], [{"b": 0.0}], 1.0), "x", "model"),
        ((["x", "w"], ["2PL"] * 2, [{"a": 1.0, "b": 0.0}, {"b": 0.0}], 1.0), "w", "a"),
        ((["x"], ["1PL"], [{"b": 0.0}], 0.0), "x", "D"),
        ((["x"], ["1PL"], [{"b": 0.0}], [float("nan")]), "x", "D"),
        ((["x"], ["GRM"], [{"a": 1.0, "b": [2.0, 1.0]}], 1.0), "x", "b"),
    ],
)
def test_items_that_cannot_be_used_are_refused_with_a_cure(
    items: tuple[list[str], list[str], Any, Any], item_id: str, key: str
) -> None:
    with pytest.raises(ParameterError) as refusal:
        Pool.compile(*items)
    assert (refusal.value.item_id, refusal.value.key) == (item_id, key)
    assert refusal.value.cure


def test_an_unknown_model_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="Known are") as refusal:
        Pool.compile(["x"], ["3LP"], [{"b": 0.0}])
    assert all(model in refusal.value.cure for model in MODELS)
