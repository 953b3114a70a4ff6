"""What SQLite and the system say, told as `StorageTrouble` or `StorageFailure` with a cure."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

from cact_tui.errors import StorageFailure, StorageTrouble

if TYPE_CHECKING:
    from pathlib import Path

_FULL = ("the disk is full", "free space on its disk; what was refused can be sent again")
_BUSY = ("another program holds it locked", "end that program, or let it finish")
_READ_ONLY = ("it cannot be written", "check owner, permissions and mount of file and directory")
_DAMAGED = (
    "it is damaged or no SQLite database",
    "do not write to it; keep a copy of the file with its -wal and restore a backup",
)

_NOT_OPENED = (
    "it cannot be opened",
    "check the path, its permissions and the limit of open files",
)

_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _NOT_OPENED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOENT: _NOT_OPENED,
    errno.ENOTDIR: _NOT_OPENED,
    errno.EEXIST: _NOT_OPENED,
    errno.EISDIR: _NOT_OPENED,
    errno.EMFILE: _NOT_OPENED,
    errno.ENFILE: _NOT_OPENED,
}
"""Faults after which nothing was written, by SQLite's primary code and by errno."""

_OF_ONE_JOB = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.NotSupportedError,
)


def concerns_storage(error: Exception) -> bool:
    """Tell whether an error is the storage's, so that the whole transaction is lost."""
    if isinstance(error, sqlite3.Error):
        return not isinstance(error, _OF_ONE_JOB)
    return isinstance(error, (OSError, MemoryError))


def as_trouble(path: Path, error: Exception) -> StorageTrouble:
    """Return a fault as the error that callers know; the unknown is a `StorageFailure`."""
    if isinstance(error, StorageTrouble):
        return type(error)(error.path, error.reason, error.cure)
    if isinstance(error, sqlite3.Error):
        known = _OF_SQLITE.get(_primary_code(error))
    else:
        known = _OF_SYSTEM.get(error.errno or 0) if isinstance(error, OSError) else None
    if known is not None:
        return StorageTrouble(path, *known)
    cure = "check the disk and the system log; what was being written must be read back"
    return StorageFailure(path, _unknown(error), cure)


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _unknown(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"I/O error ({error})"
    if isinstance(error, sqlite3.Error):
        kind = "I/O" if _primary_code(error) == sqlite3.SQLITE_IOERR else "unexpected"
        return f"{kind} error ({getattr(error, 'sqlite_errorname', error)}: {error})"
    # Its words may hold what was being written.
    return f"unexpected error ({type(error).__name__})"
