"""The pools, examinees and clocks that benches of the engine share."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

from cact_tui.psychometrics.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.psychometrics.arrays import FloatArray

CATEGORIES = 4


def dichotomous_bank(n: int) -> FloatArray:
    """Return rows (a, b, c) of n drawn 3PL items, D = 1, shape (n, 3)."""
    rng = np.random.default_rng(n)
    return np.column_stack(
        (rng.lognormal(0.2, 0.3, n), rng.normal(0.0, 1.1, n), rng.uniform(0.05, 0.25, n))
    )


def graded_bank(n: int) -> FloatArray:
    """Return rows (a, b1, b2, b3) of n drawn graded items of four categories, D = 1, (n, 4)."""
    rng = np.random.default_rng(n + 1)
    places = rng.normal(0.0, 0.9, (n, 1)) + rng.normal(0.0, 0.8, (n, CATEGORIES - 1))
    return np.column_stack((rng.lognormal(0.2, 0.3, n), np.sort(places, axis=1)))


def dichotomous_pool(n: int) -> Pool:
    """Return the pool of `dichotomous_bank`."""
    parameters = [{"a": a, "b": b, "c": c} for a, b, c in dichotomous_bank(n).tolist()]
    return Pool.compile(_ids(n), ["3PL"] * n, parameters)


def graded_pool(n: int) -> Pool:
    """Return the pool of `graded_bank`."""
    parameters = [{"a": row[0], "b": row[1:]} for row in graded_bank(n).tolist()]
    return Pool.compile(_ids(n), ["GRM"] * n, parameters)


def drawn_theta(n: int) -> FloatArray:
    """Return n draws from N(0, 1)."""
    return np.random.default_rng(9).normal(size=n)


def median_of(action: Callable[[], object], *, times: int, rounds: int = 7) -> float:
    """Return the median over some rounds of the mean seconds that an action takes."""
    action()
    spans = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(times):
            action()
        spans.append((time.perf_counter() - begun) / times)
    return statistics.median(spans)


def _ids(n: int) -> list[str]:
    return [f"I{number:05d}" for number in range(n)]
