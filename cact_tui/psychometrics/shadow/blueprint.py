"""A blueprint: the table of constraints as linear rows over the items of a pool.

A test is a vector x of zeros and ones over n items, followed by one column for each set of items
where sets are spoken of (1: the set is in the test). Row r is met when least <= sum of value * x
over its columns <= most.
"""

import difflib
import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, read_only
from cact_tui.psychometrics.problems import SettingProblem, SettingsError
from cact_tui.psychometrics.shadow.constraints import HARD, Constraint, Kind
from cact_tui.psychometrics.structure import Structure

TOLERANCE = 1e-7
"""How far a row may be off, relative to its largest value, and still count as met."""


@attrs.frozen(kw_only=True, eq=False)
class Row:
    """One linear row.

    Attributes:
        name: What it says, for messages.
        columns: The columns that it has values for, ascending, (k,).
        values: Their values, none of them 0, (k,).
        least: The lower bound, or minus infinity.
        most: The upper bound, or infinity.
        weight: What being off by one costs in information; infinite: it must be met.
        source: The index of the constraint that it comes from; -1: the bank's enemies, or what
            ties items to sets.
    """

    name: str
    columns: IntArray
    values: FloatArray
    least: float
    most: float
    weight: float = HARD
    source: int = -1


@attrs.frozen(kw_only=True, eq=False)
class Blueprint:
    """The rows of a table over the items of a pool.

    Attributes:
        n: The number of items.
        rows: The rows; the total length is not among them, because it changes as a test goes on.
        sets: Each item's set column, counted from 0, or -1; all -1 where sets are not spoken of.
        ranks: What items are ordered by, (n,); None: any order.
    """

    n: int
    rows: tuple[Row, ...]
    sets: IntArray = attrs.field(repr=False)
    ranks: IntArray | None = attrs.field(default=None, repr=False)

    @classmethod
    def compile(cls, constraints: Sequence[Constraint], structure: Structure) -> Self:
        """Return the rows of the constraints and of the bank's enemies.

        Raises:
            SettingsError: A constraint names what the pool has not got; all of them are told.
        """
        problems = list(unknown(constraints, structure))
        if problems:
            raise SettingsError(problems)
        kinds = {row.kind for row in constraints}
        of_sets = bool(kinds & {Kind.SETS, Kind.SET_ITEMS})
        rows = [
            row
            for source, asked in enumerate(constraints)
            for row in _rows(asked, source, structure)
        ]
        rows += _enemy_rows(structure)
        if of_sets:
            rows += _set_rows(constraints, structure)
        nothing = np.full(len(structure.sets), -1, dtype=np.int64)
        return cls(
            n=len(structure.sets),
            rows=tuple(rows),
            sets=structure.sets if of_sets else read_only(nothing),
            ranks=_ranks(constraints, structure),
        )

    @cached_property
    def n_sets(self) -> int:
        """How many columns of sets there are."""
        return int(self.sets.max(initial=-1)) + 1

    @cached_property
    def table(self) -> FloatArray:
        """The values of the rows, columns first, with a last column of zeros, (n + S + 1, m)."""
        table = np.zeros((self.n + self.n_sets + 1, len(self.rows)))
        for number, row in enumerate(self.rows):
            table[row.columns, number] = row.values
        return read_only(table)

    @cached_property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """The bounds of the rows, (m,) and (m,)."""
        return (
            read_only(np.array([row.least for row in self.rows], dtype=np.float64)),
            read_only(np.array([row.most for row in self.rows], dtype=np.float64)),
        )

    @cached_property
    def scales(self) -> FloatArray:
        """The largest value of each row, without its sign, (m,); 1 for a row without any."""
        return np.array([np.abs(row.values).max(initial=0.0) or 1.0 for row in self.rows])

    @cached_property
    def hard(self) -> BoolArray:
        """Which rows must be met, (m,)."""
        return np.array([row.weight == HARD for row in self.rows], dtype=np.bool_)

    def excess(self, items: IntArray) -> FloatArray:
        """Return how far each row is off, (E, m): above 0 too much, below 0 too little, 0 met.

        Args:
            items: Positions of the items of each test, (E, L); -1 is padding.
        """
        sums = self.table[items].sum(axis=1)
        if self.n_sets:
            used = np.zeros((len(items), self.n_sets + 1))
            rows, place = np.nonzero(items >= 0)
            used[rows, self.sets[items[rows, place]]] = 1.0
            sums += used[:, :-1] @ self.table[self.n : -1]
        least, most = self.limits
        off = np.maximum(sums - most, 0.0) - np.maximum(least - sums, 0.0)
        return np.where(np.abs(off) <= TOLERANCE * self.scales, 0.0, off)

    def met(self, items: IntArray) -> BoolArray:
        """Return whether each test meets all rows that must be met, (E,)."""
        return np.asarray((self.excess(items)[:, self.hard] == 0.0).all(axis=1))


