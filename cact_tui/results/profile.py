"""The first profile map: per scale measured or not, level and standard; then the job match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.errors import BadInput, Problem
from cact_tui.results import evidence as proof
from cact_tui.results import wording
from cact_tui.results.findings import (
    Evidence,
    Interval,
    LevelFinding,
    Profile,
    Reason,
    ScaleProfile,
    StandardFinding,
    Subpart,
)
from cact_tui.results.jpm import job_match
from cact_tui.results.levels import compare, find_level
from cact_tui.results.measured import verdict
from cact_tui.results.posterior import Posterior, constant_pattern, posterior_of
from cact_tui.results.sections import pool_class
from cact_tui.results.tree import TRIAL_LABEL
from cact_tui.sessions.events import Estimate
from cact_tui.sessions.pools import compile_pool, eligible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cact_tui.banks.standards import PositionGroup
    from cact_tui.config.settings import Materials, ProfileRules
    from cact_tui.psychometrics.pool import Pool
    from cact_tui.results.administration import Course

NOMINAL, ESTIMATED = "nominal", "estimated"


@frozen(kw_only=True)
class Findings:
    """What may be told of one scale's figures; all None while it is unmeasured."""

    final: Estimate | None = None
    band: Interval | None = None
    beside: Estimate | None = None
    level: LevelFinding | None = None
    level_withheld: Reason | None = None
    standard: StandardFinding | None = None


def build_profile(
    courses: Sequence[Course],
    materials: Materials,
    position_group: str | None,
    *,
    rehearsal: bool = False,
    invalid: bool = False,
) -> Profile:
    """Return the profile map of one session's sections; of an `invalid` test none is measured.

    Raises:
        BadInput: a standard stands on another metric than its bank.
    """
    problems = metric_problems(materials)
    if problems:
        raise BadInput(problems)
    evidence = evidence_of(courses, materials)
    trial = bool(trial_reasons(materials, evidence, rehearsal=rehearsal))
    scales = tuple(
        _scale(course, materials, position_group, trial=trial or not own.decisive)
        for course, own in zip(courses, evidence, strict=True)
    )
    if invalid:
        scales = tuple(map(_nobody, scales))
    return Profile(
        trial=trial,
        label=TRIAL_LABEL if trial else None,
        ranking_allowed=not (trial or invalid),
        decisions_allowed=not (trial or invalid),
        position_group=position_group,
        position_group_name=_group_name(materials.profile, position_group),
        scales=scales,
        job_match=job_match(scales, materials.profile, position_group),
    )


def _nobody(scale: ScaleProfile) -> ScaleProfile:
    """Return a scale without its figures: whoever answered is not who the test was opened for."""
    return evolve(
        scale,
        measured=False,
        reasons=(wording.reason(wording.INVALIDATED, scale=scale.scale),),
        variance_ratio=None,
        final=None,
        band=None,
        beside=None,
        level=None,
        level_withheld=None,
        standard=None,
        notes=(),
    )


def evidence_of(courses: Sequence[Course], materials: Materials) -> tuple[Evidence, ...]:
    """Return the evidence of each section's scale."""
    return tuple(_evidence(course, materials) for course in courses)


def trial_reasons(
    materials: Materials, evidence: Sequence[Evidence], *, rehearsal: bool
) -> tuple[str, ...]:
    """Return why nothing may be decided from a result; empty when it may be, once released."""
    all_of_it = proof.combined(evidence)
    purpose = materials.event.purpose.value
    found = {
        "demonstration": materials.trial,
        "rehearsal": rehearsal or purpose == "rehearsal",
        "parameters": all_of_it.parameters not in (proof.CALIBRATED, proof.LINKED),
        "standard": all_of_it.standard == proof.ASSUMED,
    }
    return tuple(name for name, holds in found.items() if holds)


def may_show_participant(materials: Materials, *, rehearsal: bool) -> bool:
    """Return whether an end screen may show the profile at all.

    Rehearsals and demonstrations may, marked; anything else only where the policy says so.
    """
    exercise = rehearsal or materials.trial or materials.event.purpose.value == "rehearsal"
    return exercise or materials.policy.show_result


def metric_problems(materials: Materials) -> tuple[Problem, ...]:
    """Return every section whose banks and standard do not stand on one metric."""
    return tuple(
        problem
        for section in materials.battery.sections
        for problem in _metric_problems(section.scale, section.banks, materials)
    )


