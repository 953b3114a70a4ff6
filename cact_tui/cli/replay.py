"""`cact replay REF`: prove that a score was computed as stated."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import asdict

from cact_tui.cli.console import Exit, complain, say
from cact_tui.errors import ChainBroken, NotFound, Problems
from cact_tui.results.replay import replay
from cact_tui.results.stored import compare_with_file
from cact_tui.sessions.events import SessionOpened
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    import argparse

    from cact_tui.delivery.services import Exam
    from cact_tui.results.replay import Replay
    from cact_tui.results.stored import FileFinding


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replay",
        help="prove a result: run the engine again over its journal",
        description="Verify the hash chain of a session, run the engine again over its journal "
        "from the pinned banks, keys and rules, and compare items, options, categories, thetas "
        "and the result file. Exit code 0: all agree; 1: the first difference is named.",
        epilog="Example: cact replay K7QF-2MXD",
    )
    parser.add_argument("reference", metavar="REF", help="the reference number")
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Replay one session."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    problems = Problems()
    materials = read_event(options.config, problems)
    problems.raise_errors()
    if materials is None:
        return Exit.BAD_INPUT
    event = Event(options.config, materials)
    try:
        return await _prove(event, options.reference.upper(), as_json=options.json)
    except ChainBroken as broken:
        complain(f"cact: {broken}")
        return Exit.NO
    finally:
        await event.store.close()


async def _prove(event: Event, reference: str, *, as_json: bool) -> int:
    recorded = await event.store.read(reference)
    if not recorded:
        raise NotFound(f"there is no session {reference} in {event.exam.materials.store.url}")
    opened = recorded[0].event
    if not isinstance(opened, SessionOpened):
        raise NotFound(f"session {reference} does not begin with its opening")
    exam = await event.pinned(opened.documents)
    found = replay(recorded, exam.plan)
    # From a journal that is wrong no result follows that a file could be compared with.
    file = None if found.difference else await _compared(event, reference, exam)
    if as_json:
        say(json.dumps({"replay": asdict(found), "file": file and asdict(file)}, indent=2))
    else:
        _tell(reference, found, file)
    return Exit.GOOD if file is not None and file.agrees else Exit.NO


async def _compared(event: Event, reference: str, exam: Exam) -> FileFinding:
    result, _ = await event.result(reference, exam)
    return compare_with_file(event.results, result)


def _tell(reference: str, found: Replay, file: FileFinding | None) -> None:
    if file is None:
        complain(f"{reference}: {found.difference}")
        return
    say(
        f"{reference}: {found.events} events, chain intact; {found.items} items and "
        f"{found.estimates} estimates computed again, all agree"
    )
    (say if file.agrees else complain)(f"{reference}: {file.words}")
