"""Local dependence: Yen's Q3, the correlation of what theta leaves unexplained.

    d_ij = x_ij - E(x_j | theta_i),    Q3_jk = correlation of d_j and d_k over people    (Yen 1984)

with theta_i the EAP. Under independence Q3 lies around -1 / (J - 1), so that a pair is judged by
how far it stands above the mean of all pairs; .20 above is the common alarm (Christensen, Makransky
& Horton 2017). Items of one case or passage are where to look first.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.estimation import Calibration

LEAST_PEOPLE = 50
"""Pairs that fewer people answered have no Q3."""
ALARM = 0.2


@attrs.frozen(kw_only=True)
class DependentPair:
    """Two items whose residuals go together more than those of other pairs.

    Attributes:
        one: Position of an item.
        two: Position of the other.
        q3: Their Q3.
        above: How far that is above the mean of all pairs.
    """

    one: int
    two: int
    q3: float
    above: float


def q3(calibration: Calibration) -> FloatArray:
    """Return Q3 of all pairs, (J, J); NaN on the diagonal and for pairs of too few people."""
    patterns = calibration.design.patterns
    answered = (patterns.categories >= 0).astype(np.float64)
    residuals = answered * (patterns.categories - expected_scores(calibration))
    weighted = answered * patterns.count[:, None]
    n = weighted.T @ answered
    sums = (residuals * patterns.count[:, None]).T @ answered
    squares = (residuals**2 * patterns.count[:, None]).T @ answered
    products = (residuals * patterns.count[:, None]).T @ residuals
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = squares / n - (sums / n) ** 2
        found = (products / n - sums * sums.T / n**2) / np.sqrt(spread * spread.T)
    found[n < LEAST_PEOPLE] = np.nan
    np.fill_diagonal(found, np.nan)
    return np.asarray(found)


def dependent_pairs(calibration: Calibration, alarm: float = ALARM) -> tuple[DependentPair, ...]:
    """Return the pairs whose Q3 stands further above the mean than the alarm, worst first."""
    values = q3(calibration)
    upper = np.triu(np.ones_like(values, dtype=bool), k=1) & ~np.isnan(values)
    if not upper.any():
        return ()
    above = values - values[upper].mean()
    found = [
        DependentPair(
            one=int(one), two=int(two), q3=float(values[one, two]), above=float(above[one, two])
        )
        for one, two in np.argwhere(upper & (np.nan_to_num(above) > alarm))
    ]
    return tuple(sorted(found, key=lambda pair: -pair.above))


def expected_scores(calibration: Calibration) -> FloatArray:
    """Return the expected score of each item at each pattern's EAP, (R, J)."""
    patterns, theta = calibration.design.patterns, calibration.design.theta
    category = np.concatenate([np.arange(K) for K in patterns.n_categories])
    weighted = np.exp(calibration.table()) * category[:, None]
    curves = np.add.reduceat(weighted, patterns.first_cell, axis=0)
    estimates = calibration.posterior() @ theta
    return np.stack([np.interp(estimates, theta, curve) for curve in curves], axis=1)
