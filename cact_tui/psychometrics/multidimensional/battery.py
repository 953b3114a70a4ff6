"""The sections of a battery as one measurement.

Two uses, apart from each other:

- Selection only. What earlier sections say becomes the prior of the next section's start and
  interim estimates (`conditional_prior`). The final estimates keep the reference priors.
- Scoring. All answers of all sections make one joint posterior at the end (`joint_scores`). The
  scales stand in the order of the correlations, so that the order of the sections cannot matter.
  The independent estimates stand beside it.

A posterior N(mean, variance) that was reached from the prior N(m, v) counts as a normal likelihood
of precision 1 / variance - 1 / v; so the earlier sections' posteriors must be those under their
reference priors, or an answer would count twice.
"""

import math
from collections.abc import Mapping

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.estimation.eap import REACH, STEP, ExpectedAPosteriori
from cact_tui.psychometrics.estimation.grids import equally_spaced
from cact_tui.psychometrics.multidimensional.correlations import Correlations
from cact_tui.psychometrics.multidimensional.joint import joint_posterior
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal, diagonal
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.protocols import Prior


@attrs.frozen
class Moments:
    """What an earlier section says: the posterior of its scale under its reference prior."""

    mean: float
    variance: float


@attrs.frozen(kw_only=True, eq=False)
class SectionAnswers:
    """The answers of E examinees to one section.

    Attributes:
        pool: The section's items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored.
    """

    pool: Pool = attrs.field(repr=False)
    items: IntArray
    categories: IntArray


@attrs.frozen(kw_only=True, eq=False)
class JointScores:
    """Scores of E examinees on s scales, with the correlations and without.

    Attributes:
        scales: The scales, in the order of the correlations.
        theta: Means of the joint posterior, (E, s).
        covariance: Its covariances, (E, s, s).
        independent_theta: Expected a posteriori estimates of each scale by itself, (E, s).
        independent_se: Their standard errors, (E, s).
        method: ``quadrature`` up to three scales, ``sites`` above.
        settled: Where the joint posterior was reached, (E,).
    """

    scales: tuple[str, ...]
    theta: FloatArray
    covariance: FloatArray
    independent_theta: FloatArray
    independent_se: FloatArray
    method: str
    settled: BoolArray

    @property
    def se(self) -> FloatArray:
        """The standard deviations of the joint posterior, (E, s)."""
        return np.asarray(np.sqrt(diagonal(self.covariance)))


def battery_prior(
    correlations: Correlations, references: Mapping[str, Prior], scales: tuple[str, ...]
) -> MultivariateNormal:
    """Return the normal prior of some scales: the reference priors' moments and the correlations.

    Args:
        correlations: The correlations.
        references: The reference prior of each scale.
        scales: The scales, in the order wanted.

    Raises:
        KeyError: A scale has no correlations or no reference prior.
    """
    sd = np.array([references[scale].sd for scale in scales])
    return MultivariateNormal(
        mean=np.array([references[scale].mean for scale in scales]),
        covariance=sd[:, None] * correlations.among(scales) * sd,
    )


def section_moments(answers: SectionAnswers, reference: Prior) -> tuple[Moments, ...]:
    """Return what a section says of each examinee, whatever estimator its scores are made by.

    Args:
        answers: The answers to the section.
        reference: The reference prior of its scale.
    """
    found = ExpectedAPosteriori().estimate(
        answers.pool, answers.items, answers.categories, reference
    )
    rows = zip(found.theta.tolist(), (found.se**2).tolist(), strict=True)
    return tuple(Moments(mean, variance) for mean, variance in rows)


