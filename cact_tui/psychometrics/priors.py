"""Priors of theta."""

import attrs

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.checks import above, finite


@attrs.frozen
class NormalPrior:
    """The normal distribution N(mean, sd^2)."""

    mean: float = attrs.field(default=0.0, validator=finite)
    sd: float = attrs.field(default=1.0, validator=[finite, above(0)])

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return -((theta - mean) / sd)^2 / 2, the log density up to a constant."""
        return -0.5 * ((theta - self.mean) / self.sd) ** 2
