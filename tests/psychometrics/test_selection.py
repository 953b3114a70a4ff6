"""The selectors, against sums written out in loops, and the pitfalls of peers."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import begin, choose
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.estimation.posterior import moments
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.selection import quadrature
from cact_tui.psychometrics.selection.chance import Progressive, Proportional, RandomSelection
from cact_tui.psychometrics.selection.divergence import (
    GlobalDiscrimination,
    KullbackLeibler,
    PosteriorGlobalDiscrimination,
    PosteriorKullbackLeibler,
)
from cact_tui.psychometrics.selection.expected import (
    ExpectedInformation,
    ExpectedPosteriorVariance,
    PlugInExpectedInformation,
    PlugInExpectedPosteriorVariance,
)
from cact_tui.psychometrics.selection.forms import PlannedMissing
from cact_tui.psychometrics.selection.information import (
    LikelihoodWeightedInformation,
    MaximumInformation,
    PosteriorWeightedInformation,
)
from cact_tui.psychometrics.selection.matching import NearestDifficulty, NearestPeak, TargetSuccess
from cact_tui.psychometrics.selection.places import LOGISTIC, difficulties, peaks
from cact_tui.psychometrics.selection.stratified import Stratified
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import (
    drawn_pool,
    items_of_any_model,
    plain_rules,
    pool_of,
    pool_of_items,
)

NOTHING = np.zeros(1)
MIXED: dict[str, Any] = {
    "mfi": MaximumInformation(),
    "mlwi": LikelihoodWeightedInformation(),
    "mpwi": PosteriorWeightedInformation(),
    "kl": KullbackLeibler(),
    "klp": PosteriorKullbackLeibler(),
    "mei": ExpectedInformation(),
    "mei_plug_in": PlugInExpectedInformation(),
    "mei_mode": ExpectedInformation(after="mode", information="observed"),
    "mepv": ExpectedPosteriorVariance(),
    "mepv_plug_in": PlugInExpectedPosteriorVariance(),
    "target_success": TargetSuccess(rate=0.6),
    "a_stratified": Stratified(strata=2),
}
"""Selectors for items of any model that says where it is."""
ONLY_RIGHT_OR_WRONG: dict[str, Any] = {
    "gdi": GlobalDiscrimination(),
    "gdip": PosteriorGlobalDiscrimination(),
    "b_optimal": NearestDifficulty(),
    "theta_optimal": NearestPeak(),
}
WITH_CHANCE: dict[str, Any] = {
    "random": RandomSelection(),
    "progressive": Progressive(),
    "proportional": Proportional(),
    "planned_missing": PlannedMissing(blocks=3),
}


def examinees_after(
    pool: Pool, *answers: int, prior: NormalPrior | None = None, E: int = 1
) -> Examinees:
    """Return examinees after items 0, 1, 2, ... with these categories, estimated by EAP."""
    examinees = begin(
        plain_rules(max_items=20), pool, Structure.compile(pool), np.full(E, 0.37), prior=prior
    )
    for item, category in enumerate(answers):
        examinees = examinees.answered(np.full(E, item), np.full(E, category))
    if not answers:
        return examinees
    found = ExpectedAPosteriori().estimate(
        pool, examinees.items, examinees.categories, examinees.prior
    )
    return examinees.estimated(found.theta, found.se)


def binary_pool(n: int = 12, D: float = 1.0, seed: int = 3) -> Pool:
    rng = np.random.default_rng(seed)
    rows = [
        [float(a), float(b), 0.2, 0.95]
        for a, b in zip(rng.uniform(0.6, 2.0, n), rng.normal(0, 1, n), strict=True)
    ]
    return pool_of("4PL", rows, D)


def posterior_by_hand(examinees: Examinees) -> tuple[FloatArray, FloatArray]:
    """Return a fine grid and the posterior on it, from products of probabilities."""
    grid = np.linspace(-9.0, 9.0, 1801)
    weights = np.exp(examinees.prior.log_density(grid))
    chances = examinees.pool.probabilities(grid)
    for item, category in zip(examinees.items[0], examinees.categories[0], strict=True):
        weights = weights * chances[:, item, category]
    return grid, weights / weights.sum()


def after(examinees: Examinees, item: int, category: int) -> tuple[float, float]:
    """Return posterior mean and variance after one more answer, by the EAP estimator."""
    items = np.append(examinees.items, [[item]], axis=1)
    categories = np.append(examinees.categories, [[category]], axis=1)
    found = ExpectedAPosteriori().estimate(examinees.pool, items, categories, examinees.prior)
    return float(found.theta[0]), float(found.se[0] ** 2)


def expected_by_hand(
    examinees: Examinees, worth: Callable[[int, int], float], *, plug_in: bool
) -> FloatArray:
    """Return sums over next answers of what they are worth times their probability."""
    pool = examinees.pool
    grid, posterior = posterior_by_hand(examinees)
    chances = pool.probabilities(grid)
    here = pool.probabilities(examinees.theta)[0]
    return np.array(
        [
            sum(
                (here[item, k] if plug_in else float(posterior @ chances[:, item, k]))
                * worth(item, k)
                for k in range(pool.n_categories[item])
            )
            for item in range(len(pool))
        ]
    )


def information_after(examinees: Examinees) -> Callable[[int, int], float]:
    pool = examinees.pool

    def worth(item: int, category: int) -> float:
        theta, _ = after(examinees, item, category)
        return float(pool.information(np.array([theta]))[0, item])

    return worth


@pytest.mark.parametrize("plug_in", [False, True])
def test_pitfall_07_expected_information_is_taken_at_the_new_theta(plug_in: bool) -> None:  # noqa: FBT001
    examinees = examinees_after(drawn_pool(14), 1, 0, 1, 1)
    rule = PlugInExpectedInformation() if plug_in else ExpectedInformation()
    ours = rule.scores(examinees, NOTHING)[0]
    by_hand = expected_by_hand(examinees, information_after(examinees), plug_in=plug_in)
    assert ours == pytest.approx(by_hand, abs=1e-7)
    now = examinees.pool.information(examinees.theta)[0]
    assert np.abs(ours - now).max() > 0.01


@pytest.mark.parametrize("plug_in", [False, True])
def test_pitfall_08_the_expected_variance_does_not_collapse_after_one_item(plug_in: bool) -> None:  # noqa: FBT001
    examinees = examinees_after(drawn_pool(14), 1)
    rule = PlugInExpectedPosteriorVariance() if plug_in else ExpectedPosteriorVariance()
    ours = -rule.scores(examinees, NOTHING)[0]
    by_hand = expected_by_hand(examinees, lambda i, k: after(examinees, i, k)[1], plug_in=plug_in)
    assert ours == pytest.approx(by_hand, abs=1e-7)
    assert (ours > 0.2).all()
    if not plug_in:  # what is expected of an item cannot be a loss
        assert (ours < examinees.se[0] ** 2 + 1e-9).all()


def test_pitfall_08_klp_uses_the_prior_and_kl_does_not() -> None:
    pool = drawn_pool(14)
    low, high = (examinees_after(pool, 1, 0, prior=NormalPrior(m, 0.7)) for m in (-1.0, 1.0))
    low = attrs.evolve(low, theta=high.theta)
    posterior, likelihood = PosteriorKullbackLeibler(), KullbackLeibler(lower=-6, upper=6)
    assert np.abs(posterior.scores(low, NOTHING) - posterior.scores(high, NOTHING)).max() > 0.01
    assert likelihood.scores(low, NOTHING) == pytest.approx(likelihood.scores(high, NOTHING))


def test_klp_is_the_divergence_summed_over_the_posterior() -> None:
    examinees = examinees_after(drawn_pool(14), 1, 0, 1)
    grid, posterior = posterior_by_hand(examinees)
    chances, here = (
        examinees.pool.probabilities(grid),
        examinees.pool.probabilities(examinees.theta),
    )
    by_hand = [
        sum(
            w * here[0, item, k] * np.log(here[0, item, k] / chances[t, item, k])
            for t, w in enumerate(posterior)
            for k in range(examinees.pool.n_categories[item])
        )
        for item in range(3)
    ]
    ours = PosteriorKullbackLeibler().scores(examinees, NOTHING)[0, :3]
    assert ours == pytest.approx(np.array(by_hand), abs=1e-7)


def test_pitfall_17_predictive_and_plug_in_weights_are_named_apart_and_differ() -> None:
    names = registry.names(registry.SELECTORS)
    assert {"mei", "mei_plug_in", "mepv", "mepv_plug_in"} <= set(names)
    examinees = examinees_after(binary_pool(), 1)
    for name in ("mei", "mepv"):
        predictive, plug_in = (
            registry.build(registry.SELECTORS, rule, {}).scores(examinees, NOTHING)
            for rule in (name, f"{name}_plug_in")
        )
        assert np.abs(predictive - plug_in).max() > 1e-3


def test_pitfall_06_information_knows_the_upper_asymptote() -> None:
    pool = pool_of("4PL", [[1.5, 0.0, 0.2, 0.9]])
    examinees = examinees_after(pool).estimated(np.array([2.0]), np.ones(1))
    assert MaximumInformation().scores(examinees, NOTHING)[0, 0] == pytest.approx(0.0195, abs=5e-5)


@pytest.mark.parametrize("name", [*MIXED, *ONLY_RIGHT_OR_WRONG])
def test_pitfall_07_the_scaling_constant_reaches_every_selector(name: str) -> None:
    rule = (MIXED | ONLY_RIGHT_OR_WRONG)[name]
    rows = [[1.0 + 0.1 * i, -1.0 + 0.2 * i, 0.1, 0.9] for i in range(12)]
    scaled = [[row[0] * 1.702, *row[1:]] for row in rows]
    by_D, by_a = pool_of("4PL", rows, 1.702), pool_of("4PL", scaled)
    ours, same = (rule.scores(examinees_after(pool, 1, 0, 1), NOTHING) for pool in (by_D, by_a))
    assert ours == pytest.approx(same, rel=1e-9)


@pytest.mark.parametrize("name", [*MIXED, *ONLY_RIGHT_OR_WRONG])
def test_pitfall_11_of_equal_items_the_first_by_id_is_picked(name: str) -> None:
    pool = pool_of("2PL", [[1.2, 0.3, 0, 1], [0.8, 0.3, 0, 1]] * 6)
    rules = plain_rules(selector=(MIXED | ONLY_RIGHT_OR_WRONG)[name])
    examinees = examinees_after(pool, 1, 0)
    assert choose(rules, examinees, np.zeros((1, 2))).item[0] in {2, 3}


@settings(max_examples=40)
@given(seed=st.integers(0, 999), data=st.data())
def test_a_batch_of_one_is_a_row_of_the_batch(seed: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    rules = MIXED | ONLY_RIGHT_OR_WRONG | WITH_CHANCE
    name = data.draw(st.sampled_from(sorted(rules)))
    pool = drawn_pool(12, seed) if name in MIXED | WITH_CHANCE else binary_pool(seed=seed)
    batch = examinees_after(pool, 1, 0, 1, E=4).estimated(rng.normal(size=4), np.full(4, 0.5))
    draw = rng.random(4)
    scores = rules[name].scores(batch, draw)
    for row in range(4):
        alone = rules[name].scores(batch.some(np.array([row])), draw[row : row + 1])
        assert alone[0] == pytest.approx(scores[row], abs=1e-12)


@settings(max_examples=60)
@given(
    items=st.lists(items_of_any_model(), min_size=3, max_size=6),
    theta=st.floats(-8, 8),
    D=st.sampled_from([1.0, 1.702]),
    data=st.data(),
)
def test_scores_are_finite_and_ratio_scales_start_at_zero_for_any_items(
    items: list[tuple[str, Any]], theta: float, D: float, data: st.DataObject
) -> None:
    pool = pool_of_items(items, D)
    answers = [data.draw(st.integers(0, int(K) - 1)) for K in pool.n_categories[:2]]
    examinees = examinees_after(pool, *answers)
    now = examinees.estimated(np.array([theta]), np.ones(1))
    rules = MIXED | (ONLY_RIGHT_OR_WRONG if set(pool.models) <= {*LOGISTIC} else {})
    for name, rule in rules.items():
        if name == "a_stratified" and "NRM" in pool.models:
            continue
        scores = rule.scores(now, NOTHING)
        assert np.isfinite(scores).all(), name
        if rule.ratio_scale:
            assert (scores >= 0).all(), name
    expected = -ExpectedPosteriorVariance().scores(now, NOTHING)
    assert (expected <= variance_on_nodes(now) * (1 + 1e-9)).all()


def variance_on_nodes(examinees: Examinees) -> float:
    rule = ExpectedPosteriorVariance()
    _, sd = moments(rule.grid(examinees.prior), rule.posterior(examinees))
    return float(sd[0] ** 2)


@pytest.mark.parametrize("name", ["klp", "mepv", "mei"])
def test_large_batches_are_scored_in_parts_without_a_difference(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = examinees_after(drawn_pool(12), 1, 0, E=9)
    whole = MIXED[name].scores(batch, np.zeros(9))
    monkeypatch.setattr(quadrature, "CHUNK", 500)
    assert MIXED[name].scores(batch, np.zeros(9)) == pytest.approx(whole, abs=1e-12)


def test_the_default_grid_is_fine_and_wide_enough() -> None:
    pool = pool_of("2PL", [[1.8, 3.0, 0, 1]] * 20 + [[1.8, 4.0, 0, 1], [1.0, 2.0, 0, 1]])
    examinees = examinees_after(pool, *([1] * 20))
    fine = ExpectedPosteriorVariance(lower=-4, upper=10, nodes=2801).scores(examinees, NOTHING)
    assert ExpectedPosteriorVariance().scores(examinees, NOTHING) == pytest.approx(fine, rel=5e-3)
    sharp = examinees_after(
        pool_of("2PL", [[6.0, 0.1 * (i % 3), 0, 1] for i in range(40)]), *([1, 0] * 15)
    )
    fine = PosteriorWeightedInformation(lower=-3, upper=3, nodes=6001).scores(sharp, NOTHING)
    ours = PosteriorWeightedInformation().scores(sharp, NOTHING)
    assert ours == pytest.approx(fine, rel=1e-3)


def test_peaks_are_where_information_is_largest() -> None:
    pool = binary_pool(20, D=1.702)
    grid = np.linspace(-6, 6, 120_001)
    assert peaks(pool) == pytest.approx(grid[pool.information(grid).argmax(axis=0)], abs=1e-4)


@pytest.mark.parametrize(("name", "of"), [("b_optimal", difficulties), ("theta_optimal", peaks)])
def test_large_pools_give_the_nearest_item_from_shortlists(
    name: str, of: Callable[[Pool], FloatArray]
) -> None:
    pool = binary_pool(1500)
    rules = plain_rules(selector=ONLY_RIGHT_OR_WRONG[name])
    theta = np.random.default_rng(9).normal(size=40)
    batch = examinees_after(pool, E=40).estimated(theta, np.ones(40))
    nearest = np.abs(theta[:, None] - of(pool)).argmin(axis=1)
    assert choose(rules, batch, np.zeros((40, 2))).item.tolist() == nearest.tolist()


def test_target_success_picks_the_item_that_succeeds_as_often() -> None:
    pool = pool_of("1PL", [[1, b / 10, 0, 1] for b in range(-20, 21)])
    examinees = examinees_after(pool).estimated(np.array([0.5]), np.ones(1))
    rules = plain_rules(selector=TargetSuccess(rate=0.7))
    b = 0.5 - np.log(0.7 / 0.3)
    item = int(choose(rules, examinees, np.zeros((1, 2))).item[0])
    assert (item - 20) / 10 == pytest.approx(b, abs=0.05)


def test_the_progressive_method_goes_from_chance_to_information() -> None:
    pool = drawn_pool(20)
    rules = plain_rules(selector=Progressive(), max_items=6)
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    peak = pool.information(np.zeros(1)).max()
    u = hashed(np.array([0.4]), np.arange(20))
    assert Progressive().scores(examinees, np.array([0.4])) == pytest.approx(u * peak)
    for item in range(5):
        examinees = examinees.answered(np.array([item]), np.array([0]))
    last = Progressive().scores(examinees, np.array([0.4]))
    assert last == pytest.approx(pool.information(np.zeros(1)))
    one = begin(plain_rules(max_items=1, min_items=1), pool, Structure.compile(pool), np.zeros(1))
    assert np.isfinite(Progressive().scores(one, np.array([0.4]))).all()


def test_the_proportional_method_draws_with_the_chances_of_the_formula() -> None:
    pool, E = binary_pool(8), 40_000
    rules = plain_rules(selector=Proportional(), max_items=5)
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(E))
    examinees = examinees.answered(np.full(E, 2), np.ones(E, dtype=np.int64))
    draws = np.random.default_rng(5).random((E, 2))
    picked = np.bincount(choose(rules, examinees, draws).item, minlength=8) / E
    chances = pool.information(np.zeros(1))[0] ** (5 * 1 / (1 + 2 + 3 + 4))
    chances[2] = 0.0
    assert picked == pytest.approx(chances / chances.sum(), abs=0.01)


def test_pitfall_10_chance_comes_from_the_draw_alone() -> None:
    pool = drawn_pool(30)
    for name, rule in WITH_CHANCE.items():
        rules = plain_rules(selector=rule)
        examinees = examinees_after(pool, 1, 0, E=200)
        draws = np.random.default_rng(1).random((200, 2))
        np.random.seed(1)  # noqa: NPY002 - the global generator must not matter
        first = choose(rules, examinees, draws).item
        np.random.seed(2)  # noqa: NPY002
        assert choose(rules, examinees, draws).item.tolist() == first.tolist(), name
        assert len(set(first.tolist())) > 5, name
