"""Running a study: batches of participants over the processors, put together again.

A participant's test depends on the own draw alone, so the figures do not depend on how many
processes share the work.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, fields_dict, frozen

from cact_tui.psychometrics.administration import Rules
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.exposure import NoExposureControl
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.selection import RandomSelection
from cact_tui.psychometrics.simulation import BATCH, SimulatedTests, administer
from cact_tui.psychometrics.stopping import StopRules
from cact_tui.sessions.engine import SectionEngine
from cact_tui.study.crowds import Crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_shared_tasks: list[Sequence[Task]] = []
"""What forked processes find in memory, so that pools and tables are not sent to them."""


@frozen(kw_only=True, eq=False)
class Task:
    """A part of a crowd under some rules of a section."""

    engine: SectionEngine
    rules: Rules
    crowd: Crowd
    rows: slice
    draws: FloatArray

    def run(self) -> SimulatedTests:
        """Test this part of the crowd."""
        engine, prior = self.engine, self.engine.specification.prior
        return administer(
            self.rules,
            engine.pool,
            engine.structure,
            self.crowd.answers(engine.pool, self.rows),
            self.draws[self.rows],
            prior=NormalPrior(mean=prior.mean, sd=prior.sd),
            barred=self.crowd.barred(self.rows),
        )


def adaptive(
    engine: SectionEngine,
    crowd: Crowd,
    *,
    seed: str,
    processes: int,
    progress: Callable[[int], None],
) -> SimulatedTests:
    """Return the crowd's tests under the section's own rules.

    Args:
        engine: The section.
        crowd: Who is tested.
        seed: Of all draws.
        processes: How many processes share the work, 1 or more.
        progress: Told how many tests more are finished.
    """
    draws = uniform(f"{seed}/{engine.specification.id}/adaptive", 0, len(crowd))
    return _shared(_tasks(engine, engine.rules, crowd, draws), processes, progress)


def linear(
    engine: SectionEngine,
    crowd: Crowd,
    *,
    length: int,
    seed: str,
    processes: int,
    progress: Callable[[int], None],
) -> SimulatedTests:
    """Return the crowd's tests with random forms of one length under the section's content rule.

    Args:
        engine: The section.
        crowd: Who is tested.
        length: How many items a form has.
        seed: Of all draws.
        processes: How many processes share the work, 1 or more.
        progress: Told how many tests more are finished.
    """
    rules = evolve(
        engine.rules,
        selector=RandomSelection(),
        exposure=NoExposureControl(),
        stops=StopRules(),
        min_items=min(engine.rules.min_items, length),
        max_items=length,
    )
    draws = uniform(f"{seed}/{engine.specification.id}/linear", 0, len(crowd))
    return _shared(_tasks(engine, rules, crowd, draws), processes, progress)


def _tasks(
    engine: SectionEngine, rules: Rules, crowd: Crowd, draws: FloatArray
) -> tuple[Task, ...]:
    return tuple(
        Task(engine=engine, rules=rules, crowd=crowd, rows=rows, draws=draws)
        for rows in _parts(len(crowd))
    )


def _shared(
    tasks: Sequence[Task], processes: int, progress: Callable[[int], None]
) -> SimulatedTests:
    parts: list[SimulatedTests] = []
    if processes == 1 or len(tasks) == 1:
        for task in tasks:
            parts.append(task.run())
            progress(len(parts[-1].theta))
        return _joined(parts)
    return _joined(_forked(tasks, min(processes, len(tasks)), progress))


def _forked(
    tasks: Sequence[Task], processes: int, progress: Callable[[int], None]
) -> list[SimulatedTests]:
    """Return the tests of all tasks, run in processes forked from this one."""
    _shared_tasks.append(tasks)
    try:
        with ProcessPoolExecutor(
            max_workers=processes, mp_context=multiprocessing.get_context("fork")
        ) as pool:
            futures = [pool.submit(_run, place) for place in range(len(tasks))]
            for future in as_completed(futures):
                progress(len(future.result().theta))
            return [future.result() for future in futures]
    finally:
        _shared_tasks.pop()


def _run(place: int) -> SimulatedTests:
    return _shared_tasks[-1][place].run()


def _parts(n: int) -> Iterator[slice]:
    for first in range(0, n, BATCH):
        yield slice(first, min(first + BATCH, n))


def _joined(parts: list[SimulatedTests]) -> SimulatedTests:
    """Return the tests of all parts as one, in order."""
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in fields_dict(SimulatedTests)
        if name not in {"reasons", "notes"}
    }
    notes: dict[str, int] = {}
    for part in parts:
        for name, count in part.notes.items():
            notes[name] = notes.get(name, 0) + count
    return SimulatedTests(reasons=parts[0].reasons, notes=notes, **arrays)
