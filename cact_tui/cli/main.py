"""`cact`: the command line. One file per command; imports of a command wait until it is called."""

from __future__ import annotations

import argparse
import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from cact_tui import __version__
from cact_tui.cli.diagnostics import guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

GARBAGE_THRESHOLD = 50_000
"""Objects made between two collections; at 700, loading modules alone collects dozens of times."""

COMMANDS = {
    "take": "take the test at this terminal",
    "serve": "serve a hall: every seat connects by SSH",
    "roster": "who is expected: import a list, show it, issue PINs",
    "sitting": "run a sitting: open, authorise, pause, resume, extend, message, close",
    "proctor": "the proctor's screen: who stands how, and every act",
    "board": "the waiting room's screen: numbers and progress only",
    "replica": "the second copy of the journal: its state, attach it, give it up, receive it",
    "restore": "make a working event of a second copy",
    "verify": "prove a journal: chains, signed heads, sealed papers",
    "demo": "a hall full of simulated participants, the proctor's screen in front",
    "check": "say everything that is wrong with banks, keys and configuration",
    "results": "list and show results",
    "replay": "prove a result: run the engine again over its journal",
    "simulate": "the real rules and banks over simulated participants",
    "calibrate": "estimate item parameters from responses",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 good, 1 no, 2 bad input, 3 trouble."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="cact",
        description="Computer Assisted Competency Test: adaptive, in the terminal.",
        epilog="Example: cact take --config config.toml",
    )
    parser.add_argument("--version", action="version", version=f"cact {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = next((word for word in given if word in COMMANDS), None)
    for name, purpose in COMMANDS.items():
        if name == wanted:
            import_module(f"cact_tui.cli.{name}").register(subparsers)
        else:
            subparsers.add_parser(name, help=purpose, add_help=False)
    options = parser.parse_args(given)
    return guarded(options.run, options)
