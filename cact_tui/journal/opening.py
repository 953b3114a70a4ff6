"""Opens the journal that a setting names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.errors import StorageTrouble
from cact_tui.journal.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.journal.protocol import Store


def open_store(url: str, *, probe: Callable[[str], None] = lambda _: None) -> Store:
    """Open `sqlite:PATH` (created if missing) or `memory:` (gone with the process).

    Raises:
        StorageTrouble: unknown kind of store, or one that cannot be used as it is.
    """
    scheme, _, place = url.partition(":")
    if scheme == "memory" and not place:
        return MemoryStore(probe=probe)
    if scheme == "sqlite" and place:
        # Imported where it is chosen: a rehearsal in memory loads no database.
        from cact_tui.journal.sqlite import SqliteStore  # noqa: PLC0415

        return SqliteStore(Path(place), probe=probe)
    raise StorageTrouble(url, "no such store", 'write "sqlite:var/cact.db" or "memory:"')
