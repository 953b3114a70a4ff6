"""Robust estimation: answers far from an item's difficulty count less."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.checks import above, above_field, finite
from cact_tui.psychometrics.estimation.answers import Answers, Part
from cact_tui.psychometrics.estimation.curve_tables import sums_on_grid
from cact_tui.psychometrics.estimation.ml import MaximumLikelihood
from cact_tui.psychometrics.estimation.modes import scan_grid
from cact_tui.psychometrics.estimation.roots import bracketed_roots
from cact_tui.psychometrics.estimation.standing_in import with_stand_in
from cact_tui.psychometrics.models.dichotomous import LogisticModel
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.protocols import Estimates, Prior

Weight = Callable[[FloatArray], FloatArray]

USUAL = {"huber": 1.0, "tukey": 4.0}
"""Tuning constants that the sources use."""


@attrs.frozen(kw_only=True)
class RobustLikelihood:
    """The root of the likelihood score with weights that fall off with the distance to the item.

        sum of w(r) d log P_x / d theta = 0,    SE = sqrt(sum of w(r)^2 I) / sum of w(r) I

    r = D a (theta - b), and B is the tuning constant:

        huber: w = 1 for |r| <= B, else B / |r|               (Schuster & Yuan 2011)
        tukey: w = (1 - (r / B)^2)^2 for |r| <= B, else 0     (Mislevy & Bock 1982)

    A lucky guess at an item far too hard, or a slip at one far too easy, moves the estimate little.
    The weights depend on the items and on theta, not on the answers. The standard error is that of
    Magis (2014).

    For more than two categories, of which the sources do not speak, r is the distance in logits
    from the outermost threshold that theta has passed: the log odds of the highest category where
    these are above 0, minus those of the lowest one where these are above 0, and 0 between. For two
    categories without asymptotes this is D a (theta - b) again.

    The weighted score may have several roots. They are looked for in steps of 0.05; among those
    where the score goes from positive to negative the one nearest to the maximum likelihood
    estimate, or its stand-in, is taken. Where there is none, as for constant patterns, that
    estimate itself stands in, and ``fell_back`` says so.

    Attributes:
        weight: The shape of the weights.
        tuning: B; by default 1 for ``huber`` and 4 for ``tukey``.
        lower: The lower end of the range.
        upper: The upper end of the range.
        fallback: What stands in for the maximum likelihood estimate where that is infinite.
    """

    weight: Literal["huber", "tukey"] = "huber"
    tuning: float | None = attrs.field(
        default=None, validator=attrs.validators.optional([finite, above(0)])
    )
    lower: float = attrs.field(default=-8.0, validator=finite)
    upper: float = attrs.field(default=8.0, validator=[finite, above_field("lower")])
    fallback: Literal["map", "wle"] = "wle"

    def estimate(
        self, pool: Pool, items: IntArray, categories: IntArray, prior: Prior
    ) -> Estimates:
        """Return robust estimates, flagged where they are not.

        Args:
            pool: The items.
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored.
            prior: Used only where the maximum likelihood estimate falls back.
        """
        plain = MaximumLikelihood(lower=self.lower, upper=self.upper, fallback=self.fallback)
        nearest_to = plain.estimate(pool, items, categories, prior)
        grid = scan_grid(self.lower, self.upper)
        signs = self.signs(pool, items, categories, grid)
        node = _nearest_crossing(grid, signs, nearest_to.theta)
        found = np.flatnonzero(node >= 0)
        theta, se = np.zeros(len(items)), np.zeros(len(items))
        answers = Answers.of(pool, items, categories)
        if found.size:
            theta[found], se[found] = self._roots(
                answers.rows(found), grid[node[found]], grid[node[found] + 1]
            )
        estimates = Estimates(
            theta=theta,
            se=se,
            method="robust",
            fallback="ml",
            fell_back=node < 0,
            at_edge=(node < 0) & answers.given,
            prior_dominates=np.zeros(len(items), dtype=np.bool_),
        )
        return with_stand_in(estimates, lambda rows: _rows(nearest_to, rows))

    def weights(self, distance: FloatArray) -> FloatArray:
        """Return w(r), between 0 and 1, shaped like r."""
        bound = USUAL[self.weight] if self.tuning is None else self.tuning
        ratio = np.abs(distance) / bound
        if self.weight == "huber":
            return np.asarray(1.0 / np.maximum(ratio, 1.0))
        return np.asarray(np.maximum(1.0 - ratio**2, 0.0) ** 2)

    def _roots(
        self, answers: Answers, left: FloatArray, right: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return roots of the weighted score within brackets, and standard errors, (E,) each."""
        terms = partial(_terms, weight=self.weights)
        theta = bracketed_roots(lambda at: answers.sums(at, terms)[0], left, right)
        _, known, spread = answers.sums(theta, terms)
        return theta, np.sqrt(spread) / np.maximum(known, TINY)

    def signs(
        self, pool: Pool, items: IntArray, categories: IntArray, grid: FloatArray
    ) -> IntArray:
        """Return the sign of the weighted score on a grid, 0 where no item has any weight."""

        def curves(new: IntArray) -> tuple[FloatArray, FloatArray]:
            return self._curves(pool, new, grid)

        named = ((self.weight, self.tuning), grid)
        score, information = sums_on_grid(pool, items, categories, named, curves)
        return np.where(information > 0, np.where(score > 0, 1, -1), 0)

    def _curves(
        self, pool: Pool, items: IntArray, grid: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return w d log P_k / d theta, (m, T, K), and w I, (m, T)."""
        known = np.zeros((len(items), len(grid)))
        scores = np.zeros((len(items), len(grid), pool.most_categories))
        for part in Answers.of(pool, items[:, None], np.zeros_like(items)[:, None]).parts:
            at = part.packed[:, None, :], grid[None, :], part.D[:, None]
            weights = self.weights(distances(part, *at))
            first, _ = part.model.log_derivatives(*at)
            known[part.examinee] = weights * part.model.information(*at)
            scores[part.examinee, :, : first.shape[-1]] = weights[..., None] * first
        return scores, known


def _rows(estimates: Estimates, rows: IntArray) -> Estimates:
    """Return the estimates of some examinees."""
    return attrs.evolve(
        estimates,
        theta=estimates.theta[rows],
        se=estimates.se[rows],
        fell_back=estimates.fell_back[rows],
        at_edge=estimates.at_edge[rows],
        prior_dominates=estimates.prior_dominates[rows],
    )


def distances(part: Part, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
    """Return r, the distance in logits between theta and items of one model, shape (...)."""
    if isinstance(part.model, LogisticModel):
        return np.asarray(D * packed[..., 0] * (theta - packed[..., 1]))
    chances = part.model.probabilities(packed, theta, D)
    lowest, highest = chances[..., 0], chances[..., -1]
    if hasattr(part.model, "extremes"):
        down, up = part.model.extremes(packed)
        lowest, highest = (chances * down).sum(axis=-1), (chances * up).sum(axis=-1)
    return np.asarray(_odds(highest) - _odds(lowest))


def _odds(chance: FloatArray) -> FloatArray:
    """Return the log odds where they are above 0, else 0."""
    odds = np.maximum(chance, TINY) / np.maximum(1.0 - chance, TINY)
    return np.asarray(np.log(np.maximum(odds, 1.0)))


def _terms(part: Part, theta: FloatArray, weight: Weight) -> tuple[FloatArray, ...]:
    """Return the terms of the weighted score, of sum of w I and of sum of w^2 I."""
    at = part.packed, theta, part.D
    weights = weight(distances(part, *at))
    first, _ = part.model.log_derivatives(*at)
    known = weights * part.model.information(*at)
    return weights * first[part.answered], known, weights * known


def _nearest_crossing(grid: FloatArray, signs: IntArray, theta: FloatArray) -> IntArray:
    """Return the node before the downward crossing that is nearest to theta, or -1, (E,)."""
    crosses = (signs[:, :-1] > 0) & (signs[:, 1:] < 0)
    middles = 0.5 * (grid[1:] + grid[:-1])
    away = np.where(crosses, np.abs(middles - theta[:, None]), np.inf)
    return np.where(crosses.any(axis=1), away.argmin(axis=1), -1)
