"""Agreement with mirt and mirtCAT in two and three dimensions; see vectors/README.md."""

from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.multidimensional.criteria import (
    Criterion,
    a_rule,
    d_rule,
    e_rule,
    kullback_leibler,
    t_rule,
    w_rule,
    worth,
)
from cact_tui.psychometrics.multidimensional.laplace import maximum_a_posteriori
from cact_tui.psychometrics.multidimensional.quadrature import eap_on, rectangle
from tests.psychometrics.multidimensional.mirt_cases import (
    answers_of,
    mirt_pool,
    multidimensional_cases,
    prior_of,
    title,
)

PROBABILITIES = multidimensional_cases("mirt_prob_info.json")
SCORES = multidimensional_cases("mirt_fscores.json")
CRITERIA = multidimensional_cases("mirtcat_criteria.json")
RULES: dict[str, Criterion] = {
    "D": d_rule,
    "T": t_rule,
    "A": a_rule,
    "E": e_rule,
    "W": lambda information: w_rule(information, np.ones(information.shape[-1])),
}


def known(values: list[float | None]) -> tuple[list[int], FloatArray]:
    """Return the items that mirtCAT gives a value for, and the values."""
    items = [item for item, value in enumerate(values) if value is not None]
    return items, np.array([values[item] for item in items], dtype=np.float64)


@pytest.mark.parametrize("case", PROBABILITIES, ids=title)
def test_probabilities_and_information_matrices_agree_with_mirt_to_1e_10(case: Any) -> None:
    pool = mirt_pool(case["type"], case["dims"], case["items"])
    theta = np.array(case["theta"], dtype=np.float64)
    chances = np.swapaxes(pool.probabilities(theta), 0, 1)
    assert chances == pytest.approx(np.array(case["prob_item_theta_cat"]), abs=1e-10, rel=0)
    expected = np.array(case["info_matrix_item_theta"], dtype=np.float64)
    matrices = np.swapaxes(pool.information_matrices(theta), 0, 1)[: len(expected)]
    assert matrices == pytest.approx(expected, abs=1e-10, rel=0)


@pytest.mark.parametrize("case", SCORES, ids=title)
def test_eap_on_the_same_grid_agrees_with_mirt_to_1e_8(case: Any) -> None:
    pool = mirt_pool(case["type"], case["dims"], case["items"])
    items, categories = answers_of(case["patterns"])
    lower, upper = map(float, case["theta_lim"])
    points = rectangle(lower, upper, case["quadpts"], case["dims"])
    ours = eap_on(pool, items, categories, prior_of(case), points)
    expected = np.array(case["scores"]["EAP"]["values"], dtype=np.float64)
    assert ours.theta == pytest.approx(expected[:, : case["dims"]], abs=1e-8, rel=0)
    assert ours.se == pytest.approx(expected[:, case["dims"] :], abs=1e-8, rel=0)
    covariance = np.array(case["scores"]["EAP"]["acov"], dtype=np.float64)
    assert ours.covariance == pytest.approx(covariance, abs=1e-8, rel=0)


@pytest.mark.parametrize("case", SCORES, ids=title)
def test_the_mode_agrees_with_mirt_as_far_as_mirt_climbs(case: Any) -> None:
    pool, prior = mirt_pool(case["type"], case["dims"], case["items"]), prior_of(case)
    items, categories = answers_of(case["patterns"])
    ours = maximum_a_posteriori(pool, items, categories, prior)
    expected = np.array(case["scores"]["MAP"]["values"], dtype=np.float64)[:, : case["dims"]]
    assert ours.settled.all()

    def height(theta: FloatArray) -> FloatArray:
        value = pool.slopes(items, categories, theta).value
        return np.asarray(value + prior.log_density(theta))

    # mirt's optimizer stops up to 7e-6 away from the top, and never above it
    assert ours.theta == pytest.approx(expected, abs=1e-5, rel=0)
    assert (height(ours.theta) >= height(expected)).all()
    # mirt takes the Hessian by differences
    covariance = np.array(case["scores"]["MAP"]["acov"], dtype=np.float64)
    assert ours.covariance == pytest.approx(covariance, abs=1e-4, rel=0)


@pytest.mark.parametrize("prior", ["", "P"], ids=["without prior", "with prior"])
@pytest.mark.parametrize("case", CRITERIA, ids=title)
def test_the_rules_agree_with_mirtcat_in_values_and_in_the_item(case: Any, prior: str) -> None:
    pool = mirt_pool(case["type"], case["dims"], case["items"])
    theta = np.array([case["theta"]])
    so_far = pool.test_information(np.array([case["administered"]]), theta)
    assert so_far[0] == pytest.approx(np.array(case["info_thetas"]), abs=1e-10, rel=0)
    if prior:
        so_far = so_far + np.array(case["info_thetas_cov"])
    for name, rule in RULES.items():
        items, expected = known(case["criteria"][f"{name}{prior}rule"])
        ours = worth(rule, pool, theta, so_far)[0, items]
        if name == "A":  # mirtCAT takes the pseudo-inverse where the error has no bound
            bounded = np.isfinite(ours)
            singular = d_rule(so_far[0] + pool.information_matrices(theta)[0, items]) == 0
            assert (bounded == ~singular).all()
            ours, expected = ours[bounded], expected[bounded]
        assert ours == pytest.approx(expected, rel=1e-9, abs=1e-10)
        if len(ours):
            assert expected[ours.argmax()] == pytest.approx(expected.max(), rel=1e-9)


@pytest.mark.parametrize("case", CRITERIA, ids=title)
def test_kullback_leibler_agrees_with_mirtcat_to_1e_10(case: Any) -> None:
    pool = mirt_pool(case["type"], case["dims"], case["items"])
    theta = np.array([case["theta"]])
    for name, delta in (("KL", 0.1), ("KLn", 0.1 * np.sqrt(len(case["administered"])))):
        items, expected = known(case["criteria"][name])
        ours = kullback_leibler(pool, theta, np.full(case["dims"], delta))[0, items]
        assert ours == pytest.approx(expected, abs=1e-10, rel=0)
