"""Names of result files, and what is told by the names and ends of files alone."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
FILE_NAME = re.compile(
    rf"(?P<reference>{REFERENCE.pattern})\.v(?P<version>[1-9][0-9]{{0,8}})\.json"
)
_CHAIN = re.compile(rb'"chain": \{\s*"events": \d{1,18},\s*"seq": (\d{1,18}),')
_TAIL = 400
"""Bytes at the end of a file that hold the chain."""


def owed(folder: Path, ends: Mapping[str, int], can_sign: Callable[[], bool]) -> tuple[str, ...]:
    """Return which ended sessions have no result, one of an earlier end, or one without signature.

    `ends` are their last events by reference; a signature is missed where one can be made.
    """
    files = newest(folder)
    old = {one for one, seq in ends.items() if one not in files or rests_on(files[one]) < seq}
    bare = {one for one in ends.keys() & files.keys() if not signature_of(files[one]).exists()}
    return tuple(sorted(old | bare if bare and can_sign() else old))


def newest(folder: Path) -> Mapping[str, Path]:
    """Return the file of the newest version of each result, by reference; none without a folder."""
    found: dict[str, tuple[int, Path]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        if match := FILE_NAME.fullmatch(path.name):
            one = (int(match["version"]), path)
            found[match["reference"]] = max(one, found.get(match["reference"], one))
    return {reference: path for reference, (_, path) in found.items()}


def signature_of(path: Path) -> Path:
    """Return where the signature of a result file stands."""
    return path.with_name(f"{path.name}.minisig")


def rests_on(path: Path) -> int:
    """Return the last event that a result file rests on; 0 where that cannot be read.

    Only the end of the file is read, where the chain stands.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _TAIL, 0))
            found = _CHAIN.search(file.read())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def versions(folder: Path, reference: str) -> dict[int, Path]:
    """Return the files of one reference by version, ascending."""
    found = {}
    for path in folder.iterdir():
        match = FILE_NAME.fullmatch(path.name)
        if match and match["reference"] == reference:
            found[int(match["version"])] = path
    return dict(sorted(found.items()))
