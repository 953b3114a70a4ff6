"""What selectors that look at more than one theta share: a grid, weights on it, and tables."""

import math
from collections.abc import Callable

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray, read_only
from cact_tui.psychometrics.checks import above_field, at_least
from cact_tui.psychometrics.estimation.grids import equally_spaced, log_trapezoid_weights
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.protocols import Prior

REACH = 6.0
"""The default grid reaches this many prior standard deviations to both sides of the mean."""
STEP = 0.1
"""The widest step of the default grid; it resolves a posterior of standard deviation 0.06."""
CHUNK = 4_000_000
"""Figures held at a time (32 MB), so that large batches and pools stay in bounds."""


@attrs.frozen(kw_only=True)
class Quadrature:
    """A selector that integrates over theta by the trapezoid rule on equally spaced nodes.

    Attributes:
        lower: The lowest node; by default the prior mean - 6 sd.
        upper: The highest node; by default the prior mean + 6 sd.
        nodes: How many nodes; by default as many as make steps of 0.1 or less.
    """

    lower: float | None = None
    upper: float | None = attrs.field(default=None, validator=above_field("lower"))
    nodes: int | None = attrs.field(default=None, validator=attrs.validators.optional(at_least(3)))

    def grid(self, prior: Prior) -> FloatArray:
        """Return the nodes, (T,)."""
        lower = prior.mean - REACH * prior.sd if self.lower is None else self.lower
        upper = prior.mean + REACH * prior.sd if self.upper is None else self.upper
        nodes = self.nodes or math.ceil(round((upper - lower) / STEP, 6)) + 1
        return equally_spaced(lower, upper, nodes)

    def likelihood(self, examinees: Examinees) -> FloatArray:
        """Return the likelihood at the nodes by the trapezoid rule, adding up to 1, (E, T)."""
        grid = self.grid(examinees.prior)
        return _shares(examinees.likelihood(grid), log_trapezoid_weights(len(grid)))

    def posterior(self, examinees: Examinees) -> FloatArray:
        """Return the posterior at the nodes by the trapezoid rule, adding up to 1, (E, T)."""
        grid = self.grid(examinees.prior)
        logs = examinees.prior.log_density(grid) + log_trapezoid_weights(len(grid))
        return _shares(examinees.likelihood(grid), logs)


def _shares(likelihood: FloatArray, logs: FloatArray) -> FloatArray:
    weights = likelihood * np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def chances_on(pool: Pool, grid: FloatArray) -> FloatArray:
    """Return P(X = k | theta) at the nodes, (K, n, T); 0 for categories that an item has not."""
    return pool.derived(
        ("P", grid.tobytes()),
        lambda: read_only(np.ascontiguousarray(pool.probabilities(grid).transpose(2, 1, 0))),
    )


def logs_on(pool: Pool, grid: FloatArray) -> FloatArray:
    """Return log P(X = k | theta) at the nodes, (K, n, T); 0 for missing categories."""
    return pool.derived(("log P", grid.tobytes()), lambda: read_only(_logs(pool, grid)))


def _logs(pool: Pool, grid: FloatArray) -> FloatArray:
    logs = np.log(np.maximum(chances_on(pool, grid), TINY))
    missing = np.arange(pool.most_categories)[:, None] >= pool.n_categories
    logs[missing] = 0.0
    return np.asarray(logs)


def information_on(pool: Pool, grid: FloatArray) -> FloatArray:
    """Return the expected information at the nodes, (T, n)."""
    return pool.derived(("I", grid.tobytes()), lambda: read_only(pool.information(grid)))


def by_category(weights: FloatArray, table: FloatArray) -> FloatArray:
    """Return sums over the nodes of weights (E, T) times a table (K, n, T), shape (E, K, n)."""
    K, n, T = table.shape
    return np.asarray(weights @ table.reshape(K * n, T).T).reshape(len(weights), K, n)


def chances_at(pool: Pool, theta: FloatArray) -> FloatArray:
    """Return P(X = k | theta) of all items at the examinees' thetas (E,), shape (E, K, n)."""
    return pool.probabilities(theta).transpose(0, 2, 1)


def in_chunks(E: int, width: int, made: Callable[[IntArray], FloatArray]) -> FloatArray:
    """Return what is made of the rows 0..E-1, a few rows at a time.

    Args:
        E: How many rows.
        width: How many figures a row needs while it is made.
        made: Makes the answer of some rows, (m, ...).
    """
    height = max(1, CHUNK // max(width, 1))
    parts = [made(np.arange(at, min(at + height, E))) for at in range(0, E, height)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
