"""The asynchronous face of the journal on SQLite."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from cact_tui.journal.documents import checked
from cact_tui.journal.sqlite import outbox, tables
from cact_tui.journal.sqlite.committer import Committer
from cact_tui.journal.sqlite.database import Files
from cact_tui.journal.sqlite.faults import as_trouble
from cact_tui.journal.sqlite.lock import FileLock
from cact_tui.journal.sqlite.mirror import Mirror
from cact_tui.journal.sqlite.reader import Reader
from cact_tui.journal.sqlite.roster import SqliteRoster
from cact_tui.journal.sqlite.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from cact_tui.journal.protocol import (
        Changes,
        Checkpoint,
        Comment,
        Identity,
        Recorded,
        Row,
        SecondCopy,
        SessionEntry,
    )
    from cact_tui.journal.replica import Replica
    from cact_tui.sessions.events import Event

T = TypeVar("T")
_Events = tuple["Recorded", ...]

PATIENCE = 3.0
"""Seconds an append waits for other processes before it says so."""


class SqliteStore:
    """Implements `protocol.Store` on one file; open as many as you like on the same one.

    `probe` is called in the writing thread with the name of each boundary, as it is reached:

    - `append.before-write`: the lock is held, nothing is written;
    - `append.written`: all rows are in the transaction, which is not committed;
    - `append.committed`: on the disk, and nobody knows;
    - `append.acknowledged`: those who wait have been told;
    - `checkpoint.before`, `checkpoint.after`: around copying the log into the database;
    - `close.before`: the last thing waiting is done;
    - with a `replica`, after `append.committed`: `replica.before-send`, those of the copy's own
      commit if it lies in a folder (`replica.before-write`, `replica.written`,
      `replica.committed`), `replica.acknowledged` and `replica.cleared` (it is known here that the
      copy has it); `replica.attaching` and `replica.copied` around a whole copy.

    Campaigns kill the process there, or raise: an `OSError` is then handled as the system's.
    """

    def __init__(
        self,
        path: Path,
        *,
        probe: Callable[[str], None] = lambda _: None,
        patience: float = PATIENCE,
        replica: Replica | None = None,
    ) -> None:
        self._files = Files(path)
        try:
            self._files.prepare_directory()
            self._lock = FileLock(self._files.lock, self._files.queue, patience)
        except OSError as error:
            raise as_trouble(path, error) from error
        mirror = Mirror(path, replica, probe)
        self._writer = Writer(path, self._committer(probe, patience, mirror), probe)
        self._reader = Reader(path, patience)
        self._closed = False
        self.roster = SqliteRoster(self._read, self._write)

    def _committer(
        self, probe: Callable[[str], None], patience: float, mirror: Mirror
    ) -> Committer:
        try:
            return Committer(self._files, self._lock, probe, patience, mirror)
        except BaseException as error:
            self._lock.close()
            if isinstance(error, (OSError, sqlite3.Error)):
                raise as_trouble(self._files.database, error) from error
            raise

    async def append(
        self,
        session: str,
        after: int,
        at: int,
        events: Sequence[Event],
        rows: Sequence[Row] = (),
    ) -> tuple[Recorded, ...]:
        """Write events behind `after`, together with rows beside them."""
        return await self._write(
            partial(
                tables.append,
                session=session,
                after=after,
                at=at,
                events=tuple(events),
                beside=tuple(rows),
            )
        )

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        """Return the verified events behind `after`, all of them on the second copy, too."""
        return await self.read_on({session: after})

    async def read_on(self, after: Mapping[str, int]) -> tuple[Recorded, ...]:
        """Return the same of several sessions, with one wait for the thread that reads."""
        found, in_doubt = await self._read(partial(_read_on, after=after))
        if in_doubt:
            await self.agree()
        return found

    async def agree(self) -> None:
        """Wait until the second copy, where there is to be one, has all that is committed.

        Raises:
            StorageTrouble: it has not.
        """
        await self._write(_nothing)

    async def second_copy(self) -> SecondCopy:
        """Return whether acknowledgements wait for a second copy, and since when if not."""
        return await self._read(outbox.second_copy)

    async def changes(self, after: int) -> Changes:
        """Return which sessions got events behind a position."""
        return await self._read(partial(tables.changes, after=after))

    async def sessions(
        self, sitting: str | None = None, *, participant: str | None = None
    ) -> tuple[SessionEntry, ...]:
        """Return all sessions (of one sitting, of one participant), oldest first."""
        return await self._read(partial(tables.sessions, sitting=sitting, participant=participant))

    async def identity(self, participant: str) -> Identity | None:
        """Return who a participant is."""
        return await self._read(partial(tables.identity, participant=participant))

    async def find_participant(self, sitting: str, number: str) -> Identity | None:
        """Return the participant with a number in a sitting."""
        return await self._read(partial(tables.find_participant, sitting=sitting, number=number))

    async def comments(self, session: str) -> tuple[Comment, ...]:
        """Return the comments of a session, oldest first."""
        return await self._read(partial(tables.comments, session=session))

    async def erase(self, participant: str) -> None:
        """Erase what is personal of a participant, from the log, too.

        Erased bytes are overwritten with zeros in the database file. What the disk itself keeps of
        the emptied log, and every backup, is beyond its reach.
        """
        await self._write(partial(tables.erase, participant=participant))
        await self._writer.empty_log()

    async def checkpoint(self, rows: Sequence[Checkpoint]) -> None:
        """Overwrite used times, except by those of earlier items."""
        await self._write(partial(tables.keep_checkpoints, rows=tuple(rows)))

    async def last_checkpoint(self, session: str) -> Checkpoint | None:
        """Return the last used time of a session."""
        return await self._read(partial(tables.last_checkpoint, session=session))

    async def checkpoints(self, sitting: str | None = None) -> tuple[Checkpoint, ...]:
        """Return the last used time of every session (of one sitting) that has one."""
        return await self._read(partial(tables.checkpoints, sitting=sitting))

    async def pin(self, documents: Mapping[str, bytes]) -> None:
        """Keep bytes by their digest."""
        await self._write(partial(tables.pin, documents=checked(documents)))

    async def document(self, digest: str) -> bytes:
        """Return pinned bytes."""
        return await self._read(partial(tables.document, digest=digest))

    async def close(self) -> None:
        """Finish what waits, copy the log into the database, close."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._reader.close()
        self._writer.close()
        self._lock.close()

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._writer.submit(work)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.wrap_future(self._reader.submit(work))


def _read_on(connection: sqlite3.Connection, after: Mapping[str, int]) -> tuple[_Events, bool]:
    """Return events, and whether the second copy may lack one of those sessions'."""
    found = [tables.read(connection, session, seq) for session, seq in after.items()]
    # Asked afterwards: what was read and is not in doubt now has reached the copy.
    in_doubt = any(outbox.in_doubt(connection, session) for session in after)
    return tuple(chain.from_iterable(found)), in_doubt


def _nothing(_: sqlite3.Connection) -> None:
    """Write nothing: a transaction of it still waits for the second copy."""
