"""Interchangeable items put together: the blueprint as a small problem that stays the same.

Items with the same values in all rows form a class. A best test takes the best items of a class, so
a class needs no more columns than items that could enter a test. Column k of a class, its slot k,
stands for its k-th best item: first the items given so far, then the open ones by their worth. The
rows over the slots do not depend on theta or on what was given, and a test keeps its slots when one
of its items is given; so the last shadow test is at hand as a start for the next.
"""

import math
from functools import cached_property
from typing import Self

import attrs
import numpy as np
from numpy.typing import NDArray

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, read_only
from cact_tui.psychometrics.shadow.blueprint import Blueprint, Row

GIVEN_FIRST = 4.0
"""Keeps given items before and closed items behind the open ones; costs are 0 to 2."""
CLASS_APART = 16.0
FINED = -1.0
"""The weight of a row that must be met, while it is priced by a fine."""
LENGTH_FIRST = 4.0
"""What an item takes off where the length is not given: more than it adds."""


@attrs.frozen(kw_only=True, eq=False)
class Tasks:
    """E problems over the same N columns and m rows: make sum of cost * x as large as it can be.

    Attributes:
        items: The item that stands in each slot, (E, N); -1: the column is no item.
        costs: What each column is worth, (E, N).
        lower: Lower bounds of the columns, (E, N).
        upper: Their upper bounds, (E, N).
        least: Lower bounds of the rows, (E, m).
        most: Their upper bounds, (E, m).
    """

    items: IntArray
    costs: FloatArray
    lower: FloatArray
    upper: FloatArray
    least: FloatArray
    most: FloatArray

    def __len__(self) -> int:
        return len(self.costs)

    def some(self, rows: IntArray | BoolArray) -> Self:
        """Return some of the problems."""
        return type(self)(**{key: values[rows] for key, values in attrs.asdict(self).items()})


