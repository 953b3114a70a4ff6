"""The bytes of a TOML file, read and parsed; whatever is wrong with them becomes `Unreadable`."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, Any

import tomli

from cact_tui.errors import CactError, Problem
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
"""A bank of 10,000 items has about 15 MB."""

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


_IN_OTHER_WORDS = {
    "Cannot overwrite a value": ("a key is given twice", "remove one"),
    "Cannot declare": ("a table is declared twice", "remove one, or write [[…]]"),
    "Cannot mutate immutable namespace": ("a table is given in two ways", "give it in one place"),
}
"""tomli's words for what authors do wrong most often, and better ones with a cure."""


class Unreadable(CactError):
    """A file cannot be read as TOML at all."""

    def __init__(self, message: str, cure: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
        self.line = line

    def problem(self, label: str) -> Problem:
        """Return the fault as a problem of the file of that label."""
        return Problem(path=label, key="", message=self.message, cure=self.cure, line=self.line)


def file_bytes(path: Path) -> bytes:
    """Return the bytes of an ordinary file of bearable size."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable("is not a file", "name a TOML file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable("does not exist", "create it, or correct the path") from None
    except PermissionError:
        raise Unreadable("may not be read", f"chmod u+r {path}, or run as its owner") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(f"cannot be read: {reason}", "check the path and the disk") from None
    return data


def parse_bytes(data: bytes) -> dict[str, Any]:
    """Return the values of a TOML 1.0 document."""
    text = _decode(data)
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _syntax(str(error), text) from None
    except RecursionError:
        raise Unreadable("is nested too deeply", "use fewer brackets within brackets") from None
    except ValueError as error:
        raise Unreadable(f"is not valid TOML: {clean_line(str(error))}", "correct it") from None


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        size = f"is larger than {MAX_BYTES // 1024**2} MB"
        raise Unreadable(size, "split it into several files")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is UTF-16 text", "save it as UTF-8 without a byte order mark", 1)
    if data.startswith(b"\xef\xbb\xbf"):
        raise Unreadable("begins with a byte order mark", "save it as UTF-8 without one", 1)
    nul = data.find(b"\0")
    if nul >= 0:
        raise Unreadable("holds a NUL byte", "remove it; is this a text file?", _line(data, nul))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"byte 0x{data[error.start]:02X} is not UTF-8"
        raise Unreadable(message, "save the file as UTF-8", _line(data, error.start)) from None


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _syntax(message: str, text: str) -> Unreadable:
    """Return tomllib's message with its place as a line."""
    place = _PLACE.search(message)
    what, cure = _words(clean_line(_PLACE.sub("", message)))
    if place is None or place[1] is None:
        last = text.rstrip("\n").count("\n") + 1
        return Unreadable(f"is not valid TOML: {what} at the end", "complete it", last)
    return Unreadable(f"is not valid TOML: {what} at column {place[2]}", cure, int(place[1]))


def _words(what: str) -> tuple[str, str]:
    for words, other in _IN_OTHER_WORDS.items():
        if what.startswith(words):
            return other
    return what, "correct the syntax"
