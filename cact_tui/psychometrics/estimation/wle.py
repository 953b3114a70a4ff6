"""Warm's weighted likelihood estimation."""

import math

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.checks import above_field, finite
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.estimation.curve_tables import likelihood_sums
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.estimation.grids import equally_spaced
from cact_tui.psychometrics.estimation.roots import bracketed_roots
from cact_tui.psychometrics.estimation.standing_in import with_stand_in
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.protocols import Estimates, Prior

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
        nodes = math.ceil(round((self.upper - self.lower) / STEP, 6)) + 1
        grid = equally_spaced(self.lower, self.upper, nodes)
        score, information, skew = likelihood_sums(pool, items, categories, grid)
        bracket = _best_crossing(grid, score + _correction(information, skew))
        found = np.flatnonzero(bracket >= 0)
        theta, se = np.zeros(len(items)), np.zeros(len(items))
        if found.size:
            answers = Answers.of(pool, items[found], categories[found])
            left, right = grid[bracket[found]], grid[bracket[found] + 1]
            theta[found] = bracketed_roots(lambda at: _weighted_score(answers, at), left, right)
            se[found] = 1.0 / np.sqrt(np.maximum(answers.information(theta[found]), TINY))
        estimates = Estimates(
            theta=theta,
            se=se,
            method="wle",
            fallback="eap",
            fell_back=bracket < 0,
            at_edge=(bracket < 0) & pool.scored(items, categories).any(axis=1),
            prior_dominates=np.zeros(len(items), dtype=np.bool_),
        )
        other = ExpectedAPosteriori()

        def stand_in(rows: IntArray) -> Estimates:
            return other.estimate(pool, items[rows], categories[rows], prior)

        return with_stand_in(estimates, stand_in)


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


def _weighted_score(answers: Answers, theta: FloatArray) -> FloatArray:
    """Return g at one point for each examinee, (E,)."""
    score, _, skew = answers.moments(theta)
    return score + _correction(answers.information(theta), skew)


def _correction(information: FloatArray, skew: FloatArray) -> FloatArray:
    """Return J / (2 I); 0 where there is no information."""
    return np.asarray(skew / (2.0 * np.maximum(information, TINY)))
