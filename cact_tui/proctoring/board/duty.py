"""A proctor on duty: what may be ordered from a screen, and what came of it.

Orders name people by their rows; whatever is possible goes through `acts` and `roster`, whatever is
not comes back with its reason. Looking at somebody is recorded, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from cact_tui.errors import CactError, NotFound
from cact_tui.journal.roster import Identification, LogEntry, Registration
from cact_tui.proctoring.acts import Acts, Denied
from cact_tui.proctoring.board.reader import ATTENDED, BoardReader
from cact_tui.proctoring.board.rows import Row
from cact_tui.proctoring.cards import spaced
from cact_tui.proctoring.roster import Roster, UnknownGroup, new_participant
from cact_tui.proctoring.sittings import VIEWED
from cact_tui.proctoring.troubles import Trouble, Unfit, trouble_of
from cact_tui.sessions.reasons import known
from cact_tui.sessions.states import Grant

if TYPE_CHECKING:
    from cact_tui.proctoring.acts import Outcome


class Act(StrEnum):
    """What can be ordered."""

    AUTHORISE = "authorise"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    PIN = "pin"
    PAUSE = "pause"
    RESUME = "resume"
    MESSAGE = "message"
    EXTEND = "extend"
    MOVE = "move"
    REPORT = "report"
    ATTEND = "attend"
    UNLOCK = "unlock"
    TERMINATE = "terminate"
    REOPEN = "reopen"
    WALK_IN = "walk_in"
    CORRECT = "correct"
    WRONG_PERSON = "wrong_person"
    RESCHEDULE = "reschedule"


CHIEFLY = frozenset({Act.REOPEN, Act.WALK_IN, Act.CORRECT, Act.WRONG_PERSON, Act.RESCHEDULE})
"""Acts of a chief proctor, on the screen as at the desk in lines."""


def allowed(act: Act, *, chief: bool) -> bool:
    """Return whether a role may do an act: the one rule, by whichever door somebody came."""
    return chief or act not in CHIEFLY


@frozen(kw_only=True)
class Order:
    """An act on some people. `text` is a message, a seat, a sitting or a new value.

    `entries` are the fields of a form: `number`, `name`, `seat`, `group` of a walk-in, or the one
    field that is corrected. Extra time is `minutes`, `planned` or for an incident, for the section
    that runs or the `whole` test.
    """

    act: Act
    rows: tuple[Row, ...] = ()
    reason: str = ""
    text: str = field(default="", repr=False)
    minutes: int = 0
    planned: bool = False
    whole: bool = False
    entries: Mapping[str, str] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class Told:
    """What came of an order for one person.

    `news` says that it changed something; `code` and `why` say what forbade it, empty if done.
    `shown` is something to be read once, such as a PIN.
    """

    row: Row
    done: bool
    news: bool = True
    code: str = ""
    why: str = ""
    shown: str = field(default="", repr=False)


Do = Callable[["Duty", Order, Row], Awaitable["Outcome | str | None"]]


async def _owe_nothing() -> None:
    """Settle nothing: nobody keeps results here."""


@frozen(kw_only=True, eq=False)
class Duty:
    """One proctor by name, at the board of one sitting.

    `groups` are the position groups that forms offer; empty where the event has none.
    `settle` writes the results that are owed after a test was ended from outside.
    """

    name: str
    chief: bool
    acts: Acts
    roster: Roster
    board: BoardReader
    groups: tuple[str, ...] = ()
    settle: Callable[[], Awaitable[None]] = _owe_nothing

    def at(self, board: BoardReader) -> Duty:
        """Return the same proctor at another board."""
        return evolve(self, board=board)

    def may(self, act: Act) -> bool:
        """Return whether the proctor's role allows an act."""
        return allowed(act, chief=self.chief)

    async def carry_out(self, order: Order) -> tuple[Told, ...]:
        """Do what is ordered to everybody named; return what came of it, in their order."""
        if not self.may(order.act):
            why = "only a chief proctor does this"
            return tuple(_forbidden(row, Trouble.CHIEF_ONLY, why) for row in order.rows)
        told = await asyncio.gather(*(self._one(order, row) for row in order.rows))
        if len(order.rows) == 1 and told[0].done and order.act not in _ATTENDS_NOBODY:
            with suppress(CactError):  # the order was carried out all the same
                await self.attended(order.rows[0])
        self.board.nudge()
        if order.act in _ENDS and any(one.done for one in told):
            with suppress(CactError):  # what cannot be written now is owed until the next end
                await self.settle()
        return tuple(told)

    async def looked_at(self, row: Row) -> None:
        """Put on record that the proctor looked at somebody's details."""
        await self.note(row, VIEWED)

    async def _one(self, order: Order, row: Row) -> Told:
        if not row.session and order.act in NEEDS_A_TEST:
            return _forbidden(row, Trouble.ABSENT, "has not signed in yet")
        try:
            outcome = await _DEEDS[order.act](self, order, row)
        except (CactError, ValueError) as fault:
            return _forbidden(row, trouble_of(fault), str(fault))
        if isinstance(outcome, Denied):
            return _forbidden(row, str(outcome.reason), outcome.why)
        if isinstance(outcome, str):
            return Told(row=row, done=True, shown=outcome)
        return Told(row=row, done=True, news=outcome is None or outcome.news)

    async def attended(self, row: Row) -> None:
        """Put on record that somebody looked after a participant."""
        await self.note(row, ATTENDED)
        self.board.attend(row.key, self.acts.clock.wall_ms())

    async def note(self, row: Row, act: str, detail: str = "") -> None:
        """Write a line of the sitting's log; `detail` holds no personal data."""
        entry = LogEntry(
            sitting=self.board.sitting,
            at=self.acts.clock.wall_ms(),
            by=self.name,
            act=act,
            participant=row.key,
            detail=detail,
        )
        await self.acts.store.append("", 0, entry.at, (), (entry,))

    async def registered(self, row: Row) -> bool:
        """Return whether somebody is on the roster, and no stranger."""
        return await self.acts.store.roster.registration(row.key) is not None


