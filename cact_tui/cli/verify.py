"""`cact verify`: prove that a journal is what was written."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import asdict, evolve, frozen

from cact_tui.cli.console import Exit, complain, counted, say
from cact_tui.cli.event import add_config, materials_of
from cact_tui.errors import NotFound, StorageTrouble
from cact_tui.journal.chain import Row
from cact_tui.proctoring.papers.examining import Examined, examine_all
from cact_tui.proctoring.papers.heads import HeadsRead, lines_of, read_heads
from cact_tui.proctoring.papers.proving import (
    JSON_SIGNED_ALONE,
    PaperFound,
    read_paper,
    strays,
    unlike_journal,
    unlike_log,
    unpapered,
)
from cact_tui.proctoring.papers.raw import raw_rows, raw_seals
from cact_tui.results.names import newest, signature_of
from cact_tui.signing import BadSignature, PublicKey, public_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.cli.event import Subparsers
    from cact_tui.config.settings import Materials


FEW = 5
"""Lines of heads that are named by number."""


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "verify",
        help="prove a journal: chains, signed heads, sealed papers, signed results",
        description="Read the journal's file plainly and prove every session's hash chain; compare "
        "it with the signed heads and with the papers of sittings; prove text, PDF and JSON of the "
        "papers, and results, by their signatures. Exit code 0: all is as it was "
        "written; 1: the first bad event of each session and every file that does not fit are "
        "named, or there is nothing to verify. What came after the newest "
        "signed head is proved by the chain alone: whoever can write the file could have cut it "
        "off or made it anew.",
        epilog="examples:\n  cact verify\n  cact verify --heads /media/stick/heads.jsonl "
        "--key signing.key.pub",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    parser.add_argument("--session", metavar="REF", help="only this session")
    parser.add_argument(
        "--heads", type=Path, metavar="FILE", help="signed heads, from wherever they were kept"
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the public key, as it was handed out beforehand"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


@frozen(kw_only=True)
class _Kept:
    """What a host keeps, and by which key it is proved. `results` is their folder."""

    journal: Mapping[str, Sequence[Row]]
    seals: Mapping[str, frozenset[str]]
    results: Path
    key: PublicKey | None


@frozen(kw_only=True)
class _Found:
    """All that was examined. `notes` say what could not be proved and is no fault."""

    sessions: tuple[Examined, ...]
    papers: tuple[PaperFound, ...] = ()
    torn: tuple[str, ...] = ()
    forged: tuple[str, ...] = ()
    unproved: tuple[str, ...] = ()
    results: int = 0
    notes: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        bad = (f"{one.session}: event {one.bad} {one.reason}" for one in self.sessions if one.bad)
        return (*bad, *self.unproved, *self.torn, *self.forged)


def run(options: argparse.Namespace) -> int:
    """Examine the journal of an event."""
    materials = materials_of(options)
    folder = options.config.parent
    place = _journal(folder, materials)
    try:
        key = _key(folder, materials, options.key)
    except BadSignature as fault:
        complain(f"cact verify: {fault}")
        return Exit.NO
    heads = _heads(folder, materials, options.heads, key)
    results = folder / materials.store.results
    kept = _Kept(journal=raw_rows(place), seals=raw_seals(place), results=results, key=key)
    examined = examine_all(kept.journal, heads.heads)
    if options.session:
        found = _Found(sessions=_only(examined, options.session))
    else:
        found = _everything(kept, examined)
    found = evolve(found, unproved=_bad_lines(options.heads or materials.proctor.heads, heads, key))
    if options.json:
        say(json.dumps(_plain(found), indent=1))
    else:
        _tell(found, key)
    return Exit.NO if found.faults else Exit.GOOD


def _only(examined: Iterable[Examined], wanted: str) -> tuple[Examined, ...]:
    found = tuple(one for one in examined if one.session == wanted.upper())
    if not found:
        raise NotFound(
            f"there is no session {wanted} in this journal, and no head of it "
            "(cact sitting list SITTING names the sessions of a sitting)"
        )
    return found


def _everything(kept: _Kept, examined: tuple[Examined, ...]) -> _Found:
    """Return what is found of sessions, papers and results."""
    place = kept.results / "papers"
    papers = tuple(read_paper(path, kept.key) for path in sorted(place.glob("*.json")))
    if not (examined or papers):
        raise NotFound(
            "there is nothing to verify: the journal holds no session "
            "(name another event's configuration with --config)"
        )
    results = newest(kept.results)
    return _Found(
        sessions=examined,
        papers=papers,
        torn=(*(fault for paper in papers for fault in _torn(paper, kept)), *strays(place)),
        forged=tuple(_unsigned(results.values(), kept.key)) if kept.key else (),
        results=len(results),
        notes=_notes(papers, unpapered(papers, kept.seals)),
    )


def _torn(paper: PaperFound, kept: _Kept) -> tuple[str, ...]:
    unlike = (*unlike_log(paper, kept.seals), *unlike_journal(paper, kept.journal))
    return (*paper.faults, *unlike)


def _notes(papers: Iterable[PaperFound], missing: Iterable[str]) -> tuple[str, ...]:
    return (
        *(
            f"{paper.name}: only this file of the paper was signed, text and PDF were not"
            for paper in papers
            if paper.format == JSON_SIGNED_ALONE
        ),
        *(f"papers of {sitting} were sealed and are not here" for sitting in missing),
    )


def _journal(folder: Path, materials: Materials) -> Path:
    scheme, _, place = materials.store.url.partition(":")
    if scheme != "sqlite":
        raise StorageTrouble(materials.store.url, "only files can be verified", "name one")
    return folder / place


def _key(folder: Path, materials: Materials, wanted: Path | None) -> PublicKey | None:
    """Return the public key that was named, or the host's own, None where there is none."""
    usual = folder / materials.proctor.signing_key
    path = wanted or usual.with_name(f"{usual.name}.pub")
    if wanted is None and not path.exists():
        return None
    try:
        return public_key(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as fault:
        raise StorageTrouble(path, str(fault.strerror), "name the public key") from fault


def _heads(
    folder: Path, materials: Materials, wanted: Path | None, key: PublicKey | None
) -> HeadsRead:
    path = wanted or folder / materials.proctor.heads
    if key is None or (wanted is None and not path.exists()):
        return HeadsRead(heads=(), bad=())
    try:
        return read_heads(lines_of(path), key)
    except OSError as fault:
        raise StorageTrouble(path, str(fault.strerror), "name the file of heads") from fault


def _bad_lines(path: Path | str, heads: HeadsRead, key: PublicKey | None) -> tuple[str, ...]:
    """Return that lines of the file of heads are none, all together."""
    if key is None or not heads.bad:
        return ()
    numbers = ", ".join(map(str, heads.bad[:FEW])) + (", ..." if len(heads.bad) > FEW else "")
    lines = f"line {numbers} is" if len(heads.bad) == 1 else f"lines {numbers} are"
    return (f"{path}: {lines} no head signed by key {key.name}",)


def _unsigned(results: Iterable[Path], key: PublicKey) -> list[str]:
    """Return which results are not what this host signed; what they say is for `cact replay`."""
    wrong = []
    for path in results:
        try:
            key.verify_file(path.read_bytes(), signature_of(path).read_text(encoding="ascii"))
        except BadSignature as fault:
            wrong.append(f"{path.name}: {fault}")
        except (OSError, ValueError):
            wrong.append(f"{path.name} is not signed")
    return wrong


def _plain(found: _Found) -> dict[str, object]:
    return {
        "sessions": [asdict(one) for one in found.sessions],
        "heads": found.unproved,
        "papers": found.torn,
        "results": found.forged,
        "notes": found.notes,
        "signed": any(one.signed for one in found.sessions),
    }


def _tell(found: _Found, key: PublicKey | None) -> None:
    for line in (*found.faults, *found.notes):
        say(line)
    events = sum(one.events for one in found.sessions)
    signed = sum(min(one.signed, one.events) for one in found.sessions)
    sessions = counted(len(found.sessions), "session")
    say(f"{sessions}, {counted(events, 'event')}, {signed} of them under signed heads")
    say(counted(len(found.papers), "sealed paper"))
    if key is None:
        say("no public key here: chains were proved by themselves, nothing against signatures")
    elif signed < events:
        late = counted(events - signed, "event")
        say(f"{late} came after the last head: proved by the chain alone")
    if key is not None and found.results:
        say(f"{found.results - len(found.forged)} of {found.results} results are signed")
    say(counted(len(found.faults), "fault") if found.faults else "all is as it was written")
