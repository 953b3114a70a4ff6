"""One `[[section]]` of the configuration: a scale, its banks, its rules by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.psychometrics import registry
from cact_tui.sessions.events import Prior
from cact_tui.sessions.specification import (
    PretestPlaces,
    RuleChoice,
    SectionSpecification,
    StopChoice,
)
from cact_tui.text import clean_line
from cact_tui.toml_source import SLUG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.toml_source import Table

Prove = bool
"""Whether rules are built once to prove their settings."""

LONGEST = 1000
"""The most items that a section may ask for."""


def read_section(
    table: Table, languages: Sequence[str], *, prove: bool = True
) -> SectionSpecification:
    """Return one section; every fault is recorded with its key.

    `prove` builds each rule once from its settings; without it they are taken as they stand, which
    is right only for bytes that were proved before.
    """
    section = table.text("id", shape=SLUG)
    if section:
        table.rename(f"section {section}")
    least = table.integer("min_items", 1, LONGEST)
    most = table.integer("max_items", 1, LONGEST)
    if least > most:
        table.problem(
            "min_items", f"{least} is more than max_items {most}", "lower it, or raise max_items"
        )
    interim, prior = _estimator(table, "interim", "interim", prove)
    final, reference, beside = _final(table, prove)
    specification = SectionSpecification(
        id=section,
        scale=table.text("scale", shape=SLUG),
        banks=_banks(table),
        title=table.texts("title", languages, limit=60),
        introduction=table.texts("introduction", languages, limit=1200),
        seconds=table.integer("minutes", 1, 24 * 60) * 60 if "minutes" in table else None,
        min_items=least,
        max_items=most,
        start=_rule(table, "start", registry.STARTS, prove, RuleChoice("fixed", {"theta": 0.0})),
        selector=_rule(table, "selector", registry.SELECTORS, prove, RuleChoice("mfi")),
        exposure=_rule(table, "exposure", registry.EXPOSURES, prove, RuleChoice("none")),
        content=_rule(table, "content", registry.CONTENTS, prove, RuleChoice("none")),
        interim=interim,
        final=final,
        beside=beside,
        prior=prior,
        reference=reference,
        stop=_stop(table, prove),
        break_after=table.integer("break_after_seconds", 0, 3600, 0),
        pretest=_pretest(table),
    )
    table.close()
    return specification


def _banks(table: Table) -> tuple[str, ...]:
    if table.values.get("banks") == []:
        table.problem("banks", "is empty", "name at least one bank")
    return table.strings("banks")


def _rule(table: Table, key: str, group: str, prove: Prove, default: RuleChoice) -> RuleChoice:
    if key not in table:
        return default
    inner = table.table(key)
    return _checked(inner, group, prove, aside=())


def _checked(table: Table, group: str, prove: Prove, aside: tuple[str, ...]) -> RuleChoice:
    """Return a rule by name with its settings, built once where that is to be proved."""
    rule, names = table.text("rule", limit=64), table.names()
    settings = {name: table.values[name] for name in names if name not in ("rule", *aside)}
    if rule and prove:
        _try(table, group, rule, settings)
    return RuleChoice(rule, settings)


def _try(table: Table, group: str, rule: str, settings: dict[str, object]) -> None:
    try:
        registry.build(group, rule, settings)
    except registry.SettingsError as error:
        for problem in error.problems:
            message, cure = (
                clean_line(text).rstrip(".") for text in (problem.message, problem.cure)
            )
            table.problem(problem.key, message, cure)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's package does when imported
        table.problem(
            "rule",
            f'"{rule}" cannot be used: {type(error).__name__} in its package',
            "mend or install that package, or use another rule",
        )


def _estimator(table: Table, key: str, name: str, prove: Prove) -> tuple[RuleChoice, Prior]:
    inner = table.table(key)
    prior = _prior(inner, "prior", name)
    return _checked(inner, registry.ESTIMATORS, prove, aside=("prior",)), prior


def _final(table: Table, prove: Prove) -> tuple[RuleChoice, Prior, RuleChoice | None]:
    """Return the reported estimator, its reference prior, and the one printed beside it."""
    inner = table.table("final")
    reference = _prior(inner, "reference", "reference")
    beside: RuleChoice | None = None
    if "beside" in inner:
        name = inner.text("beside", limit=64)
        if prove:
            _try(inner, registry.ESTIMATORS, name, {})
        beside = RuleChoice(name)
    rule = _checked(inner, registry.ESTIMATORS, prove, aside=("reference", "beside"))
    return rule, reference, beside


def _prior(table: Table, key: str, name: str) -> Prior:
    if key not in table:
        return Prior(name=name, mean=0.0, sd=1.0)
    inner = table.table(key)
    prior = Prior(
        name=name, mean=inner.number("mean", -6, 6, 0.0), sd=inner.number("sd", 0.1, 10, 1.0)
    )
    inner.close()
    return prior


def _pretest(table: Table) -> PretestPlaces | None:
    """Return how many pretest items come where; the banks show whether there are so many."""
    if "pretest" not in table:
        return None
    inner = table.table("pretest")
    before = inner.faults
    found = PretestPlaces(
        items=inner.integer("items", 1, LONGEST),
        first=inner.integer("first", 1, 2 * LONGEST),
        last=inner.integer("last", 1, 2 * LONGEST),
    )
    inner.close()
    if inner.faults > before:
        return None
    if found.last - found.first + 1 < found.items:
        inner.problem(
            "last",
            f"is {found.last}: places {found.first} to {found.last} do not hold "
            f"{found.items} items",
            "widen the window, or seed fewer items",
        )
        return None
    return found


def _stop(table: Table, prove: Prove) -> StopChoice:
    if "stop" not in table:
        return StopChoice(rules=())
    inner = table.table("stop")
    combine = "all" if "all" in inner else "any"
    if "all" in inner and "any" in inner:
        inner.problem("all", "stands beside `any`", "keep one of the two")
    rules = tuple(
        _checked(rule, registry.STOPS, prove, aside=())
        for rule in inner.tables(combine, required=True)
    )
    inner.close()
    return StopChoice(rules=rules, combine=combine)
