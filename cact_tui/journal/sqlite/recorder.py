"""A connection that notes what is written through it, so that a second copy can do the same."""

from __future__ import annotations

import base64
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from cact_tui.errors import StorageTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Statement = tuple[str, list[Any]]
"""An SQL statement and the values of each time it was executed."""

_WRITES = ("INSERT", "UPDATE", "DELETE")

_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_ROWS = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_ALLOWED = _READS | _ROWS

_OWN = frozenset({"replication", "outbox"})
"""Tables in which each of the two keeps its own state."""


class Recorder(sqlite3.Connection):
    """Notes statements that changed something, while `noted` is a list."""

    noted: list[Statement] | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Execute one statement."""
        cursor = super().execute(sql, parameters)
        self._note(cursor, sql, [parameters])
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """Execute one statement with each set of values."""
        many = list(parameters)
        cursor = super().executemany(sql, many)
        self._note(cursor, sql, many)
        return cursor

    def _note(self, cursor: sqlite3.Cursor, sql: str, many: list[Any]) -> None:
        # Whatever changed no row here changes none there, where the same rows stand.
        if self.noted is not None and cursor.rowcount > 0 and sql.lstrip()[:6].upper() in _WRITES:
            self.noted.append((sql, many))


def written_down(statements: Sequence[Statement]) -> bytes:
    """Return statements as bytes (JSON; a blob is `{"b64": …}`)."""
    return json.dumps(statements, default=_blob, ensure_ascii=False, separators=(",", ":")).encode()


def repeat(connection: sqlite3.Connection, body: bytes) -> None:
    """Execute what was written down: rows of the journal's own tables, and nothing else.

    Raises:
        StorageTrouble: it is something else.
    """
    try:
        statements = json.loads(body, object_hook=_unblob)
        connection.set_authorizer(_only_rows)
        for sql, many in statements:
            connection.executemany(sql, many)
    except (ValueError, TypeError) as error:
        raise _unlike() from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH:
            raise _unlike() from error
        raise
    finally:
        connection.set_authorizer(None)


def _unlike() -> StorageTrouble:
    return StorageTrouble(
        "the second copy", "what was sent is no transaction", "use one version of cact_tui on both"
    )


def _only_rows(action: int, table: str | None, *_: str | None) -> int:
    foreign = action in _ROWS and (table is None or table in _OWN or table.startswith("sqlite_"))
    return sqlite3.SQLITE_DENY if foreign or action not in _ALLOWED else sqlite3.SQLITE_OK


def _blob(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    raise TypeError(f"a value of type {type(value).__name__} cannot be sent")


def _unblob(value: dict[str, Any]) -> bytes:
    return base64.b64decode(value["b64"], validate=True)
