"""What an item's parameters look like to the estimation: slopes and intercepts.

The bank's parameters (a, b, c with the constant D) are what people read; likelihoods bend more
evenly in slope and intercept. A kernel evaluates log P and its derivatives with respect to the
parameters xi of J items of one model and one number of categories K = m + 1 at Q points of theta,
and says what they are in the terms of the bank.

`Kernel.log_probabilities` may return -inf where xi is no point of the model's space (thresholds of
the GRM out of order): such a point has no likelihood and is stepped back from.
"""

from typing import Protocol

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.protocols import Parameters


@attrs.frozen(kw_only=True, eq=False)
class BankTerms:
    """One parameter of an item under its key in the bank, and how it moves with xi.

    Attributes:
        key: a, b or c.
        values: The values, (v,).
        slopes: d values / d xi, (v, p); for standard errors by the delta method.
        is_list: Whether the bank writes it as a list.
    """

    key: str
    values: FloatArray
    slopes: FloatArray
    is_list: bool


class Kernel(Protocol):
    """A model as the estimation sees it: p parameters xi for each item."""

    @property
    def name(self) -> str:
        """The model's name in the bank."""

    @property
    def fixes_slope(self) -> bool:
        """Whether the slope is given, so that the spread of theta can be estimated."""

    def size(self, K: int) -> int:
        """Return p."""

    def start(self, shares: FloatArray, D: FloatArray) -> FloatArray:
        """Return starting values (J, p) from the shares of the categories, (J, K), all above 0."""

    def log_probabilities(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return log P(X = k | theta), (J, K, Q), of xi (J, p) at theta (Q,) with D (J,)."""

    def scores(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return d log P / d xi, (J, p, K, Q)."""

    def curvature(
        self, xi: FloatArray, theta: FloatArray, D: FloatArray, counts: FloatArray
    ) -> FloatArray:
        """Return the sum of counts (J, K, Q) times d2 log P / d xi2, (J, p, p)."""

    def bank_terms(self, xi: FloatArray, D: float) -> tuple[BankTerms, ...]:
        """Return the bank's parameters of one item, xi (p,)."""

    def from_bank(self, parameters: Parameters, D: float) -> FloatArray:
        """Return xi (p,) of an item with sound parameters."""


def listed(parameters: Parameters, key: str) -> FloatArray:
    """Return a parameter as a vector; a single number is one of length 1."""
    return np.atleast_1d(np.asarray(parameters[key], dtype=np.float64))


def covariances(weights: FloatArray, one: FloatArray, two: FloatArray) -> FloatArray:
    """Return the sum over k and q of weights times one and two, (J, p, p).

    Args:
        weights: (J, K, Q).
        one: (J, p, K, Q).
        two: (J, p, K, Q).
    """
    n_items, size = one.shape[:2]
    left = (one * weights[:, None]).reshape(n_items, size, -1)
    return np.asarray(left @ two.reshape(n_items, size, -1).transpose(0, 2, 1))
