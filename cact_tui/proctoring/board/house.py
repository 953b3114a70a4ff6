"""What is wrong with the host, as alarms on proctors' screens."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cact_tui.journal.replica import CopyState
from cact_tui.proctoring.signals import Alarm, AlarmKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.clock import Clock
    from cact_tui.config.proctor import ProctorSettings
    from cact_tui.journal.protocol import SecondCopy

_JUMP_SHOWN_MS = 10 * 60_000
"""How long a jump of the clock is shown."""

_log = logging.getLogger(__name__)


class House:
    """What is wrong with the host: store, disk, clock and second copy."""

    def __init__(self, clock: Clock, settings: ProctorSettings, free_mb: Callable[[], int]) -> None:
        self._clock = clock
        self._settings = settings
        self._free_mb = free_mb
        self._trouble: Alarm | None = None
        self._broken: dict[str, Alarm] = {}
        self._disk: Alarm | None = None
        self._jump: Alarm | None = None
        self._alone: Alarm | None = None
        self._clocks: tuple[int, float] | None = None

    def trouble(self, words: str) -> None:
        """The store cannot be read."""
        since = self._trouble.since if self._trouble else self._now()
        self._trouble = Alarm(kind=AlarmKind.STORE, since=since, detail=words)

    def well(self) -> None:
        """The store can be read."""
        self._trouble = None

    def broken(self, session: str, words: str) -> None:
        """One session is not what was written."""
        if session not in self._broken:
            _log.warning("a session cannot be read: %s", session)
            self._broken[session] = Alarm(kind=AlarmKind.STORE, since=self._now(), detail=words)

    def mended(self, session: str) -> None:
        """A session can be read again."""
        self._broken.pop(session, None)

    def look_at_disk(self) -> None:
        """See how much room is left."""
        least = self._settings.disk_free_mb
        free = self._free_mb()
        since = self._disk.since if self._disk else self._now()
        full = free < least
        self._disk = Alarm(kind=AlarmKind.DISK, since=since, detail=f"{free} MB") if full else None

    def look_at_copy(self, known: SecondCopy) -> None:
        """See whether answers are acknowledged although a second copy was given up."""
        given_up = known.state is CopyState.DETACHED
        self._alone = (
            Alarm(kind=AlarmKind.SECOND_COPY, since=known.since, detail=known.detail)
            if given_up
            else None
        )

    def look_at_clock(self) -> None:
        """Compare the wall's clock with one that only runs."""
        wall, running = self._now(), self._clock.monotonic()
        if self._clocks is not None:
            jump = (wall - self._clocks[0]) / 1000 - (running - self._clocks[1])
            if abs(jump) >= self._settings.clock_jump_seconds:
                self._jump = Alarm(kind=AlarmKind.CLOCK, since=wall, detail=f"{jump:+.0f} s")
        self._clocks = (wall, running)
        if self._jump is not None and abs(wall - self._jump.since) > _JUMP_SHOWN_MS:
            self._jump = None

    def alarms(self) -> tuple[Alarm, ...]:
        """Return everything that is wrong now."""
        found = (self._trouble, *self._broken.values(), self._disk, self._jump, self._alone)
        return tuple(one for one in found if one is not None)

    def _now(self) -> int:
        return self._clock.wall_ms()
