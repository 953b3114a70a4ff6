"""A proctor in front of a real tmux: presses keys, reads what stands in its pane, waits."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.person import PATIENCE
from tests.tui.proctor.day import Stroke, Typed, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_KEYS = {"Shift+F": "F", "Shift+G": "G"}
"""Keys of the docs by the names that tmux has for them; the others are the same."""

_LOOK = 0.05
"""Seconds between two looks at the pane."""


class Pane:
    """A program in a window of 80x24."""

    def __init__(self, tmux: tuple[str, ...]) -> None:
        self._tmux = tmux

    @property
    def text(self) -> str:
        """Return what stands in the pane."""
        return self._run("capture-pane", "-p")

    def sees(self, *texts: str) -> bool:
        """Return whether all of these stand in the pane."""
        shown = self.text
        return all(text in shown for text in texts)

    def ended(self) -> bool:
        """Return whether the program has ended, and its window with it."""
        asked = subprocess.run([*self._tmux, "has-session"], check=False, capture_output=True)
        return asked.returncode != 0

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                shown = "a window that is gone" if self.ended() else self.text
                raise AssertionError(f"waited in vain before\n{shown}")
            time.sleep(_LOOK)

    def wait_for(self, *texts: str) -> None:
        """Wait until all of these stand in the pane."""
        self.wait_until(lambda: self.sees(*texts))

    def wait_for_none_of(self, text: str) -> None:
        """Wait until something stands in the pane no more."""
        self.wait_until(lambda: not self.sees(text))

    def perform(self, task: str, said: Mapping[str, str] | None = None) -> None:
        """Press the keys of a task of the day, as fast as they are taken."""
        for step in steps(task, said or {}):
            self.type(step.text) if isinstance(step, Typed) else self._press(step)

    def press(self, *keys: str) -> None:
        """Press keys that belong to no task."""
        for key in keys:
            self._press(Stroke(key))

    def type(self, text: str) -> None:
        """Type a text."""
        self._run("send-keys", "-l", text)

    def _press(self, stroke: Stroke) -> None:
        self._run("send-keys", _KEYS.get(stroke.key, stroke.key))

    def _run(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"tmux {words}: {done.stderr}"
        return done.stdout


@contextmanager
def in_tmux(command: list[str]) -> Iterator[Pane]:
    """Run a command in a tmux of its own; it ends with it."""
    program = shutil.which("tmux")
    assert program is not None, "install tmux; .ci/run names the package"
    with tempfile.TemporaryDirectory(prefix="cact-tmux-") as folder:
        tmux = (program, "-u", "-f", os.devnull, "-S", str(Path(folder) / "socket"))
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": folder}
        size = ("-x", "80", "-y", "24")
        subprocess.run(
            [*tmux, "new-session", "-d", *size, *command], env=environment, check=True, cwd=folder
        )
        try:
            yield Pane(tmux)
        finally:
            subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
