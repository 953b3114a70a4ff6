"""Keeps keys that were pressed before something was seen from answering it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cact_tui.clock import Clock

NEW_VIEW = 0.15
"""Seconds after a new view was painted during which keys are dropped."""

QUESTION = 0.05
"""The same for a question that Enter answers: a bouncing key does not."""

END = 1.0
"""The same for the end screen, which a key held down would close."""


class Guard:
    """Shut when something new is to be seen; opens some time after it was painted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seconds = 0.0
        self._painted: float | None = None

    def shut(self, seconds: float) -> None:
        """Drop keys until so many seconds after the next frame."""
        self._seconds = seconds
        self._painted = None

    def painted(self) -> None:
        """The frame is on the terminal."""
        if self._painted is None:
            self._painted = self._clock.monotonic()

    @property
    def waiting(self) -> bool:
        """Return whether the frame is still to come."""
        return self._painted is None

    @property
    def open(self) -> bool:
        """Return whether keys count."""
        return (
            self._painted is not None and self._clock.monotonic() - self._painted >= self._seconds
        )
