"""Time to the next item, and to a new estimate, for one examinee.

Prints the median and the 95th percentile of choosing the next item from pools of 500, 5,000 and
50,000 3PL items after 10 answers, through the whole chain: filter (shown items, enemies, content
bounds), score (maximum information), pick (one of the best five). Then those of the expected a
posteriori estimate after 30 answers. Run it with ``.venv/bin/python benchmarks/next_item.py``.
"""

import time
from collections.abc import Callable

import attrs
import numpy as np

from cact_tui.psychometrics.administration import Rules, begin, choose, update
from cact_tui.psychometrics.content import ContentBounds
from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.simulation import simulate
from cact_tui.psychometrics.starts import FixedStart
from cact_tui.psychometrics.structure import Structure

AREAS = ("aman", "budaya", "cakap", "etika")
RULES = Rules(
    start=FixedStart(),
    selector=MaximumInformation(),
    exposure=Randomesque(k=5),
    content=ContentBounds(tag="area", bounds=dict.fromkeys(AREAS, (4, 12))),
    interim=ExpectedAPosteriori(),
    min_items=20,
    max_items=40,
)


def pool_of(n: int) -> Pool:
    """Return a pool of n 3PL items with drawn parameters."""
    rng = np.random.default_rng(n)
    a, b, c = rng.lognormal(0.0, 0.3, n), rng.normal(0.0, 1.0, n), rng.uniform(0.1, 0.3, n)
    parameters = [{"a": a[i], "b": b[i], "c": c[i]} for i in range(n)]
    return Pool.compile([f"I{i:05d}" for i in range(n)], ["3PL"] * n, parameters)


def structure_of(pool: Pool) -> Structure:
    """Return four areas, and one pair of enemies for every 25 items."""
    areas = {item_id: AREAS[i % 4] for i, item_id in enumerate(pool.ids)}
    enemies = [(pool.ids[i], pool.ids[i + 7]) for i in range(0, len(pool) - 7, 25)]
    return Structure.compile(pool, tags={"area": areas}, enemies=enemies)


def tested(pool: Pool, answers: int) -> Examinees:
    """Return one examinee of theta 0.5 after so many answers."""
    examinee = begin(RULES, pool, structure_of(pool), np.zeros(1))
    for seq in range(answers):
        draws = uniform("bench", seq, 3)
        item = choose(RULES, examinee, draws[None, :2]).item
        category = simulate(pool, item, np.array([0.5]), draws[2:])
        examinee = update(RULES, examinee, item, category)
    return examinee


def report(title: str, action: Callable[[], object], times: int) -> None:
    """Print median and 95th percentile of an action in microseconds."""
    spans = np.empty(times)
    for _ in range(times // 10):
        action()
    for run in range(times):
        begun = time.perf_counter()
        action()
        spans[run] = time.perf_counter() - begun
    median, late = 1e6 * np.percentile(spans, (50, 95))
    print(f"{title:<44} median {median:8.1f} us   p95 {late:8.1f} us")


def main() -> None:
    """Run the bench."""
    draws = uniform("bench", 99, 2)[None, :]
    for n in (500, 5_000, 50_000):
        examinee = tested(pool_of(n), 10)

        def next_item(examinee: Examinees = examinee) -> object:
            return choose(RULES, attrs.evolve(examinee), draws)

        report(f"next item of {n:,}, after 10 answers", next_item, 2_000)
    examinee = tested(pool_of(500), 30)

    def estimate() -> object:
        return RULES.interim.estimate(
            examinee.pool, examinee.items, examinee.categories, examinee.prior
        )

    report("EAP after 30 answers, 321 nodes", estimate, 2_000)


if __name__ == "__main__":
    main()
