"""What proctors' acts cost: a room of 250 at once, and how soon another process has the news.

`python -m benchmarks.acts`; the journal is made in the working directory.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.clock import SystemClock
from cact_tui.delivery.services import Exam
from cact_tui.journal.sqlite import SqliteStore
from cact_tui.journal.watch import Watch
from cact_tui.proctoring.acts import Acts, Done
from cact_tui.proctoring.paths import Paths
from cact_tui.sessions import events as e
from cact_tui.sessions.plan import BatteryPlan
from tests.delivery.hall import BANKS, KEYS, materials, two_sections
from tests.sessions import small

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from cact_tui.proctoring.acts import Outcome

SESSIONS = 250
EVENTS = 60
TRIES = 40
IDLE_SECONDS = 5.0
BATTERY = two_sections()
EXAM = Exam(materials=materials(BATTERY), plan=BatteryPlan(battery=BATTERY, banks=BANKS, keys=KEYS))


async def pinned(_documents: Mapping[str, str]) -> Exam:
    """Return the exam that all sessions were opened with."""
    return EXAM


async def fill(store: SqliteStore) -> list[str]:
    """Open as many sessions as a large hall has, each some way into its test."""
    names = [f"S-{number}" for number in range(SESSIONS)]
    rest = [e.IrregularityRecorded(code="other", detail="x" * 200) for _ in range(EVENTS)]
    for name in names:
        opened = evolve(small.OPENED, participant=f"p-{name}")
        start = (opened, small.attached(), e.Authorised(by="self"), e.RulesRead())
        await store.append(name, 0, 1, (*start, *rest))
    return names


async def whole_room(
    words: str, acts: Acts, names: list[str], act: Callable[[str], Awaitable[Outcome]]
) -> None:
    """Print how long an act takes that is done to everybody at once."""
    wall, processor = time.perf_counter(), time.process_time()
    outcomes = await acts.many(names, act)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    if not all(isinstance(outcome, Done) and outcome.news for outcome in outcomes):
        raise RuntimeError(f"{words}: not every act was recorded")
    print(f"{words:24} {wall * 1000:6.0f} ms, {processor * 1000:4.0f} ms of a core")


async def news(store: SqliteStore, acts: Acts, names: list[str]) -> None:
    """Print how long after its commit an act is known to a watch on another store."""
    watch, heard = Watch(store), asyncio.Event()
    stops = [watch.listen(name, lambda _: heard.set()) for name in names]
    await asyncio.sleep(1)
    delays = []
    for number in range(TRIES):
        heard.clear()
        await acts.resume(names[number], by="Ani")
        done = time.perf_counter()
        await heard.wait()
        delays.append((time.perf_counter() - done) * 1000)
        await asyncio.sleep(0.01 * (number % 7))
    worst = statistics.quantiles(delays, n=20)[-1]
    print(f"news elsewhere           p50 {statistics.median(delays):.0f} ms, p95 {worst:.0f} ms")
    wall, processor = time.perf_counter(), time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    share = (time.process_time() - processor) / (time.perf_counter() - wall)
    print(f"watch with {SESSIONS} listeners {share:.1%} of a core while nothing happens")
    for stop in stops:
        stop()


async def run(folder: Path) -> None:
    """Run everything on one journal, opened twice as two processes would."""
    hall, room = SqliteStore(folder / "cact.db"), SqliteStore(folder / "cact.db")
    names = await fill(hall)
    acts = Acts(Paths(store=room, clock=SystemClock(), pinned=pinned))
    print(f"{SESSIONS} sessions of {EVENTS + 4} events")
    await whole_room(
        "pause, states unknown", acts, names, lambda one: acts.pause(one, by="Ani", reason="noise")
    )
    await whole_room("resume", acts, names, lambda one: acts.resume(one, by="Ani"))
    await whole_room("message", acts, names, lambda one: acts.message(one, "Halo.", by="Ani"))
    await whole_room("pause", acts, names, lambda one: acts.pause(one, by="Ani", reason="noise"))
    await news(hall, acts, names)
    await hall.close()
    await room.close()


def main() -> None:
    """Run on the disk the journal would be on."""
    folder = Path(tempfile.mkdtemp(prefix="acts-", dir="."))
    try:
        asyncio.run(run(folder))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
