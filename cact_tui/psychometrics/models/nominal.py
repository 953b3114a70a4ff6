"""Bock's nominal response model, whose categories need not be ordered.

With a_0 = c_0 = 0 (Bock 1972, eq. 1, with the lowest category as reference; categories 0..m):

    P_k = exp(Z_k) / sum over j of exp(Z_j),    Z_k = a_k theta + c_k
    d log P_k / d theta = a_k - E,              E = sum over k of a_k P_k
    d2 log P_k / d theta2 = -V,                 V = sum over k of (a_k - E)^2 P_k
    I = V

Slopes may have any sign: the category with the largest a (0 among them) gains from a rising theta,
not the one with the largest number. D is not used: a_k and c_k are slopes and intercepts of the
logit as they stand, and a scaling constant would leave them without one meaning. catR ignores D
here, too.

Conversions. catR's rows (alpha_1, c_1, ..., alpha_m, c_m) are (a_1, c_1, ..., a_m, c_m). mirt's
``nominal`` (a1, ak_0, ..., ak_m, d_0, ..., d_m) is a_k = a1 (ak_k - ak_0), c_k = d_k - d_0; Bock's
own zero-sum parameters convert likewise, a_k - a_0 and c_k - c_0. The GPCM is a_k = k D a,
c_k = -D a (b_1 + ... + b_k).
"""

from collections.abc import Sequence

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray
from cact_tui.psychometrics.models.parameters import (
    is_list,
    key_problems,
    list_problems,
    numbers,
)
from cact_tui.psychometrics.problems import ParameterProblem
from cact_tui.psychometrics.protocols import Parameters

ABOVE_FIRST = "category but the first"


@attrs.frozen
class NominalResponseModel:
    """The nominal response model with a = [a1, ..., am] and c = [c1, ..., cm]."""

    name: str = "NRM"

    def problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return all that is wrong: keys, finite numbers, unequal lengths, no slope at all."""
        return (
            *key_problems(parameters, ("a", "c"), self.name),
            *list_problems(parameters, "a", ABOVE_FIRST),
            *list_problems(parameters, "c", ABOVE_FIRST),
            *_shape_problems(parameters),
        )

    def n_categories(self, parameters: Parameters) -> int:
        """Return m + 1."""
        return len(numbers(parameters, "a")) + 1

    def pack(self, parameters: Sequence[Parameters]) -> FloatArray:
        """Return rows (a_1, ..., a_m, c_1, ..., c_m), shape (n, 2 m)."""
        rows = [(*numbers(item, "a"), *numbers(item, "c")) for item in parameters]
        return np.array(rows, dtype=np.float64)

    def extremes(self, packed: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Return the categories that gain from theta without end, downwards and upwards.

        They are those of the smallest and of the largest slope; their log probabilities fall, or
        rise, everywhere. Shapes (..., K).
        """
        slopes = _slopes(packed)
        lowest, highest = slopes.min(axis=-1, keepdims=True), slopes.max(axis=-1, keepdims=True)
        return slopes == lowest, slopes == highest

    def probabilities(
        self,
        packed: FloatArray,
        theta: FloatArray,
        D: FloatArray,  # noqa: ARG002 - see above
    ) -> FloatArray:
        """Return P_0, ..., P_m, shape (..., m + 1); D is not used."""
        slopes = _slopes(packed)
        m = slopes.shape[-1] - 1
        logits = slopes * np.asarray(theta)[..., None]
        logits[..., 1:] += packed[..., m:]
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=-1, keepdims=True))

    def log_derivatives(
        self, packed: FloatArray, theta: FloatArray, D: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the first and second derivative of log P_k, shapes (..., m + 1)."""
        deviations, variance = self._moments(packed, theta, D)
        return deviations, np.broadcast_to(-variance[..., None], deviations.shape)

    def information(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return the variance of the slope, shape (...)."""
        return self._moments(packed, theta, D)[1]

    def _moments(
        self, packed: FloatArray, theta: FloatArray, D: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return a_k - E, shape (..., K), and V, shape (...)."""
        chances, slopes = self.probabilities(packed, theta, D), _slopes(packed)
        deviations = slopes - (chances * slopes).sum(axis=-1, keepdims=True)
        return deviations, (chances * deviations**2).sum(axis=-1)


def _slopes(packed: FloatArray) -> FloatArray:
    """Return a_0 = 0, a_1, ..., a_m, shape (..., m + 1)."""
    m = packed.shape[-1] // 2
    return np.concatenate((np.zeros_like(packed[..., :1]), packed[..., :m]), axis=-1)


def _shape_problems(parameters: Parameters) -> tuple[ParameterProblem, ...]:
    slopes, intercepts = parameters.get("a"), parameters.get("c")
    if not is_list(slopes) or not is_list(intercepts):
        return ()
    if len(slopes) != len(intercepts):
        return (
            ParameterProblem(
                key="c",
                message=f"has {len(intercepts)} numbers, but a has {len(slopes)}.",
                cure="Give a slope and an intercept for each category but the first.",
            ),
        )
    if any(slopes):
        return ()
    return (
        ParameterProblem(
            key="a",
            message=f"is {list(slopes)!r}; without any slope the item says nothing of theta.",
            cure="Give the slopes that were estimated, or leave the item out.",
        ),
    )


NRM = NominalResponseModel()
