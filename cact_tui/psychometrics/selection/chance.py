"""Chance: items in random order, or with chances that information decides more and more."""

from typing import ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.checks import above
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import TINY


@attrs.frozen
class RandomSelection:
    """Every item is as good as any other: the order is drawn."""

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        """Return a figure in [0, 1) hashed from the draw and the item's position, (E, n)."""
        return hashed(draw, np.arange(len(examinees.pool)))


@attrs.frozen
class Progressive:
    """Chance at the beginning, information at the end (Revuelta & Ponsoda 1998).

        score_j = (1 - w) u_j H + w I_j(theta)
        w = (1^t + ... + m^t) / (1^t + ... + (M - 1)^t)

    with u_j uniform in [0, 1), H the largest information of the items that are open, m the number
    of items shown, M the longest test, and t the speed (Barrada, Olea, Ponsoda & Abad 2008); t = 1
    is near to the original, whose weight rises with m in a straight line.

    Attributes:
        speed: t, above 0; the higher, the longer chance prevails.
    """

    ratio_scale: ClassVar[bool] = True

    speed: float = attrs.field(default=1.0, validator=above(0))

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        """Return the scores, (E, n), with u hashed from the draw and the item's position."""
        information = examinees.pool.information(examinees.theta)
        peak = np.where(examinees.open_items, information, 0.0).max(axis=1, initial=0.0)
        w = progress(examinees.counts, examinees.max_items, self.speed)
        u = hashed(draw, np.arange(len(examinees.pool)))
        return blended(information, u, peak, w)


def blended(information: FloatArray, u: FloatArray, peak: FloatArray, w: FloatArray) -> FloatArray:
    """Return (1 - w) u H + w I, (E, n), from I and u (E, n) and H and w (E,)."""
    return np.asarray(((1.0 - w) * peak)[:, None] * u + w[:, None] * information)


@attrs.frozen
class Proportional:
    """An item is drawn with chances that follow its information (Barrada et al. 2008).

        P(j) proportional to I_j(theta)^(M w)

    over the items that may come, with w and M as in `Progressive`. The draw is an argmax, so that
    the engine picks: log of the chances plus Gumbel noise, -log(-log u_j) (Yellott 1977).

    Attributes:
        speed: t of `Progressive`, above 0.
    """

    ratio_scale: ClassVar[bool] = False

    speed: float = attrs.field(default=1.0, validator=above(0))

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        """Return log chances plus noise hashed from the draw and the item's position, (E, n)."""
        information = np.maximum(examinees.pool.information(examinees.theta), TINY)
        w = progress(examinees.counts, examinees.max_items, self.speed)
        u = hashed(draw, np.arange(len(examinees.pool))) + 2.0**-54
        powers = (examinees.max_items * w)[:, None] * np.log(information)
        return np.asarray(powers - np.log(-np.log(u)))


def progress(shown: IntArray, longest: int, speed: float) -> FloatArray:
    """Return w of `Progressive`, rising from 0 for the first item to 1 for the last, (E,).

    Args:
        shown: How many items were shown, (E,).
        longest: How long the test is.
        speed: t.
    """
    steps = np.concatenate(([0.0], (np.arange(1.0, max(longest, 2)) ** speed).cumsum()))
    return np.asarray(steps[np.minimum(shown, len(steps) - 1)] / steps[-1])
