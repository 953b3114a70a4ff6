"""`cact proctor`: the proctor's screen at this terminal, beside a hall or a single test."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain
from cact_tui.cli.event import add_config, login, materials_of
from cact_tui.proctoring.names import proctor
from cact_tui.wiring import Event

if TYPE_CHECKING:
    from cact_tui.cli.event import Subparsers

_NO_TERMINAL = """\
cact proctor: there is no terminal here (standard input or output is no tty).
Without a screen, `cact sitting` does the same: list, authorise, pause, resume, …"""


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "proctor",
        help="the proctor's screen: who stands how, and every act",
        description="Watch a sitting and act, at this terminal, beside `cact serve` or `cact take` "
        "on the same configuration. Every act is recorded under the name given.",
        epilog='examples:\n  cact proctor --by "Sri Lestari"\n'
        '  cact proctor --by "Sri Lestari" --chief --sitting 2026-02-20-aula-1',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    parser.add_argument("--by", default=login(), metavar="NAME", help="who acts, for the record")
    parser.add_argument(
        "--chief", action="store_true", help="allow reopening, walk-ins, corrections, rescheduling"
    )
    parser.add_argument(
        "--sitting", default="", metavar="ID", help="left out: the one that is open"
    )
    parser.add_argument("--language", choices=("id", "en"), default="", help="of the screen")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Open the event's store and hand the terminal to a proctor."""
    try:
        name = proctor(options.by)
    except ValueError as fault:
        complain(f"cact proctor: {fault}")
        return Exit.BAD_INPUT
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain(_NO_TERMINAL)
        return Exit.TROUBLE
    event = Event(options.config, materials_of(options))
    return asyncio.run(_screen(event, name, options))


async def _screen(event: Event, name: str, options: argparse.Namespace) -> int:
    # Textual is half of the start-up time and only the screen needs it.
    from cact_tui.terminal.local import LocalTerminal  # noqa: PLC0415 - see above

    incidents: list[str] = []

    def on_incident(number: str, fault: Exception) -> None:
        incidents.append(f"incident {number}: {type(fault).__name__}")

    try:
        await event.boards().choose(options.sitting)
        local = LocalTerminal()
        if not local.profile.addressable:
            complain(_NO_TERMINAL)
            return Exit.TROUBLE
        await local.run_async(
            lambda driver: event.proctor_screen(
                name,
                driver,
                on_incident,
                chief=options.chief,
                sitting=options.sitting,
                language=options.language,
            )
        )
    finally:
        await event.store.close()
    for incident in incidents:
        complain(f"cact: {incident}; the tests are not touched by it, start again")
    return Exit.TROUBLE if incidents else Exit.GOOD
