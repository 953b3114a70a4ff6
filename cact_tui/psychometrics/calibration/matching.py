"""How large a difference between groups is, among people of the same standing.

Right or wrong items: Mantel & Haenszel (1959) over strata of people of the same standing, on the
delta scale of Holland & Thayer (1988), MH D-DIF = -2.35 ln(alpha), with the variance of Robins,
Breslow & Greenland (1986), and the classes of ETS (Zieky 1993):

    A   |D-DIF| < 1, or not significantly different from 0
    C   |D-DIF| >= 1.5 and significantly above 1
    B   all else

Graded items: ordinal logistic regression of the category on standing, group and their product
(Zumbo 1999) by the gain in Nagelkerke's R2 over standing alone, with the bounds of Jodoin & Gierl
(2001): A below .035 or not significant, B below .070, C above.

Standing is the sum score where everybody answered all items, else the EAP of theta under one prior
for all groups, cut into strata. Negative D-DIF means harder for the focal group.
"""

import math

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.chi_square import survival
from cact_tui.psychometrics.calibration.estimation import Calibration
from cact_tui.psychometrics.calibration.expectation import posteriors
from cact_tui.psychometrics.calibration.fit import quantile_groups
from cact_tui.psychometrics.calibration.ordinal import nagelkerke, regress

SIGNIFICANT = 0.05
TWO_SIDED, ONE_SIDED = 1.960, 1.645
PEOPLE_PER_STRATUM = 50
MOST_STRATA = 20


@attrs.frozen(kw_only=True)
class EffectSize:
    """How large a difference is.

    Attributes:
        measure: ``MH D-DIF`` or ``R2 gain``.
        value: The measure; of several focal groups that of the largest class.
        grade: A negligible, B moderate, C large.
    """

    measure: str
    value: float
    grade: str


def standing(calibration: Calibration) -> FloatArray:
    """Return what people are matched by, for each pattern, (R,)."""
    patterns = calibration.design.patterns
    if (patterns.categories >= 0).all():
        return np.asarray(patterns.categories.sum(axis=1), dtype=np.float64)
    weights = calibration.design.log_weights(calibration.place.point)
    people = np.bincount(patterns.group, patterns.count, minlength=patterns.n_groups)
    pooled = np.log(np.maximum(people @ np.exp(weights) / people.sum(), 1e-300))
    alike = np.tile(pooled, (patterns.n_groups, 1))
    posterior = posteriors(patterns, calibration.table(), alike)
    return np.asarray(posterior @ calibration.design.theta)


def strata(values: FloatArray, count: FloatArray) -> IntArray:
    """Return the stratum of each pattern: its value, or its part of the people, (R,).

    Args:
        values: Standing, (R,).
        count: People, (R,).
    """
    distinct, codes = np.unique(values, return_inverse=True)
    most = int(np.clip(count.sum() // PEOPLE_PER_STRATUM, 2, MOST_STRATA))
    if len(distinct) <= max(most, 1) or np.all(distinct == np.rint(distinct)):
        return codes.reshape(-1)
    return quantile_groups(values, count, most)


def mantel_haenszel(
    right: IntArray, group: IntArray, stratum: IntArray, count: FloatArray, focal: int
) -> EffectSize | None:
    """Return MH D-DIF of a focal group against group 0, None where the tables leave it open.

    Args:
        right: 0 or 1, (R,).
        group: Groups, (R,).
        stratum: Strata, (R,).
        count: People, (R,).
        focal: The focal group.
    """
    n_strata = int(stratum.max(initial=0)) + 1
    cells = [
        np.bincount(stratum, count * ((group == one) & (right == answer)), minlength=n_strata)
        for one in (0, focal)
        for answer in (1, 0)
    ]
    A, B, C, D = (cell[sum(cells) > 0] for cell in cells)
    T = A + B + C + D
    R, S = A * D / T, B * C / T
    if R.sum() == 0 or S.sum() == 0:
        return None
    P, Q = (A + D) / T, (B + C) / T
    variance = (
        (P * R).sum() / (2 * R.sum() ** 2)
        + (P * S + Q * R).sum() / (2 * R.sum() * S.sum())
        + (Q * S).sum() / (2 * S.sum() ** 2)
    )
    delta = -2.35 * math.log(R.sum() / S.sum())
    return EffectSize(
        measure="MH D-DIF", value=delta, grade=_ets_class(delta, 2.35 * math.sqrt(variance))
    )


def _ets_class(delta: float, error: float) -> str:
    size = abs(delta)
    if size < 1 or size < TWO_SIDED * error:
        return "A"
    return "C" if size >= 1.5 and size - ONE_SIDED * error > 1 else "B"  # noqa: PLR2004 - of ETS


def ordinal_regression(
    category: IntArray, group: IntArray, values: FloatArray, count: FloatArray, K: int
) -> EffectSize | None:
    """Return the R2 gain of groups and their slopes, None where a category was not seen.

    Args:
        category: Categories, (R,).
        group: Groups, (R,).
        values: Standing, (R,).
        count: People, (R,).
        K: Number of categories.
    """
    repeats = np.rint(count).astype(np.int64)
    category, group = np.repeat(category, repeats), np.repeat(group, repeats)
    values = np.repeat(values, repeats)
    n, others = len(category), np.unique(group)[1:]
    if not others.size or (np.bincount(category, minlength=K) == 0).any() or values.std() == 0:
        return None
    own = ((values - values.mean()) / values.std())[:, None]
    dummies = (group[:, None] == others).astype(np.float64)
    empty = regress(category, np.zeros((n, 0)), K).log_likelihood
    base = regress(category, own, K).log_likelihood
    full = regress(category, np.concatenate((own, dummies, dummies * own), axis=1), K)
    gain = nagelkerke(full.log_likelihood, empty, n) - nagelkerke(base, empty, n)
    p = survival(2 * (full.log_likelihood - base), 2 * len(others))
    grade = "A" if p >= SIGNIFICANT or gain < 0.035 else "B" if gain < 0.070 else "C"  # noqa: PLR2004 - of Jodoin & Gierl
    return EffectSize(measure="R2 gain", value=gain, grade=grade)
