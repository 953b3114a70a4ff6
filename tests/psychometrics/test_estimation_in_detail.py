"""Estimates where only a close look tells right from nearly right."""

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori, touches_edge
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.estimation.modes import (
    DIFFERENCES,
    _candidates,
    _newton,
    _polished,
    _vertices,
    highest_modes,
    scan_grid,
)
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood, _best_crossing
from cact_tui.psychometrics.priors import HistogramPrior, NormalPrior, UniformPrior
from tests.psychometrics.cases import answers, drawn_pool, pool_of, same_slope_pool

PRIOR = NormalPrior()


def test_the_range_of_wle_is_6_to_both_sides_unless_another_is_given() -> None:
    assert WeightedLikelihood() == WeightedLikelihood(lower=-6.0, upper=6.0)


def test_an_eap_grid_ends_where_the_settings_the_prior_or_its_support_do() -> None:
    rule = ExpectedAPosteriori()
    assert rule.grid(UniformPrior(-2.0, 3.0))[[0, -1]].tolist() == [-2.0, 3.0]
    assert len(rule.grid(UniformPrior(-2.0, 3.0))) == 101
    assert rule.grid(UniformPrior(-200.0, 300.0))[[0, -1]].tolist() == [-200.0, 300.0]
    half = ExpectedAPosteriori(lower=0.0).grid(NormalPrior(1.0, 2.0))
    assert half[[0, -1]].tolist() == [0.0, 17.0]
    few = ExpectedAPosteriori(upper=0.0, nodes=5).grid(NormalPrior(1.0, 2.0))
    assert few.tolist() == [-15.0, -11.25, -7.5, -3.75, 0.0]


def test_the_moments_of_one_examinee_and_of_many_are_those_of_the_whole_posterior() -> None:
    pool, rule, prior = drawn_pool(12), ExpectedAPosteriori(), NormalPrior(0.4, 1.3)
    items, categories = answers(1, 0, 1, 1, 0, 2)
    whole = rule.estimate(pool, items, categories, prior)
    likelihood = np.exp(pool.log_likelihood(items, categories, rule.grid(prior)))
    for copies in (1, 2, 3):
        theta, se = rule.moments(np.repeat(likelihood, copies, axis=0), prior)
        assert theta == pytest.approx(np.repeat(whole.theta, copies), abs=1e-12)
        assert se == pytest.approx(np.repeat(whole.se, copies), abs=1e-12)


def test_a_posterior_of_one_node_has_no_spread_and_no_negative_variance() -> None:
    rule = ExpectedAPosteriori(lower=-4.0, upper=4.0, nodes=9)
    likelihood = np.zeros((2, 9))
    likelihood[:, 6] = 1.0
    for rows in (likelihood, likelihood[:1]):
        theta, se = rule.moments(rows, PRIOR)
        assert theta == pytest.approx(2.0, abs=1e-12)
        assert se == pytest.approx(0.0, abs=1e-7)


def test_an_edge_is_touched_above_a_ten_thousandth_at_either_end() -> None:
    weights = np.zeros((5, 4))
    weights[:, 1] = 1.0
    weights[1, 0] = weights[2, -1] = 1.01e-4
    weights[3, 0] = weights[4, -1] = 1e-4
    assert touches_edge(weights).tolist() == [False, True, True, False, False]


def test_eap_never_falls_back_and_names_itself() -> None:
    found = ExpectedAPosteriori(nodes=3).estimate(drawn_pool(6), *answers(1, 0), PRIOR)
    assert (found.method, found.fallback, found.fell_back.tolist()) == ("eap", "eap", [False])


def test_of_crossings_the_one_under_the_largest_integral_counts() -> None:
    grid = np.linspace(-2.0, 2.0, 9)
    scores = np.array(
        [
            [1, -1, -1, 2, 2, -1, -1, -1, -1],  # two, the second higher
            [2, 2, -1, -1, -1, 1, -1, -1, -1],  # two, the first higher
            [-1, -1, -1, -1, -1, -1, -1, -1, -1],  # highest at the lower end
            [1, 1, 1, 1, 1, 1, 1, 1, 1],  # highest at the upper end
            [1, -1, 3, 3, 3, 3, 3, 3, 3],  # a crossing, but the upper end is higher
            [-9, -9, 1, -1, -1, -1, -1, -1, -1],  # a crossing, but the lower end is higher
            [1, 1, 1, 0, -1, -1, -1, -1, -1],  # a node that is the root
            [9, -9, 1, -1, -1, -1, -1, -1, 1],  # two, the first higher within its cell alone
            [-1, 3, 3, -1, -1, -1, -2, -2, -1],  # one, after a fall
            [-9, 1, 1, 1, -1, -1, -1, -1, -1],  # a crossing below the very first node alone
            [1, -1, -1, -1, -1, -1, -1, -1, 40],  # a crossing below the very last node alone
        ],
        dtype=np.float64,
    )
    assert _best_crossing(grid, scores).tolist() == [4, 1, -1, -1, -1, -1, 2, 0, 2, -1, -1]


