"""A hall that is told to stop signs what is new: nothing is left to the next start."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from cact_tui.cli.main import main
from cact_tui.journal.sqlite.store import SqliteStore
from cact_tui.sessions.events import Authorised, RulesRead
from tests.crash.event import small_event
from tests.e2e.test_ssh import free_port
from tests.journal.samples import opened

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30.0
AT = 1_771_500_000_000


def _line_of(log: Path, words: str) -> None:
    """Wait until the hall's log has a line."""
    end = time.monotonic() + PATIENCE
    while not (log.exists() and words in log.read_text(encoding="utf-8")):
        assert time.monotonic() < end, f"{words} is not in the log"
        time.sleep(0.05)


async def _grow(journal: Path) -> None:
    """Write what no pause and no end makes due at once."""
    store = SqliteStore(journal)
    first = (opened("p-1", "crash"), Authorised(by="self"))
    await store.append("K7QF-2MXD", 0, AT, first)
    await asyncio.sleep(0)
    await store.append("K7QF-2MXD", len(first), AT + 1, (RulesRead(),))
    await store.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_hall_that_stops_has_signed_all(
    tmp_path: Path, workers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    config = small_event(tmp_path / "event")
    people = "participants = 2\nparticipants_per_worker = 1\n" if workers > 1 else ""
    hall = f'\n[hall]\nport = {free_port()}\n{people}log = "var/hall.log"\n'
    config.write_text(config.read_text(encoding="utf-8") + hall, encoding="utf-8")
    log = config.parent / "var" / "hall.log"
    command = [sys.executable, "-m", "cact_tui", "serve", "--config", str(config)]
    serving = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _line_of(log, '"open"')
        asyncio.run(_grow(config.parent / "var" / "cact.db"))
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(PATIENCE) == 0
    finally:
        serving.kill()
        serving.wait()
    assert main(["verify", "--json", "--config", str(config)]) == 0
    (found,) = json.loads(capsys.readouterr().out)["sessions"]
    assert (found["events"], found["signed"]) == (3, 3)
