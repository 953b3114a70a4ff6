"""Keeps the board of one sitting up to date from the store, for everybody in this process.

About once a second it asks the store what grew, reads that and publishes one frozen snapshot, which
the screens of all proctors share. Trouble here is an alarm on their screens and delays nobody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.clock import Clock
from cact_tui.config.proctor import ProctorSettings
from cact_tui.errors import CactError, ChainBroken, StorageTrouble
from cact_tui.journal.protocol import Recorded, Store
from cact_tui.journal.roster import Registration, Sitting, SittingState
from cact_tui.proctoring.board.board import Board
from cact_tui.proctoring.board.house import House
from cact_tui.proctoring.board.outline import Outline
from cact_tui.proctoring.board.rows import Detail, Place, Snapshot
from cact_tui.proctoring.sittings import VIEWED

if TYPE_CHECKING:
    from cact_tui.journal.protocol import Identity
    from cact_tui.proctoring.board.record import Record

PERIOD = 0.9
"""Seconds between two looks at the store: with a look and the screens' turns less than one."""

APART = 0.04
"""Seconds between two screens that take up the same snapshot: each is busy for some 10 ms."""

TOGETHER = 20
"""Sessions that are read at once: those that wait for a second copy wait together."""

_EVERY_PROOF, _EVERY_PEOPLE = 2, 15
"""Looks between two proofs of a session, and two readings of a roster of which no log says that it
changed: erasing somebody leaves no line.
"""

ATTENDED = "attended"
"""The act in a sitting's log that says that somebody looked after a participant."""

_log = logging.getLogger(__name__)

OnSnapshot = Callable[[Snapshot], None]


@frozen(kw_only=True, eq=False)
class Sources:
    """Where a board comes from: one event of one store.

    `outline` gives the outline of a test by the documents that it pinned, `hand_on` takes what was
    read of a session, for acts to begin with; `free_mb` gives the megabytes left where the journal
    lies.
    """

    store: Store
    clock: Clock
    event: str
    timezone: str
    settings: ProctorSettings
    outline: Callable[[Mapping[str, str]], Awaitable[Outline]]
    hand_on: Callable[[Sequence[Recorded]], Awaitable[None]]
    free_mb: Callable[[], int]


def place_of(sitting: Sitting) -> Place:
    """Return how a sitting is named on screens."""
    return Place(
        id=sitting.id,
        date=sitting.date,
        room=sitting.room,
        wave=sitting.wave,
        state=str(sitting.state),
    )


