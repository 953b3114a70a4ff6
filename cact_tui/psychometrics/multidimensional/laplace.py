"""The posterior mode, and the normal distribution that touches the posterior there.

With U = log likelihood - (theta - m)' S^-1 (theta - m) / 2, the mode is where grad U = 0, and
Laplace's covariance is the inverse of

    S^-1 + J    (observed information J = -Hessian of the log likelihood), or
    S^-1 + I    (expected information I)    (Segall 1996, eq. 8-12)

Steps are Newton's where S^-1 + J is positive definite and Fisher's elsewhere, halved until U rises.
"""

from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.multidimensional.compensatory import CompensatoryPool, Slopes
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal

MOST_STEPS = 100
MOST_HALVINGS = 40
TOLERANCE = 1e-11
"""An iteration has settled when its last step moved no dimension by more than this."""


@attrs.frozen(kw_only=True, eq=False)
class Modes:
    """Posterior modes.

    Attributes:
        theta: The modes, (E, s).
        covariance: The inverse of the information at the mode and the prior's precision, (E, s, s).
        settled: Where the iteration came to rest, (E,).
    """

    theta: FloatArray
    covariance: FloatArray
    settled: BoolArray


@attrs.frozen(kw_only=True, eq=False)
class Heights:
    """U and its derivatives at one point for each examinee.

    Attributes:
        theta: The points, (E, s).
        value: U, (E,).
        gradient: Its gradient, (E, s).
        likelihood: The derivatives of the log likelihood alone.
    """

    theta: FloatArray
    value: FloatArray
    gradient: FloatArray
    likelihood: Slopes


@attrs.frozen(kw_only=True, eq=False)
class LogPosterior:
    """U of E examinees: their answers, (E, L) and (E, L), and their prior."""

    pool: CompensatoryPool
    items: IntArray
    categories: IntArray
    prior: MultivariateNormal

    def at(self, theta: FloatArray) -> Heights:
        """Return U and its derivatives at points (E, s)."""
        likelihood = self.pool.slopes(self.items, self.categories, theta)
        return Heights(
            theta=theta,
            value=likelihood.value + self.prior.log_density(theta),
            gradient=likelihood.gradient - (theta - self.prior.mean) @ self.prior.precision,
            likelihood=likelihood,
        )

    def step(self, at: Heights) -> FloatArray:
        """Return Newton's step, or Fisher's where the posterior is not concave, (E, s)."""
        newton = self.prior.precision + at.likelihood.observed
        fisher = self.prior.precision + at.likelihood.expected
        concave = np.linalg.eigvalsh(newton)[:, 0] > 0
        bend = np.where(concave[:, None, None], newton, fisher)
        return np.asarray(np.linalg.solve(bend, at.gradient[:, :, None])[:, :, 0])

    def climbed(self, at: Heights, step: FloatArray) -> tuple[Heights, FloatArray]:
        """Return where steps lead, halved until U does not fall, and how far that is, (E,)."""
        slack = 1e-13 * np.maximum(1.0, np.abs(at.value))
        for _ in range(MOST_HALVINGS):
            there = self.at(at.theta + step)
            fell = there.value < at.value - slack
            if not fell.any():
                break
            step = np.where(fell[:, None], 0.5 * step, step)
        return there, np.abs(step).max(axis=1)


def maximum_a_posteriori(
    pool: CompensatoryPool,
    items: IntArray,
    categories: IntArray,
    prior: MultivariateNormal,
    information: Literal["observed", "expected"] = "observed",
) -> Modes:
    """Return the posterior modes and their Laplace covariances.

    The climb starts at the prior mean. A posterior of items with a lower asymptote may have more
    than one mode; then this is the one that the climb from there reaches.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored.
        prior: The prior; any number of dimensions.
        information: Which information the covariance is made of.
    """
    posterior = LogPosterior(pool=pool, items=items, categories=categories, prior=prior)
    at = posterior.at(np.tile(prior.mean, (len(items), 1)))
    moved = np.full(len(items), np.inf)
    for _ in range(MOST_STEPS):
        at, moved = posterior.climbed(at, posterior.step(at))
        if (moved <= TOLERANCE).all():
            break
    bend = at.likelihood.observed if information == "observed" else at.likelihood.expected
    return Modes(
        theta=at.theta,
        covariance=np.asarray(np.linalg.inv(prior.precision + bend), dtype=np.float64),
        settled=moved <= TOLERANCE,
    )
