"""Sums over the answers of a batch, from tables with a row for each category of each item."""

from typing import Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray

CHUNK = 4_000_000
"""Figures that `summed` holds at a time (32 MB), so that large batches stay in bounds."""


@attrs.frozen(kw_only=True, eq=False)
class RowTable:
    """A row of T figures for each category of n items, filled in as items are met.

    Room is reserved for all items at once, but the system hands out memory only for rows that are
    written. What a row holds depends on its item alone, so it does not matter who fills it.

    Attributes:
        rows: The rows, (n K + 1, T); the last stands for no answer.
        known: Which items are filled in, (n,).
        K: The number of rows of an item.
    """

    rows: FloatArray
    known: BoolArray
    K: int

    @classmethod
    def empty(cls, n: int, K: int, T: int, neutral: float = 0.0) -> Self:
        """Return a table without any item, with one figure all along the row of no answer."""
        rows = np.empty((n * K + 1, T))
        rows[-1] = neutral
        return cls(rows=rows, known=np.zeros(n, dtype=np.bool_), K=K)

    def put(self, items: IntArray, values: FloatArray) -> None:
        """Fill in items (m,) with values (m, K, T)."""
        self.rows[:-1].reshape(len(self.known), self.K, self.rows.shape[1])[items] = values
        self.known[items] = True

    def index(self, items: IntArray, categories: IntArray, scored: BoolArray) -> IntArray:
        """Return the row of each answer; unscored ones get the row of no answer.

        Args:
            items: Positions, any shape.
            categories: Categories, of the same shape.
            scored: Which answers count, of the same shape.
        """
        return np.where(scored, items * self.K + categories, len(self.rows) - 1)


def summed(rows: FloatArray, index: IntArray) -> FloatArray:
    """Return the sums over L of rows (R, T) of a table, shape (E, T).

    Args:
        rows: The rows.
        index: Which rows, (E, L).
    """
    if len(index) * index.shape[1] * rows.shape[1] <= CHUNK:
        return np.asarray(rows[index].sum(axis=1))
    height = max(1, CHUNK // (index.shape[1] * rows.shape[1]))
    parts = [rows[index[at : at + height]].sum(axis=1) for at in range(0, len(index), height)]
    return np.concatenate(parts)
