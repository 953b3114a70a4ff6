"""How good simulated tests are: error, precision, length, exposure, classification.

Everything takes arrays of N tests and returns frozen figures. With e = estimate - theta:

    bias = mean(e),    RMSE = sqrt(mean(e^2)),    reliability = 1 - mean(SE^2) / var(theta)

The last is the marginal reliability of Green, Bock, Humphreys, Linn & Reckase (1984), for estimates
whose SE is the posterior standard deviation and theta drawn from the prior.
"""

import math
from itertools import pairwise

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray

_erfc = np.vectorize(math.erfc, otypes=[np.float64])

BANDS = (-np.inf, -1.5, -0.5, 0.5, 1.5, np.inf)
"""Five bands of theta, in standard deviations of the reference distribution."""


@attrs.frozen(kw_only=True)
class Accuracy:
    """Error and precision of the estimates of n examinees.

    Attributes:
        n: How many examinees.
        bias: The mean error.
        rmse: The root mean square error.
        se: The root mean square of the standard errors.
        items: The mean number of items.
    """

    n: int
    bias: float
    rmse: float
    se: float
    items: float


@attrs.frozen(kw_only=True)
class Band:
    """A band of theta, [low, high), and the accuracy within it; None: nobody is in it."""

    low: float
    high: float
    accuracy: Accuracy | None


@attrs.frozen(kw_only=True, eq=False)
class ExposureFigures:
    """How often items were given.

    Attributes:
        rates: The share of tests that each item occurs in, (n,).
        largest: The largest rate.
        used: The share of the pool's items that occur at all.
        chi_square: sum of (r_i - L/n)^2 / (L/n), with L the mean length: 0 when all items are given
            equally often (Chang & Ying 1999).
        overlap: The expected share of a test's items that a second, random test has in common with
            it: sum of r_i (N r_i - 1) / (N - 1), over L (Chen, Ankenmann & Spray 2003).
    """

    rates: FloatArray
    largest: float
    used: float
    chi_square: float
    overlap: float


@attrs.frozen(kw_only=True, eq=False)
class Classification:
    """How well estimates sort examinees into the levels between cut scores.

    Attributes:
        accuracy: The share whose level by the estimate is the level of their theta.
        consistency: The share who would get the same level in a second test: the mean over
            examinees of the sum of squared level probabilities, with the error of an estimate
            taken as normal (Rudner 2001, 2005).
        by_cut: For each cut the share on its right side, (C,).
    """

    accuracy: float
    consistency: float
    by_cut: FloatArray


def accuracy(
    theta: FloatArray, estimate: FloatArray, se: FloatArray, lengths: IntArray
) -> Accuracy:
    """Return the accuracy of N estimates.

    Args:
        theta: True values, (N,).
        estimate: Estimates, (N,).
        se: Their standard errors, (N,).
        lengths: The number of items of each test, (N,).
    """
    error = estimate - theta
    return Accuracy(
        n=len(theta),
        bias=float(error.mean()),
        rmse=_root_mean_square(error),
        se=_root_mean_square(se),
        items=float(lengths.mean()),
    )


def by_bands(
    theta: FloatArray,
    estimate: FloatArray,
    se: FloatArray,
    lengths: IntArray,
    edges: tuple[float, ...] = BANDS,
) -> tuple[Band, ...]:
    """Return the accuracy within bands of true theta; the arguments are those of `accuracy`.

    Args:
        theta: True values, (N,).
        estimate: Estimates, (N,).
        se: Their standard errors, (N,).
        lengths: The number of items of each test, (N,).
        edges: The edges of the bands, ascending; by default the five of `BANDS`.
    """
    bands = []
    for low, high in pairwise(edges):
        here = (theta >= low) & (theta < high)
        found = (
            accuracy(theta[here], estimate[here], se[here], lengths[here]) if here.any() else None
        )
        bands.append(Band(low=low, high=high, accuracy=found))
    return tuple(bands)


def marginal_reliability(theta: FloatArray, se: FloatArray) -> float:
    """Return 1 - mean(SE^2) / var(theta); NaN where theta does not vary."""
    variance = float(theta.var())
    return 1.0 - float(np.mean(se**2)) / variance if variance else float("nan")


def exposure(items: IntArray, n: int) -> ExposureFigures:
    """Return how often the n items of a pool were given.

    Args:
        items: Positions in the pool, (N, L); -1 is padding.
        n: The size of the pool.
    """
    N = len(items)
    given = items[items >= 0]
    rates = np.bincount(given, minlength=n) / N
    length = given.size / N
    share = length / n
    pairs = rates * (N * rates - 1.0) / (N - 1.0) if N > 1 else np.zeros(n)
    return ExposureFigures(
        rates=rates,
        largest=float(rates.max(initial=0.0)),
        used=float((rates > 0).mean()),
        chi_square=float(((rates - share) ** 2).sum() / share),
        overlap=float(np.maximum(pairs, 0.0).sum() / length),
    )


def classification(
    theta: FloatArray, estimate: FloatArray, se: FloatArray, cuts: FloatArray
) -> Classification:
    """Return how well estimates sort examinees into levels.

    Args:
        theta: True values, (N,).
        estimate: Estimates, (N,).
        se: Their standard errors, (N,).
        cuts: Cut scores, ascending, (C,); an examinee at a cut is above it.
    """
    above = theta[:, None] >= cuts
    judged = estimate[:, None] >= cuts
    chances = _level_chances(estimate, se, cuts)
    return Classification(
        accuracy=float((above == judged).all(axis=1).mean()),
        consistency=float((chances**2).sum(axis=1).mean()),
        by_cut=np.asarray((above == judged).mean(axis=0)),
    )


def length_for(se_path: FloatArray, wanted: float) -> int | None:
    """Return after how many items the root mean square SE of tests is as small as wanted.

    Args:
        se_path: Standard errors after each answer, (N, L), without NaN.
        wanted: The root mean square SE to reach.

    Returns:
        The number of items, or None if L are not enough.
    """
    reached = np.flatnonzero(np.sqrt((se_path**2).mean(axis=0)) <= wanted)
    return int(reached[0]) + 1 if reached.size else None


def _level_chances(estimate: FloatArray, se: FloatArray, cuts: FloatArray) -> FloatArray:
    """Return the chance of each level for each examinee, (N, C + 1)."""
    z = (cuts - estimate[:, None]) / np.maximum(se, 1e-9)[:, None]
    below = 0.5 * _erfc(-z / math.sqrt(2.0))
    one = np.ones((len(estimate), 1))
    return np.asarray(np.diff(below, axis=1, prepend=0.0 * one, append=one))


def _root_mean_square(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))
