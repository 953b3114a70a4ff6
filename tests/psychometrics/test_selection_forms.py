"""Strata, linear tests and random forms; and the selectors that a pool does not suit."""

import numpy as np
import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import begin, choose
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.selection.forms import Linear, PlannedMissing
from cact_tui.psychometrics.selection.stratified import Stratified
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import (
    plain_rules,
    pool_of,
    same_slope_pool,
)


def binary_pool(n: int = 12, D: float = 1.0, seed: int = 3) -> Pool:
    rng = np.random.default_rng(seed)
    rows = [
        [float(a), float(b), 0.2, 0.95]
        for a, b in zip(rng.uniform(0.6, 2.0, n), rng.normal(0, 1, n), strict=True)
    ]
    return pool_of("4PL", rows, D)


def test_strata_rise_in_slope_and_share_the_difficulties() -> None:
    rng = np.random.default_rng(2)
    b = rng.normal(size=60)
    a = np.exp(0.3 * b + 0.2 * rng.normal(size=60))
    pool = pool_of("2PL", [[float(x), float(y), 0, 1] for x, y in zip(a, b, strict=True)])
    blocked, cut = (Stratified(strata=4, blocks=blocks).of_pool(pool) for blocks in (True, False))
    means = [[x[s == k].mean() for k in range(4)] for s in (blocked, cut) for x in (a, b)]
    assert means[0] == sorted(means[0])
    assert means[2] == sorted(means[2])
    assert np.ptp(means[1]) < 0.3 < np.ptp(means[3])
    assert np.bincount(blocked).tolist() == [15] * 4


def test_stages_take_the_nearest_item_of_their_stratum_while_there_is_one() -> None:
    rows = [[a, b, 0, 1] for a in (0.5, 1.5) for b in (-1.0, 0.1, 1.0)]
    pool = pool_of("2PL", rows)
    rules = plain_rules(selector=Stratified(strata=2), min_items=6, max_items=6)
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    order = []
    for _ in range(6):
        item = choose(rules, examinees, np.zeros((1, 2))).item
        order.append(int(item[0]))
        examinees = examinees.answered(item, np.zeros(1, dtype=np.int64))
    assert order == [1, 0, 2, 4, 3, 5]


def test_a_linear_test_keeps_its_order_and_appends_the_rest() -> None:
    pool = same_slope_pool(5)
    rules = plain_rules(selector=Linear(order=("I0003", "I0001")), max_items=5)
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    order = []
    for _ in range(5):
        item = choose(rules, examinees, np.zeros((1, 2))).item
        order.append(int(item[0]))
        examinees = examinees.answered(item, np.zeros(1, dtype=np.int64))
    assert order == [3, 1, 0, 2, 4]


def test_random_forms_are_an_anchor_and_whole_blocks_in_every_pair() -> None:
    pool, E = same_slope_pool(22), 400
    forms = PlannedMissing(blocks=4, anchor=("I0000", "I0007"))
    block = forms.of_pool(pool)
    assert sorted(np.bincount(block[block >= 0])) == [5, 5, 5, 5]
    rules = plain_rules(selector=forms, min_items=12, max_items=12)
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(E))
    rng = np.random.default_rng(8)
    for _ in range(12):
        item = choose(rules, examinees, rng.random((E, 2))).item
        examinees = examinees.answered(item, np.zeros(E, dtype=np.int64))
    assert {tuple(sorted(row)) for row in examinees.items[:, :2].tolist()} == {(0, 7)}
    first, second = block[examinees.items[:, 2:7]], block[examinees.items[:, 7:]]
    assert (first == first[:, :1]).all()
    assert (second == second[:, :1]).all()
    pairs = {frozenset(p) for p in zip(first[:, 0].tolist(), second[:, 0].tolist(), strict=True)}
    assert len(pairs) == 6
    assert np.bincount(first[:, 0]).min() > 60


def refusals(rule: str, pool: Pool, **settings: object) -> list[tuple[str, str]]:
    """Return what is said against a selector for a pool."""
    selector = registry.build(registry.SELECTORS, rule, settings)
    rules = plain_rules(selector=selector, min_items=2, max_items=4)
    everything = np.ones(len(pool), dtype=np.bool_)
    problems = rules.check(Structure.compile(pool), everything, pool)
    assert all(problem.cure for problem in problems)
    return [(problem.key, problem.message) for problem in problems]


GRADED = pool_of("GRM", [[1.0 + i / 10, -1, 0.5, 1] for i in range(9)])
NOMINAL = pool_of("NRM", [[0.5, 0.1, 1.0 + i / 10, 0.2] for i in range(9)])


@pytest.mark.parametrize(
    ("rule", "pool", "settings", "key"),
    [
        ("gdi", GRADED, {}, "selector.rule"),
        ("gdip", GRADED, {}, "selector.rule"),
        ("b_optimal", GRADED, {}, "selector.rule"),
        ("theta_optimal", GRADED, {}, "selector.rule"),
        ("target_success", NOMINAL, {}, "selector.rule"),
        ("a_stratified", NOMINAL, {}, "selector.rule"),
        ("a_stratified", same_slope_pool(9), {}, "selector.rule"),
        ("a_stratified", GRADED, {"strata": 5}, "selector.strata"),
        ("linear", GRADED, {"order": ["I0001", "I9999"]}, "selector.order"),
        ("planned_missing", GRADED, {"blocks": 3, "anchor": ["I9999"]}, "selector.anchor"),
        ("planned_missing", GRADED, {"blocks": 10}, "selector.blocks"),
    ],
)
def test_pitfall_09_a_selector_that_cannot_be_used_is_refused(
    rule: str, pool: Pool, settings: dict[str, object], key: str
) -> None:
    assert [found for found, _ in refusals(rule, pool, **settings)] == [key]


def test_the_refusal_names_the_item_that_cannot_be_used() -> None:
    ((_, message),) = refusals("b_optimal", GRADED)
    assert message == "needs one difficulty b, which I0000 (GRM) has not."


@pytest.mark.parametrize("rule", sorted(set(registry.names(registry.SELECTORS))))
def test_selectors_that_suit_a_pool_are_not_refused(rule: str) -> None:
    settings = {"planned_missing": {"blocks": 3}}.get(rule, {})
    assert refusals(rule, binary_pool(), **settings) == []


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        ("mepv", {"nodes": 2}),
        ("klp", {"lower": 2.0, "upper": -2.0}),
        ("mei", {"after": "median"}),
        ("target_success", {"rate": 1.0}),
        ("progressive", {"speed": 0}),
        ("a_stratified", {"strata": 1}),
        ("linear", {"order": ["A", "A"]}),
        ("mfi", {"nodes": 33}),
    ],
)
def test_pitfall_09_settings_that_make_no_sense_are_refused(
    rule: str, settings: dict[str, object]
) -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.SELECTORS, rule, settings)
    assert refusal.value.problems[0].key in settings
