"""`cact sitting list`: the sittings, or everybody in one of them, which is put on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain, say, say_json
from cact_tui.cli.event import with_event
from cact_tui.cli.sitting_report import by_state, line, plain
from cact_tui.proctoring.names import proctor

if TYPE_CHECKING:
    import argparse

    from cact_tui.journal.roster import Sitting
    from cact_tui.proctoring.sittings import Seated
    from cact_tui.wiring import Event

Told = tuple[list[str], list[dict[str, object]]]
"""The same for people, in lines, and for a program."""


def run_list(options: argparse.Namespace) -> int:
    """Print the sittings, or everybody in one of them."""
    try:
        proctor(options.by)
    except ValueError as fault:
        complain(f"cact sitting: {fault}")
        return Exit.BAD_INPUT
    lines, rows = with_event(
        options,
        lambda event: (
            _everybody(event, options.sitting, options.by) if options.sitting else _sittings(event)
        ),
    )
    if options.json:
        say_json(rows)
    else:
        for text in lines:
            say(text)
    return Exit.GOOD


async def _sittings(event: Event) -> Told:
    """Return each sitting with how many are how far; it names nobody."""
    sittings = event.sittings()
    found = [(one, await sittings.seated(one.id)) for one in await sittings.all()]
    lines = [by_state(one, seated) for one, seated in found] or ["no sittings yet"]
    return lines, [_sitting(one, seated) for one, seated in found]


async def _everybody(event: Event, sitting: str, by: str) -> Told:
    """Return who is in a sitting by name, and how each test stands; who asks is put on record."""
    sittings, acts = event.sittings(), event.acts()
    await sittings.get(sitting)
    await sittings.looked_at(sitting, by=by)
    seated = await sittings.seated(sitting)
    states = [await acts.state(one.session) if one.entry else None for one in seated]
    pairs = list(zip(seated, states, strict=True))
    return [line(*pair) for pair in pairs], [plain(*pair) for pair in pairs]


def _sitting(one: Sitting, seated: tuple[Seated, ...]) -> dict[str, object]:
    return {
        "id": one.id,
        "date": one.date,
        "room": one.room,
        "wave": one.wave,
        "state": str(one.state),
        "registered": len(seated),
        "open": sum(who.open for who in seated),
    }
