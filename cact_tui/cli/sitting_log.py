"""`cact sitting log`: what was done in a sitting beside the tests, and who looked at whom."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cact_tui.cli.console import Exit, say
from cact_tui.cli.event import with_event
from cact_tui.proctoring.sittings import VIEWED
from cact_tui.text import clean_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from cact_tui.journal.roster import LogEntry
    from cact_tui.wiring import Event


def run_log(options: argparse.Namespace) -> int:
    """Print a sitting's log, oldest first; `--looks` only who looked at whom."""
    return with_event(options, lambda event: _log(event, options))


async def _log(event: Event, options: argparse.Namespace) -> int:
    sittings = event.sittings()
    await sittings.get(options.sitting)
    entries = await sittings.log(options.sitting)
    wanted = [one for one in entries if not options.looks or one.act == VIEWED]
    numbers = {one.participant: one.number for one in await event.roster().everybody()}
    zone = event.exam.materials.event.timezone
    if options.json:
        rows = [_plain(one, numbers, zone) for one in wanted]
        say(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for one in wanted:
            say(_line(one, numbers, zone))
    return Exit.GOOD


def _moment(one: LogEntry, zone: str) -> str:
    return datetime.fromtimestamp(one.at / 1000, ZoneInfo(zone)).isoformat(timespec="seconds")


def _number(one: LogEntry, numbers: Mapping[str, str]) -> str:
    """Return whom a line is about: the number, the opaque id of whoever was erased, or nobody."""
    return numbers.get(one.participant, one.participant)


def _line(one: LogEntry, numbers: Mapping[str, str], zone: str) -> str:
    parts = (_moment(one, zone), clean_line(one.by), one.act, _number(one, numbers), one.detail)
    return "  ".join(clean_line(part) for part in parts if part)


def _plain(one: LogEntry, numbers: Mapping[str, str], zone: str) -> dict[str, str]:
    return {
        "at": _moment(one, zone),
        "by": one.by,
        "act": one.act,
        "number": _number(one, numbers),
        "detail": one.detail,
    }
