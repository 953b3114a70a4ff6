"""What is known of a participant when a section begins: the group, and earlier sections.

It may decide where the section starts, and with correlated scales the prior that steers it. It
never enters the reported estimate: that is made under the scale's own reference prior.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from cact_tui.psychometrics.multidimensional.battery import (
    SectionAnswers,
    conditional_prior,
    section_moments,
)
from cact_tui.psychometrics.multidimensional.correlations import Correlations
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Background
from cact_tui.psychometrics.settings import built
from cact_tui.sessions.events import Prior

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cact_tui.psychometrics.multidimensional.battery import Moments
    from cact_tui.sessions.plan import BatteryPlan
    from cact_tui.sessions.specification import SectionSpecification
    from cact_tui.sessions.states import SessionState

CORRELATED = "correlated"
"""The name of a steering prior that earlier sections made."""


@frozen(kw_only=True)
class Standing:
    """The background of one participant, and the prior that steers the section."""

    background: Background
    prior: Prior


def standing(
    plan: BatteryPlan, state: SessionState, specification: SectionSpecification
) -> Standing:
    """Return what is known before a section begins.

    Args:
        plan: The battery.
        state: The session before the section.
        specification: The section.
    """
    moments = _moments(plan, state)
    group = state.opened.position_group if state.opened else None
    return Standing(
        background=Background(
            groups=(group or "",),
            earlier={scale: np.array([found.mean]) for scale, found in moments.items()},
        ),
        prior=_prior(plan, specification, moments),
    )


def _moments(plan: BatteryPlan, state: SessionState) -> Mapping[str, Moments]:
    """Return the posterior of every scale measured so far under its reference prior."""
    found = {}
    for section in state.sections:
        engine = plan.engine(section.started.section)
        items, categories = engine.matrix(section.records)
        if section.ended is None or not (categories >= 0).any():
            continue
        answers = SectionAnswers(pool=engine.pool, items=items, categories=categories)
        scale = engine.specification.scale
        found[scale] = section_moments(answers, _reference(engine.specification))[0]
    return found


def _prior(
    plan: BatteryPlan, specification: SectionSpecification, moments: Mapping[str, Moments]
) -> Prior:
    """Return the section's own prior, or the one that correlated earlier sections make."""
    if not plan.battery.correlations:
        return specification.prior
    correlations: Correlations = built(Correlations, plan.battery.correlations)
    known = {scale: found for scale, found in moments.items() if scale in correlations.scales}
    if specification.scale not in correlations.scales or not known:
        return specification.prior
    references = {
        section.scale: _reference(section)
        for section in plan.battery.sections
        if section.scale in correlations.scales
    }
    found = conditional_prior(correlations, references, known, specification.scale)
    return Prior(name=CORRELATED, mean=found.mean, sd=found.sd)


def _reference(specification: SectionSpecification) -> NormalPrior:
    reference = specification.reference
    return NormalPrior(mean=reference.mean, sd=reference.sd)
