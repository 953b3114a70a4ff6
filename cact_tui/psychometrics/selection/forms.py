"""Forms: items in an order that was laid down, and random forms for calibration."""

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray, read_only
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules


def _no_doubles(
    _rule: object, field: "attrs.Attribute[tuple[str, ...]]", ids: tuple[str, ...]
) -> None:
    twice = [item_id for item_id, count in Counter(ids).items() if count > 1]
    if twice:
        raise ValueError(f"{field.alias} names {twice[0]} twice.", "Name every item once.")


def unknown_items(pool: Pool, key: str, ids: tuple[str, ...]) -> tuple[SettingProblem, ...]:
    """Return a problem for each id that no item of the pool has."""
    known = set(pool.ids)
    return tuple(
        SettingProblem(
            key=key,
            message=f"names {item_id}, which is no item of this section.",
            cure="Correct the id, or leave it out.",
        )
        for item_id in ids
        if item_id not in known
    )


@attrs.frozen
class Linear:
    """A linear test: items in a given order, whatever the answers.

    Attributes:
        order: Item ids; items that are not named come after them, in order of id.
    """

    ratio_scale: ClassVar[bool] = False

    order: tuple[str, ...] = attrs.field(default=(), validator=_no_doubles)

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return minus the item's place in the order, 0 for the first, (E, n)."""
        place = examinees.pool.derived(self, lambda: read_only(self._places(examinees.pool)))
        return np.asarray(np.broadcast_to(-place, (len(examinees), len(place))))

    def _places(self, pool: Pool) -> FloatArray:
        named = [pool.index(item_id) for item_id in self.order]
        rest = np.setdiff1d(np.arange(len(pool)), named)
        place = np.empty(len(pool))
        place[np.concatenate((np.array(named, dtype=np.int64), rest))] = np.arange(len(pool))
        return place

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse ids of no item."""
        return unknown_items(pool, "order", self.order)


@attrs.frozen(kw_only=True)
class PlannedMissing:
    """Random forms of whole blocks: who gets which items is decided by chance, not by answers.

    For a first operation, whose answers calibrate the pool: missing by design, so missing at random
    (Graham, Taylor, Olchowski & Cumsille 2006), with all pairs of blocks met in some forms, which
    ties the pool together. The anchor comes first, for everybody. Then one block after the other
    is drawn, all with the same chance if they are of one size, and its items follow in random
    order. Items are dealt to the blocks in order of id, one by one, so that neighbours by topic
    are spread.

    Attributes:
        blocks: How many; a pool of n items without anchor has blocks of n / blocks items.
        anchor: Ids of items that everybody gets first.
    """

    ratio_scale: ClassVar[bool] = True

    blocks: int = attrs.field(validator=at_least(2))
    anchor: tuple[str, ...] = attrs.field(default=(), validator=_no_doubles)

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        """Return 2 for the anchor, 1 for a block begun, 0 for others, plus chance, (E, n)."""
        pool = examinees.pool
        block = pool.derived(self, lambda: read_only(self.of_pool(pool)))
        begun = np.zeros((len(examinees), self.blocks + 1), dtype=np.bool_)
        rows, order = (examinees.items >= 0).nonzero()
        begun[rows, block[examinees.items[rows, order]]] = True
        rank = np.where(block < 0, 2.0, 1.0 * begun[:, block])
        return np.asarray(rank + hashed(draw, np.arange(len(pool))))

    def of_pool(self, pool: Pool) -> IntArray:
        """Return each item's block, -1 for the anchor, (n,)."""
        anchored = np.isin(np.array(pool.ids), self.anchor)
        block = (np.cumsum(~anchored) - 1) % self.blocks
        return np.asarray(np.where(anchored, -1, block))

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:
        """Refuse ids of no item, more blocks than items, and tests no longer than the anchor."""
        found = unknown_items(pool, "anchor", self.anchor)
        spare = min(len(pool), rules.max_items) - len(self.anchor)
        if spare < 1 or self.blocks > len(pool) - len(self.anchor):
            found += (
                SettingProblem(
                    key="blocks",
                    message=f"is {self.blocks}: no items are left for each beside the anchor.",
                    cure="Give fewer blocks, a shorter anchor, or a longer test.",
                ),
            )
        return found
