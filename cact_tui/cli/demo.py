"""`cact demo`: a living hall within a minute, the proctor's screen in front of it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.event import add_config, materials_of

if TYPE_CHECKING:
    from cact_tui.cli.demo_hall import DemoHall
    from cact_tui.cli.event import Subparsers

MOST = 300


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "demo",
        help="a hall full of simulated participants, the proctor's screen in front",
        description="Opens a hall on the loopback interface, in a folder of its own, and seats "
        "simulated participants in it who connect by SSH, read, think, answer by their abilities, "
        "call the proctor and are cut off. The proctor's screen is yours, with a chief's rights.",
        epilog="examples:\n  cact demo\n  cact demo --participants 60 --speed 10",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    parser.add_argument("--participants", type=int, default=24, metavar="N")
    parser.add_argument(
        "--speed", type=float, default=6.0, metavar="X", help="how much faster than people"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the event there")
    parser.add_argument(
        "--seconds", type=float, default=0.0, metavar="S", help="without a screen, for so long"
    )
    parser.add_argument("--language", choices=("id", "en"), default="", help="of the screen")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prepare a folder, fill a hall, hand the terminal to whoever watches."""
    try:
        import asyncssh  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        complain("cact demo: the SSH library is not installed here (pip install 'cact-tui[hall]')")
        return Exit.TROUBLE
    if not 1 <= options.participants <= MOST or not 0.1 <= options.speed <= 1000:  # noqa: PLR2004
        complain(f"cact demo: --participants is 1 to {MOST}, --speed 0.1 to 1000")
        return Exit.BAD_INPUT
    if not options.seconds and not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain("cact demo: there is no terminal here (--seconds 60 runs without a screen)")
        return Exit.TROUBLE
    if options.keep is not None:
        if options.keep.exists() and any(options.keep.iterdir()):
            complain(f"cact demo: {options.keep} is not empty (name another folder)")
            return Exit.BAD_INPUT
        options.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _run_in(options.keep, options)
    with tempfile.TemporaryDirectory(prefix="cact-demo-") as folder:
        return _run_in(Path(folder), options)


def _run_in(folder: Path, options: argparse.Namespace) -> int:
    from cact_tui.cli.demo_hall import DemoHall, prepare  # noqa: PLC0415 - the SSH library
    from cact_tui.cli.demo_people import Manners  # noqa: PLC0415 - the same

    config = prepare(options.config, materials_of(options), folder, options.speed)
    hall = DemoHall(config, options.participants, Manners(speed=options.speed))
    return asyncio.run(_show(hall, options))


async def _show(hall: DemoHall, options: argparse.Namespace) -> int:
    try:
        await hall.open()
        if options.seconds:
            await asyncio.sleep(options.seconds)
            await _count(hall)
            return Exit.GOOD
        return await _watch(hall, options.language)
    finally:
        await hall.close()


async def _count(hall: DemoHall) -> None:
    """Say how people stand."""
    board = await hall.event.boards().choose()
    snapshot = await board.look()
    for row in snapshot.rows:
        found = ", ".join(str(one.kind) for one in row.signals)
        say(f"{row.seat}  {row.number}  {row.standing}  {row.answered_in_all} answered  {found}")


async def _watch(hall: DemoHall, language: str) -> int:
    from cact_tui.terminal.local import LocalTerminal  # noqa: PLC0415 - as in `cact proctor`

    incidents: list[str] = []

    def on_incident(number: str, fault: Exception) -> None:
        incidents.append(f"incident {number}: {type(fault).__name__}")

    await LocalTerminal().run_async(
        lambda driver: hall.event.proctor_screen(
            "Demo", driver, on_incident, chief=True, language=language
        )
    )
    for incident in incidents:
        complain(f"cact: {incident}")
    return Exit.TROUBLE if incidents else Exit.GOOD
