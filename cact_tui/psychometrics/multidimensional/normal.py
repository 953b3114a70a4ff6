"""The multivariate normal distribution: the prior of several scales."""

from functools import cached_property
from typing import Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, read_only

SYMMETRY = 1e-12
"""Elements that mirror each other may differ by this much."""


def _array(values: object) -> FloatArray:
    return read_only(np.array(values, dtype=np.float64))


@attrs.frozen(kw_only=True, eq=False)
class MultivariateNormal:
    """N(mean, covariance) in s dimensions.

    Attributes:
        mean: The means, (s,).
        covariance: Symmetric and positive definite, (s, s).
    """

    mean: FloatArray = attrs.field(converter=_array)
    covariance: FloatArray = attrs.field(converter=_array)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no covariance matrix.

        Raises:
            ValueError: (message, cure), as the checks of all rules.
        """
        s = len(self.mean)
        if self.covariance.shape != (s, s) or not np.isfinite(self.covariance).all():
            raise ValueError(f"covariance is no {s} by {s} matrix of numbers.", "Check its rows.")
        if np.abs(self.covariance - self.covariance.T).max() > SYMMETRY:
            raise ValueError("covariance is not symmetric.", "Give the same figure twice.")
        if np.linalg.eigvalsh(self.covariance)[0] <= 0:
            raise ValueError("covariance is not positive definite.", "Check the correlations.")

    @classmethod
    def standard(cls, correlations: FloatArray) -> Self:
        """Return the distribution with means 0, variances 1 and these correlations, (s, s)."""
        return cls(mean=np.zeros(len(correlations)), covariance=correlations)

    def __len__(self) -> int:
        return len(self.mean)

    @cached_property
    def precision(self) -> FloatArray:
        """The inverse of the covariance, (s, s)."""
        inverse = np.linalg.inv(self.covariance)
        return read_only(0.5 * (inverse + inverse.T))

    @cached_property
    def sd(self) -> FloatArray:
        """The standard deviations, (s,)."""
        return read_only(np.sqrt(np.diagonal(self.covariance)))

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return -(theta - mean)' precision (theta - mean) / 2, the log density up to a constant.

        Args:
            theta: Points, (..., s); the answer is (...).
        """
        away = theta - self.mean
        return np.asarray(-0.5 * ((away @ self.precision) * away).sum(axis=-1))


def diagonal(matrices: FloatArray) -> FloatArray:
    """Return the diagonals of square matrices, (..., s, s) to (..., s)."""
    return np.asarray(np.diagonal(matrices, axis1=-2, axis2=-1))
