"""The graded response model with xi = (s, d_1, ..., d_m), d descending: z_k = s theta + d_k.

With L_k = 1 / (1 + exp(-z_k)), M_k = 1 - L_k, L_0 = M_(m+1) = 1 (Samejima 1969):

    P_k = L_k - L_(k+1) = L_k M_(k+1) (1 - exp(-(d_k - d_(k+1))))
    d log P_k / d z_k = M_k + r_k,    d log P_k / d z_(k+1) = -L_(k+1) - r_k
    r_k = 1 / (exp(d_k - d_(k+1)) - 1) for 0 < k < m, else 0

which follows from the product form and keeps its digits where the difference of L would lose them.
The second derivatives are -L_k M_k - r_k (1 + r_k), the same with k + 1, and r_k (1 + r_k) between
the two. In the bank a = s / D and b_k = -d_k / s; mirt's graded (a1, d1..dm) is xi.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.kernels import BankTerms, listed
from cact_tui.psychometrics.models.logistic import logistic_pair
from cact_tui.psychometrics.protocols import Parameters


@attrs.frozen
class CumulativeKernel:
    """The GRM in slope and intercepts."""

    name: str = "GRM"
    fixes_slope: bool = False

    def size(self, K: int) -> int:
        """Return m + 1."""
        return K

    def start(self, shares: FloatArray, D: FloatArray) -> FloatArray:
        """Return slopes of 1 and the logits of the shares at or above each category."""
        above = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1][:, 1:]
        return np.concatenate((D[:, None], np.log(above / (1 - above))), axis=1)

    def log_probabilities(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:  # noqa: ARG002 - D is in the slope
        """Return log P_k, (J, K, Q); -inf where the intercepts do not descend."""
        upper, lower, _ = _boundaries(xi, theta)
        logs = np.log(upper[:, :-1]) + np.log(lower[:, 1:])
        gaps = -np.diff(xi[:, 1:], axis=1)
        with np.errstate(divide="ignore"):
            logs[:, 1:-1] += np.log(-np.expm1(-np.maximum(gaps, 0.0)))[..., None]
        return logs

    def scores(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:  # noqa: ARG002 - D is in the slope
        """Return d log P / d xi, (J, K, K, Q)."""
        upper, lower, ratio = _boundaries(xi, theta)
        to_own, to_next = lower[:, :-1] + ratio, -upper[:, 1:] - ratio
        n_items, K, n_points = to_own.shape
        scores = np.zeros((n_items, K, K, n_points))
        scores[:, 0] = (to_own + to_next) * theta
        for k in range(1, K):
            scores[:, k, k] = to_own[:, k]
            scores[:, k, k - 1] = to_next[:, k - 1]
        return scores

    def curvature(
        self, xi: FloatArray, theta: FloatArray, D: FloatArray, counts: FloatArray
    ) -> FloatArray:  # D is in the slope
        """Return the sum of counts times d2 log P / d xi2, (J, K, K)."""
        del D
        upper, lower, ratio = _boundaries(xi, theta)
        width, between = upper * lower, ratio * (1 + ratio)
        own = -(width[:, :-1] + between) * counts
        following = -(width[:, 1:] + between) * counts
        mixed = between * counts
        K = counts.shape[1]
        bends = np.zeros((len(xi), K, K))
        bends[:, 0, 0] = ((own + following + 2 * mixed) * theta**2).sum(axis=(1, 2))
        for k in range(1, K):
            bends[:, k, k] = (own[:, k] + following[:, k - 1]).sum(axis=-1)
            to_slope = (own[:, k] + mixed[:, k] + following[:, k - 1] + mixed[:, k - 1]) * theta
            bends[:, 0, k] = bends[:, k, 0] = to_slope.sum(axis=-1)
            if k < K - 1:
                bends[:, k, k + 1] = bends[:, k + 1, k] = mixed[:, k].sum(axis=-1)
        return bends

    def bank_terms(self, xi: FloatArray, D: float) -> tuple[BankTerms, ...]:
        """Return a and b."""
        slope, unit = xi[0], np.eye(len(xi))
        thresholds = -xi[1:] / slope
        by_xi = -unit[1:] / slope
        by_xi[:, 0] = -thresholds / slope
        return (
            BankTerms(key="a", values=xi[:1] / D, slopes=unit[:1] / D, is_list=False),
            BankTerms(key="b", values=thresholds, slopes=by_xi, is_list=True),
        )

    def from_bank(self, parameters: Parameters, D: float) -> FloatArray:
        """Return xi (p,) of an item with sound parameters."""
        slope = D * listed(parameters, "a")
        return np.append(slope, -slope * listed(parameters, "b"))


def _boundaries(xi: FloatArray, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return L_0..L_(m+1) and M_0..M_(m+1), (J, m + 2, Q), and r_0..r_m, (J, m + 1, 1)."""
    inner, outer = logistic_pair(xi[:, :1, None] * theta + xi[:, 1:, None])
    one = np.ones((len(xi), 1, len(theta)))
    # L_(m+1) and M_0 are 0; they stand in no product of the likelihood.
    upper = np.concatenate((one, inner, 0 * one), axis=1)
    lower = np.concatenate((0 * one, outer, one), axis=1)
    ratio = np.zeros((len(xi), xi.shape[1], 1))
    with np.errstate(divide="ignore", over="ignore"):
        ratio[:, 1:-1, 0] = 1 / np.expm1(-np.diff(xi[:, 1:], axis=1))
    return upper, lower, ratio


GRM = CumulativeKernel()
