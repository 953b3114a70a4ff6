"""The three-parameter model with xi = (s, d, g): z = s theta + d, c = 1 / (1 + exp(-g)).

    P = c + (1 - c) L,    Q = (1 - c) M,    L = 1 / (1 + exp(-z)),    M = 1 - L    (Birnbaum 1968)
    dP/dz = (1 - c) L M,                    dP/dg = c (1 - c) M
    d2P/dz2 = (1 - c) L M (M - L),          d2P/dz dg = -c (1 - c) L M
    d2P/dg2 = c (1 - c) (1 - 2 c) M

In the bank a = s / D, b = -d / s and c. The logit g is what mirt estimates too; it keeps c within
(0, 1), and a normal prior on it is the usual one, for c is poorly determined by easy items.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.kernels import BankTerms, covariances, listed
from cact_tui.psychometrics.models.logistic import logistic_pair
from cact_tui.psychometrics.protocols import Parameters

STARTING_CHANCE = 0.15
LEAST_LOGIT = -12.0
"""Here c is 0 for every purpose. A lower g counts as this one and moves nothing: without a prior it
would wander off for ever."""


@attrs.frozen
class GuessingKernel:
    """The 3PL in slope, intercept and the logit of c."""

    name: str = "3PL"
    fixes_slope: bool = False

    def size(self, K: int) -> int:  # noqa: ARG002 - the same for all
        """Return 3."""
        return 3

    def start(self, shares: FloatArray, D: FloatArray) -> FloatArray:
        """Return a = 1, c = .15 and the intercept of the share right beyond chance."""
        beyond = (shares[:, 1] - STARTING_CHANCE) / (1 - STARTING_CHANCE)
        beyond = np.clip(beyond, 0.05, 0.99)
        chance = np.full_like(D, np.log(STARTING_CHANCE / (1 - STARTING_CHANCE)))
        return np.stack((D, np.log(beyond / (1 - beyond)), chance), axis=1)

    def log_probabilities(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:  # noqa: ARG002 - D is in the slope
        """Return log Q and log P, (J, 2, Q)."""
        upper, lower, chance, rest = _curve(xi, theta)
        return np.stack((np.log(rest * lower), np.log(chance + rest * upper)), axis=1)

    def scores(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:  # noqa: ARG002 - D is in the slope
        """Return d log P / d xi, (J, 3, 2, Q)."""
        upper, lower, chance, rest = _curve(xi, theta)
        by_logit = rest * upper * lower
        by_chance = chance * rest * lower * (xi[:, 2:] > LEAST_LOGIT)
        first = np.stack((by_logit * theta, by_logit, by_chance), axis=1)
        right = chance + rest * upper
        return np.stack((-first / (rest * lower)[:, None], first / right[:, None]), axis=2)

    def curvature(
        self, xi: FloatArray, theta: FloatArray, D: FloatArray, counts: FloatArray
    ) -> FloatArray:
        """Return the sum of counts times d2 log P / d xi2, (J, 3, 3)."""
        upper, lower, chance, rest = _curve(xi, theta)
        # d2 log P_k = P_k'' / P_k - (log P_k)' (log P_k)'; the Q'' are minus the P''.
        signed = counts[:, 1] / (chance + rest * upper) - counts[:, 0] / (rest * lower)
        by_logit = signed * rest * upper * lower * (lower - upper)
        mixed = -signed * chance * rest * upper * lower
        by_chance = signed * chance * rest * (1 - 2 * chance) * lower
        at_bound = xi[:, 2] <= LEAST_LOGIT
        mixed[at_bound] = by_chance[at_bound] = 0.0
        bends = np.empty((len(xi), 3, 3))
        one = np.ones_like(theta)
        for row, left in enumerate((theta, one)):
            for column, right in enumerate((theta, one)):
                bends[:, row, column] = (by_logit * left * right).sum(axis=-1)
            bends[:, row, 2] = bends[:, 2, row] = (mixed * left).sum(axis=-1)
        bends[:, 2, 2] = by_chance.sum(axis=-1)
        scores = self.scores(xi, theta, D)
        return np.asarray(bends - covariances(counts, scores, scores))

    def bank_terms(self, xi: FloatArray, D: float) -> tuple[BankTerms, ...]:
        """Return a, b and c."""
        slope, intercept, logit = xi
        chance = 1 / (1 + np.exp(-max(logit, LEAST_LOGIT)))
        unit = np.eye(3)
        location = np.array([[intercept / slope**2, -1 / slope, 0.0]])
        return (
            BankTerms(key="a", values=xi[:1] / D, slopes=unit[:1] / D, is_list=False),
            BankTerms(
                key="b", values=np.array([-intercept / slope]), slopes=location, is_list=False
            ),
            BankTerms(
                key="c",
                values=np.array([chance]),
                slopes=unit[2:] * chance * (1 - chance) * (logit > LEAST_LOGIT),
                is_list=False,
            ),
        )

    def from_bank(self, parameters: Parameters, D: float) -> FloatArray:
        """Return xi (3,); c is held within (1e-5, 1 - 1e-5), where it has a logit."""
        a, b, c = (float(listed(parameters, key)[0]) for key in "abc")
        held = min(max(c, 1e-5), 1 - 1e-5)
        return np.array([D * a, -D * a * b, np.log(held / (1 - held))])


def _curve(
    xi: FloatArray, theta: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return L and M, (J, Q), c and 1 - c, (J, 1)."""
    upper, lower = logistic_pair(xi[:, :1] * theta + xi[:, 1:2])
    chance, rest = logistic_pair(np.maximum(xi[:, 2:], LEAST_LOGIT))
    return upper, lower, chance, rest


THREE_PL = GuessingKernel()
