"""Shortlists: which items can be the best near a point of theta, found once for many choices.

The axis of theta is cut into narrow cells. For each cell the items are listed by an upper bound of
their criterion within it, highest first. A choice looks at the first few items of its cell that may
be given, evaluates them exactly, and is certain if none further down the list can reach the last
place that is to be filled; where it is not certain, all items are evaluated. So the choice is the
same as without lists.
"""

import attrs
import numpy as np
from numpy.typing import NDArray

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, Scalar
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import PointSelector
from cact_tui.psychometrics.ranking import TIE, best, few_ranked

REACH = 8.0
"""Cells cover theta from -8 to 8; outside, all items are evaluated."""
WIDTH = 0.025
"""The width of a cell."""
CELLS = round(2 * REACH / WIDTH)
DEPTH = 256
"""The most items that a list holds."""
SPARE = 4
"""So many more items than are wanted are evaluated, so that most choices are certain at once."""
CHUNK = 2_000_000
"""Figures of the criterion held at a time while lists are made (16 MB)."""


@attrs.frozen(kw_only=True, eq=False)
class Shortlists:
    """Lists of the items of a pool by one selector's criterion, made cell by cell when needed.

    What a list holds depends on its cell alone, so it does not matter who makes it.

    Attributes:
        pool: The items.
        selector: Whose criterion it is.
        order: Positions of items by bound, highest first, (CELLS, M).
        bound: Their bounds, (CELLS, M).
        known: Which lists are made, (CELLS,).
    """

    pool: Pool
    selector: PointSelector
    order: IntArray
    bound: FloatArray
    known: BoolArray

    @classmethod
    def of(cls, pool: Pool, selector: PointSelector) -> "Shortlists":
        """Return the lists of a pool and a selector; they are kept with the pool."""
        depth = min(len(pool), DEPTH)
        return pool.derived(
            ("shortlists", selector),
            lambda: cls(
                pool=pool,
                selector=selector,
                order=np.empty((CELLS, depth), dtype=np.int64),
                bound=np.empty((CELLS, depth)),
                known=np.zeros(CELLS, dtype=np.bool_),
            ),
        )

    def ranked(
        self, theta: FloatArray, may: BoolArray, longest: int, top: int
    ) -> tuple[IntArray, FloatArray, BoolArray]:
        """Return the best items of each examinee, best first, and where that is certain.

        Args:
            theta: The examinees' points of theta, (E,).
            may: Which items may be given, (E, n).
            longest: How many items at most each examinee was shown.
            top: How many places are to be filled.

        Returns:
            Positions (E, top), scores (E, top) and whether they are certain (E,), as `best` of all
            items would give them.
        """
        cell = np.floor((theta + REACH) / WIDTH).astype(np.int64)
        certain = (cell >= 0) & (cell < CELLS)
        cell = np.where(certain, cell, 0)
        self._make(cell)
        depth = min(self.order.shape[1], longest + top + 2 * SPARE)
        listed = self.order[cell, :depth]
        place, found = _first(_taken(may, listed), top + SPARE)
        items = np.sort(_taken(listed, place), axis=1)
        places, values = best(self.selector.values(self.pool, items, theta), top)
        last = values[:, -1]
        certain &= found & (last - TIE * np.abs(last) > self.bound[cell, place[:, -1]])
        return _taken(items, places), values, certain

    def ranked_one(
        self, theta: FloatArray, may: BoolArray, shown: int, top: int
    ) -> tuple[IntArray, FloatArray] | None:
        """Return what `ranked` does for one examinee, in less time; None where it is uncertain.

        Args:
            theta: The examinee's point of theta, (1,).
            may: Which items may be given, (n,).
            shown: How many items the examinee was shown.
            top: How many places are to be filled.
        """
        point, wanted = float(theta[0]), top + SPARE
        if not abs(point) < REACH:
            return None
        cell = int((point + REACH) // WIDTH)
        if not self.known[cell]:
            self._make(np.array((cell,)))
        listed = self.order[cell, : shown + top + 2 * SPARE]
        places = may.take(listed).nonzero()[0][:wanted]
        if len(places) < wanted:
            return None
        items = listed.take(places)
        scores = self.selector.values(self.pool, items[None, :], theta)[0].tolist()
        chosen, values = few_ranked(items.tolist(), scores, top)
        last = values[-1]
        if not last - TIE * abs(last) > self.bound[cell, places[-1]]:
            return None
        return np.array((chosen,)), np.array((values,))

    def _make(self, cells: IntArray) -> None:
        """Make the lists of those cells that have none yet."""
        if self.known[cells].all():
            return
        new = np.unique(cells[~self.known[cells]])
        height = max(1, CHUNK // (3 * len(self.pool)))
        for at in range(0, len(new), height):
            part = new[at : at + height]
            self.order[part], self.bound[part] = self._lists(part)
            self.known[part] = True

    def _lists(self, cells: IntArray) -> tuple[IntArray, FloatArray]:
        """Return items by bound, highest first, and the bounds, (C, M) and (C, M)."""
        bounds = self._bounds(cells)
        depth = self.order.shape[1]
        listed = np.argpartition(-bounds, depth - 1, axis=1)[:, :depth]
        order = np.argsort(-np.take_along_axis(bounds, listed, axis=1), axis=1, kind="stable")
        listed = np.take_along_axis(listed, order, axis=1)
        return listed, np.take_along_axis(bounds, listed, axis=1)

    def _bounds(self, cells: IntArray) -> FloatArray:
        """Return an upper bound of each item's criterion within each cell, (C, n).

        The largest of the values at both ends and in the middle, and half of their second
        difference: four times what a parabola through them could rise above them between two.
        """
        points = cells[:, None] * WIDTH - REACH + np.array((0.0, WIDTH / 2, WIDTH))
        curves = self.selector.curves(self.pool, points.ravel())
        left, middle, right = np.moveaxis(curves.reshape(len(cells), 3, -1), 1, 0)
        bend = np.abs(left - 2.0 * middle + right)
        return np.asarray(np.maximum(np.maximum(left, right), middle) + 0.5 * bend)


def _taken(values: NDArray[Scalar], columns: IntArray) -> NDArray[Scalar]:
    """Return each row's values (E, n) at its own columns (E, W), shape (E, W)."""
    starts = np.arange(0, values.size, values.shape[1])
    return values.ravel().take(starts[:, None] + columns)


def _first(may: BoolArray, wanted: int) -> tuple[IntArray, BoolArray]:
    """Return the places of the first so many True of each row, and where there are so many.

    Args:
        may: Marks, (E, M).
        wanted: How many places; rows with fewer get places of other rows or of no meaning.
    """
    E, M = may.shape
    found = np.count_nonzero(may, axis=1)
    marked = np.flatnonzero(may)
    enough = np.asarray(found >= wanted)
    if not enough.any():
        return np.zeros((E, min(wanted, M)), dtype=np.int64), enough
    first = (found.cumsum() - found)[:, None] + np.arange(wanted)
    places = marked.take(first, mode="clip") - np.arange(0, may.size, M)[:, None]
    return np.clip(places, 0, M - 1), enough
