"""Differences between groups: found where they are, and only there."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.calibration.design import CalibrationItem
from cact_tui.psychometrics.calibration.dif import dif
from cact_tui.psychometrics.calibration.estimation import calibrate
from cact_tui.psychometrics.calibration.matching import mantel_haenszel, ordinal_regression, strata
from cact_tui.psychometrics.calibration.ordinal import nagelkerke, regress
from tests.psychometrics.calibration.cases import answers, categories_of, drawn_parameters

if TYPE_CHECKING:
    from cact_tui.psychometrics.protocols import Parameters


def two_groups(model: str, shift: float, missing: float = 0.0) -> tuple[IntArray, IntArray]:
    """Return answers of two groups of unequal means, the last item harder for the second."""
    rng = np.random.default_rng(4)
    K = categories_of(model, 4)
    truth = [drawn_parameters(rng, model, K) for _ in range(11)]
    b = np.array(0.0 if K == 2 else [-1.0, 0.0, 1.0])
    own: Parameters = {"a": 1.3, "b": b.tolist()}
    harder: Parameters = {"a": 1.3, "b": (b + shift).tolist()}
    group = (np.arange(3000) >= 1500).astype(np.int64)
    theta = rng.normal(size=3000) - 0.5 * group
    parts = [
        answers(rng, theta[group == g], model, [*truth, last], K)
        for g, last in enumerate((own, harder))
    ]
    responses = np.concatenate(parts)
    responses[rng.random(responses.shape) < missing] = -1
    return responses, group


@pytest.mark.parametrize(("model", "missing"), [("2PL", 0.0), ("2PL", 0.2), ("GRM", 0.0)])
def test_an_item_that_is_harder_for_a_group_is_found(model: str, missing: float) -> None:
    responses, group = two_groups(model, shift=0.9, missing=missing)
    items = [CalibrationItem(model=model, n_categories=categories_of(model, 4))] * 12
    found = dif(calibrate(responses, items, group=group))
    *others, last = found
    assert last.p < 1e-10
    assert last.df == (2 if model == "2PL" else 4)
    assert last.effect is not None
    if model == "2PL":
        assert last.effect.grade == "C"
        assert last.effect.value < -1.5  # harder for the focal group
    else:
        assert last.effect.measure == "R2 gain"
        assert last.effect.value > 0.03
    assert all(one.effect is not None and one.effect.grade == "A" for one in others)


def test_without_a_difference_the_test_rejects_about_as_often_as_it_should() -> None:
    p = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        truth = [drawn_parameters(rng, "2PL", 2) for _ in range(12)]
        group = np.arange(1200) % 2
        responses = answers(rng, rng.normal(size=1200) + 0.4 * group, "2PL", truth, 2)
        p += [
            one.p
            for one in dif(calibrate(responses, [CalibrationItem(model="2PL")] * 12, group=group))
        ]
    assert np.mean(np.array(p) < 0.05) < 0.15
    assert 0.35 < np.mean(p) < 0.65


def test_an_item_that_one_group_did_not_take_is_not_compared() -> None:
    responses, group = two_groups("2PL", shift=0.0)
    responses[group == 1, 0] = -1
    first = dif(calibrate(responses, [CalibrationItem(model="2PL")] * 12, group=group))[0]
    assert first.statistic is None
    assert np.isnan(first.p)
    assert first.effect is None


def test_a_category_that_one_group_did_not_choose_leaves_the_test_open() -> None:
    responses, group = two_groups("2PL", shift=0.0)
    responses[group == 1, 0] = 1
    first = dif(calibrate(responses, [CalibrationItem(model="2PL")] * 12, group=group))[0]
    assert first.statistic is None
    assert first.df == 2


def test_mantel_haenszel_is_the_textbook_sum_over_strata() -> None:
    # Strata (right, wrong) of the reference and of the focal group.
    tables = [((20, 10), (10, 20)), ((30, 5), (15, 10))]
    rows = [
        (answer, group, stratum, count)
        for stratum, table in enumerate(tables)
        for group, cells in enumerate(table)
        for answer, count in zip((1, 0), cells, strict=True)
    ]
    right, group, stratum, count = (np.array(column) for column in zip(*rows, strict=True))
    found = mantel_haenszel(right, group, stratum, count.astype(float), focal=1)
    alpha = (20 * 20 / 60 + 30 * 10 / 60) / (10 * 10 / 60 + 5 * 15 / 60)
    assert found is not None
    assert found.value == pytest.approx(-2.35 * np.log(alpha))
    assert found.grade == "C"


def test_mantel_haenszel_has_no_answer_where_a_group_is_always_right() -> None:
    right, group = np.ones(40, dtype=np.int64), np.arange(40) % 2
    assert mantel_haenszel(right, group, np.zeros(40, dtype=np.int64), np.ones(40), 1) is None


def test_a_small_or_uncertain_difference_is_negligible() -> None:
    right, group = np.array([1, 0, 1, 0]), np.array([0, 0, 1, 1])
    one = np.zeros(4, dtype=np.int64)
    small = mantel_haenszel(right, group, one, np.array([500.0, 500, 480, 520]), 1)
    uncertain = mantel_haenszel(right, group, one, np.array([6.0, 4, 4, 6]), 1)
    moderate = mantel_haenszel(right, group, one, np.array([520.0, 480, 390, 610]), 1)
    assert [one.grade if one else None for one in (small, uncertain, moderate)] == ["A", "A", "B"]


@given(n=st.integers(100, 3000))
def test_strata_hold_about_as_many_people_each(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    sizes = np.bincount(strata(values, np.ones(n)))
    assert len(sizes) == np.clip(n // 50, 2, 20)
    assert sizes.max() - sizes.min() <= 2


def test_sum_scores_are_their_own_strata() -> None:
    found = strata(np.array([3.0, 1.0, 3.0, 7.0]), np.ones(4))
    np.testing.assert_array_equal(found, [1, 0, 1, 2])


def test_the_ordinal_regression_of_a_two_by_two_table_has_its_log_odds_ratio() -> None:
    outcome = np.repeat([1, 0, 1, 0], [30, 10, 12, 28])
    predictor = np.repeat([0.0, 0.0, 1.0, 1.0], [30, 10, 12, 28])[:, None]
    found = regress(outcome, predictor, 2)
    assert found.intercepts[0] == pytest.approx(np.log(30 / 10))
    assert found.weights[0] == pytest.approx(np.log(12 / 28) - np.log(30 / 10))
    expected = 30 * np.log(0.75) + 10 * np.log(0.25) + 12 * np.log(0.3) + 28 * np.log(0.7)
    assert found.log_likelihood == pytest.approx(expected)


def test_the_ordinal_regression_recovers_what_made_the_answers() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(8000, 2))
    logits = np.array([1.0, -0.2, -1.5])[:, None] + x @ np.array([0.8, -0.5])
    outcome = (rng.random(8000) < 1 / (1 + np.exp(-logits))).sum(axis=0)
    found = regress(outcome, x, 4)
    np.testing.assert_allclose(found.intercepts, [1.0, -0.2, -1.5], atol=0.1)
    np.testing.assert_allclose(found.weights, [0.8, -0.5], atol=0.08)
    empty = regress(outcome, np.zeros((8000, 0)), 4).log_likelihood
    assert 0.1 < nagelkerke(found.log_likelihood, empty, 8000) < 0.4


def test_graded_answers_that_differ_between_groups_gain_r2() -> None:
    rng = np.random.default_rng(2)
    standing, group = rng.normal(size=2000), np.arange(2000) % 2
    logits = np.array([1.5, 0.0, -1.5])[:, None] + 1.5 * standing - 1.6 * group
    category = (rng.random(2000) < 1 / (1 + np.exp(-logits))).sum(axis=0)
    found = ordinal_regression(category, group, standing, np.ones(2000), 4)
    assert found is not None
    assert found.grade == "C"
    same = ordinal_regression(category, rng.permutation(group), standing, np.ones(2000), 4)
    assert same is not None
    assert same.grade == "A"
    assert ordinal_regression(category, 0 * group, standing, np.ones(2000), 4) is None


def test_groups_that_a_predictor_separates_end_close_to_certainty() -> None:
    outcome = np.repeat([0, 1, 2], 20)
    predictor = np.linspace(-3.0, 3.0, 60)[:, None]
    found = regress(outcome, predictor, 3)
    assert -1e-3 < found.log_likelihood <= 0
    assert found.weights[0] > 5
    assert found.intercepts[0] > found.intercepts[1]
