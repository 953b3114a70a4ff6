"""`cact replica`: the second copy of the journal."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.event import add_by, add_config, materials_of
from cact_tui.clock import iso
from cact_tui.config.second_copy import PORT
from cact_tui.errors import StorageTrouble
from cact_tui.journal.replica import CopyState, disagreement
from cact_tui.journal.sqlite.arrangement import attach, detach, report
from cact_tui.second_copy import NEEDED, NOT_INSTALLED, equip, equipment, replica_of

if TYPE_CHECKING:
    from cact_tui.cli.event import Subparsers
    from cact_tui.config.settings import Materials
    from cact_tui.journal.replica import Replica
    from cact_tui.journal.sqlite.arrangement import Report

_EXAMPLES: Final = """\
examples:
  cact replica status
  cact replica attach --by "Sri Lestari"
  cact replica detach --by "Sri Lestari" --reason "the second disk failed"
  cact replica key
  cact replica serve --folder /srv/spare --keys /srv/spare/primary.pub   (on the spare host)
"""

_STATES: Final = {
    CopyState.NONE: "none yet; the next write makes it where config.toml names one",
    CopyState.ATTACHING: "being made; nothing is written before it stands",
    CopyState.ATTACHED: "attached: an answer is acknowledged when both have it",
    CopyState.DETACHED: "given up: answers are acknowledged by this disk alone",
}


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replica",
        help="the second copy of the journal",
        description="config.toml names the second copy (store.replica); the first write makes it. "
        "While it is attached and out of reach, screens say that the answer is not saved yet. "
        "Giving it up is the one way to go on without it, and is put on record.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    status = acts.add_parser("status", help="where journal and copy stand")
    attach = acts.add_parser("attach", help="make a whole copy and wait for it from now on")
    detach = acts.add_parser("detach", help="go on with this disk alone")
    detach.add_argument("--reason", required=True, metavar="TEXT", help="why, for the record")
    key = acts.add_parser("key", help="print the public key with which this host signs in there")
    for one in (status, attach, detach, key):
        add_config(one)
    for one in (attach, detach):
        add_by(one)
    _register_serve(acts)
    for one, run_it in ((status, _status), (attach, _attach), (detach, _detach), (key, _key)):
        one.set_defaults(run=run_it)


def _register_serve(acts: Subparsers) -> None:
    serve = acts.add_parser("serve", help="receive a second copy on this host")
    serve.add_argument("--folder", type=Path, required=True, metavar="PATH", help="where it lies")
    serve.add_argument(
        "--keys", type=Path, required=True, metavar="FILE", help="public keys that may send it"
    )
    serve.add_argument("--listen", default="0.0.0.0", metavar="ADDRESS")  # noqa: S104 - a choice
    serve.add_argument("--port", type=int, default=PORT)
    serve.add_argument("--host-key", type=Path, metavar="FILE", help="default: beside the copy")
    serve.set_defaults(run=_serve)


def _journal(options: argparse.Namespace, materials: Materials) -> Path:
    place: Path = options.config.parent / materials.store.url.partition(":")[2]
    return place


def _replica(options: argparse.Namespace, materials: Materials) -> Replica | None:
    return replica_of(options.config.parent, materials.store.second_copy)


def _status(options: argparse.Namespace) -> int:
    """Say where both stand; 0 when the copy is attached and has everything."""
    materials = materials_of(options)
    found = report(_journal(options, materials))
    replica = _replica(options, materials)
    say(f"second copy {_STATES[found.here.copy]}")
    say(f"place       {replica.place if replica else 'none in config.toml'}")
    say(f"journal     transaction {found.here.number}, term {found.here.term}")
    good = replica is not None and _compare(replica, found)
    for act in found.acts:
        say(f"{iso(act.at)}  {act.act} by {act.by}{f': {act.detail}' if act.detail else ''}")
    return Exit.GOOD if good and found.here.copy is CopyState.ATTACHED else Exit.NO


def _compare(replica: Replica, found: Report) -> bool:
    try:
        there = replica.standing()
    except StorageTrouble as trouble:
        say(f"copy        out of reach: {trouble}")
        return False
    finally:
        replica.close()
    if there is None:
        say("copy        empty")
        return False
    say(f"copy        transaction {there.number}, term {there.term}, {there.role}")
    here = found.here
    if found.waiting and there.number == here.number - 1 and there.term == here.term:
        say("the copy lacks the last transaction: the next write sends it first")
        return False
    fault = disagreement(replica.place, there, here)
    if fault is not None:
        say(str(fault))
    return fault is None


def _attach(options: argparse.Namespace) -> int:
    materials = materials_of(options)
    replica = _replica(options, materials)
    if replica is None:
        raise StorageTrouble(
            options.config, "it names no second copy", 'write store.replica = "/mnt/second/cact"'
        )
    attach(_journal(options, materials), replica, by=options.by)
    say(f"attached: {replica.place}")
    equip(replica, equipment(options.config, materials))
    return Exit.GOOD


def _detach(options: argparse.Namespace) -> int:
    materials = materials_of(options)
    replica = _replica(options, materials)
    told = detach(_journal(options, materials), replica, by=options.by, reason=options.reason)
    say("given up: from now on answers are acknowledged by this disk alone")
    if not told:
        say("the copy could not be told: let nobody restore the event from it")
    return Exit.GOOD


def _key(options: argparse.Namespace) -> int:
    try:
        from cact_tui.ssh.host_keys import host_key
    except ImportError:
        complain(f"cact replica: {NOT_INSTALLED}\n  {NEEDED}")
        return Exit.TROUBLE
    settings = materials_of(options).store.second_copy
    key = host_key(options.config.parent / settings.key)
    say(key.export_public_key().decode().strip())
    return Exit.GOOD


def _serve(options: argparse.Namespace) -> int:
    try:
        from cact_tui.ssh.replica_host import serve
    except ImportError:
        complain(f"cact replica: {NOT_INSTALLED}\n  {NEEDED}")
        return Exit.TROUBLE
    host_key = options.host_key or options.folder / "host_key"
    asyncio.run(
        serve(options.folder, options.keys, host_key, options.listen, options.port, announce=say)
    )
    return Exit.GOOD