class BoardReader:
    """Reads for whoever listens; used from one event loop.

    `sitting` is a sitting's id, or the event's own for tests that belong to no sitting.
    """

    def __init__(self, sources: Sources, sitting: str) -> None:
        self._sources = sources
        self._sitting = sitting
        self._board = Board(sources.settings)
        self._listeners: list[OnSnapshot] = []
        self._due: set[OnSnapshot] = set()
        self._running: asyncio.Task[None] | None = None
        self._nudged = asyncio.Event()
        self._position = -1
        self._log_position = -1
        self._looks = 0
        self._outdated = True
        self._known: Sitting | None = None
        self._places: tuple[Place, ...] = ()
        self._keys: frozenset[str] = frozenset()
        self._elsewhere: set[str] = set()
        self._unread: set[str] = set()
        self._unproved: list[str] = []
        self._house = House(sources.clock, sources.settings, sources.free_mb)
        self.snapshot: Snapshot | None = None

    @property
    def sitting(self) -> str:
        """Return whose board it is."""
        return self._sitting

    def listen(self, on_snapshot: OnSnapshot) -> Callable[[], None]:
        """Have every snapshot told; return how to stop that.

        Where others listen the last one is told at once. What was so when nobody looked any more is
        not told again: somebody would seem silent who was only not looked at.
        """
        self._listeners.append(on_snapshot)
        if self._running is None:
            self.snapshot, self._outdated = None, True
            self._running = asyncio.get_running_loop().create_task(self._run())
        elif self.snapshot is not None:
            on_snapshot(self.snapshot)

        def stop() -> None:
            with suppress(ValueError):
                self._listeners.remove(on_snapshot)
            if not self._listeners and self._running is not None:
                self._running.cancel()
                self._running = None

        return stop

    def nudge(self) -> None:
        """Look again now: this process has just done something."""
        self._nudged.set()

    def attend(self, participant: str, at: int) -> None:
        """Take notice that somebody attended to a participant."""
        self._board.attended[participant] = at

    def item_of(self, participant: str) -> str:
        """Return the id of the item on a participant's screen, empty without one."""
        record = self._board.record(participant)
        return record.item if record else ""

    async def detail(self, participant: str) -> Detail | None:
        """Return all about one participant; None for nobody of this sitting.

        Words that cannot be read now are left out.
        """
        record = self._board.record(participant)
        words: dict[str, str] = {}
        if record is not None and (record.comments or record.messages):
            with suppress(CactError):
                kept = await self._sources.store.comments(record.session)
                words = {one.digest: one.text for one in kept}
        return self._board.detail(participant, self._sources.clock.wall_ms(), words)

    async def _run(self) -> None:
        while True:
            self._nudged.clear()
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 - every proctor of the sitting looks at it
                _log.warning("the board failed: %s", type(fault).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), PERIOD)

    async def look(self) -> Snapshot:
        """Read what is new, and publish and return the snapshot."""
        try:
            await self._read()
        except CactError as fault:
            self._house.trouble(str(fault))
        except Exception as fault:  # noqa: BLE001 - as above; its words might quote anything
            self._house.trouble(type(fault).__name__)
        else:
            self._house.well()
        self._looks += 1
        self._house.look_at_clock()
        # In a thread, so that the loop takes the interpreter back whenever somebody presses a key.
        self.snapshot = await asyncio.to_thread(self._made)
        self._tell()
        return self.snapshot

    def _tell(self) -> None:
        """Tell everybody who listens, one after the other, so that keys are seen in between."""
        loop = asyncio.get_running_loop()
        for place, tell in enumerate(tuple(self._listeners)):
            if not place:
                self._tell_one(tell)
            elif tell not in self._due:
                self._due.add(tell)
                loop.call_later(place * APART, self._tell_one, tell)

    def _tell_one(self, tell: OnSnapshot) -> None:
        """Tell the newest snapshot to somebody who still listens."""
        self._due.discard(tell)
        if tell not in self._listeners or self.snapshot is None:
            return
        try:
            tell(self.snapshot)
        except Exception as fault:  # noqa: BLE001 - one screen's fault is nobody else's
            _log.warning("a screen failed to listen: %s", type(fault).__name__)

    async def _read(self) -> None:
        changes = await self._sources.store.changes(self._position)
        await self._read_log()
        if self._outdated or self._looks % _EVERY_PEOPLE == 0:
            await self._read_people()
            self._outdated = False
        grown = sorted((set(changes.sessions) | self._unread) - self._elsewhere)
        for place in range(0, len(grown), TOGETHER):
            await asyncio.gather(*map(self._read_session, grown[place : place + TOGETHER]))
        # Only now: what could not be read is asked for again.
        self._position = changes.position
        self._board.remember(await self._sources.store.checkpoints())
        self._house.look_at_disk()
        self._house.look_at_copy(await self._sources.store.second_copy())
        if self._looks % _EVERY_PROOF:
            await self._prove_next()

    async def _read_people(self) -> None:
        roster = self._sources.store.roster
        sittings = await roster.sittings(self._sources.event)
        self._places = tuple(map(place_of, sittings))
        self._known = next((one for one in sittings if one.id == self._sitting), None)
        if self._known is not None:
            everybody = await roster.registrations(self._sources.event)
            people = tuple(one for one in everybody if one.sitting == self._sitting)
        else:
            people = await self._strangers()
        self._board.expect(people)
        keys = frozenset(one.participant for one in people)
        if keys != self._keys:
            self._keys = keys
            self._elsewhere.clear()
            await self._read_sessions()

    async def _strangers(self) -> tuple[Registration, ...]:
        """Return whoever took a test of the event without a roster."""
        found = []
        for entry in await self._sources.store.sessions(self._sources.event):
            identity = await self._sources.store.identity(entry.participant)
            if identity is not None:
                found.append(_registered(identity))
        return tuple(found)

    async def _read_sessions(self) -> None:
        for entry in await self._sources.store.sessions():
            behind = self._board.seq(entry.session) < entry.seq
            if entry.participant in self._keys and behind:
                self._unread.add(entry.session)

    async def _read_session(self, session: str) -> None:
        """Read what is new of one session; a broken one is told of and does not hold up others."""
        try:
            recorded = await self._sources.store.read(session, self._board.seq(session))
        except CactError as fault:
            self._house.broken(session, str(fault))
            # Trouble passes (a second copy comes back, say); a broken chain does not.
            if isinstance(fault, StorageTrouble):
                self._unread.add(session)
            else:
                self._unread.discard(session)
            return
        if session in self._unread:
            self._unread.discard(session)
            self._house.mended(session)
        opened = recorded[0].event if recorded and recorded[0].seq == 1 else None
        documents = getattr(opened, "documents", None)
        if documents is not None:
            if getattr(opened, "participant", "") not in self._keys:
                await self._perhaps_new(session, getattr(opened, "participant", ""))
                if session in self._elsewhere:
                    return
            with suppress(CactError):
                self._board.outline(session, await self._sources.outline(documents))
        self._board.take(recorded)
        with suppress(CactError):  # whoever acts reads it, then
            await self._sources.hand_on(recorded)

    async def _prove_next(self) -> None:
        """Prove one session from its beginning, in turn: what was read may be changed since."""
        if not self._unproved:
            self._unproved = sorted(self._board.records, reverse=True)
        if not self._unproved:
            return
        session = self._unproved.pop()
        before = self._board.records[session]
        try:
            recorded = await self._sources.store.read(session)
            _prove_same(before, recorded)
        except ChainBroken as fault:
            self._house.broken(session, str(fault))
        except StorageTrouble:
            return  # told of when there is something to read
        else:
            self._house.mended(session)
            self._board.take(recorded)

    async def _perhaps_new(self, session: str, participant: str) -> None:
        """Find out whether somebody unknown belongs here."""
        here = self._known is None and bool(
            [
                one
                for one in await self._sources.store.sessions(self._sources.event)
                if one.participant == participant
            ]
        )
        if not here:
            self._elsewhere.add(session)
            return
        self._keys |= {participant}
        self._board.expect(await self._strangers())

    async def _read_log(self) -> None:
        """Take up who was attended to, and notice that somebody changed the roster."""
        roster, first = self._sources.store.roster, self._log_position < 0
        news = await roster.log_behind(self._log_position)
        entries = await roster.log(self._sitting) if first else news.entries
        for entry in entries:
            if entry.act == ATTENDED and entry.sitting == self._sitting:
                self._board.attended[entry.participant] = entry.at
        self._outdated |= any(entry.act not in (ATTENDED, VIEWED) for entry in entries)
        self._log_position = news.position

    def _made(self) -> Snapshot:
        now = self._sources.clock.wall_ms()
        sitting = self._known
        place = (
            place_of(sitting)
            if sitting is not None
            else Place(id=self._sitting, date="", room="", wave=0, state=str(SittingState.OPEN))
        )
        return Snapshot(
            at=now,
            place=place,
            timezone=self._sources.timezone,
            opened_at=sitting.opened_at if sitting else 0,
            closed_at=sitting.closed_at if sitting else 0,
            rows=self._board.rows(now),
            alarms=self._house.alarms(),
            places=self._places,
        )


def _prove_same(before: Record, recorded: Sequence[Recorded]) -> None:
    """Prove that a session still holds the event that was read of it last."""
    if [one.digest for one in recorded[before.seq - 1 : before.seq]] != [before.head]:
        raise ChainBroken(before.session, before.seq, "is not the event that was read before")


def _registered(identity: Identity) -> Registration:
    """Return somebody who was never registered as if they had been."""
    return Registration(
        participant=identity.participant,
        event=identity.sitting,
        sitting=identity.sitting,
        number=identity.number,
        name=identity.name,
        nip=identity.nip,
        position_group=identity.position_group or "",
    )
