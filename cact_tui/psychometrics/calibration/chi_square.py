"""The chi-square distribution with whole degrees of freedom, and false discovery rates.

The survival function has a finite sum (Abramowitz & Stegun 1972, 26.4.4-5), exact to rounding:

    even v:  exp(-x/2) sum over i < v/2 of (x/2)^i / i!
    odd v:   erfc(sqrt(x/2)) + exp(-x/2) sum over i < (v-1)/2 of (x/2)^(i+1/2) / Gamma(i+3/2)
"""

import math
from collections.abc import Sequence

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray


def survival(x: float, df: int) -> float:
    """Return P(chi-square with df degrees of freedom > x), df 1 or more; x below 0 counts as 0."""
    half = max(x, 0.0) / 2
    if half == 0:
        return 1.0
    first = 0.5 if df % 2 else 0.0
    total = math.erfc(math.sqrt(half)) if df % 2 else 0.0
    for i in range(df // 2):
        power = i + first
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
    return min(total, 1.0)


def adjusted(p: Sequence[float]) -> FloatArray:
    """Return p-values adjusted for the false discovery rate (Benjamini & Hochberg 1995).

    Args:
        p: The p-values; NaN stays NaN and does not count.
    """
    values = np.array(p, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known])[::-1]]
    ranks = np.arange(len(order), 0, -1)
    values[order] = np.minimum.accumulate(values[order] * len(order) / np.maximum(ranks, 1))
    return np.minimum(values, 1.0)
