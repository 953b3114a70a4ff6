"""A journal's events as they lie in the file, read without the program that wrote them.

Whoever examines a journal trusts neither its reader nor that it is whole, so the rows are read
plainly, and read only.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from cact_tui.errors import StorageTrouble
from cact_tui.journal.chain import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ROWS = "SELECT session, seq, at, type, previous, digest, bytes FROM events ORDER BY session, seq"


def raw_rows(path: Path) -> Mapping[str, tuple[Row, ...]]:
    """Return the rows of every session of a journal on SQLite, by its sequence numbers.

    Raises:
        StorageTrouble: there is no such file, or it is no journal.
    """
    if not path.exists():
        raise StorageTrouble(path, "there is no such journal", "name the event's configuration")
    found: dict[str, list[Row]] = {}
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            for values in database.execute(_ROWS):
                found.setdefault(str(values[0]), []).append(_row(values))
    except sqlite3.Error as fault:
        raise StorageTrouble(path, str(fault), "restore the file from a backup") from fault
    return {session: tuple(rows) for session, rows in found.items()}


def _row(values: Sequence[Any]) -> Row:
    session, seq, at, kind, previous, digest, content = values
    return Row(
        session=session,
        seq=seq,
        at=at,
        type=kind,
        previous=previous,
        digest=digest,
        content=content if isinstance(content, bytes) else str(content).encode(),
    )
