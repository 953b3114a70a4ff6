"""Tables, and every statement on them; each function works inside its caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cact_tui.errors import Conflict, NotFound, NumberTaken
from cact_tui.journal.chain import GENESIS, Row, link, verify
from cact_tui.journal.documents import proved
from cact_tui.journal.protocol import Changes, Checkpoint, Comment, Identity, SessionEntry
from cact_tui.journal.sqlite import outbox, roster_tables
from cact_tui.sessions.events import SessionOpened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from sqlite3 import Connection

    from cact_tui.journal.protocol import Recorded
    from cact_tui.journal.protocol import Row as Beside
    from cact_tui.sessions.events import Event

SCHEMA = (
    # `position` is the order across sessions, for readers that follow the whole journal; keeping
    # the table in that order, every commit writes at its end. (session, seq) is what fences a
    # stale writer off, and how one session is read.
    """
    CREATE TABLE events (
        position INTEGER NOT NULL PRIMARY KEY,
        session TEXT NOT NULL,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        type TEXT NOT NULL,
        previous TEXT NOT NULL,
        digest TEXT NOT NULL,
        bytes BLOB NOT NULL,
        UNIQUE (session, seq)
    )
    """,
    # What the first event of each session says, so that a list of sessions decodes nothing.
    """
    CREATE TABLE sessions (
        session TEXT NOT NULL PRIMARY KEY,
        participant TEXT NOT NULL,
        sitting TEXT NOT NULL,
        position INTEGER NOT NULL
    )
    """,
    # The list of all, and of one sitting, in order; whose comments go with a participant.
    "CREATE UNIQUE INDEX sessions_by_position ON sessions (position)",
    "CREATE INDEX sessions_by_sitting ON sessions (sitting, position)",
    "CREATE INDEX sessions_by_participant ON sessions (participant)",
    """
    CREATE TABLE identities (
        participant TEXT NOT NULL PRIMARY KEY,
        sitting TEXT NOT NULL,
        number TEXT NOT NULL,
        name TEXT NOT NULL,
        nip TEXT NOT NULL,
        position_group TEXT
    )
    """,
    # Signing in looks a number up; unique, or one could answer as another.
    "CREATE UNIQUE INDEX identities_by_number ON identities (sitting, number)",
    """
    CREATE TABLE comments (
        position INTEGER NOT NULL PRIMARY KEY,
        session TEXT NOT NULL,
        digest TEXT NOT NULL,
        salt TEXT NOT NULL,
        text TEXT NOT NULL
    )
    """,
    # One row per comment even when its append is sent again.
    "CREATE UNIQUE INDEX comments_by_digest ON comments (session, digest)",
    """
    CREATE TABLE checkpoints (
        session TEXT NOT NULL PRIMARY KEY,
        seq INTEGER NOT NULL,
        shown_ms INTEGER NOT NULL,
        uncharged_ms INTEGER NOT NULL,
        at INTEGER NOT NULL,
        connection TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE TABLE documents (digest TEXT NOT NULL PRIMARY KEY, bytes BLOB NOT NULL)",
    *roster_tables.SCHEMA,
    *outbox.SCHEMA,
)

MIGRATIONS = {
    1: (
        "ALTER TABLE checkpoints ADD COLUMN connection TEXT NOT NULL DEFAULT ''",
        *roster_tables.SCHEMA,
    ),
    2: outbox.SCHEMA,
}
"""What makes a journal of one version one of the next."""

_HEAD = "SELECT seq, digest FROM events WHERE session = ? ORDER BY seq DESC LIMIT 1"

_LAST_POSITION = "SELECT COALESCE(MAX(position), 0) FROM events"

_ADD_EVENT = """
    INSERT INTO events (session, seq, at, type, previous, digest, bytes, position)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_ADD_SESSION = "INSERT INTO sessions (session, participant, sitting, position) VALUES (?, ?, ?, ?)"

_EVENTS = """
    SELECT session, seq, at, type, previous, digest, bytes
    FROM events WHERE session = ? AND seq >= ? ORDER BY seq
"""

_CHANGED = "SELECT session, MAX(seq) FROM events WHERE position > ? GROUP BY session"

_SESSIONS = """
    SELECT s.session, s.participant, s.sitting, e.seq, e.type, e.at
    FROM sessions s CROSS JOIN events e
    WHERE e.session = s.session
        AND e.seq = (SELECT MAX(seq) FROM events WHERE session = s.session)
        {and_these}
    ORDER BY s.position
