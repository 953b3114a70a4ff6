"""`cact check`: everything that is wrong with banks, keys and configuration, in one run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import asdict

from cact_tui.banks.key_reading import read_keys
from cact_tui.banks.reading import read_bank
from cact_tui.cli.console import Exit, say, say_json
from cact_tui.cli.diagnostics import report
from cact_tui.config.participants import read_roster
from cact_tui.errors import Problems
from cact_tui.wiring import read_event

if TYPE_CHECKING:
    import argparse

    from cact_tui.errors import Problem


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "check",
        help="say everything that is wrong with banks, keys and configuration",
        description="Validate configurations with all they name, or single banks with their keys. "
        "A file called *.key.toml is checked with its bank. Exit code 0 (good) or 2.",
        epilog="Example: cact check config.toml item_banks/literasi_digital.toml",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="configurations and banks (default: config.toml)",
    )
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check every path given."""
    problems = Problems()
    for path in options.paths or [Path("config.toml")]:
        _check(path, problems)
    if options.json:
        say_json([_plain(problem) for problem in problems])
    elif len(problems):
        report(problems)
    else:
        say("nothing wrong")
    return Exit.BAD_INPUT if problems.errors else Exit.GOOD


def _check(path: Path, problems: Problems) -> None:
    if path.name.endswith(".key.toml"):
        path = path.with_name(path.name.removesuffix(".key.toml") + ".toml")
    if _is_bank(path):
        bank = read_bank(path, problems)
        if bank is not None and bank.purpose.value != "practice":
            read_keys(path.with_name(f"{path.stem}.key.toml"), bank, problems)
        return
    materials = read_event(path, problems, anew=True)
    if materials is not None:
        read_roster(path, materials, problems)


def _is_bank(path: Path) -> bool:
    """Tell a bank from a configuration by the first table that only one of them has."""
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return b"\n[bank]" in text or text.startswith(b"[bank]") or b"\n[[item]]" in text


def _plain(problem: Problem) -> dict[str, object]:
    return asdict(problem)
