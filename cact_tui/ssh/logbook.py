"""The hall's log: one JSON object a line, codes and addresses, never a name or an answer."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cact_tui.clock import iso
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.clock import Clock

_LONGEST: Final = 200
_FRAMES: Final = 12
_MODE: Final = 0o600
_OPENING: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


class Logbook:
    """Writes to a file of its own, line by line, or to standard error.

    A log that cannot be written stops nobody's test: the line is lost, and the next one that holds
    says how many were (`lines_lost`).
    """

    def __init__(self, clock: Clock, path: Path | None = None, **always: object) -> None:
        """Open the log.

        Args:
            clock: For the time of each line, UTC.
            path: The file, made 0600; standard error when there is none.
            always: What every line says besides, such as the worker's number.
        """
        self._clock = clock
        self._path = path
        self._always = always
        self._file: int | None = None
        self._lost = 0
        with suppress(OSError):
            self._file = _opened(path) if path else None

    def tell(self, event: str, **facts: object) -> None:
        """Write one line."""
        line = {"at": iso(self._clock.wall_ms()), "event": event, **self._always, **facts}
        if self._lost:
            line["lines_lost"] = self._lost
        try:
            self._write(json.dumps(line, default=_harmless, ensure_ascii=True) + "\n")
        except (OSError, ValueError):
            self._lost += 1
        else:
            self._lost = 0

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, line: str) -> None:
        if self._path is None:
            sys.stderr.write(line)
            sys.stderr.flush()
            return
        if self._file is None:
            self._file = _opened(self._path)
        _append(self._file, line.encode("ascii"))


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


def _opened(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, _OPENING, _MODE)


def _append(file: int, line: bytes) -> None:
    """Append a line as a whole; what a full disk took of it is taken back.

    Several processes share the file: the lock keeps one from taking back another's line.

    Raises:
        OSError: it could not be written.
    """
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        written = os.write(file, line)
        if written < len(line):
            size = os.fstat(file).st_size
            with suppress(OSError):
                os.ftruncate(file, size - written)
            raise OSError("half a line")
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
