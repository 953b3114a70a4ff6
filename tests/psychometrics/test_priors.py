"""Priors: moments, supports, derivatives, and what an earlier section hands on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics import priors
from cact_tui.psychometrics.priors import (
    HistogramPrior,
    NormalPrior,
    SmoothPrior,
    UniformPrior,
    carried_over,
)

BARS = HistogramPrior(at=(-1.5, -0.5, 0.5, 1.5), shares=(12, 30, 41, 17), width=1.0)
SMOOTH: tuple[SmoothPrior, ...] = (
    NormalPrior(0.4, 1.3),
    UniformPrior(-2.0, 3.0),
    BARS,
    HistogramPrior(at=(0.3,), shares=(1.0,), width=0.7),
)
EACH = pytest.mark.parametrize("prior", SMOOTH)


@EACH
def test_mean_and_sd_are_the_integrals_of_the_density(prior: SmoothPrior) -> None:
    grid = np.linspace(max(-15.0, prior.support[0]), min(15.0, prior.support[1]), 200_001)
    weights = np.exp(prior.log_density(grid))
    weights /= weights.sum()
    mean = (weights * grid).sum()
    assert prior.mean == pytest.approx(mean, abs=1e-6)
    assert prior.sd == pytest.approx(np.sqrt((weights * (grid - mean) ** 2).sum()), abs=2e-5)


@EACH
def test_slopes_are_the_differences_of_the_log_density(prior: SmoothPrior) -> None:
    theta = np.array([-1.9, -0.5, 0.2, 1.1, 2.9])
    first, second = prior.slopes(theta)
    below, here, above = (prior.log_density(theta + step) for step in (-1e-4, 0.0, 1e-4))
    assert first == pytest.approx((above - below) / 2e-4, abs=1e-6)
    assert second == pytest.approx((above - 2 * here + below) / 1e-8, abs=1e-5)


def test_a_density_ends_where_the_support_does() -> None:
    flat = UniformPrior(-1.0, 1.0)
    assert flat.log_density(np.array([-1.1, -1.0, 0.0, 1.0, 1.1])).tolist() == [
        -math.inf,
        0.0,
        0.0,
        0.0,
        -math.inf,
    ]
    assert priors.support(flat) == (-1.0, 1.0)
    assert priors.support(BARS) == (-math.inf, math.inf)


def test_a_histogram_of_one_place_is_normal_and_empty_bars_are_allowed() -> None:
    one = HistogramPrior(at=(0.3, 2.0), shares=(4, 0), width=0.7)
    theta = np.linspace(-40, 40, 9)
    normal = NormalPrior(0.3, 0.7).log_density(theta)
    assert one.log_density(theta) == pytest.approx(normal, abs=1e-12)
    assert one.mean == pytest.approx(0.3)
    assert one.sd == pytest.approx(0.7)


def test_counts_and_shares_are_the_same() -> None:
    shares = HistogramPrior(at=BARS.at, shares=tuple(x / 100 for x in BARS.shares), width=1.0)
    theta = np.linspace(-3, 3, 7)
    assert shares.log_density(theta) == pytest.approx(BARS.log_density(theta), abs=1e-14)


@pytest.mark.parametrize(
    ("refused", "what"),
    [
        (lambda: UniformPrior(1.0, 1.0), "high is"),
        (lambda: HistogramPrior(at=(), shares=(), width=1.0), "at is"),
        (lambda: HistogramPrior(at=(0.0, 1.0), shares=(1.0,), width=1.0), "shares has 1"),
        (lambda: HistogramPrior(at=(0.0, 1.0), shares=(1.0, -1.0), width=1.0), "shares is"),
        (lambda: HistogramPrior(at=(0.0, 1.0), shares=(0.0, 0.0), width=1.0), "shares is"),
        (lambda: HistogramPrior(at=(0.0, 1.0), shares=(1.0, 1.0), width=0.0), "width is"),
        (lambda: carried_over(0.0, 1.0, correlation=1.1), "correlation is"),
    ],
)
def test_priors_that_cannot_be_used_are_refused(refused: object, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        refused()  # type: ignore[operator]


def test_for_the_same_scale_the_earlier_estimate_is_the_prior() -> None:
    assert carried_over(0.7, 0.3) == NormalPrior(0.7, 0.3)


def test_an_unrelated_scale_keeps_its_own_prior() -> None:
    own = NormalPrior(0.2, 1.4)
    assert carried_over(2.0, 0.3, correlation=0.0, later=own) == own


@given(
    theta=st.floats(-2, 2),
    se=st.floats(0.15, 0.8),
    r=st.floats(-0.95, 0.95),
    sd=st.floats(0.5, 2.0),
)
def test_a_related_scale_has_the_moments_of_the_joint_distribution(
    theta: float, se: float, r: float, sd: float
) -> None:
    """Integrate the joint posterior of two scales over the earlier one."""
    prior = carried_over(theta, se, correlation=r, later=NormalPrior(0.5, sd))
    points = np.linspace(theta - 10 * se, theta + 10 * se, 4_001)
    weights = np.exp(-0.5 * ((points - theta) / se) ** 2)
    weights /= weights.sum()
    means = 0.5 + r * sd * points
    mean = (weights * means).sum()
    variance = sd**2 * (1 - r**2) + (weights * (means - mean) ** 2).sum()
    assert prior.mean == pytest.approx(mean, abs=1e-9)
    assert prior.sd == pytest.approx(np.sqrt(variance), abs=1e-9)
