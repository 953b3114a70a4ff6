"""Responses and drawn items that the tests of calibration share."""

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.design import KERNELS
from cact_tui.psychometrics.protocols import Parameters

DATA = Path(__file__).parent / "data"
MODELS = ("1PL", "2PL", "3PL", "GRM", "GPCM", "PCM", "NRM")
SAT12_KEY = [int(option) for option in "14523121312421534414334135131545"]
# Frequencies of the patterns 00000, 00001, ..., 11111 (Bock & Lieberman 1970).
FREQUENCIES = {
    "LSAT6": "3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298",
    "LSAT7": "12 19 1 7 3 19 3 17 10 5 3 7 7 23 8 28 7 39 11 34 14 51 15 90 6 25 7 35 18 136 32"
    " 308",
}


def reference_fits() -> list[dict[str, Any]]:
    """Return mirt's fits."""
    found: list[dict[str, Any]] = json.loads((DATA / "mirt_calibration.json").read_text())["fits"]
    return found


def at_hand(name: str) -> bool:
    """Return whether the responses of a reference fit can be read here."""
    return name in FREQUENCIES or bool(os.environ.get("CACT_DATA"))


def known_responses(name: str) -> IntArray:
    """Return the responses of a reference fit that is at hand."""
    if name in FREQUENCIES:
        patterns = [[int(digit) for digit in f"{number:05b}"] for number in range(32)]
        return np.repeat(
            np.array(patterns, dtype=np.int64), [int(n) for n in FREQUENCIES[name].split()], axis=0
        )
    if name == "raschdat1":
        return _table("eRm_raschdat1.csv")
    return np.asarray(_table("mirt_SAT12.csv") == np.array(SAT12_KEY), dtype=np.int64)


def _table(name: str) -> IntArray:
    with (Path(os.environ["CACT_DATA"]) / name).open(encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    return np.array(rows, dtype=np.int64)


def drawn_parameters(rng: np.random.Generator, model: str, K: int) -> Parameters:
    """Return parameters of one item at random."""
    a = float(rng.lognormal(0.0, 0.3))
    steps = np.sort(rng.normal(0.0, 0.9, K - 1)) + 0.3 * (np.arange(K - 1) - (K - 2) / 2)
    return {
        "1PL": {"b": float(steps[0])},
        "2PL": {"a": a, "b": float(steps[0])},
        "3PL": {"a": a, "b": float(steps[0]), "c": float(rng.uniform(0.1, 0.3))},
        "GRM": {"a": a, "b": steps.tolist()},
        "GPCM": {"a": a, "b": steps.tolist()},
        "PCM": {"b": steps.tolist()},
        "NRM": {
            "a": np.sort(rng.uniform(0.3, 2.5, K - 1)).tolist(),
            "c": rng.normal(0.0, 0.6, K - 1).tolist(),
        },
    }[model]


def categories_of(model: str, K: int) -> int:
    """Return K for a graded model, 2 for one of right or wrong."""
    return 2 if model in {"1PL", "2PL", "3PL"} else K


def answers(
    rng: np.random.Generator,
    theta: FloatArray,
    model: str,
    parameters: Sequence[Parameters],
    K: int,
    *,
    D: float = 1.0,
) -> IntArray:
    """Return answers drawn under a model, (N, J)."""
    kernel = KERNELS[model]
    columns = []
    for item in parameters:
        xi = kernel.from_bank(item, D)[None]
        chances = np.exp(kernel.log_probabilities(xi, theta, np.array([D])))[0]
        draws = rng.random(len(theta))
        columns.append((draws > np.cumsum(chances, axis=0)).sum(axis=0))
    return np.asarray(np.minimum(np.stack(columns, axis=1), K - 1), dtype=np.int64)
