"""Time to the next item, and to a new estimate, for one examinee, beside the Python peers.

3PL, maximum information, after 10 answers, through the engine's public calls, one thread; the
median over rounds. First the plain rule, for pools of 500, 5,000 and 50,000 items: `choose` as in a
running test, and the first choice near a theta that nobody had before, which makes its shortlist.
Then the whole chain: content bounds, enemies, one of the five best. Then the 30th answer: the
expected a posteriori estimate from the likelihood carried along, and the whole `update`. The peers
choose in the same run. Run it with ``.venv/bin/python -m benchmarks.next_item``.
"""

from __future__ import annotations

import os
import time
from functools import partial

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

from typing import TYPE_CHECKING

import attrs
import numpy as np

from benchmarks.peers import SIZES, peer_figures
from benchmarks.pools import dichotomous_pool, median_of
from cact_tui.psychometrics.administration import Rules, begin, choose, update
from cact_tui.psychometrics.content import ContentBounds
from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.simulation import simulate
from cact_tui.psychometrics.starts import FixedStart
from cact_tui.psychometrics.structure import Structure

if TYPE_CHECKING:
    from cact_tui.psychometrics.examinees import Examinees
    from cact_tui.psychometrics.pool import Pool

AREAS = ("aman", "budaya", "cakap", "etika")
EAP = ExpectedAPosteriori()
PLAIN = Rules(
    start=FixedStart(),
    selector=MaximumInformation(),
    interim=EAP,
    min_items=20,
    max_items=40,
)
RICH = attrs.evolve(
    PLAIN,
    exposure=Randomesque(k=5),
    content=ContentBounds(tag="area", bounds=dict.fromkeys(AREAS, (4, 12))),
)
DRAWS = uniform("bench", 99, 2)[None, :]


def main() -> None:
    """Run the bench."""
    peers = peer_figures("next")
    print("next item of           in a test   first of its theta   whole chain")
    for n in SIZES:
        pool = dichotomous_pool(n)
        plain = tested(PLAIN, pool, Structure.compile(pool), 10)
        rich = tested(RICH, pool, _rich(pool), 10)
        spans = (
            median_of(partial(choose, PLAIN, plain, DRAWS), times=300),
            _first_choice(plain),
            median_of(partial(choose, RICH, rich, DRAWS), times=100),
        )
        print(f"{n:>7,} items     " + "".join(f"{1e6 * span:12.1f} us" for span in spans))
        for peer in peers:
            if peer.what == f"next_{n}":
                ratio = peer.value / spans[0]
                print(f"  {peer.peer:<16}{1e6 * peer.value:13.1f} us   ours {ratio:,.0f} x faster")
    pool = dichotomous_pool(500)
    examinee = tested(PLAIN, pool, Structure.compile(pool), 29)
    item, category = choose(PLAIN, examinee, DRAWS).item, np.array([1])
    grid = EAP.grid(examinee.prior)
    before = examinee.likelihood(grid)

    def estimate() -> object:
        likelihood = before * pool.likelihood(item, category, grid)
        return EAP.moments(likelihood, examinee.prior)

    whole = median_of(lambda: update(PLAIN, examinee, item, category), times=300)
    span = median_of(estimate, times=300)
    print(f"theta after the 30th answer, EAP with {len(grid)} nodes: {1e6 * span:.1f} us")
    print(f"the whole update, answer recorded and open items kept: {1e6 * whole:.1f} us")


def tested(rules: Rules, pool: Pool, structure: Structure, answers: int) -> Examinees:
    """Return one examinee of theta 0.5 after so many answers, with the next choice made once."""
    examinee = begin(rules, pool, structure, np.zeros(1))
    for seq in range(answers):
        draws = uniform("bench", seq, 3)
        item = choose(rules, examinee, draws[None, :2]).item
        category = simulate(pool, item, np.array([0.5]), draws[2:])
        examinee = update(rules, examinee, item, category)
    return examinee


def _first_choice(examinee: Examinees) -> float:
    """Return the median seconds of choices at thetas that no choice was made at before."""
    spans = []
    for theta in np.linspace(-2.0, 2.0, 21) + 0.0125:
        there = examinee.estimated(np.array([theta]), examinee.se)
        begun = time.perf_counter()
        choose(PLAIN, there, DRAWS)
        spans.append(time.perf_counter() - begun)
    return float(np.median(spans))


def _rich(pool: Pool) -> Structure:
    areas = {item_id: AREAS[i % 4] for i, item_id in enumerate(pool.ids)}
    enemies = [(pool.ids[i], pool.ids[i + 7]) for i in range(0, len(pool) - 7, 25)]
    return Structure.compile(pool, tags={"area": areas}, enemies=enemies)


if __name__ == "__main__":
    main()
