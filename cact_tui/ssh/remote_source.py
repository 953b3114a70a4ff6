"""A second copy on another host, of which an event is made here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cact_tui.errors import StorageTrouble
from cact_tui.journal.sqlite.database import sync_directory
from cact_tui.journal.sqlite.faults import as_trouble
from cact_tui.journal.sqlite.folder_replica import JOURNAL
from cact_tui.ssh.remote_replica import COPY_PATIENCE, PIECE_PATIENCE, RemoteReplica
from cact_tui.ssh.replica_wire import standing_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cact_tui.journal.replica import Standing


class RemoteSource(RemoteReplica):
    """Asks the host that received a copy for all it has; each method may raise `StorageTrouble`."""

    def files(self) -> Mapping[str, bytes]:
        """Return the event's files that were sent along."""
        names = self._ask({"do": "files"}).head.get("files", ())
        return {str(name): b"".join(self._pieces(str(name))) for name in names}

    def pinned(self) -> Mapping[str, bytes]:
        """Return nothing: the journal is not read before it leaves that host."""
        return {}

    def promote(self, to: Path, *, by: str, again: bool, stale: bool) -> Standing:
        """Have the copy refuse its journal from now on, and fetch the new one; as `promote`."""
        if to.exists():
            raise StorageTrouble(to, "there is a journal already", "name an empty folder")
        asked = {"do": "promote", "by": by, "again": again, "stale": stale}
        stood = standing_in(self._ask(asked, seconds=COPY_PATIENCE).head)
        if stood is None:
            raise StorageTrouble(self.place, "there is no second copy", "name the host of one")
        try:
            self._fetch(to)
        except (StorageTrouble, OSError) as error:
            to.unlink(missing_ok=True)
            raise as_trouble(to, error) from error
        return stood

    def _fetch(self, to: Path) -> None:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in self._pieces(JOURNAL):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(to.parent)

    def _pieces(self, name: str) -> Iterator[bytes]:
        offset = 0
        asked = {"do": "fetch", "name": name}
        while piece := self._ask({**asked, "offset": offset}, seconds=PIECE_PATIENCE).content:
            yield piece
            offset += len(piece)
