"""What a driver writes to."""

from __future__ import annotations

from typing import Protocol


class Channel(Protocol):
    """Where a terminal's bytes go."""

    def write(self, data: bytes) -> None:
        """Queue bytes; never blocks. An `OSError` means that the other side is gone."""

    @property
    def backlog(self) -> int:
        """Return how many bytes were written but not yet taken by the other side."""
