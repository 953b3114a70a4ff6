"""Sums over answers on a grid of theta: of the score, the information, Warm's J and their like."""

from collections.abc import Callable, Hashable

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.tables import RowTable, summed


def item_curves(
    pool: Pool, items: IntArray, theta: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return d log P_k / d theta (m, T, K), I (m, T) and J = sum of P' P'' / P (m, T)."""
    chances = pool.item_probabilities(items, theta)
    scores, bends = pool.item_log_derivatives(items, theta)
    slopes = chances * scores
    information = (slopes * scores).sum(axis=-1)
    return scores, information, (slopes * (scores**2 + bends)).sum(axis=-1)


def likelihood_sums(
    pool: Pool, items: IntArray, categories: IntArray, grid: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return score, I and J of the scored answers on a grid, (E, T) each.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored.
        grid: Points of theta, (T,).
    """

    def curves(new: IntArray) -> tuple[FloatArray, ...]:
        return item_curves(pool, new, grid[None, :])

    score, information, skew = sums_on_grid(pool, items, categories, ("likelihood", grid), curves)
    return score, information, skew


def sums_on_grid(
    pool: Pool,
    items: IntArray,
    categories: IntArray,
    named: tuple[Hashable, FloatArray],
    curves: Callable[[IntArray], tuple[FloatArray, ...]],
) -> list[FloatArray]:
    """Return sums over each examinee's scored answers of curves on a grid, (E, T) each.

    The curves are computed for items met for the first time and kept with the pool.

    Args:
        pool: The items.
        items: Positions in the pool, (E, L); -1 is padding.
        categories: Categories scored, (E, L); -1 is unscored.
        named: What the curves are, and their grid (T,); it must tell apart all that differ.
        curves: Takes items (m,) and returns a curve for each of their categories, (m, T, K), and
            any number of others for the items as wholes, (m, T).
    """
    name, grid = named
    scored = pool.scored(items, categories)
    new = np.unique(items[scored])
    K = pool.most_categories

    def rows(of: IntArray) -> FloatArray:
        by_category, *whole = curves(of)
        return np.concatenate((by_category, np.stack(whole, axis=-1)), axis=-1).transpose(0, 2, 1)

    def empty() -> RowTable:
        return RowTable.empty(len(pool), rows(new[:0]).shape[1], len(grid))

    table = pool.derived((name, grid.tobytes()), empty)
    if not table.known[new].all():
        new = new[~table.known[new]]
        table.put(new, rows(new))
    picked = [categories, *(np.full_like(categories, row) for row in range(K, table.K))]
    return [summed(table.rows, table.index(items, row, scored)) for row in picked]
