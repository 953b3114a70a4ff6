"""Stop rules of classification: on which side of each cut an examinee belongs is decided.

With several cuts a rule is met when all are decided: then the level is known, and not only that
one cut was passed.
"""

from functools import lru_cache
from statistics import NormalDist
from typing import ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, read_only
from cact_tui.psychometrics.checks import above, ascending, below, finite
from cact_tui.psychometrics.examinees import Examinees

REACH = 8.0
"""Suprema of likelihoods are looked for between -8 and 8, and as far around the cuts."""
STEP = 0.01
"""Their grid; at a test information of 50 they are off by less than 0.001 in the logarithm."""


def _some_cuts(_rule: object, _field: object, cuts: tuple[float, ...]) -> None:
    if not cuts:
        raise ValueError("cuts is empty.", "Give the cut points of theta that matter.")


@attrs.frozen(kw_only=True)
class SequentialRatio:
    """Wald's sequential probability ratio test at each cut (Reckase 1983; Eggen 1999), "SPRT".

    With l = log L(cut + delta) - log L(cut - delta) a cut is decided when

        l >= log((1 - beta) / alpha): above,    l <= log(beta / (1 - alpha)): below

    Attributes:
        cuts: Points of theta, ascending.
        delta: Half the width of the zone of indifference around each cut, above 0.
        alpha: The accepted chance to call an examinee at cut - delta above, in (0, 0.5).
        beta: The accepted chance to call an examinee at cut + delta below, in (0, 0.5).
    """

    name: ClassVar[str] = "sprt"

    cuts: tuple[float, ...] = attrs.field(validator=[_some_cuts, ascending])
    delta: float = attrs.field(default=0.2, validator=[finite, above(0)])
    alpha: float = attrs.field(default=0.05, validator=[above(0), below(0.5)])
    beta: float = attrs.field(default=0.05, validator=[above(0), below(0.5)])

    def met(self, examinees: Examinees) -> BoolArray:
        """Return whether all cuts are decided, (E,)."""
        return _decided(self.ratios(examinees), self.alpha, self.beta)

    def ratios(self, examinees: Examinees) -> FloatArray:
        """Return the log likelihood ratio at each cut, (E, C)."""
        cuts = np.array(self.cuts)
        points = np.concatenate((cuts - self.delta, cuts + self.delta))
        logs = examinees.pool.log_likelihood(examinees.items, examinees.categories, points)
        return np.asarray(logs[:, len(cuts) :] - logs[:, : len(cuts)])


@attrs.frozen(kw_only=True)
class GeneralizedRatio:
    """The generalized likelihood ratio test at each cut (Thompson 2009; Huang 2004), "GLR".

    As `SequentialRatio`, with the largest likelihoods beyond the zone of indifference,

        l = log max of L(theta >= cut + delta) - log max of L(theta <= cut - delta)

    so that an examinee far from a cut is decided upon earlier. The settings are the same.
    """

    name: ClassVar[str] = "glr"

    cuts: tuple[float, ...] = attrs.field(validator=[_some_cuts, ascending])
    delta: float = attrs.field(default=0.2, validator=[finite, above(0)])
    alpha: float = attrs.field(default=0.05, validator=[above(0), below(0.5)])
    beta: float = attrs.field(default=0.05, validator=[above(0), below(0.5)])

    def met(self, examinees: Examinees) -> BoolArray:
        """Return whether all cuts are decided, (E,)."""
        return _decided(self.ratios(examinees), self.alpha, self.beta)

    def ratios(self, examinees: Examinees) -> FloatArray:
        """Return the log ratio of the suprema at each cut, (E, C); it may be infinite."""
        grid = _grid(self.cuts, self.delta)
        likelihood = examinees.likelihood(grid)
        with np.errstate(divide="ignore"):
            return np.stack(
                [
                    np.log(likelihood[:, grid >= cut + self.delta].max(axis=1))
                    - np.log(likelihood[:, grid <= cut - self.delta].max(axis=1))
                    for cut in self.cuts
                ],
                axis=1,
            )


@lru_cache(maxsize=64)
def _grid(cuts: tuple[float, ...], delta: float) -> FloatArray:
    """Return points of theta, ascending, with the ends of all zones of indifference among them."""
    low, high = min(-REACH, cuts[0] - REACH), max(REACH, cuts[-1] + REACH)
    points = np.arange(low, high + STEP / 2, STEP)
    ends = [cut + side * delta for cut in cuts for side in (-1.0, 1.0)]
    return read_only(np.unique(np.concatenate((points, ends))))


def _decided(ratios: FloatArray, alpha: float, beta: float) -> BoolArray:
    upper, lower = np.log((1.0 - beta) / alpha), np.log(beta / (1.0 - alpha))
    return np.asarray(((ratios >= upper) | (ratios <= lower)).all(axis=1))


@attrs.frozen(kw_only=True)
class ConfidenceInterval:
    """No cut lies in the confidence interval of theta (Kingsbury & Weiss 1983).

    The interval is theta -+ z se with z the normal quantile of (1 + confidence) / 2.

    Attributes:
        cuts: Points of theta, ascending.
        confidence: The coverage of the interval, between 0 and 1.
    """

    name: ClassVar[str] = "confidence_interval"

    cuts: tuple[float, ...] = attrs.field(validator=[_some_cuts, ascending])
    confidence: float = attrs.field(default=0.95, validator=[above(0), below(1)])

    def met(self, examinees: Examinees) -> BoolArray:
        """Return whether all cuts lie outside, (E,)."""
        z = NormalDist().inv_cdf(0.5 * (1.0 + self.confidence))
        distance = np.abs(examinees.theta[:, None] - np.array(self.cuts))
        return np.asarray((distance > z * examinees.se[:, None]).all(axis=1))
