"""Pools, examinees and rules that the tests of psychometrics share."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cact_tui.psychometrics.administration import Rules, begin, choose, update, verdict
from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import Parameters
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.simulation import simulate
from cact_tui.psychometrics.starts import FixedStart
from cact_tui.psychometrics.structure import Structure

VECTORS = Path(os.environ.get("CACT_VECTORS", Path(__file__).parent / "vectors"))
MODELS = ("1PL", "2PL", "3PL", "4PL", "GRM", "GPCM")
"""Models whose higher categories belong to higher thetas, for pools made at random."""
ALL_MODELS = (*MODELS, "MGRM", "PCM", "RSM", "NRM")


def vectors(name: str) -> Any:
    """Return a file of reference vectors."""
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def parameters(model: str, row: Sequence[float | None]) -> Parameters:
    """Return the parameters of one of catR's rows under the keys of the bank format."""
    values = [float(value) for value in row if value is not None]
    by_lists: dict[str, Parameters] = {
        "GRM": {"a": values[0], "b": values[1:]},
        "MGRM": {"a": values[0], "b": sum(values[1:2]), "c": values[2:]},
        "PCM": {"b": values},
        "GPCM": {"a": values[0], "b": values[1:]},
        "RSM": {"b": values[0], "steps": values[1:]},
        "NRM": {"a": values[::2], "c": values[1::2]},
    }
    if model in by_lists:
        return by_lists[model]
    keys = {"1PL": "b", "2PL": "ab", "3PL": "abc", "4PL": "abcd"}[model]
    return {key: value for key, value in zip("abcd", values, strict=True) if key in keys}


def mirt_parameters(kind: str, row: Sequence[float]) -> tuple[str, Parameters]:
    """Return model and parameters of one of mirt's one-dimensional rows."""
    if kind == "gpcm":
        steps = np.diff(row[len(row) // 2 + 1 :])
        return "GPCM", {"a": row[0], "b": [-step / row[0] for step in steps.tolist()]}
    guess, most = (row[2], row[3]) if kind == "4PL" else (0.0, 1.0)
    return "4PL", {"a": row[0], "b": -row[1] / row[0], "c": guess, "d": most}


def pool_of(model: str, rows: Sequence[Sequence[float | None]], D: float = 1.0) -> Pool:
    """Return a pool of one model from catR's rows, in their order."""
    ids = [f"I{number:04d}" for number in range(len(rows))]
    return Pool.compile(ids, [model] * len(rows), [parameters(model, row) for row in rows], D)


def drawn_pool(n: int, seed: int = 1, D: float = 1.0) -> Pool:
    """Return a pool in which all models take turns."""
    rng = np.random.default_rng(seed)
    models = [MODELS[number % len(MODELS)] for number in range(n)]
    ids = [f"I{number:04d}" for number in range(n)]
    return Pool.compile(ids, models, [drawn_parameters(rng, model) for model in models], D)


def drawn_parameters(rng: np.random.Generator, model: str) -> Parameters:
    """Return parameters of one item at random."""
    a, b = float(rng.uniform(0.6, 2.0)), rng.normal(0.0, 1.0)
    if model in {"GRM", "GPCM"}:
        steps = np.sort(rng.normal(b, 0.8, int(rng.integers(2, 5)))) + np.arange(4)[:1] * 0.1
        return {"a": a, "b": steps.tolist()}
    c, d = float(rng.uniform(0.0, 0.3)), float(rng.uniform(0.85, 1.0))
    values = {"a": a, "b": float(b), "c": c, "d": d}
    keys = {"1PL": "b", "2PL": "ab", "3PL": "abc", "4PL": "abcd"}[model]
    return {key: values[key] for key in keys}


def same_slope_pool(n: int, a: float = 1.2, b: float = 0.3) -> Pool:
    """Return a pool of equal 2PL items."""
    ids = [f"I{number:04d}" for number in range(n)]
    return Pool.compile(ids, ["2PL"] * n, [{"a": a, "b": b}] * n)


def plain_rules(**changes: Any) -> Rules:
    """Return rules without exposure or content control, but for the changes."""
    rules: dict[str, Any] = {
        "start": FixedStart(),
        "selector": MaximumInformation(),
        "interim": ExpectedAPosteriori(),
        "min_items": 5,
        "max_items": 10,
    }
    return Rules(**(rules | changes))


def answers(*categories: int) -> tuple[IntArray, IntArray]:
    """Return items 0, 1, 2, ... with these categories, as a batch of one."""
    return np.arange(len(categories))[None, :], np.array([categories], dtype=np.int64)


def simulated(
    rules: Rules, pool: Pool, structure: Structure, theta: FloatArray, seed: int = 0
) -> Examinees:
    """Return examinees of known theta after their whole tests."""
    rng = np.random.default_rng(seed)
    examinees = begin(rules, pool, structure, rng.random(len(theta)))
    while True:
        draws = rng.random((len(theta), 3))
        item = choose(rules, examinees, draws[:, :2]).item
        ended = verdict(rules, examinees, item < 0).code >= 0
        if ended.all():
            return examinees
        item = np.where(ended, -1, item)
        examinees = update(rules, examinees, item, simulate(pool, item, theta, draws[:, 2]))


@st.composite
def items_of_any_model(draw: st.DrawFn) -> tuple[str, Parameters]:
    """Draw a model and sound parameters of one item."""
    model = draw(st.sampled_from(ALL_MODELS))
    slope = draw(st.floats(0.05, 4.0))
    places = st.floats(-6.0, 6.0)
    ordered = sorted(draw(st.lists(places, min_size=1, max_size=6, unique=True)))
    hundredths = st.lists(st.integers(-600, 600), min_size=1, max_size=6, unique=True)
    descending = sorted(draw(hundredths), reverse=True)
    some = draw(st.lists(places, min_size=1, max_size=6))
    by_lists: dict[str, Parameters] = {
        "GRM": {"a": slope, "b": ordered},
        "MGRM": {"a": slope, "b": draw(places), "c": [step / 100 for step in descending]},
        "PCM": {"b": some},
        "GPCM": {"a": slope, "b": some},
        "RSM": {"b": draw(places), "steps": some},
        "NRM": {"a": [draw(st.floats(-4.0, 4.0)) or slope for _ in some], "c": some},
    }
    if model in by_lists:
        return model, by_lists[model]
    lower = draw(st.floats(0.0, 0.5))
    values = {"a": slope, "b": draw(places), "c": lower, "d": draw(st.floats(0.6, 1.0))}
    keys = {"1PL": "b", "2PL": "ab", "3PL": "abc", "4PL": "abcd"}[model]
    return model, {key: value for key, value in values.items() if key in keys}


def pool_of_items(items: Sequence[tuple[str, Parameters]], D: float = 1.0) -> Pool:
    """Return a pool of the items in their order."""
    ids = [f"I{number:04d}" for number in range(len(items))]
    return Pool.compile(ids, [name for name, _ in items], [values for _, values in items], D)
