"""Papers read again: is each file the one that was signed, and does it fit log and journal?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from cact_tui.proctoring.papers.merkle import sitting_root
from cact_tui.proctoring.papers.writing import ENDINGS, FORMAT, signed_comment
from cact_tui.results.names import signature_of
from cact_tui.signing import BadSignature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cact_tui.journal.chain import Row
    from cact_tui.signing import PublicKey

JSON_SIGNED_ALONE = 1
"""The format of papers of which text and PDF were not signed."""


_SIGNATURE = ".minisig"


@frozen(kw_only=True)
class PaperFound:
    """What a paper's JSON, the file `name`, seals, and what is wrong with it or its other files.

    A fault names its file. `format` is 0 where the JSON is none of a paper.
    """

    name: str
    format: int = 0
    sitting: str = ""
    root: str = ""
    heads: tuple[tuple[str, int, str], ...] = ()
    faults: tuple[str, ...] = ()


def read_paper(path: Path, key: PublicKey | None) -> PaperFound:
    """Return what a paper's JSON seals, its files proved by its root and, given a key, by that."""
    try:
        found = _sealed(path.name, json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return PaperFound(name=path.name, faults=(f"{path.name} is no paper of a sitting",))
    return evolve(found, faults=tuple(_faults(path, found, key)))


def _sealed(name: str, told: Any) -> PaperFound:
    heads = tuple(
        (str(one["session"]), int(one["seq"]), str(one["digest"])) for one in told["heads"]
    )
    return PaperFound(
        name=name,
        format=int(told["format"]),
        sitting=str(told["sitting"]),
        root=str(told["root"]),
        heads=heads,
    )


def _faults(path: Path, found: PaperFound, key: PublicKey | None) -> Iterator[str]:
    if not JSON_SIGNED_ALONE <= found.format <= FORMAT:
        yield f"{path.name} is of format {found.format}, which a newer cact has (prove it there)"
        return
    if sitting_root(found.heads) != found.root:
        yield f"{path.name}: its root is not that of its heads"
    if found.format == JSON_SIGNED_ALONE:
        yield from _unproved(path, key, f"sitting:{found.sitting} root:{found.root}")
        return
    for ending in ENDINGS:
        file = path.with_suffix(ending)
        yield from _unproved(file, key, signed_comment(file.name, found.sitting, found.root))


def _unproved(file: Path, key: PublicKey | None, wanted: str) -> Iterator[str]:
    """Return why a file is not the one that was signed as `wanted`."""
    if not file.exists():
        yield f"{file.name} is not there"
    elif key is not None:
        try:
            signature = signature_of(file).read_text(encoding="ascii")
            comment = key.verify_file(file.read_bytes(), signature)
            if comment != wanted:
                yield f'{file.name} was signed as another: "{comment}"'
        except BadSignature as fault:
            yield f"{file.name}: {fault}"
        except (OSError, ValueError):
            yield f"{file.name} is not signed"


def strays(folder: Path) -> tuple[str, ...]:
    """Return which files of papers have no JSON beside them, and so prove nothing."""
    files = sorted(path for path in folder.glob("*") if path.name.endswith((*ENDINGS, _SIGNATURE)))
    found = []
    for file in files:
        paper = file.with_name(file.name.removesuffix(_SIGNATURE)).with_suffix(".json")
        if not paper.exists():
            found.append(f"{file.name}: its {paper.name} is not there")
    return tuple(found)


def unlike_log(paper: PaperFound, seals: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return how a paper's root differs from those in the log of its sitting."""
    if not paper.format or paper.root in seals.get(paper.sitting, frozenset()):
        return ()
    return (f"{paper.name}: the log of sitting {paper.sitting} has no seal with its root",)


def unlike_journal(paper: PaperFound, journal: Mapping[str, Sequence[Row]]) -> tuple[str, ...]:
    """Return how a paper differs from the journal; a sitting reopened since may have grown."""
    return tuple(
        f"{paper.name}: event {seq} of {session} is not the sealed one"
        for session, seq, digest in paper.heads
        if [row.digest for row in journal.get(session, ())[seq - 1 : seq]] != [digest]
    )


def unpapered(papers: Iterable[PaperFound], seals: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return which sittings the log has a seal of, and no paper here."""
    here = {(paper.sitting, paper.root) for paper in papers}
    wanted = {(sitting, root) for sitting, roots in seals.items() for root in roots}
    return tuple(sorted({sitting for sitting, _root in wanted - here}))
