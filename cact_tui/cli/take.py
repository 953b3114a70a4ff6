"""`cact take`: the main job. A participant takes the test at this terminal."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sys
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.diagnostics import report
from cact_tui.config.participants import read_roster
from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.views import EndView, Passage, PassageView, View
from cact_tui.errors import Problems
from cact_tui.sessions.events import ENDED
from cact_tui.wiring import Event, new_seed, read_event

if TYPE_CHECKING:
    from cact_tui.delivery.services import Services
    from cact_tui.results.tree import SectionResult

_NO_TERMINAL = """\
cact take: there is no terminal here (standard input or output is no tty).
Start it in a terminal, or let a simulated participant prove the battery:
  cact take --rehearse"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "take",
        help="take the test at this terminal",
        description="A participant takes the test of an event at this terminal, at 80x24 with the "
        "keyboard alone. Whatever ends the program, the next start goes on at the same item.",
        epilog="examples:\n  cact take\n  cact take --plain\n  cact take --rehearse --seed 7",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=Path("config.toml"), metavar="PATH")
    face = parser.add_mutually_exclusive_group()
    face.add_argument(
        "--plain", action="store_true", help="line by line, for screen readers and dumb terminals"
    )
    face.add_argument(
        "--rehearse", action="store_true", help="a simulated participant takes the test"
    )
    parser.add_argument("--seed", help="of the rehearsal: the same seed, the same answers")
    parser.add_argument(
        "--theta", type=float, help="the simulated participant's ability (default: drawn)"
    )
    parser.add_argument("--language", choices=("id", "en"), help="of the rehearsal")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the event, open its store, and hand the terminal to a participant."""
    if not options.rehearse and (options.seed or options.theta is not None or options.language):
        complain("cact take: --seed, --theta and --language go with --rehearse (add it)")
        return Exit.BAD_INPUT
    if not options.rehearse and not options.plain and not _is_terminal():
        complain(_NO_TERMINAL)
        return Exit.TROUBLE
    problems = Problems()
    materials = read_event(options.config, problems)
    roster = read_roster(options.config, materials, problems) if materials else None
    if materials is None or problems.errors:
        report(problems)
        return Exit.BAD_INPUT
    if materials.battery.authorisation != "self" and not options.rehearse:
        complain(
            f'{options.config}: policy.authorisation is "proctor", but `cact take` serves a single '
            'terminal without one (write authorisation = "self")'
        )
        return Exit.BAD_INPUT
    if materials.policy.sign_in == "pin" and not options.rehearse:
        complain(
            f'{options.config}: policy.sign_in is "pin", but `cact take` asks for none '
            '(write sign_in = "number")'
        )
        return Exit.BAD_INPUT
    event = Event(options.config, materials)
    services = event.services(
        None if options.rehearse else roster,
        rehearsal=options.rehearse,
        seed=partial(_fixed_seed, options.seed) if options.seed else new_seed,
    )
    return asyncio.run(_serve(event, services, options))


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _serve(event: Event, services: Services, options: argparse.Namespace) -> int:
    try:
        await event.settle()
        if options.rehearse:
            return await _rehearse(event, services, options)
        if options.plain:
            return await _plain(services)
        return await _screen(services)
    finally:
        await event.store.close()


async def _screen(services: Services) -> int:
    # Textual is half of the start-up time and only this face needs it.
    from cact_tui.terminal.local import LocalTerminal
    from cact_tui.tui.participant.app import ParticipantApp

    local = LocalTerminal()
    if not local.profile.addressable:
        return await _plain(services)
    columns, rows = os.get_terminal_size()
    terminal = Terminal(
        mode="screen",
        terminal=local.profile.name,
        columns=columns,
        rows=rows,
        charset=local.profile.charset,
        colours=local.profile.colours,
    )
    flow = ParticipantFlow(services, terminal)
    incidents: list[str] = []

    def on_incident(number: str, fault: BaseException) -> None:
        incidents.append(f"incident {number}: {type(fault).__name__}")

    await local.run_async(
        lambda driver: ParticipantApp(flow, services.clock, driver, on_incident=on_incident)
    )
    await flow.close()
    for incident in incidents:
        complain(f"cact: {incident}; every answer marked as saved is safe, start again to go on")
    return Exit.TROUBLE if incidents else Exit.GOOD


async def _plain(services: Services) -> int:
    from cact_tui.plain.console import run_on_console

    terminal = Terminal(
        mode="plain",
        terminal=os.environ.get("TERM", "dumb"),
        columns=76,
        rows=0,
        charset=sys.stdout.encoding.lower(),
        colours="mono",
    )
    return await run_on_console(ParticipantFlow(services, terminal))


async def _rehearse(event: Event, services: Services, options: argparse.Namespace) -> int:
    from cact_tui.delivery.rehearsal import Mind, SimulatedParticipant

    terminal = Terminal(
        mode="rehearsal", terminal="none", columns=80, rows=24, charset="utf8", colours="mono"
    )
    seed = services.seed()
    number = await _free_number(services, f"R-{seed[:8]}")
    mind = Mind(event.exam.plan, seed, options.theta)
    participant = SimulatedParticipant(
        ParticipantFlow(services, terminal),
        mind.answer,
        number=number,
        name=f"Rehearsal {number}",
        language=options.language or event.exam.materials.event.languages[0],
        position_group=next(iter(event.exam.materials.position_groups), ""),
    )
    last = await participant.run(_tell)
    if not isinstance(last, EndView):
        complain(f"cact take: the rehearsal ended early: {last.title}")
        return Exit.TROUBLE
    result, _ = await event.result(last.reference)
    for section in result.sections:
        say(_section_line(section, mind.ability(section.scale)))
    say(f"result: {event.results / f'{last.reference}.v1.json'}")
    say(f"show it: cact results show {last.reference}; prove it: cact replay {last.reference}")
    return Exit.GOOD


async def _free_number(services: Services, stem: str) -> str:
    """Return a participant number for a rehearsal that has not been taken to its end before."""
    sitting = services.exam.materials.event.id
    ended = {s.participant for s in await services.store.sessions(sitting) if s.last_event in ENDED}
    for attempt in count(1):
        number = stem if attempt == 1 else f"{stem}-{attempt}"
        known = await services.store.find_participant(sitting, number)
        if known is None or known.participant not in ended:
            return number
    raise AssertionError("count ends")


def _tell(view: View) -> None:
    """Say where the simulated participant is, one line a section."""
    if isinstance(view, PassageView) and view.passage is Passage.SECTION:
        say(f"{view.step}: {view.title}")


def _section_line(section: SectionResult, truth: float) -> str:
    final = section.estimates.final
    if final is None:
        return f"{section.id}: {section.counts.answered} items, not measured"
    return (
        f"{section.id}: {section.counts.answered} items, ended by {section.stop_reason}; "
        f"theta {final.theta:+.2f} (SE {final.se:.2f}), true theta {truth:+.2f}"
    )


def _fixed_seed(words: str) -> str:
    """Return the session seed that a rehearsal's `--seed` stands for."""
    return hashlib.sha256(words.encode()).hexdigest()[:32]