def _metric_problems(scale: str, banks: Sequence[str], materials: Materials) -> Iterator[Problem]:
    metrics = {bank: materials.banks[bank].metric for bank in banks}
    setting = materials.profile.levels.get(scale)
    wanted = setting.metric if setting else next(iter(metrics.values()))
    for bank, metric in metrics.items():
        if metric != wanted:
            yield Problem(
                path=f"standard of {scale}" if setting else ", ".join(banks),
                key="metric",
                message=f'the bank "{bank}" is on the metric "{metric}", not "{wanted}"',
                cure="metrics are never compared: link them, or take the standard of that metric",
            )


def _evidence(course: Course, materials: Materials) -> Evidence:
    """Return the weakest link of parameters, cut points and the positions' standard."""
    rules, scale = materials.profile, course.specification.scale
    setting = rules.levels.get(scale)
    standard = proof.standard_class(setting.method if setting else None)
    in_set = rules.standards is not None and scale in rules.standards.full_set
    if in_set and rules.standards and rules.standards.evidence == proof.ASSUMED:
        standard = proof.ASSUMED
    return proof.evidence(pool_class(course, materials), standard)


def _scale(
    course: Course, materials: Materials, position_group: str | None, *, trial: bool
) -> ScaleProfile:
    specification, banks = course.specification, materials.banks
    pool = compile_pool(eligible(specification, banks), specification, banks)
    prior = course.ended.prior if course.ended else specification.reference
    posterior = posterior_of(pool, course.scored, prior)
    found = verdict(course, posterior, prior, materials)
    evidence = _evidence(course, materials)
    told = Findings() if found.reasons else _findings(course, posterior, materials, position_group)
    bank = banks[specification.banks[0]]
    return ScaleProfile(
        scale=specification.scale,
        name=bank.scales[specification.scale].name,
        section=specification.id,
        metric=bank.metric,
        measured=not found.reasons,
        reasons=found.reasons,
        trial=trial,
        evidence=evidence,
        se_kind=ESTIMATED if evidence.parameters in (proof.CALIBRATED, proof.LINKED) else NOMINAL,
        answered=len(course.scored),
        min_items=specification.min_items,
        variance_ratio=found.variance_ratio,
        final=told.final,
        band=told.band,
        beside=told.beside,
        level=told.level,
        level_withheld=told.level_withheld,
        standard=told.standard,
        subparts=_subparts(course, materials),
        notes=_notes(course, pool),
    )


def _findings(
    course: Course, posterior: Posterior, materials: Materials, position_group: str | None
) -> Findings:
    """Return the figures of a measured scale."""
    rules, scale = materials.profile, course.specification.scale
    ended = course.ended
    if ended is None:
        return Findings()
    low, high = posterior.interval(rules.confidence)
    band = Interval(low=low, high=high, confidence=rules.confidence, method="posterior, central")
    setting = rules.levels.get(scale)
    level = find_level(ended.final.theta, posterior, setting) if setting else None
    required = _required(rules, position_group, scale)
    return Findings(
        final=ended.final,
        band=band,
        beside=ended.beside,
        level=level,
        level_withheld=None if level else wording.reason(wording.NO_LEVELS, scale=scale),
        standard=compare(level, required, rules.confidence)
        if level and required is not None
        else None,
    )


def _required(rules: ProfileRules, position_group: str | None, scale: str) -> int | None:
    """Return the level that a position group needs on a scale, None where nothing says it."""
    group = _group(rules, position_group)
    return group.standard.get(scale) if group else None


def _group_name(rules: ProfileRules, position_group: str | None) -> Mapping[str, str]:
    group = _group(rules, position_group)
    return group.name if group else {}


def _group(rules: ProfileRules, position_group: str | None) -> PositionGroup | None:
    if rules.standards is None or position_group is None:
        return None
    return rules.standards.groups.get(position_group)


def _subparts(course: Course, materials: Materials) -> tuple[Subpart, ...]:
    """Return counts for each value of the tag that the section's blueprint bounds."""
    tag = course.specification.content.settings.get("tag")
    if not isinstance(tag, str):
        return ()
    pool = eligible(course.specification, materials.banks)
    values = sorted({item.tags[tag] for item in pool if tag in item.tags})
    shown = [one.item.tags.get(tag) for one in course.items]
    answered = [one.item.tags.get(tag) for one in course.scored]
    return tuple(
        Subpart(tag=tag, value=value, shown=shown.count(value), answered=answered.count(value))
        for value in values
    )


def _notes(course: Course, pool: Pool) -> tuple[str, ...]:
    """Return what a reader must know of the final estimate."""
    final = course.ended.final if course.ended else None
    edge = ("at_edge",) if final and final.at_edge else ()
    fell_back = ("fell_back",) if final and final.fell_back else ()
    return (*edge, *fell_back, *constant_pattern(pool, course.scored))