def unknown(constraints: Sequence[Constraint], structure: Structure) -> Iterable[SettingProblem]:
    """Say which constraints name what the pool has not got, or cannot be kept with its sets."""
    for number, row in enumerate(constraints):
        for what, word, known in _absent(row, structure):
            near = difflib.get_close_matches(word, known, n=1)
            yield SettingProblem(
                key="constraints",
                message=f"[{number + 1}] ({row.name}): no item of the section has {what}.",
                cure=f"Did you mean {near[0]!r}?" if near else "Name what the bank has.",
            )
    yield from _order_problems(constraints, structure)


def _absent(row: Constraint, structure: Structure) -> Iterable[tuple[str, str, list[str]]]:
    """Say what a constraint names that no item has: in words, the word, and what there is."""
    for tag, values in row.where.items():
        if tag not in structure.tags:
            yield f"the tag {tag!r}", tag, list(structure.tags)
            continue
        known = structure.coded[tag].values
        yield from ((f"{tag} = {v!r}", v, list(known)) for v in values if v not in known)
    named: dict[Kind, tuple[str, list[str]]] = {
        Kind.SUM: ("the number", list(structure.numbers)),
        Kind.ORDER: ("the tag or number", [*structure.tags, *structure.numbers]),
        Kind.ITEMS: ("the id", list(structure.ids)),
        Kind.TOGETHER: ("the id", list(structure.ids)),
    }
    if row.kind in named:
        kind, listed = named[row.kind]
        have = set(listed)
        yield from ((f"{kind} {word!r}", word, listed) for word in row.subject if word not in have)


def _order_problems(
    constraints: Sequence[Constraint], structure: Structure
) -> Iterable[SettingProblem]:
    orders = [row for row in constraints if row.kind is Kind.ORDER]
    if len(orders) > 1:
        yield SettingProblem(
            key="constraints", message="order items in two ways.", cure="Keep one order."
        )
    absent = any(any(_absent(row, structure)) for row in orders)
    ranks = None if absent else _ranks(orders[:1], structure)
    for number in range(structure.n_sets):
        members = np.flatnonzero(structure.sets == number)
        if ranks is not None and len(np.unique(ranks[members])) > 1:
            yield SettingProblem(
                key="constraints",
                message=f"({orders[0].name}) parts the set of {structure.ids[members[0]]}.",
                cure="Give the items of a set one place in the order.",
            )


def _rows(asked: Constraint, source: int, structure: Structure) -> list[Row]:
    """Return the rows of one constraint over items."""
    if asked.kind in (Kind.ORDER, Kind.SET_ITEMS):
        return []
    if asked.kind is Kind.TOGETHER:
        return _together(asked, source, structure)
    if asked.kind is Kind.SETS:
        columns = len(structure.sets) + np.arange(structure.n_sets)
        values = np.ones(structure.n_sets)
    else:
        columns, values = _counted(asked, structure)
    return [
        Row(
            name=asked.name,
            columns=columns,
            values=values,
            least=asked.least,
            most=asked.most,
            weight=asked.weight,
            source=source,
        )
    ]


