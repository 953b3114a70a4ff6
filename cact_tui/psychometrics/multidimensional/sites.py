"""The joint posterior of a battery as a normal distribution, scale by scale.

In a battery the likelihood is a product of functions of one dimension, L_1(theta_1) L_2(theta_2)
and so on. Each is replaced by a site exp(h theta - p theta^2 / 2): the posterior is normal with

    V^-1 = S^-1 + diag(p),    V^-1 mean = S^-1 m + h

and the sites are those of expectation propagation (Minka 2001; Rasmussen & Williams 2006, section
3.6): for a scale j, take its site out of its marginal N(mean_j, V_jj), which leaves

    cavity precision = 1 / V_jj - p_j,    cavity shift = mean_j / V_jj - h_j

multiply that by the true L_j on a grid, and choose the site that gives the product's mean and
variance. Each change is a rank-one update of V. With one scale, or without correlations, one pass
is the expected a posteriori estimate itself; with few scales it is held to quadrature by tests.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal, diagonal

MOST_SWEEPS = 100
SETTLED = 1e-10
"""Sweeps end when no mean moves by more than this."""


@attrs.frozen(kw_only=True, eq=False)
class Sites:
    """The normal posterior of E examinees, and the sites it is made of.

    Attributes:
        mean: Posterior means, (E, s).
        covariance: Posterior covariances, (E, s, s).
        precision: The precisions p of the sites, (E, s).
        shift: Their shifts h, (E, s).
    """

    mean: FloatArray
    covariance: FloatArray
    precision: FloatArray
    shift: FloatArray

    @classmethod
    def of(cls, prior: MultivariateNormal, n: int) -> "Sites":
        """Return n examinees of whom nothing is known but the prior."""
        s = len(prior)
        return cls(
            mean=np.tile(prior.mean, (n, 1)),
            covariance=np.tile(prior.covariance, (n, 1, 1)),
            precision=np.zeros((n, s)),
            shift=np.zeros((n, s)),
        )

    @property
    def se(self) -> FloatArray:
        """The posterior standard deviations, (E, s)."""
        return np.asarray(np.sqrt(diagonal(self.covariance)))


def refreshed(sites: Sites, scale: IntArray, log_likelihood: FloatArray, grid: FloatArray) -> Sites:
    """Return the posterior after one scale's site of each examinee was computed anew.

    Where the rest of the battery is no proper distribution (a cavity precision of 0 or less, which
    contradictory answers under correlations near 1 may bring about), the site stays as it was.

    Args:
        sites: The posterior before.
        scale: The scale of each examinee, (E,); -1: nothing changes.
        log_likelihood: log L of that scale on the grid, (E, T).
        grid: Equally spaced points that hold the posterior, (T,).
    """
    rows = np.flatnonzero((scale >= 0) & (_cavities(sites) > 0)[np.arange(len(scale)), scale])
    at = rows, scale[rows]
    mean, variance = sites.mean[at], sites.covariance[*at, scale[rows]]
    cavity = 1.0 / variance - sites.precision[at], mean / variance - sites.shift[at]
    new_mean, new_variance = _tilted(*cavity, log_likelihood[rows], grid)
    precision, shift = sites.precision.copy(), sites.shift.copy()
    precision[at] = 1.0 / new_variance - cavity[0]
    shift[at] = new_mean / new_variance - cavity[1]
    column = sites.covariance[*at]
    means, covariance = sites.mean.copy(), sites.covariance.copy()
    means[rows] += column * ((new_mean - mean) / variance)[:, None]
    shrinks = ((1.0 - new_variance / variance) / variance)[:, None, None]
    covariance[rows] -= shrinks * column[:, :, None] * column[:, None, :]
    return Sites(mean=means, covariance=covariance, precision=precision, shift=shift)


def settled(
    sites: Sites, log_likelihood: FloatArray, grid: FloatArray, sweeps: int = MOST_SWEEPS
) -> tuple[Sites, BoolArray]:
    """Return the posterior after sweeps over all scales, and where it came to rest, (E,).

    It has not come to rest where a mean still moves or a cavity is improper.

    Args:
        sites: Where to begin; the prior alone will do.
        log_likelihood: log L of every scale on the grid, (E, s, T); a scale without answers has 0
            everywhere, and keeps a site of nothing.
        grid: Equally spaced points that hold the posterior, (T,).
        sweeps: How many sweeps at most.
    """
    answered = np.ptp(log_likelihood, axis=2) > 0
    moved = np.full(len(sites.mean), np.inf)
    for _ in range(sweeps):
        before = sites.mean
        for scale in range(before.shape[1]):
            chosen = np.where(answered[:, scale], scale, -1)
            sites = refreshed(sites, chosen, log_likelihood[:, scale], grid)
        moved = np.abs(sites.mean - before).max(axis=1)
        if (moved <= SETTLED).all():
            break
    return sites, (moved <= SETTLED) & (_cavities(sites) > 0).all(axis=1)


def _cavities(sites: Sites) -> FloatArray:
    """Return the cavity precisions, (E, s)."""
    return np.asarray(1.0 / diagonal(sites.covariance) - sites.precision)


def _tilted(
    precision: FloatArray, shift: FloatArray, log_likelihood: FloatArray, grid: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of exp(shift theta - precision theta^2 / 2) L(theta), (E,).

    The variance is not below that of a cell of the grid, which the grid cannot see.
    """
    log_weights = log_likelihood + shift[:, None] * grid - 0.5 * precision[:, None] * grid**2
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    total = weights.sum(axis=1)
    mean = weights @ grid / total
    cell = (grid[1] - grid[0]) ** 2 / 12.0
    return mean, np.maximum(weights @ grid**2 / total - mean**2, cell)
