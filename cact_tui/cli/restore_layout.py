"""Where the files of a restored event come from, and how they are laid out."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from cact_tui.config.files import CONFIGURATION
from cact_tui.errors import StorageTrouble
from cact_tui.journal.sqlite import SqliteStore
from cact_tui.journal.sqlite.arrangement import promote
from cact_tui.journal.sqlite.faults import as_trouble
from cact_tui.journal.sqlite.folder_replica import EQUIPMENT, JOURNAL, keep_file
from cact_tui.sessions.events import SessionOpened

if TYPE_CHECKING:
    from cact_tui.journal.replica import Standing

_NEWEST = """
    SELECT MAX(at) FROM (SELECT MAX(at) AS at FROM events UNION SELECT MAX(at) FROM checkpoints)
"""

_DATABASE = b"SQLite format 3\0"
_BESIDE_A_JOURNAL = ("-wal", "-shm", ".lock", ".queue")


class Source(Protocol):
    """A second copy, here or on another host."""

    @property
    def place(self) -> str:
        """Return how messages name it."""

    def files(self) -> Mapping[str, bytes]:
        """Return the event's files that were sent along with the copy."""

    def pinned(self) -> Mapping[str, bytes]:
        """Return those that the newest session pinned."""

    def promote(self, to: Path, *, by: str, again: bool, stale: bool) -> Standing:
        """Make a journal of it at a path, after which it refuses the one it was a copy of."""

    def close(self) -> None:
        """Let go of it."""


@frozen
class FolderSource:
    """A second copy in a folder."""

    folder: Path

    @property
    def place(self) -> str:
        """Return the folder."""
        return str(self.folder)

    def files(self) -> Mapping[str, bytes]:
        """Return what lies beside the copy.

        Raises:
            StorageTrouble: there is no copy.
        """
        if not (self.folder / JOURNAL).exists():
            cure = "name the folder that holds one"
            raise StorageTrouble(self.folder, "there is no second copy", cure)
        return below(self.folder / EQUIPMENT)

    def pinned(self) -> Mapping[str, bytes]:
        """Return the pinned files out of the copy itself."""
        return asyncio.run(pinned_in(self.folder / JOURNAL))

    def promote(self, to: Path, *, by: str, again: bool, stale: bool) -> Standing:
        """Make a journal of it."""
        return promote(self.folder / JOURNAL, to, by=by, again=again, stale=stale)

    def close(self) -> None:
        """Do nothing: it is held while something is done with it."""


@frozen(kw_only=True)
class Files:
    """Files by their path relative to the configuration, and where they were taken from."""

    contents: Mapping[str, bytes] = field(repr=False)
    sources: tuple[str, ...]


def files_for(source: Source, event: Path | None) -> Files:
    """Return the files of an event: those somebody gives, those sent with the copy, those pinned.

    What the newest session pinned is taken only where nothing was sent along: it may be older.

    Raises:
        StorageTrouble: none of them has a configuration.
    """
    given = below(event) if event else {}
    sent = source.files()
    pinned = {} if CONFIGURATION in sent else source.pinned()
    contents = {**pinned, **sent, **given}
    if CONFIGURATION not in contents:
        raise StorageTrouble(
            source.place,
            "no configuration came with the copy, for no hall was served from it",
            "give the event's own folder: --event FOLDER",
        )
    named = {"what the newest session pinned": pinned, source.place: sent, str(event): given}
    return Files(contents=contents, sources=tuple(name for name, some in named.items() if some))


def lay_out(folder: Path, files: Files) -> None:
    """Write the files into a folder that holds nothing yet, each 0600.

    Raises:
        StorageTrouble: there is something in it, or they cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StorageTrouble(folder, "there is something in it", "name a new or empty folder")
        for name, content in files.contents.items():
            keep_file(folder, name, content)
    except OSError as error:
        raise as_trouble(folder, error) from error


def make_room(journal: Path) -> None:
    """Make the folder of a journal.

    Raises:
        StorageTrouble: it cannot be made.
    """
    try:
        journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise as_trouble(journal.parent, error) from error


def take_back(folder: Path) -> None:
    """Empty a folder that held nothing before files were laid out in it."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def newest_ms(journal: Path) -> int:
    """Return when something last happened, wall ms; 0 if nothing ever did."""
    with closing(sqlite3.connect(f"{journal.resolve().as_uri()}?mode=ro", uri=True)) as database:
        (at,) = database.execute(_NEWEST).fetchone()
    return int(at or 0)


def below(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder but those of a journal."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {str(path.relative_to(folder)): path.read_bytes() for path in found}
    return {
        name: content
        for name, content in files.items()
        if not name.endswith(_BESIDE_A_JOURNAL) and not content.startswith(_DATABASE)
    }


async def pinned_in(copy: Path) -> Mapping[str, bytes]:
    """Return the files that the newest session of a copy pinned."""
    store = SqliteStore(copy)
    try:
        for entry in reversed(await store.sessions()):
            opened = (await store.read(entry.session))[0].event
            if isinstance(opened, SessionOpened):
                return {
                    name: await store.document(digest) for name, digest in opened.documents.items()
                }
        return {}
    finally:
        await store.close()
