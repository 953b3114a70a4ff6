"""A sitting's papers on disk: text, PDF and JSON, each signed.

A paper is never written over another one: a sitting that was opened and closed again gets the next
version. All are for their owner alone, for they hold names.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from cact_tui.errors import StorageTrouble
from cact_tui.pdf import HEIGHT, LEADING, MARGIN, PdfLine, pdf
from cact_tui.proctoring.papers.minutes import Damaged
from cact_tui.proctoring.papers.text import LANGUAGES, minutes_lines, minutes_text
from cact_tui.results.names import signature_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.papers.minutes import Minutes
    from cact_tui.signing import SigningKey

FORMAT = 2
"""Of the JSON. In format 1 only the JSON was signed, and rescheduled people were not in it."""

ENDINGS = (".txt", ".pdf", ".json")
"""Of the files of one paper; the JSON is written last, when all else is there."""

_SIZE = 9.0
"""Points; lines of `text.COLUMNS` fit the page in it."""

_SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")


@frozen(kw_only=True)
class Papers:
    """Where the papers of a sitting were written, and the root that seals them.

    `signatures` are those of text, PDF and JSON, none where nothing can be signed; `damaged` are
    the tests that it does not cover.
    """

    text: Path
    pdf: Path
    json: Path
    signatures: tuple[Path, ...]
    root: str
    damaged: tuple[Damaged, ...]


def write_papers(folder: Path, minutes: Minutes, key: SigningKey | None) -> Papers:
    """Write the papers of a sitting durably and return where they are; unsigned without a key.

    Raises:
        StorageTrouble: they could not all be written.
        ValueError: the sitting's id cannot be the name of a file.
    """
    if not _SAFE.fullmatch(minutes.sitting):
        raise ValueError("a sitting's id is small letters, digits and hyphens")
    contents = (minutes_text(minutes).encode(), minutes_pdf(minutes), minutes_json(minutes))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = _next(folder, minutes.sitting)
        paths = [folder / f"{name}{ending}" for ending in ENDINGS]
        for path, content in zip(paths, contents, strict=True):
            if key is not None:
                comment = signed_comment(path.name, minutes.sitting, minutes.root)
                _write(signature_of(path), key.sign_file(content, comment).encode())
            _write(path, content)
        _sync(folder)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise StorageTrouble(folder, reason, "make room or allow writing there") from fault
    text, pdf_file, json_file = paths
    return Papers(
        text=text,
        pdf=pdf_file,
        json=json_file,
        signatures=tuple(map(signature_of, paths)) if key else (),
        root=minutes.root,
        damaged=minutes.damaged,
    )


def signed_comment(name: str, sitting: str, root: str) -> str:
    """Return what is signed with a file: which it is, of which sitting, and its seal."""
    return f"sitting:{sitting} root:{root} file:{name}"


def minutes_json(minutes: Minutes) -> bytes:
    """Return the minutes as JSON in UTF-8 with sorted keys."""
    told: dict[str, Any] = {"format": FORMAT, **asdict(minutes)}
    return (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def minutes_pdf(minutes: Minutes) -> bytes:
    """Return the minutes as a PDF, each language beginning on a page of its own."""
    per_page = int((HEIGHT - 2 * MARGIN) / (_SIZE * LEADING))
    pages: list[Sequence[PdfLine]] = []
    for language in LANGUAGES:
        lines = [PdfLine(one, _SIZE) for one in minutes_lines(minutes, language)]
        pages += [lines[at : at + per_page] for at in range(0, len(lines), per_page)]
    return pdf(pages, f"{minutes.sitting} {minutes.date}")


def _next(folder: Path, sitting: str) -> str:
    version = 1
    while (folder / f"{sitting}.v{version}.json").exists():
        version += 1
    return f"{sitting}.v{version}"


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
