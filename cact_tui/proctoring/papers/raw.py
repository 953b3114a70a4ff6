"""A journal as it lies in the file, read without the program that wrote it.

Whoever examines a journal trusts neither its reader nor that it is whole, so the rows are read
plainly, and read only.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from cact_tui.errors import StorageTrouble
from cact_tui.journal.chain import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_ROWS = "SELECT session, seq, at, type, previous, digest, bytes FROM events ORDER BY session, seq"


_SEALS = "SELECT sitting, detail FROM sitting_log WHERE act = 'sealed'"

_HAS_LOG = "SELECT 1 FROM sqlite_master WHERE name = 'sitting_log'"
"""A journal of version 1 that nobody opened since has no log, and no papers."""


def raw_rows(path: Path) -> Mapping[str, tuple[Row, ...]]:
    """Return the rows of every session of a journal on SQLite, by its sequence numbers.

    Raises:
        StorageTrouble: there is no such file, or it is no journal.
    """
    found: dict[str, list[Row]] = {}
    with _opened(path) as database:
        for values in database.execute(_ROWS):
            found.setdefault(str(values[0]), []).append(_row(values))
    return {session: tuple(rows) for session, rows in found.items()}


def raw_seals(path: Path) -> Mapping[str, frozenset[str]]:
    """Return the roots that the logs of sittings say papers were sealed with, by sitting.

    Raises:
        StorageTrouble: there is no such file, or it is no journal.
    """
    found: dict[str, set[str]] = {}
    with _opened(path) as database:
        if database.execute(_HAS_LOG).fetchone():
            for sitting, root in database.execute(_SEALS):
                found.setdefault(str(sitting), set()).add(str(root))
    return {sitting: frozenset(roots) for sitting, roots in found.items()}


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.exists():
        raise StorageTrouble(path, "there is no such journal", "name the event's configuration")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            yield database
    except sqlite3.Error as fault:
        raise StorageTrouble(path, str(fault), "restore the file from a backup") from fault


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
