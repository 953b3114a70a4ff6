"""`cact restore`: make a working event of a second copy."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.cli import restore_layout as layout
from cact_tui.cli.console import Exit, say
from cact_tui.cli.event import login
from cact_tui.clock import SystemClock, iso
from cact_tui.config.files import CONFIGURATION
from cact_tui.config.second_copy import address_of, is_remote
from cact_tui.errors import BadInput, CactError, Problems, StorageTrouble
from cact_tui.proctoring.papers.examining import examine_all
from cact_tui.proctoring.papers.raw import raw_rows
from cact_tui.second_copy import NEEDED, NOT_INSTALLED, needed
from cact_tui.wiring import read_event

if TYPE_CHECKING:
    from cact_tui.cli.event import Subparsers
    from cact_tui.config.settings import Materials


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "restore",
        help="make a working event of a second copy",
        description="Lay out an event folder from a second copy: configuration, banks, keys, and "
        "the journal, every chain proved. The copy then refuses the journal it was made of, so "
        "that the old host, should it come back, acknowledges nothing any more. Nothing is "
        "started. Exit code 1: the event was restored, but a session in it is not as written.",
        epilog="examples:\n  cact restore --from /srv/spare --to /srv/cact\n"
        "  cact serve --config /srv/cact/config.toml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--from",
        dest="source",
        required=True,
        metavar="PLACE",
        help="the folder of the second copy, or ssh://USER@HOST:PORT",
    )
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="new or empty")
    parser.add_argument(
        "--event", type=Path, metavar="FOLDER", help="files that go before those of the copy"
    )
    parser.add_argument("--by", default=login(), metavar="NAME", help="for the record")
    parser.add_argument(
        "--again", action="store_true", help="although the event was restored from it before"
    )
    parser.add_argument("--stale", action="store_true", help="although the copy had been given up")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the private key that the other host lets in"
    )
    parser.add_argument("--host-key", metavar="KEY", help="the other host's public key")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Restore, and say what was done and what is missing."""
    clock = SystemClock()
    began = clock.monotonic()
    source = _source(options)
    try:
        files = layout.files_for(source, options.event)
        layout.lay_out(options.to, files)
        materials, journal = _go_on(source, options)
    finally:
        source.close()
    sound = _prove(journal)
    _tell(options, materials, files)
    say(f"restored in {clock.monotonic() - began:.1f} s; start it with")
    say(f"  cact serve --config {options.to / CONFIGURATION}")
    return Exit.GOOD if sound else Exit.NO


def _go_on(source: layout.Source, options: argparse.Namespace) -> tuple[Materials, Path]:
    """Make the journal beside what was laid out, which is taken back when it cannot be made."""
    try:
        materials = _materials(options.to / CONFIGURATION)
        journal: Path = options.to / materials.store.url.partition(":")[2]
        layout.make_room(journal)
        stood = source.promote(journal, by=options.by, again=options.again, stale=options.stale)
    except CactError:
        layout.take_back(options.to)
        raise
    say(f"journal     transaction {stood.number} of term {stood.term}, now term {stood.term + 1}")
    return materials, journal


def _source(options: argparse.Namespace) -> layout.Source:
    """Return the copy that was named.

    Raises:
        StorageTrouble: nothing can be asked for it.
    """
    if not is_remote(options.source):
        return layout.FolderSource(Path(options.source))
    address = address_of(options.source)
    if address is None or not options.key or not options.host_key:
        cure = "write ssh://USER@HOST:PORT with --key FILE and --host-key KEY"
        raise StorageTrouble(options.source, "that is not enough to reach a host", cure)
    try:
        from cact_tui.ssh.remote_source import RemoteSource
    except ImportError as error:
        raise StorageTrouble(options.source, NOT_INSTALLED, NEEDED) from error
    return RemoteSource(address, key=options.key, host_key=options.host_key)


def _materials(path: Path) -> Materials:
    """Read what was laid out as the hall would.

    Raises:
        BadInput: the event cannot be served from it; the copy was not touched.
    """
    problems = Problems()
    materials = read_event(path, problems)
    if materials is None or problems.errors:
        raise BadInput(tuple(problems))
    return materials


def _prove(journal: Path) -> bool:
    rows = raw_rows(journal)
    found = examine_all(rows, ())
    for one in found:
        if one.bad:
            say(f"{one.session}: event {one.bad} {one.reason}")
    events = sum(one.events for one in found)
    newest = layout.newest_ms(journal)
    say(f"proved      {len(found)} sessions, {events} events, the newest {iso(newest)}")
    return not any(one.bad for one in found)


def _tell(options: argparse.Namespace, materials: Materials, files: layout.Files) -> None:
    say(f"files       {len(files.contents)} from {', '.join(files.sources)}")
    for lacking in needed(options.to, materials):
        say(f"missing     {lacking}")
    hall = materials.hall
    say(f"it listens  {hall.listen} port {hall.port}: this host's address, or what seats call?")
    say("second copy none from now on: name one in store.replica, then cact replica attach")
