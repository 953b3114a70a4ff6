"""Ranking of scores, with ties settled by position."""

import math

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray

TIE = 1e-9
"""Scores within this share of the best are equal to it."""
FEW = 64
"""Up to so many contenders are ranked without arrays."""


def best(scores: FloatArray, top: int) -> tuple[IntArray, FloatArray]:
    """Return the best positions and their scores, best first, (E, top) and (E, top).

    Place after place is given to the highest score that is left; among scores within 1e-9 of it,
    relatively, the lowest position wins. Places that no item is left for hold -1 and -inf.

    Args:
        scores: Scores, (E, n), without NaN; -inf marks what must not be chosen. They may be
            overwritten.
        top: How many places, 1 or more.
    """
    if len(scores) == 1:
        contenders = _contenders(scores[0], top)
        if len(contenders) <= FEW:
            few = few_ranked(contenders.tolist(), scores[0].take(contenders).tolist(), top)
            return np.array((few[0],)), np.array((few[1],))
    return _ranked_batch(scores, top)


def _ranked_batch(scores: FloatArray, top: int) -> tuple[IntArray, FloatArray]:
    rows = np.arange(len(scores))
    positions = np.full((len(scores), top), -1, dtype=np.int64)
    values = np.full((len(scores), top), -np.inf)
    for place in range(min(top, scores.shape[1])):
        peak = scores.max(axis=1)
        first = (scores >= (peak - TIE * np.abs(peak))[:, None]).argmax(axis=1)
        values[:, place] = scores[rows, first]
        positions[:, place] = np.where(peak > -np.inf, first, -1)
        scores[rows, first] = -np.inf
    return positions, values


def _contenders(scores: FloatArray, top: int) -> IntArray:
    """Return the positions that can win one of the places, ascending, from scores (n,)."""
    last = len(scores) - top
    if top == 1 and last > 0:
        limit = scores.max()
    else:
        limit = np.partition(scores, last)[last] if last > 0 else -np.inf
    if limit > -np.inf:
        return np.flatnonzero(scores >= limit - TIE * abs(limit))
    return np.flatnonzero(scores > -np.inf)


def few_ranked(
    positions: list[int], scores: list[float], top: int
) -> tuple[list[int], list[float]]:
    """Return the best of a few items of one examinee and their scores, as a row of `best`.

    Args:
        positions: Positions of the items, in any order.
        scores: Their scores, above -inf.
        top: How many places, 1 or more.
    """
    left = dict(zip(positions, scores, strict=True))
    chosen: list[int] = []
    values: list[float] = []
    for _ in range(min(top, len(left))):
        peak = max(left.values())
        equal = peak - TIE * abs(peak)
        first = min([position for position, score in left.items() if score >= equal])
        chosen.append(first)
        values.append(left.pop(first))
    missing = top - len(chosen)
    return chosen + [-1] * missing, values + [-math.inf] * missing
