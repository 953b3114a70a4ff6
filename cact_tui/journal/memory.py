"""A journal in memory: rehearsals, simulations and tests. It keeps the contract, not the data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from attrs import Factory, define

from cact_tui.errors import ChainBroken, Conflict, NotFound, NumberTaken, StorageTrouble
from cact_tui.journal.chain import GENESIS, Row, link, verify
from cact_tui.journal.codec import decode
from cact_tui.journal.documents import checked, proved
from cact_tui.journal.memory_roster import MemoryRoster, Roster
from cact_tui.journal.protocol import (
    Changes,
    Checkpoint,
    Comment,
    Identity,
    SecondCopy,
    SessionEntry,
)
from cact_tui.sessions.events import SessionOpened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cact_tui.journal.protocol import Recorded
    from cact_tui.journal.protocol import Row as Beside
    from cact_tui.sessions.events import Event


@define
class Memory:
    """What stores share as processes share a file; it outlives each of them.

    `order` names the session of each event, in the order across sessions.
    """

    events: dict[str, list[Row]] = Factory(dict)
    order: list[str] = Factory(list)
    identities: dict[str, Identity] = Factory(dict)
    comments: dict[str, dict[str, Comment]] = Factory(dict)
    checkpoints: dict[str, Checkpoint] = Factory(dict)
    documents: dict[str, bytes] = Factory(dict)
    roster: Roster = Factory(Roster)


class MemoryStore:
    """Implements `protocol.Store` on a `Memory`.

    `probe` is called with the same names as by the store on SQLite (`append.before-write`,
    `append.written`, `append.committed`, `append.acknowledged`); a test makes it raise
    `StorageTrouble` before or `StorageFailure` after the write.
    """

    def __init__(
        self, memory: Memory | None = None, *, probe: Callable[[str], None] = lambda _: None
    ) -> None:
        self._memory = memory if memory is not None else Memory()
        self._probe = probe
        self._closed = False
        self.roster = MemoryRoster(self._memory.roster, self._turn)

    async def append(
        self,
        session: str,
        after: int,
        at: int,
        events: Sequence[Event],
        rows: Sequence[Beside] = (),
    ) -> tuple[Recorded, ...]:
        """Write events behind `after`, together with rows beside them."""
        await self._turn()
        self._probe("append.before-write")
        chain = self._memory.events.get(session, [])
        if len(chain) != after:
            raise Conflict(session, after, len(chain))
        previous = chain[-1].digest if chain else GENESIS
        linked, recorded = link(session, after=after, previous=previous, at=at, events=events)
        self._refuse_taken_numbers(session, after, rows)
        roster = self._memory.roster.after(rows)
        self._probe("append.written")
        self._keep(session, linked, rows)
        self._memory.roster.become(roster)
        self._probe("append.committed")
        self._probe("append.acknowledged")
        return recorded

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        """Return the verified events behind `after`."""
        await self._turn()
        first = max(after, 1)
        rows = self._memory.events.get(session, [])[first - 1 :]
        return verify(session, rows, first=first)[after - first + 1 :]

    async def read_on(self, after: Mapping[str, int]) -> tuple[Recorded, ...]:
        """Return the verified events of several sessions."""
        found = [await self.read(session, seq) for session, seq in after.items()]
        return tuple(one for events in found for one in events)

    async def changes(self, after: int) -> Changes:
        """Return which sessions got events behind a position."""
        await self._turn()
        order = self._memory.order
        grown = set(order[after:]) if after >= 0 else set()
        last = {session: self._memory.events[session][-1].seq for session in grown}
        return Changes(position=len(order), sessions=last)

    async def sessions(
        self, sitting: str | None = None, *, participant: str | None = None
    ) -> tuple[SessionEntry, ...]:
        """Return all sessions (of one sitting, of one participant), oldest first."""
        await self._turn()
        entries = (_entry(rows) for rows in self._memory.events.values())
        return tuple(
            entry
            for entry in entries
            if sitting in (None, entry.sitting) and participant in (None, entry.participant)
        )

    async def identity(self, participant: str) -> Identity | None:
        """Return who a participant is."""
        await self._turn()
        return self._memory.identities.get(participant)

    async def find_participant(self, sitting: str, number: str) -> Identity | None:
        """Return the participant with a number in a sitting."""
        await self._turn()
        return self._holder(sitting, number)

    async def comments(self, session: str) -> tuple[Comment, ...]:
        """Return the comments of a session, oldest first."""
        await self._turn()
        return tuple(self._memory.comments.get(session, {}).values())

    async def erase(self, participant: str) -> None:
        """Erase what is personal of a participant."""
        await self._turn()
        self._memory.identities.pop(participant, None)
        self._memory.roster.erase(participant)
        for entry in map(_entry, self._memory.events.values()):
            if entry.participant == participant:
                self._memory.comments.pop(entry.session, None)

    async def checkpoint(self, rows: Sequence[Checkpoint]) -> None:
        """Overwrite used times, except by those of earlier items."""
        await self._turn()
        for row in rows:
            known = self._memory.checkpoints.get(row.session)
            if known is None or known.seq <= row.seq:
                self._memory.checkpoints[row.session] = row

    async def last_checkpoint(self, session: str) -> Checkpoint | None:
        """Return the last used time of a session."""
        await self._turn()
        return self._memory.checkpoints.get(session)

    async def checkpoints(self, sitting: str | None = None) -> tuple[Checkpoint, ...]:
        """Return the last used time of every session (of one sitting) that has one."""
        await self._turn()
        known = self._memory.checkpoints.values()
        return tuple(row for row in known if sitting in (None, self._sitting_of(row.session)))

    def _sitting_of(self, session: str) -> str | None:
        chain = self._memory.events.get(session)
        return _entry(chain).sitting if chain else None

    async def pin(self, documents: Mapping[str, bytes]) -> None:
        """Keep bytes by their digest."""
        await self._turn()
        self._memory.documents.update(checked(documents))

    async def document(self, digest: str) -> bytes:
        """Return pinned bytes."""
        await self._turn()
        if digest not in self._memory.documents:
            raise NotFound(f"no document {digest}")
        return proved(digest, self._memory.documents[digest])

    async def agree(self) -> None:
        """Return: there is no second copy."""

    async def second_copy(self) -> SecondCopy:
        """Return that there is none."""
        return SecondCopy()

    async def close(self) -> None:
        """Refuse everything from now on."""
        self._closed = True

    async def _turn(self) -> None:
        # A fake that never yields would hide the races of its callers.
        await asyncio.sleep(0)
        if self._closed:
            raise StorageTrouble("memory", "the journal is closed", "open it again")

    def _holder(self, sitting: str, number: str) -> Identity | None:
        known = self._memory.identities.values()
        return next((who for who in known if (who.sitting, who.number) == (sitting, number)), None)

    def _refuse_taken_numbers(self, session: str, after: int, beside: Sequence[Beside]) -> None:
        new = [row for row in beside if isinstance(row, Identity)]
        known = {**self._memory.identities, **{who.participant: who for who in new}}
        for who in new:
            same = [w for w in known.values() if (w.sitting, w.number) == (who.sitting, who.number)]
            if len(same) > 1:
                raise NumberTaken(session, after, who.sitting)

    def _keep(self, session: str, rows: Sequence[Row], beside: Sequence[Beside]) -> None:
        if rows:
            self._memory.events.setdefault(session, []).extend(rows)
            self._memory.order.extend([session] * len(rows))
        for one in beside:
            if isinstance(one, Identity):
                self._memory.identities[one.participant] = one
            elif isinstance(one, Comment):
                self._memory.comments.setdefault(one.session, {}).setdefault(one.digest, one)


def _entry(rows: Sequence[Row]) -> SessionEntry:
    opening, last = decode(rows[0].content).event, rows[-1]
    if not isinstance(opening, SessionOpened):
        raise ChainBroken(last.session, 1, "is no opening")
    return SessionEntry(
        session=last.session,
        participant=opening.participant,
        sitting=opening.sitting,
        seq=last.seq,
        last_event=last.type,
        at=last.at,
    )