def conditional_prior(
    correlations: Correlations,
    references: Mapping[str, Prior],
    earlier: Mapping[str, Moments],
    scale: str,
) -> NormalPrior:
    """Return the prior of a scale given what earlier sections say of theirs.

    It is the marginal of the posterior with precision S^-1 + diag(1 / variance - 1 / v), where
    every error of the earlier estimates is allowed for; without earlier sections it is the
    reference prior. A section that says no more than its own prior says nothing here. It is to
    steer the start and the choice of items of the next section, and never a score: so a rule that
    stops at a standard error has to look at the one under the reference prior.

    Args:
        correlations: The correlations, estimated or assumed.
        references: The reference prior of each scale.
        earlier: The posteriors of earlier sections under their reference priors, as
            `section_moments` returns them.
        scale: The scale of the next section.

    Raises:
        KeyError: A scale has no correlations or no reference prior.
        ValueError: The scale is among the earlier ones.
    """
    if scale in earlier:
        raise ValueError(f"{scale} is among the earlier sections.")
    scales = _in_order(correlations, {scale, *earlier})
    prior = battery_prior(correlations, references, scales)
    precision, shift = np.zeros(len(scales)), np.zeros(len(scales))
    for at, name in enumerate(scales):
        if name != scale:
            precision[at], shift[at] = _evidence(earlier[name], references[name])
    covariance = np.linalg.inv(prior.precision + np.diag(precision))
    mean = covariance @ (prior.precision @ prior.mean + shift)
    place = scales.index(scale)
    return NormalPrior(mean=float(mean[place]), sd=float(np.sqrt(covariance[place, place])))


def joint_scores(
    correlations: Correlations,
    references: Mapping[str, Prior],
    sections: Mapping[str, SectionAnswers],
) -> JointScores:
    """Return the joint posterior of all scales tested, and each scale's own estimate.

    Args:
        correlations: Estimated correlations.
        references: The reference prior of each scale; normal, or taken by its mean and sd.
        sections: The answers by scale, all of the same E examinees; their order has no effect.

    Raises:
        SettingsError: The correlations may not enter scores.
        KeyError: A scale has no correlations or no reference prior.
    """
    if problems := correlations.scoring_problems():
        raise SettingsError(problems)
    scales = _in_order(correlations, set(sections))
    prior = battery_prior(correlations, references, scales)
    grid = _grid(prior)
    answers = [sections[scale] for scale in scales]
    likelihoods = [x.pool.log_likelihood(x.items, x.categories, grid) for x in answers]
    alone = [
        ExpectedAPosteriori().estimate(x.pool, x.items, x.categories, references[scale])
        for scale, x in zip(scales, answers, strict=True)
    ]
    joint = joint_posterior(prior, np.stack(likelihoods, axis=1), grid)
    return JointScores(
        scales=scales,
        theta=joint.mean,
        covariance=joint.covariance,
        independent_theta=np.stack([estimates.theta for estimates in alone], axis=1),
        independent_se=np.stack([estimates.se for estimates in alone], axis=1),
        method=joint.method,
        settled=joint.settled,
    )


def _in_order(correlations: Correlations, scales: set[str]) -> tuple[str, ...]:
    """Return scales in the order of the correlations.

    Raises:
        KeyError: A scale has no correlations.
    """
    if unknown := scales - set(correlations.scales):
        raise KeyError(min(unknown))
    return tuple(scale for scale in correlations.scales if scale in scales)


def _evidence(posterior: Moments, reference: Prior) -> tuple[float, float]:
    """Return precision and shift of the normal likelihood that led to a posterior."""
    before = 1.0 / reference.sd**2
    precision = 1.0 / posterior.variance - before
    if precision <= 0:
        return 0.0, 0.0
    return precision, posterior.mean / posterior.variance - reference.mean * before


def _grid(prior: MultivariateNormal) -> FloatArray:
    """Return points that hold the default grids of all scales, in steps fine enough for each."""
    lower = float((prior.mean - REACH * prior.sd).min())
    upper = float((prior.mean + REACH * prior.sd).max())
    step = STEP * min(1.0, float(prior.sd.min()))
    return equally_spaced(lower, upper, math.ceil(round((upper - lower) / step, 6)) + 1)
