"""Agreement with mirt's tight fits: see data/README.md for where the numbers come from."""

from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.calibration.climbing import EMSettings
from cact_tui.psychometrics.calibration.design import CalibrationItem
from cact_tui.psychometrics.calibration.estimation import Calibration, calibrate
from cact_tui.psychometrics.calibration.information import item_columns, observed_information
from tests.psychometrics.calibration.cases import at_hand, known_responses, reference_fits

FITS = [
    pytest.param(fit, id=f"{fit['data']}-{fit['itemtype']}")
    for fit in reference_fits()
    if at_hand(fit["data"])
]


def fitted(fit: dict[str, Any]) -> Calibration:
    responses = known_responses(fit["data"])
    assert responses.shape == (fit["N"], fit["J"])
    model = {"Rasch": "1PL", "2PL": "2PL"}[fit["itemtype"]]
    return calibrate(responses, [CalibrationItem(model=model)] * fit["J"])


@pytest.mark.parametrize("fit", FITS)
def test_estimates_agree_with_mirt(fit: dict[str, Any]) -> None:
    found = fitted(fit)
    assert found.converged
    assert found.is_maximum
    assert found.n_parameters == fit["n_par"]
    assert found.log_likelihood == pytest.approx(fit["logLik"], abs=1e-5)
    assert found.sd[0] ** 2 == pytest.approx(fit["cov"], abs=1e-4)
    for (slope, intercept), item in zip(fit["items"], found.items, strict=True):
        a = item.parameters.get("a", 1.0)
        assert a == pytest.approx(slope, abs=1e-4)
        assert item.parameters["b"] == pytest.approx(-intercept / slope, abs=1e-4)


@pytest.mark.parametrize("fit", FITS)
def test_standard_errors_agree_with_mirts_oakes(fit: dict[str, Any]) -> None:
    found = fitted(fit)
    information = observed_information(found.design, found.place)
    errors = np.sqrt(np.diag(np.linalg.inv(information.matrix)))
    for item, columns in item_columns(found.design).items():
        expected = [error for error in fit["SE"][item] if error is not None]
        np.testing.assert_allclose(errors[columns], expected, rtol=1e-4)


def test_the_printed_estimates_of_lsat6_are_reached() -> None:
    # Log-likelihood, slopes and locations as printed in public for this data set.
    found = calibrate(known_responses("LSAT6"), [CalibrationItem(model="2PL")] * 5)
    assert found.log_likelihood == pytest.approx(-2466.653, abs=1e-3)
    slopes = [item.parameters["a"] for item in found.items]
    np.testing.assert_allclose(slopes, [0.8254, 0.7229, 0.8905, 0.6886, 0.6575], atol=2e-3)
    locations = [item.parameters["b"] for item in found.items]
    np.testing.assert_allclose(locations, [-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], atol=5e-3)


def test_acceleration_arrives_at_the_same_place_in_fewer_steps() -> None:
    responses, items = known_responses("LSAT6"), [CalibrationItem(model="1PL")] * 5
    fast = calibrate(responses, items)
    slow = calibrate(responses, items, settings=EMSettings(accelerate=False))
    assert fast.steps < slow.steps / 3
    assert fast.log_likelihood == pytest.approx(slow.log_likelihood, abs=1e-6)
    assert fast.sd[0] == pytest.approx(slow.sd[0], abs=1e-4)
