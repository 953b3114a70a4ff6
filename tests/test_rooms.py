"""Each room, imported alone in a fresh interpreter, brings in only what it may."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCREENS = {"textual", "rich"}
NUMBERS = {"numpy", "scipy", "highspy"}
FOREIGN = SCREENS | {"asyncssh", "psycopg", "cattrs", "sqlite3"}

FORBIDDEN = {
    "cact_tui.errors": FOREIGN | NUMBERS,
    "cact_tui.text": FOREIGN | NUMBERS,
    "cact_tui.i18n": FOREIGN | NUMBERS,
    "cact_tui.clock": FOREIGN | NUMBERS,
    "cact_tui.toml_source": FOREIGN | NUMBERS,
    "cact_tui.psychometrics": FOREIGN | NUMBERS,
    "cact_tui.psychometrics.administration": FOREIGN | {"scipy", "highspy", "cact_tui.errors"},
    "cact_tui.banks.reading": FOREIGN,
    "cact_tui.sessions.decide": FOREIGN | NUMBERS,
    "cact_tui.sessions.plan": FOREIGN,
    "cact_tui.config.materials": FOREIGN,
    "cact_tui.journal.protocol": FOREIGN | NUMBERS,
    "cact_tui.journal.opening": SCREENS | NUMBERS | {"asyncssh", "psycopg"},
    "cact_tui.results.build": SCREENS | {"asyncssh", "psycopg", "sqlite3"},
    "cact_tui.delivery.flow": SCREENS | {"asyncssh", "psycopg", "sqlite3"},
    "cact_tui.journal.watch": FOREIGN | NUMBERS,
    "cact_tui.pdf": FOREIGN | NUMBERS,
    "cact_tui.proctoring.acts": SCREENS | {"asyncssh", "psycopg", "sqlite3"},
    "cact_tui.proctoring.door": SCREENS | {"asyncssh", "psycopg", "sqlite3"},
    "cact_tui.proctoring.roster_file": SCREENS | {"asyncssh", "psycopg", "sqlite3"},
    "cact_tui.plain.console": SCREENS | {"asyncssh", "psycopg", "sqlite3"},
    "cact_tui.terminal.local": NUMBERS | {"asyncssh", "psycopg", "sqlite3", "cact_tui.tui"},
    "cact_tui.tui.participant.app": {"asyncssh", "psycopg", "sqlite3", "cact_tui.banks.keys"},
    "cact_tui.cli.main": SCREENS | NUMBERS | {"asyncssh", "psycopg", "sqlite3"},
}


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imported_alone_brings_in_only_what_it_may(room: str) -> None:
    code = f"import sys, {room}; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert FORBIDDEN[room].isdisjoint(run.stdout.split())
