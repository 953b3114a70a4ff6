"""A connection that writes: transactions, WAL checkpoints, and a new connection after a failure."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.journal.sqlite.database import connect, set_up
from cact_tui.journal.sqlite.faults import as_trouble, concerns_storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from sqlite3 import Connection

    from cact_tui.journal.sqlite.database import Files
    from cact_tui.journal.sqlite.lock import FileLock
    from cact_tui.journal.sqlite.mirror import Mirror
    from cact_tui.journal.sqlite.recorder import Recorder

T = TypeVar("T")

_log = logging.getLogger(__name__)


@frozen
class Outcome:
    """What became of one piece of work: its value, or the error that undid it alone."""

    value: Any = None
    error: Exception | None = None


class Committer:
    """Used by one thread at a time. Everything it does, it does under the lock across processes.

    With a `mirror` a commit returns when the second copy has it, too; without one (as in the second
    copy itself) whatever the file says about copies is left alone.
    """

    def __init__(
        self,
        files: Files,
        lock: FileLock,
        probe: Callable[[str], None],
        patience: float,
        mirror: Mirror | None = None,
    ) -> None:
        self._files = files
        self._mirror = mirror
        self._lock = lock
        self._probe = probe
        self._patience = patience
        self._rows_before = 0
        self._inodes: tuple[int, ...] = ()
        with lock.held():
            files.create()
            self._connection: Recorder | None = self._opened()

    @property
    def rows_in_log(self) -> int:
        """Return how many rows were written since the last WAL checkpoint taken here."""
        return self._connection.total_changes - self._rows_before if self._connection else 0

    def commit(self, works: Sequence[Callable[[Connection], Any]]) -> list[Outcome]:
        """Do each work in a savepoint of one transaction; returns when every disk has it.

        Raises:
            StorageTrouble: nothing of it was written.
            StorageFailure: the outcome is unknown; the connection is closed.
        """
        with self._guarded():
            self._probe("append.before-write")
            connection = self._connected()
            mirrored = self._in_step(connection)
            outcomes = self._transaction(connection, works, mirrored)
            self._probe("append.committed")
            if mirrored:
                self._ship(connection, mirrored)
        return outcomes

    def arrange(self, work: Callable[[Recorder], T]) -> T:
        """Do work about the second copy itself, outside a transaction.

        Raises:
            StorageTrouble: as the work says.
        """
        with self._guarded():
            return work(self._connected())

    def checkpoint(self, mode: str = "PASSIVE") -> None:
        """Copy the log into the database; TRUNCATE also empties it, once nobody reads it.

        Raises:
            StorageTrouble: what was committed still is, in the log.
        """
        with self._guarded():
            self._probe("checkpoint.before")
            connection = self._connected()
            busy, *_ = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            self._probe("checkpoint.after")
            if self._mirror is not None and mode == "TRUNCATE":
                self._mirror.empty_log(connection)
        self._rows_before += self.rows_in_log
        if busy and mode == "TRUNCATE":
            raise StorageTrouble(
                self._files.wal, "another process reads the log", "do the same again"
            )

    def close(self) -> None:
        """Close under the lock, for SQLite takes a checkpoint when the last connection closes."""
        try:
            with self._lock.held():
                self._probe("close.before")
                self._drop()
        except StorageTrouble:
            # Whoever holds the lock has the journal open: this connection is not the last.
            self._drop()
        if self._mirror is not None:
            self._mirror.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._lock.held():
            try:
                yield
            except Exception as error:  # whatever it was, somebody waits for a word
                raise self._undone(error) from error

    def _in_step(self, connection: Recorder) -> Mirror | None:
        """Return the mirror when the second copy is one and has all; nothing is written before."""
        try:
            return self._mirror if self._mirror and self._mirror.catch_up(connection) else None
        except Exception as fault:
            # Unknown may be what the copy holds, not what was asked now: that was not begun.
            trouble = as_trouble(self._files.database, fault)
            if isinstance(trouble, StorageFailure):
                self._drop()
            raise StorageTrouble(trouble.path, trouble.reason, trouble.cure) from fault

    def _ship(self, connection: Recorder, mirror: Mirror) -> None:
        try:
            mirror.ship(connection)
        except Exception as fault:
            trouble = as_trouble(self._files.database, fault)
            raise StorageFailure(trouble.path, trouble.reason, trouble.cure) from fault

    def _transaction(
        self,
        connection: Recorder,
        works: Sequence[Callable[[Connection], Any]],
        mirror: Mirror | None,
    ) -> list[Outcome]:
        connection.noted = None  # a transaction that failed may have left its own
        connection.execute("BEGIN IMMEDIATE")
        if mirror is not None:
            mirror.begin(connection)
        outcomes = [_attempt(connection, work) for work in works]
        if mirror is not None:
            mirror.record(connection)
        self._probe("append.written")
        self._check_in_place()
        connection.execute("COMMIT")
        return outcomes

    def _connected(self) -> Recorder:
        if self._connection is None:
            if self._files.inodes()[:2] != self._inodes[:2]:
                raise self._moved()
            self._connection = self._opened()
        return self._connection

    def _opened(self) -> Recorder:
        connection = connect(self._files.database, self._patience)
        try:
            set_up(self._files.database, connection)
        except BaseException:
            connection.close()
            raise
        self._inodes = self._files.inodes()
        self._rows_before = 0
        return connection

    def _check_in_place(self) -> None:
        # SQLite would go on writing to a deleted file, and every answer in it would be lost.
        if self._files.inodes() != self._inodes:
            raise self._moved()

    def _moved(self) -> StorageTrouble:
        return StorageTrouble(
            self._files.database,
            "its files were moved, replaced or deleted while in use",
            "put them back, or end every cact process and start again",
        )

    def _undone(self, error: Exception) -> StorageTrouble:
        trouble = as_trouble(self._files.database, error)
        if isinstance(trouble, StorageFailure) or not self._rolled_back():
            self._drop()
        return trouble

    def _rolled_back(self) -> bool:
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - a connection that cannot do this is done with
            return False
        return True

    def _drop(self) -> None:
        # A failed fsync is never tried again on the same connection: the system may have
        # forgotten that those pages are not on the disk.
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        except Exception:  # noqa: BLE001 - its file is gone or sick, which the next one will say
            _log.warning("closing the connection to %s failed", self._files.database)


def _attempt(connection: Recorder, work: Callable[[Connection], Any]) -> Outcome:
    connection.execute("SAVEPOINT work")
    noted = len(connection.noted or ())
    try:
        outcome = Outcome(value=work(connection))
    except Exception as error:
        if concerns_storage(error):
            raise
        connection.execute("ROLLBACK TO work")
        del (connection.noted or [])[noted:]
        outcome = Outcome(error=error)
    connection.execute("RELEASE work")
    return outcome
