"""`cact board`: the waiting room's screen, numbers and progress only."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain
from cact_tui.cli.event import add_config, materials_of
from cact_tui.wiring import Event

if TYPE_CHECKING:
    from cact_tui.cli.event import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "board",
        help="the waiting room's screen: numbers and progress only",
        description="Shows who is how far, by number: no names, never an answer or a score. "
        "q closes it.",
        epilog="examples:\n  cact board\n  cact board --sitting 2026-02-20-aula-1",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    parser.add_argument(
        "--sitting", default="", metavar="ID", help="left out: the one that is open"
    )
    parser.add_argument("--language", choices=("id", "en"), default="", help="of the screen")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Open the event's store and show its progress."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain("cact board: there is no terminal here (standard input or output is no tty)")
        return Exit.TROUBLE
    event = Event(options.config, materials_of(options))
    return asyncio.run(_show(event, options))


async def _show(event: Event, options: argparse.Namespace) -> int:
    # Textual is half of the start-up time and only the screen needs it.
    from cact_tui.terminal.local import LocalTerminal  # noqa: PLC0415 - see above
    from cact_tui.tui.board import BoardApp  # noqa: PLC0415 - the same

    language = options.language or event.exam.materials.event.languages[0]
    try:
        await event.boards().choose(options.sitting)
        await LocalTerminal().run_async(
            lambda driver: BoardApp(
                event.window("board", chief=False),
                driver,
                sitting=options.sitting,
                language=language,
            )
        )
    finally:
        await event.store.close()
    return Exit.GOOD
