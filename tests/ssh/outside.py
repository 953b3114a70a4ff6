"""A hall that runs as a process of its own, seen from its terminals."""

from __future__ import annotations

import asyncio
import re
import socket
import statistics
import subprocess
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import asyncssh

from tests.crash.event import CACT
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.ssh.house import House

BETWEEN_KEYS = 0.03
PATIENCE = 30.0
NEIGHBOUR_P99 = 0.1
"""Seconds from a neighbour's key to its frame, whatever others do."""

BUSY_P99 = 0.5
"""The same beside other tests on two cores; what it must catch are seconds."""


def with_hall(config: Path, port: int, participants: int = 4) -> None:
    """Add the table of a hall to a configuration."""
    with config.open("a") as file:
        file.write(
            f'\n[hall]\nport = {port}\nnetworks = ["127.0.0.0/8"]\nlog = "var/hall.log"\n'
            f"participants = {participants}\nparticipants_per_worker = {participants}\n"
        )


def serve(config: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a hall; return once it answers."""
    command = [str(CACT), "serve", "--config", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "the hall has ended"
        assert time.monotonic() < deadline, "the hall does not answer"
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                assert connection.recv(8) == b"SSH-2.0-"
                return process
        except OSError:
            time.sleep(0.05)


class Outside:
    """Connects visitors to a port, and hangs up when it is left."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connections: list[asyncssh.SSHClientConnection] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.abort()
        for connection in self._connections:
            await connection.wait_closed()
        # Transports close in the turn after.
        await asyncio.sleep(0.05)

    async def connect(
        self, username: str = "seat-07", *, port: int = 0, **options: Any
    ) -> asyncssh.SSHClientConnection:
        """Sign in as somebody, with nothing to prove it unless it is given."""
        given = {"client_keys": [], "password": None, **options}
        connection = await asyncssh.connect(
            "127.0.0.1",
            port or self._port,
            username=username,
            known_hosts=None,
            agent_path=None,
            config=[],
            **given,
        )
        self._connections.append(connection)
        return connection


@asynccontextmanager
async def neighbour(outside: House | Outside) -> AsyncIterator[list[float]]:
    """Have somebody press keys all the while; give the seconds from each key to its frame."""
    took: list[float] = []
    visitor = await Visitor.at(outside, "seat-99")
    await visitor.until_sees("Choose a language")
    keys = asyncio.create_task(_press(visitor, took))
    try:
        yield took
    finally:
        keys.cancel()
        await asyncio.gather(keys, return_exceptions=True)
    assert not visitor.ended
    await visitor.until_sees("Choose a language")


async def _press(visitor: Visitor, took: list[float]) -> None:
    loop = asyncio.get_running_loop()
    for number in range(10**9):
        began, before = loop.time(), len(visitor.terminal.sent)
        visitor.send(b"\x1b[A" if number % 2 else b"\x1b[B")
        came = await visitor.until_comes(lambda: len(visitor.terminal.sent) > before)  # noqa: B023 - awaited at once
        took.append(came - began)
        await asyncio.sleep(BETWEEN_KEYS)


def p99(seconds: list[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(seconds, n=100)[98]


def resident(pid: int) -> float:
    """Return a process's resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024
