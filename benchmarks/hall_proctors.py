"""Proctors under load: each looks at the whole sitting over SSH, and acts by keys."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import asyncssh
import pyte

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS, LINES = 132, 43
PATIENCE = 10.0

_HEAD = re.compile(r"│ \d+ · (\d{4})\b")


class Watcher(asyncssh.SSHClientSession[bytes]):
    """A proctor at a terminal of 132x43."""

    def __init__(self, name: str, key: asyncssh.SSHKey, port: int) -> None:
        self._name = name
        self._key = key
        self._port = port
        self._connection: asyncssh.SSHClientConnection | None = None
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._came = asyncio.Event()
        self._unread = bytearray()

    async def connect(self) -> None:
        """Sign in and wait for the room."""
        self._connection = await asyncssh.connect(
            "127.0.0.1",
            self._port,
            username=self._name,
            known_hosts=None,
            client_keys=[self._key],
            config=[],
            agent_path=None,
        )
        await self._connection.create_session(
            lambda: self, term_type="xterm-256color", term_size=(COLUMNS, LINES), encoding=None
        )
        await self._until(lambda text: "? semua tombol" in text)
        await self.press("y", "? all keys")

    def hang_up(self) -> None:
        """Cut the line."""
        if self._connection is not None:
            self._connection.abort()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Keep the channel."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Keep what came; it is read when somebody looks, for that is slow."""
        del datatype
        self._unread += data
        self._came.set()

    def send(self, keys: str) -> None:
        """Press keys."""
        if self._channel is not None:
            self._channel.write(keys.encode())

    async def press(self, keys: str, words: str) -> float:
        """Press keys; return the seconds until the words they lead to are on the screen.

        Raises:
            TimeoutError: they did not come; the message holds the screen.
        """
        return await self._press(keys, lambda text: words in text)

    async def choose(self, number: str) -> None:
        """Search for one participant by number; the details are on the screen then."""
        await self._press(f"/{number}\r", lambda text: _chosen(text) == number)

    async def move(self, key: str) -> float:
        """Press a key that moves the cursor; return the seconds until the details follow it."""
        before = _chosen(self._text())
        return await self._press(key, lambda text: _chosen(text) not in ("", before))

    async def _press(self, keys: str, shown: Callable[[str], bool]) -> float:
        pressed = time.perf_counter()
        self.send(keys)
        await self._until(shown)
        return time.perf_counter() - pressed

    async def _until(self, shown: Callable[[str], bool]) -> None:
        end = time.perf_counter() + PATIENCE
        while not shown(self._text()):
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), end - time.perf_counter())
            except TimeoutError:
                raise TimeoutError(f"{self._name} saw:\n{self._text()}") from None

    def _text(self) -> str:
        self._stream.feed(bytes(self._unread))
        self._unread.clear()
        return "\n".join(self._screen.display)


def _chosen(text: str) -> str:
    """Return the number of the participant whose details are on the screen."""
    found = _HEAD.search(text)
    return found[1] if found else ""
