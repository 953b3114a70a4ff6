"""What is maximised: the log likelihood, and the log posterior under a prior or Jeffreys' prior."""

from typing import Protocol

import attrs
import numpy as np

from cact_tui.psychometrics import priors
from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.pool import TINY
from cact_tui.psychometrics.protocols import Prior

STENCIL = np.array([-2.0, -1.0, 1.0, 2.0])
WEIGHTS = np.array([1.0, -8.0, 8.0, -1.0]) / 12.0
NEAR = 1e-3
"""The step of the five-point difference of I', which is analytic: errors below 1e-9."""


class Curve(Protocol):
    """A smooth function of theta for each of E examinees."""

    @property
    def answers(self) -> Answers:
        """What the examinees have answered."""

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the first and the second derivative at theta (E,)."""

    def heights(self, theta: FloatArray) -> FloatArray:
        """Return the values at theta, (E,)."""

    def expected_precision(self, theta: FloatArray) -> FloatArray:
        """Return what the second derivative at theta is expected to be, with its sign turned."""

    def rows(self, chosen: IntArray) -> "Curve":
        """Return the functions of some examinees, who may be repeated."""


@attrs.frozen(eq=False)
class LogLikelihood:
    """The log likelihood of the answers."""

    answers: Answers

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the score and its derivative, (E,) each."""
        return self.answers.derivatives(theta)

    def heights(self, theta: FloatArray) -> FloatArray:
        """Return the log likelihood, (E,)."""
        return self.answers.log_likelihood(theta)

    def expected_precision(self, theta: FloatArray) -> FloatArray:
        """Return the information I of the items answered, (E,)."""
        return self.answers.information(theta)

    def rows(self, chosen: IntArray) -> "LogLikelihood":
        """Return the log likelihood of some examinees."""
        return LogLikelihood(self.answers.rows(chosen))


@attrs.frozen(eq=False)
class LogPosterior:
    """The log likelihood plus the log density of a prior that all examinees share."""

    answers: Answers
    prior: Prior

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the derivatives, (E,) each."""
        score, bend = self.answers.derivatives(theta)
        pull, curvature = priors.slopes(self.prior, theta)
        return score + pull, bend + curvature

    def heights(self, theta: FloatArray) -> FloatArray:
        """Return the log posterior up to a constant, (E,)."""
        return self.answers.log_likelihood(theta) + self.prior.log_density(theta)

    def expected_precision(self, theta: FloatArray) -> FloatArray:
        """Return I - (log g)'', for the normal prior I + 1 / sd^2, (E,)."""
        return self.answers.information(theta) - priors.slopes(self.prior, theta)[1]

    def rows(self, chosen: IntArray) -> "LogPosterior":
        """Return the log posterior of some examinees."""
        return LogPosterior(self.answers.rows(chosen), self.prior)


@attrs.frozen(eq=False)
class LogJeffreysPosterior:
    """The log likelihood plus half the log of the information, under g = sqrt(I) (Jeffreys 1946).

    (log g)' = I' / (2 I) and (log g)'' = (I'' / I - (I' / I)^2) / 2.
    """

    answers: Answers

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the derivatives, (E,) each."""
        _, bend = self.answers.derivatives(theta)
        score, rise, _ = self.answers.moments(theta)
        information = self._information(theta)
        return score + rise / (2.0 * information), bend + self._curvature(theta)

    def heights(self, theta: FloatArray) -> FloatArray:
        """Return the log posterior up to a constant, (E,)."""
        return self.answers.log_likelihood(theta) + 0.5 * np.log(self._information(theta))

    def expected_precision(self, theta: FloatArray) -> FloatArray:
        """Return I - (log g)'', (E,)."""
        return self.answers.information(theta) - self._curvature(theta)

    def rows(self, chosen: IntArray) -> "LogJeffreysPosterior":
        """Return the log posterior of some examinees."""
        return LogJeffreysPosterior(self.answers.rows(chosen))

    def _information(self, theta: FloatArray) -> FloatArray:
        return np.maximum(self.answers.information(theta), TINY)

    def _curvature(self, theta: FloatArray) -> FloatArray:
        """Return (log g)'', with I'' from a five-point difference of I', (E,)."""
        information = self._information(theta)
        rise = self.answers.moments(theta)[1]
        around = [self.answers.moments(theta + step * NEAR)[1] for step in STENCIL]
        bend = WEIGHTS @ np.stack(around) / NEAR
        return np.asarray(0.5 * (bend / information - (rise / information) ** 2))


def standard_errors(curve: Curve, theta: FloatArray, *, observed: bool) -> FloatArray:
    """Return 1 / sqrt(precision) at a mode, (E,).

    Args:
        curve: What was maximised.
        theta: Where it is highest, (E,).
        observed: Whether the precision is minus the second derivative, instead of what that is
            expected to be. Where it is not above 0, as it may be at an end of the range or under a
            prior with several modes, the information of the items alone counts.
    """
    precision = -curve.slopes(theta)[1] if observed else curve.expected_precision(theta)
    if precision.min(initial=1.0) <= 0:
        information = curve.answers.information(theta)
        precision = np.where(precision > 0, precision, np.maximum(information, TINY))
    return np.asarray(1.0 / np.sqrt(precision))
