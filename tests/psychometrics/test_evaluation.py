"""Figures of simulated tests."""

import math

import numpy as np
import pytest

from cact_tui.psychometrics.evaluation import (
    accuracy,
    by_bands,
    classification,
    exposure,
    length_for,
    marginal_reliability,
)


def test_bias_and_error_are_those_of_the_definition() -> None:
    theta, estimate = np.array([0.0, 1.0, -1.0]), np.array([0.5, 1.5, -1.5])
    found = accuracy(theta, estimate, np.array([0.3, 0.4, 0.0]), np.array([10, 12, 14]))
    assert found.bias == pytest.approx(0.5 / 3)
    assert found.rmse == pytest.approx(0.5)
    assert found.se == pytest.approx(math.sqrt(0.25 / 3))
    assert (found.n, found.items) == (3, 12.0)


def test_bands_part_examinees_by_their_true_theta() -> None:
    theta = np.array([-2.0, -0.5, 0.0, 0.49, 3.0])
    bands = by_bands(theta, theta + 0.1, np.full(5, 0.3), np.full(5, 20))
    assert [band.accuracy.n if band.accuracy else 0 for band in bands] == [1, 0, 3, 0, 1]
    middle = bands[2].accuracy
    assert middle is not None
    assert middle.bias == pytest.approx(0.1)


def test_reliability_is_the_share_of_variance_that_is_not_error() -> None:
    theta = np.array([-1.0, 1.0])
    assert marginal_reliability(theta, np.array([0.5, 0.5])) == pytest.approx(0.75)
    assert math.isnan(marginal_reliability(np.zeros(3), np.full(3, 0.2)))


def test_equal_use_has_no_chi_square_and_the_overlap_of_chance() -> None:
    items = np.array([[0, 1], [2, 3], [0, 2], [1, 3]])
    found = exposure(items, 4)
    assert found.rates.tolist() == [0.5] * 4
    assert found.chi_square == pytest.approx(0.0)
    shared = [len({*items[i]} & {*items[j]}) / 2 for i in range(4) for j in range(4) if i != j]
    assert found.overlap == pytest.approx(np.mean(shared))


def test_overlap_is_the_mean_share_of_items_that_two_tests_have_in_common() -> None:
    rng = np.random.default_rng(4)
    items = np.array(
        [rng.choice(12, 5, replace=False, p=rng.dirichlet([2.0] * 12)) for _ in range(9)]
    )
    shared = [len({*items[i]} & {*items[j]}) / 5 for i in range(9) for j in range(9) if i != j]
    assert exposure(items, 12).overlap == pytest.approx(np.mean(shared))


def test_items_that_nobody_gets_are_counted_as_unused() -> None:
    found = exposure(np.array([[0, -1], [0, 1]]), 5)
    assert found.largest == 1.0
    assert found.used == pytest.approx(0.4)


def test_levels_agree_where_estimates_are_exact() -> None:
    theta = np.array([-1.0, 0.2, 1.4])
    found = classification(theta, theta, np.full(3, 1e-6), np.array([0.0, 1.0]))
    assert found.accuracy == 1.0
    assert found.consistency == pytest.approx(1.0)


def test_consistency_is_that_of_a_second_test_with_normal_error() -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=200_000)
    se, cuts = np.full(theta.size, 0.4), np.array([-0.5, 0.7])
    estimate = theta + 0.4 * rng.normal(size=theta.size)
    found = classification(theta, estimate, se, cuts)
    one, two = (
        np.searchsorted(cuts, estimate + 0.4 * rng.normal(size=theta.size), side="right")
        for _ in range(2)
    )
    assert found.consistency == pytest.approx((one == two).mean(), abs=0.005)
    level = np.searchsorted(cuts, theta, side="right")
    assert found.accuracy == pytest.approx(
        (level == np.searchsorted(cuts, estimate, side="right")).mean()
    )
    assert found.by_cut == pytest.approx(
        [((theta >= cut) == (estimate >= cut)).mean() for cut in cuts]
    )


def test_the_length_of_a_linear_test_is_where_its_error_is_as_small() -> None:
    path = np.array([[0.9, 0.6, 0.4], [0.9, 0.6, 0.2]])
    assert length_for(path, 0.6) == 2
    assert length_for(path, 0.33) == 3
    assert length_for(path, 0.1) is None
