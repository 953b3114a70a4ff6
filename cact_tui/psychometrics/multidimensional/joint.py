"""The joint posterior of a battery: by quadrature up to three scales, by sites above."""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal
from cact_tui.psychometrics.multidimensional.sites import Sites, settled

MOST_GRID_SCALES = 3
REACH = 8.0
"""The product grid reaches this many standard deviations to both sides."""
WIDEST_STEP = 0.25
"""Its widest step, in standard deviations."""
EDGE_WEIGHT = 1e-4
"""An edge that bears more than this of the posterior may cut some of it off."""


@attrs.frozen(kw_only=True, eq=False)
class JointPosterior:
    """The first two moments of the posterior of s scales.

    Attributes:
        mean: Means, (E, s).
        covariance: Covariances, (E, s, s).
        method: ``quadrature`` or ``sites``.
        settled: Where the sites came to rest, or the grid held the posterior, (E,).
    """

    mean: FloatArray
    covariance: FloatArray
    method: str
    settled: BoolArray


def joint_posterior(
    prior: MultivariateNormal, log_likelihood: FloatArray, grid: FloatArray
) -> JointPosterior:
    """Return the posterior, by quadrature up to three scales and by sites above.

    Args:
        prior: The prior of s scales.
        log_likelihood: log L of each scale on the grid, (E, s, T); 0 for a scale without answers.
        grid: Equally spaced points that hold every scale's posterior, (T,).
    """
    sites, rested = settled(Sites.of(prior, len(log_likelihood)), log_likelihood, grid)
    if len(prior) > MOST_GRID_SCALES:
        return JointPosterior(
            mean=sites.mean, covariance=sites.covariance, method="sites", settled=rested
        )
    found = [
        _by_quadrature(prior, log_likelihood[row], grid, sites.mean[row], sites.se[row])
        for row in range(len(log_likelihood))
    ]
    return JointPosterior(
        mean=np.array([mean for mean, _, _ in found]).reshape(-1, len(prior)),
        covariance=np.array([spread for _, spread, _ in found]).reshape(sites.covariance.shape),
        method="quadrature",
        settled=np.array([held for _, _, held in found], dtype=np.bool_),
    )


def _by_quadrature(
    prior: MultivariateNormal,
    log_likelihood: FloatArray,
    grid: FloatArray,
    centre: FloatArray,
    sd: FloatArray,
) -> tuple[FloatArray, FloatArray, bool]:
    """Return mean, covariance and whether the grid held the posterior of one examinee.

    Args:
        prior: The prior.
        log_likelihood: log L of each scale on the grid, (s, T).
        grid: The points, (T,).
        centre: About where the posterior is, (s,).
        sd: About how wide it is, (s,).
    """
    nodes = [_nodes(grid, *at) for at in zip(centre, sd, strict=True)]
    axes = np.ix_(*[grid[at] - m for at, m in zip(nodes, prior.mean, strict=True)])
    likelihoods = np.ix_(*[row[at] for row, at in zip(log_likelihood, nodes, strict=True)])
    log_weights = np.asarray(sum(likelihoods))
    for first, x in enumerate(axes):
        log_weights = log_weights - 0.5 * prior.precision[first, first] * x * x
        for second in range(first):
            log_weights = log_weights - prior.precision[first, second] * x * axes[second]
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    away = [axis.ravel() for axis in axes]
    margins = [_margin(weights, (scale,)) for scale in range(len(prior))]
    mean = np.array([margin @ x for margin, x in zip(margins, away, strict=True)])
    held = max(float(max(margin[0], margin[-1])) for margin in margins) <= EDGE_WEIGHT
    return prior.mean + mean, _covariance(weights, away, mean), held


def _nodes(grid: FloatArray, centre: float, sd: float) -> IntArray:
    """Return which points of the grid serve a scale."""
    step = float(grid[1] - grid[0])
    stride = max(1, int(WIDEST_STEP * sd / step))
    within = np.flatnonzero(np.abs(grid - centre) <= REACH * sd + step)
    return within[::stride].astype(np.int64)


def _margin(weights: FloatArray, kept: tuple[int, ...]) -> FloatArray:
    others = tuple(axis for axis in range(weights.ndim) if axis not in kept)
    return np.asarray(weights.sum(axis=others))


def _covariance(weights: FloatArray, away: list[FloatArray], mean: FloatArray) -> FloatArray:
    s = len(away)
    covariance = np.empty((s, s))
    for first in range(s):
        x = away[first] - mean[first]
        covariance[first, first] = _margin(weights, (first,)) @ x**2
        for second in range(first):
            y = away[second] - mean[second]
            product = y @ _margin(weights, (second, first)) @ x
            covariance[first, second] = covariance[second, first] = product
    return covariance
