"""Item fit, and the distributions it rests on."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.calibration.chi_square import adjusted, survival
from cact_tui.psychometrics.calibration.design import CalibrationItem
from cact_tui.psychometrics.calibration.estimation import calibrate
from cact_tui.psychometrics.calibration.fit import item_fit, score_distribution
from tests.psychometrics.calibration.cases import answers, drawn_parameters
from tests.psychometrics.calibration.test_calibration_estimation import drawn


@pytest.mark.parametrize(
    ("x", "df", "p"),
    # Abramowitz & Stegun 1972, table 26.8.
    [
        (3.84146, 1, 0.05),
        (5.99146, 2, 0.05),
        (16.9190, 9, 0.05),
        (23.2093, 10, 0.01),
        (124.342, 100, 0.05),
    ],
)
def test_the_chi_square_distribution_is_that_of_the_tables(x: float, df: int, p: float) -> None:
    assert survival(x, df) == pytest.approx(p, rel=2e-5)


@given(x=st.floats(0, 2000), df=st.integers(1, 400))
def test_the_chi_square_survival_is_a_probability_that_falls(x: float, df: int) -> None:
    assert 0 <= survival(x + 1, df) <= survival(x, df) + 1e-12 <= 1 + 1e-12


def test_false_discovery_rates_are_those_of_the_authors_example() -> None:
    # Benjamini & Hochberg 1995, section 3.2: at .05 the first four are discoveries.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert (adjusted(p) <= 0.05).sum() == 4
    with_gap = adjusted([*p, float("nan")])
    assert np.isnan(with_gap[-1])
    np.testing.assert_array_equal(with_gap[:-1], adjusted(p))


def test_the_score_distribution_is_that_of_all_patterns() -> None:
    rng = np.random.default_rng(1)
    chances = [rng.dirichlet(np.ones(K), 3).T for K in (2, 3, 4)]
    expected = np.zeros((7, 3))
    for pattern in product(range(2), range(3), range(4)):
        expected[sum(pattern)] += np.prod(
            [c[k] for c, k in zip(chances, pattern, strict=True)], axis=0
        )
    np.testing.assert_allclose(score_distribution(chances), expected, atol=1e-15)


@pytest.mark.parametrize(
    ("model", "missing"), [("2PL", 0.0), ("GPCM", 0.0), ("2PL", 0.2), ("GRM", 0.2)]
)
def test_items_that_fit_are_rejected_about_as_often_as_they_should(
    model: str, missing: float
) -> None:
    p = []
    for seed in range(6):
        responses, _, items = drawn(model, 1200, 15, seed=seed)
        responses[np.random.default_rng(seed).random(responses.shape) < missing] = -1
        fits = item_fit(calibrate(responses, items))
        assert {fit.method for fit in fits if fit} == {"rest X2" if missing else "S-X2"}
        p += [fit.p for fit in fits if fit]
    assert len(p) == 90
    assert np.mean(np.array(p) < 0.05) < 0.13
    assert 0.4 < np.mean(p) < 0.6


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_an_item_of_another_slope_does_not_fit_the_rasch_model(missing: float) -> None:
    rng = np.random.default_rng(3)
    truth = [{"a": 1.0, "b": b} for b in np.linspace(-1.5, 1.5, 14).tolist()] + [
        {"a": 0.2, "b": 0.0}
    ]
    responses = answers(rng, rng.normal(size=2000), "2PL", truth, 2)
    responses[rng.random(responses.shape) < missing] = -1
    fits = [
        fit for fit in item_fit(calibrate(responses, [CalibrationItem(model="1PL")] * 15)) if fit
    ]
    assert fits[-1].p < 1e-6
    assert fits[-1].rmsea > 0.05
    assert sum(fit.p < 0.001 for fit in fits[:-1]) <= 1


def test_the_statistics_of_forms_are_added_up() -> None:
    responses, _, items = drawn("2PL", 2400, 12, seed=5)
    both = responses.copy()
    both[:1200, 8:] = both[1200:, :4] = -1
    fits = item_fit(calibrate(both, items))
    assert [fit.n if fit else 0 for fit in fits][::5] == pytest.approx([1100, 2200, 1100], rel=0.12)


def test_an_item_that_hardly_anybody_took_has_no_fit() -> None:
    rng = np.random.default_rng(5)
    truth = [drawn_parameters(rng, "2PL", 2) for _ in range(6)]
    responses = answers(rng, rng.normal(size=400), "2PL", truth, 2)
    responses[30:, 0] = -1
    fits = item_fit(calibrate(responses, [CalibrationItem(model="2PL")] * 6))
    assert fits[0] is None
    assert all(fits[1:])
