"""A sitting's papers on disk: text, PDF and JSON, the JSON signed.

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
from cact_tui.proctoring.papers.merkle import sitting_root
from cact_tui.proctoring.papers.text import LANGUAGES, minutes_lines, minutes_text
from cact_tui.signing import BadSignature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.papers.minutes import Minutes
    from cact_tui.signing import PublicKey, SigningKey

FORMAT = 1
_SIZE = 9.0
"""Points; lines of `text.COLUMNS` fit the page in it."""

_SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")


@frozen(kw_only=True)
class Papers:
    """Where the papers of a sitting were written, and the root that seals them."""

    text: Path
    pdf: Path
    json: Path
    signature: Path | None
    root: str


def write_papers(folder: Path, minutes: Minutes, key: SigningKey | None) -> Papers:
    """Write the papers of a sitting durably and return where they are; unsigned without a key.

    Raises:
        StorageTrouble: they could not all be written.
        ValueError: the sitting's id cannot be the name of a file.
    """
    if not _SAFE.fullmatch(minutes.sitting):
        raise ValueError("a sitting's id is small letters, digits and hyphens")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = _next(folder, minutes.sitting)
        content = minutes_json(minutes)
        contents = {
            ".txt": minutes_text(minutes).encode(),
            ".pdf": minutes_pdf(minutes),
            ".json": content,
        }
        if key is not None:
            signature = key.sign_file(content, f"sitting:{minutes.sitting} root:{minutes.root}")
            contents[".json.minisig"] = signature.encode()
        for ending, data in contents.items():
            _write(folder / f"{name}{ending}", data)
        _sync(folder)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise StorageTrouble(folder, reason, "make room or allow writing there") from fault
    return Papers(
        text=folder / f"{name}.txt",
        pdf=folder / f"{name}.pdf",
        json=folder / f"{name}.json",
        signature=folder / f"{name}.json.minisig" if key else None,
        root=minutes.root,
    )


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


@frozen(kw_only=True)
class PaperFound:
    """What was found of a paper: what it seals, and what is wrong with it, empty if nothing."""

    sitting: str
    root: str
    heads: tuple[tuple[str, int, str], ...]
    fault: str = ""


def read_paper(path: Path, key: PublicKey | None) -> PaperFound:
    """Return what a paper's JSON seals, proved by its root and, given a key, its signature."""
    nothing = PaperFound(sitting=path.stem, root="", heads=())
    try:
        content = path.read_bytes()
        told = json.loads(content)
        heads = tuple((one["session"], one["seq"], one["digest"]) for one in told["heads"])
        found = PaperFound(sitting=told["sitting"], root=told["root"], heads=heads)
    except (OSError, ValueError, KeyError, TypeError):
        return _faulty(nothing, "is no paper of a sitting")
    if sitting_root(heads) != found.root:
        return _faulty(found, "its root is not that of its heads")
    signature = path.with_name(f"{path.name}.minisig")
    if key is None:
        return found
    try:
        key.verify_file(content, signature.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return _faulty(found, "is not signed")
    except BadSignature as fault:
        return _faulty(found, str(fault))
    return found


def _faulty(found: PaperFound, fault: str) -> PaperFound:
    return PaperFound(sitting=found.sitting, root=found.root, heads=found.heads, fault=fault)


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
