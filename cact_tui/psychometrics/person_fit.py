"""Person fit: whether a pattern of answers is one that the model would make.

A misfit is a reason to look, never a verdict. Shapes are those of the estimators: items and
categories (E, L), with -1 for padding and for unscored answers, which never count.

lz and lz* compare the log likelihood with what the model expects of it (Drasgow, Levine & Williams
1985). With l_ik = log P_ik(theta) and x the answers:

    lz = (l - E) / sqrt(V),    l = sum of l_ix,    E = sum over i and k of P_ik l_ik,
    V = sum over i of (sum over k of P_ik l_ik^2 - (sum over k of P_ik l_ik)^2)

At the true theta lz is nearly N(0, 1); at an estimate its variance is too small and its mean is
off, so that misfit goes unseen. lz* corrects both (Snijders 2001; Sinharay 2016 for several
categories). The estimators solve r0(theta) + sum of s_ix = 0, where s_ik = d log P_ik / d theta and

    ml: r0 = 0    map: r0 = (log g)'    wle: r0 = J / (2 I)

With P' = P s and c = sum of P'_ik l_ik / sum of P'_ik s_ik the part of l that follows the estimate
is taken out, m_ik = l_ik - c s_ik, and

    lz* = (l - E + c r0) / sqrt(V*),    V* as V with m_ik in the place of l_ik

Low values mean misfit: below -1.645 about one fitting examinee in twenty.
"""

from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics import priors
from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.answers import Answers, Part
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Prior

NO_VARIANCE = 1e-12
"""A variance of the log likelihood that is rounding."""


def lz(pool: Pool, items: IntArray, categories: IntArray, theta: FloatArray) -> FloatArray:
    """Return the standardised log likelihood at known theta, (E,); NaN where nothing was scored.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L).
        categories: Categories scored, (E, L).
        theta: True values of theta, (E,); for estimates use `lz_star`.
    """
    excess, variance, *_ = Answers.of(pool, items, categories).sums(theta, _plain)
    return _ratio(excess, variance)


def lz_star(
    pool: Pool,
    items: IntArray,
    categories: IntArray,
    theta: FloatArray,
    method: Literal["ml", "map", "wle"],
    *,
    prior: Prior | None = None,
) -> FloatArray:
    """Return the log likelihood standardised for an estimated theta, (E,).

    NaN where nothing was scored, and where the items leave nothing but what the estimate follows,
    as items that are all alike do.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L).
        categories: Categories scored, (E, L).
        theta: Estimates, (E,), of the given method. Posterior means solve no such equation: take
            the mode instead.
        method: How theta was estimated.
        prior: The prior of ``map``; by default N(0, 1).
    """
    answers = Answers.of(pool, items, categories)
    excess, _, covariance, information = answers.sums(theta, _plain)
    follows = covariance / np.maximum(information, TINY)

    def corrected(part: Part, at: FloatArray) -> tuple[FloatArray, ...]:
        chances, logs, slopes = _curves(part, at)
        rest = logs - follows[part.examinee, None] * slopes
        return _variances(chances, rest)

    (variance,) = answers.sums(theta, corrected)
    anchor = _anchor(answers, theta, method, prior or NormalPrior())
    return _ratio(excess + follows * anchor, variance)


@attrs.frozen(kw_only=True, eq=False)
class Cusum:
    """Cumulative sums of residuals over a test.

    Attributes:
        upper: C+ after each answer, (E, L).
        lower: C- after each answer, (E, L).
    """

    upper: FloatArray
    lower: FloatArray

    @property
    def highest(self) -> FloatArray:
        """The largest C+, (E,): a run of answers better than expected."""
        return np.asarray(self.upper.max(axis=1, initial=0.0))

    @property
    def lowest(self) -> FloatArray:
        """The smallest C-, (E,): a run of answers worse than expected."""
        return np.asarray(self.lower.min(axis=1, initial=0.0))


