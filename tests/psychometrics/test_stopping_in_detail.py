"""Stop rules at their bounds, where only a close look tells right from nearly right."""

from statistics import NormalDist
from typing import Any

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import begin, update
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.stopping import StandardErrorAtMost, StopRules
from cact_tui.psychometrics.stopping.classification import (
    ConfidenceInterval,
    GeneralizedRatio,
    SequentialRatio,
    _decided,
    _grid,
)
from cact_tui.psychometrics.stopping.precision import MinimumInformation
from cact_tui.psychometrics.stopping.prediction import PredictedReduction
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import plain_rules, same_slope_pool


def answered(pool: Pool, *categories: int) -> Examinees:
    """Return one examinee after items 0, 1, 2, ..., estimated after each by EAP."""
    rules = plain_rules(max_items=60)
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    for item, category in enumerate(categories):
        examinee = update(rules, examinee, np.array([item]), np.array([category]))
    return examinee


def test_a_standard_error_that_is_just_reached_ends_a_test() -> None:
    examinee = answered(same_slope_pool(4), 1)
    se = float(examinee.se[0])
    assert StandardErrorAtMost(se).met(examinee)[0]
    assert not StandardErrorAtMost(np.nextafter(se, 0)).met(examinee)[0]


def test_information_that_is_just_enough_is_enough() -> None:
    examinee = answered(same_slope_pool(4), 1)
    left = float(examinee.pool.information(examinee.theta)[0, 1])
    assert not MinimumInformation(below=left).met(examinee)[0]
    assert MinimumInformation(below=np.nextafter(left, 1)).met(examinee)[0]


def test_walds_bounds_are_reached_at_them() -> None:
    alpha, beta = 0.05, 0.2
    upper, lower = float(np.log(0.8 / 0.05)), float(np.log(0.2 / 0.95))
    assert upper == pytest.approx(2.7725887)
    assert lower == pytest.approx(-1.5581446)
    ratios = np.array([[upper], [upper - 1e-9], [lower], [lower + 1e-9]])
    assert _decided(ratios, alpha, beta).tolist() == [True, False, True, False]
    both = np.array([[upper, lower], [upper, 0.0]])
    assert _decided(both, alpha, beta).tolist() == [True, False]


@pytest.mark.parametrize(
    ("right", "wrong"), [(1, 7), (3, 5), (4, 4), (7, 1), (8, 0), (0, 8)], ids=str
)
@pytest.mark.parametrize("delta", [0.123, 0.4])
def test_suprema_include_the_ends_of_the_zones(right: int, wrong: int, delta: float) -> None:
    cuts = (-0.6, 0.5, 1.1)
    pool = same_slope_pool(8, a=1.3, b=0.3)
    examinee = answered(pool, *[1] * right, *[0] * wrong)
    ours = GeneralizedRatio(cuts=cuts, delta=delta).ratios(examinee)[0]
    for cut, ratio in zip(cuts, ours, strict=True):
        sides = np.linspace(-9, cut - delta, 20_001), np.linspace(cut + delta, 9.5, 20_001)
        below, above = (
            pool.log_likelihood(examinee.items, examinee.categories, side)[0] for side in sides
        )
        at_an_end = below.argmax() == 20_000 and above.argmax() in {0, 20_000}
        tolerance = 1e-4 if at_an_end else 2e-3
        assert ratio == pytest.approx(above.max() - below.max(), abs=tolerance)


def test_suprema_are_looked_for_8_beyond_0_and_the_cuts_in_steps_of_a_hundredth() -> None:
    for cuts, low, high in (
        ((0.5,), -8.0, 8.5),
        ((-0.5,), -8.5, 8.0),
        ((-0.5, 1.0), -8.5, 9.0),
    ):
        grid = _grid(cuts, 0.123)
        assert (grid[0], grid[-1]) == pytest.approx((low, high), abs=1e-9)
        steps = np.diff(grid)
        assert steps.min() > 0
        assert steps.max() == pytest.approx(0.01)
        ends = [side for cut in cuts for side in (cut - 0.123, cut + 0.123)]
        assert np.isin(ends, grid).all()


def test_a_cut_at_the_very_end_of_the_interval_lies_within() -> None:
    z = NormalDist().inv_cdf(0.975)
    examinee = answered(same_slope_pool(4), 1).estimated(np.zeros(1), np.ones(1))
    assert not ConfidenceInterval(cuts=(z,)).met(examinee)[0]
    assert ConfidenceInterval(cuts=(float(np.nextafter(z, 9)),)).met(examinee)[0]


def test_the_bounds_of_the_predicted_reduction_are_not_met_at_them() -> None:
    examinee = answered(same_slope_pool(20), 1, 0, 1)
    se = float(examinee.se[0])
    reduction = float(PredictedReduction(at_most=se).reduction(examinee)[0])
    more = float(np.nextafter(reduction, 1))
    on_target = PredictedReduction(at_most=se, short_of_target=0.0, on_target=reduction)
    assert not on_target.met(examinee)[0]
    assert attrs.evolve(on_target, on_target=more).met(examinee)[0]
    short = PredictedReduction(at_most=se - 1e-9, short_of_target=reduction, on_target=1.0)
    assert not short.met(examinee)[0]
    assert attrs.evolve(short, short_of_target=more).met(examinee)[0]


def test_equal_least_reductions_before_and_after_the_aim_are_allowed() -> None:
    pool = same_slope_pool(20)
    stop = PredictedReduction(at_most=0.3, short_of_target=0.02, on_target=0.02)
    assert not stop.misfits(plain_rules(stops=StopRules(any=[stop])), pool)


def test_defaults_are_those_that_are_documented() -> None:
    usual = {"delta": 0.2, "alpha": 0.05, "beta": 0.05}
    assert SequentialRatio(cuts=(0.0,)) == SequentialRatio(cuts=(0.0,), **usual)
    assert GeneralizedRatio(cuts=(0.0,)) == GeneralizedRatio(cuts=(0.0,), **usual)
    assert ConfidenceInterval(cuts=(0.0,)).confidence == 0.95
    ahead = PredictedReduction(at_most=0.3)
    assert (ahead.short_of_target, ahead.on_target) == (0.01, 0.03)


@pytest.mark.parametrize("rule", ["sprt", "glr"])
@pytest.mark.parametrize("settings", [{"alpha": 0.5}, {"beta": 0.5}, {"alpha": 0.0}, {"beta": 0.0}])
def test_error_rates_lie_between_0_and_a_half(rule: str, settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.STOPS, rule, {"cuts": [0.0]} | settings)
    assert [problem.key for problem in refusal.value.problems] == list(settings)
