"""Signs of life of a hall's processes: one that hangs is ended, for only then is it started again.

A process and its supervisor share a socket, the process's standard input. Its end tells the process
that nobody supervises it any more; a byte every few seconds tells the supervisor that the loop of
the process goes round.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BEAT_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 30.0
_LOOKS: Final = 3
"""Looks without a sign of life until a process is silent: a clock that jumps makes one of it."""


@asynccontextmanager
async def beating(descriptor: int) -> AsyncIterator[None]:
    """Give signs of life on a socket; nothing happens where it is none or nobody reads."""
    try:
        own = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
    except OSError:  # started by hand, not by a supervisor
        yield
        return
    with own as end:
        heart = asyncio.create_task(_beat(end))
        try:
            yield
        finally:
            heart.cancel()
            await asyncio.wait((heart,))


async def _beat(end: socket.socket) -> None:
    while True:
        with suppress(OSError):
            end.send(b".", socket.MSG_DONTWAIT)
        await asyncio.sleep(BEAT_SECONDS)


class Pulse:
    """Listens for the signs of life of one process."""

    def __init__(self, end: socket.socket) -> None:
        """Take the supervisor's end of the socket."""
        end.setblocking(False)
        self._end = end
        self._beats = 0

    async def silent(self, seconds: float) -> None:
        """Return when there was no sign of life for so long, counted from the first one on."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._end, self._hear)
        try:
            seen, looks = 0, 0
            while looks < _LOOKS:
                await asyncio.sleep(seconds / _LOOKS)
                looks = looks + 1 if seen == self._beats and seen else 0
                seen = self._beats
        finally:
            loop.remove_reader(self._end)

    def _hear(self) -> None:
        try:
            heard = self._end.recv(64)
        except OSError:
            heard = b""
        self._beats += len(heard)
        if not heard:
            asyncio.get_running_loop().remove_reader(self._end)
