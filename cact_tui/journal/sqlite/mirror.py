"""Keeps the second copy in step: nothing new is written while it may lack what was written before.

Used by the committer, under the lock across processes, between its transactions. What the journal
says about its copy is read each time, for another process may attach or detach it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.errors import StorageTrouble
from cact_tui.journal.replica import (
    CopyState,
    Role,
    chained,
    disagreement,
    unfit_to_replace,
)
from cact_tui.journal.sqlite import outbox
from cact_tui.journal.sqlite.copying import whole_copy
from cact_tui.journal.sqlite.recorder import written_down

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from sqlite3 import Connection

    from cact_tui.journal.replica import Replica, Standing
    from cact_tui.journal.sqlite.recorder import Recorder

_LAST_POSITION = "SELECT COALESCE(MAX(position), 0) FROM events"


class Mirror:
    """One process's hand on the second copy that the configuration names, None for none."""

    def __init__(
        self, path: Path, replica: Replica | None, probe: Callable[[str], None] = lambda _: None
    ) -> None:
        self._path = path
        self._replica = replica
        self._probe = probe
        self._agreed = False
        self._position = 0

    def catch_up(self, connection: Connection) -> bool:
        """Have the copy hold all that is committed; return whether to record what comes.

        Raises:
            StorageTrouble: it does not, or this file must not be written.
        """
        here = outbox.standing(connection)
        if here.role is not Role.JOURNAL:
            raise _no_journal(self._path)
        if here.copy is CopyState.DETACHED or (here.copy is CopyState.NONE and not self._replica):
            return False
        if self._replica is None:
            raise _unnamed(self._path)
        try:
            self._in_step(connection, here, self._replica)
        except Exception:
            self._agreed = False
            raise
        return True

    def begin(self, recorder: Recorder) -> None:
        """Have the recorder note what the transaction that was just begun writes."""
        (self._position,) = recorder.execute(_LAST_POSITION).fetchone()
        recorder.noted = []

    def record(self, recorder: Recorder) -> None:
        """Put what was noted into the outbox, in the transaction it belongs to."""
        noted, recorder.noted = recorder.noted, None
        if noted:
            outbox.put(recorder, self._position, written_down(noted))

    def ship(self, connection: Connection) -> None:
        """Send what the outbox holds; returns when the copy has it, durably."""
        transaction = outbox.pending(connection)
        if transaction is None or self._replica is None:
            return
        self._probe("replica.before-send")
        try:
            self._replica.apply(transaction)
        except Exception:
            self._agreed = False
            raise
        self._probe("replica.acknowledged")
        outbox.clear(connection)
        self._probe("replica.cleared")

    def attach(self, connection: Connection, act: outbox.Act) -> None:
        """Make a whole copy and wait for it from now on; on failure all is as it was.

        Raises:
            StorageTrouble: there is no copy to be made, or what is there must not be overwritten.
        """
        here = outbox.standing(connection)
        if self._replica is None:
            raise StorageTrouble(
                self._path, "config.toml names no second copy", "write store.replica"
            )
        if here.role is not Role.JOURNAL:
            raise _no_journal(self._path)
        if here.copy is CopyState.ATTACHED:
            raise StorageTrouble(
                self._replica.place, "it is attached", "to make it anew: cact replica detach first"
            )
        try:
            self._copy(connection, here, self._replica, act)
        except Exception:
            failed = evolve(act, act=outbox.FAILED)
            _write(connection, evolve(outbox.standing(connection), copy=here.copy), failed)
            if here.copy is CopyState.DETACHED:  # the copy may be there, and think otherwise
                tell_detached(self._replica, here, act.by, outbox.FAILED)
            raise

    def detach(self, connection: Connection, act: outbox.Act) -> Standing:
        """Go on with this file alone from now on; return where it stood.

        Raises:
            StorageTrouble: the event was restored from the copy and goes on elsewhere.
        """
        here = outbox.standing(connection)
        if here.role is not Role.JOURNAL:
            raise _no_journal(self._path)
        if self._replica is not None and (fenced := _fence(self._replica, here)):
            raise fenced
        connection.execute("BEGIN IMMEDIATE")
        outbox.stand(connection, evolve(here, copy=CopyState.DETACHED))
        connection.execute("DELETE FROM outbox")
        outbox.note(connection, act)
        connection.execute("COMMIT")
        return here

    def empty_log(self, connection: Connection) -> None:
        """Have the copy keep nothing of what was erased, as here."""
        if self._replica is not None and self.catch_up(connection):
            self._replica.empty_log()

    def close(self) -> None:
        """Let go of the copy."""
        if self._replica is not None:
            self._replica.close()

    def _in_step(self, connection: Connection, here: Standing, replica: Replica) -> None:
        if here.copy is not CopyState.ATTACHED:
            self._copy(connection, here, replica, None)
        elif outbox.pending(connection) is not None:
            self.ship(connection)
        elif not self._agreed:
            fault = disagreement(replica.place, replica.standing(), here)
            if fault is not None:
                raise fault
        self._agreed = True

    def _copy(
        self, connection: Connection, here: Standing, replica: Replica, act: outbox.Act | None
    ) -> None:
        fault = unfit_to_replace(replica.place, replica.standing(), here)
        if fault is not None:
            raise fault
        begun = _begun(here)
        _write(connection, begun, act)
        self._probe("replica.attaching")
        replica.replace(lambda path: whole_copy(connection, path), begun)
        self._probe("replica.copied")
        _write(connection, evolve(begun, copy=CopyState.ATTACHED))


def tell_detached(replica: Replica, here: Standing, by: str, reason: str) -> bool:
    """Tell the copy of a journal that it was given up; return whether there was one that heard."""
    try:
        there = replica.standing()
        if there is None or there.journal != here.journal:
            return False
        replica.note_detached(by, reason)
    except StorageTrouble:
        return False
    return True


def _begun(here: Standing) -> Standing:
    """Return where a journal stands that begins a copy: at a number no older copy can have."""
    if here.copy is CopyState.ATTACHING:
        return here
    return evolve(
        here,
        journal=here.journal or secrets.token_hex(16),
        term=max(here.term, 1),
        number=here.number + 1,
        digest=chained(here.digest, secrets.token_bytes(32)),
        copy=CopyState.ATTACHING,
    )


def _write(connection: Connection, where: Standing, act: outbox.Act | None = None) -> None:
    connection.execute("BEGIN IMMEDIATE")
    outbox.stand(connection, where)
    if act is not None:
        outbox.note(connection, act)
    connection.execute("COMMIT")


def _fence(replica: Replica, here: Standing) -> StorageTrouble | None:
    """Return that the copy says the event goes on elsewhere, None when it cannot be asked."""
    try:
        there = replica.standing()
    except StorageTrouble:
        return None
    if there is None or there.journal != here.journal or there.term <= here.term:
        return None
    return disagreement(replica.place, there, here)


def _no_journal(path: Path) -> StorageTrouble:
    return StorageTrouble(
        path,
        "it is the second copy of a journal, which nobody writes to",
        "cact restore makes an event of it",
    )


def _unnamed(path: Path) -> StorageTrouble:
    return StorageTrouble(
        path,
        "this journal has a second copy, and config.toml names none",
        "write store.replica again, or give the copy up: cact replica detach",
    )
