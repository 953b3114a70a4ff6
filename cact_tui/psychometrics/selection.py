"""How much each item is worth as the next one."""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool


@attrs.frozen
class MaximumInformation:
    """Maximum Fisher information at the interim estimate (Lord 1980, chapter 10)."""

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the expected information of each item at theta, (E, n); nothing is drawn."""
        return self.curves(examinees.pool, examinees.theta)

    def curves(self, pool: Pool, theta: FloatArray) -> FloatArray:
        """Return the expected information of all items at points of theta, (T, n)."""
        return pool.information(theta)

    def values(self, pool: Pool, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return the expected information of each examinee's own items, (E, W)."""
        return pool.information_at(items, theta)


@attrs.frozen
class RandomSelection:
    """Every item is as good as any other: the order is drawn."""

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        """Return a figure in [0, 1) hashed from the draw and the item's position, (E, n)."""
        return hashed(draw, np.arange(len(examinees.pool)))
