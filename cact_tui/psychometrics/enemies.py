"""Enemies against minima: no item may take away, by being given, what a minimum still needs."""

import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, IntArray
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.structure import CodedTag, Structure


def open_counts(coded: CodedTag, open_items: BoolArray) -> IntArray:
    """Return how many open items each value of a tag has, (E, V)."""
    counts = [open_items[:, members].sum(axis=1) for members in coded.members]
    return np.array(counts, dtype=np.int64).reshape(len(counts), len(open_items)).T


def without_enemies(structure: Structure, members: IntArray) -> int:
    """Return how many of some items can be given together, counted greedily in pool order."""
    item, enemy = structure.enemy_directions
    barred: set[int] = set()
    kept = 0
    for member in members.tolist():
        if member not in barred:
            kept += 1
            barred.update(enemy[item == member].tolist())
    return kept


def ample(coded: CodedTag, examinees: Examinees, missing: IntArray) -> bool:
    """Return whether no enemy can harm a minimum yet, by the worst that may have happened.

    Each item shown has taken from a value's reserve at most itself, its enemies, and a set that it
    has closed.
    """
    structure = examinees.structure
    taken = examinees.counts.max(initial=0) * (1 + structure.most_enemies + structure.largest_set)
    spare = coded.reserve - taken - missing.max(axis=0, initial=0)
    return bool((spare >= structure.most_enemies).all())


def spared(
    allowed: BoolArray, coded: CodedTag, examinees: Examinees, missing: IntArray
) -> BoolArray:
    """Return the allowed items whose enemies leave enough items for every minimum, (E, n).

    A reserve is kept: the open items without an earlier open enemy, which can all be given
    together. An item may be given if each value that still lacks items has as many left in the
    reserve afterwards as it lacks then. Where the reserve holds, an item of it may always be given,
    so that the minima stay within reach; where it cannot hold, nothing is forbidden.

    Args:
        allowed: What the bounds alone allow, (E, n).
        coded: The tag of the bounds.
        examinees: The batch.
        missing: How many items each value still lacks, (E, V).
    """
    open_items = examinees.open_items
    item, enemy = examinees.structure.enemy_directions
    reserve = _reserve(open_items, item, enemy)
    spare = open_counts(coded, reserve) - missing
    value = coded.codes[enemy]
    rows, pairs = (open_items[:, item] & reserve[:, enemy] & (value >= 0)).nonzero()
    keys = np.stack((rows, item[pairs], value[pairs]))
    (row, taker, taken), losses = np.unique(keys, axis=1, return_counts=True)
    own = (coded.codes[taker] == taken) & ~reserve[row, taker]
    harmful = (losses > spare[row, taken] + own) & (missing[row, taken] > 0)
    kept = allowed.copy()
    kept[row[harmful], taker[harmful]] = False
    stuck = ~(kept & open_items).any(axis=1)
    kept[stuck] = allowed[stuck]
    return kept


def _reserve(open_items: BoolArray, item: IntArray, enemy: IntArray) -> BoolArray:
    """Return the open items that have no earlier open enemy, (E, n)."""
    reserve = open_items.copy()
    later = item > enemy
    rows, pairs = (open_items[:, item[later]] & open_items[:, enemy[later]]).nonzero()
    reserve[rows, item[later][pairs]] = False
    return reserve
