"""Stop rules of precision: enough of it is reached, or no more is to be had."""

from typing import ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray
from cact_tui.psychometrics.checks import above, finite
from cact_tui.psychometrics.examinees import Examinees


@attrs.frozen
class StandardErrorAtMost:
    """The standard error of the interim estimate is small enough."""

    name: ClassVar[str] = "se"

    at_most: float = attrs.field(validator=[finite, above(0)])

    def met(self, examinees: Examinees) -> BoolArray:
        """Return whether se <= at_most, (E,)."""
        return np.asarray(examinees.se <= self.at_most)


@attrs.frozen
class MinimumInformation:
    """No item that is left gives enough information (Dodd, Koch & De Ayala 1993).

    Looked at are all open items; what exposure control holds back counts as left.

    Attributes:
        below: The test may end when all items left give less than this at the interim estimate.
    """

    name: ClassVar[str] = "minimum_information"

    below: float = attrs.field(validator=[finite, above(0)])

    def met(self, examinees: Examinees) -> BoolArray:
        """Return whether the largest information of the open items is below the bound, (E,)."""
        information = examinees.pool.information(examinees.theta)
        left = np.where(examinees.open_items, information, 0.0)
        return np.asarray(left.max(axis=1, initial=0.0) < self.below)


@attrs.frozen
class ThetaChange:
    """The last scored answer moved the interim estimate by little.

    Attributes:
        at_most: The largest distance from the estimate before.
    """

    name: ClassVar[str] = "theta_change"

    at_most: float = attrs.field(validator=[finite, above(0)])

    def met(self, examinees: Examinees) -> BoolArray:
        """Return whether |theta - theta before| <= at_most, (E,); False before two scored answers.

        The first answer moves the estimate from the start, which is no estimate.
        """
        if examinees.before is None:
            return np.zeros(len(examinees), dtype=np.bool_)
        last = np.maximum(examinees.counts - 1, 0)
        scored = examinees.categories >= 0
        enough = scored.sum(axis=1) > 1
        if scored.shape[1]:
            enough &= scored[np.arange(len(examinees)), last]
        return np.asarray(enough & (np.abs(examinees.theta - examinees.before) <= self.at_most))
