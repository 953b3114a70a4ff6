"""How much each item is worth as the next one."""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees


@attrs.frozen
class MaximumInformation:
    """Maximum Fisher information at the interim estimate (Lord 1980, chapter 10)."""

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the expected information of each item at theta, (E, n); nothing is drawn."""
        return examinees.pool.information(examinees.theta)


@attrs.frozen
class RandomSelection:
    """Every item is as good as any other: the order is drawn."""

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        """Return a figure in [0, 1) hashed from the draw and the item's position, (E, n)."""
        return hashed(draw, np.arange(len(examinees.pool)))
