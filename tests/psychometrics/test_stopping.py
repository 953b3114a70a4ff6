"""The stop rules, each where it decides and where it must not."""

from statistics import NormalDist

import numpy as np
import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import begin, choose, update, verdict
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.simulation import SimulatedAnswers, administer
from cact_tui.psychometrics.stopping import StandardErrorAtMost, StopRules
from cact_tui.psychometrics.stopping.classification import (
    ConfidenceInterval,
    GeneralizedRatio,
    SequentialRatio,
)
from cact_tui.psychometrics.stopping.precision import MinimumInformation, ThetaChange
from cact_tui.psychometrics.stopping.prediction import PredictedReduction
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, pool_of, same_slope_pool


def answered(pool: Pool, *categories: int) -> Examinees:
    """Return one examinee after items 0, 1, 2, ..., estimated after each by EAP."""
    rules = plain_rules(max_items=60)
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    for item, category in enumerate(categories):
        examinee = update(rules, examinee, np.array([item]), np.array([category]))
    return examinee


def test_minimum_information_looks_at_open_items_only() -> None:
    pool = pool_of("2PL", [[2.0, 0.0, 0, 1], [1.0, 0.0, 0, 1], [0.4, 0.0, 0, 1]])
    rule = MinimumInformation(below=0.3)
    examinee = begin(plain_rules(), pool, Structure.compile(pool), np.zeros(1))
    assert not rule.met(examinee)[0]
    one = examinee.answered(np.array([0]), np.array([1]))  # 1.0 at its peak gives 0.25
    assert rule.met(one)[0]
    assert not MinimumInformation(below=0.2).met(one)[0]
    enemies = Structure.compile(pool, enemies=[("I0000", "I0001")])
    examinee = begin(plain_rules(), pool, enemies, np.zeros(1))
    assert MinimumInformation(below=0.2).met(examinee.answered(np.array([0]), np.array([1])))[0]


def test_a_small_change_of_theta_counts_from_the_second_scored_answer_on() -> None:
    pool = same_slope_pool(40)
    rule = ThetaChange(at_most=0.5)
    assert not ThetaChange(at_most=9.0).met(answered(pool))[0]
    assert not ThetaChange(at_most=9.0).met(answered(pool).estimated(np.ones(1), np.ones(1)))[0]
    assert not ThetaChange(at_most=9.0).met(answered(pool, 1))[0]
    two = answered(pool, 1, 0)
    assert two.before is not None
    moved = abs(float(two.theta[0] - two.before[0]))
    assert ThetaChange(at_most=moved).met(two)[0]
    assert not ThetaChange(at_most=moved - 1e-9).met(two)[0]
    assert rule.met(answered(pool, *[1, 0] * 10))[0]


def test_an_unscored_item_is_no_small_change() -> None:
    pool = same_slope_pool(40)
    assert ThetaChange(at_most=9.0).met(answered(pool, 1, 0))[0]
    assert not ThetaChange(at_most=9.0).met(answered(pool, 1, 0, -1))[0]


def test_the_predicted_reduction_is_that_of_the_best_open_item() -> None:
    pool = drawn_pool(12)
    examinee = answered(pool, 1, 0, 1)
    rule = PredictedReduction(at_most=0.3)
    variances = []
    for item in np.flatnonzero(examinee.open_items[0]):
        items = np.append(examinee.items, [[item]], axis=1)
        expected = 0.0
        grid = np.linspace(-8, 8, 1601)
        logs = pool.log_likelihood(examinee.items, examinee.categories, grid)[0]
        weights = np.exp(logs + examinee.prior.log_density(grid))
        weights /= weights.sum()
        for k in range(pool.n_categories[item]):
            chance = float(weights @ pool.probabilities(grid)[:, item, k])
            categories = np.append(examinee.categories, [[k]], axis=1)
            found = ExpectedAPosteriori().estimate(pool, items, categories, examinee.prior)
            expected += chance * float(found.se[0]) ** 2
        variances.append(expected)
    by_hand = float(examinee.se[0]) - np.sqrt(min(variances))
    assert rule.reduction(examinee)[0] == pytest.approx(by_hand, abs=1e-5)


