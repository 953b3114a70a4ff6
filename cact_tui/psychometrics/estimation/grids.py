"""Grids of theta: equally spaced points, and the trapezoid rule on them."""

from functools import lru_cache

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, read_only


@lru_cache(maxsize=64)
def equally_spaced(lower: float, upper: float, nodes: int) -> FloatArray:
    """Return equally spaced points from lower to upper, shape (nodes,), read-only."""
    return read_only(np.linspace(lower, upper, nodes))


@lru_cache(maxsize=64)
def log_trapezoid_weights(nodes: int) -> FloatArray:
    """Return the logs of the trapezoid weights 1/2, 1, ..., 1, 1/2, shape (nodes,), read-only."""
    weights = np.zeros(nodes)
    weights[[0, -1]] = np.log(0.5)
    return read_only(weights)
