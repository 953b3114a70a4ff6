"""The reference vectors of several dimensions, and pools made of their items."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.multidimensional.compensatory import CompensatoryPool
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal

VECTORS = Path(os.environ.get("CACT_VECTORS", Path(__file__).parent / "vectors"))
MODELS = {"graded": "GRM", "gpcm": "GPCM"}


def multidimensional_cases(name: str) -> list[Any]:
    """Return the cases of a file that have two dimensions or three."""
    cases = json.loads((VECTORS / name).read_text(encoding="utf-8"))["cases"]
    return [case for case in cases if case["dims"] > 1]


def title(case: Any) -> str:
    """Return what a case is called among the parameters of a test."""
    return f"{case['type']}-{case['dims']}d-{len(case.get('administered', ()))}"


def mirt_pool(kind: str, dims: int, rows: Sequence[Sequence[float]]) -> CompensatoryPool:
    """Return the pool of mirt's rows, in their order."""
    behind = [list(row[dims:]) for row in rows]
    ends = None
    if kind == "gpcm":
        intercepts = [rest[len(rest) // 2 + 1 :] for rest in behind]
    elif kind == "graded":
        intercepts = behind
    else:
        intercepts = [rest[:1] for rest in behind]
        filled = [[*rest, *(0.0, 1.0)[len(rest) - 1 :]] for rest in behind]
        ends = [(g, u) for _, g, u in filled]
    slopes = np.array([row[:dims] for row in rows], dtype=np.float64)
    models = [MODELS.get(kind, kind)] * len(rows)
    return CompensatoryPool.of_slopes(models, slopes, intercepts, ends)


def prior_of(case: Any) -> MultivariateNormal:
    """Return the prior of a case."""
    return MultivariateNormal(mean=case["mean"], covariance=case["cov"])


def answers_of(patterns: Sequence[Sequence[int | None]]) -> tuple[IntArray, IntArray]:
    """Return items 0, 1, 2, ... and the categories of some patterns, (E, L) each."""
    x = np.array([[-1 if value is None else value for value in row] for row in patterns])
    return np.tile(np.arange(x.shape[1]), (len(x), 1)), x
