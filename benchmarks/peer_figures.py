"""Figures of the Python packages of this field, each asked in its own terms.

It runs under an interpreter that has the peers and nothing of ours (`make .venv-peers/ready`), on
the banks in the file named first, and prints one line of JSON for each figure of the kind named
second, ``next`` or ``tests``:
{"peer": name, "what": figure, "value": seconds or examinees per second of CPU, "rmse": ...}.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LENGTH = 30
CATSIM_EXAMINEES, CATPIE_EXAMINEES, MIRT_EXAMINEES, MIRT_NODES = 100, 10, 4_000, 61


def main() -> None:
    """Print the figures of every peer."""
    warnings.simplefilter("ignore")
    banks = np.load(sys.argv[1])
    for figures in KINDS[sys.argv[2]]:
        figures(banks)


def catsim_next(banks: Any) -> None:
    """Print how long catsim takes to choose by maximum information."""
    from catsim.item_bank import ItemBank
    from catsim.selection import MaxInfoSelector

    selector = MaxInfoSelector()
    for n in (500, 5_000, 50_000):
        bank = ItemBank(_four(banks[f"dichotomous_{n}"]))
        shown = list(range(0, n, n // 10))[:10]
        span = _median(
            partial(selector.select, item_bank=bank, administered_items=shown, est_theta=0.3)
        )
        _print("catsim", f"next_{n}", span)


def catsim_tests(banks: Any) -> None:
    """Print catsim's rate: maximum information, maximum likelihood (it has no EAP)."""
    from catsim.estimation import NumericalSearchEstimator
    from catsim.initialization import FixedPointInitializer
    from catsim.item_bank import ItemBank
    from catsim.selection import MaxInfoSelector
    from catsim.simulation import Simulator
    from catsim.stopping import TestLengthStopper

    theta = banks["theta"][:CATSIM_EXAMINEES]
    simulator = Simulator(
        ItemBank(_four(banks["dichotomous_500"])),
        theta,
        FixedPointInitializer(0.0),
        MaxInfoSelector(),
        NumericalSearchEstimator(),
        TestLengthStopper(min_items=LENGTH, max_items=LENGTH),
        seed=5,
    )
    _rate("catsim", "tests", theta, lambda: [simulator.simulate(), simulator.latest_estimations][1])


def catpie_next(banks: Any) -> None:
    """Print how long catpie takes to choose by maximum information."""
    import catpie

    for n in (500, 5_000):
        rows = [tuple(row) for row in _four(banks[f"dichotomous_{n}"]).tolist()]
        shown = list(range(0, n, n // 10))[:10]
        span = _median(partial(catpie.selectNextItem, rows, 0.3, shown), times=2)
        _print("catpie", f"next_{n}", span)


def catpie_tests(banks: Any) -> None:
    """Print catpie's rate: maximum information, EAP with 33 nodes."""
    import catpie

    rows = [tuple(row) for row in _four(banks["dichotomous_500"]).tolist()]
    draw = random.Random(2).random  # noqa: S311 - a simulation keeps no secret
    theta = banks["theta"][:CATPIE_EXAMINEES]
    stop = {"rule": ["length"], "thr": [LENGTH], "alpha": 0.05}

    def tests() -> list[float]:
        return [
            catpie.randomCAT(
                t, rows, method="EAP", itemSelect="MFI", stop=stop, rng=draw
            ).finalTheta
            for t in theta.tolist()
        ]

    _rate("catpie", "tests", theta, tests)


def mirt_next(banks: Any) -> None:
    """Print how long mirt (PyPI) takes to choose by maximum information."""
    from mirt.cat.selection import MaxFisherInformation

    for n in (500, 5_000, 50_000):
        model = _three(banks[f"dichotomous_{n}"])
        left = set(range(n)) - set(range(0, n, n // 10))
        selector = MaxFisherInformation()
        span = _median(partial(selector.select_item, model, 0.3, left, [], []))
        _print("mirt", f"next_{n}", span)


def mirt_tests(banks: Any) -> None:
    """Print the rates of mirt (PyPI) in lockstep: maximum information, EAP with 61 nodes."""
    from mirt.cat import CATEngine
    from mirt.models import GradedResponseModel

    graded = banks["graded_500"]
    model = GradedResponseModel(len(graded), n_categories=graded.shape[1])
    model.set_parameters(discrimination=graded[:, 0], thresholds=graded[:, 1:])
    theta = banks["theta"][:MIRT_EXAMINEES]
    pairs = [("tests", _three(banks["dichotomous_500"])), ("graded_tests", _fitted(model))]
    for what, tested in pairs:
        engine = CATEngine(
            tested,
            max_items=LENGTH,
            min_items=LENGTH,
            se_threshold=1e-6,
            n_quadpts=MIRT_NODES,
            seed=3,
        )
        _rate("mirt", what, theta, partial(_mirt_thetas, engine, theta))


def _mirt_thetas(engine: Any, theta: Any) -> list[float]:
    return [test.theta for test in engine.run_batch_simulation(theta)]


KINDS = {
    "next": (catsim_next, catpie_next, mirt_next),
    "tests": (catsim_tests, catpie_tests, mirt_tests),
}


def _three(rows: Any) -> Any:
    """Return mirt's 3PL model of rows (a, b, c)."""
    from mirt.models import ThreeParameterLogistic

    model = ThreeParameterLogistic(len(rows))
    model.set_parameters(discrimination=rows[:, 0], difficulty=rows[:, 1], guessing=rows[:, 2])
    return _fitted(model)


def _four(rows: Any) -> Any:
    """Return rows (a, b, c, d = 1)."""
    return np.column_stack((rows, np.ones(len(rows))))


def _fitted(model: Any) -> Any:
    model._is_fitted = True  # noqa: SLF001 - it has no other way to take known parameters
    return model


def _median(action: Callable[[], object], times: int = 5) -> float:
    action()
    spans = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


def _rate(peer: str, what: str, theta: Any, tests: Callable[[], Sequence[float]]) -> None:
    begun = time.process_time()
    found = np.asarray(tests())
    span = time.process_time() - begun
    _print(peer, what, len(theta) / span, rmse=float(np.sqrt(np.mean((found - theta) ** 2))))


def _print(peer: str, what: str, value: float, **more: float) -> None:
    print(json.dumps({"peer": peer, "what": what, "value": value, **more}), flush=True)


if __name__ == "__main__":
    main()
