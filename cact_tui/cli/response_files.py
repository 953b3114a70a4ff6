"""Responses for `cact calibrate`: a wide CSV file, or a folder of results."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from cact_tui.banks.items import ItemBank
from cact_tui.errors import BadInput, Problem, Problems
from cact_tui.psychometrics.arrays import IntArray
from cact_tui.results.reading import read_results
from cact_tui.sessions.states import Status
from cact_tui.toml_source import read_bytes, suggestion
from cact_tui.toml_source.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cact_tui.banks.items import Item
    from cact_tui.results.tree import ItemResult, Result

MISSING = -1
PARTICIPANT = "participant"
MOST_PROBLEMS = 50
"""A file of the wrong kind has a problem in every cell; so many tell that."""
RESULT_GROUPS = ("position_group", "language", "mode")
"""What the participants of result files can be grouped by."""
NOT_ADAPTIVE = ("random", "linear")
"""Selectors whose choice does not depend on answers."""


@frozen(kw_only=True)
class ResponseSet:
    """Responses of people to items of one bank.

    Attributes:
        source: The file or folder.
        items: Ids of the items, in the order of the columns.
        categories: Score categories, -1 where missing, (N, J).
        group: The group of each person; empty without groups.
        adaptive: Names of the selectors that chose items by answers, as far as it is known.
        warnings: What must be said of the data.
    """

    source: str
    items: tuple[str, ...]
    categories: IntArray = field(repr=False)
    group: tuple[str, ...] = field(repr=False)
    adaptive: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@frozen(kw_only=True)
class Columns:
    """What the columns of a response file are, besides items.

    `participant` is one that may be there, `group` one that must be, `ignored` are left alone.
    """

    participant: str = PARTICIPANT
    group: str | None = None
    ignored: tuple[str, ...] = ()


def read_responses(path: Path, bank: ItemBank, columns: Columns) -> ResponseSet:
    """Return the responses in a CSV file or a folder of results.

    Raises:
        BadInput: With all that is wrong, by line and column.
    """
    if path.is_dir():
        return _from_results(path, bank, columns)
    problems = Problems()
    data = read_bytes(path, problems)
    found = None if data is None else _from_csv(data, str(path), bank, columns, problems)
    problems.raise_errors()
    if found is None:
        raise BadInput(tuple(problems))
    return found


def _from_csv(
    data: bytes, label: str, bank: ItemBank, columns: Columns, problems: Problems
) -> ResponseSet | None:
    lines = _lines(data, label, problems)
    if not lines:
        return None
    (_, header), *rows = lines
    kinds = _kinds(header, label, bank, columns, problems)
    if problems.errors:
        return None
    if not rows:
        problems.add(_problem(label, 1, "", "holds no responses", "add a line for each person"))
        return None
    table = _Table(label=label, header=header, kinds=kinds, bank=bank, problems=problems)
    read = [table.row(line, row) for line, row in rows if len(problems) < MOST_PROBLEMS]
    if not any(read) and not problems.errors:
        message = "holds no responses that can be used"
        cure = "give each person a group and some answers" if columns.group else "add answers"
        problems.add(_problem(label, None, "", message, cure))
    items = tuple(name for name, kind in zip(header, kinds, strict=True) if kind == "item")
    kept = [row for row in read if row is not None]
    return ResponseSet(
        source=label,
        items=items,
        categories=np.array([row[0] for row in kept], dtype=np.int64).reshape(-1, len(items)),
        group=tuple(row[1] for row in kept) if columns.group else (),
        warnings=table.warnings(),
    )


def _lines(data: bytes, label: str, problems: Problems) -> list[tuple[int, list[str]]]:
    """Return the lines of a CSV file that hold anything, with their numbers."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        problems.add(_problem(label, line, "", "is not UTF-8", "save the file as UTF-8"))
        return []
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=";" if ";" in first and "," not in first else ",",
        strict=True,
    )
    lines = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                lines.append((reader.line_num, cells))
    except csv.Error as fault:
        problems.add(_problem(label, reader.line_num, "", f"is no CSV: {fault}", "correct it"))
        return []
    if not lines:
        problems.add(_problem(label, None, "", "is empty", "give a header line of item ids"))
    return lines


