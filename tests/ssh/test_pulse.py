"""A process that hangs is ended and started again; one that is busy, or begins slowly, is not."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from cact_tui.clock import SystemClock
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.pulse import beating
from cact_tui.ssh.workers import Supervisor

if TYPE_CHECKING:
    from pathlib import Path

SILENT = 0.9
"""Seconds; a process that beats here does so many times as often."""

ALIVE = """
import asyncio, sys
from cact_tui.ssh import pulse, workers
pulse.BEAT_SECONDS = 0.1
asyncio.run(workers.until_told_to_stop(orphaned=True))
"""

HANGS = """
import asyncio, time
from cact_tui.ssh import pulse
async def live():
    async with pulse.beating(0):
        await asyncio.sleep(0.1)
        time.sleep(60)
asyncio.run(live())
"""

BEGINS = "import time; time.sleep(60)"


async def happened(folder: Path, program: str, seconds: float) -> list[dict[str, object]]:
    """Return what the log tells of a process that was supervised for so long, or died before."""
    path = folder / "hall.log"
    log = Logbook(SystemClock(), path)
    command = (sys.executable, "-c", program)
    supervisor = Supervisor({"staff": command}, log, silent_seconds=SILENT)
    running = asyncio.create_task(supervisor.run())
    try:
        async with asyncio.timeout(seconds):
            while path.read_text().count('"worker-started"') < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass
    supervisor.stop()
    await running
    log.close()
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_a_process_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    first, silent, died, again = await happened(tmp_path, HANGS, 20)
    assert (silent["event"], silent["worker"], silent["seconds"]) == (
        "worker-silent",
        "staff",
        SILENT,
    )
    assert (died["event"], died["code"]) == ("worker-died", -9)
    assert again["pid"] != first["pid"]


@pytest.mark.parametrize("program", [ALIVE, BEGINS], ids=["alive", "begins"])
async def test_a_process_that_lives_or_has_not_begun_is_left_alone(
    tmp_path: Path, program: str
) -> None:
    (started,) = await happened(tmp_path, program, 4 * SILENT)
    assert started["event"] == "worker-started"


async def test_a_process_that_nobody_supervises_lives_without_giving_signs() -> None:
    ours, theirs = os.pipe()
    try:
        async with beating(ours):
            await asyncio.sleep(0)
    finally:
        os.close(ours)
        os.close(theirs)
