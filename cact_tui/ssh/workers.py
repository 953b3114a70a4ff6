"""A hall's other processes: started, watched, started again, stopped together.

Several workers may share one port. Each listens for itself (SO_REUSEPORT), so the kernel spreads
the connections and hands none to a dead one. Sessions are bound to no worker: what keeps writers
apart is the store alone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Final

from cact_tui.ssh.pulse import SILENT_SECONDS, Pulse, beating

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cact_tui.ssh.logbook import Logbook

STOP_SECONDS: Final = 10.0
_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a worker is started again; the last one for all further times."""

_STEADY_SECONDS: Final = 60.0


def bound_socket(address: str, port: int) -> socket.socket:
    """Return a socket bound to an address, sharing its port with other workers.

    Raises:
        OSError: the address is not this host's, or the port is another program's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock


class Supervisor:
    """Keeps processes running that end by themselves when their standard input does."""

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        log: Logbook,
        *,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        """Take what to start, by the name that the log has for it.

        A process without a sign of life for `silent_seconds` is ended.
        """
        self._commands = commands
        self._log = log
        self._silent_seconds = silent_seconds
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """Keep them running until `stop`; return how many had to be killed then."""
        keepers = [asyncio.create_task(self._keep(name)) for name in self._commands]
        await self._stopping.wait()
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        late = await self._ended_late(keepers)
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.kill()
        await asyncio.gather(*keepers)
        return late

    async def _ended_late(self, keepers: Collection[asyncio.Task[None]]) -> int:
        """Wait for the end of all; return how many did not come to it in time."""
        if not keepers:
            return 0
        _, late = await asyncio.wait(keepers, timeout=STOP_SECONDS)
        return len(late)

    def stop(self) -> None:
        """Have everything end."""
        self._stopping.set()

    async def _keep(self, name: str) -> None:
        """Run one process, again and again."""
        failures = 0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            code = await self._run_once(name)
            if self._stopping.is_set():
                return
            failures = 0 if loop.time() - began > _STEADY_SECONDS else failures + 1
            pause = _PAUSES[min(failures, len(_PAUSES)) - 1] if failures else 0.0
            self._log.tell("worker-died", worker=name, code=code, again_in=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause or 0.001)

    async def _run_once(self, name: str) -> int | str:
        """Run one process to its end; return its exit code, or why it could not be started.

        A key that interrupts this one does not reach it.
        """
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    process = await asyncio.create_subprocess_exec(
                        *self._commands[name], stdin=theirs.fileno(), start_new_session=True
                    )
            except OSError as error:  # no memory, processes or files left: that may pass
                return error.strerror or str(error)
            self._processes[name] = process
            self._log.tell("worker-started", worker=name, pid=process.pid)
            if self._stopping.is_set():
                process.terminate()
            watching = asyncio.create_task(self._end_when_silent(name, process, Pulse(ours)))
            try:
                return await process.wait()
            finally:
                watching.cancel()
                await asyncio.wait((watching,))

    async def _end_when_silent(
        self, name: str, process: asyncio.subprocess.Process, pulse: Pulse
    ) -> None:
        """End a process whose loop stands still: what it served can only go on in another one."""
        await pulse.silent(self._silent_seconds)
        self._log.tell("worker-silent", worker=name, seconds=self._silent_seconds)
        with suppress(ProcessLookupError):
            process.kill()


def this_program(*arguments: str) -> tuple[str, ...]:
    """Return the command that starts this program again with other arguments."""
    return (sys.executable, "-m", "cact_tui", *arguments)


async def until_told_to_stop(*, orphaned: bool = False) -> str:
    """Wait for SIGTERM, SIGINT or SIGHUP and return its name.

    With `orphaned`, also for the end of standard input, which a supervisor holds open as long as
    it lives; meanwhile the supervisor is given signs of life.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Future[str] = loop.create_future()

    def tell(reason: str) -> None:
        if not told.done():
            told.set_result(reason)

    def listen() -> None:
        with suppress(ConnectionResetError):  # it ended before it heard all signs of life
            if os.read(0, 64):
                return
        loop.remove_reader(0)
        tell("orphaned")

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, tell, number.name)
    if orphaned:
        loop.add_reader(0, listen)
    try:
        async with beating(0) if orphaned else nullcontext():
            return await told
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
