"""A person at a terminal with the real program on it: reads the screen, presses keys, waits."""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.crash.event import CACT
from tests.terminal.seat import Seat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 60.0
"""Seconds until a person gives up; the cores may be busy."""

REACTION = 0.18
"""Seconds from the arrival of something new to a key: the program ignores keys that come sooner,
for nobody can have read it."""

QUIET = 0.06
"""Seconds without a change after which a screen is taken to be whole."""

AGAIN = 1.0
"""Seconds after which a key that changed nothing is pressed again."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "pgdn": "\x1b[6~",
    "pgup": "\x1b[5~",
    "tab": "\t",
    "backspace": "\x7f",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f9": "\x1b[20~",
}

CLOCK = re.compile(r"\d\d:\d\d:\d\d")

OPTION = re.compile(r"^\s*[(\[][ *x][)\]][ >]([A-H])  \S")
"""A line on which an option begins, with its letter."""


class Person:
    """One participant, in front of one running program."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._still: tuple[object, object] = ("", "")
        self._moved = self._came = 0.0

    # The screen

    @property
    def rows(self) -> list[str]:
        """Return the lines of the screen."""
        return [row.rstrip() for row in self.seat.terminal.screen.display]

    @property
    def text(self) -> str:
        """Return the screen."""
        return "\n".join(self.rows)

    @property
    def words(self) -> str:
        """Return the screen as running text."""
        return " ".join(self.text.split())

    @property
    def foot(self) -> str:
        """Return the line that says whether the answer is saved, and the line of the keys."""
        return "\n".join(self.rows[-2:])

    @property
    def letters(self) -> str:
        """Return the letters of the options on the screen."""
        return "".join(found[1] for row in self.rows if (found := OPTION.match(row)))

    def sees(self, *texts: str) -> bool:
        """Return whether all of these stand on the screen."""
        return all(text in self.text or text in self.words for text in texts)

    # Waiting

    def wait_until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Read the screen until something holds."""
        deadline = time.monotonic() + patience
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {patience:g} s in vain before\n{self.text}")
            if self.seat.process.poll() is not None:
                self.read_rest()
                assert holds(), f"the program ended ({self.seat.process.returncode})\n{self.text}"
            self.look()

    def wait_for(self, *texts: str) -> None:
        """Read the screen until all of these stand on it, and it has come to rest."""
        self.wait_until(lambda: self.sees(*texts))
        self.settle()

    def wait_for_any(self, *texts: str) -> str:
        """Read the screen until one of these stands on it; return it."""
        self.wait_until(lambda: any(self.sees(text) for text in texts))
        self.settle()
        return next(text for text in texts if self.sees(text))

    def settle(self) -> None:
        """Read on until the screen is whole and a person could have read what is new on it."""
        while time.monotonic() < max(self._moved + QUIET, self._came + REACTION):
            self.look()

    def look(self) -> None:
        """Read what has come, and notice whether it is a change, and something new."""
        chunks = len(self.seat.terminal.sent)
        self.seat.look()
        if len(self.seat.terminal.sent) == chunks:
            return
        still = self._all_but_the_clock()
        if still != self._still:
            self._moved = time.monotonic()
            if still[0] != self._still[0]:
                self._came = self._moved
            self._still = still

    def _all_but_the_clock(self) -> tuple[object, object]:
        """Return the two lines at the head, which change when something new comes, and the rest."""
        head = CLOCK.sub("", "\n".join(self.rows[:2]))
        return head, self.seat.terminal.looks()[1:]

    def wait_for_end(self) -> int:
        """Return the exit code of the program."""
        code = self.seat.wait_for_end()
        self.read_rest()
        return code

    def read_rest(self) -> None:
        """Read what an ended program has left."""
        before = -1
        while before != self.seat.terminal.bytes:
            before = self.seat.terminal.bytes
            self.look()

    # Keys

    def send(self, *keys: str) -> None:
        """Press keys, by name or as text, without looking what comes of it."""
        for key in keys:
            self.seat.send(KEYS.get(key, key))

    def press(self, *keys: str) -> None:
        """Press keys, each until it has changed the screen."""
        for key in keys:
            before = self._still
            self.press_until(key, lambda before=before: self._still != before)  # type: ignore[misc]

    def press_until(self, key: str, holds: Callable[[], bool]) -> None:
        """Press a key until something holds; again when the screen rests and it does not yet."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{key!r} has no effect on\n{self.text}"
            before, again = self._still, time.monotonic() + AGAIN
            self.send(key)
            self.wait_until(
                lambda before=before, again=again: (  # type: ignore[misc]
                    self._still != before or time.monotonic() > again
                )
            )
            self.settle()

    def type(self, text: str) -> None:
        """Type a text into a field and see it there."""
        self.send(text)
        self.wait_for(text)


@contextmanager
def at_a_terminal(
    command: list[str],
    *,
    term: str = "xterm-256color",
    size: tuple[int, int] = (80, 24),
    extra: dict[str, str] | None = None,
) -> Iterator[Person]:
    """Seat a person in front of a program; it is killed when the person leaves."""
    seat = Seat(
        command,
        {"TERM": term, "LANG": "C.UTF-8", "PATH": os.environ["PATH"], **(extra or {})},
        size,
    )
    try:
        yield Person(seat)
    finally:
        seat.process.kill()
        seat.process.wait()
        seat.go_away()


def take(config: Path, *options: str) -> list[str]:
    """Return the command that a participant's seat runs."""
    return [str(CACT), "take", "--config", str(config), *options]


def hang_up(person: Person) -> None:
    """Take the terminal away, as a cut line or a closed window does."""
    person.seat.go_away()


def kill(person: Person) -> None:
    """End the program as a power failure would, as far as it can tell."""
    person.seat.process.send_signal(signal.SIGKILL)
    person.seat.process.wait()
