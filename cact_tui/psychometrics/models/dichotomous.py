"""The logistic models with one to four parameters, for items scored 0 or 1.

With z = D a (theta - b), L = 1 / (1 + exp(-z)) and M = 1 - L (Birnbaum 1968; Barton & Lord 1981):

    P = P(X = 1 | theta) = c + (d - c) L,    Q = 1 - P = (1 - d) + (d - c) M
    P' = D a (d - c) L M,                    P'' = D a P' (M - L)
    I = P'^2 / (P Q)

The 3PL is d = 1, the 2PL also c = 0, the 1PL also a = 1; D multiplies every slope. catR's rows
(a, b, c, d) are the same; mirt's (a1, d, g, u) convert by b = -d / a1, c = g, d = u, with D = 1.
"""

from collections.abc import Sequence
from typing import cast

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.models.logistic import LARGEST_LOGIT, logistic_pair
from cact_tui.psychometrics.models.parameters import (
    is_number,
    key_problems,
    number_problems,
    slope_problems,
)
from cact_tui.psychometrics.problems import ParameterProblem
from cact_tui.psychometrics.protocols import Parameters

DEFAULTS = {"a": 1.0, "b": 0.0, "c": 0.0, "d": 1.0}


@attrs.frozen
class LogisticModel:
    """A logistic model that reads the parameters ``keys`` and fixes the others."""

    name: str
    keys: tuple[str, ...]

    def problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return all that is wrong: keys, finite numbers, a > 0, 0 <= c < d <= 1."""
        return (
            *key_problems(parameters, self.keys, self.name),
            *number_problems(parameters, self.keys),
            *slope_problems(parameters),
            *self._asymptote_problems(parameters),
        )

    def _asymptote_problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        lower, upper = (parameters.get(key, DEFAULTS[key]) for key in ("c", "d"))
        if not is_number(lower) or not is_number(upper) or 0 <= lower < upper <= 1:
            return ()
        key = "c" if not 0 <= lower < 1 or "d" not in self.keys else "d"
        return (
            ParameterProblem(
                key=key,
                message=f"is {parameters[key]!r}; the asymptotes must keep 0 <= c < d <= 1.",
                cure="Give c as the chance of guessing right and d as the most that P can reach.",
            ),
        )

    def n_categories(self, parameters: Parameters) -> int:  # noqa: ARG002 - the same for all
        """Return 2: wrong and right."""
        return 2

    def pack(self, parameters: Sequence[Parameters]) -> FloatArray:
        """Return rows (a, b, c, d), shape (n, 4)."""
        rows = [
            [cast("float", item.get(key, DEFAULTS[key])) for key in "abcd"] for item in parameters
        ]
        return np.array(rows, dtype=np.float64).reshape(-1, 4)

    def probabilities(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return (Q, P), shape (..., 2)."""
        _, _, _, right, wrong = _curve(packed, theta, D)
        chances = np.empty((*right.shape, 2))
        chances[..., 0], chances[..., 1] = wrong, right
        return chances

    def log_derivatives(
        self, packed: FloatArray, theta: FloatArray, D: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return (-P'/Q, P'/P) and (-P''/Q - (P'/Q)^2, P''/P - (P'/P)^2), shapes (..., 2)."""
        upper, lower, slope, right, wrong = _curve(packed, theta, D)
        spread = packed[..., 3] - packed[..., 2]
        first = slope * spread * upper * lower
        second = slope * first * (lower - upper)
        scores = np.empty((*first.shape, 2))
        scores[..., 0], scores[..., 1] = -first / wrong, first / right
        bends = -(scores**2)
        bends[..., 0] -= second / wrong
        bends[..., 1] += second / right
        return scores, bends

    def information(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return I = P'^2 / (P Q), shape (...), in as few passes over memory as will do."""
        a, b, c, d = packed[..., 0], packed[..., 1], packed[..., 2], packed[..., 3]
        slope, spread = D * a, d - c
        lower = np.asarray(slope * (b - theta))
        np.minimum(lower, LARGEST_LOGIT, out=lower)
        np.maximum(lower, -LARGEST_LOGIT, out=lower)
        np.exp(lower, out=lower)
        upper = 1.0 / (1.0 + lower)
        lower *= upper
        first = slope * spread * upper
        first *= lower
        right, wrong = upper, lower
        right *= spread
        right += c
        wrong *= spread
        wrong += 1.0 - d
        first *= first
        right *= wrong
        first /= right
        return first


def _curve(
    packed: FloatArray, theta: FloatArray, D: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return L, M, D a, P and Q; P and Q are never 0, because the logit is held within +-700."""
    a, b, c, d = (packed[..., column] for column in range(4))
    slope = D * a
    upper, lower = logistic_pair(slope * (theta - b))
    spread = d - c
    return upper, lower, slope, c + spread * upper, (1.0 - d) + spread * lower


ONE_PL = LogisticModel("1PL", ("b",))
TWO_PL = LogisticModel("2PL", ("a", "b"))
THREE_PL = LogisticModel("3PL", ("a", "b", "c"))
FOUR_PL = LogisticModel("4PL", ("a", "b", "c", "d"))
