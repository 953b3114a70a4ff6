"""The hall's log: one JSON object a line, codes and addresses, never a name or an answer."""

from __future__ import annotations

import json
import sys
import traceback
from typing import TYPE_CHECKING, TextIO

from cact_tui.clock import iso
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.clock import Clock

_LONGEST = 200
_FRAMES = 12


class Logbook:
    """Writes to a file of its own, appended line by line, or to standard error."""

    def __init__(self, clock: Clock, path: Path | None = None, **always: object) -> None:
        """Open the log.

        Args:
            clock: For the time of each line, UTC.
            path: The file, made 0600; standard error when there is none.
            always: What every line says besides, such as the worker's number.
        """
        self._clock = clock
        self._always = always
        self._file = _opened(path) if path else None

    def tell(self, event: str, **facts: object) -> None:
        """Write one line; a log that cannot be written stops nobody's test."""
        line = {"at": iso(self._clock.wall_ms()), "event": event, **self._always, **facts}
        stream = self._file or sys.stderr
        try:
            stream.write(json.dumps(line, default=_harmless, ensure_ascii=True) + "\n")
            stream.flush()
        except (OSError, ValueError):
            return

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def fault_facts(error: BaseException) -> dict[str, object]:
    """Return what may be said of an exception: its type and where it arose.

    Its words and the values around it may quote a key, an answer or a name.
    """
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return {"fault": type(error).__name__, "frames": places}


def _module(path: str) -> str:
    """Return the last two parts of a path: enough to find a file, and nothing of the host."""
    return "/".join(path.split("/")[-2:])


def _harmless(value: object) -> str:
    return clean_line(str(value), _LONGEST)


def _opened(path: Path) -> TextIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return path.open("a", encoding="ascii")
