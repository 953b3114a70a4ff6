"""Tables of sittings and of who is expected; functions work inside their caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from cact_tui.errors import NumberTaken, SeatTaken, StaleRow
from cact_tui.journal.roster import (
    Attempts,
    Identification,
    LogEntry,
    LogNews,
    PinHash,
    Registration,
    Sitting,
    SittingState,
    Tally,
    one_more_failure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from sqlite3 import Connection

    from cact_tui.journal.roster import RosterRow

SCHEMA = (
    """
    CREATE TABLE sittings (
        id TEXT NOT NULL PRIMARY KEY,
        event TEXT NOT NULL,
        date TEXT NOT NULL,
        room TEXT NOT NULL,
        wave INTEGER NOT NULL,
        seats INTEGER NOT NULL,
        state TEXT NOT NULL,
        opened_at INTEGER NOT NULL,
        closed_at INTEGER NOT NULL,
        revision INTEGER NOT NULL
    )
    """,
    "CREATE INDEX sittings_by_event ON sittings (event, date, wave, room)",
    """
    CREATE TABLE registrations (
        participant TEXT NOT NULL PRIMARY KEY,
        event TEXT NOT NULL,
        sitting TEXT NOT NULL,
        number TEXT NOT NULL,
        name TEXT NOT NULL,
        nip TEXT NOT NULL,
        position TEXT NOT NULL,
        position_group TEXT NOT NULL,
        unit TEXT NOT NULL,
        standard TEXT NOT NULL,
        seat TEXT NOT NULL,
        extra_minutes INTEGER NOT NULL,
        extra_percent INTEGER NOT NULL,
        plain INTEGER NOT NULL,
        identification TEXT NOT NULL,
        checked_by TEXT NOT NULL,
        checked_at INTEGER NOT NULL,
        revision INTEGER NOT NULL
    )
    """,
    # Signing in looks a number up in the whole event, so that a wrong sitting can be told.
    "CREATE UNIQUE INDEX registrations_by_number ON registrations (event, number)",
    "CREATE UNIQUE INDEX registrations_by_seat ON registrations (sitting, seat) WHERE seat <> ''",
    """
    CREATE TABLE pins (
        participant TEXT NOT NULL PRIMARY KEY,
        sitting TEXT NOT NULL,
        verifier TEXT NOT NULL,
        issued_by TEXT NOT NULL,
        issued_at INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE sitting_log (
        position INTEGER NOT NULL PRIMARY KEY,
        sitting TEXT NOT NULL,
        at INTEGER NOT NULL,
        by TEXT NOT NULL,
        act TEXT NOT NULL,
        participant TEXT NOT NULL,
        detail TEXT NOT NULL
    )
    """,
    "CREATE INDEX sitting_log_by_sitting ON sitting_log (sitting, position)",
    """
    CREATE TABLE attempts (
        key TEXT NOT NULL PRIMARY KEY,
        failures INTEGER NOT NULL,
        latest INTEGER NOT NULL,
        locked_until INTEGER NOT NULL
    )
    """,
)

T = TypeVar("T", bound=attrs.AttrsInstance)


def keep(connection: Connection, row: RosterRow) -> None:
    """Write one row, a changeable one only if nobody changed it since it was read.

    Raises:
        NumberTaken, SeatTaken, StaleRow: it cannot be written.
    """
    match row:
        case Sitting():
            _check_revision(connection, "sittings", "id", row.id, row.revision)
            _put(connection, "sittings", "id", attrs.evolve(row, revision=row.revision + 1))
        case Registration():
            _keep_registration(connection, row)
        case PinHash():
            _put(connection, "pins", "participant", row)
        case LogEntry():
            connection.execute(_insertion("sitting_log", LogEntry), attrs.astuple(row))


def _keep_registration(connection: Connection, row: Registration) -> None:
    _check_revision(connection, "registrations", "participant", row.participant, row.revision)
    holder = registered(connection, row.event, row.number)
    if holder is not None and holder.participant != row.participant:
        raise NumberTaken("", 0, row.event)
    if row.seat and _sits_there(connection, row) not in (None, row.participant):
        raise SeatTaken("", 0, row.sitting, row.seat)
    _put(connection, "registrations", "participant", _revised(row))


def _sits_there(connection: Connection, row: Registration) -> str | None:
    found = connection.execute(
        "SELECT participant FROM registrations WHERE sitting = ? AND seat = ?",
        (row.sitting, row.seat),
    ).fetchone()
    return None if found is None else str(found[0])


def _check_revision(
    connection: Connection, table: str, key: str, value: str, revision: int
) -> None:
    statement = f"SELECT revision FROM {table} WHERE {key} = ?"  # noqa: S608 - our own names
    (found,) = connection.execute(statement, (value,)).fetchone() or (0,)
    if found != revision:
        raise StaleRow(value, revision, found)


def _revised(row: Registration) -> Registration:
    return attrs.evolve(row, revision=row.revision + 1)


def _put(
    connection: Connection, table: str, key: str, row: Sitting | Registration | PinHash | Attempts
) -> None:
    """Write a row in place of the one with its key."""
    names = [field.name for field in attrs.fields(type(row)) if field.name != key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    replacing = f" ON CONFLICT ({key}) DO UPDATE SET {changes}"
    connection.execute(_insertion(table, type(row)) + replacing, attrs.astuple(row))


def _insertion(table: str, kind: type[attrs.AttrsInstance]) -> str:
    names = [field.name for field in attrs.fields(kind)]
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our names


def sittings(connection: Connection, event: str) -> tuple[Sitting, ...]:
    """Return the sittings of an event by date, wave and room."""
    order = "event = ? ORDER BY date, wave, room"
    return _find(connection, "sittings", Sitting, order, event)


def sitting(connection: Connection, key: str) -> Sitting | None:
    """Return one sitting."""
    return _first(_find(connection, "sittings", Sitting, "id = ?", key))


def registrations(connection: Connection, event: str) -> tuple[Registration, ...]:
    """Return everybody expected at an event, by number."""
    order = "event = ? ORDER BY number"
    return _find(connection, "registrations", Registration, order, event)


def registered(connection: Connection, event: str, number: str) -> Registration | None:
    """Return the participant with a number at an event."""
    where = "event = ? AND number = ?"
    return _first(_find(connection, "registrations", Registration, where, event, number))


def registration(connection: Connection, participant: str) -> Registration | None:
    """Return what is registered of a participant."""
    where = "participant = ?"
    return _first(_find(connection, "registrations", Registration, where, participant))


def pin_of(connection: Connection, participant: str) -> PinHash | None:
    """Return the PIN that a participant has, hashed."""
    return _first(_find(connection, "pins", PinHash, "participant = ?", participant))


def log(connection: Connection, key: str) -> tuple[LogEntry, ...]:
    """Return a sitting's log, oldest first."""
    return _find(connection, "sitting_log", LogEntry, "sitting = ? ORDER BY position", key)


def log_behind(connection: Connection, position: int) -> LogNews:
    """Return the lines of all sittings' logs behind a position; only the last one when it is -1."""
    last = "SELECT COALESCE(MAX(position), 0) FROM sitting_log"
    (end,) = connection.execute(last).fetchone()
    if position < 0 or end == position:
        return LogNews(position=end)
    behind = "position > ? ORDER BY position"
    entries = _find(connection, "sitting_log", LogEntry, behind, position)
    return LogNews(position=end, entries=entries)


def erase(connection: Connection, participant: str) -> None:
    """Erase what is registered of a participant."""
    for table in ("registrations", "pins"):
        statement = f"DELETE FROM {table} WHERE participant = ?"  # noqa: S608 - same
        connection.execute(statement, (participant,))
    connection.execute("DELETE FROM attempts WHERE key = ?", (f"participant:{participant}",))


def attempts(connection: Connection, keys: Sequence[str]) -> tuple[Attempts, ...]:
    """Return what is on record of keys."""
    return tuple(
        row for key in keys for row in _find(connection, "attempts", Attempts, "key = ?", key)
    )


def attempt(
    connection: Connection, limits: Sequence[tuple[str, int]], at: int, lock_ms: int
) -> Tally:
    """Count one attempt of each key as failed beforehand, unless one is locked."""
    known = {row.key: row for row in attempts(connection, [key for key, _ in limits])}
    if any(row.locked_until > at for row in known.values()):
        return Tally(allowed=False, records=tuple(known.values()))
    counted = tuple(
        one_more_failure(known.get(key), key, most, at=at, lock_ms=lock_ms) for key, most in limits
    )
    for row in counted:
        _put(connection, "attempts", "key", row)
    return Tally(allowed=True, records=counted)


def forgive(connection: Connection, keys: Sequence[str]) -> None:
    """Forget failures."""
    connection.executemany("DELETE FROM attempts WHERE key = ?", [(key,) for key in keys])


def _find(
    connection: Connection, table: str, kind: type[T], where: str, *values: str | int
) -> tuple[T, ...]:
    """Return rows as records, words and truths as what they stand for."""
    names = [field.name for field in attrs.fields(kind)]
    statement = f"SELECT {', '.join(names)} FROM {table} WHERE {where}"  # noqa: S608 - our names
    found = connection.execute(statement, values).fetchall()
    records = (dict(zip(names, row, strict=True)) for row in found)
    return tuple(
        kind(**{name: _MEANING.get(name, _same)(value) for name, value in one.items()})
        for one in records
    )


_MEANING: dict[str, Callable[[Any], Any]] = {
    "state": SittingState,
    "identification": Identification,
    "plain": bool,
}


def _same(value: Any) -> Any:
    return value


def _first(rows: tuple[T, ...]) -> T | None:
    return rows[0] if rows else None
