"""Measured or not: every reason for which a scale may not be reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.results import wording
from cact_tui.results.findings import Reason
from cact_tui.results.posterior import Posterior, matrix
from cact_tui.sessions.engine import SectionEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cact_tui.config.settings import Materials
    from cact_tui.results.administration import Course
    from cact_tui.sessions.events import Prior

AGREEMENT = 0.01
"""How far a recorded EAP may lie from its recomputation, in prior standard deviations.

A grid of another width or step explains less than this; more means that one of them is wrong.
"""


@frozen(kw_only=True)
class Verdict:
    """Why a scale is unmeasured (empty: it is measured), and the variance ratio looked at."""

    reasons: tuple[Reason, ...]
    variance_ratio: float | None


def verdict(course: Course, posterior: Posterior, prior: Prior, materials: Materials) -> Verdict:
    """Return whether a scale may be reported after its section."""
    ratio = (posterior.sd / prior.sd) ** 2
    return Verdict(
        reasons=tuple(_reasons(course, posterior, ratio, prior, materials)),
        variance_ratio=ratio if course.scored else None,
    )


def _reasons(
    course: Course, posterior: Posterior, ratio: float, prior: Prior, materials: Materials
) -> Iterator[Reason]:
    scale, answered = course.specification.scale, len(course.scored)
    least, widest = course.specification.min_items, materials.profile.variance_ratio
    if course.started is None:
        yield wording.reason(wording.NOT_BEGUN, scale=scale)
        return
    if course.ended is None:
        yield wording.reason(wording.NOT_ENDED, scale=scale)
    if answered < max(1, least):
        yield wording.reason(wording.TOO_FEW_ITEMS, scale=scale, found=answered, needed=least)
    yield from _blueprint(course, materials)
    if ratio > widest:
        yield wording.reason(wording.WIDE_POSTERIOR, scale=scale, found=ratio, needed=widest)
    if _differs(course, posterior, prior):
        found = course.ended.final.theta if course.ended else None
        yield wording.reason(
            wording.ESTIMATE_DIFFERS, scale=scale, found=found, needed=posterior.mean
        )


def _blueprint(course: Course, materials: Materials) -> Iterator[Reason]:
    content, scale = course.specification.content, course.specification.scale
    try:
        met = blueprint_met(course, materials)
    except Exception:  # noqa: BLE001 - a plug-in may raise anything, and a result must be written
        yield wording.reason(wording.BLUEPRINT_UNCHECKED, scale=scale, about=content.rule)
        return
    if not met:
        tag = str(content.settings.get("tag", content.rule))
        yield wording.reason(wording.BLUEPRINT, scale=scale, about=tag)


def blueprint_met(course: Course, materials: Materials) -> bool:
    """Return whether the section's content rule has its minima in answered items alone."""
    engine = SectionEngine.bind(course.specification, materials.banks)
    items, categories = matrix(engine.pool, course.scored)
    prior = course.specification.prior
    examinee = Examinees(
        pool=engine.pool,
        structure=engine.structure,
        items=items,
        categories=categories,
        theta=np.array([prior.mean]),
        se=np.array([prior.sd]),
        min_items=course.specification.min_items,
        max_items=course.specification.max_items,
        prior=NormalPrior(prior.mean, prior.sd),
    )
    return bool(engine.rules.content.satisfied(examinee)[0])


def _differs(course: Course, posterior: Posterior, prior: Prior) -> bool:
    """Return whether an EAP on record is not the mean of the posterior made anew."""
    if course.ended is None or course.ended.final.method != "eap":
        return False
    return abs(course.ended.final.theta - posterior.mean) > AGREEMENT * prior.sd
