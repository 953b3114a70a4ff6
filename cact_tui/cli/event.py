"""What commands about an event's roster and sittings share: its options, its store opened."""

from __future__ import annotations

import asyncio
import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cact_tui.cli.diagnostics import report
from cact_tui.errors import BadInput, Problems
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable

    from cact_tui.config.settings import Materials

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - its only name

T = TypeVar("T")


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the event."""
    parser.add_argument("--config", type=Path, default=Path("config.toml"), metavar="PATH")


def add_by(parser: argparse.ArgumentParser) -> None:
    """Add the option that says who acts."""
    parser.add_argument("--by", required=True, metavar="NAME", help="who does it, for the record")


def add_who_looks(parser: argparse.ArgumentParser) -> None:
    """Add the option that says to whom names are shown."""
    parser.add_argument(
        "--by",
        default=login(),
        metavar="NAME",
        help="who looks, for the record; left out: whoever is logged in on this host",
    )


def login() -> str:
    """Return the name of the account, or its number where the system knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def materials_of(options: argparse.Namespace) -> Materials:
    """Return the event's materials; warnings are said.

    Raises:
        BadInput: they cannot be used.
    """
    problems = Problems()
    materials = read_event(options.config, problems)
    if materials is None or problems.errors:
        raise BadInput(tuple(problems))
    if len(problems):
        report(problems)
    return materials


def with_event(options: argparse.Namespace, work: Callable[[Event], Awaitable[T]]) -> T:
    """Do work on the event, its store open meanwhile."""
    event = Event(options.config, materials_of(options))

    async def run() -> T:
        try:
            return await work(event)
        finally:
            await event.store.close()

    return asyncio.run(run())
