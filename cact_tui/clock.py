"""The only place that reads clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from attrs import define


class Clock(Protocol):
    """Wall time for the record, monotonic time for budgets."""

    def wall_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class SystemClock:
    """The machine's clocks."""

    def wall_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()


@define
class ManualClock:
    """A clock that moves only when told, for tests and simulations."""

    wall: int = 1_700_000_000_000
    seconds: float = 0.0

    def wall_ms(self) -> int:
        """Return the wall time it was set to."""
        return self.wall

    def monotonic(self) -> float:
        """Return the monotonic time it was set to."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Move both times forward together."""
        self.seconds += seconds
        self.wall += round(seconds * 1000)


def iso(wall_ms: int) -> str:
    """Return a wall time as ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(wall_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
