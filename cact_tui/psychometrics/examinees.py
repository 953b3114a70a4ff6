"""A batch of examinees, each somewhere in the middle of a test."""

from functools import cached_property

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Prior
from cact_tui.psychometrics.structure import Structure


@attrs.frozen(kw_only=True, eq=False)
class Examinees:
    """E partly tested examinees; a live session is a batch of one.

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

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def counts(self) -> IntArray:
        """How many items each examinee was shown, (E,)."""
        return np.asarray((self.items >= 0).sum(axis=1), dtype=np.int64)

    @cached_property
    def administered(self) -> BoolArray:
        """Which items were shown, (E, n)."""
        shown = np.zeros((len(self), len(self.pool)), dtype=np.bool_)
        rows, order = (self.items >= 0).nonzero()
        shown[rows, self.items[rows, order]] = True
        return shown

    @cached_property
    def open_items(self) -> BoolArray:
        """Which items may still come for all that structure says, (E, n).

        Not shown yet, no enemy shown, and not of a closed set: a set is closed once an item of it
        was shown and an item outside it after that.
        """
        shown = self.administered
        still_open = ~shown
        if len(self.structure.enemies):
            item, enemy = self.structure.enemy_directions
            rows, pairs = shown[:, item].nonzero()
            still_open[rows, enemy[pairs]] = False
        if self.structure.n_sets:
            still_open &= ~self._closed_sets[:, self.structure.sets]
        return still_open

    @cached_property
    def current_set(self) -> IntArray:
        """The set of the item shown last, or -1, (E,)."""
        return self._shown_sets[np.arange(len(self)), np.maximum(self.counts - 1, 0)]

    @cached_property
    def _shown_sets(self) -> IntArray:
        """The sets of the items shown, or -1, (E, L), with one column at least."""
        if not self.items.shape[1]:
            return np.full((len(self), 1), -1, dtype=np.int64)
        return np.where(self.items >= 0, self.structure.sets[self.items], -1)

    @cached_property
    def _closed_sets(self) -> BoolArray:
        """Which sets are closed, (E, n_sets + 1); the last column stands for no set."""
        closed = np.zeros((len(self), self.structure.n_sets + 1), dtype=np.bool_)
        shown = self._shown_sets
        rows, order = ((shown >= 0) & (shown != self.current_set[:, None])).nonzero()
        closed[rows, shown[rows, order]] = True
        return closed
