"""Tables about the second copy: where it stands, what it may lack, and who gave it up when.

A row in `outbox` is a transaction that the journal has and the second copy may lack. There is at
most one: nothing new is written while one is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import astuple, frozen

from cact_tui.journal.protocol import SecondCopy
from cact_tui.journal.replica import ORIGIN, CopyState, Role, Standing, Transaction

if TYPE_CHECKING:
    from sqlite3 import Connection

SCHEMA = (
    """
    CREATE TABLE replication (
        one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
        journal TEXT NOT NULL,
        term INTEGER NOT NULL,
        number INTEGER NOT NULL,
        digest TEXT NOT NULL,
        copy TEXT NOT NULL,
        role TEXT NOT NULL
    )
    """,
    f"INSERT INTO replication VALUES (1, '', 0, 0, '{ORIGIN}', 'none', 'journal')",  # noqa: S608
    # `position` is that of the first event that may be in it.
    """
    CREATE TABLE outbox (
        number INTEGER NOT NULL PRIMARY KEY,
        previous TEXT NOT NULL,
        position INTEGER NOT NULL,
        body BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE replica_log (
        position INTEGER NOT NULL PRIMARY KEY,
        at INTEGER NOT NULL,
        by TEXT NOT NULL,
        act TEXT NOT NULL,
        detail TEXT NOT NULL
    )
    """,
)

_STAND = """
    UPDATE replication SET journal = ?, term = ?, number = ?, digest = ?, copy = ?, role = ?
"""

_IN_DOUBT = """
    SELECT 1 FROM events, outbox WHERE events.session = ? AND events.position >= outbox.position
    LIMIT 1
"""


ATTACHED, DETACHED, RESTORED, FAILED = "attached", "detached", "restored", "attaching failed"


@frozen(kw_only=True)
class Act:
    """What somebody did about the second copy (`act`: one of the words above); `at` is wall ms."""

    at: int
    by: str
    act: str
    detail: str = ""


def standing(connection: Connection) -> Standing:
    """Return where the journal, or this copy of it, stands."""
    journal, term, number, digest, copy, role = connection.execute(
        "SELECT journal, term, number, digest, copy, role FROM replication"
    ).fetchone()
    return Standing(
        journal=journal,
        term=term,
        number=number,
        digest=digest,
        copy=CopyState(copy),
        role=Role(role),
    )


def stand(connection: Connection, where: Standing) -> None:
    """Write down where it stands now."""
    connection.execute(_STAND, astuple(where))


def put(connection: Connection, position: int, body: bytes) -> None:
    """Add what this transaction wrote; `position` is the last one before it."""
    here = standing(connection)
    after = here.after(body)
    row = (after.number, here.digest, position + 1, body)
    connection.execute("INSERT INTO outbox VALUES (?, ?, ?, ?)", row)
    stand(connection, after)


def pending(connection: Connection) -> Transaction | None:
    """Return what the second copy may lack."""
    found = connection.execute("SELECT number, previous, body FROM outbox").fetchone()
    if found is None:
        return None
    here, (number, previous, body) = standing(connection), found
    return Transaction(
        journal=here.journal, term=here.term, number=number, previous=previous, body=body
    )


def clear(connection: Connection) -> None:
    """Forget what the second copy has by now.

    Not synced by itself: after a power cut it may be sent again, and the copy knows it.
    """
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        connection.execute("DELETE FROM outbox")
    finally:
        connection.execute("PRAGMA synchronous = FULL")


def in_doubt(connection: Connection, session: str) -> bool:
    """Return whether the second copy may lack an event of a session."""
    return connection.execute(_IN_DOUBT, (session,)).fetchone() is not None


def note(connection: Connection, act: Act) -> None:
    """Put an act on record."""
    statement = "INSERT INTO replica_log (at, by, act, detail) VALUES (?, ?, ?, ?)"
    connection.execute(statement, (act.at, act.by, act.act, act.detail))


def acts(connection: Connection) -> tuple[Act, ...]:
    """Return what was done about the second copy, oldest first."""
    found = connection.execute("SELECT at, by, act, detail FROM replica_log ORDER BY position")
    return tuple(Act(at=at, by=by, act=act, detail=detail) for at, by, act, detail in found)


def second_copy(connection: Connection) -> SecondCopy:
    """Return whether acknowledgements wait for a second copy, and who last acted about that."""
    state = standing(connection).copy
    telling = {DETACHED, RESTORED} if state is CopyState.DETACHED else {ATTACHED}
    found = [act for act in acts(connection) if act.act in telling]
    last = found[-1] if found else Act(at=0, by="", act="")
    return SecondCopy(state=state, since=last.at, by=last.by, detail=last.detail)
