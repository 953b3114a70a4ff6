"""One lock across processes for every commit, WAL checkpoint and close.

SQLite before 3.51.3 has a race between a commit and a checkpoint in different processes that can
corrupt the WAL. Whoever writes therefore holds `flock` on a file beside the database; the kernel
gives it back when a process dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cact_tui.clock import SystemClock
from cact_tui.errors import StorageTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAUSE = 0.0005
"""Seconds between two tries: `flock` has no time limit, and a commit takes a few milliseconds."""


class FileLock:
    """A lock for one thread at a time, waited for at most `patience` seconds.

    A second file is the queue: who wants the lock stands in it until he has the lock. Without it
    a busy process would take the lock again before a waiting one looked, for seconds on end.
    """

    def __init__(self, path: Path, queue: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._queue = _open(queue)
        self._lock = _open(path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            StorageTrouble: another process did not give it back in time.
        """
        deadline = SystemClock().monotonic() + self._patience
        self._wait(self._queue, deadline)
        try:
            self._wait(self._lock, deadline)
        finally:
            fcntl.flock(self._queue, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the files back."""
        os.close(self._lock)
        os.close(self._queue)

    def _wait(self, descriptor: int, deadline: float) -> None:
        while not _taken(descriptor):
            if SystemClock().monotonic() > deadline:
                raise StorageTrouble(
                    self._path,
                    f"another process held the journal for {self._patience:g} s",
                    "look for a stopped cact process that uses the same journal",
                )
            time.sleep(PAUSE)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
