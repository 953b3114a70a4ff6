"""A program at a pseudo-terminal of 80 columns and 24 rows, timed at the master side."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS, COLUMNS = 24, 80
QUIET = 0.12
"""Seconds without output after which a screen counts as painted."""
PAUSE = 0.5
"""Seconds that a person takes to look."""


class PseudoTerminal:
    """Starts a program and says when its output comes."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
            os.execvpe(command[0], list(command), environment)  # noqa: S606 - the bench's child
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def wait_for(self, text: str, timeout: float = 20.0) -> float:
        """Return the seconds from now until the text has come; escape sequences may split it."""
        begin, seen = time.perf_counter(), b""
        while text.encode() not in seen:
            seen += self._read(begin + timeout - time.perf_counter())
        return time.perf_counter() - begin

    def painted(self) -> float:
        """Return the seconds from the start of the program until its screen stood whole."""
        last = time.perf_counter()
        while select.select([self._master], [], [], QUIET)[0]:
            os.read(self._master, 65536)
            last = time.perf_counter()
        return last - self.started

    def press(self, keys: str) -> float:
        """Send keys; return the seconds until the last byte of what they painted has come."""
        begin = time.perf_counter()
        os.write(self._master, keys.encode())
        self._read(10.0)
        last = time.perf_counter()
        while select.select([self._master], [], [], QUIET)[0]:
            os.read(self._master, 65536)
            last = time.perf_counter()
        return last - begin

    def type(self, keys: str) -> None:
        """Send keys and wait until nothing more comes, long enough for a guard against haste."""
        os.write(self._master, keys.encode())
        self.settle(PAUSE)

    def settle(self, quiet: float = QUIET) -> None:
        """Wait until nothing more comes."""
        while select.select([self._master], [], [], quiet)[0]:
            os.read(self._master, 65536)

    def close(self) -> None:
        """End the program."""
        os.close(self._master)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)

    def _read(self, timeout: float) -> bytes:
        if not select.select([self._master], [], [], max(timeout, 0))[0]:
            raise TimeoutError("the program painted nothing")
        return os.read(self._master, 65536)