def test_a_root_at_the_end_of_the_range_of_wle_is_one() -> None:
    pool = same_slope_pool(6, a=1.0, b=0.0)
    whole = WeightedLikelihood().estimate(pool, *answers(1, 1, 1, 1, 0, 0), PRIOR)
    root = float(whole.theta[0])
    inside = WeightedLikelihood(lower=-2.0, upper=root + 0.02)
    assert inside.estimate(pool, *answers(1, 1, 1, 1, 0, 0), PRIOR).theta == pytest.approx(root)
    first_cell = WeightedLikelihood(lower=root - 0.02, upper=2.0)
    first = first_cell.estimate(pool, *answers(1, 1, 1, 1, 0, 0), PRIOR)
    assert (first.theta[0], first.at_edge[0]) == (pytest.approx(root), False)
    outside = WeightedLikelihood(lower=-2.0, upper=root - 0.02)
    assert outside.estimate(pool, *answers(1, 1, 1, 1, 0, 0), PRIOR).at_edge[0]


def test_the_standard_error_of_wle_is_that_of_the_information_at_the_root() -> None:
    pool = pool_of("3PL", [[1.2, -1.0, 0.2, 1], [1.5, 0.0, 0.2, 1], [0.9, 0.7, 0.2, 1]])
    found = WeightedLikelihood().estimate(pool, *answers(1, 1, 0), PRIOR)
    information = pool.information(found.theta)[0, :3].sum()
    assert found.se[0] == pytest.approx(1.0 / np.sqrt(information), rel=1e-12)
    assert not found.prior_dominates[0]


def test_a_scan_has_steps_of_a_twentieth_at_most_and_five_points_at_least() -> None:
    assert np.diff(scan_grid(-8.0, 8.0)) == pytest.approx(0.05)
    assert len(scan_grid(-8.0, 8.0)) == 321
    assert scan_grid(0.0, 0.12).tolist() == pytest.approx([0.0, 0.03, 0.06, 0.09, 0.12])
    assert len(scan_grid(0.0, 0.21)) == 6


@pytest.mark.parametrize("power", [0, 1, 2, 3, 4])
def test_differences_of_five_values_are_the_derivatives_of_a_quartic(power: int) -> None:
    values = np.arange(-2.0, 3.0) ** power
    expected = [float(np.prod(range(1, k + 1))) if k == power else 0.0 for k in (1, 2, 3, 4)]
    assert values @ DIFFERENCES == pytest.approx(np.array(expected), abs=1e-12)


def test_candidates_are_the_local_maxima_that_may_be_the_highest() -> None:
    heights = np.array(
        [
            [0.0, 1.0, 2.0, 1.0, 0.0, -1.0, -2.0],  # one
            [3.0, 2.0, 1.0, 0.0, 1.0, 2.0, 2.9],  # both ends, the second lower, but it may rise
            [3.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0],  # the second, even if it rises, is lower
            [0.0, 2.0, 2.0, 2.0, 1.0, 0.0, 0.0],  # of a level stretch the first
            [0.0, 2.00, 0.0, 0.0, 1.0, 1.5, 1.0],  # 1.5 + (2 * 1.5 - 1 - 1) / 4 = 1.75 < 2
            [0.0, 2.00, 0.0, 0.0, 0.5, 1.5, 0.5],  # 1.5 + (2 * 1.5 - 0.5 - 0.5) / 4 = 2
        ]
    )
    rows, nodes = _candidates(heights)
    found = list(zip(rows.tolist(), nodes.tolist(), strict=True))
    assert found == [(0, 2), (1, 0), (1, 6), (2, 0), (3, 1), (4, 1), (5, 1), (5, 5)]


