"""Results read back: a folder's listing, and one result by its reference."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.errors import NotFound, StorageTrouble
from cact_tui.results.names import FILE_NAME
from cact_tui.results.plain import NotAResult, from_json
from cact_tui.results.tree import Result

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 64 * 1024 * 1024
"""Bytes beyond which a file is no result of ours."""
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@frozen(kw_only=True)
class StoredResult:
    """A result and its file."""

    path: Path
    result: Result


@frozen(kw_only=True)
class BrokenResult:
    """A file that should be a result and is none, with what is wrong."""

    path: Path
    reason: str

    def __str__(self) -> str:
        """Return `file: what is wrong`."""
        return f"{self.path}: {self.reason}"


@frozen(kw_only=True)
class Listing:
    """What a folder holds: results by reference and version, and files that are broken."""

    results: tuple[StoredResult, ...]
    broken: tuple[BrokenResult, ...]

    @property
    def newest(self) -> tuple[StoredResult, ...]:
        """Return the newest version of each reference."""
        return tuple({stored.result.reference: stored for stored in self.results}.values())


def read_results(folder: Path) -> Listing:
    """Return all results of a folder; files with other names are not looked at.

    Raises:
        NotFound: there is no such folder.
        StorageTrouble: it cannot be read.
    """
    read = [_read(path) for path in _files(folder)]
    return Listing(
        results=tuple(one for one in read if isinstance(one, StoredResult)),
        broken=tuple(one for one in read if isinstance(one, BrokenResult)),
    )


def find(listing: Listing, reference: str) -> StoredResult:
    """Return the newest result of a reference, however its letters and dash were typed.

    Raises:
        NotFound: there is none; names the nearest.
    """
    known = {normal(stored.result.reference): stored for stored in listing.newest}
    wanted = normal(reference)
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    guess = f"; did you mean {known[near[0]].result.reference}?" if near else ""
    raise NotFound(f'there is no result "{reference:.80}"{guess}')


def normal(reference: str) -> str:
    """Return a reference without case, dashes, blanks, and letters that look like digits."""
    return reference.upper().translate(_LOOK_ALIKES)


def _files(folder: Path) -> Iterable[Path]:
    try:
        found = [(FILE_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no folder {folder}") from None
    except OSError as fault:
        raise StorageTrouble(folder, fault.strerror or "unreadable", "allow reading it") from fault
    named = [(match["reference"], int(match["version"]), path) for match, path in found if match]
    return [path for _, _, path in sorted(named)]


def _read(path: Path) -> StoredResult | BrokenResult:
    try:
        if path.stat().st_size > LARGEST:
            return BrokenResult(path=path, reason="it is too large for a result")
        result = from_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return BrokenResult(path=path, reason="it is not UTF-8")
    except NotAResult as fault:
        return BrokenResult(path=path, reason=str(fault))
    except OSError as fault:
        return BrokenResult(path=path, reason=fault.strerror or "it cannot be read")
    if path.name != f"{result.reference}.v{result.version}.json":
        return BrokenResult(path=path, reason="its name is not that of the result in it")
    return StoredResult(path=path, result=result)
