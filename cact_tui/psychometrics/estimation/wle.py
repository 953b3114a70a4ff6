"""Warm's weighted likelihood estimation."""

import math

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.checks import above_field, finite
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.estimation.grids import equally_spaced
from cact_tui.psychometrics.estimation.patterns import prior_dominates
from cact_tui.psychometrics.estimation.roots import bracketed_roots
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.protocols import Estimates, Prior
from cact_tui.psychometrics.tables import RowTable, summed

STEP = 0.05
"""The step of the scan that finds the brackets of the roots."""


@attrs.frozen(kw_only=True)
class WeightedLikelihood:
    """The root of the likelihood score plus its bias correction (Warm 1989, eq. 3 and 10).

        g(theta) = sum of d log P_x / d theta + J / (2 I) = 0
        I = sum over items and categories of P'^2 / P,    J = ... of P' P'' / P
        SE = 1 / sqrt(I)

    For polytomous items J sums over all categories (Samejima 1998). The range is scanned in steps
    of 0.05; among several downward crossings the one is taken where the weighted likelihood, the
    integral of g, is highest, and it is polished to 1e-13.

    Where the weighted likelihood is highest at an end of the range (some constant patterns, above
    all of 3PL items), or where nothing was scored, there is no such estimate. Then the expected a
    posteriori estimate on its default grid is returned and ``fell_back`` says so; ``at_edge`` tells
    the first case from the second.

    Attributes:
        lower: The lower end of the range.
        upper: The upper end of the range.
    """

    lower: float = attrs.field(default=-6.0, validator=finite)
    upper: float = attrs.field(default=6.0, validator=[finite, above_field("lower")])

    def estimate(
        self, pool: Pool, items: IntArray, categories: IntArray, prior: Prior
    ) -> Estimates:
        """Return weighted likelihood estimates, flagged where they are not.

        Args:
            pool: The items.
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored.
            prior: Used only where the estimate falls back.
        """
        answers = Answers.of(pool, items, categories)
        nodes = math.ceil(round((self.upper - self.lower) / STEP, 6)) + 1
        grid = equally_spaced(self.lower, self.upper, nodes)
        bracket = _best_crossing(grid, answers.weighted_score_on(grid))
        found = np.flatnonzero(bracket >= 0)
        spare = ExpectedAPosteriori().estimate(pool, items, categories, prior)
        theta, se = spare.theta.copy(), spare.se.copy()
        if found.size:
            left, right = grid[bracket[found]], grid[bracket[found] + 1]
            chosen = answers.rows(found)
            theta[found] = bracketed_roots(chosen.weighted_score, left, right)
            se[found] = chosen.standard_error(theta[found])
        answered = pool.scored(items, categories).any(axis=1)
        return Estimates(
            theta=theta,
            se=se,
            method="wle",
            fallback="eap",
            fell_back=bracket < 0,
            at_edge=(bracket < 0) & answered,
            prior_dominates=(bracket < 0)
            & prior_dominates(pool, items, categories, spare.se, prior.sd),
        )


def _best_crossing(grid: FloatArray, score: FloatArray) -> IntArray:
    """Return the node before the best downward crossing of zero, or -1, (E,).

    Args:
        grid: Equally spaced points, (T,).
        score: g at the points, (E, T).
    """
    step = grid[1] - grid[0]
    rises = 0.5 * step * (score[:, 1:] + score[:, :-1])
    height = np.concatenate((np.zeros((len(score), 1)), rises.cumsum(axis=1)), axis=1)
    crosses = (score[:, :-1] > 0) & (score[:, 1:] <= 0)
    at_crossing = np.where(crosses, np.maximum(height[:, :-1], height[:, 1:]), -np.inf)
    best = at_crossing.argmax(axis=1)
    highest = at_crossing[np.arange(len(score)), best]
    return np.where(highest >= np.maximum(height[:, 0], height[:, -1]), best, -1)


@attrs.frozen(kw_only=True, eq=False)
class Answers:
    """The scored answers of a batch, one after the other.

    Attributes:
        pool: The items.
        items: Positions in the pool, (E, L).
        categories: Categories, (E, L).
        examinee: Who gave each scored answer, (m,).
        order: As which of the examinee's answers, (m,).
        item: To which item, (m,).
        category: In which category, (m,).
    """

    pool: Pool
    items: IntArray
    categories: IntArray
    examinee: IntArray
    order: IntArray
    item: IntArray
    category: IntArray

    @classmethod
    def of(cls, pool: Pool, items: IntArray, categories: IntArray) -> "Answers":
        """Return the scored answers among (E, L)."""
        examinee, order = pool.scored(items, categories).nonzero()
        return cls(
            pool=pool,
            items=items,
            categories=categories,
            examinee=examinee,
            order=order,
            item=items[examinee, order],
            category=categories[examinee, order],
        )

    def rows(self, chosen: IntArray) -> "Answers":
        """Return the answers of some examinees."""
        return self.of(self.pool, self.items[chosen], self.categories[chosen])

    def weighted_score_on(self, grid: FloatArray) -> FloatArray:
        """Return g at the points of a grid, (E, T)."""
        met, place = np.unique(self.item, return_inverse=True)
        curves = item_curves(self.pool, met, grid[None, :])
        score = self._summed(curves[0].transpose(0, 2, 1), place, self.category)
        information, skew = (
            self._summed(curve[:, None], place, np.zeros_like(place)) for curve in curves[1:]
        )
        return score + _correction(information, skew)

    def _summed(self, curves: FloatArray, place: IntArray, category: IntArray) -> FloatArray:
        """Return sums over each examinee's answers of curves (m', K, T), (E, T)."""
        table = RowTable.empty(*curves.shape)
        table.put(np.arange(len(curves)), curves)
        index = np.full(self.items.shape, len(table.rows) - 1, dtype=np.int64)
        index[self.examinee, self.order] = place * table.K + category
        return summed(table.rows, index)

    def weighted_score(self, theta: FloatArray) -> FloatArray:
        """Return g at one point for each examinee, (E,)."""
        scores, information, skew = self._curves(theta)
        score = self._added(scores[np.arange(len(self.item)), self.category])
        return score + _correction(self._added(information), self._added(skew))

    def standard_error(self, theta: FloatArray) -> FloatArray:
        """Return 1 / sqrt(I) at one point for each examinee, (E,)."""
        _, information, _ = self._curves(theta)
        return np.asarray(1.0 / np.sqrt(np.maximum(self._added(information), TINY)))

    def _curves(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        scores, information, skew = item_curves(self.pool, self.item, theta[self.examinee][:, None])
        return scores[:, 0], information[:, 0], skew[:, 0]

    def _added(self, values: FloatArray) -> FloatArray:
        """Return sums over each examinee's answers, (m,) to (E,)."""
        return np.bincount(self.examinee, weights=values, minlength=len(self.items)).astype(
            np.float64, copy=False
        )


def item_curves(
    pool: Pool, items: IntArray, theta: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return d log P_k / d theta (m, T, K), I (m, T) and J = sum of P' P'' / P (m, T)."""
    chances = pool.item_probabilities(items, theta)
    scores, bends = pool.item_log_derivatives(items, theta)
    slopes = chances * scores
    information = (slopes * scores).sum(axis=-1)
    return scores, information, (slopes * (scores**2 + bends)).sum(axis=-1)


def _correction(information: FloatArray, skew: FloatArray) -> FloatArray:
    """Return J / (2 I); 0 where there is no information."""
    return np.asarray(skew / (2.0 * np.maximum(information, TINY)))
