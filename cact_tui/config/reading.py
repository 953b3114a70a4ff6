"""`config.toml` read strictly; the files it names are read in `materials`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import frozen

from cact_tui.config.correlations import read_correlations
from cact_tui.config.hall import HallSettings, read_hall
from cact_tui.config.proctor import ProctorSettings, read_proctor
from cact_tui.config.second_copy import read_second_copy
from cact_tui.config.sections import read_section
from cact_tui.config.settings import (
    AttemptLimits,
    EventPurpose,
    EventSettings,
    Policy,
    StoreSettings,
)
from cact_tui.i18n import LANGUAGES
from cact_tui.sessions.specification import BatterySpecification, InterruptionPolicy
from cact_tui.toml_source import SLUG
from cact_tui.toml_source.values import shown

if TYPE_CHECKING:
    from cact_tui.toml_source import Source, Table

FORMAT = 1


@frozen(kw_only=True)
class Paths:
    """Files and folders that the configuration names, relative to it; empty for none."""

    banks: str
    texts: str
    practice: str
    participants: str
    levels: str
    standards: str
    categories: str
    category_set: str


@frozen(kw_only=True)
class Configuration:
    """What stands in `config.toml` itself."""

    event: EventSettings
    store: StoreSettings
    paths: Paths
    battery: BatterySpecification
    policy: Policy
    hall: HallSettings
    proctor: ProctorSettings
    variance_ratio: float
    confidence: float


def read_configuration(source: Source, *, prove: bool = True) -> Configuration | None:
    """Return the configuration, or None when the source has problems (all recorded).

    `prove` is as in `read_section`.
    """
    root = source.table()
    root.integer("format", FORMAT, FORMAT)
    event = _event(root.table("event"))
    policy_table = root.table("policy")
    materials, profile = root.table("materials"), _profile(root)
    paths = _paths(materials, profile)
    battery = _battery(
        root, policy_table, event.languages, practice=bool(paths.practice), prove=prove
    )
    configuration = Configuration(
        event=event,
        store=_store(root.table("store")),
        paths=paths,
        battery=battery,
        policy=_policy(policy_table, hall=battery.authorisation == "proctor"),
        hall=read_hall(root),
        proctor=read_proctor(root),
        variance_ratio=profile.number("variance_ratio", 0.05, 1.0, 0.5),
        confidence=profile.number("confidence", 0.5, 0.999, 0.9),
    )
    profile.close()
    policy_table.close()
    root.close()
    return None if source.failed else configuration


def _event(table: Table) -> EventSettings:
    languages = table.strings("languages")
    for index, language in enumerate(languages):
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            table.problem(
                "languages",
                f'there are no screens in "{language}"',
                f"use {known}",
                inside=(index,),
            )
    if not languages:
        table.problem("languages", "is empty", f"name at least one of {', '.join(LANGUAGES)}")
    event = EventSettings(
        id=table.text("id", shape=SLUG),
        title=table.texts("title", languages, limit=200),
        purpose=table.choice("purpose", EventPurpose),
        languages=languages,
        timezone=_timezone(table),
    )
    table.close()
    return event


def _profile(root: Table) -> Table:
    """Return the table of the profile; every key in it may be left out, and so may the table."""
    return root.table("profile") if "profile" in root else root.below("profile", {})


def _timezone(table: Table) -> str:
    name = table.text("timezone", limit=64)
    try:
        ZoneInfo(name or "UTC")
    except (OSError, ValueError, KeyError):
        table.problem(
            "timezone", f'there is no time zone "{name}"', "write Asia/Jakarta or the like"
        )
    return name


def _store(table: Table) -> StoreSettings:
    store = StoreSettings(
        url=table.text("url"),
        results=table.text("results"),
        cache=table.text("cache", "var/cache"),
        second_copy=read_second_copy(table),
    )
    if not store.url.startswith("sqlite:"):
        table.problem("url", f'"{store.url}" names no store', 'write "sqlite:var/cact.db"')
    table.close()
    return store


def _paths(materials: Table, profile: Table) -> Paths:
    paths = Paths(
        banks=materials.text("banks"),
        texts=materials.text("texts"),
        practice=_optional(materials, "practice"),
        participants=_optional(materials, "participants"),
        levels=_optional(profile, "standard_settings"),
        standards=_optional(profile, "standards"),
        categories=_optional(profile, "categories"),
        category_set=_optional(profile, "category_set"),
    )
    if paths.categories and not paths.category_set:
        profile.problem(
            "category_set", "is missing", 'say which: category_set = "mapping" or "selection"'
        )
    materials.close()
    return paths


def _optional(table: Table, key: str) -> str:
    return table.text(key) if key in table else ""


def _battery(
    root: Table, policy: Table, languages: tuple[str, ...], *, practice: bool, prove: bool
) -> BatterySpecification:
    table = root.table("battery")
    sections = tuple(
        read_section(section, languages, prove=prove)
        for section in root.tables("section", required=True)
    )
    for key in ("id", "scale"):
        _no_twins(root, key, tuple(getattr(section, key) for section in sections))
    battery = BatterySpecification(
        sections=sections,
        seconds=table.integer("minutes", 1, 24 * 60) * 60 if "minutes" in table else None,
        practice=practice,
        authorisation=policy.word("authorisation", ("self", "proctor")),
        interruption=_interruption(table),
        may_leave=policy.boolean("leave", True),
        correlations=read_correlations(table, [section.scale for section in sections], prove=prove),
    )
    table.close()
    return battery


def _no_twins(root: Table, key: str, words: tuple[str, ...]) -> None:
    """Sections differ in id, and each measures a scale of its own."""
    for index, word in enumerate(words):
        if word and word in words[:index]:
            message = f'the section {key} "{word}" is given twice'
            root.problem("section", message, "give each section its own", inside=(index, key))


def _interruption(table: Table) -> InterruptionPolicy:
    if "interruption" not in table:
        return InterruptionPolicy()
    inner = table.table("interruption")
    policy = InterruptionPolicy(
        away_seconds=inner.integer("away_seconds", 5, 24 * 3600, 60),
        cuts=inner.integer("cuts", 1, 1000, 3),
    )
    inner.close()
    return policy


def _policy(table: Table, *, hall: bool) -> Policy:
    warnings = table.array("warnings_minutes", (30, 15, 5, 1))
    for index, minutes in enumerate(warnings):
        if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 < minutes < 24 * 60:
            table.problem(
                "warnings_minutes",
                f"{shown(minutes)} is not a number of minutes",
                "write [30, 15, 5, 1]",
                inside=(index,),
            )
    return Policy(
        show_result=table.boolean("show_result", False),
        clock=table.boolean("clock", True),
        warnings=tuple(minutes for minutes in warnings if isinstance(minutes, int)),
        valid_years=table.integer("valid_years", 1, 20, 3),
        sign_in=table.word("sign_in", ("number", "pin"), "pin" if hall else "number"),
        attempts=_attempts(table),
        late_minutes=table.integer("late_minutes", 0, 24 * 60, 0),
    )


def _attempts(table: Table) -> AttemptLimits:
    usual = AttemptLimits()
    if "attempts" not in table:
        return usual
    inner = table.table("attempts")
    limits = AttemptLimits(
        participant=inner.integer("participant", 1, 100, usual.participant),
        seat=inner.integer("seat", 1, 1000, usual.seat),
        lockout_minutes=inner.integer("lockout_minutes", 1, 24 * 60, usual.lockout_minutes),
    )
    inner.close()
    return limits
