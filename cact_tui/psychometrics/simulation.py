"""Simulated examinees: which category one of a known theta answers in."""

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.pool import Pool


def simulate(pool: Pool, item: IntArray, theta: FloatArray, u: FloatArray) -> IntArray:
    """Return the categories of simulated answers by the inverse of their distribution, (E,).

    The category is the smallest k with u < P_0 + ... + P_k, so that for one u the category rises
    with theta.

    Args:
        pool: The items.
        item: The item that each examinee answers, (E,); -1 gives category -1.
        theta: True values of theta, (E,).
        u: Uniform draws in [0, 1), (E,).
    """
    category = np.full(len(item), -1, dtype=np.int64)
    asked = np.flatnonzero(item >= 0)
    chances = pool.item_probabilities(item[asked], theta[asked, None])[:, 0, :]
    passed = (u[asked, None] >= chances.cumsum(axis=1)).sum(axis=1)
    category[asked] = np.minimum(passed, pool.n_categories[item[asked]] - 1)
    return category
