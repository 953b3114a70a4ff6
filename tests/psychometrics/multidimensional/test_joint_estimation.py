"""Quadrature, Laplace and sites against each other, and against what is known."""

from typing import Any, Literal

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.multidimensional import laplace, quadrature
from cact_tui.psychometrics.multidimensional.battery import SectionAnswers
from cact_tui.psychometrics.multidimensional.compensatory import CompensatoryPool
from cact_tui.psychometrics.multidimensional.joint import joint_posterior
from cact_tui.psychometrics.multidimensional.laplace import LogPosterior, maximum_a_posteriori
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal, diagonal
from cact_tui.psychometrics.multidimensional.quadrature import eap, eap_on, rectangle
from cact_tui.psychometrics.multidimensional.sites import Sites, refreshed, settled
from cact_tui.psychometrics.priors import NormalPrior
from tests.psychometrics.multidimensional.batteries import (
    GRID,
    answered,
    equal_correlations,
    joined,
    log_likelihoods,
    scale_pool,
    sections_of,
)
from tests.psychometrics.multidimensional.mirt_cases import (
    answers_of,
    mirt_pool,
    multidimensional_cases,
    prior_of,
)

THREE = {"manajerial": "GRM", "kognitif": "3PL", "literasi": "3PL"}
SCORES = multidimensional_cases("mirt_fscores.json")


def reference(kind: str, dims: int) -> Any:
    return next(case for case in SCORES if (case["type"], case["dims"]) == (kind, dims))


def three_scales(length: int, r: float, count: int = 6) -> dict[str, SectionAnswers]:
    return sections_of(THREE, dict.fromkeys(THREE, length), r, count, seed=length)


def as_one_pool(sections: dict[str, SectionAnswers]) -> CompensatoryPool:
    return CompensatoryPool.between({scale: x.pool for scale, x in sections.items()})


