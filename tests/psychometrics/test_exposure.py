"""Exposure control: tables of probabilities, and how simulation finds them."""

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import EXPOSURE_IGNORED, begin, choose
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.exposure import (
    ItemEligibility,
    RestrictedMaximum,
    SympsonHetter,
    TabledExposure,
    intervals,
)
from cact_tui.psychometrics.exposure_tuning import (
    Tuning,
    given_by_interval,
    rates_by_interval,
)
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import RuleFaultError, SettingsError
from cact_tui.psychometrics.protocols import Exposure
from cact_tui.psychometrics.simulation import SimulatedAnswers, SimulatedTests, administer
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, pool_of, same_slope_pool

E = 20_000


def started(exposure: Exposure, pool: Pool, n: int = E) -> Examinees:
    draws = np.random.default_rng(2).random(n)
    return begin(plain_rules(exposure=exposure), pool, Structure.compile(pool), draws)


def shares(exposure: Exposure, pool: Pool) -> list[float]:
    """Return how often each item is the first of a test."""
    examinees = started(exposure, pool)
    picks = choose(
        plain_rules(exposure=exposure), examinees, np.random.default_rng(3).random((E, 2))
    )
    return [float(count) / E for count in np.bincount(picks.item, minlength=len(pool))]


BEST_FIRST = pool_of("2PL", [[2.0 - 0.1 * i, 0.0, 0, 1] for i in range(6)])


@pytest.mark.parametrize("kind", [SympsonHetter, ItemEligibility])
def test_the_best_item_is_given_with_its_probability(kind: type[TabledExposure]) -> None:
    exposure = kind(parameters={"I0000": 0.3, "I0001": 0.5})
    first, second, third = shares(exposure, BEST_FIRST)[:3]  # type: ignore[arg-type]
    assert first == pytest.approx(0.3, abs=0.01)
    assert second == pytest.approx(0.7 * 0.5, abs=0.01)
    assert third == pytest.approx(0.7 * 0.5, abs=0.01)


def test_the_probability_is_that_of_the_interval_of_theta() -> None:
    exposure = SympsonHetter(cuts=(0.0, 1.0), parameters={"I0000": (0.0, 1.0, 0.25)})
    examinees = started(exposure, BEST_FIRST, 3).estimated(np.array([-0.1, 0.0, 3.0]), np.ones(3))
    assert exposure.at(examinees)[:, 0].tolist() == [0.0, 1.0, 0.25]
    assert exposure.at(examinees)[:, 1:].min() == 1.0
    assert intervals((), np.array([-9.0, 9.0])).tolist() == [0, 0]


def test_eligibility_lasts_for_the_whole_test_and_acceptance_does_not() -> None:
    pool = same_slope_pool(20)
    table = dict.fromkeys(pool.ids, 0.5)
    eligibility, acceptance = ItemEligibility(parameters=table), SympsonHetter(parameters=table)
    examinees = started(eligibility, pool, 50)
    one, other = (np.full(50, draw) for draw in (0.1, 0.9))
    eligible = [eligibility.advice(examinees, draw).eligible for draw in (one, other)]
    assert eligible[0] is not None
    assert np.array_equal(eligible[0], eligible[1] if eligible[1] is not None else [])
    assert eligible[0].mean() == pytest.approx(0.5, abs=0.05)
    assert not (eligible[0] == eligible[0][0]).all()
    draws = np.random.default_rng(3).random((2, 50, 2))
    first, second = (choose(plain_rules(exposure=acceptance), examinees, u).item for u in draws)
    assert (first != second).any()


def test_eligibility_without_a_lasting_draw_is_a_fault() -> None:
    exposure = ItemEligibility(parameters={"I0000": 0.3})
    bare = attrs.evolve(started(exposure, BEST_FIRST, 1), lasting=None)
    with pytest.raises(RuleFaultError, match="lasts for the whole test"):
        exposure.advice(bare, np.zeros(1))


def test_an_examinee_for_whom_nothing_is_left_gets_the_best_and_a_note() -> None:
    for kind in (SympsonHetter, ItemEligibility):
        exposure = kind(parameters=dict.fromkeys(BEST_FIRST.ids, 0.0))
        picks = choose(
            plain_rules(exposure=exposure), started(exposure, BEST_FIRST, 1), np.zeros((1, 2))
        )
        assert picks.item[0] == 0
        assert picks.notes[EXPOSURE_IGNORED][0]


def test_items_at_the_maximum_rest() -> None:
    exposure = RestrictedMaximum(maximum=0.2, rates={"I0000": 0.2, "I0001": 0.19})
    assert shares(exposure, BEST_FIRST)[:2] == [0.0, 1.0]


