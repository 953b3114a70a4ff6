"""A rehearsal that is killed at a named boundary, and the nursery that brings it up again.

Run as a script it reads one JSON object per line: one life to live, in a folder with the small
event. It forks (a fork costs milliseconds where a new interpreter costs a second), runs what `cact
take --rehearse --seed` runs, waits for the end and writes how it came. What the store told the
program is durable the victim writes to a file, synced, before the program hears of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from cact_tui.cli.take import _fixed_seed, _serve
from cact_tui.config.second_copy import CopySettings
from cact_tui.delivery import heartbeat
from cact_tui.errors import Problems
from cact_tui.journal.sqlite import writer
from cact_tui.sessions.events import ENDED, ResponseGiven
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cact_tui.config.settings import Materials
    from cact_tui.journal.protocol import Erasable, Recorded, Store
    from cact_tui.sessions.events import Event as SessionEvent

QUICK_PULSE = 0.01


def main() -> None:
    writer.CHECKPOINT_IDLE, writer.CHECKPOINT_BUSY = 8, 16
    with tempfile.TemporaryDirectory() as folder:
        materials = _read(small_event(Path(folder)))
        _rehearse({"place": folder, "seed": "warm-up"}, materials)
        for line in sys.stdin:
            status = os.waitpid(_fork(json.loads(line), materials), 0)[1]
            sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
            sys.stdout.flush()


def _read(path: Path) -> Materials:
    problems = Problems()
    materials = read_event(path, problems)
    problems.raise_errors()
    if materials is None:
        raise ValueError(f"{path} is no event")
    return materials


def _fork(order: dict[str, Any], materials: Materials) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = _rehearse(order, materials)
        finally:
            os._exit(status)
    return child


def _rehearse(order: dict[str, Any], materials: Materials) -> int:
    """Do what `cact take --rehearse --seed` does; only settle what is owed once it has ended."""
    place = Path(order["place"])
    if order.get("quick_pulse"):
        heartbeat.BEAT_SECONDS, heartbeat.CHECKPOINT_SECONDS = QUICK_PULSE, 2 * QUICK_PULSE
    if order.get("replica"):
        copy = CopySettings(place=order["replica"])
        materials = evolve(materials, store=evolve(materials.store, second_copy=copy))
    boundaries = Boundaries(*order.get("kill", ("", 0)))
    with (place / "said").open("a") as said:
        output, sys.stdout = sys.stdout, said
        try:
            status = asyncio.run(_live(place, materials, order["seed"], boundaries.reach))
        finally:
            sys.stdout = output
    (place / "reached").write_text(json.dumps(boundaries.reached))
    return status


async def _live(place: Path, materials: Materials, seed: str, probe: Callable[[str], None]) -> int:
    event = Event(place / "config.toml", materials, probe=probe)
    event.store = cast("Store", Witness(event.store, place / "told", probe))
    sessions = await event.store.sessions()
    if any(session.last_event in ENDED for session in sessions):
        await event.settle()
        await event.store.close()
        return 0
    services = event.services(None, rehearsal=True, seed=partial(_fixed_seed, seed))
    options = argparse.Namespace(rehearse=True, plain=False, theta=None, language=None)
    return await _serve(event, services, options)


class Boundaries:
    """Counts the visits to each boundary, and kills at one of them."""

    def __init__(self, name: str, visit: int) -> None:
        self._fatal = (name, visit)
        self.reached: Counter[str] = Counter()

    def reach(self, name: str) -> None:
        self.reached[name] += 1
        if (name, self.reached[name]) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class Witness:
    """A store that writes down what it says is durable before the program hears of it."""

    def __init__(self, store: Store, told: Path, probe: Callable[[str], None]) -> None:
        self._store = store
        self._told = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._probe = probe

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(
        self,
        session: str,
        after: int,
        at: int,
        events: Sequence[SessionEvent],
        erasable: Sequence[Erasable] = (),
    ) -> tuple[Recorded, ...]:
        recorded = await self._store.append(session, after, at, events, erasable)
        for one in recorded:
            if isinstance(one.event, ResponseGiven):
                os.write(self._told, f"{one.event.answer} {one.digest}\n".encode())
                os.fsync(self._told)
        self._probe("told")
        return recorded


if __name__ == "__main__":
    main()