@attrs.frozen(kw_only=True, eq=False)
class Slots:
    """The columns and rows that all problems of a blueprint share.

    Columns are the slots of the classes, then one for each set, then what soft rows may fall short
    of and exceed by. Row 0 is the length of the test. Rows are divided by their largest value.

    Attributes:
        n: The number of items.
        classes: Each item's class, or -1 where the blueprint excludes it, (n,).
        groups: The class of each column; every column that is no slot is alone, (N,).
        ranks: Each column's place in its class, from 0, (N,).
        integral: Which columns must be whole, (N,).
        matrix: The values of the rows, (m, N).
        least: Lower bounds of the rows; row 0 is set by `tasks`, (m,).
        most: Their upper bounds, (m,).
        upper: Upper bounds of the columns, (N,).
        prices: What a column that is no slot takes off, in information, (N,); 0 for slots.
        fines: The same, where the item of most information is worth 1: for rows that must be met.
        longest: The longest test that the problems are for.
    """

    n: int
    classes: IntArray
    groups: IntArray
    ranks: IntArray
    integral: BoolArray
    matrix: FloatArray
    least: FloatArray
    most: FloatArray
    upper: FloatArray
    prices: FloatArray
    fines: FloatArray
    longest: int

    @classmethod
    def of(cls, blueprint: Blueprint, longest: int, penalty: float | None = None) -> Self:
        """Return the slots of a blueprint for tests up to a length.

        Args:
            blueprint: The blueprint.
            longest: The longest test.
            penalty: What a row of the table that must be met costs if it is off by a mean item,
                where the best item is worth 1, so that there is a test whatever happens; None:
                such rows must be met.
        """
        rows = [_softened(row, penalty is not None) for row in blueprint.rows]
        excluded = _excluded(rows, blueprint.n)
        rows = [row for row in rows if _binds(row, blueprint.n, longest, excluded)]
        values = np.zeros((blueprint.n + blueprint.n_sets, 1 + len(rows)))
        values[: blueprint.n, 0] = 1.0
        for number, row in enumerate(rows, start=1):
            values[row.columns, number] = row.values / _scale(row)
        ranges = [_range(row, blueprint.n, longest) for row in rows]
        slack = _Slack.of(rows, ranges, penalty)
        classes, columns = _classes(values[: blueprint.n], excluded)
        caps = _caps(columns, rows, np.bincount(classes[classes >= 0], minlength=len(columns)))
        caps = np.minimum(caps, longest)
        groups = np.repeat(np.arange(len(caps)), caps)
        n_whole = int(caps.sum()) + blueprint.n_sets
        alone = blueprint.n_sets + len(slack.most)
        boxes = [_box(row, low, high) for row, (low, high) in zip(rows, ranges, strict=True)]
        least, most = np.array(boxes, dtype=np.float64).reshape(-1, 2).T
        return cls(
            n=blueprint.n,
            classes=read_only(classes),
            groups=read_only(np.append(groups, len(caps) + np.arange(alone))),
            ranks=read_only(np.append(_within(caps), np.zeros(alone, dtype=np.int64))),
            integral=np.arange(len(groups) + alone) < n_whole,
            matrix=read_only(
                np.hstack((columns[groups].T, values[blueprint.n :].T, slack.columns)).copy(
                    order="C"
                )
            ),
            least=np.append(0.0, least),
            most=np.append(float(longest), most),
            upper=np.append(np.ones(n_whole), slack.most),
            prices=np.append(np.zeros(n_whole), slack.prices),
            fines=np.append(np.zeros(n_whole), slack.fines),
            longest=longest,
        )

    @property
    def n_slots(self) -> int:
        """How many columns stand for items."""
        return len(self._base)

    @cached_property
    def _base(self) -> IntArray:
        """Where each slot's item is found among the sorted items."""
        usable = int(self.classes.max(initial=-1)) + 1
        sizes = np.bincount(self.classes[self.classes >= 0], minlength=usable)
        n_excluded = int((self.classes < 0).sum())
        starts = n_excluded + np.cumsum(sizes) - sizes
        slots = self.groups < usable
        return np.asarray(starts[self.groups[slots]] + self.ranks[slots])

    def tasks(
        self,
        costs: FloatArray,
        given: BoolArray,
        may: BoolArray,
        lengths: tuple[IntArray, IntArray],
        unit: FloatArray,
    ) -> Tasks:
        """Return the problems of E examinees.

        Args:
            costs: What each item is worth, 0 to 2, (E, n).
            given: Which items were given, (E, n).
            may: Which items may still come, (E, n).
            lengths: The shortest and the longest test, (E,) and (E,). Where they differ, the
                shortest test there is comes before the best.
            unit: What one of information is worth, (E,).
        """
        key = self.classes * CLASS_APART - costs
        key -= GIVEN_FIRST * given
        key += GIVEN_FIRST * ~(given | may)
        slots = np.argsort(key, axis=1, kind="stable")[:, self._base]
        rows = np.arange(len(costs))[:, None]
        extra = np.zeros((len(costs), len(self.groups) - self.n_slots))
        taken = given[rows, slots]
        items = np.hstack((slots, extra.astype(np.int64) - 1))
        least, most = np.tile(self.least, (len(costs), 1)), np.tile(self.most, (len(costs), 1))
        least[:, 0], most[:, 0] = lengths
        worth = costs[rows, slots] - LENGTH_FIRST * (lengths[0] < lengths[1])[:, None]
        return Tasks(
            items=items,
            costs=np.hstack((worth, -self._charges(unit))),
            lower=np.hstack((taken.astype(np.float64), extra)),
            upper=np.hstack(((taken | may[rows, slots]) * 1.0, extra + self.upper[self.n_slots :])),
            least=least,
            most=most,
        )

    def _charges(self, unit: FloatArray) -> FloatArray:
        """Return what the columns that are no slots take off, (E, N - n_slots)."""
        return unit[:, None] * self.prices[self.n_slots :] + self.fines[self.n_slots :]

    def chosen(self, tasks: Tasks, x: FloatArray) -> BoolArray:
        """Return which items the solutions x (E, N) contain, (E, n)."""
        tests = np.zeros((len(tasks), self.n), dtype=np.bool_)
        row, slot = np.nonzero(x[:, : self.n_slots] > 0.5)  # noqa: PLR2004 - to the nearer
        tests[row, tasks.items[row, slot]] = True
        return tests


def _softened(row: Row, soften: bool) -> Row:  # noqa: FBT001 - one of two forms of a row
    if soften and row.source >= 0 and row.weight == math.inf:
        return attrs.evolve(row, weight=FINED)
    return row


