"""Counts the time that an item is really shown, from monotonic ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.sessions.events import ItemTiming

if TYPE_CHECKING:
    from cact_tui.clock import Clock

LONGEST_TICK = 2.0
"""Seconds between two ticks above which the gap is not charged (suspend, stall, clock trouble)."""


class Timekeeper:
    """The stopwatch of one item on one screen. All counts are milliseconds."""

    def __init__(self, clock: Clock, *, shown_ms: int = 0, uncharged_ms: int = 0) -> None:
        self._clock = clock
        self._shown = shown_ms / 1000
        self._uncharged = uncharged_ms / 1000
        self._visible = False
        self._last = clock.monotonic()
        self._last_page: int | None = None
        self._first_choice: int | None = None
        self._changes = 0
        self._pages = 1

    @property
    def shown_ms(self) -> int:
        """Return the milliseconds charged so far."""
        return round(self._shown * 1000)

    @property
    def uncharged_ms(self) -> int:
        """Return the milliseconds that passed without being charged."""
        return round(self._uncharged * 1000)

    def tick(self) -> None:
        """Count the time since the last tick: charged while visible and without a gap."""
        now = self._clock.monotonic()
        passed, self._last = now - self._last, now
        if self._visible and passed <= LONGEST_TICK:
            self._shown += passed
        else:
            self._uncharged += passed

    def appear(self) -> None:
        """The item is on the screen from now on."""
        self.tick()
        self._visible = True

    def hide(self) -> None:
        """The item is covered from now on."""
        self.tick()
        self._visible = False

    def last_page(self) -> None:
        """The last page was seen; the first time counts."""
        self.tick()
        if self._last_page is None:
            self._last_page = self.shown_ms

    def choice(self) -> None:
        """An option was chosen, or another one."""
        self.tick()
        if self._first_choice is None:
            self._first_choice = self.shown_ms
        else:
            self._changes += 1

    def pages(self, count: int) -> None:
        """The item takes so many pages."""
        self._pages = count

    def timing(self) -> ItemTiming:
        """Return the times for the record."""
        return ItemTiming(
            shown=self.shown_ms,
            last_page=self._last_page,
            first_choice=self._first_choice,
            uncharged=self.uncharged_ms,
            changes=self._changes,
            pages=self._pages,
        )
