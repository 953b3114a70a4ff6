"""What the answers to a scale say of theta: its posterior under the reference prior."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.grids import equally_spaced
from cact_tui.psychometrics.estimation.posterior import moments, posterior, probability_above
from cact_tui.psychometrics.priors import NormalPrior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.psychometrics.pool import Pool
    from cact_tui.results.administration import Administered
    from cact_tui.sessions.events import Prior

REACH = 8.0
"""The grid reaches this many prior standard deviations to both sides of the prior mean."""
NODES = 3201
"""Nodes of the grid: one every 0.005 of a prior standard deviation."""


@frozen(kw_only=True)
class Posterior:
    """The posterior of one participant on one scale; `grid` and `weights` have shape (T,)."""

    grid: FloatArray = field(repr=False, eq=False)
    weights: FloatArray = field(repr=False, eq=False)
    mean: float
    sd: float

    def above(self, cuts: FloatArray) -> FloatArray:
        """Return P(theta > cut), shape (C,)."""
        return np.asarray(probability_above(self.grid, self.weights[None, :], cuts)[0])

    def above_uncertain(self, cut: float, se: float) -> float:
        """Return P(theta > C) for a cut C known as N(cut, se^2).

        sum over the grid of w_t Phi((theta_t - cut) / se); an error below two steps of the grid is
        taken as none.
        """
        if se < 2.0 * float(self.grid[1] - self.grid[0]):
            return float(self.above(np.array([cut]))[0])
        chances = [_phi((theta - cut) / se) for theta in self.grid.tolist()]
        return float(self.weights @ np.array(chances))

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the central interval that holds theta with this probability."""
        below = np.maximum.accumulate(1.0 - self.above(self.grid))
        tail = (1.0 - confidence) / 2.0
        low, high = np.interp([tail, 1.0 - tail], below, self.grid)
        return float(low), float(high)


def posterior_of(pool: Pool, answers: Sequence[Administered], prior: Prior) -> Posterior:
    """Return the posterior after scored answers to items of a pool; without any, the prior."""
    reach = REACH * prior.sd
    grid = equally_spaced(prior.mean - reach, prior.mean + reach, NODES)
    items, categories = matrix(pool, answers)
    weights = posterior(pool, items, categories, NormalPrior(prior.mean, prior.sd), grid)
    mean, sd = moments(grid, weights)
    return Posterior(grid=grid, weights=weights[0], mean=float(mean[0]), sd=float(sd[0]))


def constant_pattern(pool: Pool, answers: Sequence[Administered]) -> tuple[str, ...]:
    """Return `all_lowest` or `all_highest` where every answer is; the prior made that estimate."""
    items, categories = matrix(pool, answers)
    if not items.size:
        return ()
    if (categories == 0).all():
        return ("all_lowest",)
    return ("all_highest",) if (categories == pool.n_categories[items] - 1).all() else ()


def matrix(pool: Pool, answers: Sequence[Administered]) -> tuple[IntArray, IntArray]:
    """Return positions in the pool and categories of scored answers, (1, L) each."""
    given = [one.response.category for one in answers if one.response]
    items = [pool.index(one.item.id) for one in answers if one.response]
    return np.array([items], dtype=np.int64), np.array([given], dtype=np.int64)


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))
