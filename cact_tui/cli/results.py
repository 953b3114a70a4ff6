"""`cact results`: list the results of an event, and show one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain, say, say_json
from cact_tui.config.reading import read_configuration
from cact_tui.errors import BadInput, NotFound, Problems
from cact_tui.results.page import result_lines, result_page
from cact_tui.results.plain import to_plain
from cact_tui.results.reading import Listing, StoredResult, find, read_results
from cact_tui.toml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - its only name

_EXAMPLES = """\
examples:
  cact results list
  cact results list --results var/results --json
  cact results show K7QF-2MXD
  cact results show k7qf2mxd --config config.toml --json
"""


def register(subparsers: Subparsers) -> None:
    """Add `results list` and `results show` to the command line."""
    results = subparsers.add_parser(
        "results",
        help="list results, show one",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = results.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add(actions, "list", "one line for the newest version of each result", list_results)
    show = _add(actions, "show", "the result of one session", show_result)
    show.add_argument(
        "reference",
        metavar="REF",
        nargs="?",
        help="its reference, e.g. K7QF-2MXD; case and dash do not matter; may be left out "
        "when there is only one",
    )


def list_results(arguments: argparse.Namespace) -> int:
    """Print the newest version of each result; the answer is no where a file is broken."""
    return _with_listing(_list, arguments)


def show_result(arguments: argparse.Namespace) -> int:
    """Print one result; the answer is no where there is none of that reference."""
    return _with_listing(_show, arguments)


def _add(
    actions: Subparsers, name: str, words: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=words,
        description=words.capitalize() + ".",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--config",
        metavar="PATH",
        type=Path,
        default=Path("config.toml"),
        help="the configuration that names the folder of results (default: config.toml)",
    )
    place.add_argument("--results", metavar="DIR", type=Path, help="the folder of results itself")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _with_listing(
    action: Callable[[argparse.Namespace, Listing], Exit], arguments: argparse.Namespace
) -> int:
    """Read the folder, name what is broken in it, and go on with the rest."""
    try:
        listing = _read(arguments)
    except NotFound as fault:
        complain(f"cact: {fault}")
        return Exit.BAD_INPUT
    for broken in listing.broken:
        complain(f"warning: {broken}")
    try:
        return action(arguments, listing)
    except NotFound as fault:
        complain(f"cact: {fault}")
        return Exit.NO


def _read(arguments: argparse.Namespace) -> Listing:
    """Return the results of the folder given, or of the one that the configuration names."""
    if arguments.results is not None:
        return read_results(arguments.results)
    folder = _configured(arguments.config)
    return read_results(folder) if folder.exists() else Listing(results=(), broken=())


def _configured(path: Path) -> Path:
    problems = Problems()
    source = read_source(path, problems)
    configuration = None if source is None else read_configuration(source)
    if configuration is None:
        raise BadInput(problems.errors)
    return path.parent / configuration.store.results


def _list(arguments: argparse.Namespace, listing: Listing) -> Exit:
    if arguments.json:
        say_json(_listing(listing))
    else:
        for line in result_lines(listing.newest) if listing.newest else ("no results yet",):
            say(line)
    return Exit.NO if listing.broken else Exit.GOOD


def _listing(listing: Listing) -> dict[str, object]:
    return {
        "results": [_entry(stored) for stored in listing.newest],
        "broken": [{"path": str(one.path), "reason": one.reason} for one in listing.broken],
    }


def _entry(stored: StoredResult) -> dict[str, object]:
    result = stored.result
    return {
        "reference": result.reference,
        "version": result.version,
        "status": result.status,
        "trial": result.trial,
        "state": result.session.state,
        "sitting": result.event.sitting,
        "number": result.participant.number,
        "answered": result.counts.answered,
        "path": str(stored.path),
    }


def _show(arguments: argparse.Namespace, listing: Listing) -> Exit:
    stored = find(listing, arguments.reference) if arguments.reference else _only(listing)
    if arguments.json:
        say_json(to_plain(stored.result))
    else:
        say(result_page(stored.result))
    return Exit.GOOD


def _only(listing: Listing) -> StoredResult:
    newest = listing.newest
    if len(newest) != 1:
        raise NotFound(f"there are {len(newest)} results; name one: cact results show REF")
    return newest[0]