def refused(rule: str, pool: Pool, **settings: object) -> list[str]:
    exposure = registry.build(registry.EXPOSURES, rule, settings)
    rules = plain_rules(exposure=exposure, min_items=2, max_items=5)
    everything = np.ones(len(pool), dtype=np.bool_)
    return [p.key for p in rules.check(Structure.compile(pool), everything, pool)]


def test_pitfall_09_tables_of_other_pools_are_refused() -> None:
    table = {"I0001": 0.3, "I9999": 0.3}
    assert refused("sympson_hetter", BEST_FIRST, parameters=table) == ["exposure.parameters.I9999"]
    assert refused("eligibility", BEST_FIRST, parameters=table) == ["exposure.parameters.I9999"]
    assert refused("restricted_maximum", BEST_FIRST, maximum=0.5, rates=table) == [
        "exposure.rates.I9999"
    ]
    worn = dict.fromkeys(BEST_FIRST.ids[:2], 0.5)
    assert refused("restricted_maximum", BEST_FIRST, maximum=0.4, rates=worn) == [
        "exposure.maximum"
    ]
    assert refused("eligibility", BEST_FIRST, parameters={"I0001": 0.3}) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"parameters": {}},
        {"parameters": {"A": 1.2}},
        {"parameters": {"A": [0.5, 0.5]}},
        {"cuts": [1.0, 1.0], "parameters": {"A": 0.5}},
    ],
)
def test_tables_that_make_no_sense_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        registry.build(registry.EXPOSURES, "sympson_hetter", settings)


def two_tests() -> SimulatedTests:
    return SimulatedTests(
        items=np.array([[0, 1], [0, -1], [2, 0]]),
        categories=np.zeros((3, 2), dtype=np.int64),
        theta=np.array([1.0, -1.0, -2.0]),
        se=np.ones(3),
        path=np.array([[-0.5, 1.0], [-1.0, np.nan], [0.5, -2.0]]),
        se_path=np.ones((3, 2)),
        reasons=("max_items",),
        reason=np.zeros(3, dtype=np.int64),
        notes={},
    )


def test_rates_are_shares_of_the_examinees_who_end_in_an_interval() -> None:
    assert rates_by_interval(two_tests(), (0.0,), 3).tolist() == [[1.0, 0.0, 0.5], [1.0, 1.0, 0.0]]
    assert rates_by_interval(two_tests(), (), 3)[0] == pytest.approx([1.0, 1 / 3, 1 / 3])


def test_choices_are_counted_by_the_interval_of_then_and_of_the_end() -> None:
    flow = given_by_interval(two_tests(), np.array([0.2, 0.2, 0.2]), (0.0,), 3)
    assert flow[1, 1].tolist() == [1.0, 0.0, 0.0]
    assert flow[0, 1].tolist() == [0.0, 1.0, 0.0]
    assert flow[1, 0].tolist() == [2.0, 0.0, 1.0]
    assert flow[0, 0].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("cuts", [(), (0.0,)])
@pytest.mark.parametrize("kind", [SympsonHetter, ItemEligibility])
def test_tuning_keeps_rates_at_the_target_for_examinees_it_has_not_seen(
    kind: type[SympsonHetter | ItemEligibility], cuts: tuple[float, ...]
) -> None:
    pool = drawn_pool(60, seed=4)
    structure = Structure.compile(pool)
    rules = plain_rules(min_items=8, max_items=8)
    rng = np.random.default_rng(6)
    tuning = Tuning(target=0.3, cuts=cuts)
    found = tuning.tune(
        kind, rules, pool, structure, theta=rng.normal(size=1500), draws=rng.random(1500)
    )
    assert found.rates.max() <= 0.3 * 1.1
    settings = registry.build(registry.EXPOSURES, registry_name(kind), found.settings())
    theta = rng.normal(size=4000)
    answers = SimulatedAnswers(pool=pool, theta=theta)
    controlled, free = (
        administer(under, pool, structure, answers, rng.random(4000))
        for under in (attrs.evolve(rules, exposure=settings), rules)
    )
    assert rates_by_interval(controlled, cuts, 60).max() < 0.38
    assert rates_by_interval(free, cuts, 60).max() > 0.6
    assert (found.overall <= found.rates.max(axis=0) + 1e-9).all()


def registry_name(kind: type[TabledExposure]) -> str:
    return {SympsonHetter: "sympson_hetter", ItemEligibility: "eligibility"}[kind]


def test_a_target_that_no_table_can_keep_is_refused() -> None:
    pool = same_slope_pool(10)
    rules = plain_rules(min_items=5, max_items=5)
    with pytest.raises(SettingsError, match="target"):
        Tuning(target=0.5).tune(
            SympsonHetter,
            rules,
            pool,
            Structure.compile(pool),
            theta=np.zeros(2),
            draws=np.zeros(2),
        )
