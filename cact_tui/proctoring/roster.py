"""Who is expected at an event: found, registered, corrected, moved, checked, given a PIN.

A change of a registration is recorded in the log of its sitting with the proctor's name; where the
participant has a session, the session's journal records it, too, in the same transaction.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from cact_tui.clock import Clock
from cact_tui.config.nip import fault_of, without_blanks
from cact_tui.config.participants import unknown_group
from cact_tui.errors import Conflict, NotFound, SeatTaken, StaleRow
from cact_tui.journal.protocol import Store
from cact_tui.journal.roster import Identification, LogEntry, PinHash, Registration, Sitting
from cact_tui.proctoring.acts import Acts
from cact_tui.proctoring.lockouts import CLEARED, PIN_ISSUED, keys_against
from cact_tui.proctoring.names import proctor
from cact_tui.proctoring.pins import new_pin, verifier_of
from cact_tui.proctoring.rescheduling import (
    RESCHEDULED,
    RESCHEDULED_FROM,
    refuse_going_on,
    told,
)
from cact_tui.proctoring.troubles import Trouble, Unfit
from cact_tui.sessions.events import ENDED
from cact_tui.sessions.reasons import known
from cact_tui.sessions.states import Status
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cact_tui.journal.protocol import Identity as WhoIsWho
    from cact_tui.journal.protocol import Row, SessionEntry
    from cact_tui.proctoring.acts import Outcome

ATTEMPTS = 20
"""How often a change is made again on what somebody else wrote meanwhile."""

CORRECTABLE = frozenset(
    {
        "name",
        "nip",
        "position",
        "position_group",
        "unit",
        "standard",
        "extra_minutes",
        "extra_percent",
        "plain",
    }
)
"""What `correct` may change: neither who somebody is to the journal, nor where and when."""

_GROUP_FIELDS = ("position_group", "standard")
"""What holds a position group, or nothing."""


class UnknownGroup(Unfit):
    """A position group that the event's standards do not know: choose one that they do."""

    def __init__(self, groups: tuple[str, ...]) -> None:
        super().__init__(Trouble.UNKNOWN_GROUP, f"the position group is one of {', '.join(groups)}")


@frozen(kw_only=True)
class Card:
    """A PIN with all that is printed beside it; the one moment at which the PIN is known."""

    registration: Registration
    sitting: Sitting
    pin: str = field(repr=False)


def new_participant() -> str:
    """Return a fresh opaque id of a participant: 64 random bits."""
    return f"p-{secrets.token_hex(8)}"


