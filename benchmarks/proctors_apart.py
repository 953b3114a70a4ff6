"""Proctors' terminals in a process of their own, so that reading their screens delays no seat.

Proctors and participants sit at different computers. Were both read in one process, a proctor's
screen of 132x43 would keep that process for longer than a key takes, and the hall would be blamed.
The process gives way to the hall and the seats: what it needs must not count against an answer.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import multiprocessing
import socket
from typing import TYPE_CHECKING, Any, cast

import asyncssh
from attrs import frozen

from benchmarks.hall_proctors import Watcher
from cact_tui.ssh.tuning import give_way

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 1 << 20
"""Bytes in a line between the processes: an error holds a screen."""


class ProctorsApart:
    """Starts the process; `proctors` are those in it, by the order of their keys."""

    def __init__(self, port: int, keys: Mapping[str, asyncssh.SSHKey]) -> None:
        own, other = socket.socketpair()
        exported = {name: key.export_private_key() for name, key in keys.items()}
        start = multiprocessing.get_context("spawn").Process
        self._process = start(target=_run, args=(other, port, exported), daemon=True)
        self._process.start()
        other.close()
        self._socket = own
        self._asked: dict[int, asyncio.Future[float]] = {}
        self._numbers = itertools.count()
        self._writer: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[None] | None = None
        self.proctors = [Proctor(name, self) for name in keys]

    async def ready(self) -> None:
        """Wait until the process takes orders."""
        reader, self._writer = await asyncio.open_connection(sock=self._socket, limit=LONGEST)
        await reader.readline()
        self._hearing = asyncio.create_task(self._hear(reader))

    async def close(self) -> None:
        """End the process, and with it all lines of its proctors."""
        if self._writer is not None:
            self._writer.close()
        if self._hearing is not None:
            await self._hearing
        self._process.join()

    def ask(self, name: str, deed: str, *words: str) -> asyncio.Future[float]:
        """Have a proctor do something; return the seconds that it took, when it is done.

        Raises:
            TimeoutError: what was to come did not come, by awaiting the future.
        """
        if self._writer is None:
            raise RuntimeError("the proctors' process is not ready")
        number = next(self._numbers)
        done = self._asked[number] = asyncio.get_running_loop().create_future()
        self._writer.write(_line([number, name, deed, *words]))
        return done

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        async for line in reader:
            number, seconds, trouble = json.loads(line)
            done = self._asked.pop(number)
            if trouble:
                done.set_exception(TimeoutError(trouble))
            else:
                done.set_result(seconds)
        for done in self._asked.values():
            done.set_exception(TimeoutError("the proctors' process ended"))


@frozen
class Proctor:
    """A proctor in the other process: what a `Watcher` can do, asked for from here."""

    name: str
    _apart: ProctorsApart

    async def connect(self) -> None:
        """Sign in and wait for the room."""
        await self._apart.ask(self.name, "connect")

    async def hang_up(self) -> None:
        """Cut the line."""
        await self._apart.ask(self.name, "hang_up")

    async def send(self, keys: str) -> None:
        """Press keys."""
        await self._apart.ask(self.name, "send", keys)

    async def press(self, keys: str, words: str) -> float:
        """Press keys; return the seconds until what they lead to is on the screen."""
        return await self._apart.ask(self.name, "press", keys, words)

    async def choose(self, number: str) -> None:
        """Search for one participant by number."""
        await self._apart.ask(self.name, "choose", number)

    async def move(self, key: str) -> float:
        """Press a key that moves the cursor; return the seconds until the details follow it."""
        return await self._apart.ask(self.name, "move", key)


def _line(message: list[Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


# In the other process


def _run(end: socket.socket, port: int, keys: Mapping[str, bytes]) -> None:
    give_way()
    watchers = {
        name: Watcher(name, asyncssh.import_private_key(key), port) for name, key in keys.items()
    }
    asyncio.run(_obey(end, watchers))


async def _obey(end: socket.socket, watchers: Mapping[str, Watcher]) -> None:
    reader, writer = await asyncio.open_connection(sock=end, limit=LONGEST)
    writer.write(_line([]))
    doing = set[asyncio.Task[None]]()
    async for line in reader:
        number, name, deed, *words = json.loads(line)
        task = asyncio.create_task(_do(writer, number, watchers[name], deed, words))
        doing.add(task)
        task.add_done_callback(doing.discard)


async def _do(
    writer: asyncio.StreamWriter, number: int, watcher: Watcher, deed: str, words: list[str]
) -> None:
    try:
        seconds, trouble = await _deed(watcher, deed, *words), ""
    except (TimeoutError, OSError, asyncssh.Error) as error:
        seconds, trouble = 0.0, str(error) or type(error).__name__
    writer.write(_line([number, seconds, trouble]))


async def _deed(watcher: Watcher, deed: str, *words: str) -> float:
    did = getattr(watcher, deed)(*words)
    return cast("float", (await did) if asyncio.iscoroutine(did) else 0.0) or 0.0
