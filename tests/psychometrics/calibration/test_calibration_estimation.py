"""Estimation: what was put in comes out again, within what the data can tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.climbing import EMSettings, climb, standing
from cact_tui.psychometrics.calibration.design import CalibrationItem, Design, GuessingPrior
from cact_tui.psychometrics.calibration.estimation import Calibration, Unestimable, calibrate
from cact_tui.psychometrics.calibration.information import (
    cross_product_information,
    observed_information,
)
from cact_tui.psychometrics.calibration.patterns import Patterns
from cact_tui.psychometrics.protocols import Parameters
from tests.psychometrics.calibration.cases import (
    MODELS,
    answers,
    categories_of,
    drawn_parameters,
)

PRIOR = GuessingPrior(mean=-1.386, sd=0.5)
QUICK = EMSettings(tolerance=1e-4)


def drawn(
    model: str, n_people: int, n_items: int, seed: int, spread: float = 1.0
) -> tuple[IntArray, list[Parameters], list[CalibrationItem]]:
    """Return answers of people N(0, spread) to items drawn at random, and what they are."""
    rng = np.random.default_rng(seed)
    K = categories_of(model, 4)
    parameters = [drawn_parameters(rng, model, K) for _ in range(n_items)]
    theta = rng.normal(0.0, spread, n_people)
    items = [CalibrationItem(model=model, n_categories=K, guessing=PRIOR)] * n_items
    return answers(rng, theta, model, parameters, K), parameters, items


def deviations(found: Calibration, truth: list[Parameters], keys: str) -> FloatArray:
    """Return how far the estimates lie from the truth, in standard errors."""
    return np.concatenate(
        [
            np.atleast_1d(np.array(item.parameters[key]) - np.array(true[key]))
            / np.atleast_1d(np.array(item.standard_errors[key]))
            for item, true in zip(found.items, truth, strict=True)
            if not item.fixed
            for key in keys
            if key in true
        ]
    )


@pytest.mark.parametrize("model", MODELS)
def test_parameters_are_recovered_within_sampling_error(model: str) -> None:
    responses, truth, items = drawn(model, 2000, 20, seed=7)
    found = calibrate(responses, items)
    assert found.converged
    assert found.is_maximum
    assert found.remaining < 1e-3
    # The prior of c pulls; slopes and locations answer for the 3PL.
    z = deviations(found, truth, "ab" if model == "3PL" else "abc")
    assert np.sqrt((z**2).mean()) < 1.35
    assert np.abs(z).max() < 4.5


@pytest.mark.parametrize("model", ["2PL", "GPCM"])
def test_forms_linked_by_common_items_are_recovered(model: str) -> None:
    responses, truth, items = drawn(model, 3000, 30, seed=3)
    responses[:1000, 20:] = -1
    responses[1000:2000, :5] = responses[1000:2000, 25:] = -1
    responses[2000:, :10] = -1
    found = calibrate(responses, items)
    assert [item.n for item in found.items][::10] == [1000, 3000, 2000]
    z = deviations(found, truth, "ab")
    assert np.sqrt((z**2).mean()) < 1.3


def test_the_spread_of_theta_is_estimated_where_the_slope_is_given() -> None:
    responses, truth, items = drawn("1PL", 3000, 20, seed=5, spread=1.6)
    found = calibrate(responses, items)
    assert found.sd[0] == pytest.approx(1.6, abs=4 * found.sd_se[0])
    assert found.mean[0] == found.mean_se[0] == 0
    assert np.sqrt((deviations(found, truth, "b") ** 2).mean()) < 1.4


@pytest.mark.parametrize("model", ["3PL", "GRM", "NRM"])
def test_new_items_are_placed_on_the_scale_of_known_ones(model: str) -> None:
    rng = np.random.default_rng(11)
    K = categories_of(model, 3)
    truth = [drawn_parameters(rng, model, K) for _ in range(40)]
    responses = answers(rng, rng.normal(0.7, 1.3, 2500), model, truth, K)
    items = [
        CalibrationItem(model=model, n_categories=K, guessing=PRIOR, fixed=known)
        for known in truth[:30]
    ] + [CalibrationItem(model=model, n_categories=K, guessing=PRIOR)] * 10
    found = calibrate(responses, items)
    assert found.mean[0] == pytest.approx(0.7, abs=4 * found.mean_se[0])
    assert found.sd[0] == pytest.approx(1.3, abs=4 * found.sd_se[0])
    assert all(
        item.parameters == known for item, known in zip(found.items, truth[:30], strict=False)
    )
    z = deviations(found, truth, "ab")
    assert np.sqrt((z**2).mean()) < 1.4
    assert np.abs(z).max() < 4


def test_groups_have_their_own_mean_and_spread() -> None:
    rng = np.random.default_rng(2)
    truth = [drawn_parameters(rng, "2PL", 2) for _ in range(25)]
    group = np.arange(4000) % 2
    theta = np.where(group == 0, rng.normal(0.0, 1.0, 4000), rng.normal(-0.6, 0.8, 4000))
    responses = answers(rng, theta, "2PL", truth, 2)
    found = calibrate(responses, [CalibrationItem(model="2PL")] * 25, group=group)
    assert (found.mean[0], found.sd[0]) == (0, 1)
    assert found.mean[1] == pytest.approx(-0.6, abs=4 * found.mean_se[1])
    assert found.sd[1] == pytest.approx(0.8, abs=4 * found.sd_se[1])


@pytest.mark.parametrize("model", MODELS)
def test_the_objective_never_falls(model: str) -> None:
    responses, _, items = drawn(model, 300, 8, seed=1)
    design = Design.of(
        Patterns.of(responses, [i.n_categories for i in items]), items, EMSettings().theta()
    )
    trace = climb(design, design.start(), EMSettings()).trace
    assert np.diff(trace).min() > -1e-8


@pytest.mark.parametrize("model", MODELS)
def test_the_observed_information_is_the_curvature_of_the_likelihood(model: str) -> None:
    responses, _, items = drawn(model, 150, 4, seed=9)
    group = np.arange(150) % 2
    patterns = Patterns.of(responses, [item.n_categories for item in items], group)
    design = Design.of(patterns, items, EMSettings().theta())
    place = climb(design, design.start(), QUICK).place
    information = observed_information(design, place)
    free = np.flatnonzero(
        [*np.ones(sum(xi.size for xi in place.point.xi)), *design.free_mean, *design.free_sd]
    )
    # In the vector of a point standard deviations stand as logs: d sd = sd d log sd.
    scale = np.ones(len(place.point.vector()))
    scale[-2:] = place.point.sd
    step = 1e-4

    def value(*moves: tuple[np.int64, float]) -> float:
        vector = place.point.vector()
        for at, size in moves:
            if at >= len(vector) - 2:
                vector[at] = np.log(np.exp(vector[at]) + size)
            else:
                vector[at] += size
        return standing(design, place.point.at(vector)).objective

    for row, one in enumerate(free):
        slope = (value((one, step)) - value((one, -step))) / (2 * step)
        # The nodes end at 8, five standard deviations away: so much of the density is cut off.
        assert information.gradient[row] == pytest.approx(slope, abs=1e-3)
        for column, two in enumerate(free[: row + 1]):
            bend = (
                value((one, step), (two, step))
                - value((one, step), (two, -step))
                - value((one, -step), (two, step))
                + value((one, -step), (two, -step))
            ) / (4 * step**2)
            assert information.matrix[row, column] == pytest.approx(-bend, abs=0.02, rel=2e-4)


def test_the_cross_product_agrees_with_the_observed_information_in_a_large_sample() -> None:
    responses, _, items = drawn("GPCM", 6000, 6, seed=4)
    found = calibrate(responses, items)
    ours = np.diag(np.linalg.inv(observed_information(found.design, found.place).matrix))
    other = np.diag(np.linalg.inv(cross_product_information(found.design, found.place).matrix))
    np.testing.assert_allclose(np.sqrt(other / ours), 1, atol=0.1)


@settings(max_examples=5)
@given(seed=st.integers(0, 1000))
def test_the_order_of_people_and_items_does_not_matter(seed: int) -> None:
    responses, _, items = drawn("GRM", 200, 5, seed=6)
    rng = np.random.default_rng(seed)
    people, columns = rng.permutation(200), rng.permutation(5)
    one = calibrate(responses, items)
    two = calibrate(responses[people][:, columns], items)
    assert two.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-7)
    for at, column in enumerate(columns):
        assert two.items[at].parameters["a"] == pytest.approx(
            one.items[column].parameters["a"], abs=1e-4
        )


@pytest.mark.parametrize("model", ["2PL", "3PL", "GRM", "GPCM"])
def test_the_scaling_constant_divides_the_slope_and_nothing_else(model: str) -> None:
    responses, _, items = drawn(model, 400, 6, seed=8)
    plain = calibrate(responses, items)
    scaled = calibrate(
        responses,
        [
            CalibrationItem(model=i.model, n_categories=i.n_categories, D=1.702, guessing=PRIOR)
            for i in items
        ],
    )
    assert scaled.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)
    for one, two in zip(plain.items, scaled.items, strict=True):
        slope, other = one.parameters["a"], two.parameters["a"]
        assert isinstance(slope, float)
        assert other == pytest.approx(slope / 1.702, abs=1e-4)
        assert two.parameters["b"] == pytest.approx(one.parameters["b"], abs=1e-3)


def test_an_item_keyed_backwards_gets_a_negative_slope() -> None:
    responses, truth, items = drawn("GRM", 1500, 8, seed=10)
    responses[:, 0] = 3 - responses[:, 0]
    found = calibrate(responses, items)
    slope, true = found.items[0].parameters["a"], truth[0]["a"]
    assert isinstance(true, float)
    assert slope == pytest.approx(-true, abs=0.4)


def test_guessing_without_a_prior_ends_at_its_bound_without_a_standard_error() -> None:
    responses, _, _ = drawn("2PL", 800, 6, seed=12)
    found = calibrate(responses, [CalibrationItem(model="3PL")] * 6)
    assert found.converged
    bound = [item for item in found.items if item.parameters["c"] == pytest.approx(0, abs=1e-5)]
    assert bound
    assert all("c" not in item.standard_errors for item in bound)


def test_a_category_that_nobody_chose_is_refused_by_position() -> None:
    responses, _, items = drawn("GPCM", 200, 4, seed=1)
    responses[responses[:, 2] == 3, 2] = 2
    with pytest.raises(Unestimable) as refusal:
        calibrate(responses, items)
    assert refusal.value.items == (2,)


def test_a_category_outside_its_item_is_refused() -> None:
    with pytest.raises(ValueError, match="no category"):
        calibrate(np.array([[0, 2]]), [CalibrationItem(model="2PL")] * 2)
    with pytest.raises(ValueError, match="people by items"):
        calibrate(np.array([[0, 1, 1]]), [CalibrationItem(model="2PL")] * 2)


def test_too_few_steps_are_said_not_to_have_converged() -> None:
    responses, _, items = drawn("2PL", 300, 5, seed=2)
    found = calibrate(responses, items, settings=EMSettings(most_steps=2))
    assert not found.converged
    assert found.remaining > 0.01


def test_parameters_that_nothing_identifies_are_no_maximum() -> None:
    responses, _, items = drawn("2PL", 400, 6, seed=2)
    group = (np.arange(400) >= 200).astype(np.int64)
    # No item is shared, so that nothing says how the groups stand to each other.
    responses[:200, 3:] = responses[200:, :3] = -1
    found = calibrate(responses, items, group=group, settings=EMSettings(most_steps=200))
    assert not found.is_maximum
    assert not found.items[4].standard_errors
    assert np.isnan(found.mean_se[1])


def test_nodes_that_are_too_narrow_show_at_the_edge() -> None:
    responses, _, items = drawn("1PL", 500, 10, seed=3, spread=2.0)
    narrow = EMSettings(lower=-2.0, upper=2.0, nodes=41, most_steps=60)
    assert calibrate(responses, items, settings=narrow).edge > 0.01
    assert calibrate(responses, items).edge < 1e-4


def test_reliability_grows_with_the_test_and_fit_criteria_count_parameters() -> None:
    responses, _, items = drawn("2PL", 600, 24, seed=4)
    long, short = calibrate(responses, items), calibrate(responses[:, :6], items[:6])
    assert 0 < short.reliability() < long.reliability() < 1
    assert long.aic == pytest.approx(2 * 48 - 2 * long.log_likelihood)
    assert long.bic == pytest.approx(48 * np.log(600) - 2 * long.log_likelihood)
