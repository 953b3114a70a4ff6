"""The one thread of a process that reads, on a connection that cannot write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from cact_tui.errors import StorageTrouble
from cact_tui.journal.sqlite.database import connect
from cact_tui.journal.sqlite.faults import as_trouble, concerns_storage

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path
    from sqlite3 import Connection

T = TypeVar("T")


class Reader:
    """Reads what is committed; it never waits for the writer."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._connection: Connection | None = None
        self._closed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal-reader")

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue work.

        Raises:
            StorageTrouble: the journal is closed.
        """
        if self._closed:
            raise StorageTrouble(self._path, "the journal is closed", "open it again")
        return self._thread.submit(self._read, work)

    def close(self) -> None:
        """Finish what waits and close; call it while the writer's connection is open."""
        self._closed = True
        self._thread.shutdown()
        self._drop()

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            return work(self._connected())
        except Exception as error:
            if not concerns_storage(error):
                raise
            self._drop()
            fault = as_trouble(self._path, error)
            # Not a `StorageFailure`: nothing was being written.
            raise StorageTrouble(fault.path, fault.reason, fault.cure) from error

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect(self._path, self._patience)
            self._connection.execute("PRAGMA query_only = ON")
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
