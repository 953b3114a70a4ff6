"""What the Python peers take in the same run, on the same banks, with one thread."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from benchmarks.pools import dichotomous_bank, drawn_theta, graded_bank

REPOSITORY = Path(__file__).resolve().parent.parent
PYTHON = REPOSITORY / ".venv-peers" / "bin" / "python"
SIZES = (500, 5_000, 50_000)
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"), "1")


@frozen
class PeerFigure:
    """One figure of a peer: seconds, or examinees per second of CPU with their error."""

    peer: str
    what: str
    value: float
    rmse: float | None = None


def peer_figures(kind: str) -> list[PeerFigure]:
    """Return what the peers take to choose (``next``) or test (``tests``).

    Args:
        kind: ``next`` or ``tests``.
    """
    if not PYTHON.exists():
        print("the peers are not installed: `make .venv-peers/ready` does it, `make bench` too")
        return []
    with tempfile.TemporaryDirectory() as folder:
        banks = Path(folder, "banks.npz")
        arrays: dict[str, Any] = {f"dichotomous_{n}": dichotomous_bank(n) for n in SIZES}
        np.savez(banks, theta=drawn_theta(20_000), graded_500=graded_bank(500), **arrays)
        done = subprocess.run(
            [PYTHON, REPOSITORY / "benchmarks" / "peer_figures.py", banks, kind],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | ONE_THREAD,
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return [PeerFigure(**json.loads(line)) for line in lines]
