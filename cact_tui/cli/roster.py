"""`cact roster`: who is expected, and the PINs that let them in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain, say, say_json
from cact_tui.cli.event import add_by, add_config, add_who_looks, materials_of, with_event
from cact_tui.errors import BadInput, NumberTaken, Problems, SeatTaken
from cact_tui.i18n import pick
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.cards import cards_pdf, cards_text
from cact_tui.proctoring.names import proctor
from cact_tui.proctoring.roster_file import COLUMNS, import_roster, read_roster_file
from cact_tui.sessions.events import INVALIDATED
from cact_tui.toml_source import read_bytes

if TYPE_CHECKING:
    from cact_tui.cli.event import Subparsers
    from cact_tui.journal.roster import Registration
    from cact_tui.proctoring.roster import Card, Roster
    from cact_tui.proctoring.roster_file import Imported
    from cact_tui.wiring import Event

_EXAMPLES = """\
examples:
  cact roster import roster.csv --by "Sri Lestari"
  cact roster list --sitting 2026-02-20-aula-1
  cact roster pin --number 0231 --by "Sri Lestari"
  cact roster pin --sitting 2026-02-20-aula-1 --by "Sri Lestari" --cards cards.pdf
"""


def register(subparsers: Subparsers) -> None:
    """Add `roster import`, `list` and `pin`."""
    roster = subparsers.add_parser(
        "roster",
        help="who is expected: import a list, show it, issue PINs",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = roster.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_import(actions)
    _add_list(actions)
    _add_pin(actions)


def _action(actions: Subparsers, name: str, words: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=words,
        description=f"{words.capitalize()}.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    return parser


def _add_import(actions: Subparsers) -> None:
    parser = _action(actions, "import", "register everybody in a CSV file, or change what is known")
    parser.add_argument(
        "file", type=Path, metavar="FILE", help=f"CSV UTF-8 with columns {', '.join(COLUMNS)}"
    )
    add_by(parser)
    parser.set_defaults(run=run_import)


def _add_list(actions: Subparsers) -> None:
    parser = _action(actions, "list", "everybody who is expected")
    parser.add_argument("--sitting", metavar="ID", help="only those of one sitting")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_who_looks(parser)
    parser.set_defaults(run=run_list)


def _add_pin(actions: Subparsers) -> None:
    parser = _action(actions, "pin", "issue PINs, after a look at the papers; each is shown once")
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--number", action="append", metavar="NUMBER", help="may be repeated")
    whom.add_argument(
        "--sitting", metavar="ID", help="everybody of a sitting who has no session and no refusal"
    )
    add_by(parser)
    parser.add_argument(
        "--cards", type=Path, metavar="FILE", help="write cards there (.pdf or .txt), mode 0600"
    )
    parser.set_defaults(run=run_pin)


def run_import(options: argparse.Namespace) -> int:
    """Take a roster file in, whole or not at all."""
    materials = materials_of(options)
    problems = Problems()
    data = read_bytes(options.file, problems, label=str(options.file))
    label, event, groups = str(options.file), materials.event.id, materials.position_groups
    found = read_roster_file(data or b"", label, event, groups, problems) if data else None
    if found is None or problems.errors:
        raise BadInput(tuple(problems))

    async def work(event: Event) -> Imported:
        roster = event.roster()
        return await import_roster(roster.store, roster.clock, found, by=options.by)

    try:
        done = with_event(options, work)
    except (NumberTaken, SeatTaken) as fault:
        complain(f"{options.file}: {fault}; they are not in this file (add them, or correct it)")
        return Exit.NO
    except ValueError as fault:
        complain(f"cact roster: {fault}")
        return Exit.BAD_INPUT
    say(f"{done.new} new, {done.changed} changed, {done.same} as they were")
    if done.absent:
        numbers = ", ".join(one.number for one in done.absent)
        say(f"registered, but not in the file: {numbers}")
    return Exit.GOOD


def run_list(options: argparse.Namespace) -> int:
    """Print everybody who is expected; who asks is put on record in the sittings concerned."""
    try:
        proctor(options.by)
    except ValueError as fault:
        complain(f"cact roster: {fault}")
        return Exit.BAD_INPUT
    found = with_event(options, lambda event: _everybody(event, options.sitting, options.by))
    if options.json:
        say_json([_plain(one) for one in found])
        return Exit.GOOD
    for one in found:
        say(_line(one))
    say(f"{len(found)} expected")
    return Exit.GOOD


async def _everybody(event: Event, sitting: str | None, by: str) -> tuple[Registration, ...]:
    found = await event.roster().everybody(sitting)
    for each in sorted({one.sitting for one in found}):
        await event.sittings().looked_at(each, by=by)
    return found


def _line(one: Registration) -> str:
    extra = [f"+{one.extra_minutes} min"] if one.extra_minutes else []
    extra += [f"+{one.extra_percent} %"] if one.extra_percent else []
    extra += ["plain"] if one.plain else []
    words = (one.number, one.name, one.sitting, f"seat {one.seat or '-'}")
    return "  ".join((*words, str(one.identification), *extra))


def _plain(one: Registration) -> dict[str, object]:
    return {
        "number": one.number,
        "name": one.name,
        "nip": one.nip,
        "position": one.position,
        "position_group": one.position_group,
        "unit": one.unit,
        "standard": one.standard,
        "sitting": one.sitting,
        "seat": one.seat,
        "extra_minutes": one.extra_minutes,
        "extra_percent": one.extra_percent,
        "mode": "plain" if one.plain else "screen",
        "identification": str(one.identification),
    }


def run_pin(options: argparse.Namespace) -> int:
    """Issue PINs and hand them over on cards."""
    place: Path | None = options.cards
    if place is not None and place.suffix not in (".pdf", ".txt"):
        complain(f"cact roster: {place} ends in neither .pdf nor .txt (name one of these)")
        return Exit.BAD_INPUT
    try:
        cards, title, language = with_event(options, lambda event: _issue(event, options))
    except ValueError as fault:
        complain(f"cact roster: {fault}")
        return Exit.NO
    if place is None:
        say(cards_text(cards, title, language))
        return Exit.GOOD
    content = (
        cards_pdf(cards, title, language)
        if place.suffix == ".pdf"
        else cards_text(cards, title, language).encode()
    )
    _write_privately(place, content)
    say(f"{len(cards)} cards: {place} (hand them over, then destroy the file)")
    return Exit.GOOD


async def _issue(event: Event, options: argparse.Namespace) -> tuple[list[Card], str, str]:
    roster = event.roster()
    numbers = options.number or await _without_session(event, roster, options.sitting)
    for number in numbers:  # a PIN that was issued before a mistake is found would be lost
        who = await roster.find(number)
        if who.identification is Identification.REFUSED:
            raise ValueError(f"the identity of {who.number} was refused: confirm it first")
    cards = [await roster.issue_pin(number, by=options.by) for number in numbers]
    settings = event.exam.materials.event
    language = settings.languages[0]
    return cards, pick(settings.title, language), language


async def _without_session(event: Event, roster: Roster, sitting: str) -> list[str]:
    await event.sittings().get(sitting)
    tests = await event.store.sessions()
    begun = {entry.participant for entry in tests if entry.last_event != INVALIDATED}
    return [
        one.number
        for one in await roster.everybody(sitting)
        if one.participant not in begun and one.identification is not Identification.REFUSED
    ]


def _write_privately(place: Path, content: bytes) -> None:
    """Write a file that only its owner can read, in place of an earlier one."""
    place.unlink(missing_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
