"""Estimates of theta and what they say of themselves."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.estimation.jeffreys import JeffreysExpectedAPosteriori
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.estimation.ml import MaximumLikelihood
from cact_tui.psychometrics.estimation.posterior import (
    level_probabilities,
    posterior,
    probability_above,
)
from cact_tui.psychometrics.estimation.robust import RobustLikelihood
from cact_tui.psychometrics.estimation.roots import bracketed_roots
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Estimator
from tests.psychometrics.cases import answers, drawn_pool, pool_of, same_slope_pool

PRIOR = NormalPrior()
EAP = ExpectedAPosteriori()
WLE = WeightedLikelihood()
ML = MaximumLikelihood()
ML_OR_MAP = MaximumLikelihood(fallback="map", information="observed")
MAP = MaximumAPosteriori()
ALL: tuple[Estimator, ...] = (
    EAP,
    WLE,
    ML,
    MAP,
    ML_OR_MAP,
    MaximumAPosteriori(jeffreys=True),
    JeffreysExpectedAPosteriori(),
    RobustLikelihood(),
    RobustLikelihood(weight="tukey"),
)
EVERY = pytest.mark.parametrize("estimator", ALL)


def nobody_answered(n: int = 1) -> tuple[IntArray, IntArray]:
    return np.zeros((n, 0), dtype=np.int64), np.zeros((n, 0), dtype=np.int64)


def test_pitfall_01_the_default_grid_is_wide_and_fine_enough() -> None:
    pool = same_slope_pool(20, a=1.8, b=3.0)
    right = EAP.estimate(pool, *answers(*[1] * 20), PRIOR)
    assert right.theta[0] == pytest.approx(4.22, abs=5e-3)
    assert right.se[0] == pytest.approx(0.384, abs=5e-4)
    assert not right.at_edge[0]


def test_pitfall_01_a_posterior_that_touches_the_edge_of_its_grid_is_reported() -> None:
    pool = same_slope_pool(20, a=1.8, b=3.0)
    narrow = ExpectedAPosteriori(lower=-4.0, upper=4.0, nodes=33)
    right = narrow.estimate(pool, *answers(*[1] * 20), PRIOR)
    assert (round(right.theta[0], 2), round(right.se[0], 3)) == (3.81, 0.181)
    assert right.at_edge[0]
    assert not narrow.estimate(drawn_pool(6), *answers(1, 0), PRIOR).at_edge[0]


def test_the_default_grid_follows_the_prior_with_steps_of_at_most_0_05() -> None:
    grid = EAP.grid(NormalPrior(1.0, 1.7))
    assert (grid[0], grid[-1]) == (pytest.approx(1.0 - 8 * 1.7), pytest.approx(1.0 + 8 * 1.7))
    assert np.diff(grid).max() <= 0.05 + 1e-12
    assert len(EAP.grid(PRIOR)) == 321


@EVERY
def test_without_answers_the_estimate_is_the_prior_and_says_so(estimator: Estimator) -> None:
    estimates = estimator.estimate(drawn_pool(6), *nobody_answered(2), NormalPrior(0.4, 1.3))
    assert estimates.theta == pytest.approx([0.4, 0.4], abs=1e-9)
    assert estimates.se == pytest.approx([1.3, 1.3], abs=1e-6)
    assert estimates.prior_dominates.all()
    assert not estimates.at_edge.any()
    assert estimates.fell_back.all() == (estimates.method not in {"eap", "map"})


def test_pitfall_02_wle_of_constant_patterns_is_a_root_or_falls_back_and_says_so() -> None:
    two = same_slope_pool(10, a=1.2)
    root = WLE.estimate(two, *answers(*[0] * 10), PRIOR)
    assert -6 < root.theta[0] < -2
    assert (root.method, root.fell_back[0], root.prior_dominates[0]) == ("wle", False, False)
    guessed = pool_of("3PL", [[1.2, 0.0, 0.25, 1]] * 10)
    for category in (0, 1):
        spare = WLE.estimate(guessed, *answers(*[category] * 10), PRIOR)
        eap = EAP.estimate(guessed, *answers(*[category] * 10), PRIOR)
        if spare.fell_back[0]:
            assert (spare.theta[0], spare.se[0]) == (eap.theta[0], eap.se[0])
            assert spare.fallback == "eap"
            assert spare.at_edge[0]
            assert spare.prior_dominates[0]
        assert abs(spare.theta[0]) < 6
        assert spare.se[0] < 10


def test_pitfall_02_all_wrong_never_moves_theta_up() -> None:
    pool = pool_of("3PL", [[1.2, b, 0.25, 1] for b in np.linspace(-2, 2, 12)])
    for estimator in ALL:
        thetas = [
            estimator.estimate(pool, *answers(*[0] * n), PRIOR).theta[0] for n in range(1, 13)
        ]
        assert max(thetas) < 0


def test_pitfall_03_of_two_roots_the_higher_one_is_taken() -> None:
    rows = [[2.5, 0.6], [1.3, 0.6], [2.7, 1.0], [0.9, -1.8], [1.5, -1.0]]
    pool = pool_of("3PL", [[a, b, 0.2, 1] for a, b in rows])
    whole = WLE.estimate(pool, *answers(1, 0, 1, 0, 1), PRIOR)
    assert whole.theta[0] == pytest.approx(0.8613390212, abs=1e-8)
    lower = WeightedLikelihood(lower=-6.0, upper=-0.5)
    assert lower.estimate(pool, *answers(1, 0, 1, 0, 1), PRIOR).theta[0] < -1
    rising = WeightedLikelihood(lower=-6.0, upper=0.6)
    assert rising.estimate(pool, *answers(1, 0, 1, 0, 1), PRIOR).at_edge[0]


def test_pitfall_04_a_thousand_answers_have_an_estimate() -> None:
    pool = drawn_pool(1000)
    categories = [number % 2 for number in range(1000)]
    for estimator in ALL:
        estimate = estimator.estimate(pool, *answers(*categories), PRIOR)
        assert abs(estimate.theta[0]) < 3
        assert 0.02 < estimate.se[0] < 0.12


def test_pitfall_07_the_scaling_constant_reaches_the_estimate() -> None:
    rows = [[1.0, b, 0.0, 1] for b in (-1.0, 0.0, 1.0)]
    scaled, steeper = pool_of("2PL", rows, 1.702), pool_of("2PL", [[1.702, *r[1:]] for r in rows])
    for estimator in ALL:
        ours = estimator.estimate(scaled, *answers(1, 1, 0), PRIOR)
        same = estimator.estimate(steeper, *answers(1, 1, 0), PRIOR)
        assert ours.theta == pytest.approx(same.theta, abs=1e-10)
        assert ours.se == pytest.approx(same.se, abs=1e-10)


def test_pitfall_14_an_estimate_says_when_the_prior_made_it() -> None:
    pool = same_slope_pool(40, a=1.5, b=0.0)
    few = EAP.estimate(pool, *answers(1, 0), PRIOR)
    all_right = EAP.estimate(pool, *answers(*[1] * 40), PRIOR)
    mixed = EAP.estimate(pool, *answers(*[0, 1] * 20), PRIOR)
    flags = [bool(x.prior_dominates[0]) for x in (few, all_right, mixed)]
    assert flags == [True, True, False]


@EVERY
def test_a_row_of_a_batch_is_the_batch_of_one(estimator: Estimator) -> None:
    pool = drawn_pool(30)
    rng = np.random.default_rng(3)
    items = np.array([rng.permutation(30)[:14] for _ in range(50)])
    categories = rng.integers(-1, 2, items.shape)
    items[::3, 9:] = -1
    whole = estimator.estimate(pool, items, categories, PRIOR)
    for row in range(50):
        alone = estimator.estimate(pool, items[[row]], categories[[row]], PRIOR)
        assert alone.theta[0] == pytest.approx(whole.theta[row], abs=1e-9)
        assert alone.se[0] == pytest.approx(whole.se[row], abs=1e-9)
        assert alone.fell_back[0] == whole.fell_back[row]
        assert alone.prior_dominates[0] == whole.prior_dominates[row]


@EVERY
@settings(max_examples=25)
@given(
    order=st.permutations(range(12)), pattern=st.lists(st.integers(0, 1), min_size=12, max_size=12)
)
def test_the_order_of_the_answers_does_not_matter(
    estimator: Estimator, order: list[int], pattern: list[int]
) -> None:
    pool = drawn_pool(12)
    items, categories = answers(*pattern)
    plain = estimator.estimate(pool, items, categories, PRIOR)
    shuffled = estimator.estimate(pool, items[:, order], categories[:, order], PRIOR)
    assert shuffled.theta == pytest.approx(plain.theta, abs=1e-9)
    assert shuffled.se == pytest.approx(plain.se, abs=1e-9)


@given(
    low=st.lists(st.integers(0, 1), min_size=8, max_size=8),
    raised=st.integers(0, 7),
    slopes=st.lists(st.floats(0.3, 2.5), min_size=8, max_size=8),
)
def test_with_2pl_items_another_right_answer_raises_eap_and_map(
    low: list[int], raised: int, slopes: list[float]
) -> None:
    rows = [[slope, place, 0.0, 1] for slope, place in zip(slopes, range(-4, 4), strict=True)]
    pool = pool_of("2PL", rows)
    high = [1 if at == raised else x for at, x in enumerate(low)]
    for estimator in (EAP, MAP):
        before = estimator.estimate(pool, *answers(*low), PRIOR).theta[0]
        after = estimator.estimate(pool, *answers(*high), PRIOR).theta[0]
        assert after > before or low == high


@given(
    pattern=st.lists(st.integers(0, 1), min_size=1, max_size=12),
    mean=st.floats(-2, 2),
    sd=st.floats(0.2, 3),
)
def test_eap_lies_within_its_grid_and_is_surer_than_the_range_is_wide(
    pattern: list[int], mean: float, sd: float
) -> None:
    prior = NormalPrior(mean, sd)
    estimate = EAP.estimate(drawn_pool(12), *answers(*pattern), prior)
    grid = EAP.grid(prior)
    assert grid[0] < estimate.theta[0] < grid[-1]
    assert 0 < estimate.se[0] < grid[-1] - grid[0]


@pytest.mark.parametrize("estimator", [rule for rule in ALL if rule != ML_OR_MAP])
def test_with_equal_2pl_items_theta_rises_with_the_number_right(estimator: Estimator) -> None:
    pool = same_slope_pool(20)
    thetas = [
        estimator.estimate(pool, *answers(*([1] * right + [0] * (20 - right))), PRIOR).theta[0]
        for right in range(21)
    ]
    assert (np.diff(thetas) > 0).all()


def test_the_eap_of_one_answer_is_its_integral() -> None:
    pool = pool_of("2PL", [[1.0, 0.0, 0, 1]])
    points = np.linspace(-12, 12, 200_001)
    weights = np.exp(-(points**2) / 2) / (1 + np.exp(-points))
    mean = (points * weights).sum() / weights.sum()
    assert EAP.estimate(pool, *answers(1), PRIOR).theta[0] == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize("cut", [-3.17, -0.52, 0.0, 0.333, 1.25, 2.4, 9.0, -9.0])
def test_the_probability_above_a_cut_is_right_between_the_nodes(cut: float) -> None:
    grid = EAP.grid(PRIOR)
    for mean, sd in ((0.0, 1.0), (0.313, 0.3), (1.0, 0.15)):
        weights = np.exp(-0.5 * ((grid - mean) / sd) ** 2)[None, :]
        weights /= weights.sum()
        expected = 1 - NormalDist(mean, sd).cdf(cut) if abs(cut) < 8 else float(cut < 0)
        ours = probability_above(grid, weights, np.array([cut]))[0, 0]
        assert ours == pytest.approx(expected, abs=2e-5)


@given(st.lists(st.integers(0, 1), min_size=0, max_size=12))
def test_level_probabilities_add_up_to_1(pattern: list[int]) -> None:
    grid = EAP.grid(PRIOR)
    weights = posterior(drawn_pool(12), *answers(*pattern), PRIOR, grid)
    levels = level_probabilities(grid, weights, np.array([-1.5, -0.5, 0.5, 1.5]))
    assert levels.shape == (1, 5)
    assert (levels >= -1e-12).all()
    assert levels.sum() == pytest.approx(1.0, abs=1e-12)


def test_roots_are_found_side_by_side() -> None:
    targets = np.array([0.0, 0.3, 2.0, 100.0])
    roots = bracketed_roots(lambda x: x**3 - targets, np.full(4, -1.0), np.full(4, 5.0))
    assert roots == pytest.approx(np.cbrt(targets), abs=1e-12)


def test_an_end_that_is_a_root_is_returned() -> None:
    assert bracketed_roots(lambda x: x, np.array([0.0]), np.array([1.0]))[0] == 0.0
    assert bracketed_roots(lambda x: x - 1, np.array([0.0]), np.array([1.0]))[0] == 1.0


@pytest.mark.parametrize(
    "refused",
    [
        lambda: ExpectedAPosteriori(lower=1.0, upper=-1.0),
        lambda: ExpectedAPosteriori(nodes=2),
        lambda: WeightedLikelihood(lower=2.0, upper=2.0),
        lambda: NormalPrior(0.0, 0.0),
        lambda: NormalPrior(math.nan, 1.0),
    ],
)
def test_settings_that_cannot_work_are_refused(refused: object) -> None:
    with pytest.raises(ValueError, match=r"is (-?\d|nan)"):
        refused()  # type: ignore[operator]


def test_items_far_from_everybody_fall_back_quietly() -> None:
    pool = Pool.compile(["far"], ["2PL"], [{"a": 4.0, "b": 400.0}])
    estimate = WLE.estimate(pool, *answers(0), PRIOR)
    assert np.isfinite(estimate.theta).all()
    assert np.isfinite(estimate.se).all()


def test_of_the_stand_ins_of_ml_wle_alone_keeps_all_wrong_below_one_right() -> None:
    pool = same_slope_pool(20)
    none, one = answers(*[0] * 20), answers(1, *[0] * 19)
    right = ML.estimate(pool, *one, PRIOR).theta[0]
    assert ML.estimate(pool, *none, PRIOR).theta[0] < right
    drawn_in = ML_OR_MAP.estimate(pool, *none, PRIOR)
    assert drawn_in.theta[0] > right
    assert drawn_in.fell_back[0]
