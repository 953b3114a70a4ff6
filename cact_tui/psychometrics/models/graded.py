"""Samejima's graded response model.

With z_k = D a (theta - b_k), L_k = 1 / (1 + exp(-z_k)), M_k = 1 - L_k, L_0 = 1, L_(m+1) = 0
(Samejima 1969, eq. 2-5; categories 0..m, b ascending):

    P_k = L_k - L_(k+1) = L_k M_(k+1) (1 - exp(-D a (b_(k+1) - b_k)))
    d log P_k / d theta = D a (M_k - L_(k+1))
    d2 log P_k / d theta2 = -(D a)^2 (L_k M_k + L_(k+1) M_(k+1))
    I = sum over k of P_k (d log P_k / d theta)^2

The product form of P_k keeps every digit in the tails, where the difference cancels. catR's rows
(alpha, beta_1, ..., beta_m) are (a, b_1, ..., b_m); mirt's (a1, d_1, ..., d_m) convert by
b_k = -d_k / a1, with D = 1.
"""

from collections.abc import Sequence

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.models.logistic import logistic_pair
from cact_tui.psychometrics.models.parameters import (
    ascending_problems,
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
class GradedResponseModel:
    """The graded response model with the parameters a and b = [b1, ..., bm]."""

    name: str = "GRM"

    def problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return all that is wrong: keys, finite numbers, a > 0, b strictly ascending."""
        return (
            *key_problems(parameters, ("a", "b"), self.name),
            *number_problems(parameters, ("a",)),
            *slope_problems(parameters),
            *thresholds_problems(parameters),
            *ascending_problems(parameters),
        )

    def n_categories(self, parameters: Parameters) -> int:
        """Return m + 1."""
        return len(thresholds(parameters)) + 1

    def pack(self, parameters: Sequence[Parameters]) -> FloatArray:
        """Return rows (a, b1, ..., bm), shape (n, 1 + m)."""
        return np.array([slope_then_thresholds(item) for item in parameters], dtype=np.float64)

    def probabilities(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return P_0, ..., P_m, shape (..., m + 1)."""
        upper, lower, slope = _boundaries(packed, theta, D)
        gaps = np.diff(packed[..., 1:], axis=-1)
        chances = upper[..., :-1] * lower[..., 1:]
        chances[..., 1:-1] *= -np.expm1(-slope * gaps)
        return chances

    def log_derivatives(
        self, packed: FloatArray, theta: FloatArray, D: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the first and second derivative of log P_k, shapes (..., m + 1)."""
        upper, lower, slope = _boundaries(packed, theta, D)
        width = upper * lower
        scores = slope * (lower[..., :-1] - upper[..., 1:])
        return scores, -(slope**2) * (width[..., :-1] + width[..., 1:])

    def information(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return the sum of P_k (d log P_k / d theta)^2, shape (...)."""
        scores, _ = self.log_derivatives(packed, theta, D)
        return np.asarray((self.probabilities(packed, theta, D) * scores**2).sum(axis=-1))


def _boundaries(
    packed: FloatArray, theta: FloatArray, D: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return L_0..L_(m+1) and M_0..M_(m+1), shapes (..., m + 2), and D a, shape (..., 1)."""
    slope = np.asarray(D * packed[..., 0])[..., None]
    inner, outer = logistic_pair(slope * (np.asarray(theta)[..., None] - packed[..., 1:]))
    one = np.ones((*inner.shape[:-1], 1))
    zero = np.zeros_like(one)
    upper = np.concatenate((one, inner, zero), axis=-1)
    lower = np.concatenate((zero, outer, one), axis=-1)
    return upper, lower, slope


GRM = GradedResponseModel()
