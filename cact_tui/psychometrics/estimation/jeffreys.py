"""Jeffreys' prior, which is made of the items answered."""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.checks import above_field, at_least, finite
from cact_tui.psychometrics.estimation.curve_tables import likelihood_sums
from cact_tui.psychometrics.estimation.eap import touches_edge
from cact_tui.psychometrics.estimation.grids import equally_spaced
from cact_tui.psychometrics.estimation.patterns import constant
from cact_tui.psychometrics.estimation.posterior import moments, posterior
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.protocols import Estimates, Prior


def log_jeffreys(pool: Pool, items: IntArray, categories: IntArray, grid: FloatArray) -> FloatArray:
    """Return half the log of the information of the items answered, (E, T) (Jeffreys 1946).

    Args:
        pool: The items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored: the item does not count.
        grid: Points of theta, (T,).
    """
    _, information, _ = likelihood_sums(pool, items, categories, grid)
    return np.asarray(0.5 * np.log(np.maximum(information, TINY)))


@attrs.frozen(kw_only=True, eq=False)
class _Tabled:
    """A prior that has its values on a grid only, (E, T)."""

    mean: float
    sd: float
    logs: FloatArray

    def log_density(self, theta: FloatArray) -> FloatArray:  # noqa: ARG002 - the grid of the logs
        return self.logs


@attrs.frozen(kw_only=True)
class JeffreysExpectedAPosteriori:
    """The posterior mean and standard deviation under Jeffreys' prior, by the trapezoid rule.

        g(theta) proportional to sqrt(I(theta)) of the items answered

    The prior of the section is used only where nothing was scored; that is said in ``fell_back``.
    Jeffreys' density falls off as slowly as the least steep item's information, so the range is
    part of the estimate: ``at_edge`` says where it cuts something off.

    Attributes:
        lower: The lowest node.
        upper: The highest node.
        nodes: How many nodes.
    """

    lower: float = attrs.field(default=-8.0, validator=finite)
    upper: float = attrs.field(default=8.0, validator=[finite, above_field("lower")])
    nodes: int = attrs.field(default=321, validator=at_least(3))

    def estimate(
        self, pool: Pool, items: IntArray, categories: IntArray, prior: Prior
    ) -> Estimates:
        """Return posterior means and standard deviations.

        Args:
            pool: The items.
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored.
            prior: Used only where nothing was scored.
        """
        grid = equally_spaced(self.lower, self.upper, self.nodes)
        logs = log_jeffreys(pool, items, categories, grid)
        tabled = _Tabled(mean=prior.mean, sd=prior.sd, logs=logs)
        weights = posterior(pool, items, categories, tabled, grid)
        theta, se = moments(grid, weights)
        empty = np.asarray(~pool.scored(items, categories).any(axis=1))
        return Estimates(
            theta=np.where(empty, prior.mean, theta),
            se=np.where(empty, prior.sd, se),
            method="eap_jeffreys",
            fallback="prior",
            fell_back=empty,
            at_edge=touches_edge(weights) & ~empty,
            prior_dominates=constant(pool, items, categories),
        )
