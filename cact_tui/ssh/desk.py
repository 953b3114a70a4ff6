"""The proctor's desk in lines: who is in the room, and the acts, for terminals without a screen."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, Final

from cact_tui.errors import CactError
from cact_tui.journal.roster import SittingState
from cact_tui.proctoring.acts import Denied
from cact_tui.ssh.accounts import Role
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from cact_tui.proctoring.acts import Acts, Outcome
    from cact_tui.proctoring.sittings import Seated, Sittings
    from cact_tui.ssh.accounts import Proctor

HELP: Final = """\
list                          who is in the open sittings
authorise WHO                 let those begin, or go on, who wait
pause WHO REASON              hold tests; screens say why
resume WHO                    let paused tests go on
extend WHO MINUTES REASON     grant extra time to the section that runs
message WHO "TEXT"            show a message until it is acknowledged
terminate WHO REASON          end tests for good (chief, administrator)
quit
WHO is a participant's number, seat:07, or all. A REASON is a word such as network or illness."""

_CHIEFS: Final = frozenset({Role.CHIEF, Role.ADMINISTRATOR})


class Desk:
    """Answers the lines of one proctor; every act is recorded under the proctor's name."""

    def __init__(self, sittings: Sittings, acts: Acts, proctor: Proctor) -> None:
        self._sittings = sittings
        self._acts = acts
        self._proctor = proctor

    async def __call__(self, line: str) -> str | None:
        """Return what is said to a line; None ends the visit."""
        try:
            words = shlex.split(line)
        except ValueError:
            return "A quotation mark is missing."
        match words:
            case []:
                return await self._list()
            case ["quit" | "exit"]:
                return None
            case ["list"]:
                return await self._list()
            case [act, who, *rest]:
                return await self._act(act, who, rest)
        return HELP

    async def _list(self) -> str:
        open_sittings = [
            one for one in await self._sittings.all() if one.state is SittingState.OPEN
        ]
        if not open_sittings:
            return f"{self._proctor.name}: no sitting is open (cact sitting open, on the host)."
        lines = []
        for sitting in open_sittings:
            lines.append(f"{sitting.id}")
            seated = await self._sittings.seated(sitting.id)
            lines.extend([_line(one, await self._state(one)) for one in seated])
        return "\n".join((*lines, "help says what can be done."))

    async def _state(self, one: Seated) -> str:
        if one.entry is None:
            return "not here yet"
        return str((await self._acts.state(one.session)).status)

    async def _act(self, act: str, who: str, rest: Sequence[str]) -> str:
        try:
            do = self._deed(act, rest)
            if do is None:
                return HELP
            chosen = [one for one in await self._seated() if _meant(one, who)]
            outcomes = await self._acts.many([one.session for one in chosen], do)
        except (CactError, ValueError) as fault:
            return f"{fault}"
        told = [_told(one, outcome) for one, outcome in zip(chosen, outcomes, strict=True)]
        return "\n".join(told) or f"Nobody with a test is meant by {clean_line(who, 40)}."

    async def _seated(self) -> list[Seated]:
        found: list[Seated] = []
        for sitting in await self._sittings.all():
            if sitting.state is SittingState.OPEN:
                found.extend(await self._sittings.seated(sitting.id))
        return found

    def _deed(self, act: str, rest: Sequence[str]) -> Callable[[str], Awaitable[Outcome]] | None:
        """Return what is to be done to each session; None for words that are no act."""
        acts, by = self._acts, self._proctor.name
        deed: Callable[[str], Awaitable[Outcome]] | None = None
        match act, *rest:
            case ["authorise"]:
                deed = partial(acts.authorise, by=by)
            case ["resume"]:
                deed = partial(acts.resume, by=by)
            case ["pause", reason]:
                deed = partial(acts.pause, by=by, reason=reason)
            case ["message", text]:
                deed = partial(_message, acts, text, by)
            case ["extend", minutes, reason] if minutes.isdecimal():
                deed = partial(_extend, acts, int(minutes[:4]) * 60, by, reason)
            case ["terminate", _] if self._proctor.role not in _CHIEFS:
                raise ValueError("only a chief or an administrator ends tests")
            case ["terminate", reason]:
                deed = partial(acts.terminate, by=by, reason=reason)
        return deed


async def _message(acts: Acts, text: str, by: str, session: str) -> Outcome:
    return await acts.message(session, text, by=by)


async def _extend(acts: Acts, seconds: int, by: str, reason: str, session: str) -> Outcome:
    return await acts.extend(session, seconds, by=by, reason=reason)


def _meant(one: Seated, who: str) -> bool:
    if one.entry is None:
        return False
    if who == "all":
        return one.open
    return who in {one.registration.number, f"seat:{one.registration.seat}"}


def _line(one: Seated, state: str) -> str:
    who = one.registration
    return (
        f"  {who.seat or '-':>5}  {who.number:<20} {state:<14} {one.session or '-':<10} {who.name}"
    )


def _told(one: Seated, outcome: Outcome) -> str:
    if isinstance(outcome, Denied):
        return f"{one.registration.number}: refused: {outcome.why}"
    as_it_was = "" if outcome.news else " (as it was)"
    return f"{one.registration.number}: {outcome.state.status}{as_it_was}"
