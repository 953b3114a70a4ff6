"""Files that were found good before, by their digests, so that a start need not prove them again.

A mark's name is the SHA-256 of all documents' digests and of the program that proved them: our own
files and everything importable (by modification times), so a change of either proves anew. A mark
that cannot be read or written is no mark, and no trouble.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

import cact_tui

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class ProvedMarks:
    """A private directory of marks."""

    directory: Path

    def has(self, documents: Mapping[str, str]) -> bool:
        """Return whether exactly these documents were proved by this program."""
        try:
            status = self.directory.lstat()
        except OSError:
            return False
        private = status.st_uid == os.geteuid() and not status.st_mode & 0o077
        return private and self._mark(documents).exists()

    def add(self, documents: Mapping[str, str]) -> None:
        """Remember that these documents are good."""
        with suppress(OSError):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._mark(documents).touch(mode=0o600)

    def _mark(self, documents: Mapping[str, str]) -> Path:
        content = json.dumps([sorted(documents.items()), _program()])
        return self.directory / f"{hashlib.sha256(content.encode()).hexdigest()}.proved"


def _program() -> list[object]:
    """Return what identifies the program: its version, its files and what it may import."""
    package = Path(cact_tui.__file__).parent
    newest = max(path.stat().st_mtime_ns for path in package.rglob("*.py"))
    importable = [(place, _changed(place)) for place in sys.path]
    return [cact_tui.__version__, sys.version, newest, importable]


def _changed(place: str) -> int:
    try:
        return Path(place).stat().st_mtime_ns
    except OSError:
        return 0
