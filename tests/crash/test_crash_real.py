"""R1 on the program as it is installed: `cact take --rehearse` is killed from outside."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

from cact_tui.errors import Problems
from cact_tui.wiring import read_event
from tests.crash.event import CACT, small_event
from tests.crash.story import story_of

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60.0
KILLED = -9


def rehearse(config: Path) -> subprocess.Popen[bytes]:
    command = [str(CACT), "take", "--rehearse", "--seed", "real", "--config", str(config)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def killed_after(config: Path, events: int) -> bool:
    """Kill a rehearsal once so many events are on record; return whether it was in time."""
    program = rehearse(config)
    deadline = time.monotonic() + PATIENCE
    while program.poll() is None and recorded(config) < events:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    program.kill()
    return program.wait() == KILLED


def recorded(config: Path) -> int:
    path = config.parent / "var" / "cact.db"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as journal:
            (count,) = journal.execute("SELECT COUNT(*) FROM events").fetchone()
    except sqlite3.OperationalError:  # not there yet
        return 0
    return int(count)


def test_a_killed_program_goes_on_to_the_result_of_an_undisturbed_one(tmp_path: Path) -> None:
    undisturbed, disturbed = small_event(tmp_path / "one"), small_event(tmp_path / "other")
    assert rehearse(undisturbed).wait() == 0
    kills = sum(killed_after(disturbed, events) for events in (1, 11, 22))
    assert kills >= 2
    assert rehearse(disturbed).wait() == 0
    materials = read_event(disturbed, Problems())
    assert materials is not None
    story, other = (
        asyncio.run(story_of(config.parent, materials)) for config in (disturbed, undisturbed)
    )
    assert story.steps == other.steps
    (result,) = (disturbed.parent / "results").glob("*.json")
    assert result.name == f"{story.reference}.v1.json"
    replay = [str(CACT), "replay", "--config", str(disturbed), story.reference]
    assert subprocess.run(replay, check=False, stdout=subprocess.DEVNULL).returncode == 0
