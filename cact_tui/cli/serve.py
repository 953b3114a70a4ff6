"""`cact serve`: one host serves every terminal of a hall over SSH."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.diagnostics import report
from cact_tui.clock import SystemClock
from cact_tui.errors import Problems
from cact_tui.ssh.staff_room import STAFF
from cact_tui.ssh.tuning import give_way
from cact_tui.wiring import read_event

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from cact_tui.config.hall import HallSettings
    from cact_tui.ssh.access import Access
    from cact_tui.ssh.logbook import Logbook

_NO_SSH = """\
cact serve: the SSH library is not installed here.
  pip install 'cact-tui[hall]'"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "serve",
        help="serve a hall: every seat connects by SSH",
        description="Seats connect as seat-NN@host from the configured networks or with their "
        "keys, proctors under their own names. SIGTERM closes the hall in good order.",
        epilog="examples:\n  cact serve --check\n  cact serve\n  ssh -p 2222 seat-07@host",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=Path("config.toml"), metavar="PATH")
    parser.add_argument(
        "--check", action="store_true", help="say whether everything is ready, serve nobody"
    )
    parser.add_argument(
        "--hash-password", action="store_true", help="ask for a password, print its hash"
    )
    parser.add_argument("--process", default="", help=argparse.SUPPRESS)
    parser.add_argument("--room", type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, or open the hall and keep it open until told to stop."""
    try:
        import asyncssh  # noqa: F401 - whether it is there
    except ImportError:
        complain(_NO_SSH)
        return Exit.TROUBLE
    if options.hash_password:
        return _hash_password()
    if options.check:
        from cact_tui.cli.preflight import preflight

        return preflight(options.config)
    if options.process == STAFF:
        give_way()
    problems = Problems()
    materials = read_event(options.config, problems)
    access = _access(options.config.parent, materials.hall, problems) if materials else None
    if materials is None or access is None or problems.errors:
        report(problems)
        return Exit.BAD_INPUT
    from cact_tui.cli.hall_processes import HallPlace, serving

    log = _logbook(options.config.parent, materials.hall, options.process)
    place = HallPlace(config=options.config, materials=materials, access=access, log=log)
    return asyncio.run(_told(log, serving(place, options.process, options.room)))


# Putting the hall together


def _access(folder: Path, hall: HallSettings, problems: Problems) -> Access:
    """Return who may come in, with every fault of the files recorded."""
    from cact_tui.ssh.access import Access
    from cact_tui.ssh.attempts import AttemptsInMemory
    from cact_tui.ssh.host_keys import read_seat_keys
    from cact_tui.ssh.proctors import read_proctors

    return Access(
        attempts=AttemptsInMemory(SystemClock()),
        networks=hall.networks,
        seat_keys=read_seat_keys(folder / hall.seat_keys, problems) if hall.seat_keys else {},
        proctors=read_proctors(folder / hall.proctors, problems) if hall.proctors else {},
    )


def _logbook(folder: Path, hall: HallSettings, process: str) -> Logbook:
    from cact_tui.ssh.logbook import Logbook

    always = {"worker": process} if process else {}
    return Logbook(SystemClock(), folder / hall.log if hall.log else None, **always)


async def _told(log: Logbook, serving: Coroutine[None, None, int]) -> int:
    """Serve; what goes wrong unseen meanwhile is told to the log."""
    from cact_tui.ssh.stray_faults import stray_faults_told

    try:
        with stray_faults_told(log, asyncio.get_running_loop()):
            return await serving
    finally:
        log.close()


def _hash_password() -> int:
    from cact_tui.ssh.passwords import hashed

    password = getpass.getpass("Password: ")
    if not password or getpass.getpass("Again: ") != password:
        complain("cact serve: the two are not the same, or there is none")
        return Exit.NO
    say(hashed(password))
    return Exit.GOOD
