"""`cact sitting`: a day in the room, for scripts and for whoever has no split view."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.event import add_by, add_config, add_who_looks, with_event
from cact_tui.cli.sitting_list import run_list
from cact_tui.cli.sitting_log import run_log
from cact_tui.errors import NotFound, SeatTaken
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.acts import Acts, Denied, Outcome
from cact_tui.proctoring.names import proctor
from cact_tui.proctoring.sittings import SessionsOpen, WrongState
from cact_tui.sessions.reasons import REASONS, known
from cact_tui.sessions.states import Grant

if TYPE_CHECKING:
    from cact_tui.cli.event import Subparsers
    from cact_tui.proctoring.papers.minutes import Damaged
    from cact_tui.proctoring.sittings import Seated
    from cact_tui.wiring import Event

_EXAMPLES = """\
examples:
  cact sitting list
  cact sitting open 2026-02-20-aula-1 --by "Sri Lestari"
  cact sitting authorise --all --by "Sri Lestari"
  cact sitting pause --all --reason power_outage --by "Sri Lestari"
  cact sitting resume --all --held-for power_outage --by "Sri Lestari"
  cact sitting message --seat 07 "Please speak to me." --by "Sri Lestari"
  cact sitting extend --number 0231 --minutes 10 --reason network --by "Sri Lestari"
  cact sitting close 2026-02-20-aula-1 --by "Sri Lestari"
"""

_REASONS = f"""
reasons (the second part alone will do where it is clear):
  {", ".join(REASONS)}