@frozen(kw_only=True, eq=False)
class Roster:
    """The roster of one event.

    Numbers are those of the participants. `groups` are the position groups that somebody may have;
    empty where anything is one. Methods raise `NotFound` for a number or a sitting that does not
    exist, `NumberTaken` and `SeatTaken` where somebody else has it, `ValueError` (mostly `Unfit`)
    for what cannot be recorded, and `StorageTrouble` when nothing was written.
    """

    store: Store
    clock: Clock
    event: str
    acts: Acts
    groups: tuple[str, ...] = ()

    async def everybody(self, sitting: str | None = None) -> tuple[Registration, ...]:
        """Return everybody who is expected (in one sitting), by number."""
        found = await self.store.roster.registrations(self.event)
        return tuple(one for one in found if sitting in (None, one.sitting))

    async def find(self, number: str) -> Registration:
        """Return who has a number."""
        found = await self.store.roster.registered(self.event, number.strip())
        if found is None:
            raise NotFound(f"nobody has the number {number.strip()}")
        return found

    async def at_seat(self, sitting: str, seat: str) -> Registration | None:
        """Return who is expected at a seat; None where nobody is."""
        found = await self.everybody(sitting)
        return next((one for one in found if one.seat == seat), None)

    async def session_of(self, participant: str) -> SessionEntry | None:
        """Return the newest session of a participant."""
        found = await self.store.sessions(participant=participant)
        return found[-1] if found else None

    async def register(self, who: Registration, *, by: str) -> Registration:
        """Register somebody who came without being expected."""
        await self._sitting(who.sitting)
        typed = {key: getattr(who, key) for key in ("number", "seat", *CORRECTABLE)}
        who = evolve(who, **self._checked(typed))
        entry = self._entry(who, by, "registered")
        await self.store.append("", 0, entry.at, (), (who, entry))
        return await self.find(who.number)

    async def correct(self, number: str, *, by: str, **changes: Any) -> Registration:
        """Correct what stands in `CORRECTABLE`, also where the test has begun.

        A test that has begun keeps the position group it was opened with.
        """
        wrong = changes.keys() - CORRECTABLE
        if wrong:
            raise ValueError(f"{', '.join(sorted(wrong))} cannot be corrected")
        changes = self._checked(changes)
        detail = ", ".join(sorted(changes))
        return await self._change(
            number, lambda one: evolve(one, **changes), by, "corrected", detail
        )

    async def reschedule(
        self, number: str, sitting: str, *, seat: str = "", by: str, reason: str
    ) -> Registration:
        """Expect somebody in another sitting; a PIN of the earlier one is void there.

        A test goes along if it is held, and is held there, too. It is looked at in the transaction:
        one that somebody lets go on meanwhile stays.

        Raises:
            Unfit: the test is under way, or was taken in this sitting.
        """
        code, name = known(reason), proctor(by)
        await self._sitting(sitting)
        for _ in range(ATTEMPTS):
            who = await self.find(number)
            session, seq = await self._held(who)
            there = evolve(who, sitting=sitting, seat=seat)
            leaving = self._entry(who, name, RESCHEDULED, told(sitting, session, code))
            coming = self._entry(there, name, RESCHEDULED_FROM, told(who.sitting, session, code))
            try:
                await self.store.append(session, seq, leaving.at, (), (there, leaving, coming))
            except SeatTaken:
                raise
            except Conflict:
                continue
            return await self.find(number)
        raise StaleRow(who.participant, who.revision, who.revision)

    async def _held(self, who: Registration) -> tuple[str, int]:
        """Return somebody's test and its last event, if it is held; nothing without a test."""
        test = await self.session_of(who.participant)
        if test is None:
            return "", 0
        state = await self.acts.state(test.session)
        refuse_going_on(state)
        return test.session, state.seq

    async def move(self, number: str, seat: str, *, by: str, reason: str) -> Registration:
        """Move somebody to another seat of the same sitting, before the test or in it."""
        code, name, seat = known(reason), proctor(by), clean_line(seat)
        for _ in range(ATTEMPTS):
            who = await self.find(number)
            session = await self.session_of(who.participant)
            entry = self._entry(who, name, "moved", f"{seat}: {code}")
            rows = (evolve(who, seat=seat), entry)
            with suppress(StaleRow):
                if session is None or session.last_event in ENDED:
                    await self.store.append("", 0, entry.at, (), rows)
                else:
                    await self.acts.move(session.session, seat, by=name, reason=code, rows=rows)
                return await self.find(number)
        raise StaleRow(who.participant, who.revision, who.revision)

    async def check_identity(
        self, number: str, outcome: Identification, *, by: str, reason: str = "examinee.id"
    ) -> Registration:
        """Record what was found of somebody's papers, before the test or in it.

        A refusal voids no PIN, but nobody gets in with one; a test that runs is held.
        """
        code, name = known(reason), proctor(by)
        refused = outcome is Identification.REFUSED
        now = self.clock.wall_ms()
        found = await self._change(
            number,
            lambda one: evolve(one, identification=outcome, checked_by=name, checked_at=now),
            name,
            f"identity_{outcome}",
            code if refused else "",
        )
        session = await self.session_of(found.participant)
        if session is not None and session.last_event not in ENDED:
            if refused:
                await self.acts.refuse(session.session, by=name, reason=code)
            elif outcome is Identification.CONFIRMED:
                await self.acts.confirm_identity(session.session, by=name)
        return found

    async def wrong_person(self, number: str, session: str, *, by: str, reason: str) -> Outcome:
        """Record that somebody else sat a test under a number, and prepare another for its holder.

        The test is invalid from now on. The holder's papers count as refused until they are
        confirmed, and the PIN that the other one knew is void.
        """
        code, name = known(reason), proctor(by)
        for _ in range(ATTEMPTS):
            who = await self.find(number)
            state = await self.acts.state(session)
            if state.opened is None or state.opened.participant != who.participant:
                raise NotFound(f"{session} is not a test of {who.number}")
            # What was recorded before must not void what the holder was given since.
            so = state.status is Status.INVALIDATED
            rows = () if so else await self._shut_out(who, f"{session}: {code}", by=name)
            with suppress(StaleRow):
                return await self.acts.invalidate(session, by=name, reason=code, rows=rows)
        raise StaleRow(who.participant, who.revision, who.revision)

    async def _shut_out(self, who: Registration, detail: str, *, by: str) -> tuple[Row, ...]:
        """Return the rows that keep everybody out who has a number, until papers are seen."""
        entry = self._entry(who, by, "wrong_person", detail)
        refused = evolve(
            who, identification=Identification.REFUSED, checked_by=by, checked_at=entry.at
        )
        issued = await self.store.roster.pin_of(who.participant)
        void = (evolve(issued, sitting="", verifier=""),) if issued else ()
        return (refused, entry, *void)

    async def issue_pin(self, number: str, *, by: str) -> Card:
        """Give somebody a new PIN for their sitting; any earlier one is void from now on.

        Issuing it says that the papers were seen and in order, unless they were refused before:
        then `Unfit` says to confirm the identity first. It also clears a lockout.
        """
        name = proctor(by)
        who = await self.find(number)
        if who.identification is Identification.REFUSED:
            why = f"the identity of {who.number} was refused: confirm it first"
            raise Unfit(Trouble.IDENTITY_REFUSED, why)
        sitting = await self._sitting(who.sitting)
        pin = new_pin()
        issued = PinHash(
            participant=who.participant,
            sitting=who.sitting,
            verifier=await verifier_of(pin),
            issued_by=name,
            issued_at=self.clock.wall_ms(),
        )
        if who.identification is Identification.PENDING:
            who = await self.check_identity(number, Identification.CONFIRMED, by=name)
        locks = await keys_against(self.store, who)
        entry = self._entry(who, name, PIN_ISSUED)
        await self.store.append("", 0, entry.at, (), (issued, entry))
        await self.store.roster.forgive(locks)
        return Card(registration=who, sitting=sitting, pin=pin)

    async def clear_lockout(self, number: str, *, by: str, reason: str = "other") -> Registration:
        """Let somebody try to sign in again after too many failures, wherever that happened."""
        code, name = known(reason), proctor(by)
        who = await self.find(number)
        await self.store.roster.forgive(await keys_against(self.store, who))
        entry = self._entry(who, name, CLEARED, code)
        await self.store.append("", 0, entry.at, (), (entry,))
        session = await self.session_of(who.participant)
        if session is not None and session.last_event not in ENDED:
            await self.acts.clear_lockout(session.session, by=name, reason=code)
        return who

    def _checked(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields that somebody typed as they are kept, if all of them can be."""
        fields = _harmless(typed)
        if fields.get("nip"):
            fields["nip"] = without_blanks(fields["nip"])
            if fault := fault_of(fields["nip"]):
                raise Unfit(Trouble.BAD_NIP, f"the NIP {fault}")
        given = (fields.get(key, "") for key in _GROUP_FIELDS)
        if self.groups and any(unknown_group(group, self.groups) for group in given):
            raise UnknownGroup(self.groups)
        return fields

    async def _sitting(self, sitting: str) -> Sitting:
        found = await self.store.roster.sitting(sitting)
        if found is None or found.event != self.event:
            raise NotFound(f"there is no sitting {sitting}")
        return found

    async def _change(
        self,
        number: str,
        change: Callable[[Registration], Registration],
        by: str,
        act: str,
        detail: str = "",
    ) -> Registration:
        """Change a registration as it stands now, and put that on record."""
        for _ in range(ATTEMPTS):
            before = await self.find(number)
            after = change(before)
            entry, rows = self._entry(after, by, act, detail), await self._renamed(after)
            try:
                await self.store.append("", 0, entry.at, (), (after, entry, *rows))
            except StaleRow:
                continue
            return evolve(after, revision=before.revision + 1)
        raise StaleRow(before.participant, before.revision, before.revision)

    async def _renamed(self, who: Registration) -> tuple[WhoIsWho, ...]:
        """Return who somebody's test is of from now on, where it was opened under another name."""
        known = await self.store.identity(who.participant)
        if known is None or (known.name, known.nip) == (who.name, who.nip):
            return ()
        return (evolve(known, name=who.name, nip=who.nip),)

    def _entry(self, who: Registration, by: str, act: str, detail: str = "") -> LogEntry:
        return LogEntry(
            sitting=who.sitting,
            at=self.clock.wall_ms(),
            by=proctor(by),
            act=act,
            participant=who.participant,
            detail=detail,
        )


def _harmless(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields that somebody typed, every text without controls and on one line."""
    return {
        key: clean_line(value) if isinstance(value, str) else value for key, value in fields.items()
    }
