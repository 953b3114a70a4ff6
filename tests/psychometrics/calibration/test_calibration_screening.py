"""Local dependence, the order of categories, and sparse ones."""

import numpy as np

from cact_tui.psychometrics.calibration.comparison import compare_with_nominal
from cact_tui.psychometrics.calibration.dependence import (
    dependent_pairs,
    expected_scores,
    q3,
)
from cact_tui.psychometrics.calibration.design import CalibrationItem
from cact_tui.psychometrics.calibration.estimation import calibrate
from cact_tui.psychometrics.calibration.screening import category_counts, category_order
from tests.psychometrics.calibration.cases import answers, drawn_parameters
from tests.psychometrics.calibration.test_calibration_estimation import drawn


def test_two_items_of_one_case_stand_out_and_no_others() -> None:
    rng = np.random.default_rng(3)
    truth = [drawn_parameters(rng, "2PL", 2) for _ in range(12)]
    theta, case = rng.normal(size=2000), rng.normal(size=2000)
    responses = answers(rng, theta, "2PL", truth, 2)
    for item in (4, 9):
        own = [{"a": 1.2, "b": 0.0}]
        responses[:, [item]] = answers(rng, theta + 1.3 * case, "2PL", own, 2)
    found = calibrate(responses, [CalibrationItem(model="2PL")] * 12)
    (pair,) = dependent_pairs(found)
    assert (pair.one, pair.two) == (4, 9)
    assert pair.above > 0.2


def test_q3_is_the_correlation_of_the_residuals() -> None:
    responses, _, items = drawn("GRM", 500, 6, seed=2)
    responses[:120, 0] = -1
    found = calibrate(responses, items)
    residuals = (responses - expected_scores(found)[found.design.patterns.row_of])[120:]
    expected = np.corrcoef(residuals[:, 0], residuals[:, 3])[0, 1]
    values = q3(found)
    np.testing.assert_allclose(values[0, 3], expected, atol=1e-12)
    np.testing.assert_allclose(values, values.T)
    assert np.isnan(np.diag(values)).all()


def test_pairs_that_few_people_took_have_no_q3() -> None:
    responses, _, items = drawn("2PL", 400, 6, seed=2)
    responses[:190, 0] = responses[210:, 5] = -1
    values = q3(calibrate(responses, items))
    assert np.isnan(values[0, 5])
    assert not np.isnan(values[0, 1])


def test_the_categories_of_sound_items_ascend() -> None:
    responses, _, items = drawn("GPCM", 1500, 10, seed=6)
    orders = category_order(calibrate(responses, items))
    assert all(order.ascends for order in orders)
    assert all(len(order.means) == 4 for order in orders)


def test_categories_credited_in_the_wrong_order_are_found_both_ways() -> None:
    responses, _, items = drawn("GPCM", 2000, 12, seed=6)
    responses[:, 5] = np.array([0, 2, 1, 3])[responses[:, 5]]
    found = calibrate(responses, items)
    orders = category_order(found)
    assert [at for at, order in enumerate(orders) if not order.ascends] == [5]
    nominal = compare_with_nominal(found)
    assert nominal is not None
    assert 5 in nominal.out_of_order
    assert nominal.slopes[5][0] > nominal.slopes[5][1]
    assert nominal.log_likelihood > found.log_likelihood


def test_where_the_order_holds_the_nominal_model_is_not_worth_its_parameters() -> None:
    responses, _, items = drawn("GPCM", 2000, 10, seed=8)
    nominal = compare_with_nominal(calibrate(responses, items))
    assert nominal is not None
    assert nominal.bic_gain < 0


def test_right_or_wrong_items_have_no_nominal_comparison() -> None:
    responses, _, items = drawn("2PL", 300, 5, seed=1)
    assert compare_with_nominal(calibrate(responses, items)) is None


def test_categories_are_counted_item_by_item() -> None:
    responses = np.array([[0, 2], [1, 2], [-1, 0]])
    assert category_counts(responses, (2, 3)) == ((1, 1), (1, 0, 2))
