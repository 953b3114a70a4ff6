"""Muraki's generalised partial credit model.

With b_t the step from category t - 1 to t (Muraki 1992, eq. 4; categories 0..m, empty sum = 0):

    P_k = exp(V_k) / sum over j of exp(V_j),    V_k = sum over t <= k of D a (theta - b_t)
    d log P_k / d theta = D a (k - E),          E = sum over k of k P_k
    d2 log P_k / d theta2 = -(D a)^2 V,         V = sum over k of (k - E)^2 P_k
    I = (D a)^2 V

The steps need not ascend. catR's rows (alpha, delta_1, ..., delta_m) are (a, b_1, ..., b_m); mirt's
(a1, ak_k = k, d_1, ..., d_m) convert by b_t = -(d_t - d_(t-1)) / a1, d_0 = 0, with D = 1.
"""

from collections.abc import Sequence

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.models.parameters import (
    key_problems,
    number_problems,
    slope_problems,
    slope_then_thresholds,
    thresholds,
    thresholds_problems,
)
from cact_tui.psychometrics.problems import ParameterProblem
from cact_tui.psychometrics.protocols import Parameters


@attrs.frozen
class GeneralizedPartialCreditModel:
    """The generalised partial credit model with the parameters a and b = [b1, ..., bm]."""

    name: str = "GPCM"

    def problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return all that is wrong: keys, finite numbers, a > 0."""
        return (
            *key_problems(parameters, ("a", "b"), self.name),
            *number_problems(parameters, ("a",)),
            *slope_problems(parameters),
            *thresholds_problems(parameters),
        )

    def n_categories(self, parameters: Parameters) -> int:
        """Return m + 1."""
        return len(thresholds(parameters)) + 1

    def pack(self, parameters: Sequence[Parameters]) -> FloatArray:
        """Return rows (a, b1, ..., bm), shape (n, 1 + m)."""
        return np.array([slope_then_thresholds(item) for item in parameters], dtype=np.float64)

    def probabilities(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return P_0, ..., P_m, shape (..., m + 1)."""
        steps = _slope(packed, D) * (np.asarray(theta)[..., None] - packed[..., 1:])
        logits = np.concatenate((np.zeros_like(steps[..., :1]), steps.cumsum(axis=-1)), axis=-1)
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=-1, keepdims=True))

    def log_derivatives(
        self, packed: FloatArray, theta: FloatArray, D: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the first and second derivative of log P_k, shapes (..., m + 1)."""
        deviations, variance = _moments(self.probabilities(packed, theta, D))
        slope = _slope(packed, D)
        bends = np.broadcast_to(-(slope**2) * variance[..., None], deviations.shape)
        return slope * deviations, bends

    def information(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return (D a)^2 times the variance of the category, shape (...)."""
        _, variance = _moments(self.probabilities(packed, theta, D))
        return np.asarray((D * packed[..., 0]) ** 2 * variance)


def _slope(packed: FloatArray, D: FloatArray) -> FloatArray:
    """Return D a, shape (..., 1)."""
    return np.asarray(D * packed[..., 0])[..., None]


def _moments(chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return k - E, shape (..., K), and the variance of k, shape (...)."""
    categories = np.arange(chances.shape[-1])
    deviations = categories - (chances * categories).sum(axis=-1, keepdims=True)
    return deviations, (chances * deviations**2).sum(axis=-1)


GPCM = GeneralizedPartialCreditModel()
