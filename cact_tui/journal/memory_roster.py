"""Sittings and who is expected, in memory."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from attrs import Factory, define
from attrs import evolve as changed

from cact_tui.errors import NumberTaken, SeatTaken, StaleRow
from cact_tui.journal.roster import (
    Attempts,
    LogEntry,
    LogNews,
    PinHash,
    Registration,
    Sitting,
    Tally,
    one_more_failure,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from cact_tui.journal.protocol import Row


@define
class Roster:
    """The rows, by key; one that is being written is a copy until it stands."""

    sittings: dict[str, Sitting] = Factory(dict)
    registrations: dict[str, Registration] = Factory(dict)
    pins: dict[str, PinHash] = Factory(dict)
    log: list[LogEntry] = Factory(list)
    attempts: dict[str, Attempts] = Factory(dict)

    def after(self, rows: Iterable[Row]) -> Roster:
        """Return the roster with rows written, or raise as `Store.append` does."""
        new = copy.copy(self)
        new.sittings, new.registrations = dict(self.sittings), dict(self.registrations)
        new.pins, new.log = dict(self.pins), list(self.log)
        for row in rows:
            new.keep(row)
        return new

    def become(self, other: Roster) -> None:
        """Take over what another holds."""
        self.sittings, self.registrations = other.sittings, other.registrations
        self.pins, self.log = other.pins, other.log

    def erase(self, participant: str) -> None:
        """Erase what is registered of a participant."""
        self.registrations.pop(participant, None)
        self.pins.pop(participant, None)
        self.attempts.pop(f"participant:{participant}", None)

    def keep(self, row: Row) -> None:
        """Write one row."""
        match row:
            case Sitting():
                _check(self.sittings.get(row.id), row.id, row.revision)
                self.sittings[row.id] = changed(row, revision=row.revision + 1)
            case Registration():
                self._register(row)
            case PinHash():
                self.pins[row.participant] = row
            case LogEntry():
                self.log.append(row)
            case _:
                pass  # kept elsewhere

    def _register(self, row: Registration) -> None:
        _check(self.registrations.get(row.participant), row.participant, row.revision)
        others = [o for o in self.registrations.values() if o.participant != row.participant]
        if any((one.event, one.number) == (row.event, row.number) for one in others):
            raise NumberTaken("", 0, row.event)
        if row.seat and any((one.sitting, one.seat) == (row.sitting, row.seat) for one in others):
            raise SeatTaken("", 0, row.sitting, row.seat)
        self.registrations[row.participant] = changed(row, revision=row.revision + 1)


def _check(known: Sitting | Registration | None, key: str, revision: int) -> None:
    found = known.revision if known else 0
    if found != revision:
        raise StaleRow(key, revision, found)


class MemoryRoster:
    """Implements `RosterReader` on a `Roster`; `turn` lets others go first."""

    def __init__(self, roster: Roster, turn: Callable[[], Awaitable[None]]) -> None:
        self._roster = roster
        self._turn = turn

    async def sittings(self, event: str) -> tuple[Sitting, ...]:
        """Return the sittings of an event by date, wave and room."""
        await self._turn()
        found = [one for one in self._roster.sittings.values() if one.event == event]
        return tuple(sorted(found, key=lambda one: (one.date, one.wave, one.room)))

    async def sitting(self, sitting: str) -> Sitting | None:
        """Return one sitting."""
        await self._turn()
        return self._roster.sittings.get(sitting)

    async def registrations(self, event: str) -> tuple[Registration, ...]:
        """Return everybody expected at an event, by number."""
        await self._turn()
        found = [one for one in self._roster.registrations.values() if one.event == event]
        return tuple(sorted(found, key=lambda one: one.number))

    async def registered(self, event: str, number: str) -> Registration | None:
        """Return the participant with a number at an event."""
        found = await self.registrations(event)
        return next((one for one in found if one.number == number), None)

    async def registration(self, participant: str) -> Registration | None:
        """Return what is registered of a participant."""
        await self._turn()
        return self._roster.registrations.get(participant)

    async def pin_of(self, participant: str) -> PinHash | None:
        """Return the PIN that a participant has, hashed."""
        await self._turn()
        return self._roster.pins.get(participant)

    async def log(self, sitting: str) -> tuple[LogEntry, ...]:
        """Return a sitting's log, oldest first."""
        await self._turn()
        return tuple(entry for entry in self._roster.log if entry.sitting == sitting)

    async def log_behind(self, position: int) -> LogNews:
        """Return the lines of all sittings' logs behind a position, oldest first."""
        await self._turn()
        log = self._roster.log
        return LogNews(position=len(log), entries=tuple(log[position:] if position >= 0 else ()))

    async def attempts(self, keys: Sequence[str]) -> tuple[Attempts, ...]:
        """Return what is on record of keys."""
        await self._turn()
        return self._known(keys)

    async def attempt(self, limits: Sequence[tuple[str, int]], at: int, lock_ms: int) -> Tally:
        """Count one attempt as failed beforehand."""
        await self._turn()
        known = self._known([key for key, _ in limits])
        if any(row.locked_until > at for row in known):
            return Tally(allowed=False, records=known)
        for key, most in limits:
            before = self._roster.attempts.get(key)
            after = one_more_failure(before, key, most, at=at, lock_ms=lock_ms)
            self._roster.attempts[key] = after
        return Tally(allowed=True, records=self._known([key for key, _ in limits]))

    async def forgive(self, keys: Sequence[str]) -> None:
        """Forget failures."""
        await self._turn()
        for key in keys:
            self._roster.attempts.pop(key, None)

    def _known(self, keys: Sequence[str]) -> tuple[Attempts, ...]:
        return tuple(self._roster.attempts[key] for key in keys if key in self._roster.attempts)
