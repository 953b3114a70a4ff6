"""Items of one model and one number of categories, estimated together."""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.kernels import Kernel


@attrs.frozen(kw_only=True)
class ItemPriors:
    """Independent normal priors of the parameters of J items; precision 0 is none.

    Attributes:
        means: (J, p).
        precisions: (J, p).
    """

    means: FloatArray
    precisions: FloatArray

    def log_density(self, xi: FloatArray) -> FloatArray:
        """Return the log density of each item up to a constant, (J,)."""
        return np.asarray(-0.5 * (self.precisions * (xi - self.means) ** 2).sum(axis=1))

    def gradient(self, xi: FloatArray) -> FloatArray:
        """Return the derivative of the log density, (J, p)."""
        return -self.precisions * (xi - self.means)


@attrs.frozen(kw_only=True, eq=False)
class Block:
    """J items of one model and one number of categories.

    Attributes:
        kernel: Their model.
        items: Their positions among all items, (J,).
        cells: Their cells, (J, K).
        D: Their scaling constants, (J,).
        priors: Priors of their parameters.
    """

    kernel: Kernel
    items: IntArray
    cells: IntArray
    D: FloatArray
    priors: ItemPriors

    @property
    def size(self) -> int:
        """The number of parameters of an item, p."""
        return int(self.priors.means.shape[1])

    def log_probabilities(self, xi: FloatArray, theta: FloatArray) -> FloatArray:
        """Return log P, (J, K, Q)."""
        return self.kernel.log_probabilities(xi, theta, self.D)

    def scores(self, xi: FloatArray, theta: FloatArray) -> FloatArray:
        """Return d log P / d xi, (J, p, K, Q)."""
        return self.kernel.scores(xi, theta, self.D)

    def objective(self, xi: FloatArray, theta: FloatArray, counts: FloatArray) -> FloatArray:
        """Return the expected log-likelihood with the prior, (J,); -inf where xi is no point."""
        logs = self.log_probabilities(xi, theta)
        with np.errstate(invalid="ignore"):
            values = (counts * logs).sum(axis=(1, 2)) + self.priors.log_density(xi)
        return np.where(np.isfinite(values), values, -np.inf)
