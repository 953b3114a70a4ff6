"""The one write path: decide, append durably, evolve, publish.

Every change of a session, by whomever and from wherever, goes through `WritePath.perform`. An
answer is acknowledged only when the store says that it is durable.
"""

from __future__ import annotations

from asyncio import CancelledError
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.errors import Conflict, RowConflict, StorageFailure, StorageTrouble
from cact_tui.journal.protocol import Recorded
from cact_tui.sessions.decide import Plan, Refused, decide
from cact_tui.sessions.events import AuthorisationRequired, BreakStarted, Paused
from cact_tui.sessions.evolve import evolve, fold
from cact_tui.sessions.states import SessionState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cact_tui.clock import Clock
    from cact_tui.journal.protocol import Row, Store
    from cact_tui.journal.watch import Growth
    from cact_tui.sessions.commands import Command
    from cact_tui.sessions.refusals import Events

ATTEMPTS = 20
"""How often a command is decided again after another writer came first."""


@frozen
class Accepted:
    """What a command made: the events recorded (none if already done) and the state after them."""

    state: SessionState
    recorded: tuple[Recorded, ...]


class WritePath:
    """Applies commands to one session; keeps its state between them.

    `publish` is told of all that is newly known of the session; `recorded` is what was read of it
    so far, from its first event on. Several tasks of one event loop may use it at once.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        plan: Plan,
        session: str,
        publish: Callable[[Sequence[Recorded]], None] = lambda _: None,
        *,
        recorded: Sequence[Recorded] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._plan = plan
        self._publish = publish
        self._state = fold(session, (), practice=plan.battery.practice)
        self._held_since = 0
        self._resting_since = 0
        self._doubtful: list[Events] = []
        self._evolve(recorded)

    @property
    def state(self) -> SessionState:
        """Return the state as last seen; another writer may be ahead."""
        return self._state

    @property
    def held_since(self) -> int:
        """Return since when the test was last held, wall ms; 0 if it never was."""
        return self._held_since

    @property
    def resting_since(self) -> int:
        """Return since when the last break has lasted, wall ms; 0 without any."""
        return self._resting_since

    async def take_up(self, growth: Growth) -> SessionState:
        """Take up what a watch told; the store is read only for what did not come with it."""
        self._take(growth.recorded)
        if growth.seq is None or growth.seq > self._state.seq:
            await self._read_on()
        return self._state

    async def refresh(self) -> SessionState:
        """Read what other writers appended."""
        await self._read_on()
        return self._state

    async def perform(self, command: Command, rows: Sequence[Row] = ()) -> Accepted | Refused:
        """Apply a command, durably; `rows` are written with its events or not at all.

        Raises:
            RowConflict: one of the rows cannot be written as it is; nothing was written.
            StorageTrouble: nothing was written; the same command may be performed again.
            StorageFailure: nothing was written, or it could not be read back whether; perform the
                same command again, and it is recorded once.
        """
        for _ in range(ATTEMPTS):
            events = decide(self._state, command, self._plan)
            if isinstance(events, Refused):
                return events
            if not events and not rows:
                return Accepted(self._state, ())
            try:
                recorded = await self._append(events, rows)
            except RowConflict:
                raise
            except StorageFailure:
                recorded = await self._found(events)
                if not recorded:
                    raise
            except Conflict:
                recorded = await self._found(events)
                if not recorded:
                    continue
            self._take(recorded)
            return Accepted(self._state, recorded)
        raise Conflict(self._state.session, self._state.seq, self._state.seq)

    async def _append(self, events: Events, rows: Sequence[Row]) -> tuple[Recorded, ...]:
        """Append behind the last event seen; remember what may have been written all the same."""
        session, seq, now = self._state.session, self._state.seq, self._clock.wall_ms()
        try:
            recorded = await self._store.append(session, seq, now, events, rows)
        except (StorageFailure, CancelledError):
            self._doubtful.append(events)
            raise
        self._doubtful.clear()
        return recorded

    async def _found(self, events: Events) -> tuple[Recorded, ...]:
        """Read on; return events as recorded, if they are of an append whose outcome was unknown.

        What somebody else wrote may look the same: without such an append it is not ours.
        """
        doubtful = events in self._doubtful
        try:
            found = await self._read_on()
        except StorageTrouble as trouble:
            if doubtful:
                raise StorageFailure(trouble.path, trouble.reason, trouble.cure) from trouble
            raise
        recorded = found[: len(events)]
        own = doubtful and tuple(one.event for one in recorded) == events
        return recorded if own else ()

    async def _read_on(self) -> tuple[Recorded, ...]:
        """Take up what stands behind the last event seen; after a failure that may be our own."""
        found = await self._store.read(self._state.session, self._state.seq)
        self._doubtful.clear()
        self._take(found)
        return found

    def _take(self, recorded: Sequence[Recorded]) -> None:
        # Another task may have read on meanwhile, and found what this one wrote.
        new = [one for one in recorded if one.seq > self._state.seq]
        if new and new[0].seq != self._state.seq + 1:
            return  # something is missing before them: whoever wants these reads on
        self._evolve(new)
        if new:
            self._publish(new)

    def _evolve(self, recorded: Sequence[Recorded]) -> None:
        for one in recorded:
            self._state = evolve(self._state, one.event)
            if isinstance(one.event, Paused | AuthorisationRequired):
                self._held_since = one.at
            elif isinstance(one.event, BreakStarted):
                self._resting_since = one.at
