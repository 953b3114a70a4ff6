"""Whoever comes, sits at an item and is cut leaves nothing that only a full collection frees.

The hall never makes one while people sit there: 1.3 to 1.9 s with 250 of them.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asyncssh import SSHServerConnection
from textual.app import App
from textual.cache import LRUCache
from textual.css.styles import Styles
from textual.dom import DOMNode

from cact_tui.delivery.conduct import Conduct
from cact_tui.ssh import limits
from cact_tui.ssh.connection import Connection
from cact_tui.ssh.seat_visit import SeatVisit
from cact_tui.ssh.terminal_session import SessionChannel, TerminalSession
from cact_tui.ssh.tuning import FREEZE_SECONDS, have_the_process, keep_old_objects_aside
from cact_tui.terminal.cells import CellGrid
from cact_tui.terminal.driver import ChannelDriver, Line
from tests.crash.event import small_event
from tests.ssh.house import House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_THE_HALL = (
    App,
    CellGrid,
    ChannelDriver,
    Conduct,
    Connection,
    DOMNode,
    LRUCache,
    Line,
    SSHServerConnection,
    SessionChannel,
    Styles,
    TerminalSession,
    SeatVisit,
)


@pytest.mark.parametrize("count", [2, pytest.param(1000, marks=pytest.mark.campaign)])
async def test_reconnects_leave_no_object_task_descriptor_or_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(limits, "FORGET_SECONDS", 0.1)
    async with House(small_event(tmp_path / "event")) as house:
        with as_in_a_hall():
            await _visit(house)
            before, resources = await _living(house), _resources()
            for number in range(count):
                await _visit(house)
                if number % 100 == 99:
                    print(f"{number + 1} reconnects: {_resources()}", flush=True)
            after, left = await _living(house), _resources()
        assert not after - before
        assert left["tasks"] <= resources["tasks"]
        assert left["descriptors"] <= resources["descriptors"]
        assert left["threads"] <= resources["threads"] + WORKERS


WORKERS = 2
"""Threads that a pool may start later than at the first visit."""


@contextmanager
def as_in_a_hall() -> Iterator[None]:
    """Have garbage collected as a hall's process does."""
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.collect()
    have_the_process()
    keeping = asyncio.create_task(keep_old_objects_aside(lambda: False))
    try:
        yield
    finally:
        keeping.cancel()
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
        gc.unfreeze()


async def _visit(house: House) -> None:
    """Come, sit at an item until it counts as old, be cut, and be forgotten."""
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    await visitor.go_to_an_item()
    await asyncio.sleep(2 * FREEZE_SECONDS)
    visitor.cut()
    await house.until(lambda: house.hall.visits == 0)
    house.flows.clear()


async def _living(house: House) -> Counter[str]:
    """Return what lives of the hall's own, once all that can go by itself has gone."""
    await asyncio.sleep(limits.FORGET_SECONDS + 3 * FREEZE_SECONDS)
    assert not house.hall.visits
    gc.unfreeze()
    return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, OF_THE_HALL))


def _resources() -> dict[str, int]:
    return {
        "tasks": len(asyncio.all_tasks()),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": len(list(Path("/proc/self/task").iterdir())),
    }