def _kinds(
    header: Sequence[str], label: str, bank: ItemBank, columns: Columns, problems: Problems
) -> list[str]:
    """Return what each column is: item, participant, group or ignored."""
    named = dict.fromkeys(columns.ignored, "ignored") | {columns.participant: "participant"}
    if columns.group:
        named[columns.group] = "group"
        if columns.group not in header:
            cure = suggestion(columns.group, header) or f"the columns are {_listed(header)}"
            problems.add(_problem(label, 1, columns.group, "is no column", cure))
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.add(_problem(label, 1, name or "header", "stands there twice", "remove one"))
    kinds = [named.get(name, "item" if name in bank.items else "") for name in header]
    for name in [name for name, kind in zip(header, kinds, strict=True) if not kind][:20]:
        cure = suggestion(name, bank.items) or f"correct it, or --ignore {name or 'it'}"
        message = f"is no item of the bank {bank.id}"
        problems.add(_problem(label, 1, shown(name), message, cure))
    if "item" not in kinds and not problems.errors:
        problems.add(_problem(label, 1, "", "has no column of an item", "name columns by item id"))
    return kinds


@frozen(kw_only=True)
class _Table:
    """The body of a CSV file, read line by line."""

    label: str
    header: Sequence[str]
    kinds: Sequence[str]
    bank: ItemBank
    problems: Problems
    people: dict[str, int] = field(factory=dict)
    ungrouped: list[int] = field(factory=list)
    silent: list[int] = field(factory=list)

    def row(self, line: int, cells: Sequence[str]) -> tuple[list[int], str] | None:
        """Return categories and group of one person; None where it holds nothing to use."""
        if len(cells) != len(self.header):
            message = f"has {len(cells)} fields, the header has {len(self.header)}"
            self._problem(line, "", message, "add or remove separators")
            return None
        group, categories = "", []
        for name, kind, cell in zip(self.header, self.kinds, cells, strict=True):
            if kind == "item":
                categories.append(self._category(line, name, cell))
            elif kind == "group":
                group = cell
            elif kind == "participant":
                self._person(line, name, cell)
        if "group" in self.kinds and not group:
            self.ungrouped.append(line)
            return None
        if max(categories) < 0:
            self.silent.append(line)
            return None
        return categories, group

    def warnings(self) -> tuple[str, ...]:
        """Return what must be said of lines that were left out."""
        found = []
        if self.ungrouped:
            found.append(f"{len(self.ungrouped)} people without a group were left out")
        if self.silent:
            found.append(f"{len(self.silent)} people without any answer were left out")
        return tuple(found)

    def _category(self, line: int, name: str, cell: str) -> int:
        if not cell:
            return MISSING
        parameters = self.bank.items[name].parameters
        top = parameters.top_category if parameters else 1
        if cell.isascii() and cell.isdigit() and len(cell) < 4 and int(cell) <= top:  # noqa: PLR2004 - digits
            return int(cell)
        cure = f"write 0 to {top}, or nothing where there is no answer"
        self._problem(line, name, f"{shown(cell)} is no category of the item", cure)
        return MISSING

    def _person(self, line: int, name: str, cell: str) -> None:
        if cell and cell in self.people:
            message = f"{shown(cell)} is there twice, first on line {self.people[cell]}"
            self._problem(line, name, message, "keep one line for each person")
        self.people.setdefault(cell, line)

    def _problem(self, line: int | None, key: str, message: str, cure: str) -> None:
        self.problems.add(_problem(self.label, line, key, message, cure))


def _from_results(path: Path, bank: ItemBank, columns: Columns) -> ResponseSet:
    if columns.group and columns.group not in RESULT_GROUPS:
        cure = f"name one of {', '.join(RESULT_GROUPS)}, or give a CSV file"
        message = f"results do not hold {shown(columns.group)}"
        raise BadInput([_problem(str(path), None, "--group", message, cure)])
    listing = read_results(path)
    collected = _Collected(bank=bank, group=columns.group)
    for stored in listing.newest:
        collected.add(stored.result)
    if not collected.rows:
        message = f"holds no answers to items of the bank {bank.id}"
        cure = "name the folder of results, and the bank they were taken from"
        raise BadInput([_problem(str(path), None, "", message, cure)])
    broken = tuple(f"{one} was left out" for one in listing.broken)
    return collected.responses(str(path), broken)


