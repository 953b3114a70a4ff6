"""Once a second: count time, save it, notice what others wrote, end what is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.delivery.countdown import Countdown
from cact_tui.delivery.views import (
    ClockReading,
    Passage,
    PassageView,
    Standstill,
    StandstillView,
)
from cact_tui.errors import CactError, StorageTrouble
from cact_tui.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.conduct import Conduct
    from cact_tui.delivery.services import Services

BEAT_SECONDS = 1.0
CHECKPOINT_SECONDS = 5.0
REFRESH_SECONDS = 2.0
WATCHED_REFRESH_SECONDS = 10.0
"""The same where a watch tells of news: only in case it missed some."""

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
        watched = services.watch is not None
        self._refresh_seconds = WATCHED_REFRESH_SECONDS if watched else REFRESH_SECONDS
        self._in_trouble = False
        now = self._clock.monotonic()
        self._checkpointed = self._refreshed = self._reached = now

    async def run(self) -> None:
        """Beat until the session has ended or another terminal has it."""
        self._tell()
        while not self._conduct.over:
            await asyncio.sleep(BEAT_SECONDS)
            await self.beat()

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
        patience = REFRESH_SECONDS if self._in_trouble else self._refresh_seconds
        if now - self._refreshed >= patience and not self._lock.locked():
            self._refreshed = now
            await self._refresh()

    def read_soon(self) -> None:
        """Read the store without a watch's help until it is in reach."""
        self._in_trouble = True

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
        return self._conduct.rest.seconds >= self._conduct.longest_rest

    async def _checkpoint(self) -> None:
        """Save the used time of the item on the screen, and that somebody is there."""
        if not self._conduct.holds:
            return
        try:
            await self._services.store.checkpoint((self._conduct.sign_of_life(),))
        except StorageTrouble:
            self._in_trouble = True
            return
        self._reached = self._clock.monotonic()

    async def _refresh(self) -> None:
        """Notice what other writers did; blank the screen while the store is out of reach."""
        async with self._lock:
            try:
                news = await self._conduct.refresh()
            except CactError:  # out of reach, or not what was written: nothing may be shown
                self._in_trouble = True
                if self._clock.monotonic() - self._reached >= BLANK_AFTER_SECONDS:
                    self._conduct.stand(Standstill.TROUBLE)
                return
            self._in_trouble = False
            self._reached = self._clock.monotonic()
            if news or self._blank():
                await self._conduct.go()

    def _blank(self) -> bool:
        view = self._conduct.view
        return isinstance(view, StandstillView) and view.why is Standstill.TROUBLE
