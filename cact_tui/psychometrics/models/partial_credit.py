"""The partial credit models: Muraki's generalised one, Masters' and Andrich's rating scale.

With b_t the step from category t - 1 to t (Muraki 1992, eq. 4; categories 0..m, empty sum = 0):

    P_k = exp(V_k) / sum over j of exp(V_j),    V_k = sum over t <= k of D a (theta - b_t)
    d log P_k / d theta = D a (k - E),          E = sum over k of k P_k
    d2 log P_k / d theta2 = -(D a)^2 V,         V = sum over k of (k - E)^2 P_k
    I = (D a)^2 V

The PCM is a = 1 (Masters 1982, eq. 7). The RSM is a = 1 and b_t = b + s_t, where the steps s are
those of the rating scale, which all its items share (Andrich 1978, eq. 16). Steps need not ascend.

Conversions. catR's rows are ours: GPCM (alpha, delta_1, ..., delta_m) = (a, b_1, ..., b_m), PCM
(delta_1, ..., delta_m) = (b_1, ..., b_m), RSM (lambda, delta_1, ..., delta_m) = (b, s_1, ..., s_m).
mirt's ``gpcm`` (a1, ak_k = k, d_1, ..., d_m) is a = a1, b_t = -(d_t - d_(t-1)) / a1, d_0 = 0; its
``Rasch`` items of several categories are the same with a1 = 1. Its ``rsm`` adds c to each of d_1,
..., d_m, which moves the first step alone: take such items as PCM with these d. mirt has D = 1.
"""

from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.models.parameters import (
    key_problems,
    list_problems,
    number,
    number_problems,
    numbers,
    slope_problems,
)
from cact_tui.psychometrics.problems import ParameterProblem
from cact_tui.psychometrics.protocols import Parameters

ABOVE_LOWEST = "category above the lowest"


@attrs.frozen
class PartialCreditModel:
    """A partial credit model.

    GPCM: a and b = [b1, ..., bm]. PCM: b = [b1, ..., bm]. RSM: b and steps = [s1, ..., sm].
    """

    name: Literal["GPCM", "PCM", "RSM"]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the parameters; the last is the list of steps."""
        return {"GPCM": ("a", "b"), "PCM": ("b",), "RSM": ("b", "steps")}[self.name]

    def problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return all that is wrong: keys, finite numbers, a > 0."""
        return (
            *key_problems(parameters, self.keys, self.name),
            *number_problems(parameters, self.keys[:-1]),
            *slope_problems(parameters),
            *list_problems(parameters, self.keys[-1], ABOVE_LOWEST),
        )

    def n_categories(self, parameters: Parameters) -> int:
        """Return m + 1."""
        return len(numbers(parameters, self.keys[-1])) + 1

    def pack(self, parameters: Sequence[Parameters]) -> FloatArray:
        """Return rows (a, b_1, ..., b_m), shape (n, 1 + m), for all three models."""
        return np.array([self._row(item) for item in parameters], dtype=np.float64)

    def _row(self, parameters: Parameters) -> tuple[float, ...]:
        slope = number(parameters, "a") if "a" in self.keys else 1.0
        place = number(parameters, "b") if self.name == "RSM" else 0.0
        return (slope, *(place + step for step in numbers(parameters, self.keys[-1])))

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


GPCM = PartialCreditModel("GPCM")
PCM = PartialCreditModel("PCM")
RSM = PartialCreditModel("RSM")