@frozen(kw_only=True)
class _Collected:
    """Answers of result files to the items of one bank."""

    bank: ItemBank
    group: str | None
    rows: list[dict[str, int]] = field(factory=list)
    groups: list[str] = field(factory=list)
    selectors: set[str] = field(factory=set)
    other_versions: list[str] = field(factory=list)
    rehearsals: list[str] = field(factory=list)
    invalid: list[str] = field(factory=list)
    ungrouped: list[str] = field(factory=list)

    def add(self, result: Result) -> None:
        """Take up the answers of one result; rehearsals and invalid tests are nobody's answers."""
        if result.session.rehearsal or result.session.state == Status.INVALIDATED:
            left_out = self.rehearsals if result.session.rehearsal else self.invalid
            left_out.append(result.reference)
            return
        answers = {}
        for section in result.sections:
            mine = dict(self._answers(section.items))
            if mine:
                answers.update(mine)
                self.selectors.add(section.method.selector.rule)
        group = self._group(result)
        if answers and self.group and not group:
            self.ungrouped.append(result.reference)
        elif answers:
            self.rows.append(answers)
            self.groups.append(group)

    def responses(self, source: str, warnings: tuple[str, ...]) -> ResponseSet:
        """Return the answers as a matrix."""
        items = tuple(sorted({item for row in self.rows for item in row}))
        column = {item: at for at, item in enumerate(items)}
        categories = np.full((len(self.rows), len(items)), MISSING, dtype=np.int64)
        for at, row in enumerate(self.rows):
            for item, category in row.items():
                categories[at, column[item]] = category
        return ResponseSet(
            source=source,
            items=items,
            categories=categories,
            group=tuple(self.groups) if self.group else (),
            adaptive=tuple(sorted(self.selectors.difference(NOT_ADAPTIVE))),
            warnings=(*warnings, *self._warnings()),
        )

    def _answers(self, items: Iterable[ItemResult]) -> Iterable[tuple[str, int]]:
        """Return the scored answers to items that are still what they were in the bank."""
        for shown_item in items:
            item = self.bank.items.get(shown_item.id)
            if shown_item.bank != self.bank.id or shown_item.category is None or item is None:
                continue
            if not _is_same(item, shown_item):
                self.other_versions.append(shown_item.id)
                continue
            yield shown_item.id, shown_item.category

    def _group(self, result: Result) -> str:
        named: Mapping[str, str | None] = {
            "position_group": result.participant.position_group,
            "language": result.session.language,
            "mode": result.session.mode,
        }
        return (named.get(self.group or "") or "").strip()

    def _warnings(self) -> tuple[str, ...]:
        found = []
        if self.rehearsals:
            found.append(f"{len(self.rehearsals)} rehearsals were left out")
        if self.invalid:
            found.append(f"{len(self.invalid)} invalid tests were left out")
        if self.ungrouped:
            found.append(f"{len(self.ungrouped)} people without a group were left out")
        if self.other_versions:
            items = _listed(sorted(set(self.other_versions)))
            found.append(
                f"{len(self.other_versions)} answers to other versions of {items} were left out"
            )
        return tuple(found)


def _is_same(item: Item, shown_item: ItemResult) -> bool:
    """Tell whether an item still is the one that was shown, parameters aside."""
    top = item.parameters.top_category if item.parameters else 1
    same = item.version == shown_item.version
    return same and shown_item.category is not None and shown_item.category <= top


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""  # noqa: PLR2004 - a line holds so many
    return ", ".join(names[:6]) + more


def _problem(path: str, line: int | None, key: str, message: str, cure: str) -> Problem:
    return Problem(path=path, line=line, key=key, message=message, cure=cure)
