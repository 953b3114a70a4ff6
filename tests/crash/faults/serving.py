"""`cact serve` as it is installed, its seats over SSH, and a disk under it that fills up."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import socket
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Self

import asyncssh

from cact_tui.ssh.passwords import hashed
from tests.crash.event import CACT, small_event
from tests.crash.faults.trouble import mounted
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PASSWORD = "jangan-ditebak"  # noqa: S105 - of nobody
HALL = """\
[hall]
port = {port}
networks = ["127.0.0.0/8"]
proctors = "proctors.toml"
log = "log/hall.log"
[proctor]
heads = "heads/heads.jsonl"
disk_free_mb = 4
"""
PROCTORS = 'format = 1\n[[proctor]]\nname = "sri"\nrole = "chief"\npassword = "{password}"\n'
DISK_BYTES = 24 * 1024 * 1024
_BLOCK = b"x" * 4096


def hall_event(folder: Path) -> Path:
    """Lay out a small event with a hall on a free port."""
    config = small_event(folder)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    text = config.read_text(encoding="utf-8").replace('practice = "latihan"\n', "")
    config.write_text(f"{text}{HALL.format(port=port)}", encoding="utf-8")
    (folder / "proctors.toml").write_text(PROCTORS.format(password=hashed(PASSWORD)))
    return config


class Serving:
    """The program in a process of its own; `Visitor.at` takes it for a hall."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.log_path = config.parent / "log" / "hall.log"
        self._port = int(config.read_text().partition("\nport = ")[2].split("\n")[0])
        self._process: asyncio.subprocess.Process | None = None
        self._connections: list[asyncssh.SSHClientConnection] = []

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            CACT,
            "serve",
            "--config",
            self.config,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 30)
        assert line.startswith(b"listening"), line
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.abort()
            await connection.wait_closed()
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self._process.wait(), 30)
        await asyncio.sleep(0.05)  # transports close in the turn after

    async def stop(self) -> tuple[int, str]:
        """Have it close in good order; return its exit code and what it complained of."""
        assert self._process is not None
        assert self._process.stderr is not None
        self._process.send_signal(signal.SIGTERM)
        said = await asyncio.wait_for(self._process.stderr.read(), 30)
        return await self._process.wait(), said.decode()

    async def connect(self, username: str, **options: Any) -> asyncssh.SSHClientConnection:
        """Sign in as somebody."""
        given = {"client_keys": [], "password": None, **options}
        connection = await asyncssh.connect(
            "127.0.0.1",
            self._port,
            username=username,
            known_hosts=None,
            agent_path=None,
            config=[],
            **given,
        )
        self._connections.append(connection)
        return connection

    async def visit(self, username: str = "seat-07", **options: Any) -> Visitor:
        """Connect with a terminal."""
        house: Any = self
        return await Visitor.at(house, username, **options)

    def send_signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def log(self) -> list[dict[str, Any]]:
        """Return what the log says, each line of which must be an object."""
        return [json.loads(line) for line in self.log_path.read_text().splitlines()]

    def limit_files(self, size: int) -> None:
        """Let no file of the program grow past so many bytes from now on; -1 for any size."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[], None] | None]:
    """Put a folder on a small disk of its own; give what fills it, None where nobody may mount."""
    folder.mkdir(mode=0o700, parents=True)
    arguments = ("-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", str(folder))
    with mounted(folder, *arguments) as real:
        yield (lambda: _fill(folder / "filler")) if real else None


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as filler:
        while True:
            try:
                filler.write(_BLOCK)
            except OSError:
                return