"""
# CROSS JOIN keeps SQLite from walking all events first; elsewhere it is an inner join as well.

_IDENTITY = "SELECT participant, sitting, number, name, nip, position_group FROM identities "

_KEEP_IDENTITY = """
    INSERT INTO identities (participant, sitting, number, name, nip, position_group)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (participant) DO UPDATE SET
        sitting = excluded.sitting, number = excluded.number, name = excluded.name,
        nip = excluded.nip, position_group = excluded.position_group
"""

_KEEP_COMMENT = """
    INSERT INTO comments (session, digest, salt, text) VALUES (?, ?, ?, ?)
    ON CONFLICT (session, digest) DO NOTHING
"""

_COMMENTS = "SELECT session, digest, salt, text FROM comments WHERE session = ? ORDER BY position"

_ERASE_COMMENTS = """
    DELETE FROM comments WHERE session IN (SELECT session FROM sessions WHERE participant = ?)
"""

_KEEP_CHECKPOINT = """
    INSERT INTO checkpoints (session, seq, shown_ms, uncharged_ms, at, connection)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (session) DO UPDATE SET
        seq = excluded.seq, shown_ms = excluded.shown_ms,
        uncharged_ms = excluded.uncharged_ms, at = excluded.at, connection = excluded.connection
    WHERE checkpoints.seq <= excluded.seq
