"""Expected a posteriori estimation by quadrature, up to three dimensions.

mean = sum of w_t theta_t, covariance = sum of w_t (theta_t - mean) (theta_t - mean)', where w_t is
the posterior at the points of a product grid, its sum 1 (Bock & Mislevy 1982, in s dimensions).

A product grid on a fixed rectangle, as mirt uses it, is too coarse where the posterior is narrow:
15 points per dimension on +-6 are 0.86 apart, and a posterior of sd 0.2 falls between them. `eap`
lays its grid where the posterior is: rotated and scaled by the posterior covariance itself.
"""

from collections.abc import Callable
from functools import lru_cache

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, read_only
from cact_tui.psychometrics.multidimensional.compensatory import CompensatoryPool
from cact_tui.psychometrics.multidimensional.laplace import maximum_a_posteriori
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal

MOST_DIMENSIONS = 3
"""A grid has nodes^s points: in four dimensions it is no longer the better method."""
REACH = 8.0
"""The default grid reaches this many posterior standard deviations to both sides."""
NODES = {1: 161, 2: 65, 3: 37}
"""Nodes per dimension of the default grid, by dimensions."""
MOST_LAYINGS = 8
SETTLED = 0.1
"""The grid has its place when centre and axes would move by less than this, in posterior sd."""
EDGE_WEIGHT = 1e-4
"""A face of the grid that bears more than this of the posterior may cut some of it off."""


@attrs.frozen(kw_only=True, eq=False)
class JointEstimates:
    """Estimates of several scales at once.

    Attributes:
        theta: The estimates, (E, s).
        covariance: Their error covariance, (E, s, s).
        method: How they were made.
        at_edge: Where a grid may have cut off some of the posterior, or an iteration did not
            settle, (E,).
    """

    theta: FloatArray
    covariance: FloatArray
    method: str
    at_edge: BoolArray

    @property
    def se(self) -> FloatArray:
        """The standard errors, (E, s)."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)))


@lru_cache(maxsize=8)
def rectangle(lower: float, upper: float, nodes: int, dimensions: int) -> FloatArray:
    """Return the points of a product grid, (nodes^s, s), read-only; the last runs fastest."""
    axis = np.linspace(lower, upper, nodes)
    mesh = np.meshgrid(*[axis] * dimensions, indexing="ij")
    return read_only(np.stack([values.ravel() for values in mesh], axis=1))


def eap_on(
    pool: CompensatoryPool,
    items: IntArray,
    categories: IntArray,
    prior: MultivariateNormal,
    points: FloatArray,
) -> JointEstimates:
    """Return posterior means and covariances on one grid for all, all points weighed alike.

    This is mirt's rule: no trapezoid ends.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored.
        prior: The prior.
        points: As `rectangle` returns them, (T, s).
    """
    before = prior.log_density(points)
    faces = _faces(points)
    found = []
    for row, answers in zip(items, categories, strict=True):
        weights = _weights(before + pool.log_likelihood(row, answers, points))
        found.append((*_moments(points, weights), weights[faces].sum() > EDGE_WEIGHT))
    return _estimates(found)


def eap(
    pool: CompensatoryPool, items: IntArray, categories: IntArray, prior: MultivariateNormal
) -> JointEstimates:
    """Return posterior means and covariances on grids laid where each posterior is.

    The first grid has its centre at the mode and its axes from the Laplace covariance; then centre
    and axes are those of the posterior just computed, until they settle. It reaches 8 standard
    deviations to both sides; of the reference patterns, twice the nodes change no mean and no
    standard error by more than 1e-5.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored.
        prior: The prior; at most three dimensions.

    Raises:
        ValueError: There are more dimensions than a grid can serve.
    """
    if len(prior) > MOST_DIMENSIONS:
        raise ValueError(f"{len(prior)} dimensions are too many for a grid of points.")
    mode = maximum_a_posteriori(pool, items, categories, prior)
    found = []
    for row in range(len(items)):
        answers = items[row], categories[row]

        def height(theta: FloatArray, answers: tuple[IntArray, IntArray] = answers) -> FloatArray:
            return prior.log_density(theta) + pool.log_likelihood(*answers, theta)

        found.append(_laid(height, mode.theta[row], mode.covariance[row]))
    return _estimates(found)


def _laid(
    height: Callable[[FloatArray], FloatArray], mean: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray, bool]:
    """Return mean, covariance and whether the grid did not hold the posterior of one examinee.

    Args:
        height: The log posterior at points (T, s), (T,).
        mean: The centre of the first grid, (s,).
        covariance: Its axes, (s, s).
    """
    s = len(mean)
    unit = rectangle(-REACH, REACH, NODES[s], s)
    faces = _faces(unit)
    for _ in range(MOST_LAYINGS):
        axes = np.linalg.cholesky(covariance)
        weights = _weights(height(mean + unit @ axes.T))
        away, spread = _moments(unit, weights)
        mean = mean + axes @ away
        covariance = axes @ spread @ axes.T
        if max(np.abs(away).max(), np.abs(spread - np.eye(s)).max()) < SETTLED:
            return mean, covariance, bool(weights[faces].sum() > EDGE_WEIGHT)
    return mean, covariance, True


def _weights(log_weights: FloatArray) -> FloatArray:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def _moments(points: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean = weights @ points
    away = points - mean
    return mean, away.T @ (weights[:, None] * away)


def _faces(points: FloatArray) -> BoolArray:
    """Return which points lie on the surface of the rectangle, (T,)."""
    outer = (points == points.min(axis=0)) | (points == points.max(axis=0))
    return np.asarray(outer.any(axis=1))


def _estimates(found: list[tuple[FloatArray, FloatArray, bool]]) -> JointEstimates:
    return JointEstimates(
        theta=np.array([mean for mean, _, _ in found]),
        covariance=np.array([covariance for _, covariance, _ in found]),
        method="eap",
        at_edge=np.array([edge for _, _, edge in found], dtype=np.bool_),
    )
