"""Notices what anybody appended to the journal: one watch per process, whatever it serves.

Appends of this process are told at once, with their events; those of other processes are found by
asking the store ten times a second, and read for all who listen together. Whoever listens is told
which session grew and how far, and reads what he has not got.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import field, frozen

from cact_tui.errors import CactError
from cact_tui.journal.protocol import Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.journal.protocol import Store

POLL_SECONDS = 0.1

TOGETHER = 32
"""Sessions read in one go: the first of a whole room have their news before the last are read."""

_log = logging.getLogger(__name__)


@frozen(kw_only=True)
class Growth:
    """That a session may have grown: to which event, and the new ones where they are at hand.

    Without `seq` it is not known how far; then only the store can tell.
    """

    session: str
    seq: int | None = None
    recorded: tuple[Recorded, ...] = field(default=(), repr=False)


OnGrowth = Callable[[Growth], None]


class Watch:
    """Polls while anybody listens; used from one event loop."""

    def __init__(self, store: Store, *, seconds: float = POLL_SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self._listeners: dict[str, list[OnGrowth]] = {}
        self._told: dict[str, int] = {}
        self._polling: asyncio.Task[None] | None = None
        self._position = -1

    def listen(self, session: str, on_news: OnGrowth) -> Callable[[], None]:
        """Have `on_news` called after a session grew; return how to stop that.

        One may be told of what one appended oneself, and once too often; never too seldom.
        """
        heard = self._listeners.setdefault(session, [])
        heard.append(on_news)
        self._told.pop(session, None)  # of what came before, this one was not told
        if self._polling is None:
            self._polling = asyncio.get_running_loop().create_task(self._poll())

        def stop() -> None:
            if on_news in heard:
                heard.remove(on_news)
            if not heard and self._listeners.get(session) is heard:
                del self._listeners[session]
                self._told.pop(session, None)
            if not self._listeners:
                self._rest()

        return stop

    def notify(self, recorded: Sequence[Recorded]) -> None:
        """Tell of events that this process appended; a write path's `publish`."""
        by_session: dict[str, list[Recorded]] = {}
        for one in recorded:
            by_session.setdefault(one.session, []).append(one)
        for session, events in by_session.items():
            self._tell(Growth(session=session, seq=events[-1].seq, recorded=tuple(events)))

    def _rest(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            self._polling = None
        self._position = -1

    async def _poll(self) -> None:
        while True:
            try:
                await self._look()
            except CactError as trouble:  # whoever reads will say so; the next look may hold
                _log.debug("the journal cannot be watched: %s", trouble)
            except Exception as fault:  # noqa: BLE001 - every screen of the hall follows it
                _log.warning("the watch failed: %s", type(fault).__name__)
            await asyncio.sleep(self._seconds)

    async def _look(self) -> None:
        first = self._position < 0
        found = await self._store.changes(self._position)
        self._position = found.position
        if first:
            # What was appended between listening and the first look is told to everybody.
            for session in tuple(self._listeners):
                self._tell(Growth(session=session))
            return
        grown = {one: seq for one, seq in found.sessions.items() if self._untold(one, seq)}
        known = [session for session in grown if session in self._told]
        for place in range(0, len(known), TOGETHER):
            await self._read_and_tell(known[place : place + TOGETHER])
        for session, seq in grown.items():
            if self._untold(session, seq):
                self._tell(Growth(session=session, seq=seq))

    def _untold(self, session: str, seq: int) -> bool:
        """Return whether somebody listens who has not been told that a session came so far."""
        return session in self._listeners and self._told.get(session, -1) < seq

    async def _read_and_tell(self, sessions: Sequence[str]) -> None:
        """Tell what sessions got, with the events; what cannot be read is left to its listeners."""
        told = self._told
        with suppress(CactError):
            after = {session: told[session] for session in sessions if session in told}
            self.notify(await self._store.read_on(after))

    def _tell(self, growth: Growth) -> None:
        listeners = tuple(self._listeners.get(growth.session, ()))
        if listeners and growth.seq is not None:
            self._told[growth.session] = max(growth.seq, self._told.get(growth.session, 0))
        for on_news in listeners:
            on_news(growth)
