"""A second copy in a folder of another disk: a journal that is only ever copied to."""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from cact_tui.clock import SystemClock
from cact_tui.errors import StorageTrouble
from cact_tui.journal.replica import (
    CopyState,
    Role,
    Standing,
    chained,
    missing,
    refusal,
    unfit_to_replace,
)
from cact_tui.journal.sqlite import outbox, writer
from cact_tui.journal.sqlite.committer import Committer
from cact_tui.journal.sqlite.copying import take_over
from cact_tui.journal.sqlite.database import Files, sync_directory
from cact_tui.journal.sqlite.faults import as_trouble
from cact_tui.journal.sqlite.lock import FileLock
from cact_tui.journal.sqlite.recorder import repeat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from sqlite3 import Connection

    from cact_tui.journal.replica import Transaction

JOURNAL: Final = "cact.db"
EQUIPMENT: Final = "event"
"""In the folder: the copy, and the files of the event."""

_INCOMING: Final = "incoming.db"

PATIENCE: Final = 2.0
"""Seconds that the copy's lock is waited for: less than the journal's own lock is."""


class FolderReplica:
    """Implements `replica.Replica`. `probe` is told of its commit: `replica.before-write`, ….

    A disk that hangs without an error is waited for, as the journal's own is.
    """

    def __init__(self, folder: Path, *, probe: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._files = Files(folder / JOURNAL)
        self._probe = probe
        self._lock: FileLock | None = None
        self._committer: Committer | None = None

    @property
    def place(self) -> str:
        """Return the folder."""
        return str(self._folder)

    def standing(self) -> Standing | None:
        """Return where it stands; nothing is made where nothing is."""
        if not self._exists():
            return None
        found: Standing = self._commit(outbox.standing)
        return found if found.journal else None

    def apply(self, transaction: Transaction) -> None:
        """Write one transaction in one of its own, synced."""
        if not self._exists():
            raise missing(self.place)
        self._commit(partial(_apply, place=self.place, sent=transaction))
        if self._opened().rows_in_log >= writer.CHECKPOINT_BUSY:
            self._opened().checkpoint()

    def replace(self, copy: Callable[[Path], None], standing: Standing) -> None:
        """Take a whole copy in; until the last moment the older one stands."""
        self._prepare()
        incoming = self._folder / _INCOMING
        try:
            copy(incoming)
            # Looked at last: what was sent may have been on its way for long.
            if fault := unfit_to_replace(self.place, self.standing(), standing):
                raise fault
            self._opened().arrange(partial(take_over, incoming))
            found: Standing = self._commit(outbox.standing)
        except (OSError, sqlite3.Error) as error:
            raise as_trouble(incoming, error) from error
        finally:
            incoming.unlink(missing_ok=True)
        if (found.number, found.digest) != (standing.number, standing.digest):
            raise StorageTrouble(self.place, "the copy is not what was sent", "attach it again")

    def empty_log(self) -> None:
        """Copy the log into the file and empty it."""
        self._opened().checkpoint("TRUNCATE")

    def equip(self, files: Mapping[str, bytes]) -> None:
        """Keep files of the event below `event/`."""
        self._prepare()
        root = self._folder / EQUIPMENT
        for name, content in files.items():
            try:
                keep_file(root, name, content)
            except OSError as error:
                raise as_trouble(root / name, error) from error

    def note_detached(self, by: str, reason: str) -> None:
        """Put on record that answers are acknowledged without this copy from now on."""
        if not self._exists():
            raise missing(self.place)
        self._commit(partial(_note_detached, by=by, reason=reason))

    def close(self) -> None:
        """Copy the log into the file, close."""
        committer, self._committer = self._committer, None
        if committer is not None:
            committer.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    def _exists(self) -> bool:
        try:
            return self._files.database.exists()
        except OSError as error:
            raise as_trouble(self._files.database, error) from error

    def _prepare(self) -> None:
        """Make the folder, but not the one it is to lie in: that is the other disk's."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except FileNotFoundError as error:
            raise StorageTrouble(
                self._folder, "the folder it belongs in is missing", "is its disk mounted?"
            ) from error
        except OSError as error:
            raise as_trouble(self._folder, error) from error

    def _opened(self) -> Committer:
        if self._committer is None:
            try:
                self._lock = FileLock(self._files.lock, self._files.queue, PATIENCE)
                self._committer = Committer(self._files, self._lock, self._reach, PATIENCE)
            except Exception as error:
                self.close()
                raise as_trouble(self._files.database, error) from error
        return self._committer

    def _commit(self, work: Callable[[Connection], Any]) -> Any:
        try:
            (outcome,) = self._opened().commit([work])
        except StorageTrouble:
            # Its disk may come back mounted anew, with other files of the same names.
            self.close()
            raise
        if outcome.error is not None:
            raise as_trouble(self._files.database, outcome.error) from outcome.error
        return outcome.value

    def _reach(self, boundary: str) -> None:
        if boundary.startswith("append."):
            self._probe(f"replica.{boundary.removeprefix('append.')}")


def keep_file(root: Path, name: str, content: bytes) -> None:
    """Write one file below a folder, 0600, whole or not at all.

    Raises:
        StorageTrouble: its name leads out of the folder.
        OSError: it cannot be written.
    """
    path = root / name
    if not name or path.is_absolute() != root.is_absolute() or not _inside(root, path):
        raise StorageTrouble(name, "its path leads out of the event's folder", "keep it inside")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_directory(path.parent)


def _inside(root: Path, path: Path) -> bool:
    return path != root and path.resolve().is_relative_to(root.resolve())


def _apply(connection: Connection, place: str, sent: Transaction) -> None:
    there = outbox.standing(connection)
    fault = refusal(place, there if there.journal else None, sent)
    if fault is not None:
        raise fault
    if there.number == sent.number:
        return
    repeat(connection, sent.body)
    after = chained(sent.previous, sent.body)
    outbox.stand(connection, evolve(there, number=sent.number, digest=after))


def _note_detached(connection: Connection, by: str, reason: str) -> None:
    there = outbox.standing(connection)
    if there.role is Role.COPY:
        outbox.stand(connection, evolve(there, copy=CopyState.DETACHED))
        now = SystemClock().wall_ms()
        outbox.note(connection, outbox.Act(at=now, by=by, act=outbox.DETACHED, detail=reason))
