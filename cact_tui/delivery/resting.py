"""How long a break has lasted, whatever terminals it was spent at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cact_tui.clock import Clock


class Rest:
    """The break that runs; on this terminal it is timed by the clock that only runs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._number = -1
        self._began = 0.0

    def take_up(self, number: int, since: int) -> None:
        """Take up the break after section `number`, which began at `since` (wall ms)."""
        if number != self._number:
            earlier = max(self._clock.wall_ms() - since, 0) / 1000
            self._number, self._began = number, self._clock.monotonic() - earlier

    @property
    def seconds(self) -> float:
        """Return how long it has lasted."""
        return self._clock.monotonic() - self._began
