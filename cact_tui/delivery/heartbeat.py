"""Once a second: count time, save it, notice what others wrote, end what is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.delivery.countdown import Countdown
from cact_tui.delivery.views import (
    ClockReading,
    EndView,
    Passage,
    PassageView,
    Standstill,
    StandstillView,
)
from cact_tui.errors import CactError, StorageTrouble
from cact_tui.i18n import translator
from cact_tui.journal.protocol import Checkpoint
from cact_tui.sessions.states import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.conduct import Conduct
    from cact_tui.delivery.services import Services

BEAT_SECONDS = 1.0
CHECKPOINT_SECONDS = 5.0
REFRESH_SECONDS = 2.0
BLANK_AFTER_SECONDS = 5.0
"""A screen that cannot reach the store for so long goes blank."""


class Heartbeat:
    """The ticking side of a participant's flow."""

    def __init__(
        self,
        services: Services,
        conduct: Conduct,
        lock: asyncio.Lock,
        tell_clock: Callable[[ClockReading], None],
    ) -> None:
        self._services = services
        self._conduct = conduct
        self._lock = lock
        self._tell_clock = tell_clock
        self._clock = services.clock
        opened = conduct.state.opened
        language = opened.language if opened else "id"
        self._countdown = Countdown(conduct.policy, translator(language))
        self._section = -1
        now = self._clock.monotonic()
        self._checkpointed = self._refreshed = self._reached = now

    async def run(self) -> None:
        """Beat until the session has ended or another terminal has it."""
        self._tell()
        while not self._over():
            await asyncio.sleep(BEAT_SECONDS)
            await self.beat()

    def _over(self) -> bool:
        view = self._conduct.view
        return isinstance(view, EndView) or (isinstance(view, StandstillView) and view.closing)

    async def beat(self) -> None:
        """Do what is due now."""
        if self._conduct.timekeeper is not None:
            self._conduct.timekeeper.tick()
        self._tell()
        await self._end_what_is_over()
        now = self._clock.monotonic()
        if now - self._checkpointed >= CHECKPOINT_SECONDS:
            self._checkpointed = now
            await self._checkpoint()
        if now - self._refreshed >= REFRESH_SECONDS:
            self._refreshed = now
            await self._refresh()

    def _tell(self) -> None:
        """Tell the clock while a section runs."""
        section = self._conduct.state.section
        if section is None or section.ended is not None:
            self._tell_clock(ClockReading(left=None))
            return
        if section.started.index != self._section:
            self._section = section.started.index
            self._countdown.restart()
        self._tell_clock(self._countdown.reading(self._conduct.left()[0]))

    async def _end_what_is_over(self) -> None:
        if self._lock.locked():
            return
        left, _ = self._conduct.left()
        if self._conduct.on_item and left is not None and left <= 0:
            async with self._lock:
                await self._conduct.expire()
        elif self._rest_is_over():
            async with self._lock:
                await self._conduct.end_rest()

    def _rest_is_over(self) -> bool:
        view = self._conduct.view
        if not isinstance(view, PassageView) or view.passage is not Passage.BREAK:
            return False
        return self._conduct.rested_seconds() >= self._conduct.longest_rest

    async def _checkpoint(self) -> None:
        """Save the used time of the item on the screen; it also is a sign of life."""
        keeper, state = self._conduct.timekeeper, self._conduct.state
        if keeper is None or state.shown is None or state.status is not Status.ACTIVE:
            return
        row = Checkpoint(
            session=state.session,
            seq=state.shown_seq,
            shown_ms=keeper.shown_ms,
            uncharged_ms=keeper.uncharged_ms,
            at=self._clock.wall_ms(),
        )
        try:
            await self._services.store.checkpoint((row,))
        except StorageTrouble:
            return
        self._reached = self._clock.monotonic()

    async def _refresh(self) -> None:
        """Notice what other writers did; blank the screen while the store is out of reach."""
        if self._lock.locked():
            return
        async with self._lock:
            before = self._conduct.state.seq
            try:
                await self._conduct.refresh()
            except CactError:  # out of reach, or not what was written: nothing may be shown
                if self._clock.monotonic() - self._reached >= BLANK_AFTER_SECONDS:
                    self._conduct.stand(Standstill.TROUBLE)
                return
            self._reached = self._clock.monotonic()
            if self._conduct.state.seq != before or self._blank():
                await self._conduct.go()

    def _blank(self) -> bool:
        view = self._conduct.view
        return isinstance(view, StandstillView) and view.why is Standstill.TROUBLE