def _forbidden(row: Row, code: str, why: str) -> Told:
    return Told(row=row, done=False, code=str(code), why=why)


_ATTENDS_NOBODY = frozenset({Act.ATTEND, Act.WALK_IN})
"""Acts that are no attention of their own: it is itself one, or nobody was there before."""

_ENDS = frozenset({Act.TERMINATE, Act.WRONG_PERSON})
"""Acts after which a result is owed, or another one than there was."""

NEEDS_A_TEST = frozenset(
    {
        Act.AUTHORISE,
        Act.PAUSE,
        Act.RESUME,
        Act.MESSAGE,
        Act.EXTEND,
        Act.REPORT,
        Act.TERMINATE,
        Act.REOPEN,
        Act.WRONG_PERSON,
    }
)
"""Acts on a test; who has not signed in has none."""


async def _check(duty: Duty, order: Order, row: Row) -> Outcome | None:
    """Confirm or refuse somebody's papers, registered or not."""
    refused = order.act is Act.REFUSE
    if await duty.registered(row):
        found = Identification.REFUSED if refused else Identification.CONFIRMED
        reason = order.reason or "examinee.id"
        await duty.roster.check_identity(row.number, found, by=duty.name, reason=reason)
        return None
    if not row.session:
        raise NotFound("nobody is registered by that number")
    if refused:
        return await duty.acts.refuse(row.session, by=duty.name, reason=order.reason)
    return await duty.acts.confirm_identity(row.session, by=duty.name)


async def _pin(duty: Duty, _order: Order, row: Row) -> str:
    return spaced((await duty.roster.issue_pin(row.number, by=duty.name)).pin)


async def _extend(duty: Duty, order: Order, row: Row) -> Outcome:
    return await duty.acts.extend(
        row.session,
        order.minutes * 60,
        by=duty.name,
        reason=order.reason,
        kind=Grant.PLANNED if order.planned else Grant.INCIDENT,
        whole=order.whole or order.planned,
    )


