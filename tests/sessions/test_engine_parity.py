"""The engine that a participant meets and the one that simulations run are the same rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cact_tui.errors import Problems
from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.simulation import SimulatedAnswers, administer, simulate
from cact_tui.sessions.outcomes import Over, Pick
from cact_tui.sessions.states import ItemRecord, ItemState
from cact_tui.wiring import exam_of, read_event

if TYPE_CHECKING:
    from cact_tui.psychometrics.arrays import FloatArray
    from cact_tui.sessions.engine import SectionEngine

N = 12
SECTIONS = ("litdig", "mengelola-perubahan")


def draws_of(engine: SectionEngine, seed: str) -> FloatArray:
    """Return the draws that a live session of this seed makes, then answers, as one row."""
    name, steps = engine.specification.id, engine.rules.max_items + 1
    row = [*uniform(f"{seed}/{name}/start", 0, 1)]
    for step in range(steps):
        row += [*uniform(f"{seed}/{name}/choice", step + 1, 2), *uniform(f"{seed}/answer", step, 1)]
    return np.array(row)


def live(
    engine: SectionEngine, seed: str, theta: float, draws: FloatArray
) -> tuple[list[int], list[float], str]:
    """Return items, interim thetas and the reason of the end of a session asked item by item."""
    start, _ = engine.start(seed)
    records: list[ItemRecord] = []
    thetas: list[float] = []
    while isinstance(outcome := engine.next(seed, start, tuple(records)), Pick):
        position = engine.pool.index(outcome.item)
        u = draws[[3 * len(records) + 3]]
        category = simulate(engine.pool, np.array([position]), np.array([theta]), u)
        records.append(
            ItemRecord(
                item=outcome.item,
                state=ItemState.ANSWERED,
                given=(),
                category=int(category[0]),
                shown_ms=1,
            )
        )
        thetas.append(engine.interim(start, tuple(records)).theta)
    assert isinstance(outcome, Over)
    return [engine.pool.index(record.item) for record in records], thetas, outcome.reason


@pytest.mark.parametrize("section", SECTIONS)
def test_a_live_section_and_a_simulated_one_take_the_same_course(section: str) -> None:
    materials = read_event(Path("config.toml"), Problems())
    assert materials is not None
    engine = exam_of(materials).plan.engine(section)
    theta = np.random.default_rng(3).normal(size=N)
    seeds = [f"seed-{number}" for number in range(N)]
    draws = np.array([draws_of(engine, seed) for seed in seeds])
    tests = administer(
        engine.rules,
        engine.pool,
        engine.structure,
        SimulatedAnswers(pool=engine.pool, theta=theta),
        draws,
    )
    for row, seed in enumerate(seeds):
        items, thetas, reason = live(engine, seed, float(theta[row]), draws[row])
        assert tests.items[row][: len(items)].tolist() == items
        assert tests.lengths[row] == len(items)
        assert tests.path[row][: len(items)] == pytest.approx(thetas, abs=1e-9)
        assert tests.reasons[tests.reason[row]] == reason
