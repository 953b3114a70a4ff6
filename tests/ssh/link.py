"""A line on the loopback interface that can be cut, fall silent, stall, or be slow."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHUNK = 32
"""Bytes that a slow line hands on at a time; a serial port's buffer holds about as many."""

KERNEL_BUFFER = 2048
"""Bytes asked of the kernel beside a slow line, so that what is sent waits with its sender."""

_RESET = struct.pack("ii", 1, 0)


class Link:
    """Stands between the clients that connect to `port` and a host's port."""

    def __init__(self, host_port: int, *, rate: float = 0.0) -> None:
        """Describe the line.

        Args:
            host_port: Where the host listens on the loopback interface.
            rate: Bytes a second in each direction; 0 for as fast as it goes.
        """
        self._host_port = host_port
        self.rate = rate
        """May be changed; buffers are short if the line was slow from the start."""
        self._silent = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: list[asyncio.StreamWriter] = []
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.up = self.down = 0
        """Bytes that reached the host, and that reached the client."""

    async def __aenter__(self) -> Self:
        listening = socket.create_server(("127.0.0.1", 0))
        self._shorten(listening)
        self.port = listening.getsockname()[1]
        self._server = await asyncio.start_server(self._join, sock=listening, limit=CHUNK)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for writer in self._writers:
            with suppress(OSError):
                await writer.wait_closed()

    # What befalls a line

    def cut(self) -> None:
        """Reset both ends, as a firewall or a host that starts again does."""
        for pump in self._pumps:
            pump.cancel()
        for writer in self._writers:
            sock = writer.get_extra_info("socket")
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    def fall_silent(self) -> None:
        """Lose everything in both directions; neither end is told."""
        self._silent = True

    def stall(self) -> None:
        """Take nothing from the host any more, as a client that does not read."""
        self._flows.clear()

    def flow(self) -> None:
        """Take everything again."""
        self._flows.set()

    # The two directions

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = socket.socket()
        self._shorten(sock)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self._host_port))
        from_host, to_host = await asyncio.open_connection(sock=sock, limit=CHUNK)
        self._writers += (writer, to_host)
        for pump in (self._pump_up(reader, to_host), self._pump_down(from_host, writer)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    def _shorten(self, sock: socket.socket) -> None:
        if self.rate:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    async def _pump_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for data in self._carried(reader):
            self.up += len(data)
            await self._hand_on(writer, data)
        writer.close()

    async def _pump_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for data in self._carried(reader):
            await self._flows.wait()
            self.down += len(data)
            await self._hand_on(writer, data)
        writer.close()

    async def _carried(self, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        """Yield what comes, each piece after the time that it takes on the line."""
        loop = asyncio.get_running_loop()
        free = loop.time()
        with suppress(OSError):
            while data := await reader.read(CHUNK if self.rate else 65536):
                if self.rate:
                    free = max(free, loop.time()) + len(data) / self.rate
                    await asyncio.sleep(free - loop.time())
                yield data

    async def _hand_on(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not self._silent and not writer.is_closing():
            with suppress(OSError):
                writer.write(data)
                await writer.drain()