@pytest.mark.parametrize(("kind", "dims"), [("3PL", 2), ("graded", 2), ("4PL", 3)])
def test_the_default_grid_is_fine_enough(
    kind: str, dims: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = reference(kind, dims)
    pool, prior = mirt_pool(kind, dims, case["items"]), prior_of(case)
    items, categories = answers_of(case["patterns"][:1])
    ours = eap(pool, items, categories, prior)
    monkeypatch.setattr(quadrature, "NODES", {2: 161, 3: 55})
    monkeypatch.setattr(quadrature, "REACH", 10.0)
    finer = eap(pool, items, categories, prior)
    assert not ours.at_edge.any()
    assert ours.theta == pytest.approx(finer.theta, abs=1e-5)
    assert ours.se == pytest.approx(finer.se, abs=1e-5)


def test_fifteen_points_on_six_are_too_few_for_a_narrow_posterior() -> None:
    case = reference("gpcm", 3)
    pool, prior = mirt_pool("gpcm", 3, case["items"]), prior_of(case)
    items, categories = answers_of(case["patterns"][-1:])
    coarse = eap_on(pool, items, categories, prior, rectangle(-6.0, 6.0, 15, 3))
    fine = eap(pool, items, categories, prior)
    assert np.abs(coarse.theta - fine.theta).max() > 0.08
    assert (coarse.se / fine.se).min() < 0.6


def test_one_dimension_is_the_ordinary_estimate() -> None:
    rng = np.random.default_rng(5)
    section = answered(scale_pool("3PL", 40, rng), rng.normal(size=8), 15, rng)
    ordinary = ExpectedAPosteriori().estimate(
        section.pool, section.items, section.categories, NormalPrior()
    )
    one = CompensatoryPool.between({"x": section.pool})
    prior = MultivariateNormal.standard(np.eye(1))
    ours = eap(one, section.items, section.categories, prior)
    assert ours.theta[:, 0] == pytest.approx(ordinary.theta, abs=1e-5)
    assert ours.se[:, 0] == pytest.approx(ordinary.se, abs=1e-5)


def test_more_than_three_dimensions_are_refused_by_the_grid() -> None:
    pool = CompensatoryPool.of_slopes(["2PL"], np.ones((1, 4)), [[0.0]])
    prior = MultivariateNormal.standard(np.eye(4))
    with pytest.raises(ValueError, match="4 dimensions"):
        eap(pool, np.zeros((1, 1), dtype=np.int64), np.ones((1, 1), dtype=np.int64), prior)


@given(st.integers(0, 10_000), st.sampled_from(["2PL", "4PL", "GRM", "GPCM"]))
@settings(max_examples=30)
def test_gradient_and_information_are_the_derivatives_of_the_likelihood(
    seed: int, model: str
) -> None:
    rng = np.random.default_rng(seed)
    n, s, h = 6, 3, 1e-5
    graded = model in {"GRM", "GPCM"}
    intercepts = [np.sort(rng.normal(size=3 if graded else 1))[::-1].tolist() for _ in range(n)]
    ends = [(0.2, 0.95)] * n if model == "4PL" else None
    pool = CompensatoryPool.of_slopes([model] * n, rng.normal(size=(n, s)), intercepts, ends)
    items, theta = np.arange(n)[None, :], rng.normal(size=(1, s))
    categories = rng.integers(0, 4 if graded else 2, (1, n))
    at = pool.slopes(items, categories, theta)
    assert at.value[0] == pytest.approx(pool.log_likelihood(items[0], categories[0], theta)[0])
    for dimension in range(s):
        step = h * np.eye(s)[dimension]
        above = pool.slopes(items, categories, theta + step)
        below = pool.slopes(items, categories, theta - step)
        slope = (above.value - below.value) / (2 * h)
        assert at.gradient[0, dimension] == pytest.approx(slope[0], abs=1e-6)
        bend = (above.gradient - below.gradient) / (2 * h)
        assert -at.observed[0, dimension] == pytest.approx(bend[0], abs=1e-6)


def test_the_mode_is_where_the_gradient_vanishes_and_the_posterior_bends_down() -> None:
    sections = sections_of(
        {f"s{i:02d}": ("3PL", "GRM")[i % 2] for i in range(12)},
        {f"s{i:02d}": 8 for i in range(12)},
        r=0.6,
        count=5,
        seed=2,
    )
    pool, prior = as_one_pool(sections), MultivariateNormal.standard(equal_correlations(12, 0.6))
    items, categories = joined(sections, places(pool, sections))
    mode = maximum_a_posteriori(pool, items, categories, prior)
    at = pool.slopes(items, categories, mode.theta)
    gradient = at.gradient - mode.theta @ prior.precision
    assert mode.settled.all()
    assert np.abs(gradient).max() < 1e-8
    assert np.linalg.eigvalsh(mode.covariance).min() > 0


@pytest.mark.parametrize("information", ["observed", "expected"])
def test_laplace_is_a_third_of_a_standard_error_from_quadrature_after_twenty_items(
    information: Literal["observed", "expected"],
) -> None:
    sections = three_scales(20, 0.7, count=20)
    pool, prior = as_one_pool(sections), MultivariateNormal.standard(equal_correlations(3, 0.7))
    items, categories = joined(sections, places(pool, sections))
    exact = joint_posterior(prior, log_likelihoods(sections), GRID)
    mode = maximum_a_posteriori(pool, items, categories, prior, information)
    se = np.sqrt(diagonal(exact.covariance))
    assert (np.abs(mode.theta - exact.mean) / se).max() < 0.35
    assert np.sqrt(diagonal(mode.covariance)) == pytest.approx(se, rel=0.25)


@pytest.mark.parametrize("r", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("length", [3, 10, 20])
def test_sites_agree_with_quadrature_in_three_scales(length: int, r: float) -> None:
    sections = three_scales(length, r, count=20)
    prior = MultivariateNormal.standard(equal_correlations(3, r))
    likelihoods = log_likelihoods(sections)
    exact = joint_posterior(prior, likelihoods, GRID)
    sites, rested = settled(Sites.of(prior, 20), likelihoods, GRID)
    se = np.sqrt(diagonal(exact.covariance))
    assert exact.method == "quadrature"
    assert exact.settled.all()
    assert rested.all()
    assert np.abs(sites.mean - exact.mean).max() < 0.005
    assert sites.se == pytest.approx(se, rel=0.01)


def test_quadrature_of_a_battery_agrees_with_that_of_compensatory_items() -> None:
    sections = three_scales(10, 0.7)
    pool, prior = as_one_pool(sections), MultivariateNormal.standard(equal_correlations(3, 0.7))
    battery = joint_posterior(prior, log_likelihoods(sections), GRID)
    ours = eap(pool, *joined(sections, places(pool, sections)), prior)
    assert battery.mean == pytest.approx(ours.theta, abs=1e-5)
    assert battery.covariance == pytest.approx(ours.covariance, abs=1e-5)


def test_without_correlations_sites_are_the_ordinary_estimates_of_each_scale() -> None:
    sections = three_scales(5, 0.0)
    prior = MultivariateNormal.standard(np.eye(3))
    sites, rested = settled(Sites.of(prior, 6), log_likelihoods(sections), GRID)
    assert rested.all()
    for at, x in enumerate(sections.values()):
        alone = ExpectedAPosteriori().estimate(x.pool, x.items, x.categories, NormalPrior())
        assert sites.mean[:, at] == pytest.approx(alone.theta, abs=1e-9)
        assert sites.se[:, at] == pytest.approx(alone.se, abs=1e-9)


def test_sites_found_answer_by_answer_are_those_found_at_the_end() -> None:
    sections = three_scales(10, 0.7)
    prior = MultivariateNormal.standard(equal_correlations(3, 0.7))
    likelihoods = log_likelihoods(sections)
    sites = Sites.of(prior, 6)
    for count in range(1, 11):
        for at, x in enumerate(sections.values()):
            so_far = x.pool.log_likelihood(x.items[:, :count], x.categories[:, :count], GRID)
            sites = refreshed(sites, np.full(6, at), so_far, GRID)
    at_once, _ = settled(Sites.of(prior, 6), likelihoods, GRID)
    in_the_end, _ = settled(sites, likelihoods, GRID)
    assert np.abs(sites.mean - at_once.mean).max() < 0.02
    assert in_the_end.mean == pytest.approx(at_once.mean, abs=1e-8)
    assert in_the_end.covariance == pytest.approx(at_once.covariance, abs=1e-8)


def test_sites_of_22_scales_agree_with_importance_sampling() -> None:
    names = [f"s{i:02d}" for i in range(22)]
    models = {name: ("GRM" if i < 9 else "3PL") for i, name in enumerate(names)}
    sections = sections_of(models, dict.fromkeys(names, 6), r=0.7, count=1, seed=22)
    prior = MultivariateNormal.standard(equal_correlations(22, 0.7))
    likelihoods = log_likelihoods(sections)
    sites, rested = settled(Sites.of(prior, 1), likelihoods, GRID)
    rng = np.random.default_rng(1)
    normal = rng.standard_normal((200_000, 22))
    theta = sites.mean[0] + normal @ np.linalg.cholesky(sites.covariance[0]).T
    log_weights = prior.log_density(theta) + 0.5 * (normal**2).sum(axis=1)
    for at in range(22):
        log_weights += np.interp(theta[:, at], GRID, likelihoods[0, at])
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    mean = weights @ theta
    sd = np.sqrt(weights @ (theta - mean) ** 2)
    assert rested.all()
    assert 1.0 / (weights**2).sum() > 10_000  # draws' worth: the normal is near the posterior
    assert sites.mean[0] == pytest.approx(mean, abs=0.02)
    assert sites.se[0] == pytest.approx(sd, rel=0.03)


def far_from_the_prior() -> tuple[CompensatoryPool, IntArray, IntArray, MultivariateNormal]:
    """Return two steep items answered against a wide prior with its mean far off."""
    pool = CompensatoryPool.of_slopes(["2PL"] * 2, np.array([[3.0], [2.5]]), [[0.0], [0.5]])
    prior = MultivariateNormal(mean=[6.0], covariance=[[25.0]])
    return pool, np.array([[0, 1]]), np.array([[0, 1]]), prior


def test_a_step_that_leads_down_is_halved_until_it_climbs() -> None:
    pool, items, categories, prior = far_from_the_prior()
    posterior = LogPosterior(pool=pool, items=items, categories=categories, prior=prior)
    start = posterior.at(np.array([[6.0]]))
    step = posterior.step(start)
    assert posterior.at(start.theta + step).value[0] < start.value[0]
    there, moved = posterior.climbed(start, step)
    assert there.value[0] > start.value[0]
    assert moved[0] < abs(step[0, 0])
    mode = maximum_a_posteriori(pool, items, categories, prior)
    points = np.linspace(-10.0, 10.0, 20_001)[:, None]
    heights = prior.log_density(points) + pool.log_likelihood(items[0], categories[0], points)
    assert mode.theta[0, 0] == pytest.approx(points[heights.argmax(), 0], abs=1e-3)


def test_a_climb_that_runs_out_of_steps_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laplace, "MOST_STEPS", 1)
    monkeypatch.setattr(laplace, "MOST_HALVINGS", 1)
    assert not maximum_a_posteriori(*far_from_the_prior()).settled.any()


def test_a_grid_that_finds_no_place_or_cuts_the_posterior_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    narrow = rectangle(5.0, 7.0, 21, 1)
    assert eap_on(*far_from_the_prior(), narrow).at_edge.all()
    assert not eap_on(*far_from_the_prior(), rectangle(-30.0, 40.0, 2001, 1)).at_edge.any()
    assert not eap(*far_from_the_prior()).at_edge.any()
    monkeypatch.setattr(quadrature, "MOST_LAYINGS", 1)
    assert eap(*far_from_the_prior()).at_edge.all()


def test_a_site_without_a_proper_cavity_stays_and_is_told() -> None:
    prior = MultivariateNormal.standard(equal_correlations(2, 0.5))
    likelihood = np.stack((-0.5 * GRID**2, -0.5 * (GRID - 1.0) ** 2))[None]
    improper = attrs.evolve(Sites.of(prior, 1), precision=np.array([[2.0, 0.0]]))
    after = refreshed(improper, np.array([0]), likelihood[:, 0], GRID)
    assert after.precision.tolist() == improper.precision.tolist()
    assert after.mean.tolist() == improper.mean.tolist()
    _, rested = settled(improper, likelihood, GRID, sweeps=1)
    assert not rested.any()


def test_a_posterior_within_a_cell_of_the_grid_is_not_sharper_than_the_cell() -> None:
    prior = MultivariateNormal.standard(np.eye(1))
    spike = np.where(np.arange(len(GRID)) == 170, 0.0, -1e6)[None]
    after = refreshed(Sites.of(prior, 1), np.array([0]), spike, GRID)
    assert after.mean[0, 0] == pytest.approx(GRID[170])
    assert after.se[0, 0] == pytest.approx(0.05 / np.sqrt(12.0))


def places(
    pool: CompensatoryPool, sections: dict[str, SectionAnswers]
) -> dict[str, dict[str, int]]:
    """Return where the items of each scale stand in the joined pool."""
    return {
        scale: {item: pool.pool.index(f"{scale}/{item}") for item in x.pool.ids}
        for scale, x in sections.items()
    }