def test_vertices_are_those_of_quartics_within_a_step_of_their_nodes() -> None:
    grid = np.linspace(-1.0, 1.0, 41)
    tops = np.array([0.013, -0.971, 0.974, 0.5, -1.2, 1.2])
    heights = -((grid - tops[:, None]) ** 2)
    rows, nodes = np.arange(6), heights.argmax(axis=1)
    found = _vertices(grid, heights, rows, nodes)
    assert found == pytest.approx([0.013, -0.971, 0.974, 0.5, -1.0, 1.0], abs=1e-9)
    bent = np.cos(3.0 * (grid - tops[:4, None]))
    assert _vertices(grid, bent, rows[:4], nodes[:4]) == pytest.approx(tops[:4], abs=5e-5)
    straight = np.stack((grid, -grid))
    for node in (0, 1, 20, 39, 40):
        start = _vertices(grid, straight, np.array([0, 1]), np.array([node, node]))
        assert np.abs(start - grid[node]).max() <= 0.05 + 1e-12
        assert np.abs(start).max() <= 1.0


@attrs.frozen(eq=False)
class Powers:
    """-|theta - top|^p for each row."""

    top: FloatArray
    power: float
    answers: Answers = attrs.field(factory=lambda: Answers.of(drawn_pool(1), *answers(0)))

    def heights(self, theta: FloatArray) -> FloatArray:
        return np.asarray(-(np.abs(theta - self.top) ** self.power))

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        away, p = theta - self.top, self.power
        first = -p * np.sign(away) * np.abs(away) ** (p - 1)
        return first, -p * (p - 1) * np.abs(away) ** (p - 2)

    def expected_precision(self, theta: FloatArray) -> FloatArray:
        return -self.slopes(theta)[1]

    def rows(self, chosen: IntArray) -> "Powers":
        return attrs.evolve(self, top=self.top[chosen])


@attrs.frozen(eq=False)
class Roofs(Powers):
    """-h log cosh(p (theta - top)) for each row: a roof, on whose slopes Newton overshoots."""

    high: float = 1.0

    def heights(self, theta: FloatArray) -> FloatArray:
        away = self.power * (theta - self.top)
        return np.asarray(-self.high * np.logaddexp(away, -away))

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        inclined = np.tanh(self.power * (theta - self.top))
        first, second = -self.power * inclined, -(self.power**2) * (1.0 - inclined**2)
        return self.high * first, self.high * second


@pytest.mark.parametrize("sharpness", [3.0, 60.0, 400.0])
def test_modes_that_newtons_steps_would_overshoot_are_found_by_halving(sharpness: float) -> None:
    grid = scan_grid(-2.0, 2.0)
    tops = np.array([-1.991, -1.93, -0.02, 0.77, 1.98, 1.996])
    curve = Roofs(top=tops, power=sharpness)
    heights = np.stack([Roofs(top=top, power=sharpness).heights(grid) for top in tops])
    modes = highest_modes(grid, heights, curve)
    assert modes.theta == pytest.approx(tops, abs=1e-11)
    assert modes.found.all()


@pytest.mark.parametrize("high", [1.0, 1e-4])
def test_from_anywhere_in_the_cells_around_a_node_the_mode_is_reached(high: float) -> None:
    grid = scan_grid(-2.0, 2.0)
    tops = np.array([-1.991, -1.96, 1.96, 1.991])
    nodes, curve = np.array([0, 1, 79, 80]), Roofs(top=tops, power=300.0, high=high)
    for start in (grid[[0, 0, 78, 79]], grid[nodes], grid[[1, 2, 80, 80]]):
        modes = _polished(curve, grid, nodes, start)
        assert modes.theta == pytest.approx(tops, abs=1e-11)
        assert modes.found.all()


def test_modes_that_newtons_steps_approach_slowly_are_found() -> None:
    grid = scan_grid(-2.0, 2.0)
    tops = np.array([-1.93, -0.02, 0.77, 1.98])
    modes = highest_modes(grid, -((grid - tops[:, None]) ** 4), Powers(top=tops, power=4.0))
    assert modes.theta == pytest.approx(tops, abs=1e-5)
    assert modes.found.all()


