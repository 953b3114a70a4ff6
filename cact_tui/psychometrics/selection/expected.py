"""What is expected of an item before it is answered: the theta and the precision after it.

The next answer is weighed in one of two ways, and the rules of each are named apart:

- predictive: P(x) = integral of P(x | theta) over the posterior, the probability that follows from
  all that is known (van der Linden 1998): ``mei``, ``mepv``;
- plug-in: P(x | estimate), as if the interim estimate were true, which is what catR does:
  ``mei_plug_in``, ``mepv_plug_in``.

Either way the precision after the answer is that at the theta after the answer.
"""

from typing import ClassVar, Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.selection.quadrature import (
    Quadrature,
    chances_at,
    chances_on,
    in_chunks,
)


@attrs.frozen(kw_only=True, eq=False)
class Forecast:
    """What each answer to each item would make of the posterior.

    Attributes:
        probability: The posterior predictive probability of the answer, (E, K, n).
        mean: The posterior mean after it, (E, K, n).
        variance: The posterior variance after it, (E, K, n).

    Where an answer is impossible, as a category that an item has not, probability and variance are
    0 and the mean is that of now.
    """

    probability: FloatArray
    mean: FloatArray
    variance: FloatArray


def forecast(pool: Pool, grid: FloatArray, posterior: FloatArray) -> Forecast:
    """Return what each answer would make of the posterior.

    Args:
        pool: The items.
        grid: The nodes, (T,).
        posterior: Posterior weights of the nodes, adding up to 1, (E, T).
    """
    chances = chances_on(pool, grid)
    K, n, T = chances.shape
    now = posterior @ grid
    x = grid - 0.5 * (grid[0] + grid[-1])
    powers = np.concatenate((posterior, posterior * x, posterior * (x * x)))
    moments = (powers @ chances.reshape(K * n, T).T).reshape(3, len(posterior), K, n)
    total = moments[0]
    possible = total > TINY
    first, second = moments[1:] / np.where(possible, total, 1.0)
    mean = np.where(possible, first + 0.5 * (grid[0] + grid[-1]), now[:, None, None])
    variance = np.where(possible, np.maximum(second - first * first, 0.0), 0.0)
    return Forecast(probability=np.where(possible, total, 0.0), mean=mean, variance=variance)


@attrs.frozen(kw_only=True)
class ExpectedPosteriorVariance(Quadrature):
    """The smallest expected posterior variance (Owen 1975; van der Linden 1998), "MEPV".

        score_j = -sum of P_j(x) Var(theta | answers, x)

    with P_j(x), the posterior predictive probability, as the weights.
    """

    ratio_scale: ClassVar[bool] = False

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return minus the expected posterior variance, (E, n); nothing is drawn."""
        return -expected_variance(self, examinees)


@attrs.frozen(kw_only=True)
class PlugInExpectedPosteriorVariance(Quadrature):
    """The smallest expected posterior variance with P_j(x | estimate) as the weights (catR's)."""

    ratio_scale: ClassVar[bool] = False

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return minus the expected posterior variance, (E, n); nothing is drawn."""
        return -expected_variance(self, examinees, plug_in=True)


def expected_variance(
    rule: Quadrature, examinees: Examinees, *, plug_in: bool = False
) -> FloatArray:
    """Return the posterior variance that is expected after each item, (E, n).

    Args:
        rule: Whose nodes are used.
        examinees: The batch.
        plug_in: Whether the next answer is weighed by P(x | estimate).
    """
    pool, grid = examinees.pool, rule.grid(examinees.prior)
    posterior = rule.posterior(examinees)

    def of(rows: IntArray) -> FloatArray:
        after = forecast(pool, grid, posterior[rows])
        weights = chances_at(pool, examinees.theta[rows]) if plug_in else after.probability
        return np.asarray((weights * after.variance).sum(axis=1))

    return in_chunks(len(examinees), 6 * pool.most_categories * len(pool), of)


@attrs.frozen(kw_only=True)
class ExpectedInformation(Quadrature):
    """The largest expected information of the item at the theta after it, "MEI".

        score_j = sum of P_j(x) I_j(theta after x),    P_j(x) the posterior predictive probability

    (van der Linden 1998; van der Linden & Pashley 2000.)

    Attributes:
        after: The theta after the answer: the posterior ``mean``, or its ``mode``, for which every
            possible next test is estimated: for single examinees only, not for simulations.
        information: Of the next answer, what is ``expected`` or what is ``observed`` in it, minus
            the second derivative of log P_x.
    """

    after: Literal["mean", "mode"] = "mean"
    information: Literal["expected", "observed"] = "expected"

    @property
    def ratio_scale(self) -> bool:
        """Whether scores are never negative; the information observed may be."""
        return self.information == "expected"

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the expected information, (E, n); nothing is drawn."""
        return _expected_information(self, examinees, plug_in=False)


@attrs.frozen(kw_only=True)
class PlugInExpectedInformation(ExpectedInformation):
    """The largest expected information with P_j(x | estimate) as the weights (catR's)."""

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the expected information, (E, n); nothing is drawn."""
        return _expected_information(self, examinees, plug_in=True)


def _expected_information(
    rule: ExpectedInformation, examinees: Examinees, *, plug_in: bool
) -> FloatArray:
    pool, grid = examinees.pool, rule.grid(examinees.prior)
    posterior = rule.posterior(examinees)

    def of(rows: IntArray) -> FloatArray:
        after = forecast(pool, grid, posterior[rows])
        weights = chances_at(pool, examinees.theta[rows]) if plug_in else after.probability
        theta = after.mean if rule.after == "mean" else _modes(rule, examinees.some(rows))
        return np.asarray((weights * _information(pool, theta, rule.information)).sum(axis=1))

    return in_chunks(len(examinees), 8 * pool.most_categories * len(pool), of)


def _information(pool: Pool, theta: FloatArray, kind: str) -> FloatArray:
    """Return the information of each item at a theta for each of its categories, (E, K, n)."""
    values = np.zeros(theta.shape)
    for group in pool.groups:
        for k in range(group.n_categories):
            points = theta[:, k, group.rows]
            if kind == "expected":
                found = group.model.information(group.packed, points, group.D)
            else:
                found = -group.model.log_derivatives(group.packed, points, group.D)[1][..., k]
            values[:, k, group.rows] = found
    return values


def _modes(rule: Quadrature, examinees: Examinees) -> FloatArray:
    """Return the posterior mode after each answer to each item, (E, K, n)."""
    pool = examinees.pool
    estimator = MaximumAPosteriori(lower=rule.lower, upper=rule.upper)
    K, n = pool.most_categories, len(pool)
    k, item = (np.arange(K)[:, None] < pool.n_categories).nonzero()
    modes = np.empty((len(examinees), K, n))
    modes[:] = examinees.theta[:, None, None]
    for row in range(len(examinees)):
        before = (examinees.items[row], examinees.categories[row])
        items, categories = (
            np.column_stack((np.broadcast_to(old, (len(k), len(old))), new))
            for old, new in zip(before, (item, k), strict=True)
        )
        modes[row, k, item] = estimator.estimate(pool, items, categories, examinees.prior).theta
    return modes
