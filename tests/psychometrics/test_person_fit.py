"""Person fit against enumeration of all patterns, and against formulas written out by hand."""

import itertools
from typing import Literal

import numpy as np
import pytest

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.estimation.ml import MaximumLikelihood
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.person_fit import cusum, lz, lz_star
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Estimator
from cact_tui.psychometrics.simulation import simulate
from tests.psychometrics.cases import answers, pool_of, pool_of_items, same_slope_pool

PRIOR = NormalPrior()
MIXED = pool_of_items(
    [
        ("1PL", {"b": -0.4}),
        ("3PL", {"a": 1.3, "b": 0.4, "c": 0.2}),
        ("GRM", {"a": 1.1, "b": [-0.6, 0.7]}),
        ("GPCM", {"a": 0.9, "b": [0.5, -0.3, 0.9]}),
        ("NRM", {"a": [0.8, -0.4], "c": [0.3, 0.1]}),
    ]
)


def all_patterns(pool: Pool, theta: float) -> tuple[IntArray, IntArray, FloatArray]:
    """Return items and categories of every pattern there can be, and their probabilities."""
    patterns = np.array(list(itertools.product(*(range(k) for k in pool.n_categories))))
    items = np.broadcast_to(np.arange(len(pool)), patterns.shape)
    chances = pool.probabilities(np.array([theta]))[0]
    return items, patterns, chances[items, patterns].prod(axis=1)


@pytest.mark.parametrize("theta", [-1.3, 0.0, 0.8])
def test_over_all_patterns_lz_has_mean_0_and_variance_1(theta: float) -> None:
    items, patterns, weights = all_patterns(MIXED, theta)
    values = lz(MIXED, items, patterns, np.full(len(patterns), theta))
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert (weights * values).sum() == pytest.approx(0.0, abs=1e-12)
    assert (weights * values**2).sum() == pytest.approx(1.0, abs=1e-12)


def snijders(rows: FloatArray, x: IntArray, theta: float, method: str) -> float:
    """Return lz* of 3PL items as Snijders (2001, eq. 12-15) writes it, with w = log(P / Q)."""
    a, b, c = rows.T
    L = 1 / (1 + np.exp(-a * (theta - b)))
    P = c + (1 - c) * L
    Q, slope = 1 - P, a * (1 - c) * L * (1 - L)
    bend = a * slope * (1 - 2 * L)
    w, r = np.log(P / Q), slope / (P * Q)
    anchor = {
        "ml": 0.0,
        "map": -theta,
        "wle": (slope * bend / (P * Q)).sum() / (2 * (slope**2 / (P * Q)).sum()),
    }[method]
    follows = (slope * w).sum() / (slope * r).sum()
    rest = w - follows * r
    return float((((x - P) * w).sum() + follows * anchor) / np.sqrt((rest**2 * P * Q).sum()))


@pytest.mark.parametrize("method", ["ml", "map", "wle"])
def test_for_right_and_wrong_lz_star_is_that_of_snijders(
    method: Literal["ml", "map", "wle"],
) -> None:
    rng = np.random.default_rng(4)
    rows = np.column_stack(
        (rng.uniform(0.7, 2.0, 15), rng.normal(size=15), rng.uniform(0.05, 0.25, 15))
    )
    pool = pool_of("3PL", [[*row, 1.0] for row in rows.tolist()])
    for theta in (-0.7, 0.2, 1.4):
        x = rng.integers(0, 2, 15)
        ours = lz_star(pool, *answers(*x), np.array([theta]), method)
        assert ours[0] == pytest.approx(snijders(rows, x, theta, method), abs=1e-12)


@pytest.mark.parametrize(
    ("estimator", "method"),
    [(MaximumLikelihood(), "ml"), (MaximumAPosteriori(), "map"), (WeightedLikelihood(), "wle")],
)
def test_at_estimates_lz_star_is_nearly_standard_normal_and_lz_is_too_narrow(
    estimator: Estimator, method: Literal["ml", "map", "wle"]
) -> None:
    rng = np.random.default_rng(9)
    pool = pool_of_items(
        [
            ("2PL", {"a": float(a), "b": float(b)})
            for a, b in zip(rng.uniform(0.8, 2.2, 40), rng.normal(size=40), strict=True)
        ]
        + [("GRM", {"a": 1.3, "b": [float(b) - 0.8, float(b) + 0.8]}) for b in rng.normal(size=10)]
    )
    n = 4_000
    items = np.broadcast_to(np.arange(50), (n, 50))
    truth = rng.uniform(-1.0, 1.0, n)
    x = np.column_stack([simulate(pool, items[:, at], truth, rng.random(n)) for at in range(50)])
    theta = estimator.estimate(pool, items, x, PRIOR).theta
    star = lz_star(pool, items, x, theta, method)
    assert abs(star.mean()) < 0.12  # what is left is of the order 1 / sqrt(items)
    assert star.std() == pytest.approx(1.0, abs=0.05)
    assert lz(pool, items, x, theta).std() < star.std() - 0.01
    assert (star < -1.645).mean() == pytest.approx(0.05, abs=0.02)