def test_the_predicted_reduction_stops_early_or_late_by_its_two_bounds() -> None:
    examinee = answered(drawn_pool(12), 1, 0, 1)
    se = float(examinee.se[0])
    reduction = float(PredictedReduction(at_most=0.3).reduction(examinee)[0])
    just_more, just_less = reduction + 1e-9, reduction - 1e-9

    def met(at_most: float, short: float, on: float) -> bool:
        rule = PredictedReduction(at_most=at_most, short_of_target=short, on_target=on)
        return bool(rule.met(examinee)[0])

    assert met(se / 2, just_more, 1.0)
    assert not met(se / 2, just_less, 1.0)
    assert met(se * 2, 0.0, just_more)
    assert not met(se * 2, 0.0, just_less)


def test_without_open_items_no_reduction_is_to_be_had() -> None:
    pool = same_slope_pool(2)
    assert PredictedReduction(at_most=0.1).reduction(answered(pool, 1, 0)).tolist() == [0.0]


def test_sprt_is_walds_test_at_each_cut() -> None:
    pool = same_slope_pool(40, a=1.5, b=0.0)
    rule = SequentialRatio(cuts=(0.0,), delta=0.3, alpha=0.05, beta=0.1)
    step = float(np.log((1 + np.exp(0.45)) / (1 + np.exp(-0.45))))  # log P(+.3)/P(-.3)
    assert rule.ratios(answered(pool, 1))[0, 0] == pytest.approx(step)
    needed = int(np.ceil(np.log(0.9 / 0.05) / step))
    assert not rule.met(answered(pool, *[1] * (needed - 1)))[0]
    assert rule.met(answered(pool, *[1] * needed))[0]
    needed = int(np.ceil(-np.log(0.1 / 0.95) / step))
    assert not rule.met(answered(pool, *[0] * (needed - 1)))[0]
    assert rule.met(answered(pool, *[0] * needed))[0]


def test_sprt_holds_its_error_rates() -> None:
    pool = pool_of("2PL", [[1.5, -0.6 + 0.004 * i, 0, 1] for i in range(300)])
    stop = SequentialRatio(cuts=(0.0,), delta=0.4, alpha=0.1, beta=0.1)
    rules = plain_rules(stops=StopRules(any=[stop]), min_items=1, max_items=120)
    structure = Structure.compile(pool)
    draws = np.random.default_rng(3).random(600)
    answers = SimulatedAnswers(pool=pool, theta=np.full(600, -0.4))
    tests = administer(rules, pool, structure, answers, draws)
    assert np.mean(tests.reason == tests.reasons.index("sprt")) > 0.98
    logs = pool.log_likelihood(tests.items, tests.categories, np.array([-0.4, 0.4]))
    assert np.mean(logs[:, 1] > logs[:, 0]) < 0.12


def test_glr_takes_the_suprema_beyond_the_zone_of_indifference() -> None:
    pool = same_slope_pool(40, a=1.3, b=0.5)
    examinee = answered(pool, 1, 1, 0, 1, 1, 1, 0, 1)
    grid = np.linspace(-8, 8, 160_001)
    logs = pool.log_likelihood(examinee.items, examinee.categories, grid)[0]
    cuts = (-0.5, 1.0)
    expected = [logs[grid >= c + 0.2].max() - logs[grid <= c - 0.2].max() for c in cuts]
    ours = GeneralizedRatio(cuts=cuts, delta=0.2).ratios(examinee)[0]
    assert ours == pytest.approx(np.array(expected), abs=1e-3)
    points = SequentialRatio(cuts=cuts, delta=0.2).ratios(examinee)[0]
    assert (np.abs(ours) >= np.abs(points) - 1e-3).all()


def test_glr_decides_no_later_than_sprt_far_from_the_cut() -> None:
    pool = same_slope_pool(60, a=1.3, b=0.0)
    patterns = [[1] * n for n in range(1, 30)]
    glr, sprt = (
        next(len(p) for p in patterns if rule.met(answered(pool, *p))[0])
        for rule in (GeneralizedRatio(cuts=(0.0,)), SequentialRatio(cuts=(0.0,)))
    )
    assert glr < sprt


