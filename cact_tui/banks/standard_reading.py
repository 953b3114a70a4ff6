"""Reading the three kinds of files with standards; `standards` says what they mean."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cact_tui.banks.standards import (
    Band,
    CategorySet,
    CategorySets,
    Cut,
    PositionGroup,
    PositionStandards,
    StandardSetting,
)
from cact_tui.toml_source import LANGUAGE, SLUG, Source, Table, read_source
from cact_tui.toml_source.values import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cact_tui.banks.items import Texts
    from cact_tui.errors import Problems

FORMAT = 1
METHODS = ("assumed", "bookmark", "angoff", "borderline")
EVIDENCE = ("assumed", "set")
MAX_LEVEL = 9


def read_standard_setting(
    path: Path, problems: Problems, *, label: str | None = None
) -> StandardSetting | None:
    """Return the cut points in a file, or None with problems recorded."""
    source = read_source(path, problems, label=label)
    return None if source is None else parse_standard_setting(source)


def parse_standard_setting(source: Source) -> StandardSetting | None:
    """Return the cut points of a document, or None with problems recorded."""
    root = _root(source)
    method = root.word("method", METHODS)
    assumed = method == "assumed"
    cuts = _cuts(root)
    lowest = root.integer("lowest_level", 0, 1)
    setting = StandardSetting(
        scale=root.text("scale", shape=SLUG),
        metric=root.text("metric", shape=SLUG),
        lowest_level=lowest,
        cuts=cuts,
        method=method,
        panel=root.integer("panel", 0 if assumed else 1, 10_000),
        date=root.date("date").isoformat(),
        approver=root.text("approver", blank=assumed),
        levels=_levels(root, range(lowest, lowest + len(cuts) + 1)),
        digest=source.digest,
    )
    root.close()
    return None if source.failed else setting


def read_position_standards(
    path: Path, problems: Problems, *, label: str | None = None
) -> PositionStandards | None:
    """Return what position groups require, or None with problems recorded."""
    source = read_source(path, problems, label=label)
    return None if source is None else parse_position_standards(source)


def parse_position_standards(source: Source) -> PositionStandards | None:
    """Return the position groups of a document, or None with problems recorded."""
    root = _root(source)
    full_set = root.strings("full_set")
    standards = PositionStandards(
        evidence=root.word("evidence", EVIDENCE),
        full_set=full_set,
        groups=_groups(root, full_set),
        digest=source.digest,
    )
    root.close()
    return None if source.failed else standards


def read_category_sets(
    path: Path, problems: Problems, *, label: str | None = None
) -> CategorySets | None:
    """Return the categories of the match, or None with problems recorded."""
    source = read_source(path, problems, label=label)
    return None if source is None else parse_category_sets(source)


def parse_category_sets(source: Source) -> CategorySets | None:
    """Return the categories of a document, or None with problems recorded."""
    root = _root(source)
    categories = CategorySets(
        minimum_probability=root.number("minimum_probability", 0.5, 1.0),
        cap_overachievement=root.boolean("cap_overachievement"),
        sets=_sets(root),
        digest=source.digest,
    )
    root.close()
    return None if source.failed else categories


def _root(source: Source) -> Table:
    root = source.table()
    root.integer("format", FORMAT, FORMAT)
    return root


def _cuts(root: Table) -> tuple[Cut, ...]:
    tables = root.tables("cuts", required=True)
    cuts = tuple(Cut(cut.number("at", -10, 10), cut.number("se", 0, 10)) for cut in tables)
    for table in tables:
        table.close()
    for index, (low, high) in enumerate(pairwise(cuts), start=1):
        if not low.at < high.at:
            message = f"{high.at} is not above the cut before, {low.at}"
            root.problem("cuts", message, "let the cuts ascend", inside=(index, "at"))
    return cuts


def _levels(root: Table, wanted: range) -> Mapping[int, Texts]:
    """Return the names of the levels; each level between the cuts has exactly one."""
    found: dict[int, Texts] = {}
    for table in root.tables("level", required=True):
        number = table.integer("number", 0, MAX_LEVEL)
        if number in found:
            table.problem("number", f"level {number} is named twice", "remove one")
        elif number not in wanted:
            message = f"the cuts make the levels {wanted[0]} to {wanted[-1]}"
            table.problem("number", f"is {number}, but {message}", "correct it, or the cuts")
        found[number] = _name(table)
        table.close()
    for number in wanted:
        if number not in found and "level" in root.values:
            root.problem("level", f"lacks the level {number}", f"add one with number = {number}")
    return found


def _name(table: Table) -> Texts:
    """Return a name in the languages it is given in."""
    value = table.values.get("name")
    languages = tuple(value) if isinstance(value, dict) else ()
    for language in languages:
        if not LANGUAGE.pattern.fullmatch(language):
            message = f"{shown(language)} is no language code"
            table.problem("name", message, f"write {LANGUAGE.words}")
    if value == {}:
        table.problem("name", "is empty", 'write { id = "…", en = "…" }')
    return table.texts("name", languages or ("id", "en"), limit=200) if value != {} else {}


def _groups(root: Table, full_set: tuple[str, ...]) -> Mapping[str, PositionGroup]:
    found: dict[str, PositionGroup] = {}
    for table in root.tables("group", required=True):
        group_id = table.text("id", shape=SLUG)
        if group_id in found:
            table.problem("id", f"{shown(group_id)} is used twice", "give each its own id")
        if group_id:
            table.rename(f"group {group_id}")
        standard = _standard(table.table("standard"), full_set)
        found[group_id] = PositionGroup(id=group_id, name=_name(table), standard=standard)
        table.close()
    return found


def _standard(table: Table, full_set: tuple[str, ...]) -> Mapping[str, int]:
    """Return the level of each scale of the full set."""
    standard = {scale: table.integer(scale, 0, MAX_LEVEL) for scale in full_set}
    table.close()
    return standard


def _sets(root: Table) -> Mapping[str, CategorySet]:
    found: dict[str, CategorySet] = {}
    for table in root.tables("set", required=True):
        set_id = table.text("id", shape=SLUG)
        if set_id in found:
            table.problem("id", f"{shown(set_id)} is used twice", "give each its own id")
        if set_id:
            table.rename(f"set {set_id}")
        found[set_id] = CategorySet(set_id, _bands(table))
        table.close()
    return found


def _bands(table: Table) -> tuple[Band, ...]:
    bands = []
    for entry in table.tables("bands", required=True):
        bands.append(Band(entry.number("at_least", 0, 1_000), _name(entry)))
        entry.close()
    for index, (high, low) in enumerate(pairwise(bands), start=1):
        if not low.at_least < high.at_least:
            message = f"{low.at_least:g} is not below the band before, {high.at_least:g}"
            table.problem("bands", message, "let the bands descend", inside=(index,))
    if bands and bands[-1].at_least != 0:
        table.problem("bands", "the last band does not begin at 0", "add one with at_least = 0")
    return tuple(bands)
