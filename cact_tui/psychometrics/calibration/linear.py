"""The models whose category logits are linear in their parameters: 1PL, 2PL, PCM, GPCM, NRM.

    P_k = exp(eta_k) / sum over j of exp(eta_j),    eta_0 = 0,    k = 0..m

| model | eta_k | xi | in the bank |
|---|---|---|---|
| 1PL, PCM | D k theta + d_k | d_1..d_m | b_t = -(d_t - d_(t-1)) / D |
| 2PL, GPCM | k s theta + d_k | s, d_1..d_m | a = s / D, b_t = -(d_t - d_(t-1)) / s |
| NRM | s_k theta + d_k | s_1..s_m, d_1..d_m | a_k = s_k, c_k = d_k; D plays no part |

with d_0 = 0 (Rasch 1960; Masters 1982; Muraki 1992; Bock 1972). In an exponential family the
observed information equals the expected one: with B_a = d eta / d xi_a and E the mean over the
categories, d log P_k / d xi_a = B_ak - E(B_a) and d2 log P_k / d xi_a d xi_b = -Cov(B_a, B_b). The
log-likelihood of expected counts is concave, so that Newton's method finds its only maximum.

mirt's 2PL (a1, d) is (s, d), its gpcm (a1, ak = 0..m, d0 = 0, d1..dm) is (s, d); its nominal
(a1, ak0..akm, d0..dm) is s_k = a1 (ak_k - ak_0), d_k = d_k - d_0.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.kernels import BankTerms, covariances, listed
from cact_tui.psychometrics.protocols import Parameters


@attrs.frozen(kw_only=True)
class LinearKernel:
    """A model with linear category logits; `slopes` is ``given``, ``common`` or ``free``.

    Attributes:
        name: The model's name in the bank.
        slopes: Whether the slope is D, one estimated slope of the item, or one of each category.
        is_list: Whether the bank writes b as a list.
    """

    name: str
    slopes: str
    is_list: bool

    @property
    def fixes_slope(self) -> bool:
        """Whether the slope is given."""
        return self.slopes == "given"

    def size(self, K: int) -> int:
        """Return m, m + 1 or 2 m."""
        return {"given": 0, "common": 1, "free": K - 1}[self.slopes] + K - 1

    def start(self, shares: FloatArray, D: FloatArray) -> FloatArray:
        """Return slopes of 1 (k for the NRM) and the logs of the shares against category 0."""
        n_items, K = shares.shape
        intercepts = np.log(shares[:, 1:] / shares[:, :1])
        if self.slopes == "given":
            return np.asarray(intercepts)
        if self.slopes == "common":
            return np.concatenate((D[:, None], intercepts), axis=1)
        steps = np.tile(np.arange(1.0, K), (n_items, 1)) * D[:, None]
        return np.concatenate((steps, intercepts), axis=1)

    def log_probabilities(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return log P(X = k | theta), (J, K, Q)."""
        basis = self._basis(xi.shape[1], theta)
        logits = np.einsum("ja,akq->jkq", xi, basis)
        if self.slopes == "given":
            steps = np.arange(basis.shape[1])[:, None] * theta
            logits += D[:, None, None] * steps
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return np.asarray(logits)

    def scores(self, xi: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return B - E(B), (J, p, K, Q)."""
        basis = self._basis(xi.shape[1], theta)
        chances = np.exp(self.log_probabilities(xi, theta, D))
        means = np.einsum("jkq,akq->jaq", chances, basis)
        return np.asarray(basis[None] - means[:, :, None, :])

    def curvature(
        self, xi: FloatArray, theta: FloatArray, D: FloatArray, counts: FloatArray
    ) -> FloatArray:
        """Return minus the sum over q of n_q Cov(B), (J, p, p); the category plays no part."""
        scores = self.scores(xi, theta, D)
        weights = np.exp(self.log_probabilities(xi, theta, D)) * counts.sum(axis=1, keepdims=True)
        return -covariances(weights, scores, scores)

    def bank_terms(self, xi: FloatArray, D: float) -> tuple[BankTerms, ...]:
        """Return b; a and b; or a and c."""
        if self.slopes == "free":
            return _free_terms(xi)
        return self._steps(xi, D) if self.slopes == "given" else self._slope_and_steps(xi, D)

    def from_bank(self, parameters: Parameters, D: float) -> FloatArray:
        """Return xi (p,) of an item with sound parameters."""
        if self.slopes == "free":
            return np.concatenate((listed(parameters, "a"), listed(parameters, "c")))
        slope = D if self.slopes == "given" else D * listed(parameters, "a")
        intercepts = -np.cumsum(slope * listed(parameters, "b"))
        return intercepts if self.slopes == "given" else np.append(slope, intercepts)

    def _basis(self, size: int, theta: FloatArray) -> FloatArray:
        """Return B = d eta / d xi, (p, K, Q): the same for all items."""
        m = {"given": size, "common": size - 1, "free": size // 2}[self.slopes]
        chosen = np.eye(m + 1)[1:, :, None] * np.ones_like(theta)
        if self.slopes == "given":
            return chosen
        if self.slopes == "common":
            return np.concatenate((np.arange(m + 1.0)[None, :, None] * theta, chosen))
        return np.concatenate((chosen * theta, chosen))

    def _steps(self, xi: FloatArray, D: float) -> tuple[BankTerms, ...]:
        differences = _differences(len(xi))
        terms = BankTerms(
            key="b",
            values=-(differences @ xi) / D,
            slopes=-differences / D,
            is_list=self.is_list,
        )
        return (terms,)

    def _slope_and_steps(self, xi: FloatArray, D: float) -> tuple[BankTerms, ...]:
        size, slope = len(xi), xi[0]
        differences = _differences(size - 1)
        steps = -(differences @ xi[1:]) / slope
        by_slope = (-steps / slope)[:, None]
        return (
            BankTerms(key="a", values=xi[:1] / D, slopes=np.eye(size)[:1] / D, is_list=False),
            BankTerms(
                key="b",
                values=steps,
                slopes=np.concatenate((by_slope, -differences / slope), axis=1),
                is_list=self.is_list,
            ),
        )


def _free_terms(xi: FloatArray) -> tuple[BankTerms, ...]:
    m, unit = len(xi) // 2, np.eye(len(xi))
    return (
        BankTerms(key="a", values=xi[:m], slopes=unit[:m], is_list=True),
        BankTerms(key="c", values=xi[m:], slopes=unit[m:], is_list=True),
    )


def _differences(m: int) -> FloatArray:
    """Return the matrix that takes d_1..d_m to d_t - d_(t-1) with d_0 = 0, (m, m)."""
    return np.eye(m) - np.eye(m, k=-1)


ONE_PL = LinearKernel(name="1PL", slopes="given", is_list=False)
TWO_PL = LinearKernel(name="2PL", slopes="common", is_list=False)
PCM = LinearKernel(name="PCM", slopes="given", is_list=True)
GPCM = LinearKernel(name="GPCM", slopes="common", is_list=True)
NRM = LinearKernel(name="NRM", slopes="free", is_list=True)
