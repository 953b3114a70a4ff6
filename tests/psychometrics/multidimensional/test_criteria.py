"""What the rules of several dimensions must be, whoever computes them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.multidimensional.compensatory import CompensatoryPool
from cact_tui.psychometrics.multidimensional.criteria import (
    a_rule,
    d_rule,
    e_rule,
    error_reduction,
    t_rule,
    w_rule,
    worth,
)
from tests.psychometrics.multidimensional.batteries import scale_pool


def drawn_covariance(rng: np.random.Generator, s: int) -> FloatArray:
    root = rng.normal(size=(s, s))
    return np.asarray(root @ root.T + 0.1 * np.eye(s))


def inverse(matrix: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


@given(st.integers(0, 10_000), st.integers(2, 6))
@settings(max_examples=50)
def test_the_battery_formula_is_what_the_a_rule_gains(seed: int, s: int) -> None:
    rng = np.random.default_rng(seed)
    covariance = drawn_covariance(rng, s)
    information, scale = rng.exponential(1.0, (1, 4)), rng.integers(0, s, 4)
    gain = error_reduction(information, scale, covariance[None], np.ones((1, s)))[0]
    before = inverse(covariance)
    for at in range(4):
        after = before.copy()
        after[scale[at], scale[at]] += information[0, at]
        assert gain[at] == pytest.approx(a_rule(after) - a_rule(before), rel=1e-6)
        growth = 1.0 + information[0, at] * covariance[scale[at], scale[at]]
        assert d_rule(after) / d_rule(before) == pytest.approx(growth, rel=1e-6)


@given(st.integers(0, 10_000))
@settings(max_examples=50)
def test_an_item_never_makes_any_rule_worse(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pool = CompensatoryPool.of_slopes(
        ["2PL"] * 8, rng.normal(size=(8, 3)), rng.normal(size=(8, 1)).tolist()
    )
    so_far = inverse(drawn_covariance(rng, 3))[None]
    theta = rng.normal(size=(1, 3))
    for rule in (d_rule, a_rule, t_rule, e_rule):
        assert (worth(rule, pool, theta, so_far) >= rule(so_far)[:, None] - 1e-9).all()


def test_a_dimension_nobody_asked_about_has_an_error_without_bound() -> None:
    information = np.diag([2.0, 0.0, 1.0])
    assert d_rule(information) == 0
    assert e_rule(information) == 0
    assert a_rule(information) == -np.inf
    assert t_rule(information) == 3.0
    assert w_rule(information, np.array([1.0, 1.0, 0.0])) == 2.0


def test_one_dimension_is_maximum_information_whatever_the_rule() -> None:
    rng = np.random.default_rng(4)
    pool = scale_pool("3PL", 30, rng)
    one = CompensatoryPool.between({"x": pool})
    theta = np.array([[0.3], [-1.2]])
    best = pool.information(theta[:, 0]).argmax(axis=1)
    for rule in (d_rule, a_rule, t_rule, e_rule):
        found = worth(rule, one, theta, np.full((2, 1, 1), 1.0)).argmax(axis=1)
        assert found.tolist() == best.tolist()


def test_joined_pools_answer_as_each_pool_does() -> None:
    rng = np.random.default_rng(6)
    pools = {"z": scale_pool("3PL", 7, rng), "a": scale_pool("GRM", 5, rng)}
    both = CompensatoryPool.between(pools)
    theta = rng.normal(size=(4, 2))
    assert list(both.pool.ids) == sorted(both.pool.ids)
    assert len(both) == 12
    assert both.dimensions == 2
    for at, (scale, pool) in enumerate(pools.items()):
        rows = [both.pool.index(f"{scale}/{item}") for item in pool.ids]
        alone = pool.probabilities(theta[:, at])
        joined = both.probabilities(theta)[:, rows, : pool.most_categories]
        assert joined == pytest.approx(alone, abs=1e-15)
        information = both.information_matrices(theta)[:, rows]
        assert information[:, :, at, at] == pytest.approx(pool.information(theta[:, at]))
        assert np.count_nonzero(information) == information[:, :, at, at].size