def _counted(asked: Constraint, structure: Structure) -> tuple[IntArray, FloatArray]:
    """Return the items that a constraint counts, and what each counts for."""
    if asked.kind is Kind.ITEMS:
        listed = set(asked.subject)
        chosen = np.array([item in listed for item in structure.ids], dtype=np.bool_)
    else:
        chosen = np.ones(len(structure.sets), dtype=np.bool_)
        for tag, values in asked.where.items():
            coded = structure.coded[tag]
            codes = [coded.values.index(value) for value in values]
            chosen &= np.isin(coded.codes, codes)
    items = np.flatnonzero(chosen)
    if asked.kind is not Kind.SUM:
        return items, np.ones(len(items))
    figures = structure.numbers[asked.subject[0]][items]
    return items[figures != 0], figures[figures != 0]


def _together(asked: Constraint, source: int, structure: Structure) -> list[Row]:
    places = {item: place for place, item in enumerate(structure.ids)}
    members = sorted(places[item] for item in asked.subject)
    return [
        Row(
            name=asked.name,
            columns=np.array([one, two], dtype=np.int64),
            values=np.array([1.0, -1.0]),
            least=0.0,
            most=0.0,
            source=source,
        )
        for one, two in pairwise(members)
    ]


def _enemy_rows(structure: Structure) -> list[Row]:
    """Return one row for each group of items that are all enemies of one another.

    Every pair is in a row. Whole groups bound the relaxation more tightly than their pairs do.
    """
    friends: dict[int, set[int]] = {}
    for one, two in structure.enemies.tolist():
        friends.setdefault(one, set()).add(two)
        friends.setdefault(two, set()).add(one)
    rows: list[Row] = []
    covered: set[tuple[int, int]] = set()
    for one, two in structure.enemies.tolist():
        if (one, two) in covered:
            continue
        group = [one, two]
        for other in sorted(friends[one] & friends[two]):
            if all(other in friends[member] for member in group):
                group.append(other)
        group.sort()
        covered.update((a, b) for a in group for b in group if a < b)
        rows.append(_at_most_one(group, structure))
    return rows


def _at_most_one(group: Sequence[int], structure: Structure) -> Row:
    return Row(
        name=f"enemies {', '.join(structure.ids[member] for member in group)}",
        columns=np.array(group, dtype=np.int64),
        values=np.ones(len(group)),
        least=-math.inf,
        most=1.0,
    )


def _set_rows(constraints: Sequence[Constraint], structure: Structure) -> list[Row]:
    """Return what ties each set's column to its items, and bounds how many of them come."""
    bounds = [(n, row) for n, row in enumerate(constraints) if row.kind is Kind.SET_ITEMS]
    source = bounds[0][0] if bounds else -1
    fewest = max([1.0, *(row.least for _, row in bounds)])
    most = min([math.inf, *(row.most for _, row in bounds)])
    rows = []
    for number in range(structure.n_sets):
        members = np.flatnonzero(structure.sets == number)
        columns = np.append(members, len(structure.sets) + number)
        name = f"items of the set of {structure.ids[members[0]]}"
        for low, high, times in (
            (0.0, math.inf, fewest),
            (-math.inf, 0.0, min(most, len(members))),
        ):
            values = np.append(np.ones(len(members)), -times)
            rows.append(
                Row(name=name, columns=columns, values=values, least=low, most=high, source=source)
            )
    return rows


def _ranks(constraints: Sequence[Constraint], structure: Structure) -> IntArray | None:
    """Return each item's place in the order that is asked for; items may share a place."""
    for row in constraints:
        if row.kind is Kind.ORDER:
            name = row.subject[0]
            if name in structure.tags:
                return read_only(_places(structure.tags[name]))
            return read_only(np.unique(structure.numbers[name], return_inverse=True)[1])
    return None


def _places(values: Sequence[str]) -> IntArray:
    """Return the places of texts in order: as numbers if all are numbers, else as texts."""
    try:
        keys = {value: float(value or -math.inf) for value in values}
    except ValueError:
        known = sorted(set(values))
        return np.array([known.index(value) for value in values], dtype=np.int64)
    return np.unique([keys[value] for value in values], return_inverse=True)[1]
