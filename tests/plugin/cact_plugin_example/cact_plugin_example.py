"""A whole plug-in: a selector that prefers items informative near a theta of its own choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    from cact_tui.psychometrics.arrays import FloatArray
    from cact_tui.psychometrics.examinees import Examinees


@attrs.frozen
class ClosestInformation:
    """Scores items by their information at theta + shift."""

    shift: float = 0.0

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        """Return the information at the shifted estimates, (E, n)."""
        del draw  # nothing here is random
        return np.asarray(examinees.pool.information(examinees.theta + self.shift))
