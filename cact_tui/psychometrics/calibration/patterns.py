"""Responses as the estimation reads them: distinct patterns with counts, and cells.

A cell is one category of one item; the C cells of all items stand in the order of the items, then
of their categories. A sum over the answers of a pattern is then a product of its indicator of cells
with a table of cells, and an answer that is missing is in no cell.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from cact_tui.psychometrics.arrays import FloatArray, IntArray, read_only

MISSING = -1
ROWS_AT_ONCE = 2048
"""Patterns whose indicator stands in memory as floats at a time."""


@attrs.frozen(kw_only=True, eq=False)
class Patterns:
    """Distinct response patterns.

    Attributes:
        categories: Category of each item, -1 where it was not answered, (R, J).
        group: Group of each pattern, (R,).
        count: How many people have it, (R,).
        n_categories: Number of categories of each item, (J,).
        n_groups: Number of groups, G.
        row_of: The pattern of each person, (N,).
    """

    categories: IntArray
    group: IntArray
    count: FloatArray
    n_categories: IntArray
    n_groups: int
    row_of: IntArray

    @classmethod
    def of(
        cls, responses: IntArray, n_categories: Sequence[int], group: IntArray | None = None
    ) -> "Patterns":
        """Return the patterns of people's responses.

        Args:
            responses: Categories 0..K-1 of each person and item, -1 where missing, (N, J).
            n_categories: K of each item.
            group: Group of each person, 0..G-1, (N,); None: one group.

        Raises:
            ValueError: Shapes do not agree, or a category is outside its item's.
        """
        sizes = np.array(n_categories, dtype=np.int64)
        if responses.ndim != 2 or responses.shape[1] != len(sizes):  # noqa: PLR2004 - people, items
            raise ValueError("Responses must be people by items.")
        if ((responses < MISSING) | (responses >= sizes)).any():
            raise ValueError("A response is no category of its item.")
        groups = np.zeros(len(responses), dtype=np.int64) if group is None else group
        rows = np.column_stack((groups, responses)).astype(np.int16)
        distinct, row_of, count = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return cls(
            categories=read_only(distinct[:, 1:].astype(np.int64)),
            group=read_only(distinct[:, 0].astype(np.int64)),
            count=read_only(count.astype(np.float64)),
            n_categories=read_only(sizes),
            n_groups=int(groups.max(initial=0)) + 1,
            row_of=read_only(row_of.reshape(-1)),
        )

    def __len__(self) -> int:
        return len(self.count)

    @property
    def n_people(self) -> float:
        """The number of people, N."""
        return float(self.count.sum())

    @cached_property
    def first_cell(self) -> IntArray:
        """The first cell of each item, (J,)."""
        return np.concatenate(([0], np.cumsum(self.n_categories)[:-1]))

    @cached_property
    def n_cells(self) -> int:
        """The number of cells, C."""
        return int(self.n_categories.sum())

    @cached_property
    def cell_counts(self) -> FloatArray:
        """How many people answered in each cell, (C,)."""
        totals = np.zeros(self.n_cells)
        for rows, indicator in self.blocks():
            totals += self.count[rows] @ indicator
        return totals

    def answers(self) -> IntArray:
        """Return how many people answered each item, (J,)."""
        return np.rint(np.add.reduceat(self.cell_counts, self.first_cell)).astype(np.int64)

    def blocks(self) -> Iterator[tuple[slice, FloatArray]]:
        """Return the indicator of cells block by block: rows, and 0 or 1 of shape (rows, C)."""
        for start in range(0, len(self), ROWS_AT_ONCE):
            rows = slice(start, min(start + ROWS_AT_ONCE, len(self)))
            yield rows, self._indicator[rows].astype(np.float64)

    @cached_property
    def _indicator(self) -> NDArray[np.int8]:
        indicator = np.zeros((len(self), self.n_cells), dtype=np.int8)
        row, item = np.nonzero(self.categories >= 0)
        indicator[row, self.first_cell[item] + self.categories[row, item]] = 1
        return indicator
