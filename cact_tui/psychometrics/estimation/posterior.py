"""The posterior distribution of theta on a grid, and what it says of levels."""

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.grids import log_trapezoid_weights
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import Prior


def posterior(
    pool: Pool, items: IntArray, categories: IntArray, prior: Prior, grid: FloatArray
) -> FloatArray:
    """Return the posterior weights of the points of a grid, shape (E, T), each row adding up to 1.

    w_t is proportional to v_t g(theta_t) prod over answers of P(x | theta_t), where v is the
    trapezoid rule (1/2, 1, ..., 1, 1/2) and g the prior. Sums are made of logs and scaled by their
    largest before exp, so that a thousand answers do not underflow.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored.
        prior: The prior.
        grid: Equally spaced points of theta, (T,).
    """
    log_weights = pool.log_likelihood(items, categories, grid)
    log_weights += prior.log_density(grid) + log_trapezoid_weights(len(grid))
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def moments(grid: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of each row of weights, (E,) and (E,)."""
    mean = weights @ grid
    deviations = grid - mean[:, None]
    return mean, np.sqrt((weights * deviations**2).sum(axis=1))


def probability_above(grid: FloatArray, weights: FloatArray, cuts: FloatArray) -> FloatArray:
    """Return P(theta > cut) under each row of weights, shape (E, C).

    The distribution function at the nodes is the trapezoid sum with its first Euler-Maclaurin
    correction, F_t = sum - h^2 f'_t / 12; between the nodes it is the cubic that has these values
    and the slopes f_t (Hermite), so that a cut need not be a node.

    Args:
        grid: Equally spaced points of theta, (T,).
        weights: Weights as `posterior` returns them, (E, T).
        cuts: Cut points, (C,); outside the grid the answer is 1 or 0.
    """
    density = _densities(grid, weights)
    below = _distribution(grid, density)
    step = grid[1] - grid[0]
    place = np.clip((cuts - grid[0]) / step, 0.0, len(grid) - 1.0)
    node = np.minimum(place.astype(np.int64), len(grid) - 2)
    part = place - node
    rise = part * part * (3.0 - 2.0 * part)
    at_cut = (
        below[:, node] * (1.0 - rise)
        + below[:, node + 1] * rise
        + step * density[:, node] * part * (1.0 - part) ** 2
        + step * density[:, node + 1] * part * part * (part - 1.0)
    )
    return np.asarray(1.0 - np.clip(at_cut, 0.0, 1.0))


def level_probabilities(grid: FloatArray, weights: FloatArray, cuts: FloatArray) -> FloatArray:
    """Return the probability of each of the C + 1 levels between ascending cuts, (E, C + 1)."""
    above = probability_above(grid, weights, cuts)
    one = np.ones((len(weights), 1))
    return np.asarray(-np.diff(above, axis=1, prepend=one, append=0.0 * one))


def _densities(grid: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the density at the nodes: the weights without the trapezoid rule, over the step."""
    density: FloatArray = weights / (grid[1] - grid[0])
    density[:, [0, -1]] *= 2.0
    return density


def _distribution(grid: FloatArray, density: FloatArray) -> FloatArray:
    """Return the distribution function at the nodes, rising from 0 to 1, (E, T)."""
    step = grid[1] - grid[0]
    cells = 0.5 * step * (density[:, 1:] + density[:, :-1])
    slopes = np.gradient(density, step, axis=1)
    cells -= step**2 / 12.0 * np.diff(slopes, axis=1)
    below = np.concatenate((np.zeros((len(density), 1)), cells.cumsum(axis=1)), axis=1)
    return np.asarray(below / below[:, -1:])
