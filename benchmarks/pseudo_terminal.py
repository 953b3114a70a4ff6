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

import pyte

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS, COLUMNS = 24, 80
QUIET = 0.12
"""Seconds without output after which a screen counts as painted."""
PATIENCE = 20.0


class PseudoTerminal:
    """Starts a program, sees what it paints, and says when."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._started = self._last = time.perf_counter()
        self.received = 0
        """Bytes that the program has written so far."""
        self._pid, self._master = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
            os.execvpe(command[0], list(command), environment)  # noqa: S606 - the bench's child
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    @property
    def pid(self) -> int:
        """Return the program's process id."""
        return self._pid

    @property
    def text(self) -> str:
        """Return what stands on the screen."""
        return "\n".join(self._screen.display)

    def started(self, text: str) -> float:
        """Return the seconds from the program's start until the screen with the text was whole."""
        end = time.perf_counter() + PATIENCE
        while text not in self.text:
            self._read(end - time.perf_counter())
        self.settle()
        return self._last - self._started

    def press(self, keys: str) -> float:
        """Send keys; return the seconds until the last byte of what they painted has come."""
        begin = time.perf_counter()
        os.write(self._master, keys.encode())
        self._read(PATIENCE)
        self.settle()
        return self._last - begin

    def type(self, keys: str) -> None:
        """Send keys and wait until nothing more comes, long enough for a guard against haste."""
        os.write(self._master, keys.encode())
        self.settle(3 * QUIET)

    def settle(self, quiet: float = QUIET) -> None:
        """Wait until nothing more comes."""
        while select.select([self._master], [], [], quiet)[0]:
            self._read(0)

    def close(self) -> None:
        """End the program."""
        os.close(self._master)
        os.kill(self._pid, 9)
        os.waitpid(self._pid, 0)

    def _read(self, timeout: float) -> None:
        if not select.select([self._master], [], [], max(timeout, 0))[0]:
            raise TimeoutError(f"the program painted nothing:\n{self.text}")
        data = os.read(self._master, 65536)
        self._last = time.perf_counter()
        self.received += len(data)
        self._stream.feed(data)