def cusum(pool: Pool, items: IntArray, categories: IntArray, theta: FloatArray) -> Cusum:
    """Return the CUSUM of an adaptive test (van Krimpen-Stoop & Meijer 2000, 2002).

        T_i = (x_i - E(X_i | theta)) / n
        C+_i = max(0, C+_(i-1) + T_i),    C-_i = min(0, C-_(i-1) + T_i)

    In an adaptive test lz is of little use, because the answers hardly vary in probability; a run
    of unexpected ones shows in the sums. X is the category. n counts the scored answers; others
    leave the sums as they are, and so do items of models whose categories are not ordered (NRM).
    Bounds come from simulated examinees of the same test: those that 2.5 % exceed on either side.

    Args:
        pool: The items.
        items: Positions in the pool in order of administration, (E, L).
        categories: Categories scored, (E, L).
        theta: Final estimates, (E,), or the estimates before each answer, (E, L).
    """
    scored = pool.scored(items, categories)
    points = np.broadcast_to(theta[:, None] if theta.ndim == 1 else theta, items.shape)
    chances = pool.item_probabilities(items[scored], points[scored][:, None])[:, 0]
    expected = chances @ np.arange(pool.most_categories)
    steps = np.zeros(items.shape)
    steps[scored] = (categories[scored] - expected) * _ordered(pool)[items[scored]]
    steps /= np.maximum(scored.sum(axis=1, keepdims=True), 1)
    upper, lower = np.zeros(items.shape), np.zeros(items.shape)
    above = below = np.zeros(len(items))
    for place in range(items.shape[1]):
        above = np.maximum(above + steps[:, place], 0.0)
        below = np.minimum(below + steps[:, place], 0.0)
        upper[:, place], lower[:, place] = above, below
    return Cusum(upper=upper, lower=lower)


def _ordered(pool: Pool) -> FloatArray:
    """Return 1 for the items whose categories are ordered, else 0, (n,)."""
    ordered = np.ones(len(pool))
    for group in pool.groups:
        ordered[group.rows] = not hasattr(group.model, "extremes")
    return ordered


def _curves(part: Part, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return P, log P and d log P / d theta, (m, K) each."""
    chances = part.model.probabilities(part.packed, theta, part.D)
    slopes, _ = part.model.log_derivatives(part.packed, theta, part.D)
    return chances, np.log(np.maximum(chances, TINY)), slopes


def _plain(part: Part, theta: FloatArray) -> tuple[FloatArray, ...]:
    """Return the terms of l - E, of V, of sum of P' l and of sum of P' s, (m,) each."""
    chances, logs, slopes = _curves(part, theta)
    excess = logs[part.answered] - (chances * logs).sum(axis=-1)
    gain = chances * slopes
    covariance, information = (gain * logs).sum(axis=-1), (gain * slopes).sum(axis=-1)
    return excess, *_variances(chances, logs), covariance, information


def _variances(chances: FloatArray, values: FloatArray) -> tuple[FloatArray]:
    """Return the variance over the categories of values (m, K), (m,)."""
    deviations = values - (chances * values).sum(axis=-1, keepdims=True)
    return ((chances * deviations**2).sum(axis=-1),)


def _anchor(
    answers: Answers, theta: FloatArray, method: Literal["ml", "map", "wle"], prior: Prior
) -> FloatArray:
    """Return r0, (E,)."""
    if method == "map":
        return priors.slopes(prior, theta)[0]
    if method == "wle":
        _, _, skew = answers.moments(theta)
        return skew / (2.0 * np.maximum(answers.information(theta), TINY))
    return np.zeros_like(theta)


def _ratio(excess: FloatArray, variance: FloatArray) -> FloatArray:
    """Return excess over the root of the variance; NaN where there is no variance but rounding."""
    sound = variance > NO_VARIANCE
    return np.where(sound, excess / np.sqrt(np.where(sound, variance, 1.0)), np.nan)
