"""Maximum likelihood, posterior modes and robust estimates: what they find, and what they say."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.estimation.curves import LogPosterior
from cact_tui.psychometrics.estimation.jeffreys import JeffreysExpectedAPosteriori, log_jeffreys
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.estimation.ml import MaximumLikelihood
from cact_tui.psychometrics.estimation.modes import highest_modes, scan_grid
from cact_tui.psychometrics.estimation.patterns import constant
from cact_tui.psychometrics.estimation.robust import RobustLikelihood
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import HistogramPrior, NormalPrior, UniformPrior
from cact_tui.psychometrics.protocols import Estimates
from tests.psychometrics.cases import (
    answers,
    drawn_pool,
    items_of_any_model,
    pool_of,
    pool_of_items,
    same_slope_pool,
)

PRIOR = NormalPrior()
ML = MaximumLikelihood()
MAP = MaximumAPosteriori()
TCALS = [
    [3.983, 0.120, 0.063, 1],
    [3.171, -0.663, 0.222, 1],
    [1.615, -3.088, 0.202, 1],
    [2.691, -1.282, 0.294, 1],
    [2.225, -1.885, 0.210, 1],
]
"""Items 63, 45, 14, 4 and 1 of the calibration of a French test (Laurier 1999), as catR has it."""


def highest_of_all(pool: Pool, pattern: tuple[int, ...]) -> tuple[float, float]:
    """Return where a very fine grid has the likelihood highest, and how high."""
    grid = np.linspace(-8, 8, 160_001)
    heights = pool.log_likelihood(*answers(*pattern), grid)[0]
    return float(grid[heights.argmax()]), float(heights.max())


def test_pitfall_03_of_two_maxima_of_the_3pl_the_global_one_is_found() -> None:
    pool = pool_of("3PL", TCALS)
    found = ML.estimate(pool, *answers(1, 1, 1, 1, 0), PRIOR)
    assert found.theta[0] == pytest.approx(highest_of_all(pool, (1, 1, 1, 1, 0))[0], abs=1e-4)
    assert found.theta[0] == pytest.approx(0.05, abs=0.02)
    assert not found.fell_back[0]
    local = MaximumLikelihood(upper=-1.8).estimate(pool, *answers(1, 1, 1, 1, 0), PRIOR)
    assert local.theta[0] == pytest.approx(-2.256, abs=0.001)
    both = Answers.of(pool, *answers(1, 1, 1, 1, 0))
    assert both.log_likelihood(found.theta) > both.log_likelihood(local.theta)


def test_pitfall_03_no_pattern_of_five_3pl_items_ends_at_a_lower_maximum() -> None:
    rng = np.random.default_rng(5)
    for _ in range(12):
        rows = [[rng.uniform(1, 4), rng.normal(), rng.uniform(0.05, 0.35), 1.0] for _ in range(5)]
        pool = pool_of("3PL", rows)
        patterns = np.array(list(itertools.product((0, 1), repeat=5)))
        items = np.broadcast_to(np.arange(5), patterns.shape)
        found = ML.estimate(pool, items, patterns, PRIOR)
        for row, pattern in enumerate(patterns.tolist()):
            theta, height = highest_of_all(pool, tuple(pattern))
            if found.fell_back[row]:
                ends = pool.log_likelihood(*answers(*pattern), np.array([-8.0, 8.0]))
                assert ends.max() >= height - 1e-9
            else:
                assert found.theta[row] == pytest.approx(theta, abs=1e-4)


def test_two_maxima_nearer_in_height_than_their_nodes_are_told_apart() -> None:
    """Between two nodes a peak is cut off; the flatter one may look higher on the grid."""
    centres, widths = np.array([-2.0 + 0.025, 1.0]), np.array([0.06, 0.4])
    tops = np.array([1.0, 0.95])

    class Bumps:
        answers = Answers.of(drawn_pool(1), *answers(0))

        def heights(self, theta: FloatArray) -> FloatArray:
            z = (np.asarray(theta)[..., None] - centres) / widths
            return np.asarray((tops * np.exp(-(z**2) / 2)).sum(axis=-1))

        def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
            z = (np.asarray(theta)[..., None] - centres) / widths
            bumps = tops * np.exp(-(z**2) / 2)
            first, second = -bumps * z / widths, bumps * (z**2 - 1) / widths**2
            return first.sum(axis=-1), second.sum(axis=-1)

        def expected_precision(self, theta: FloatArray) -> FloatArray:
            return np.ones_like(theta)

        def rows(self, chosen: object) -> "Bumps":
            return self

    grid = scan_grid(-4.0, 4.0)
    heights = Bumps().heights(grid)
    assert heights[grid < -1].max() < heights[grid > 0].max()
    modes = highest_modes(grid, heights[None, :], Bumps())
    assert modes.found.all()
    assert modes.theta[0] == pytest.approx(centres[0], abs=1e-9)


@given(
    items=st.lists(items_of_any_model(), min_size=3, max_size=8),
    seed=st.integers(0, 2**32 - 1),
    D=st.sampled_from([1.0, 1.702]),
)
def test_at_a_maximum_the_score_is_zero_and_the_curve_bends_down(
    items: list[tuple[str, dict[str, float]]], seed: int, D: float
) -> None:
    pool = pool_of_items(items, D)
    given_answers = answers(*(np.random.default_rng(seed).integers(0, pool.n_categories)))
    found = ML.estimate(pool, *given_answers, PRIOR)
    if not found.fell_back[0]:
        slope, bend = Answers.of(pool, *given_answers).derivatives(found.theta)
        assert bend[0] <= 0
        assert abs(slope[0]) <= 1e-9 * max(1.0, -bend[0])


def test_pitfall_02_constant_patterns_have_no_maximum_and_say_what_stands_in() -> None:
    pool = same_slope_pool(10, a=1.2)
    for category in (0, 1):
        pattern = answers(*[category] * 10)
        for fallback, other in (("map", MAP), ("wle", WeightedLikelihood())):
            found = MaximumLikelihood(fallback=fallback).estimate(pool, *pattern, PRIOR)  # type: ignore[arg-type]
            spare = other.estimate(pool, *pattern, PRIOR)
            assert (found.method, found.fallback) == ("ml", fallback)
            assert found.fell_back[0]
            assert found.at_edge[0]
            assert (found.theta[0], found.se[0]) == (spare.theta[0], spare.se[0])


def test_pitfall_02_a_stand_in_without_an_answer_names_its_own() -> None:
    flat = same_slope_pool(5, a=0.2)
    right = ML.estimate(flat, *answers(*[1] * 5), PRIOR)
    assert (right.method, right.fallback) == ("ml", "eap")
    rows = [[0.2, 0.0, 0.0, 1.0]] * 5 + [[1.5, 0.0, 0.0, 1.0]] * 5
    items = np.array([range(5), range(5, 10), range(5, 10)])
    categories = np.array([[1] * 5, [1] * 5, [0, 1, 1, 0, 1]])
    batch = ML.estimate(pool_of("2PL", rows), items, categories, PRIOR)
    assert batch.fell_back.tolist() == [True, True, False]
    assert batch.fallback == "wle/eap"


def test_a_pattern_that_fits_guessing_best_falls_back_though_it_is_not_constant() -> None:
    pool = pool_of("3PL", [[2.0, -1.0, 0.25, 1], [2.0, 2.0, 0.25, 1], [2.0, 0.0, 0.25, 1]])
    found = ML.estimate(pool, *answers(0, 1, 0), PRIOR)
    assert found.fell_back[0]
    assert found.at_edge[0]
    assert not constant(pool, *answers(0, 1, 0))[0]


def test_a_fence_nearer_than_the_maximum_is_reported() -> None:
    pool = same_slope_pool(10, a=1.2, b=0.0)
    inside = MaximumLikelihood(lower=-1.0, upper=1.0)
    assert not inside.estimate(pool, *answers(*[0, 1] * 5), PRIOR).fell_back[0]
    assert inside.estimate(pool, *answers(*[1] * 9, 0), PRIOR).at_edge[0]
    just_inside = MaximumLikelihood(lower=-4.0, upper=float(np.log(9) / 1.2) + 0.01)
    near = just_inside.estimate(pool, *answers(*[1] * 9, 0), PRIOR)
    assert near.theta[0] == pytest.approx(np.log(9) / 1.2, abs=1e-10)
    assert not near.fell_back[0]


def test_the_ml_of_equal_items_is_the_logit_of_the_share_right() -> None:
    pool = same_slope_pool(12, a=1.3, b=0.4)
    found = ML.estimate(pool, *answers(*[1] * 9, 0, 0, 0), PRIOR)
    assert found.theta[0] == pytest.approx(0.4 + np.log(3) / 1.3, abs=1e-12)
    assert found.se[0] == pytest.approx(1 / (1.3 * np.sqrt(12 * 0.75 * 0.25)), abs=1e-12)


def test_of_the_3pl_the_observed_information_is_not_the_expected() -> None:
    pool = pool_of("3PL", [[1.5, b, 0.2, 1] for b in (-1.0, -0.5, 0.0, 0.5, 1.0)])
    pattern = answers(1, 1, 0, 1, 0)
    for rule in (MaximumLikelihood, MaximumAPosteriori):
        expected = rule(information="expected").estimate(pool, *pattern, PRIOR)
        observed = rule(information="observed").estimate(pool, *pattern, PRIOR)
        assert expected.theta[0] == observed.theta[0]
        assert abs(expected.se[0] - observed.se[0]) > 1e-3
    rasch = pool_of("1PL", [[1, b, 0, 1] for b in (-1.0, 0.0, 1.0)])
    same = [
        MaximumAPosteriori(information=kind).estimate(rasch, *answers(1, 0, 1), PRIOR).se[0]
        for kind in ("expected", "observed")
    ]
    assert same[0] == pytest.approx(same[1], abs=1e-12)


def test_the_mode_under_a_wide_uniform_prior_is_the_maximum_of_the_likelihood() -> None:
    pool = drawn_pool(20)
    pattern = answers(*[0, 1] * 10)
    ml = ML.estimate(pool, *pattern, PRIOR)
    flat = MAP.estimate(pool, *pattern, UniformPrior(-8.0, 8.0))
    assert flat.theta[0] == pytest.approx(ml.theta[0], abs=1e-11)
    assert flat.se[0] == pytest.approx(ml.se[0], abs=1e-11)


def test_a_mode_at_the_end_of_a_uniform_prior_is_that_end_and_says_so() -> None:
    pool = same_slope_pool(10)
    found = MAP.estimate(pool, *answers(*[1] * 10), UniformPrior(-3.0, 2.5))
    assert (found.theta[0], found.at_edge[0], found.fell_back[0]) == (2.5, True, False)
    with pytest.raises(ValueError, match="is zero between"):
        MaximumAPosteriori(lower=3.0).estimate(pool, *answers(1), UniformPrior(-3.0, 2.5))


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_mode_far_from_a_narrow_prior_is_still_found(side: float) -> None:
    pool = same_slope_pool(300, a=2.0, b=4.0 * side)
    pattern = answers(*[0, 1] * 150)
    found = MAP.estimate(pool, *pattern, NormalPrior(-side, 0.1))
    slope, _ = Answers.of(pool, *pattern).derivatives(found.theta)
    assert slope[0] - (found.theta[0] + side) / 0.01 == pytest.approx(0.0, abs=1e-6)
    assert side * found.theta[0] > 1.5
    assert not found.at_edge[0]


def test_of_a_prior_with_two_modes_the_answers_choose_the_right_one() -> None:
    two = HistogramPrior(at=(-2.0, 2.0), shares=(1.0, 1.0), width=0.4)
    pool = same_slope_pool(6, a=1.5, b=0.0)
    up, down = (
        MAP.estimate(pool, *answers(*pattern), two).theta[0]
        for pattern in ([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 1])
    )
    assert 1.0 < up < 2.5
    assert down == pytest.approx(-up, abs=1e-9)


def test_without_own_derivatives_a_prior_is_differenced() -> None:
    class Plain:
        mean, sd = 0.3, 0.8

        def log_density(self, theta: FloatArray) -> FloatArray:
            return -0.5 * ((theta - 0.3) / 0.8) ** 2

    pool = drawn_pool(12)
    ours = MAP.estimate(pool, *answers(*[1, 0, 1] * 4), Plain())
    same = MAP.estimate(pool, *answers(*[1, 0, 1] * 4), NormalPrior(0.3, 0.8))
    assert ours.theta[0] == pytest.approx(same.theta[0], abs=1e-8)
    assert ours.se[0] == pytest.approx(same.se[0], abs=1e-8)


def test_pitfall_16_jeffreys_mode_is_warms_estimate_for_the_2pl_not_for_the_3pl() -> None:
    jeffreys, warm = MaximumAPosteriori(jeffreys=True), WeightedLikelihood()
    rows = [[1.3, b, 0.0, 1.0] for b in (-1.0, -0.3, 0.2, 0.9)]
    pattern = answers(1, 1, 0, 1)
    two = pool_of("2PL", rows)
    one_way, other_way = (rule.estimate(two, *pattern, PRIOR) for rule in (jeffreys, warm))
    assert one_way.theta[0] == pytest.approx(other_way.theta[0], abs=1e-9)
    three = pool_of("3PL", [[a, b, 0.2, d] for a, b, _, d in rows])
    one_way, other_way = (rule.estimate(three, *pattern, PRIOR) for rule in (jeffreys, warm))
    assert abs(one_way.theta[0] - other_way.theta[0]) > 0.01


def test_jeffreys_prior_knows_the_scored_items_only() -> None:
    pool = drawn_pool(4)
    grid = np.linspace(-2, 2, 5)
    items = np.array([[0, 2, 3, -1]])
    logs = log_jeffreys(pool, items, np.array([[1, -1, 0, -1]]), grid)
    expected = 0.5 * np.log(pool.information(grid)[:, [0, 3]].sum(axis=1))
    assert logs[0] == pytest.approx(expected, abs=1e-12)


def test_constant_patterns_are_the_priors_work_under_jeffreys_too() -> None:
    pool = same_slope_pool(8)
    for rule in (MaximumAPosteriori(jeffreys=True), JeffreysExpectedAPosteriori()):
        assert rule.estimate(pool, *answers(*[1] * 8), PRIOR).prior_dominates[0]
        assert not rule.estimate(pool, *answers(*[1, 0] * 4), PRIOR).prior_dominates[0]


def test_for_the_nrm_the_extreme_categories_are_those_of_the_extreme_slopes() -> None:
    nominal = ("NRM", {"a": [0.8, -0.4], "c": [0.3, 0.1]})
    pool = pool_of_items([("2PL", {"a": 1.0, "b": 0.0}), nominal, nominal])
    items = np.array([[0, 1, 2]] * 4)
    categories = np.array([[1, 1, 1], [0, 2, 2], [1, 2, 2], [0, 0, 0]])
    assert constant(pool, items, categories).tolist() == [True, True, False, False]
    found = ML.estimate(pool, items, categories, PRIOR)
    assert found.fell_back.tolist() == [True, True, False, False]
    padded = np.array([[1, -1, -1], [-1, 2, -1]])
    shown = np.array([[0, 1, -1], [0, 1, -1]])
    assert constant(pool, shown, padded).tolist() == [True, True]


def spoilt(rule: RobustLikelihood | MaximumLikelihood) -> Estimates:
    """Return the estimate of an able person who slips at the two easiest of 25 items."""
    pool = pool_of("2PL", [[1.5, b, 0.0, 1] for b in np.linspace(-3, 3, 25)])
    pattern = [0, 0, *[1] * 17, *[0] * 6]
    return rule.estimate(pool, *answers(*pattern), PRIOR)


def test_slips_at_easy_items_move_robust_estimates_less() -> None:
    truth = 1.6
    plain, huber, tukey = (
        truth - spoilt(rule).theta[0]
        for rule in (ML, RobustLikelihood(), RobustLikelihood(weight="tukey"))
    )
    assert plain > huber > tukey > -0.1
    assert spoilt(RobustLikelihood()).se[0] > spoilt(ML).se[0]


def test_weights_have_the_shapes_of_the_sources() -> None:
    r = np.array([-3.0, -1.0, 0.0, 0.5, 2.0, 5.0])
    huber = RobustLikelihood().weights(r)
    assert huber == pytest.approx([1 / 3, 1, 1, 1, 0.5, 0.2], abs=1e-15)
    tukey = RobustLikelihood(weight="tukey").weights(r)
    expected = [(1 - (x / 4) ** 2) ** 2 if abs(x) <= 4 else 0.0 for x in r]
    assert tukey == pytest.approx(expected, abs=1e-15)


def test_with_a_wide_tuning_constant_the_robust_estimate_is_ml() -> None:
    pool = drawn_pool(24)
    pattern = answers(*[1, 0] * 12)
    plain = ML.estimate(pool, *pattern, PRIOR)
    wide = RobustLikelihood(tuning=1e6).estimate(pool, *pattern, PRIOR)
    assert wide.theta[0] == pytest.approx(plain.theta[0], abs=1e-9)
    assert wide.se[0] == pytest.approx(plain.se[0], abs=1e-9)


def test_pitfall_16_the_scaling_constant_reaches_the_robust_weights() -> None:
    rows = [[1.1, b, 0.0, 1.0] for b in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    scaled = pool_of("2PL", rows, 1.702)
    steeper = pool_of("2PL", [[1.1 * 1.702, *row[1:]] for row in rows])
    ours, same = (
        RobustLikelihood().estimate(pool, *answers(0, 1, 1, 0, 1), PRIOR)
        for pool in (scaled, steeper)
    )
    assert ours.theta[0] == pytest.approx(same.theta[0], abs=1e-10)


def test_polytomous_items_of_two_categories_have_the_weights_of_the_2pl() -> None:
    places = (-2.0, -1.0, 0.3, 1.0, 2.0)
    plain = pool_of("2PL", [[1.4, b, 0.0, 1.0] for b in places])
    expected = RobustLikelihood().estimate(plain, *answers(0, 1, 1, 0, 1), PRIOR)
    for model in ("GRM", "GPCM"):
        graded = pool_of(model, [[1.4, b] for b in places])
        ours = RobustLikelihood().estimate(graded, *answers(0, 1, 1, 0, 1), PRIOR)
        assert ours.theta[0] == pytest.approx(expected.theta[0], abs=1e-9)
        assert ours.se[0] == pytest.approx(expected.se[0], abs=1e-9)
    nominal = pool_of("NRM", [[-1.4, 1.4 * b] for b in places])
    turned = RobustLikelihood().estimate(nominal, *answers(1, 0, 0, 1, 0), PRIOR)
    assert turned.theta[0] == pytest.approx(expected.theta[0], abs=1e-9)


def test_where_the_weights_leave_nothing_ml_stands_in() -> None:
    pool = pool_of("2PL", [[2.0, -3.0, 0.0, 1.0], [2.0, 3.0, 0.0, 1.0]])
    found = RobustLikelihood(weight="tukey", tuning=1.0).estimate(pool, *answers(1, 0), PRIOR)
    assert found.fell_back[0]
    assert found.fallback == "ml"
    assert found.theta[0] == pytest.approx(0.0, abs=1e-9)


@given(pattern=st.lists(st.integers(0, 1), min_size=4, max_size=4), middle=st.floats(-1, 1))
def test_of_several_modes_of_a_posterior_the_highest_is_taken(
    pattern: list[int], middle: float
) -> None:
    humps = HistogramPrior(at=(-2.5, middle, 2.5), shares=(1.0, 0.9, 1.0), width=0.35)
    pool = pool_of("3PL", [[1.1, b, 0.2, 1.0] for b in (-1.0, 0.0, 0.5, 1.0)])
    found = MAP.estimate(pool, *answers(*pattern), humps)
    grid = np.linspace(-5, 5, 20_001)
    heights = pool.log_likelihood(*answers(*pattern), grid)[0] + humps.log_density(grid)
    at = LogPosterior(Answers.of(pool, *answers(*pattern)), humps).heights(found.theta)
    assert at[0] >= heights.max() - 1e-9
