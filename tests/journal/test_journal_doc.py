from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cact_tui.journal.sqlite import SqliteStore
from tests.journal.samples import AT, answer, opened

DOC = Path(__file__).parents[2] / "docs" / "journal.md"


@pytest.fixture
async def journal(tmp_path: Path) -> Path:
    path = tmp_path / "cact.db"
    store = SqliteStore(path)
    for session in ("a", "b"):
        await store.append(session, 0, AT, [opened(), answer("é"), answer("a2"), answer("a3")])
    await store.close()
    return path


def run_the_documented_check(path: Path) -> subprocess.CompletedProcess[str]:
    block = re.search(r"```python\n(.*?)```", DOC.read_text(), re.DOTALL)
    assert block is not None
    command = [sys.executable, "-c", block[1], str(path)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_the_documented_check_accepts_a_journal_and_prints_its_heads(journal: Path) -> None:
    checked = run_the_documented_check(journal)
    assert checked.returncode == 0, checked.stderr
    assert [line.split()[:2] for line in checked.stdout.splitlines()] == [["a", "4"], ["b", "4"]]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE events SET bytes = replace(bytes, 'a2', 'a7') WHERE session = 'b' AND seq = 3",
        "UPDATE events SET at = 0 WHERE session = 'b' AND seq = 3",
        "DELETE FROM events WHERE session = 'b' AND seq = 3",
    ],
)
def test_the_documented_check_names_the_first_bad_event(edit: str, journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute(edit)
    checked = run_the_documented_check(journal)
    assert (checked.returncode, checked.stdout) == (1, "")
    assert "session b: event 3 is not what was written" in checked.stderr
