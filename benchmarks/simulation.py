"""Whole adaptive tests a second, beside the Python peers in the same run.

500 items, 30 answers each, maximum information, expected a posteriori: examinees per second of CPU
on one core, with the root mean square error of their estimates beside that of estimates made from
the same answers on a grid four times as fine. Then the same with everything on: one of the five
best, content bounds in four areas, enemies. Then 500 graded items of four categories. Run it with
``.venv/bin/python -m benchmarks.simulation``.
"""

from __future__ import annotations

import os
import time

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers import PeerFigure, peer_figures
from benchmarks.pools import dichotomous_pool, drawn_theta, graded_pool
from cact_tui.psychometrics.administration import Rules
from cact_tui.psychometrics.content import ContentBounds
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.simulation import SimulatedAnswers, SimulatedTests, administer
from cact_tui.psychometrics.starts import FixedStart
from cact_tui.psychometrics.structure import Structure

if TYPE_CHECKING:
    from cact_tui.psychometrics.pool import Pool

EXAMINEES = 20_000
LENGTH = 30
NODES = 101
"""Of the interim estimate: steps of 0.16 from -8 to 8, exact for posteriors as narrow as 0.13."""
FINE = ExpectedAPosteriori(nodes=801)
AREAS = ("aman", "budaya", "cakap", "etika")
PLAIN = Rules(
    start=FixedStart(),
    selector=MaximumInformation(),
    interim=ExpectedAPosteriori(nodes=NODES),
    min_items=LENGTH,
    max_items=LENGTH,
)
RICH = Rules(
    start=FixedStart(),
    selector=MaximumInformation(),
    exposure=Randomesque(k=5),
    content=ContentBounds(tag="area", bounds=dict.fromkeys(AREAS, (4, 12))),
    interim=ExpectedAPosteriori(nodes=NODES),
    min_items=LENGTH,
    max_items=LENGTH,
)


def main() -> None:
    """Run the bench."""
    dichotomous, graded = dichotomous_pool(500), graded_pool(500)
    peers = peer_figures("tests")
    print(f"{EXAMINEES:,} examinees, {LENGTH} of 500 items, {NODES} nodes; per second of CPU")
    plain = rate("3PL", PLAIN, dichotomous, Structure.compile(dichotomous))
    beside([peer for peer in peers if peer.what == "tests"], plain)
    rich = rate("3PL, 5 best, bounds, enemies", RICH, dichotomous, _rich(dichotomous))
    print(f"  {'':<34}{rich / plain:7.0%} of the plain rate")
    mixed = rate("GRM, 4 categories", PLAIN, graded, Structure.compile(graded))
    beside([peer for peer in peers if peer.what == "graded_tests"], mixed)


def rate(title: str, rules: Rules, pool: Pool, structure: Structure) -> float:
    """Print and return the best of three rates, in examinees per second of CPU."""
    theta = drawn_theta(EXAMINEES)
    draws = np.random.default_rng(1).random(EXAMINEES)
    spans = []
    for _ in range(3):
        begun = time.process_time()
        tests = administer(rules, pool, structure, SimulatedAnswers(pool=pool, theta=theta), draws)
        spans.append(time.process_time() - begun)
    found = EXAMINEES / min(spans)
    print(f"  {title:<34}{found:9,.0f}/s   {errors(pool, tests, theta)}")
    return found


def errors(pool: Pool, tests: SimulatedTests, theta: np.ndarray) -> str:
    """Return the error of the estimates, and that of fine estimates from the same answers."""
    exact = FINE.estimate(pool, tests.items, tests.categories, NormalPrior())
    ours, fine = (float(np.sqrt(np.mean((x - theta) ** 2))) for x in (tests.theta, exact.theta))
    return f"RMSE {ours:.5f}, on a fine grid {fine:.5f}"


def beside(peers: list[PeerFigure], ours: float) -> None:
    """Print the peers' rates and how many times ours is."""
    for peer in peers:
        error = f"RMSE {peer.rmse:.5f}" if peer.rmse is not None else ""
        print(
            f"    {peer.peer:<32}{peer.value:9,.0f}/s   {error}   ours {ours / peer.value:,.0f} x"
        )


def _rich(pool: Pool) -> Structure:
    areas = {item_id: AREAS[i % 4] for i, item_id in enumerate(pool.ids)}
    enemies = [(pool.ids[i], pool.ids[i + 7]) for i in range(0, len(pool) - 7, 25)]
    return Structure.compile(pool, tags={"area": areas}, enemies=enemies)


if __name__ == "__main__":
    main()
