"""The one thread of a process that writes: it commits whatever waits in one transaction."""

from __future__ import annotations

import asyncio
import logging
from asyncio import Future
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from sqlite3 import Connection
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.journal.sqlite.committer import Committer, Outcome
from cact_tui.journal.sqlite.faults import as_trouble

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Sequence
    from pathlib import Path

T = TypeVar("T")

MOST_JOBS = 500
"""Jobs in one transaction: bounds how long the first of them waits for the last."""

CHECKPOINT_IDLE, CHECKPOINT_BUSY = 1_000, 4_000
"""Rows in the log after which a WAL checkpoint is taken: at a quiet moment, or at once. A row is
one to three pages of 4 KiB, so the log stays within about 10 and 40 MB."""

_log = logging.getLogger(__name__)


@frozen(eq=False)
class _Job:
    """Something to do in a transaction (None: empty the log), and who waits for it."""

    work: Callable[[Connection], Any] | None
    future: Future[Any]


class Writer:
    """Takes work from any event loop; each future is resolved after its COMMIT returned."""

    def __init__(self, path: Path, committer: Committer, probe: Callable[[str], None]) -> None:
        self._path = path
        self._committer = committer
        self._probe = probe
        self._waiting: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = False
        self._gate = Lock()
        self._thread = Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue work for the next transaction.

        Raises:
            StorageTrouble: the journal is closed.
        """
        return self._put(work)

    def empty_log(self) -> Future[None]:
        """Queue a WAL checkpoint that leaves nothing in the log."""
        return self._put(None)

    def close(self) -> None:
        """Finish what waits, take a WAL checkpoint, close."""
        with self._gate:
            self._closing = True
            self._waiting.put(None)
        self._thread.join()

    def _put(self, work: Callable[[Connection], Any] | None) -> Future[Any]:
        job = _Job(work, asyncio.get_running_loop().create_future())
        with self._gate:
            if self._closing:
                raise StorageTrouble(self._path, "the journal is closed", "open it again")
            self._waiting.put(job)
        return job.future

    def _run(self) -> None:
        batch: list[_Job | None] = []
        try:
            while None not in batch:
                batch = self._gather()
                self._do([job for job in batch if job and not job.future.cancelled()])
                self._checkpoint_when_due(closing=None in batch)
        finally:
            self._end(batch)

    def _do(self, jobs: Sequence[_Job]) -> None:
        self._settle([job for job in jobs if job.work], self._commit)
        self._settle([job for job in jobs if not job.work], self._empty_log)

    def _end(self, batch: Sequence[_Job | None]) -> None:
        # Also after an error nobody foresaw: better refused than waiting for ever.
        with self._gate:
            self._closing = True
        left = [job.future for job in (*batch, *self._waiting_now(self._waiting.qsize())) if job]
        reason, cure = "the journal's writer ended", "open the journal again and read back"
        _tell([(it, Outcome(error=StorageFailure(self._path, reason, cure))) for it in left])
        self._committer.close()

    def _gather(self) -> list[_Job | None]:
        return [self._waiting.get(), *self._waiting_now(MOST_JOBS - 1)]

    def _waiting_now(self, most: int) -> list[_Job | None]:
        jobs: list[_Job | None] = []
        with suppress(Empty):
            while len(jobs) < most:
                jobs.append(self._waiting.get_nowait())
        return jobs

    def _settle(
        self, jobs: Sequence[_Job], do: Callable[[Sequence[_Job]], Sequence[Outcome]]
    ) -> None:
        if not jobs:
            return
        try:
            outcomes = do(jobs)
        except StorageTrouble as trouble:
            # One exception each: tracebacks of several tasks must not grow on one object.
            outcomes = [Outcome(error=as_trouble(self._path, trouble)) for _ in jobs]
        _tell([(job.future, outcome) for job, outcome in zip(jobs, outcomes, strict=True)])
        self._probe("append.acknowledged")

    def _commit(self, jobs: Sequence[_Job]) -> Sequence[Outcome]:
        return self._committer.commit([job.work for job in jobs if job.work])

    def _empty_log(self, jobs: Sequence[_Job]) -> Sequence[Outcome]:
        self._committer.checkpoint("TRUNCATE")
        return [Outcome() for _ in jobs]

    def _checkpoint_when_due(self, *, closing: bool) -> None:
        rows = self._committer.rows_in_log
        quiet = self._waiting.empty()
        if closing or rows >= CHECKPOINT_BUSY or (quiet and rows >= CHECKPOINT_IDLE):
            try:
                self._committer.checkpoint()
            except StorageTrouble as trouble:
                # Nobody waits for this, and what was acknowledged is safe in the log.
                _log.warning("WAL checkpoint put off: %s", trouble)


def _tell(answers: Sequence[tuple[Future[Any], Outcome]]) -> None:
    """Resolve futures in their loops, waking each loop once: a wake-up is a system call."""
    by_loop: dict[AbstractEventLoop, list[tuple[Future[Any], Outcome]]] = {}
    for future, outcome in answers:
        by_loop.setdefault(future.get_loop(), []).append((future, outcome))
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # a closed loop has nobody who waits
            loop.call_soon_threadsafe(_resolve, some)


def _resolve(answers: Sequence[tuple[Future[Any], Outcome]]) -> None:
    for future, outcome in answers:
        if future.done():
            continue
        if outcome.error is not None:
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome.value)
