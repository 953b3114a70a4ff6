"""Ordinal logistic regression: the proportional odds model of McCullagh (1980).

    P(X >= k) = 1 / (1 + exp(-(t_k + x'b))),    k = 1..m,    t_1 > ... > t_m

It is the graded response model with the predictor in the place of theta; derivatives as in
`cumulative`. Two categories give ordinary logistic regression.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.models.logistic import logistic_pair

MOST_STEPS = 60
SMALL_STEP = 1e-8
RIDGE = 1e-10


@attrs.frozen(kw_only=True, eq=False)
class OrdinalFit:
    """A fitted regression.

    Attributes:
        log_likelihood: At its maximum.
        intercepts: t, (m,).
        weights: b, (P,).
    """

    log_likelihood: float
    intercepts: FloatArray
    weights: FloatArray


def regress(outcome: IntArray, predictors: FloatArray, K: int) -> OrdinalFit:
    """Return the regression of an ordinal outcome on predictors.

    Args:
        outcome: Categories 0..K-1, each seen at least once, (N,).
        predictors: (N, P); P may be 0.
        K: Number of categories.
    """
    shares = np.bincount(outcome, minlength=K) / len(outcome)
    above = np.cumsum(shares[::-1])[::-1][1:]
    beta = np.concatenate((np.log(above / (1 - above)), np.zeros(predictors.shape[1])))
    value = _log_likelihood(outcome, predictors, beta, K)
    for _ in range(MOST_STEPS):
        step = _step(outcome, predictors, beta, K)
        share = 1.0
        moved = _log_likelihood(outcome, predictors, beta + step, K)
        while moved < value - 1e-12 * abs(value) and share > SMALL_STEP:
            share /= 2
            moved = _log_likelihood(outcome, predictors, beta + share * step, K)
        beta, value = beta + share * step, moved
        if np.abs(step).max() < SMALL_STEP:
            break
    return OrdinalFit(log_likelihood=value, intercepts=beta[: K - 1], weights=beta[K - 1 :])


def nagelkerke(log_likelihood: float, empty: float, n: int) -> float:
    """Return Nagelkerke's (1991) R2 of a model against the one without predictors."""
    return float(-np.expm1(2 * (empty - log_likelihood) / n) / -np.expm1(2 * empty / n))


def _boundaries(
    outcome: IntArray, predictors: FloatArray, beta: FloatArray, K: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return L of the boundary below, M of the one above (N,), and the gap between them (N,)."""
    shift = predictors @ beta[K - 1 :]
    below = np.where(outcome > 0, beta[np.maximum(outcome - 1, 0)] + shift, np.inf)
    above = np.where(outcome < K - 1, beta[np.minimum(outcome, K - 2)] + shift, -np.inf)
    upper, _ = logistic_pair(below)
    _, lower = logistic_pair(above)
    return upper, lower, below - above


def _log_likelihood(outcome: IntArray, predictors: FloatArray, beta: FloatArray, K: int) -> float:
    if (np.diff(beta[: K - 1]) >= 0).any():
        return -np.inf
    upper, lower, gap = _boundaries(outcome, predictors, beta, K)
    return float(np.sum(np.log(upper) + np.log(lower) + np.log(-np.expm1(-gap))))


def _step(outcome: IntArray, predictors: FloatArray, beta: FloatArray, K: int) -> FloatArray:
    """Return the step of Newton's method with the outer product of scores where it must be."""
    upper, lower, gap = _boundaries(outcome, predictors, beta, K)
    with np.errstate(over="ignore"):
        ratio = np.where(np.isfinite(gap), 1 / np.expm1(np.minimum(gap, 700.0)), 0.0)
    to_own = np.where(outcome > 0, (1 - upper) + ratio, 0.0)
    to_next = np.where(outcome < K - 1, -(1 - lower) - ratio, 0.0)
    between = ratio * (1 + ratio)
    own = np.where(outcome > 0, upper * (1 - upper) + between, 0.0)
    following = np.where(outcome < K - 1, lower * (1 - lower) + between, 0.0)
    below = (outcome[:, None] - 1 == np.arange(K - 1)).astype(np.float64)
    above = (outcome[:, None] == np.arange(K - 1)).astype(np.float64)
    left = np.concatenate((below, predictors * (outcome > 0)[:, None]), axis=1)
    right = np.concatenate((above, predictors * (outcome < K - 1)[:, None]), axis=1)
    gradient = left.T @ to_own + right.T @ to_next
    mixed = (left * between[:, None]).T @ right
    information = (left * own[:, None]).T @ left + (right * following[:, None]).T @ right
    information -= mixed + mixed.T
    diagonal = np.arange(len(beta))
    information[diagonal, diagonal] *= 1 + RIDGE
    information[diagonal, diagonal] += RIDGE
    return np.linalg.solve(information, gradient)
