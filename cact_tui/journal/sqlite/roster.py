"""The asynchronous face of the tables of sittings and of who is expected."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from cact_tui.journal.sqlite import roster_tables

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from sqlite3 import Connection

    from cact_tui.journal.roster import (
        Attempts,
        LogEntry,
        LogNews,
        PinHash,
        Registration,
        Sitting,
        Tally,
    )

T = TypeVar("T")


class Transact(Protocol):
    """Does work on a connection of the store and returns what it returned."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]:
        """Do it."""


class SqliteRoster:
    """Implements `RosterReader` with a store's own reader and writer."""

    def __init__(self, read: Transact, write: Transact) -> None:
        self._read = read
        self._write = write

    async def sittings(self, event: str) -> tuple[Sitting, ...]:
        """Return the sittings of an event by date, wave and room."""
        return await self._read(partial(roster_tables.sittings, event=event))

    async def sitting(self, sitting: str) -> Sitting | None:
        """Return one sitting."""
        return await self._read(partial(roster_tables.sitting, key=sitting))

    async def registrations(self, event: str) -> tuple[Registration, ...]:
        """Return everybody expected at an event, by number."""
        return await self._read(partial(roster_tables.registrations, event=event))

    async def registered(self, event: str, number: str) -> Registration | None:
        """Return the participant with a number at an event."""
        return await self._read(partial(roster_tables.registered, event=event, number=number))

    async def registration(self, participant: str) -> Registration | None:
        """Return what is registered of a participant."""
        return await self._read(partial(roster_tables.registration, participant=participant))

    async def pin_of(self, participant: str) -> PinHash | None:
        """Return the PIN that a participant has, hashed."""
        return await self._read(partial(roster_tables.pin_of, participant=participant))

    async def log(self, sitting: str) -> tuple[LogEntry, ...]:
        """Return a sitting's log, oldest first."""
        return await self._read(partial(roster_tables.log, key=sitting))

    async def log_behind(self, position: int) -> LogNews:
        """Return the lines of all sittings' logs behind a position, oldest first."""
        return await self._read(partial(roster_tables.log_behind, position=position))

    async def attempts(self, keys: Sequence[str]) -> tuple[Attempts, ...]:
        """Return what is on record of keys."""
        return await self._read(partial(roster_tables.attempts, keys=tuple(keys)))

    async def attempt(self, limits: Sequence[tuple[str, int]], at: int, lock_ms: int) -> Tally:
        """Count one attempt as failed beforehand."""
        return await self._write(
            partial(roster_tables.attempt, limits=tuple(limits), at=at, lock_ms=lock_ms)
        )

    async def forgive(self, keys: Sequence[str]) -> None:
        """Forget failures."""
        await self._write(partial(roster_tables.forgive, keys=tuple(keys)))
