"""Where the keys of a TOML document stand: a map from key paths to line numbers.

The second pass over a file that has problems. The text is known to be valid TOML, so the scanner
only skips values correctly; it does not interpret them.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""Keys from the root; a whole number is an index into an array or an array of tables."""

_BASIC = r'"(?:[^"\\\n]++|\\.)*+"'
_LITERAL = r"'[^'\n]*'"
_KEY_PART = rf"(?:[A-Za-z0-9_-]+|{_BASIC}|{_LITERAL})"
_KEY = re.compile(rf"{_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART})*")
_PART = re.compile(_KEY_PART)
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_PLAIN_LINE = re.compile(
    rf"([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:{_BASIC}(?!\")|[-+A-Za-z0-9_.: ]+)[ \t\r]*(?:#[^\n]*)?\n"
)
_SCALAR = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']++|'(?!''))*+'{3,5}"
    rf"|{_BASIC}|{_LITERAL}|[^,\]}}\n#]+",
    re.DOTALL,
)


def locate(text: str) -> Mapping[KeyPath, int]:
    """Return the line, counted from 1, of every key, table and array element of a document."""
    scan = _Scan(text)
    with suppress(RecursionError):  # nested absurdly deep: what was found so far stands
        scan.document()
    return scan.lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """Return the line of a path, or of the closest parent that has one."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


class _Scan:
    """One walk over a document; `table` is the path that the last header opened."""

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.lines: dict[KeyPath, int] = {}
        self.line = 1
        self.at = 0
        self.table: KeyPath = ()
        self.last_index: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Walk over all statements."""
        self.skip(_GAP)
        while self.at < len(self.text):
            plain = _PLAIN_LINE.match(self.text, self.at)
            if plain is not None:
                self.lines[(*self.table, plain[1])] = self.line
                self.at = plain.end()
                self.line += 1
            elif self.text.startswith("[[", self.at):
                self.open_element()
            elif self.text[self.at] == "[":
                self.open_table()
            else:
                self.pair(self.table)
            self.skip(_GAP)

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Pass over what a pattern matches here and return it; count its lines."""
        found = pattern.match(self.text, self.at)
        if found is None:
            self.at = len(self.text)
            return ""
        self.line += self.text.count("\n", self.at, found.end())
        self.at = found.end()
        return found[0]

    def key(self) -> tuple[str, ...]:
        """Pass over a bare, quoted or dotted key and return its parts."""
        return tuple(_part(found[0]) for found in _PART.finditer(self.skip(_KEY)))

    def open_table(self) -> None:
        """Pass over `[a.b]`."""
        self.at += 1
        self.skip(_GAP)
        self.table = self.within_elements(self.key())
        self.mark((), self.table)
        self.skip(_GAP)
        self.at += 1

    def open_element(self) -> None:
        """Pass over `[[a.b]]`: the next element of an array of tables."""
        self.at += 2
        self.skip(_GAP)
        *parents, name = self.key() or ("",)
        array = (*self.within_elements(tuple(parents)), name)
        self.last_index[array] = self.last_index.get(array, -1) + 1
        self.table = (*array, self.last_index[array])
        self.mark((), self.table)
        self.skip(_GAP)
        self.at += 2

    def within_elements(self, key: tuple[str, ...]) -> KeyPath:
        """Return the path of a header's key: arrays of tables stand for their last element."""
        path: KeyPath = ()
        for part in key:
            path = (*path, part)
            if path in self.last_index:
                path = (*path, self.last_index[path])
        return path

    def mark(self, base: KeyPath, path: KeyPath) -> None:
        """Note the present line for a path and for those of its parents that have none yet."""
        for length in range(len(base) + 1, len(path)):
            self.lines.setdefault(path[:length], self.line)
        self.lines[path] = self.line

    def pair(self, base: KeyPath) -> None:
        """Pass over `key = value`."""
        path = (*base, *self.key())
        self.mark(base, path)
        self.skip(_EQUALS)
        self.value(path)

    def value(self, path: KeyPath) -> None:
        """Pass over a value of any kind."""
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            self.skip(_SCALAR)

    def array(self, path: KeyPath) -> None:
        """Pass over `[1, 2]`, noting the line of each element."""
        self.at += 1
        index = 0
        while self.more("]"):
            self.lines[(*path, index)] = self.line
            self.value((*path, index))
            index += 1

    def inline_table(self, path: KeyPath) -> None:
        """Pass over `{ a = 1 }`."""
        self.at += 1
        while self.more("}"):
            self.pair(path)

    def more(self, closing: str) -> bool:
        """Pass over a comma or the closing bracket; tell whether another element follows."""
        self.skip(_GAP)
        if self.text.startswith(",", self.at):
            self.at += 1
            self.skip(_GAP)
        if self.text.startswith(closing, self.at):
            self.at += 1
            return False
        return self.at < len(self.text)


def _part(written: str) -> str:
    """Return a key part without its quotes and escapes."""
    if written[0] == "'":
        return written[1:-1]
    if written[0] != '"':
        return written
    return _unescape(written)


_LONG_ESCAPE = re.compile(r"\\U([0-9A-Fa-f]{8})")


def _unescape(written: str) -> str:
    r"""Return the text of a basic string; TOML's escapes are JSON's and `\U`."""
    known = _LONG_ESCAPE.sub(lambda found: json.dumps(chr(int(found[1], 16)))[1:-1], written)
    try:
        return str(json.loads(known, strict=False))
    except ValueError:
        return written[1:-1]
