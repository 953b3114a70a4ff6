"""Results on disk: written whole or not at all, and never one over another."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.results.names import REFERENCE, signature_of, versions
from cact_tui.results.plain import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cact_tui.results.tree import Result

Probe = Callable[[str], None]
"""Called at each named boundary of a write, so that a campaign can end the process there."""

BOUNDARIES = ("result.tmp", "result.fsync", "result.rename", "result.dirsync")
"""After the temporary file was written, synced, renamed, and after the folder was synced."""

LOCK_TRIES = 200
LOCK_PAUSE = 0.025
"""Another process holds the folder for milliseconds; after 5 s it is said instead."""


@frozen(kw_only=True)
class _Folder:
    """A folder of results, held by this process alone."""

    path: Path
    descriptor: int
    probe: Probe

    def sync(self) -> None:
        """Make the names in the folder durable."""
        try:
            os.fsync(self.descriptor)
        except OSError as fault:
            raise StorageFailure(self.path, _words(fault), "read the results back") from fault
        self.probe("result.dirsync")


def write_result(folder: Path, result: Result, *, probe: Probe = lambda _: None) -> Path:
    """Write a result durably and return its file, `REFERENCE.vN.json` (0600).

    The same content as the newest version of the reference is left alone; other content becomes
    the next version. `result.version` is set accordingly, whatever it says.

    Raises:
        StorageTrouble: nothing was written (full, read-only, busy); write again later.
        StorageFailure: it was written, but may not survive a power failure.
        ValueError: the reference cannot be the name of a file.
    """
    if not REFERENCE.fullmatch(result.reference):
        raise ValueError("a reference is letters, digits and hyphens")
    try:
        with _held(folder, probe) as held:
            return _written(held, result)
    except OSError as fault:
        cure = "make room or allow writing there; nothing was written"
        raise StorageTrouble(folder, _words(fault), cure) from fault


def write_signature(path: Path, signature: str) -> None:
    """Write the signature of a result beside its file, durably, in place of an earlier one.

    Raises:
        StorageTrouble: nothing was written.
        StorageFailure: it was written, but may not survive a power failure.
    """
    try:
        with _held(path.parent, lambda _: None) as held:
            _replace(held, signature_of(path), signature.encode("ascii"))
            held.sync()
    except OSError as fault:
        cure = "make room or allow writing there; nothing was written"
        raise StorageTrouble(path.parent, _words(fault), cure) from fault


@contextmanager
def _held(folder: Path, probe: Probe) -> Iterator[_Folder]:
    """Make the folder where it is missing, and keep other writers out of it."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync_parent(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(folder, descriptor)
        yield _Folder(path=folder, descriptor=descriptor, probe=probe)
    finally:
        os.close(descriptor)


def _sync_parent(folder: Path) -> None:
    descriptor = os.open(folder.resolve().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(folder: Path, descriptor: int) -> None:
    for _ in range(LOCK_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(LOCK_PAUSE)
    raise StorageTrouble(folder, "another process keeps it locked", "wait, then write again")


def _written(held: _Folder, result: Result) -> Path:
    known = versions(held.path, result.reference)
    newest = max(known, default=0)
    if newest and _says(known[newest]) == to_json(evolve(result, version=newest)):
        held.sync()
        return known[newest]
    numbered = evolve(result, version=newest + 1)
    path = held.path / f"{result.reference}.v{newest + 1}.json"
    _replace(held, path, to_json(numbered).encode())
    held.sync()
    return path


def _says(path: Path) -> str | None:
    """Return the text of an earlier version; None where it cannot be read as one."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _replace(held: _Folder, path: Path, content: bytes) -> None:
    """Write a file beside its place, make it durable, and put it there in one step."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        _write_durably(temporary, content, held.probe)
        temporary.rename(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    held.probe("result.rename")


def _write_durably(path: Path, content: bytes, probe: Probe) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        remaining = memoryview(content)
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]
        probe("result.tmp")
        os.fsync(descriptor)
        probe("result.fsync")
    finally:
        os.close(descriptor)


def _words(fault: OSError) -> str:
    return fault.strerror or type(fault).__name__
