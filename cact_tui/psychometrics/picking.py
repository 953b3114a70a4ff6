"""The last step of a choice: one of the best items is drawn."""

from collections.abc import Mapping

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.problems import RuleFaultError


@attrs.frozen(kw_only=True, eq=False)
class Picks:
    """The items picked.

    Attributes:
        item: Positions in the pool, (E,); -1: the pool is exhausted.
        score: The scores of the picked items, penalties taken off, (E,); -inf where none.
        rank: 1 for the best item, 2 for the next, and so on, (E,); 0 where none.
        candidates: The items among which one was drawn, best first, then -1, (E, k).
        notes: Where something was out of the ordinary, by name, (E,) each: ``exposure_ignored`` and
            ``set_closed``, as in `administration.Available`.
    """

    item: IntArray
    score: FloatArray
    rank: IntArray
    candidates: IntArray
    notes: Mapping[str, BoolArray]


def most(top: int | IntArray) -> int:
    """Return the largest number of candidates that anybody needs.

    Raises:
        RuleFaultError: Somebody needs fewer than one.
    """
    fewest, largest = (top, top) if isinstance(top, int) else (top.min(), top.max())
    if fewest < 1:
        raise RuleFaultError("exposure", "asks for fewer than one candidate.")
    return int(largest)


def drawn(
    candidates: IntArray,
    values: FloatArray,
    top: int | IntArray,
    draw: FloatArray,
    notes: Mapping[str, BoolArray],
) -> Picks:
    """Draw one of each row's candidates.

    Args:
        candidates: Positions, best first, then -1, (E, k).
        values: Their scores, (E, k).
        top: How many of them count, one number or (E,).
        draw: Uniform draws in [0, 1), (E,).
        notes: What was out of the ordinary.
    """
    if not isinstance(top, int):
        places = np.arange(candidates.shape[1])
        candidates = np.where(places < top[:, None], candidates, -1)
    if candidates.shape[1] == 1:
        item = candidates[:, 0]
        score, rank = values[:, 0], (item >= 0).astype(np.int64)
    else:
        counts = np.count_nonzero(candidates >= 0, axis=1)
        place = np.maximum(np.minimum((draw * counts).astype(np.int64), counts - 1), 0)
        rows = np.arange(len(candidates))
        item, score = candidates[rows, place], values[rows, place]
        rank = np.where(item >= 0, place + 1, 0)
    return Picks(
        item=item,
        score=score,
        rank=rank,
        candidates=candidates,
        notes={name: where for name, where in notes.items() if where.any()},
    )
