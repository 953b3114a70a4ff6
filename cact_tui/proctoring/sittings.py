"""The sittings of an event: opened, looked at, closed.

A sitting's participants are its registrations, and their sessions follow from who they are: whoever
is rescheduled takes the session along, held, and the sitting that is left knows where to.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.clock import Clock
from cact_tui.errors import CactError, NotFound, StaleRow
from cact_tui.journal.protocol import Checkpoint, SessionEntry, Store
from cact_tui.journal.roster import LogEntry, Registration, Sitting, SittingState
from cact_tui.proctoring.names import proctor
from cact_tui.proctoring.rescheduling import Departure, departures
from cact_tui.sessions.events import ENDED

if TYPE_CHECKING:
    from collections.abc import Callable


VIEWED = "viewed"
"""The act in a sitting's log that says that somebody looked: at one participant, or at all."""

ATTEMPTS = 20
"""How often a change is made again on what somebody else wrote meanwhile."""


class SessionsOpen(CactError):
    """A sitting is not closed while tests of it go on; says whose."""

    def __init__(self, sitting: str, seated: tuple[Seated, ...]) -> None:
        names = ", ".join(f"{one.session} ({one.registration.number})" for one in seated)
        super().__init__(f"sitting {sitting} has open sessions: {names}")
        self.sitting = sitting
        self.seated = seated


class WrongState(CactError):
    """A sitting cannot be opened or closed as it is now."""


@frozen(kw_only=True)
class Seated:
    """Who is expected, and how far the test is: None before it was opened.

    `seen` is the last used time on record, which is a sign of life of the connection, too.
    """

    registration: Registration
    entry: SessionEntry | None
    seen: Checkpoint | None

    @property
    def session(self) -> str:
        """Return the session's reference, empty before there is one."""
        return self.entry.session if self.entry else ""

    @property
    def open(self) -> bool:
        """Return whether a test was begun and has not ended."""
        return self.entry is not None and self.entry.last_event not in ENDED


@frozen(kw_only=True, eq=False)
class Sittings:
    """The sittings of one event.

    Methods raise `NotFound` for a sitting that does not exist, `ValueError` for a name that cannot
    be recorded, and `StorageTrouble` when nothing was written.
    """

    store: Store
    clock: Clock
    event: str

    async def all(self) -> tuple[Sitting, ...]:
        """Return the sittings by date, wave and room."""
        return await self.store.roster.sittings(self.event)

    async def get(self, sitting: str) -> Sitting:
        """Return one sitting."""
        found = await self.store.roster.sitting(sitting)
        if found is None or found.event != self.event:
            raise NotFound(f"there is no sitting {sitting} (cact sitting list names them)")
        return found

    async def the_open_one(self) -> Sitting:
        """Return the one sitting that is open; `NotFound` when none or several are."""
        found = [one for one in await self.all() if one.state is SittingState.OPEN]
        if len(found) != 1:
            names = ", ".join(one.id for one in found) or "none"
            raise NotFound(f"open sittings: {names} (name one with --sitting)")
        return found[0]

    async def open(self, sitting: str, *, by: str) -> Sitting:
        """Let its participants sign in. A closed sitting is opened again by this, on record."""
        now = self.clock.wall_ms()
        return await self._change(
            sitting,
            lambda one: (
                one
                if one.state is SittingState.OPEN
                else evolve(one, state=SittingState.OPEN, opened_at=one.opened_at or now)
            ),
            by,
            "opened",
        )

    async def close(self, sitting: str, *, by: str) -> Sitting:
        """Let nobody sign in any more.

        Raises:
            SessionsOpen: tests of it go on; nothing was changed.
            WrongState: it was never opened.
        """
        if (await self.get(sitting)).state is SittingState.PLANNED:
            raise WrongState(f"sitting {sitting} was never opened")
        await self._refuse_open_tests(sitting)
        now = self.clock.wall_ms()
        closed = await self._change(
            sitting,
            lambda one: (
                one
                if one.state is SittingState.CLOSED
                else evolve(one, state=SittingState.CLOSED, closed_at=now)
            ),
            by,
            "closed",
        )
        try:
            await self._refuse_open_tests(sitting)  # one may have been opened meanwhile
        except SessionsOpen:
            await self.open(sitting, by=by)
            raise
        return closed

    async def _refuse_open_tests(self, sitting: str) -> None:
        still = tuple(one for one in await self.seated(sitting) if one.open)
        if still:
            raise SessionsOpen(sitting, still)

    async def seated(self, sitting: str) -> tuple[Seated, ...]:
        """Return everybody expected in a sitting with the test that they have, by number."""
        registrations = await self.store.roster.registrations(self.event)
        entries = {entry.participant: entry for entry in await self.store.sessions()}
        seen = {row.session: row for row in await self.store.checkpoints()}
        found = []
        for registration in registrations:
            if registration.sitting != sitting:
                continue
            entry = entries.get(registration.participant)
            saved = seen.get(entry.session) if entry else None
            found.append(Seated(registration=registration, entry=entry, seen=saved))
        return tuple(found)

    async def left(self, sitting: str) -> tuple[Departure, ...]:
        """Return who was expected in a sitting and is in another now, by when that was ordered."""
        people = await self.store.roster.registrations(self.event)
        return departures(sitting, await self.log(sitting), people)

    async def log(self, sitting: str) -> tuple[LogEntry, ...]:
        """Return what was done in a sitting that is no event of a session, oldest first."""
        return await self.store.roster.log(sitting)

    async def note(self, sitting: str, act: str, *, by: str, detail: str = "") -> None:
        """Put something about the whole sitting on record; `detail` holds no personal data."""
        entry = self._entry(sitting, by, act, detail)
        await self.store.append("", 0, entry.at, (), (entry,))

    async def looked_at(self, sitting: str, *, by: str) -> None:
        """Put on record that somebody was told of everybody in a sitting, with names.

        A store in trouble is passed over: whoever proctors has to see the room even then.
        """
        with suppress(CactError):
            await self.note(sitting, VIEWED, by=by)

    async def _change(
        self, sitting: str, change: Callable[[Sitting], Sitting], by: str, act: str
    ) -> Sitting:
        """Change a sitting as it stands now and put that on record; what was so stays so."""
        for _ in range(ATTEMPTS):
            before = await self.get(sitting)
            after = change(before)
            if after == before:
                return before
            entry = self._entry(sitting, by, act)
            try:
                await self.store.append("", 0, entry.at, (), (after, entry))
            except StaleRow:
                continue
            return evolve(after, revision=before.revision + 1)
        raise StaleRow(sitting, before.revision, before.revision)

    def _entry(self, sitting: str, by: str, act: str, detail: str = "") -> LogEntry:
        return LogEntry(
            sitting=sitting, at=self.clock.wall_ms(), by=proctor(by), act=act, detail=detail
        )
