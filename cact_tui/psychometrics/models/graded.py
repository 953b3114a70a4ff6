"""Samejima's graded response model, and Muraki's modification of it for rating scales.

With z_k = D a (theta - b_k), L_k = 1 / (1 + exp(-z_k)), M_k = 1 - L_k, L_0 = 1, L_(m+1) = 0
(Samejima 1969, eq. 2-5; categories 0..m, b ascending):

    P_k = L_k - L_(k+1) = L_k M_(k+1) (1 - exp(-D a (b_(k+1) - b_k)))
    d log P_k / d theta = D a (M_k - L_(k+1))
    d2 log P_k / d theta2 = -(D a)^2 (L_k M_k + L_(k+1) M_(k+1))
    I = sum over k of P_k (d log P_k / d theta)^2

The product form of P_k keeps every digit in the tails, where the difference cancels.

The MGRM (Muraki 1990) parts the thresholds into the item's place and the rating scale's, which all
items of one scale share: b_k = b - c_k, with c descending.

Conversions. GRM: catR's rows (alpha, beta_1, ..., beta_m) are (a, b_1, ..., b_m); mirt's
``graded`` (a1, d_1, ..., d_m) is a = a1, b_k = -d_k / a1. MGRM: catR's rows (alpha, b, c_1, ...,
c_m) are (a, b, c_1, ..., c_m); mirt's ``grsm`` (a1, d_1, ..., d_m, c) is a = a1, b = -c / a1,
c_k = d_k / a1. mirt has D = 1.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.models.logistic import logistic_pair
from cact_tui.psychometrics.models.parameters import (
    key_problems,
    list_problems,
    number,
    number_problems,
    numbers,
    order_problems,
    slope_problems,
)
from cact_tui.psychometrics.problems import ParameterProblem
from cact_tui.psychometrics.protocols import Parameters

ABOVE_LOWEST = "category above the lowest"


@attrs.frozen
class GradedResponseModel:
    """The graded response model.

    GRM: a and b = [b1, ..., bm], ascending. MGRM: a, b and c = [c1, ..., cm], descending.
    """

    name: Literal["GRM", "MGRM"]

    def problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return all that is wrong: keys, finite numbers, a > 0, order of the thresholds."""
        keys, listed = (("a", "b"), "b") if self.name == "GRM" else (("a", "b", "c"), "c")
        plain = (
            *key_problems(parameters, keys, self.name),
            *number_problems(parameters, keys[:-1]),
            *slope_problems(parameters),
            *list_problems(parameters, listed, ABOVE_LOWEST),
            *order_problems(parameters, listed, ascending=self.name == "GRM"),
        )
        return plain or self._rounding_problems(parameters)

    def _rounding_problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return whether thresholds b - c coincide, although c descends, because of rounding."""
        thresholds = self._thresholds(parameters)
        if all(low < high for low, high in pairwise(thresholds)):
            return ()
        return (
            ParameterProblem(
                key="c",
                message=f"is {list(numbers(parameters, 'c'))!r}; two thresholds b - c coincide.",
                cure="Merge the categories whose c lie so near together.",
            ),
        )

    def n_categories(self, parameters: Parameters) -> int:
        """Return m + 1."""
        return len(self._thresholds(parameters)) + 1

    def pack(self, parameters: Sequence[Parameters]) -> FloatArray:
        """Return rows (a, b_1, ..., b_m), shape (n, 1 + m), for both models."""
        rows = [(number(item, "a"), *self._thresholds(item)) for item in parameters]
        return np.array(rows, dtype=np.float64)

    def _thresholds(self, parameters: Parameters) -> Sequence[float]:
        if self.name == "GRM":
            return numbers(parameters, "b")
        place = number(parameters, "b")
        return [place - distance for distance in numbers(parameters, "c")]

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
        """Return the sum of P_k (d log P_k / d theta)^2, shape (...).

        Boundary by boundary, with P_k = L_k M_(k+1) - M_k L_(k+1).
        """
        slope = np.asarray(D * packed[..., 0])
        upper, lower = np.ones_like(slope), np.zeros_like(slope)
        total: FloatArray = 0.0 * slope
        for threshold in range(1, packed.shape[-1]):
            above, below = logistic_pair(slope * (theta - packed[..., threshold]))
            total = total + (upper * below - lower * above) * (lower - above) ** 2
            upper, lower = above, below
        return np.asarray((total + upper * lower**2) * slope**2)


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


GRM = GradedResponseModel("GRM")
MGRM = GradedResponseModel("MGRM")