def _excluded(rows: list[Row], n: int) -> BoolArray:
    """Return the items that a row allows none of, (n,)."""
    excluded = np.zeros(n, dtype=np.bool_)
    for row in rows:
        if row.weight == math.inf and row.most == 0 and (row.values > 0).all():
            excluded[row.columns[row.columns < n]] = True
    return excluded


def _binds(row: Row, n: int, longest: int, excluded: BoolArray) -> bool:
    """Return whether some test of allowed items could miss the row."""
    keep = np.array([c >= n or not excluded[c] for c in row.columns.tolist()], dtype=np.bool_)
    kept = attrs.evolve(row, columns=row.columns[keep], values=row.values[keep])
    low, high = _range(kept, n, longest)
    return low < row.least or high > row.most


def _scale(row: Row) -> float:
    return float(np.abs(row.values).max(initial=0.0)) or 1.0


def _range(row: Row, n: int, longest: int) -> tuple[float, float]:
    """Return bounds of what a row can sum up to in a test of up to ``longest`` items."""
    items, others = row.values[row.columns < n], row.values[row.columns >= n]
    ends = []
    for sign in (-1.0, 1.0):
        gains = np.sort(np.maximum(sign * items, 0.0))[::-1][:longest]
        ends.append(sign * (float(gains.sum()) + float(np.maximum(sign * others, 0.0).sum())))
    return ends[0], ends[1]


def _box(row: Row, low: float, high: float) -> tuple[float, float]:
    """Return finite bounds of a row, divided by its scale.

    A bound out of reach stands alone, so that nothing meets it.
    """
    if row.least > high:
        low = high = row.least
    elif row.most < low:
        low = high = row.most
    return max(row.least, low) / _scale(row), min(row.most, high) / _scale(row)


@attrs.frozen(kw_only=True, eq=False)
class _Slack:
    """The columns by which soft rows may be off, what they cost, and how far off at most."""

    columns: FloatArray
    prices: FloatArray
    fines: FloatArray
    most: FloatArray

    @classmethod
    def of(
        cls, rows: list[Row], ranges: list[tuple[float, float]], penalty: float | None
    ) -> "_Slack":
        columns, costs = [], []
        for number, (row, (low, high)) in enumerate(zip(rows, ranges, strict=True), start=1):
            if row.weight == math.inf:
                continue
            size = np.abs(row.values).mean() if len(row.values) else 1.0
            fine = (penalty or 0.0) / size if row.weight == FINED else 0.0
            for sign, room in ((1.0, row.least - low), (-1.0, high - row.most)):
                if room > 0:
                    columns.append(sign * (np.arange(1 + len(rows)) == number))
                    scale = _scale(row)
                    costs.append((max(row.weight, 0.0) * scale, fine * scale, room / scale))
        prices, fines, most = np.array(costs, dtype=np.float64).reshape(-1, 3).T
        table = np.array(columns, dtype=np.float64).reshape(-1, 1 + len(rows)).T
        return cls(columns=table, prices=prices, fines=fines, most=most)


def _classes(values: FloatArray, excluded: BoolArray) -> tuple[IntArray, FloatArray]:
    """Return each item's class, -1 where excluded, and the values of each class, (C, m)."""
    classes = np.full(len(values), -1, dtype=np.int64)
    columns, found = np.unique(values[~excluded], axis=0, return_inverse=True)
    classes[~excluded] = found.reshape(-1)
    return classes, columns


def _caps(columns: FloatArray, rows: list[Row], sizes: IntArray) -> IntArray:
    """Return how many items of each class fit into a test at most, (C,).

    Only rows that must be met and have no value below 0 can tell.
    """
    caps = sizes.astype(np.float64)
    for number, row in enumerate(rows, start=1):
        if row.weight == math.inf and (row.values > 0).all() and row.most < math.inf:
            here = columns[:, number] > 0
            fit = (row.most / _scale(row) + 1e-9) / columns[here, number]
            caps[here] = np.minimum(caps[here], np.floor(fit))
    return np.asarray(np.maximum(caps, 0), dtype=np.int64)


def _within(caps: NDArray[np.int64]) -> IntArray:
    """Return 0, 1, ..., cap - 1 for each class in turn."""
    starts = np.cumsum(caps) - caps
    return np.arange(int(caps.sum())) - np.repeat(starts, caps)
