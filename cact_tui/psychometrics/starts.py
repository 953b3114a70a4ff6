"""Where a test begins."""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.checks import above_field, finite


@attrs.frozen
class FixedStart:
    """Every examinee begins at the same theta."""

    _theta: float = attrs.field(default=0.0, validator=finite)

    def theta(self, draw: FloatArray) -> FloatArray:
        """Return the fixed theta for each of the draws, (E,)."""
        return np.full_like(draw, self._theta)


@attrs.frozen(kw_only=True)
class RandomStart:
    """Every examinee begins at a theta drawn uniformly from [low, high)."""

    low: float = attrs.field(default=-0.5, validator=finite)
    high: float = attrs.field(default=0.5, validator=[finite, above_field("low")])

    def theta(self, draw: FloatArray) -> FloatArray:
        """Return low + (high - low) draw, (E,)."""
        return self.low + (self.high - self.low) * draw
