"""A whole second copy of a journal, made with SQLite's backup, and put in place of an older one."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.journal.replica import CopyState, Role
from cact_tui.journal.sqlite import outbox
from cact_tui.journal.sqlite.database import sync_directory

if TYPE_CHECKING:
    from pathlib import Path
    from sqlite3 import Connection

    from cact_tui.journal.replica import Standing


def whole_copy(source: Connection, path: Path) -> None:
    """Write a copy to a file of its own, 0600, marked as a copy; what was there is replaced."""
    here = outbox.standing(source)
    plain_copy(source, path, evolve(here, copy=CopyState.ATTACHED, role=Role.COPY))


def plain_copy(source: Connection, path: Path, where: Standing) -> None:
    """Write all that a database holds to a file of its own, 0600, which then stands as said.

    The file appears under its name whole and synced; what had that name is replaced.
    """
    fresh = path.with_name(f"{path.name}.fresh")
    fresh.unlink(missing_ok=True)
    try:
        os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        _fill(fresh, source, where)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)  # half a copy takes room, and keeps names that get erased
    sync_directory(path.parent)


def _fill(path: Path, source: Connection, where: Standing) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        source.backup(target)
        # One file, no log beside it.
        target.execute("PRAGMA journal_mode = DELETE")
        target.execute("PRAGMA synchronous = FULL")
        target.execute("PRAGMA secure_delete = ON")
        target.execute("BEGIN IMMEDIATE")
        outbox.stand(target, where)
        target.execute("DELETE FROM outbox")
        target.execute("COMMIT")


def take_over(path: Path, target: Connection) -> None:
    """Put a copy in place of all that a database holds, in one transaction of it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.backup(target)
    target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def faults_in(connection: Connection) -> tuple[str, ...]:
    """Return what SQLite finds wrong with a file's structure, nothing when it is sound."""
    found = tuple(str(line) for (line,) in connection.execute("PRAGMA quick_check(20)"))
    return () if found == ("ok",) else found