"""

_PAPERS = ("confirm", "refuse", "wrong-person")
"""Acts whose usual reason is the identity papers."""

Do = Callable[[Acts, str, argparse.Namespace], Awaitable[Outcome]]


@frozen(kw_only=True)
class _Act:
    """An act on sessions: what it is called, what it needs, how it is done."""

    words: str
    do: Do
    reason: bool = False
    text: bool = False
    minutes: bool = False
    held_for: bool = False


async def _extend(acts: Acts, session: str, options: argparse.Namespace) -> Outcome:
    return await acts.extend(
        session,
        options.minutes * 60,
        by=options.by,
        reason=options.reason,
        kind=Grant.PLANNED if options.planned else Grant.INCIDENT,
        whole=options.whole,
    )


ACTS = {
    "authorise": _Act(
        words="let those begin, or go on, who wait for it",
        do=lambda acts, session, o: acts.authorise(session, by=o.by),
    ),
    "pause": _Act(
        words="hold tests: screens blank and say why, no time is counted",
        do=lambda acts, session, o: acts.pause(session, by=o.by, reason=o.reason),
        reason=True,
    ),
    "resume": _Act(
        words="let paused tests go on",
        do=lambda acts, session, o: acts.resume(session, by=o.by, held_for=o.held_for),
        held_for=True,
    ),
    "extend": _Act(words="grant extra time", do=_extend, reason=True, minutes=True),
    "message": _Act(
        words="show a message until it is acknowledged",
        do=lambda acts, session, o: acts.message(session, o.text, by=o.by),
        text=True,
    ),
    "broadcast": _Act(
        words="show a message to everybody whose test is open",
        do=lambda acts, session, o: acts.message(session, o.text, by=o.by),
        text=True,
    ),
    "terminate": _Act(
        words="end tests for good",
        do=lambda acts, session, o: acts.terminate(session, by=o.by, reason=o.reason),
        reason=True,
    ),
    "cancel": _Act(
        words="end sessions of which no section has begun",
        do=lambda acts, session, o: acts.cancel(session, by=o.by, reason=o.reason),
        reason=True,
    ),
    "reopen": _Act(
        words="let tests go on that were ended; they wait for authorisation (a chief's act)",
        do=lambda acts, session, o: acts.reopen(session, by=o.by, reason=o.reason),
        reason=True,
    ),
}


def register(subparsers: Subparsers) -> None:
    """Add all acts on sittings and on their sessions."""
    sitting = subparsers.add_parser(
        "sitting",
        help="run a sitting: open, authorise, pause, resume, extend, message, close",
        epilog=_EXAMPLES + _REASONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = sitting.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_list(actions)
    for name, words, run in (
        ("open", "let the participants of a sitting sign in", run_open),
        ("close", "let nobody sign in any more; refused while tests are open", run_close),
    ):
        parser = _action(actions, name, words)
        parser.add_argument("sitting", metavar="ID", help="as `cact sitting list` names it")
        add_by(parser)
        parser.set_defaults(run=run)
    for name, act in ACTS.items():
        _add_act(actions, name, act)
    _add_roster_acts(actions)


def _action(actions: Subparsers, name: str, words: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=words,
        description=f"{words[0].upper()}{words[1:]}.",
        epilog=_EXAMPLES + _REASONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    return parser


def _add_list(actions: Subparsers) -> None:
    parser = _action(actions, "list", "the sittings; with an ID, everybody in that one")
    parser.add_argument("sitting", metavar="ID", nargs="?")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_who_looks(parser)
    parser.set_defaults(run=run_list)
    parser = _action(actions, "log", "what was done beside the tests, and who looked at whom")
    parser.add_argument("sitting", metavar="ID")
    parser.add_argument("--looks", action="store_true", help="only who looked at whom")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run_log)


def _add_act(actions: Subparsers, name: str, act: _Act) -> None:
    parser = _action(actions, name, act.words)
    if act.text:
        parser.add_argument("text", metavar="TEXT")
    if name != "broadcast":
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("--seat", action="append", help="may be repeated")
        whom.add_argument("--number", action="append", help="may be repeated")
        whom.add_argument("--all", action="store_true", help="everybody in the sitting")
    else:
        parser.set_defaults(seat=None, number=None, all=True)
    parser.add_argument("--sitting", metavar="ID", help="left out: the one that is open")
    if act.reason:
        parser.add_argument("--reason", required=True, metavar="CODE", help="see below")
    if act.held_for:
        parser.add_argument(
            "--held-for", default="", metavar="CODE", help="only what was paused for this reason"
        )
    if act.minutes:
        parser.add_argument("--minutes", type=int, required=True, metavar="N")
        parser.add_argument(
            "--planned", action="store_true", help="an accommodation, not for an incident"
        )
        parser.add_argument(
            "--whole", action="store_true", help="for the whole test, not the section that runs"
        )
    add_by(parser)
    parser.set_defaults(run=run_act, act=act)


def _add_roster_acts(actions: Subparsers) -> None:
    for name, words, run in (
        ("confirm", "record that somebody's papers are in order", run_check),
        ("refuse", "record that somebody's papers are not in order; the test waits", run_check),
        ("move", "move somebody to another seat", run_move),
        ("wrong-person", "somebody else sat the test: it counts for nobody (chief)", run_wrong),
        ("unlock", "let somebody try to sign in again after too many failures", run_unlock),
    ):
        parser = _action(actions, name, words)
        parser.add_argument("--number", required=True)
        if name == "move":
            parser.add_argument("--to", required=True, metavar="SEAT")
        default = "examinee.id" if name in _PAPERS else "other"
        parser.add_argument("--reason", default=default, metavar="CODE", help="see below")
        add_by(parser)
        parser.set_defaults(run=run, act=name)


def run_open(options: argparse.Namespace) -> int:
    """Open a sitting."""
    return _guarded(
        options, lambda event: event.sittings().open(options.sitting, by=options.by), "open"
    )


def run_close(options: argparse.Namespace) -> int:
    """Close a sitting, unless tests of it are open; results owed and its papers are written."""
    damaged: list[Damaged] = []

    async def work(event: Event) -> None:
        sittings = event.sittings()
        await sittings.close(options.sitting, by=options.by)
        await event.settle()
        damaged.extend((await event.papers(options.sitting, by=options.by)).damaged)
        for one in await sittings.left(options.sitting):
            test = ", ".join(filter(None, (one.session or "without a test", one.reason, one.by)))
            say(f"{one.who.number}  is expected in {one.sitting} ({test})")

    code = _guarded(options, work, "closed")
    for one in damaged:
        complain(
            f"{one.number}  test {one.session}: event {one.seq} {one.reason}; the papers tell "
            "nothing else of it (restore it from the second copy, then close the sitting again)"
        )
    return Exit.NO if damaged else code


def _guarded(
    options: argparse.Namespace, work: Callable[[Event], Awaitable[object]], done: str
) -> int:
    """Do something to a sitting; what forbids it is the answer."""
    try:
        with_event(options, work)
    except (SessionsOpen, WrongState, SeatTaken) as fault:
        complain(f"cact sitting: {fault}")
        return Exit.NO
    except ValueError as fault:
        complain(f"cact sitting: {fault}")
        return Exit.BAD_INPUT
    say(f"{getattr(options, 'sitting', None) or options.number}: {done}")
    return Exit.GOOD


def run_act(options: argparse.Namespace) -> int:
    """Do an act to everybody who was named; the answer is no where it was refused to anybody."""
    try:
        proctor(options.by)
        for reason in ("reason", "held_for"):
            known(getattr(options, reason, "") or "other")
        return with_event(options, lambda event: _act(event, options))
    except ValueError as fault:
        complain(f"cact sitting: {fault}")
        return Exit.BAD_INPUT


async def _act(event: Event, options: argparse.Namespace) -> int:
    sittings, acts = event.sittings(), event.acts()
    sitting = options.sitting or (await sittings.the_open_one()).id
    await sittings.get(sitting)
    chosen = _chosen(await sittings.seated(sitting), options)
    with_test = [one for one in chosen if _concerned(one, options)]
    outcomes = await acts.many(
        [one.session for one in with_test],
        lambda session: options.act.do(acts, session, options),
    )
    for one, outcome in zip(with_test, outcomes, strict=True):
        say(_told(one, outcome))
    without = () if options.all else [one for one in chosen if one.entry is None]
    for one in without:
        say(f"{_who(one)}  has not signed in yet")
    if options.action in ("terminate", "cancel"):
        await event.settle()
    if options.all:
        say(f"{len(with_test)} of {len(chosen)} have a test that this concerns")
    refused = any(isinstance(outcome, Denied) for outcome in outcomes)
    return Exit.NO if refused or without or not chosen else Exit.GOOD


def _concerned(one: Seated, options: argparse.Namespace) -> bool:
    """Return whether somebody's test can be meant; `--all` leaves out what has ended or not begun.

    Reopening is meant for tests that have ended.
    """
    if one.entry is None:
        return False
    ended = options.action == "reopen"
    return not options.all or one.open is not ended


def _chosen(seated: tuple[Seated, ...], options: argparse.Namespace) -> list[Seated]:
    """Return who was named; `NotFound` names a seat or a number where nobody is."""
    if options.all:
        return list(seated)
    places = {
        (one.registration.seat if options.seat else one.registration.number): one for one in seated
    }
    wanted = options.seat or options.number
    missing = [name for name in wanted if name not in places]
    if missing:
        kind = "at seat" if options.seat else "with number"
        raise NotFound(f"nobody in this sitting {kind} {', '.join(missing)}")
    return [places[name] for name in wanted]


def _who(one: Seated) -> str:
    return f"{one.registration.number}  seat {one.registration.seat or '-'}  {one.session or '-'}"


def _told(one: Seated, outcome: Outcome) -> str:
    if isinstance(outcome, Denied):
        return f"{_who(one)}  refused: {outcome.why}"
    return f"{_who(one)}  {outcome.state.status}{'' if outcome.news else ' (as it was)'}"


def run_check(options: argparse.Namespace) -> int:
    """Record what was found of somebody's papers."""
    refused = options.act == "refuse"
    outcome = Identification.REFUSED if refused else Identification.CONFIRMED
    return _guarded(
        options,
        lambda event: event.roster().check_identity(
            options.number, outcome, by=options.by, reason=options.reason
        ),
        f"identity {outcome}",
    )


def run_move(options: argparse.Namespace) -> int:
    """Move somebody to another seat."""
    return _guarded(
        options,
        lambda event: event.roster().move(
            options.number, options.to, by=options.by, reason=options.reason
        ),
        f"seat {options.to}",
    )


def run_wrong(options: argparse.Namespace) -> int:
    """Take a test out of the count that somebody else sat; its holder may be let in to another."""

    async def work(event: Event) -> None:
        roster = event.roster()
        who = await roster.find(options.number)
        test = await roster.session_of(who.participant)
        if test is None:
            raise NotFound(f"{who.number} has no test yet")
        await roster.wrong_person(who.number, test.session, by=options.by, reason=options.reason)
        await event.settle()

    return _guarded(options, work, "test invalid, papers refused until they are confirmed")


def run_unlock(options: argparse.Namespace) -> int:
    """Clear a lockout."""
    return _guarded(
        options,
        lambda event: event.roster().clear_lockout(
            options.number, by=options.by, reason=options.reason
        ),
        "may try again",
    )
