"""A person at a terminal: a program on a pty of its own, and what its screen shows."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import termios
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.terminal.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PATIENCE = 15.0
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Seat:
    """One running program and its terminal."""

    def __init__(
        self, command: list[str], environment: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        self.terminal = Emulator(*size)
        self.leader, follower = os.openpty()
        termios.tcsetwinsize(follower, (size[1], size[0]))
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *command],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
            env=environment,
        )
        os.close(follower)

    def send(self, text: str) -> None:
        os.write(self.leader, text.encode())

    def resize(self, width: int, height: int) -> None:
        self.terminal.new_screen(width, height)
        termios.tcsetwinsize(self.leader, (height, width))

    def wait_for(self, holds: Callable[[], bool], *, reading: bool = True) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, self.terminal.text
            self.look() if reading else time.sleep(0.01)

    def look(self) -> None:
        if select.select([self.leader], [], [], 0.02)[0]:
            try:
                self.terminal.write(os.read(self.leader, 65536))
            except OSError:  # the program has closed its side
                time.sleep(0.01)

    def wait_for_text(self, text: str) -> None:
        self.wait_for(lambda: text in self.terminal.text)

    def wait_for_end(self, *, reading: bool = True) -> int:
        self.wait_for(lambda: self.process.poll() is not None, reading=reading)
        return self.process.returncode

    @property
    def sent(self) -> bytes:
        return b"".join(self.terminal.sent)

    def modes(self) -> list[object]:
        return termios.tcgetattr(self.leader)

    def go_away(self) -> None:
        with suppress(OSError):
            os.close(self.leader)


@contextmanager
def seated(
    command: list[str], *, term: str = "xterm-256color", size: tuple[int, int] = (80, 24)
) -> Iterator[Seat]:
    """Run a Python program on a terminal and end it in any case."""
    environment = {"TERM": term, "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
    seat = Seat([sys.executable, *command], environment, size)
    try:
        yield seat
    finally:
        seat.process.kill()
        seat.process.wait()
        seat.go_away()
