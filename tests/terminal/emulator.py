"""Terminals for tests: pyte screens, fed with the bytes that would go to a real one."""

from __future__ import annotations

import re
import unicodedata

import pyte

SENDABLE = re.compile(
    r"""(?:
        \x1b\[[0-9;]*m
      | \x1b\[(?:\d+(?:;\d+)?)?H
      | \x1b\[\d*C
      | \x1b\[K
      | \x1b\[2J
      | [^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]
    )*""",
    re.VERBOSE,
)
"""All that a frame may consist of."""

Look = tuple[str, str, str, tuple[bool, ...]]


class _Screen(pyte.Screen):
    """A screen whose erased cells have the background at most, as on most terminals."""

    background_erase = True

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:  # noqa: FBT001, FBT002
        before = self.cursor.attrs
        erased = self.default_char
        if self.background_erase:
            erased = erased._replace(bg=before.bg)
        self.cursor.attrs = erased
        super().erase_in_line(how, private)
        self.cursor.attrs = before


class Emulator:
    """A terminal that is also a channel; `backlog` is whatever a test says."""

    def __init__(self, width: int = 80, height: int = 24, *, background_erase: bool = True) -> None:
        self.backlog = 0
        self._background_erase = background_erase
        self.sent: list[bytes] = []
        self.new_screen(width, height)

    def new_screen(self, width: int, height: int) -> None:
        self.screen = _Screen(width, height)
        self.screen.background_erase = self._background_erase
        self._stream = pyte.ByteStream(self.screen)
        self._stream.feed(b"\x1b[?7l")

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        self._stream.feed(data)

    @property
    def bytes(self) -> int:
        return sum(map(len, self.sent))

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def looks(self) -> list[list[Look]]:
        """Return what is seen of every cell: on a blank only the background and lines are."""
        return [
            [self._look(y, x) for x in range(self.screen.columns)] for y in range(self.screen.lines)
        ]

    def _look(self, y: int, x: int) -> Look:
        cell = self.screen.buffer[y][x]
        lines = (cell.reverse, cell.underscore, cell.strikethrough)
        if cell.data in {" ", ""} and not any(lines):
            return cell.data, "", cell.bg, lines
        seen = unicodedata.normalize("NFC", cell.data)
        return seen, cell.fg, cell.bg, (cell.bold, cell.italics, *lines)
