"""A section of a result: method, estimates, counts, and every item with its figures."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cact_tui.results.evidence import parameter_class, weakest_parameters
from cact_tui.results.moments import moment
from cact_tui.results.plain import Values, plain
from cact_tui.results.tree import (
    BankFacts,
    Choosing,
    Counts,
    Estimates,
    ItemParameters,
    ItemResult,
    Method,
    Priors,
    Rule,
    SectionResult,
)
from cact_tui.sessions.pools import eligible
from cact_tui.sessions.states import ItemState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cact_tui.banks.items import ItemBank
    from cact_tui.config.settings import Materials
    from cact_tui.results.administration import Administered, Course
    from cact_tui.results.moments import Moment
    from cact_tui.sessions.specification import RuleChoice, SectionSpecification

OPEN = "open"
"""The state of an item that is on the screen where the record ends."""


def section_result(course: Course, materials: Materials) -> SectionResult:
    """Return one section as it stands in a result."""
    specification = course.specification
    banks = [materials.banks[bank] for bank in specification.banks]
    timezone = materials.event.timezone
    timings = [one.closing.timing for one in course.items if one.closing]
    return SectionResult(
        id=specification.id,
        scale=specification.scale,
        state=_state(course),
        banks=tuple(_bank(bank) for bank in banks),
        metric=banks[0].metric,
        parameters=pool_class(course, materials),
        method=_method(specification),
        min_items=specification.min_items,
        max_items=specification.max_items,
        budget_seconds=course.budget_seconds,
        used_ms=sum(timing.shown for timing in timings),
        uncharged_ms=sum(timing.uncharged for timing in timings),
        started=_moment(course.started_at, timezone),
        ended=_moment(course.ended_at, timezone),
        stop_reason=course.ended.reason if course.ended else None,
        start_rule=course.started.rule if course.started else None,
        start_draws=course.started.draws if course.started else (),
        priors=_priors(course),
        estimates=_estimates(course),
        counts=_counts(course),
        items=tuple(_item(one, timezone) for one in course.items),
    )


def pool_class(course: Course, materials: Materials) -> str:
    """Return the weakest class of parameters in the section's pool, the same for everybody."""
    pool = eligible(course.specification, materials.banks)
    return weakest_parameters([*pool, *(one.item for one in course.scored)])


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum of the counts of several sections."""
    counts = tuple(counts)
    return Counts(
        **{name: sum(getattr(one, name) for one in counts) for name in Counts.__annotations__}
    )


def _state(course: Course) -> str:
    if course.ended:
        return "ended"
    return "begun" if course.started else "not_begun"


def _moment(wall_ms: int | None, timezone: str) -> Moment | None:
    return None if wall_ms is None else moment(wall_ms, timezone)


def _bank(bank: ItemBank) -> BankFacts:
    return BankFacts(
        id=bank.id, version=bank.version, purpose=bank.purpose.value, metric=bank.metric
    )


def _method(specification: SectionSpecification) -> Method:
    return Method(
        start=_rule(specification.start),
        selector=_rule(specification.selector),
        exposure=_rule(specification.exposure),
        content=_rule(specification.content),
        interim=_rule(specification.interim),
        final=_rule(specification.final),
        beside=_rule(specification.beside) if specification.beside else None,
        stop=tuple(_rule(rule) for rule in specification.stop.rules),
        stop_when=specification.stop.combine,
        pretest=specification.pretest,
    )


def _rule(choice: RuleChoice) -> Rule:
    return Rule(rule=choice.rule, settings=plain(choice.settings))


def _priors(course: Course) -> Priors:
    """Return the priors on record, the configured ones where the section has none yet."""
    specification = course.specification
    return Priors(
        interim=course.started.prior if course.started else specification.prior,
        final=course.ended.prior if course.ended else specification.reference,
    )


def _estimates(course: Course) -> Estimates:
    latest = course.items[-1].shown.estimate if course.items else None
    return Estimates(
        start=course.started.start if course.started else None,
        interim=course.ended.interim if course.ended else latest,
        final=course.ended.final if course.ended else None,
        beside=course.ended.beside if course.ended else None,
    )


def _counts(course: Course) -> Counts:
    counting = [one for one in course.items if one.counts]
    found = Counter(_item_state(one) for one in counting)
    missing = max(0, course.specification.min_items - len(counting))
    return Counts(**found, not_reached=missing, pretest=len(course.items) - len(counting))


def _item_state(one: Administered) -> str:
    if one.response:
        return ItemState.ANSWERED.value
    return getattr(one.closing, "state", OPEN)


def _item(one: Administered, timezone: str) -> ItemResult:
    shown, response = one.shown, one.response
    return ItemResult(
        id=shown.item,
        version=shown.version,
        digest=shown.digest,
        bank=one.bank.id,
        role=shown.role,
        position=shown.position,
        language=shown.language,
        parameters=_parameters(one),
        options=shown.options,
        state=_item_state(one),
        given=response.given if response else (),
        category=response.category if response else None,
        shown=moment(one.shown_at, timezone),
        closed=_moment(one.closed_at, timezone),
        timing=one.closing.timing if one.closing else None,
        choosing=_choosing(one),
        before=shown.estimate,
        after=one.after,
        tags=one.item.tags,
    )


def _choosing(one: Administered) -> Choosing:
    shown = one.shown
    return Choosing(
        rule=shown.rule,
        criterion=shown.criterion,
        rank=shown.rank,
        candidates=shown.candidates,
        draws=shown.draws,
        order_draws=shown.order_draws,
        fallback=shown.fallback,
    )


def _parameters(one: Administered) -> ItemParameters | None:
    parameters, provenance = one.item.parameters, one.item.provenance
    if parameters is None or provenance is None:
        return None
    return ItemParameters(
        model=parameters.model,
        D=one.bank.D,
        values=_floats(parameters.values),
        evidence=parameter_class(one.item),
        method=provenance.method,
        rule=provenance.rule,
        n=provenance.n,
        date=provenance.date,
        software=provenance.software,
        sample=provenance.sample,
        se=_floats(provenance.se),
    )


def _floats(values: Mapping[str, Values]) -> Mapping[str, Values]:
    """Return figures as floats, so that a whole number reads back as what it was."""
    return {
        key: tuple(float(part) for part in value) if isinstance(value, tuple) else float(value)
        for key, value in values.items()
    }
