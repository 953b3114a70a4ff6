"""A batch of examinees, each somewhere in the middle of a test."""

from typing import Any, Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.carried import Carried
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Prior
from cact_tui.psychometrics.structure import Structure


@attrs.frozen(kw_only=True, eq=False)
class Examinees:
    """E partly tested examinees; a live session is a batch of one.

    What follows from the answers (which items are open, likelihoods on a grid) is computed when it
    is first asked for, and carried along by `answered`, so that a step of a test costs no more at
    its end than at its beginning.

    Attributes:
        pool: The items.
        structure: Tags, enemies and sets of the pool.
        items: Positions in the pool in order of administration, then -1, (E, L).
        categories: The categories scored, (E, L); -1: shown but unscored, or padding.
        theta: Interim estimates, or starting values before the first answer, (E,).
        se: Their standard errors; the prior's sd before the first answer, (E,).
        min_items: The shortest test that may end.
        max_items: The longest test.
        prior: The prior of the interim estimate.
        barred: Items that an examinee must not be given whatever the rules say, such as items seen
            at an earlier event, (E, n); None: none.
        before: The interim estimates before the last answer, (E,); None: nobody asks for them.
        lasting: One uniform draw in [0, 1) of each examinee that holds for the whole test, (E,);
            None: no rule asks for it.
    """

    pool: Pool = attrs.field(repr=False)
    structure: Structure = attrs.field(repr=False)
    items: IntArray
    categories: IntArray
    theta: FloatArray
    se: FloatArray
    min_items: int
    max_items: int
    prior: Prior = attrs.field(factory=NormalPrior)
    barred: BoolArray | None = attrs.field(default=None, repr=False)
    before: FloatArray | None = attrs.field(default=None, repr=False)
    lasting: FloatArray | None = attrs.field(default=None, repr=False)
    carried: Carried = attrs.field(factory=Carried, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def counts(self) -> IntArray:
        """How many items each examinee was shown, (E,)."""
        return self.carried.fact("counts", self._counts_now)

    @property
    def administered(self) -> BoolArray:
        """Which items were shown, (E, n)."""
        return self.carried.fact("administered", self._administered_now)

    @property
    def open_items(self) -> BoolArray:
        """Which items may still come for all that structure says, (E, n).

        Not shown yet, not barred, no enemy shown, and not of a closed set: a set is
        closed once an item of it was shown and an item outside it after that.
        """
        return self.carried.fact("open_items", self._open_items_now)

    @property
    def current_set(self) -> IntArray:
        """The set of the item shown last, or -1, (E,)."""
        return self.carried.fact("current_set", self._current_set_now)

    def likelihood(self, grid: FloatArray) -> FloatArray:
        """Return the likelihood of all answers, each row scaled at will, (E, T).

        Args:
            grid: Points of theta, (T,).
        """
        return self.carried.likelihood(grid, self._likelihood_now)

    def answered(self, item: IntArray, category: IntArray) -> Self:
        """Return the examinees with one more item shown, their estimates unchanged.

        Args:
            item: The item shown to each, (E,); -1: none.
            category: The category scored, (E,); -1: unscored.

        Raises:
            ValueError: An item is shown to an examinee for the second time.
        """
        rows = (item >= 0).nonzero()[0]
        shown = item[rows]
        if (self.items[rows] == shown[:, None]).any():
            raise ValueError("An item is shown to an examinee for the second time.")
        order, width = self.counts[rows], self.items.shape[1]
        if len(rows) == len(self) and (order == width).all():
            items = np.concatenate((self.items, item[:, None]), axis=1)
            categories = np.concatenate((self.categories, category[:, None]), axis=1)
        else:
            width = max(width, int(order.max(initial=-1)) + 1)
            items, categories = (_widened(x, width) for x in (self.items, self.categories))
            items[rows, order] = shown
            categories[rows, order] = category[rows]
        after = attrs.evolve(self, items=items, categories=categories)
        after.carried.facts.update(self._facts_after(rows, shown))
        after.carried.multiply(
            self.carried, lambda grid: self.pool.likelihood(item, category, grid)
        )
        return after

    def estimated(self, theta: FloatArray, se: FloatArray) -> Self:
        """Return the same examinees with newer estimates, (E,) and (E,)."""
        after = attrs.evolve(self, theta=theta, se=se, before=self.theta)
        after.carried.take(self.carried)
        return after

    def some(self, rows: IntArray | BoolArray) -> Self:
        """Return some of the examinees, by position or by mask."""
        after = attrs.evolve(
            self,
            items=self.items[rows],
            categories=self.categories[rows],
            theta=self.theta[rows],
            se=self.se[rows],
            barred=None if self.barred is None else self.barred[rows],
            before=None if self.before is None else self.before[rows],
            lasting=None if self.lasting is None else self.lasting[rows],
        )
        after.carried.take(self.carried, rows)
        return after

    def _counts_now(self) -> IntArray:
        return np.asarray((self.items >= 0).sum(axis=1), dtype=np.int64)

    def _administered_now(self) -> BoolArray:
        shown = np.zeros((len(self), len(self.pool)), dtype=np.bool_)
        rows, order = (self.items >= 0).nonzero()
        shown[rows, self.items[rows, order]] = True
        return shown

    def _open_items_now(self) -> BoolArray:
        still_open = np.ones((len(self), len(self.pool)), dtype=np.bool_)
        if self.barred is not None:
            still_open &= ~self.barred
        rows, order = (self.items >= 0).nonzero()
        shut = self.structure.enemies_of[self.items[rows, order]]
        still_open[rows[:, None], shut] = False
        if self.structure.n_sets:
            still_open &= ~self._closed_sets()[:, self.structure.sets]
        return still_open

    def _current_set_now(self) -> IntArray:
        return self._shown_sets()[np.arange(len(self)), np.maximum(self.counts - 1, 0)]

    def _shown_sets(self) -> IntArray:
        """Return the sets of the items shown, or -1, (E, L), with one column at least."""
        if not self.items.shape[1]:
            return np.full((len(self), 1), -1, dtype=np.int64)
        return np.where(self.items >= 0, self.structure.sets[self.items], -1)

    def _closed_sets(self) -> BoolArray:
        """Return which sets are closed, (E, n_sets + 1); the last column stands for no set."""
        closed = np.zeros((len(self), self.structure.n_sets + 1), dtype=np.bool_)
        shown = self._shown_sets()
        rows, order = ((shown >= 0) & (shown != self.current_set[:, None])).nonzero()
        closed[rows, shown[rows, order]] = True
        return closed

    def _likelihood_now(self, grid: FloatArray) -> FloatArray:
        logs = self.pool.log_likelihood(self.items, self.categories, grid)
        return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)))

    def _facts_after(self, rows: IntArray, shown: IntArray) -> dict[str, Any]:
        """Return the facts that are known, as they are after an item was shown to some rows."""
        counts = self.counts.copy()
        counts[rows] += 1
        facts: dict[str, Any] = {"counts": counts}
        if "administered" in self.carried.facts:
            facts["administered"] = self.administered.copy()
            facts["administered"][rows, shown] = True
        if "open_items" in self.carried.facts:
            facts["open_items"] = self._open_after(rows, shown)
        if "current_set" in self.carried.facts:
            facts["current_set"] = self.current_set.copy()
            facts["current_set"][rows] = self.structure.sets[shown]
        return facts

    def _open_after(self, rows: IntArray, shown: IntArray) -> BoolArray:
        still_open = self.open_items.copy()
        still_open[rows[:, None], self.structure.enemies_of[shown]] = False
        if self.structure.n_sets:
            before = self.current_set[rows]
            left = (before >= 0) & (before != self.structure.sets[shown])
            still_open[rows[left]] &= self.structure.sets != before[left, None]
        return still_open


def _widened(values: IntArray, width: int) -> IntArray:
    """Return a copy with columns of -1 added up to a width."""
    missing = width - values.shape[1]
    if missing <= 0:
        return values.copy()
    return np.concatenate((values, np.full((len(values), missing), -1)), axis=1)