@attrs.frozen(eq=False)
class TwoBumps:
    """The sum of two bell curves for each row: places, widths and tops, (E, 2) each."""

    places: FloatArray
    widths: FloatArray
    tops: FloatArray
    answers: Answers = attrs.field(factory=lambda: Answers.of(drawn_pool(1), *answers(0)))

    def on(self, grid: FloatArray) -> FloatArray:
        z = (grid[:, None] - self.places[:, None, :]) / self.widths[:, None, :]
        return np.asarray((self.tops[:, None, :] * np.exp(-(z**2) / 2)).sum(axis=-1))

    def heights(self, theta: FloatArray) -> FloatArray:
        z = (theta[:, None] - self.places) / self.widths
        return np.asarray((self.tops * np.exp(-(z**2) / 2)).sum(axis=-1))

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        z = (theta[:, None] - self.places) / self.widths
        bumps = self.tops * np.exp(-(z**2) / 2)
        first, second = -bumps * z / self.widths, bumps * (z**2 - 1) / self.widths**2
        return first.sum(axis=-1), second.sum(axis=-1)

    def expected_precision(self, theta: FloatArray) -> FloatArray:
        return -self.slopes(theta)[1]

    def rows(self, chosen: IntArray) -> "TwoBumps":
        return TwoBumps(self.places[chosen], self.widths[chosen], self.tops[chosen])


def test_in_a_batch_each_row_has_its_own_highest_mode_whoever_looks_higher_on_the_grid() -> None:
    low, high, narrow, wide = -1.975, 1.025, 0.06, 0.4
    curve = TwoBumps(
        places=np.array([[low, high]] * 5),
        widths=np.array(
            [[narrow, wide], [wide, narrow], [wide, wide], [narrow, wide], [wide, wide]]
        ),
        tops=np.array([[1.0, 0.95], [0.95, 1.0], [0.2, 1.0], [0.9, 1.0], [1.0, 0.2]]),
    )
    grid = scan_grid(-4.0, 4.0)
    modes = highest_modes(grid, curve.on(grid), curve)
    assert modes.theta == pytest.approx([low, high, high, high, low], abs=1e-9)
    assert modes.found.tolist() == [True] * 5
    for some in ([0], [1], [2], [0, 1], [2, 0, 1]):
        part = curve.rows(np.array(some))
        found = highest_modes(grid, part.on(grid), part)
        assert found.theta.tolist() == modes.theta[some].tolist()
        assert found.found.all()


def test_of_two_modes_of_a_posterior_that_are_nearly_equal_one_answer_decides() -> None:
    """A prior with two places, one symmetric pair of answers, and an item that says very little."""
    pool = pool_of("2PL", [[1.0, 0.3, 0, 1], [1.0, -0.3, 0, 1], [0.002, 0.0, 0, 1]])
    prior = HistogramPrior(at=(-2.0, 2.0), shares=(1.0, 1.0), width=0.3)
    categories = np.array([[1, 0, 1], [1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]])
    items = np.broadcast_to(np.arange(3), categories.shape)
    found = MaximumAPosteriori().estimate(pool, items, categories, prior)
    assert np.sign(found.theta).tolist() == [1, -1, 1, 1, -1]
    grid = np.linspace(-4, 4, 800_001)
    heights = pool.log_likelihood(items, categories, grid) + prior.log_density(grid)
    assert found.theta == pytest.approx(grid[heights.argmax(axis=1)], abs=1e-5)


def test_beyond_a_fence_the_fence_is_returned_and_is_no_mode() -> None:
    grid = scan_grid(-1.0, 1.0)
    tops = np.array([-1.4, 0.3, 1.4])
    curve = Powers(top=tops, power=2.0)
    modes = highest_modes(grid, -((grid - tops[:, None]) ** 2), curve)
    assert modes.theta == pytest.approx([-1.0, 0.3, 1.0], abs=1e-12)
    assert modes.found.tolist() == [False, True, False]


def test_where_a_curve_bends_upwards_newtons_step_is_out_of_reach() -> None:
    curve = Powers(top=np.array([0.0, 0.0]), power=2.0)
    slope, step, near = _newton(curve, np.array([0.5, 5e-7]))
    assert slope == pytest.approx([-1.0, -1e-6])
    assert step == pytest.approx([-0.5, -5e-7])
    assert near.tolist() == [False, True]
    hollow = Powers(top=np.array([0.0]), power=0.5)
    assert np.isinf(_newton(hollow, np.array([0.5]))[1]).all()
    bumps = TwoBumps(np.zeros((2, 2)), np.ones((2, 2)), np.ones((2, 2)))
    at = np.array([0.1, 2.0])
    (first, _), (second, _) = bumps.slopes(at)
    assert _newton(bumps, at)[1].tolist() == [-first / second, np.inf]
    flat = Roofs(top=np.zeros(2), power=400.0)
    assert _newton(flat, np.array([-1.0, 1.0]))[1].tolist() == [np.inf, np.inf]