def test_who_fails_the_easy_and_solves_the_hard_items_does_not_fit() -> None:
    pool = pool_of("2PL", [[1.5, b, 0.0, 1.0] for b in np.linspace(-2, 2, 20)])
    odd, usual = [0] * 10 + [1] * 10, [1] * 9 + [0, 1] + [0] * 9
    for pattern, fits in ((odd, False), (usual, True)):
        theta = MaximumLikelihood().estimate(pool, *answers(*pattern), PRIOR).theta
        assert (lz_star(pool, *answers(*pattern), theta, "ml")[0] > -1.645) == fits


def test_where_nothing_can_be_said_of_fit_there_is_no_figure() -> None:
    nothing = np.zeros((1, 0), dtype=np.int64)
    assert np.isnan(lz(MIXED, nothing, nothing, np.zeros(1)))[0]
    alike = same_slope_pool(6)
    pattern = answers(1, 0, 1, 1, 0, 1)
    theta = MaximumLikelihood().estimate(alike, *pattern, PRIOR).theta
    assert np.isnan(lz_star(alike, *pattern, theta, "ml"))[0]


def test_unscored_answers_and_padding_leave_fit_alone() -> None:
    plain = lz(MIXED, *answers(1, 0, 2, 3), np.zeros(1))
    items = np.array([[0, 1, 4, 2, 3, -1]])
    padded = lz(MIXED, items, np.array([[1, 0, -1, 2, 3, -1]]), np.zeros(1))
    assert padded[0] == pytest.approx(plain[0], abs=1e-13)


def test_cusum_adds_up_residuals_by_hand() -> None:
    pool = pool_of("1PL", [[1, 0.0, 0, 1]] * 4)
    found = cusum(pool, *answers(1, 1, 0, 1), np.zeros(1))
    assert found.upper[0] == pytest.approx([0.125, 0.25, 0.125, 0.25])
    assert found.lower[0] == pytest.approx([0.0, 0.0, -0.125, 0.0])
    assert (found.highest[0], found.lowest[0]) == (pytest.approx(0.25), pytest.approx(-0.125))


def test_cusum_takes_the_estimates_before_each_answer_and_the_mean_of_graded_items() -> None:
    interim = np.array([[0.0, 0.5, 0.2, 0.1]])
    items, x = answers(1, 0, 2, 3)
    found = cusum(MIXED, items, x, interim)
    chances = MIXED.item_probabilities(items[0], interim.T)[:, 0]
    steps = (x[0] - chances @ np.arange(4)) / 4
    expected, total = [], 0.0
    for step in steps:
        total = max(0.0, total + step)
        expected.append(total)
    assert found.upper[0] == pytest.approx(expected, abs=1e-14)


def test_a_run_of_wrong_answers_at_the_end_shows_in_the_lower_sum() -> None:
    pool = pool_of("2PL", [[1.2, 0.0, 0.0, 1.0]] * 20)
    tired = cusum(pool, *answers(*[1] * 12, *[0] * 8), np.array([0.4]))
    mixed = cusum(pool, *answers(*[1, 1, 0, 1, 0] * 4), np.array([0.4]))
    assert tired.lowest[0] < 2 * mixed.lowest[0]


def test_unscored_and_unordered_answers_do_not_move_the_sums() -> None:
    items = np.array([[0, 1, 4, 2, -1]])
    found = cusum(MIXED, items, np.array([[1, -1, 2, 0, -1]]), np.zeros(1))
    assert found.upper[0, 1] == found.upper[0, 2] == found.upper[0, 0]
    assert found.upper[0, 4] == found.upper[0, 3]
    empty = np.zeros((2, 0), dtype=np.int64)
    assert cusum(MIXED, empty, empty, np.zeros(2)).highest.tolist() == [0.0, 0.0]
