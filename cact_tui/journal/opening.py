"""Opens the journal that a setting names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.errors import StorageTrouble
from cact_tui.journal.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.journal.protocol import Store
    from cact_tui.journal.replica import Replica


def open_store(
    url: str,
    *,
    probe: Callable[[str], None] = lambda _: None,
    replica: Replica | None = None,
) -> Store:
    """Open `sqlite:PATH` (created if missing) or `memory:` (gone with the process).

    `replica` is the second copy of a journal on SQLite.

    Raises:
        StorageTrouble: unknown kind of store, or one that cannot be used as it is.
    """
    scheme, _, place = url.partition(":")
    if scheme == "memory" and not place:
        return MemoryStore(probe=probe)
    if scheme == "sqlite" and place:
        # Imported where it is chosen: a rehearsal in memory loads no database.
        from cact_tui.journal.sqlite import SqliteStore  # noqa: PLC0415

        return SqliteStore(Path(place), probe=probe, replica=replica)
    raise StorageTrouble(url, "no such store", 'write "sqlite:var/cact.db" or "memory:"')


def folder_replica(folder: Path, *, probe: Callable[[str], None] = lambda _: None) -> Replica:
    """Return the second copy in a folder; nothing is looked at before it is used."""
    from cact_tui.journal.sqlite.folder_replica import FolderReplica  # noqa: PLC0415 - as above

    return FolderReplica(folder, probe=probe)