def test_ratios_stay_numbers_however_sharp_the_likelihood() -> None:
    pool = same_slope_pool(59, a=8.0, b=3.0)
    far = answered(pool, *[1, 0] * 29)
    for rule in (GeneralizedRatio(cuts=(-3.0, 0.0)), SequentialRatio(cuts=(-3.0, 0.0))):
        assert not np.isnan(rule.ratios(far)).any()
        assert rule.met(far)[0]


def test_a_confidence_interval_must_not_hold_any_cut() -> None:
    examinee = answered(same_slope_pool(4), 1)
    examinee = examinee.estimated(np.array([0.5]), np.array([0.2]))
    z = NormalDist().inv_cdf(0.95)
    edge = 0.5 - 0.2 * z
    assert ConfidenceInterval(cuts=(edge - 1e-9,), confidence=0.9).met(examinee)[0]
    assert not ConfidenceInterval(cuts=(edge + 1e-9,), confidence=0.9).met(examinee)[0]
    assert not ConfidenceInterval(cuts=(-3.0, 0.6), confidence=0.9).met(examinee)[0]
    assert ConfidenceInterval(cuts=(-3.0, 3.0), confidence=0.9).met(examinee)[0]


@pytest.mark.parametrize("kind", [SequentialRatio, GeneralizedRatio])
def test_all_cuts_must_be_decided(kind: type[SequentialRatio | GeneralizedRatio]) -> None:
    pool = same_slope_pool(60, a=1.3, b=2.0)
    examinee = answered(pool, *[1, 0] * 12)  # near 2
    assert kind(cuts=(-1.0,)).met(examinee)[0]
    assert not kind(cuts=(2.0,)).met(examinee)[0]
    assert not kind(cuts=(-1.0, 2.0)).met(examinee)[0]


def test_a_classification_waits_for_the_minima() -> None:
    pool = same_slope_pool(30, b=-2.0)
    stops = StopRules(any=[ConfidenceInterval(cuts=(4.0,))])
    rules = plain_rules(stops=stops, min_items=5, max_items=10)
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    for _ in range(5):
        assert verdict(rules, examinee).reason() is None
        item = choose(rules, examinee, np.zeros((1, 2))).item
        examinee = update(rules, examinee, item, np.zeros(1, dtype=np.int64))
    assert verdict(rules, examinee).reason() == "confidence_interval"


def test_any_names_the_first_rule_met_and_all_names_them_together() -> None:
    examinee = answered(same_slope_pool(9), *[1, 0] * 4)
    wide, never = StandardErrorAtMost(9.0), StandardErrorAtMost(1e-9)
    sure = ConfidenceInterval(cuts=(9.0,))
    any_of = StopRules(any=[never, sure, wide])
    assert any_of.names[any_of.first_met(examinee)[0]] == "confidence_interval"
    together = StopRules(all=[wide, sure])
    assert together.names[together.first_met(examinee)[0]] == "se+confidence_interval"
    assert StopRules(all=[wide, never]).first_met(examinee)[0] == -1


@pytest.mark.parametrize(
    ("rule", "settings", "key"),
    [
        ("sprt", {"cuts": []}, "cuts"),
        ("glr", {"cuts": [1.0, 0.0]}, "cuts"),
        ("sprt", {"cuts": [0.0], "alpha": 0.5}, "alpha"),
        ("sprt", {"cuts": [0.0], "delta": 0.0}, "delta"),
        ("confidence_interval", {"cuts": [0.0], "confidence": 1.0}, "confidence"),
        ("minimum_information", {"below": 0.0}, "below"),
        ("theta_change", {"at_most": -1.0}, "at_most"),
        ("predicted_reduction", {"at_most": 0.3, "nodes": 1}, "nodes"),
        ("se", {"at_most": 0.0}, "at_most"),
    ],
)
def test_pitfall_09_stop_rules_that_make_no_sense_are_refused(
    rule: str, settings: dict[str, object], key: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.STOPS, rule, settings)
    assert refusal.value.problems[0].key == key


def test_a_reduction_that_asks_less_of_an_item_after_the_aim_is_refused() -> None:
    pool = same_slope_pool(20)
    stop = PredictedReduction(at_most=0.3, short_of_target=0.05, on_target=0.01)
    rules = plain_rules(stops=StopRules(any=[stop]))
    problems = rules.check(Structure.compile(pool), np.ones(20, dtype=np.bool_), pool)
    assert [problem.key for problem in problems] == ["stop.on_target"]
