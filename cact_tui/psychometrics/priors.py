"""Priors of theta.

All are smooth: they also give the derivatives of their log density, which the posterior mode needs.
Jeffreys' prior is none of them, because it depends on the items: see `estimation.jeffreys`.
"""

from typing import Protocol, cast

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.checks import above, above_field, finite
from cact_tui.psychometrics.protocols import Prior

NEAR = 1e-3
"""The step of central differences where a prior does not give derivatives: errors below 1e-9."""


class SmoothPrior(Prior, Protocol):
    """A prior with derivatives, positive everywhere within its support and zero outside."""

    @property
    def support(self) -> tuple[float, float]:
        """The ends of the range where the density is positive; they may be infinite."""

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return first and second derivative of the log density within the support, like theta."""


@attrs.frozen
class NormalPrior:
    """The normal distribution N(mean, sd^2)."""

    mean: float = attrs.field(default=0.0, validator=finite)
    sd: float = attrs.field(default=1.0, validator=[finite, above(0)])

    @property
    def support(self) -> tuple[float, float]:
        """All of the line."""
        return -np.inf, np.inf

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return -((theta - mean) / sd)^2 / 2, the log density up to a constant."""
        return -0.5 * ((theta - self.mean) / self.sd) ** 2

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return -(theta - mean) / sd^2 and -1 / sd^2, shaped like theta."""
        curvature = -1.0 / self.sd**2
        return curvature * (theta - self.mean), np.full_like(theta, curvature)


@attrs.frozen
class UniformPrior:
    """The uniform distribution on [low, high]."""

    low: float = attrs.field(validator=finite)
    high: float = attrs.field(validator=[finite, above_field("low")])

    @property
    def mean(self) -> float:
        """The middle."""
        return 0.5 * (self.low + self.high)

    @property
    def sd(self) -> float:
        """The width over the root of 12."""
        return float((self.high - self.low) / np.sqrt(12.0))

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return self.low, self.high

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return 0 on [low, high] and -inf elsewhere."""
        return np.where((theta >= self.low) & (theta <= self.high), 0.0, -np.inf)

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return zeros shaped like theta."""
        return np.zeros_like(theta), np.zeros_like(theta)


def _listed(
    _: object, field: "attrs.Attribute[tuple[float, ...]]", values: tuple[float, ...]
) -> None:
    if not values or not np.isfinite(values).all():
        raise ValueError(f"{field.alias} is {values!r}.", "Give one or more finite numbers.")


def _matching(prior: "HistogramPrior", _: object, shares: tuple[float, ...]) -> None:
    if len(shares) != len(prior.at):
        raise ValueError(
            f"shares has {len(shares)} numbers for the {len(prior.at)} of at.",
            "Give one share for each place.",
        )
    if min(shares) < 0 or sum(shares) <= 0:
        raise ValueError(f"shares is {shares!r}.", "Give counts or shares of 0 or more, one above.")


@attrs.frozen(kw_only=True)
class HistogramPrior:
    """A distribution seen in data, as a table of places and of how many were found there.

    Each place t_j spreads its share w_j as a normal distribution of the given width h (a kernel
    density, Silverman 1986, eq. 2.2a), so that the density is smooth and nothing is impossible:

        g(theta) = sum of w_j phi((theta - t_j) / h) / h,    sum of w_j = 1
        mean = sum of w_j t_j,    sd^2 = sum of w_j (t_j - mean)^2 + h^2

    Attributes:
        at: The places, such as the middles of the bars of a histogram.
        shares: Counts or shares, of any sum.
        width: h; the width of the bars is a good choice.
    """

    at: tuple[float, ...] = attrs.field(validator=_listed)
    shares: tuple[float, ...] = attrs.field(validator=[_listed, _matching])
    width: float = attrs.field(validator=[finite, above(0)])

    @property
    def mean(self) -> float:
        """The mean of the places."""
        return float(np.average(self.at, weights=self.shares))

    @property
    def sd(self) -> float:
        """The root of the variance of the places plus h^2."""
        spread = np.average((np.array(self.at) - self.mean) ** 2, weights=self.shares)
        return float(np.sqrt(spread + self.width**2))

    @property
    def support(self) -> tuple[float, float]:
        """All of the line."""
        return -np.inf, np.inf

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return the log of the sum of w_j exp(-((theta - t_j) / h)^2 / 2), shaped like theta."""
        return self._parts(theta)[0]

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return E(t - theta) / h^2 and Var(t) / h^4 - 1 / h^2 under the shares at theta."""
        _, shares = self._parts(theta)
        places = np.array(self.at)
        pull = shares @ places
        spread = shares @ places**2 - pull**2
        return (pull - theta) / self.width**2, spread / self.width**4 - 1.0 / self.width**2

    def _parts(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the log density, and the part of it that each place has, (..., J)."""
        with np.errstate(divide="ignore"):
            shares = np.log(np.array(self.shares) / sum(self.shares))
        distances = (np.asarray(theta)[..., None] - np.array(self.at)) / self.width
        logs = shares - 0.5 * distances**2
        top = logs.max(axis=-1, keepdims=True)
        parts = np.exp(logs - top)
        total = parts.sum(axis=-1, keepdims=True)
        return np.asarray((top + np.log(total))[..., 0]), parts / total


def carried_over(
    theta: float,
    se: float,
    *,
    correlation: float = 1.0,
    earlier: NormalPrior | None = None,
    later: NormalPrior | None = None,
) -> NormalPrior:
    """Return the prior of a section from the estimate of an earlier one.

    If the thetas of the two scales are bivariate normal with correlation r, and theta of the
    earlier section is N(m, s^2) given its answers, then (regression with an uncertain predictor)

        theta of the later section is N(M + B (m - M'), S^2 (1 - r^2) + B^2 s^2),    B = r S / S'

    where N(M', S'^2) and N(M, S^2) are the priors of the earlier and the later scale. For the same
    scale (r = 1, equal priors) this is N(m, s^2). m and s are a posterior mean and standard
    deviation: the estimate of ``eap``. Whether an estimate may enter the score of another section
    is for the programme to decide; the figures here do not.

    Args:
        theta: m.
        se: s, above 0.
        correlation: r, from -1 to 1.
        earlier: The prior of the earlier scale; by default N(0, 1).
        later: The prior of the later scale; by default N(0, 1).

    Raises:
        ValueError: r lies outside -1..1, or the result has no spread.
    """
    earlier, later = earlier or NormalPrior(), later or NormalPrior()
    if not -1 <= correlation <= 1:
        raise ValueError(f"correlation is {correlation!r}.", "Give a number from -1 to 1.")
    slope = correlation * later.sd / earlier.sd
    variance = later.sd**2 * (1.0 - correlation**2) + (slope * se) ** 2
    return NormalPrior(later.mean + slope * (theta - earlier.mean), float(np.sqrt(variance)))


def support(prior: Prior) -> tuple[float, float]:
    """Return where a prior's density is positive; all of the line, if it does not say."""
    ends: tuple[float, float] = getattr(prior, "support", (-np.inf, np.inf))
    return ends


def slopes(prior: Prior, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return first and second derivative of any prior's log density, shaped like theta (m,).

    A prior that does not give them is differenced, with a step of 0.001.
    """
    if hasattr(prior, "slopes"):
        smooth = cast("SmoothPrior", prior)
        return smooth.slopes(theta)
    below, here, above_it = (prior.log_density(theta + step) for step in (-NEAR, 0.0, NEAR))
    return (above_it - below) / (2.0 * NEAR), (above_it - 2.0 * here + below) / NEAR**2
