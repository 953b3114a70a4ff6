"""Sound banks kept on disk in a form that loads fast, by the digest of all that made them.

A file's name is the SHA-256 of the bank's bytes and of the program that read them (our own code,
the Python and plug-in versions), so a stale file is never found. The content is JSON under a
checksum: nothing in it is executed, and a damaged file is as good as none. A cache that cannot be
used or written is no cache, and no trouble.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

import cact_tui
from cact_tui.banks.cached_items import bank_from_lines, bank_to_lines
from cact_tui.banks.digests import canonical
from cact_tui.psychometrics.registry import MODELS

if TYPE_CHECKING:
    from cact_tui.banks.items import ItemBank

KEPT = 16
"""Files kept; the oldest go."""

_SUFFIX = ".bank"
_LIBRARIES = ("tomli", "wcwidth")
_READERS = ("banks/*.py", "toml_source/*.py", "psychometrics/models/*.py", "text.py")


@frozen
class BankCache:
    """A private directory of banks."""

    directory: Path

    @classmethod
    def open(cls, directory: Path) -> BankCache | None:
        """Return the cache in a directory (made 0700), None if others may write there."""
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = directory.lstat()
        except OSError:
            return None
        private = status.st_uid == os.geteuid() and not status.st_mode & 0o077
        return cls(directory) if private and not directory.is_symlink() else None

    def get(self, data: bytes) -> ItemBank | None:
        """Return the bank that these bytes gave before, if it is here and whole."""
        try:
            kept = self._path(data).read_bytes()
        except OSError:
            return None
        checksum, _, payload = kept.partition(b"\n")
        if checksum.decode("ascii", "replace") != hashlib.sha256(payload).hexdigest():
            return None
        return bank_from_lines(payload.split(b"\n"))

    def put(self, data: bytes, bank: ItemBank) -> None:
        """Keep the bank that these bytes gave; written aside and renamed."""
        payload = b"\n".join(bank_to_lines(bank))
        checksum = hashlib.sha256(payload).hexdigest().encode("ascii")
        aside = self.directory / f"{secrets.token_hex(8)}.tmp"
        try:
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(checksum + b"\n" + payload)
            aside.replace(self._path(data))
        except OSError:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            return
        self._drop_oldest()

    def _path(self, data: bytes) -> Path:
        digest = hashlib.sha256(data)
        digest.update(_program())
        return self.directory / (digest.hexdigest() + _SUFFIX)

    def _drop_oldest(self) -> None:
        with suppress(OSError):
            files = sorted(self.directory.glob(f"*{_SUFFIX}"), key=lambda p: p.stat().st_mtime)
            for file in files[:-KEPT]:
                file.unlink()


def _program() -> bytes:
    """Return what a bank's reading depends on besides the bank, as bytes to be hashed."""
    root = Path(cact_tui.__file__).parent
    code = {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for pattern in _READERS
        for file in sorted(root.glob(pattern))
    }
    models = sorted(
        (entry.name, entry.value, entry.dist.version if entry.dist else "")
        for entry in metadata.entry_points(group=MODELS)
    )
    libraries = [metadata.version(name) for name in _LIBRARIES]
    return canonical([platform.python_version(), code, models, libraries])
