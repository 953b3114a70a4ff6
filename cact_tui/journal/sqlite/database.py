"""The file: created for its owner alone, opened with the settings durability needs.

Nobody in this process may open the database or its -shm other than through SQLite while it is in
use: closing any descriptor of a file drops the POSIX locks that SQLite holds on it.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from attrs import frozen

from cact_tui.errors import StorageTrouble
from cact_tui.journal.sqlite.recorder import Recorder
from cact_tui.journal.sqlite.tables import MIGRATIONS, SCHEMA

APPLICATION = int.from_bytes(b"cact", "big")
"""Marks the file as ours (`PRAGMA application_id`)."""

VERSION = 3
"""Version of the tables (`PRAGMA user_version`)."""

_SETTINGS = (
    "PRAGMA synchronous = FULL",  # a commit returns after the WAL is on the disk
    "PRAGMA fullfsync = ON",  # on macOS only this reaches the disk; nothing elsewhere
    "PRAGMA wal_autocheckpoint = 0",  # checkpoints only under the lock across processes
    "PRAGMA secure_delete = ON",  # an erased name is overwritten, not only unlinked
    "PRAGMA trusted_schema = OFF",  # a foreign schema calls no functions
)


@frozen
class Files:
    """The database and what stands beside it."""

    database: Path

    @property
    def lock(self) -> Path:
        """Return the file of the lock across processes."""
        return self._beside(".lock")

    @property
    def queue(self) -> Path:
        """Return the file in which processes queue for the lock."""
        return self._beside(".queue")

    @property
    def wal(self) -> Path:
        """Return SQLite's write-ahead log."""
        return self._beside("-wal")

    def prepare_directory(self) -> None:
        """Create the directory for the owner alone; one that stands is left as it is."""
        self.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self) -> None:
        """Create the database 0600 if it is missing; SQLite gives -wal and -shm the same mode."""
        try:
            os.close(os.open(self.database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            self._close_to_others()
        else:
            sync_directory(self.database.parent)

    def inodes(self) -> tuple[int, ...]:
        """Return what the names stand for now: other numbers later mean a file was replaced.

        The log comes last, for it alone is made anew when the last connection has been closed.
        """
        return tuple(_inode(path) for path in (self.database, self.lock, self.wal))

    def _beside(self, ending: str) -> Path:
        return self.database.with_name(self.database.name + ending)

    def _close_to_others(self) -> None:
        for path in (self.database, self.wal, self._beside("-shm")):
            if path.exists() and path.stat().st_mode & 0o077:
                path.chmod(0o600)


def sync_directory(folder: Path) -> None:
    """Have the disk know the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def connect(path: Path, patience: float) -> Recorder:
    """Open an existing database; `patience` is how many seconds SQLite waits for its own locks."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=patience,
        isolation_level=None,
        factory=Recorder,
        check_same_thread=False,  # opened here, used by one thread
    )
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def set_up(path: Path, connection: sqlite3.Connection) -> None:
    """Create the tables in an empty database, bring an older one up; refuse what is no journal.

    Raises:
        StorageTrouble: another program's database, or a newer version's.
    """
    application, version = (
        _number(connection, "application_id"),
        _number(connection, "user_version"),
    )
    empty = (
        application == version == 0
        and not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    )
    if not empty:
        _check_ours(path, application, version)
    _use_wal(path, connection)
    if empty:
        _create_tables(connection)
    elif version < VERSION:
        _migrate(connection, version)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    (value,) = connection.execute(f"PRAGMA {pragma}").fetchone()
    return int(value)


def _check_ours(path: Path, application: int, version: int) -> None:
    if application != APPLICATION:
        raise StorageTrouble(
            path, "it is another program's database", "name a file that does not exist yet"
        )
    if version > VERSION:
        raise StorageTrouble(
            path,
            f"its tables have version {version}, this cact_tui knows {VERSION}",
            "use the newer cact_tui that wrote it",
        )


def _use_wal(path: Path, connection: sqlite3.Connection) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StorageTrouble(
            path, f"SQLite keeps no write-ahead log here ({mode})", "use a local disk"
        )
    # The log of a file that had none yet is made by the first who reads: from here on it is there.
    connection.execute("SELECT 1 FROM sqlite_master").fetchone()


def _create_tables(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a journal's tables up to this version, whole or not at all; no event is touched."""
    connection.execute("BEGIN IMMEDIATE")
    for older in range(version, VERSION):
        for statement in MIGRATIONS[older]:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
