"""`cact verify`: prove that a journal is what was written."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import asdict

from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.event import add_config, materials_of
from cact_tui.errors import StorageTrouble
from cact_tui.proctoring.papers.examining import Examined, examine_all
from cact_tui.proctoring.papers.heads import Head, lines_of, read_heads
from cact_tui.proctoring.papers.raw import raw_rows
from cact_tui.proctoring.papers.writing import PaperFound, read_paper
from cact_tui.results.names import newest, signature_of
from cact_tui.signing import BadSignature, PublicKey, public_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cact_tui.cli.event import Subparsers
    from cact_tui.config.settings import Materials
    from cact_tui.journal.chain import Row


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "verify",
        help="prove a journal: chains, signed heads, sealed papers, signed results",
        description="Read the journal's file plainly and prove every session's hash chain; compare "
        "it with the signed heads and with the papers of sittings; prove the signatures of "
        "results. Exit code 0: all is as it was "
        "written; 1: the first bad event of each session is named. What came after the newest "
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


def run(options: argparse.Namespace) -> int:
    """Examine the journal of an event."""
    materials = materials_of(options)
    folder = options.config.parent
    journal = _journal(folder, materials)
    try:
        key = _key(folder, materials, options.key)
        heads = _heads(folder, materials, options.heads, key)
    except BadSignature as fault:
        complain(f"cact verify: {fault}")
        return Exit.NO
    found = examine_all(journal, heads)
    if options.session:
        found = tuple(one for one in found if one.session == options.session.upper())
    papers = [] if options.session else _papers(folder, materials, key)
    torn = [fault for paper in papers for fault in _unlike(paper, journal)]
    results = newest(folder / materials.store.results)
    forged = [] if options.session or key is None else _unsigned(results.values(), key)
    if options.json:
        told = {
            "sessions": [asdict(one) for one in found],
            "papers": torn,
            "results": forged,
            "signed": bool(heads),
        }
        say(json.dumps(told, indent=1))
    else:
        _tell(found, papers, (*torn, *forged), key)
        say(f"{len(results) - len(forged)} of {len(results)} results are signed")
    good = found and not torn and not forged and not any(one.bad for one in found)
    return Exit.GOOD if good else Exit.NO


def _journal(folder: Path, materials: Materials) -> Mapping[str, Sequence[Row]]:
    scheme, _, place = materials.store.url.partition(":")
    if scheme != "sqlite":
        raise StorageTrouble(materials.store.url, "only files can be verified", "name one")
    return raw_rows(folder / place)


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
) -> tuple[Head, ...]:
    path = wanted or folder / materials.proctor.heads
    if key is None or (wanted is None and not path.exists()):
        return ()
    try:
        return read_heads(lines_of(path), key)
    except OSError as fault:
        raise StorageTrouble(path, str(fault.strerror), "name the file of heads") from fault


def _papers(folder: Path, materials: Materials, key: PublicKey | None) -> list[PaperFound]:
    place = folder / materials.store.results / "papers"
    return [read_paper(path, key) for path in sorted(place.glob("*.json"))]


def _unlike(paper: PaperFound, journal: Mapping[str, Sequence[Row]]) -> list[str]:
    """Return how a paper differs from the journal; a sitting reopened since may have grown."""
    if paper.fault:
        return [f"papers of {paper.sitting}: {paper.fault}"]
    wrong = []
    for session, seq, digest in paper.heads:
        rows = journal.get(session, ())
        if len(rows) < seq or rows[seq - 1].digest != digest:
            wrong.append(
                f"papers of {paper.sitting}: event {seq} of {session} is not the sealed one"
            )
    return wrong


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


def _tell(
    found: Sequence[Examined],
    papers: Sequence[PaperFound],
    torn: Sequence[str],
    key: PublicKey | None,
) -> None:
    bad = [one for one in found if one.bad]
    for one in bad:
        say(f"{one.session}: event {one.bad} {one.reason}")
    for fault in torn:
        say(fault)
    events = sum(one.events for one in found)
    signed = sum(min(one.signed, one.events) for one in found)
    say(f"{len(found)} sessions, {events} events, {signed} of them under signed heads")
    say(f"{len(papers)} sealed papers")
    if key is None:
        say("no public key here: chains were proved by themselves, nothing against signatures")
    elif signed < events:
        say(f"{events - signed} events came after the last head: proved by their chain alone")
    say(f"{len(bad) + len(torn)} faults" if bad or torn else "all is as it was written")