"""

_CHECKPOINTS = "SELECT session, seq, shown_ms, uncharged_ms, at, connection FROM checkpoints"

_OF_SITTING = " WHERE session IN (SELECT session FROM sessions WHERE sitting = ?)"

_PIN = "INSERT INTO documents (digest, bytes) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"


def append(
    connection: Connection,
    session: str,
    after: int,
    *,
    at: int,
    events: Sequence[Event],
    beside: Sequence[Beside],
) -> tuple[Recorded, ...]:
    """Write events behind `after`, and rows beside them."""
    found, previous = connection.execute(_HEAD, (session,)).fetchone() or (0, GENESIS)
    if found != after:
        raise Conflict(session, after, found)
    rows, recorded = link(session, after=after, previous=previous, at=at, events=events)
    _add_events(connection, rows, events[0] if after == 0 and events else None)
    for one in beside:
        if isinstance(one, Identity):
            _keep_identity(connection, session, after, one)
        elif isinstance(one, Comment):
            connection.execute(_KEEP_COMMENT, (one.session, one.digest, one.salt, one.text))
        else:
            roster_tables.keep(connection, one)
    return recorded


def _add_events(connection: Connection, rows: Sequence[Row], opening: Event | None) -> None:
    (position,) = connection.execute(_LAST_POSITION).fetchone()
    for place, row in enumerate(rows, position + 1):
        values = (row.session, row.seq, row.at, row.type, row.previous, row.digest, row.content)
        connection.execute(_ADD_EVENT, (*values, place))
    if isinstance(opening, SessionOpened):
        entry = (rows[0].session, opening.participant, opening.sitting, position + 1)
        connection.execute(_ADD_SESSION, entry)


def _keep_identity(connection: Connection, session: str, after: int, who: Identity) -> None:
    holder = find_participant(connection, who.sitting, who.number)
    if holder is not None and holder.participant != who.participant:
        raise NumberTaken(session, after, who.sitting)
    values = (who.participant, who.sitting, who.number, who.name, who.nip, who.position_group)
    connection.execute(_KEEP_IDENTITY, values)


def read(connection: Connection, session: str, after: int) -> tuple[Recorded, ...]:
    """Return the verified events behind `after`; event `after` is read with them, as the anchor."""
    first = max(after, 1)
    rows = [_row(values) for values in connection.execute(_EVENTS, (session, first)).fetchall()]
    return verify(session, rows, first=first)[after - first + 1 :]


def _row(values: Sequence[Any]) -> Row:
    session, seq, at, kind, previous, digest, content = values
    return Row(
        session=session,
        seq=seq,
        at=at,
        type=kind,
        previous=previous,
        digest=digest,
        content=_bytes(content),
    )


def _bytes(value: Any) -> bytes:
    # A column of SQLite holds any type; bytes made something else do not have their digest.
    return value if isinstance(value, bytes) else b""


def changes(connection: Connection, after: int) -> Changes:
    """Return which sessions got events behind a position; only the position when that is -1."""
    (position,) = connection.execute(_LAST_POSITION).fetchone()
    if after < 0 or position == after:
        return Changes(position=position, sessions={})
    found = connection.execute(_CHANGED, (after,)).fetchall()
    return Changes(position=position, sessions=dict(found))


def sessions(
    connection: Connection, sitting: str | None, participant: str | None
) -> tuple[SessionEntry, ...]:
    """Return all sessions (of one sitting, of one participant), oldest first."""
    asked = {"s.sitting": sitting, "s.participant": participant}
    wanted = {column: value for column, value in asked.items() if value is not None}
    statement = _SESSIONS.format(and_these=" ".join(f"AND {column} = ?" for column in wanted))
    values = tuple(wanted.values())
    return tuple(
        SessionEntry(
            session=session, participant=participant, sitting=where, seq=seq, last_event=kind, at=at
        )
        for session, participant, where, seq, kind, at in connection.execute(statement, values)
    )


def identity(connection: Connection, participant: str) -> Identity | None:
    """Return who a participant is."""
    return _identity(connection, "WHERE participant = ?", participant)


def find_participant(connection: Connection, sitting: str, number: str) -> Identity | None:
    """Return the participant with a number in a sitting."""
    return _identity(connection, "WHERE sitting = ? AND number = ?", sitting, number)


def _identity(connection: Connection, where: str, *values: str) -> Identity | None:
    found = connection.execute(_IDENTITY + where, values).fetchone()
    if found is None:
        return None
    participant, sitting, number, name, nip, group = found
    return Identity(
        participant=participant,
        sitting=sitting,
        number=number,
        name=name,
        nip=nip,
        position_group=group,
    )


def comments(connection: Connection, session: str) -> tuple[Comment, ...]:
    """Return the comments of a session, oldest first."""
    return tuple(
        Comment(session=where, digest=digest, salt=salt, text=text)
        for where, digest, salt, text in connection.execute(_COMMENTS, (session,))
    )


def erase(connection: Connection, participant: str) -> None:
    """Erase what is personal of a participant."""
    connection.execute("DELETE FROM identities WHERE participant = ?", (participant,))
    connection.execute(_ERASE_COMMENTS, (participant,))
    roster_tables.erase(connection, participant)


def keep_checkpoints(connection: Connection, rows: Sequence[Checkpoint]) -> None:
    """Overwrite used times, except by those of earlier items."""
    values = [
        (row.session, row.seq, row.shown_ms, row.uncharged_ms, row.at, row.connection)
        for row in rows
    ]
    connection.executemany(_KEEP_CHECKPOINT, values)


def last_checkpoint(connection: Connection, session: str) -> Checkpoint | None:
    """Return the last used time of a session."""
    found = connection.execute(f"{_CHECKPOINTS} WHERE session = ?", (session,)).fetchone()
    return None if found is None else _checkpoint(found)


def checkpoints(connection: Connection, sitting: str | None) -> tuple[Checkpoint, ...]:
    """Return the last used time of every session (of one sitting) that has one."""
    where, values = ("", ()) if sitting is None else (_OF_SITTING, (sitting,))
    return tuple(map(_checkpoint, connection.execute(_CHECKPOINTS + where, values).fetchall()))


def _checkpoint(values: Sequence[Any]) -> Checkpoint:
    session, seq, shown, uncharged, at, holder = values
    return Checkpoint(
        session=session,
        seq=seq,
        shown_ms=shown,
        uncharged_ms=uncharged,
        at=at,
        connection=holder,
    )


def pin(connection: Connection, documents: Mapping[str, bytes]) -> None:
    """Keep bytes by their digest."""
    connection.executemany(_PIN, list(documents.items()))


def document(connection: Connection, digest: str) -> bytes:
    """Return pinned bytes."""
    found = connection.execute("SELECT bytes FROM documents WHERE digest = ?", (digest,)).fetchone()
    if found is None:
        raise NotFound(f"no document {digest}")
    return proved(digest, _bytes(found[0]))
