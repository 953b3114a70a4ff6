"""Batteries that the tests of several scales share."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.multidimensional.battery import SectionAnswers
from cact_tui.psychometrics.multidimensional.correlations import Correlations
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.simulation import simulate

GRID = np.linspace(-8.0, 8.0, 321)


def equal_correlations(s: int, r: float) -> FloatArray:
    """Return s by s correlations that are all r."""
    return np.full((s, s), r) + (1.0 - r) * np.eye(s)


def estimated(matrix: FloatArray, scales: Sequence[str]) -> Correlations:
    """Return correlations that may enter scores."""
    return Correlations(
        scales=tuple(scales),
        matrix=matrix,
        provenance="estimated",
        n=800,
        se=0.04,
        date=dt.date(2024, 5, 2),
    )


def scale_pool(model: str, n: int, rng: np.random.Generator) -> Pool:
    """Return a pool of 3PL or graded items at random."""
    rows: list[dict[str, float | Sequence[float]]] = []
    for _ in range(n):
        a, b = float(rng.lognormal(0.2, 0.3)), float(rng.normal())
        if model == "GRM":
            rows.append({"a": a, "b": [b - 0.9, b, b + 0.9]})
        else:
            rows.append({"a": a, "b": b, "c": float(rng.uniform(0.15, 0.25))})
    return Pool.compile([f"I{i:03d}" for i in range(n)], [model] * n, rows)


def answered(
    pool: Pool, theta: FloatArray, length: int, rng: np.random.Generator
) -> SectionAnswers:
    """Return what persons of known theta (E,) answer to items drawn for each."""
    items = np.array([rng.permutation(len(pool))[:length] for _ in theta])
    columns = [simulate(pool, items[:, at], theta, rng.random(len(theta))) for at in range(length)]
    return SectionAnswers(pool=pool, items=items, categories=np.stack(columns, axis=1))


def sections_of(
    models: dict[str, str], lengths: dict[str, int], r: float, count: int, seed: int
) -> dict[str, SectionAnswers]:
    """Return the answers of some persons to the sections of a battery."""
    rng = np.random.default_rng(seed)
    s = len(models)
    theta = rng.standard_normal((count, s)) @ np.linalg.cholesky(equal_correlations(s, r)).T
    return {
        scale: answered(scale_pool(model, 40, rng), theta[:, at], lengths[scale], rng)
        for at, (scale, model) in enumerate(models.items())
    }


def log_likelihoods(sections: dict[str, SectionAnswers]) -> FloatArray:
    """Return the log likelihood of each section on `GRID`, (E, s, T)."""
    rows = [x.pool.log_likelihood(x.items, x.categories, GRID) for x in sections.values()]
    return np.stack(rows, axis=1)


def joined(
    sections: dict[str, SectionAnswers], positions: dict[str, dict[str, int]]
) -> tuple[IntArray, IntArray]:
    """Return all answers as answers to one pool, by the positions of its items there."""
    items = [
        np.array([[positions[scale][x.pool.ids[i]] for i in row] for row in x.items])
        for scale, x in sections.items()
    ]
    categories = [x.categories for x in sections.values()]
    return np.concatenate(items, axis=1), np.concatenate(categories, axis=1)