async def _move(duty: Duty, order: Order, row: Row) -> Outcome | None:
    if await duty.registered(row):
        await duty.roster.move(row.number, order.text, by=duty.name, reason=order.reason)
        return None
    return await duty.acts.move(row.session, order.text, by=duty.name, reason=order.reason)


async def _report(duty: Duty, order: Order, row: Row) -> Outcome:
    """Record an irregularity; the item on the screen is filled in, and the event has the time."""
    item = duty.board.item_of(row.key)
    detail = f"item {item}" if item else ""
    return await duty.acts.report(row.session, by=duty.name, code=order.reason, detail=detail)


async def _attend(duty: Duty, _order: Order, row: Row) -> None:
    await duty.attended(row)


async def _unlock(duty: Duty, order: Order, row: Row) -> Outcome | None:
    if await duty.registered(row):
        await duty.roster.clear_lockout(row.number, by=duty.name, reason=order.reason)
        return None
    return await duty.acts.clear_lockout(row.session, by=duty.name, reason=order.reason)


async def _walk_in(duty: Duty, order: Order, _row: Row) -> None:
    """Register somebody who came without being expected."""
    given = order.entries
    if not given.get("number", "").strip() or not given.get("name", "").strip():
        raise Unfit(Trouble.INCOMPLETE, "a number and a name are needed")
    if duty.roster.groups and not given.get("group", "").strip():
        raise UnknownGroup(duty.roster.groups)
    who = Registration(
        participant=new_participant(),
        event=duty.roster.event,
        sitting=duty.board.sitting,
        number=given["number"].strip(),
        name=given["name"].strip(),
        position_group=given.get("group", "").strip(),
        seat=given.get("seat", "").strip(),
    )
    await duty.roster.register(who, by=duty.name)
    await duty.note(evolve(_row, key=who.participant), "walk_in", known(order.reason))


async def _correct(duty: Duty, order: Order, row: Row) -> None:
    """Correct what is registered of somebody."""
    changes = {key: value.strip() for key, value in order.entries.items() if value.strip()}
    if not changes:
        raise Unfit(Trouble.NOTHING_NEW, "there is nothing to correct: give a new value")
    await duty.roster.correct(row.number, by=duty.name, **changes)
    await duty.note(row, "correction", known(order.reason))


async def _wrong_person(duty: Duty, order: Order, row: Row) -> Outcome:
    """Take out of the count a test that somebody else sat, and let its holder have another."""
    if await duty.registered(row):
        return await duty.roster.wrong_person(
            row.number, row.session, by=duty.name, reason=order.reason
        )
    return await duty.acts.invalidate(row.session, by=duty.name, reason=order.reason)


async def _reschedule(duty: Duty, order: Order, row: Row) -> None:
    await duty.roster.reschedule(row.number, order.text, by=duty.name, reason=order.reason)


_DEEDS: Mapping[Act, Do] = {
    Act.AUTHORISE: lambda duty, _, row: duty.acts.authorise(row.session, by=duty.name),
    Act.CONFIRM: _check,
    Act.REFUSE: _check,
    Act.PIN: _pin,
    Act.PAUSE: lambda duty, o, row: duty.acts.pause(row.session, by=duty.name, reason=o.reason),
    Act.RESUME: lambda duty, o, row: duty.acts.resume(row.session, by=duty.name, held_for=o.reason),
    Act.MESSAGE: lambda duty, o, row: duty.acts.message(row.session, o.text, by=duty.name),
    Act.EXTEND: _extend,
    Act.MOVE: _move,
    Act.REPORT: _report,
    Act.ATTEND: _attend,
    Act.UNLOCK: _unlock,
    Act.TERMINATE: lambda duty, o, row: duty.acts.terminate(
        row.session, by=duty.name, reason=o.reason
    ),
    Act.REOPEN: lambda duty, o, row: duty.acts.reopen(row.session, by=duty.name, reason=o.reason),
    Act.WALK_IN: _walk_in,
    Act.CORRECT: _correct,
    Act.WRONG_PERSON: _wrong_person,
    Act.RESCHEDULE: _reschedule,
}
