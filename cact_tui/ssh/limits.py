"""What one client may cost the others, as numbers; and the budget of its input."""

from __future__ import annotations

from typing import Final

ATTEMPTS_PER_CONNECTION: Final = 3
"""Wrong keys and passwords after which a connection is cut."""

CHECKS_PER_CONNECTION: Final = 12
"""Keys and passwords looked at in all: a known key may be offered again and again, unsigned."""

UNAUTHENTICATED_LIMIT: Final = 200
"""Connections that have not signed in yet; more are closed before a byte is sent."""

STAFF_LIMIT: Final = 64
"""Proctors' visits at once; they take no participant's place."""

LOGIN_SECONDS: Final = 20
"""Time to sign in."""

KEEPALIVE_SECONDS: Final = 15
KEEPALIVE_COUNT: Final = 3
"""A line that answered none of so many questions is dead: its clock stops within 60 s."""

INPUT_PER_SECOND: Final = 2048
INPUT_BURST: Final = 16 * 1024
"""Bytes of input; what comes faster waits on the client's side, behind a closed window."""

WINDOW: Final = 32 * 1024
"""Bytes a client may send before it is asked for more; also the most that waits here."""

PACKET: Final = 4096
"""Bytes of input in one packet."""

PIECE: Final = 32
"""Bytes of input handed to an app at a time: it works off what it has without giving way."""

BACKLOG: Final = 256 * 1024
"""Bytes not yet taken by a client above which its frames are skipped."""

SEND_BUFFER: Final = 64 * 1024
"""Bytes in the kernel per connection: what waits there can no longer be skipped."""

RESIZE_SECONDS: Final = 0.1
"""Least time between two sizes taken over: a window being dragged sends dozens a second."""

SIZES_PER_SECOND: Final = 1.0
SIZES_AT_ONCE: Final = 2.0
"""Sizes taken over for longer than a moment: a window of 300 by 120 costs up to 25 ms."""

STARTS_AT_ONCE: Final = 4
"""Apps started at a time: each needs some 15 ms of the processor, and all would wait for all."""

START_SECONDS: Final = 5.0
"""Time after which an app that has shown nothing yet keeps no other from starting."""

FORGET_SECONDS: Final = 10.0
"""Time after which a connection that has ended is taken apart."""

FAREWELL_SECONDS: Final = 3.0
"""Time a client has to take the last screen when the hall closes."""


class Budget:
    """A bucket of bytes that fills with time: so many a second, so many at once."""

    def __init__(
        self, now: float, *, rate: float = INPUT_PER_SECOND, burst: float = INPUT_BURST
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = now

    def spend(self, count: int, now: float) -> float:
        """Take up bytes that came; return the seconds to wait before the next are welcome."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - count
        self._at = now
        return max(0.0, -self._left / self._rate)
