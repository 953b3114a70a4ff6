"""A terminal's cells: what Textual drew, what the terminal shows, and the bytes in between.

Only characters, SGR, cursor positioning and erase-to-end-of-line ever leave a grid, and none of
them is passed through: all are written anew from the cells. So no escape sequence that reached a
widget's content can act on a terminal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.cells import split_graphemes

from cact_tui.terminal.sgr import PLAIN, Ink, Palette, turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# C0, C1, line separators, and the bidi controls that could turn a line around.
_CONTROLS: Final = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_TOKEN: Final = re.compile(
    rf"""
      \x1b\[(?P<sgr>[0-9;]*)m
    | \x1b\[(?P<row>\d{{0,4}});?(?P<column>\d{{0,4}})H
    | (?P<newline>\n)
    | (?P<text>[^{_CONTROLS}]+)
    # Everything below is dropped: strings (OSC, DCS, …) up to the next escape, other sequences,
    # and single controls.
    | (?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?
    | (?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]
    | \x1b[ -/]*[0-~]?
    | [{_CONTROLS}]
    """,
    re.VERBOSE,
)

# Characters of one cell each that every terminal measures alike.
_SIMPLE: Final = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u203a"
    "\u2190-\u2193\u2500-\u25fc\u2713\u2717\u2800-\u28ff]*",
)

_GLYPH_LIMIT: Final = 8
"""Code points kept per cell: a base and its marks; towers of combining marks end here."""

_GAP: Final = 4
"""Unchanged cells up to this many are sent again rather than skipped by a cursor movement."""

_ERASE_WORTH: Final = 4
_ERASE: Final = "\x1b[K"
_CLEAR: Final = "\x1b[m\x1b[2J"


class _Plane:
    """Rows of characters and of inks; the right half of a wide character is an empty string."""

    __slots__ = ("glyphs", "inks")

    def __init__(self, width: int, height: int) -> None:
        self.glyphs = [[" "] * width for _ in range(height)]
        self.inks = [[PLAIN] * width for _ in range(height)]

    def copy_row(self, y: int, other: _Plane) -> None:
        self.glyphs[y] = other.glyphs[y][:]
        self.inks[y] = other.inks[y][:]

    def resized(self, width: int, height: int) -> _Plane:
        """Return a plane of another size with what both have in common."""
        new = _Plane(width, height)
        for y in range(min(height, len(self.glyphs))):
            kept = self.glyphs[y][:width]
            if kept and len(self.glyphs[y]) > width and self.glyphs[y][width] == "":
                kept[-1] = " "
            new.glyphs[y][: len(kept)] = kept
            new.inks[y][: len(kept)] = self.inks[y][:width]
        return new


class CellGrid:
    """The cells of one terminal; `feed` draws on them, `take` says what the terminal lacks."""

    def __init__(
        self,
        width: int,
        height: int,
        *,
        palette: Palette,
        transliterate: Callable[[str], str] | None = None,
        background_erase: bool = True,
    ) -> None:
        """Begin with a terminal that was just cleared.

        Args:
            width: Columns.
            height: Rows.
            palette: Reads Textual's SGR for this terminal.
            transliterate: Maps text to what the terminal can show, cell by cell.
            background_erase: Whether erasing paints the current background.
        """
        self.width = width
        self.height = height
        self._palette = palette
        self._transliterate = transliterate
        self._background_erase = background_erase
        self._drawn = _Plane(width, height)
        self._shown = _Plane(width, height)
        self._touched: set[int] = set()
        self._pen = PLAIN
        self._at: tuple[int, int] | None = None
        self._cleared = True

    # Drawing

    def feed(self, data: str) -> None:
        """Draw Textual's output; every call begins at the top left in plain ink."""
        x = y = 0
        ink = PLAIN
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                x = self.put(x, y, token["text"], ink)
            elif kind == "sgr":
                ink = self._palette.ink(token["sgr"])
            elif kind == "newline":
                x, y = 0, y + 1
            elif kind == "column":
                x, y = int(token["column"] or 1) - 1, int(token["row"] or 1) - 1

    def put(self, x: int, y: int, text: str, ink: Ink) -> int:
        """Draw printable text, cut at the right edge, and return the column after it."""
        if not (0 <= y < self.height and x >= 0):
            return x
        self._touched.add(y)
        if _SIMPLE.fullmatch(text):
            shown = self._transliterate(text) if self._transliterate else text
            self._put_cells(x, y, shown[: max(self.width - x, 0)], ink)
            return x + len(text)
        spans, _cells = split_graphemes(text)
        for start, end, cells in spans:
            self._put_glyph(x, y, text[start:end], cells, ink)
            x += cells
        return x

    def _put_glyph(self, x: int, y: int, glyph: str, cells: int, ink: Ink) -> None:
        if x + cells > self.width:
            return
        if cells == 0:
            self._join(x - 1, y, glyph)
        elif self._transliterate is None:
            self._put_cells(x, y, [glyph[:_GLYPH_LIMIT], *[""] * (cells - 1)], ink)
        else:
            substitute = self._transliterate(glyph[0]).ljust(cells, "?")[:cells]
            self._put_cells(x, y, substitute, ink)

    def _join(self, x: int, y: int, mark: str) -> None:
        """Add a combining mark to the character that ends at a column."""
        glyphs = self._drawn.glyphs[y]
        if x > 0 and glyphs[x] == "":
            x -= 1
        if x >= 0 and self._transliterate is None and len(glyphs[x]) < _GLYPH_LIMIT:
            glyphs[x] += mark

    def _put_cells(self, x: int, y: int, cells: str | list[str], ink: Ink) -> None:
        count = len(cells)
        if not count:
            return
        glyphs, inks = self._drawn.glyphs[y], self._drawn.inks[y]
        # Half of a wide character is never left behind.
        if glyphs[x] == "" and x:
            glyphs[x - 1] = " "
        if x + count < self.width and glyphs[x + count] == "":
            glyphs[x + count] = " "
        glyphs[x : x + count] = cells
        inks[x : x + count] = [ink] * count

    def resize(self, width: int, height: int) -> None:
        """Take another size; what the terminal shows now is unknown."""
        self.width, self.height = width, height
        self._drawn = self._drawn.resized(width, height)
        self.invalidate()

    def invalidate(self) -> None:
        """Forget what the terminal shows: the next `take` clears it and sends every cell."""
        self._cleared = False

    # Sending

    def take(self) -> str:
        """Return what brings the terminal up to date, and count it as shown."""
        pieces: list[str] = []
        if not self._cleared:
            pieces.append(_CLEAR)
            self._shown = _Plane(self.width, self.height)
            self._touched = set(range(self.height))
            self._pen = PLAIN
            self._cleared = True
        # Somebody else may have moved the cursor (wall, kernel messages): start from a position.
        self._at = None
        for y in sorted(self._touched):
            self._send_row(y, pieces)
            self._shown.copy_row(y, self._drawn)
        self._touched.clear()
        return "".join(pieces)

    def text(self) -> str:
        """Return the drawn characters, one line a row."""
        return "\n".join("".join(row) for row in self._drawn.glyphs)

    def _send_row(self, y: int, pieces: list[str]) -> None:
        changed = self._changed(y)
        if not changed:
            return
        blank = self._trailing_blanks(y)
        erase_at = next((x for x in changed if x >= blank), self.width)
        erased = sum(x >= blank for x in changed)
        if erased < _ERASE_WORTH:
            erase_at = self.width
        for start, end in self._runs(y, [x for x in changed if x < erase_at]):
            self._send_run(y, start, end, pieces)
        if erase_at < self.width:
            self._move(y, erase_at, pieces)
            self._dip_for_blank(self._drawn.inks[y][erase_at], pieces)
            pieces.append(_ERASE)

    def _changed(self, y: int) -> list[int]:
        """Return the columns that look different from what is shown."""
        glyphs, inks = self._drawn.glyphs[y], self._drawn.inks[y]
        old_glyphs, old_inks = self._shown.glyphs[y], self._shown.inks[y]
        if glyphs == old_glyphs and inks == old_inks:
            return []
        return [
            x
            for x, (glyph, old_glyph, ink, old_ink) in enumerate(
                zip(glyphs, old_glyphs, inks, old_inks, strict=True),
            )
            if glyph != old_glyph
            or (ink is not old_ink and ink != old_ink and not _alike(glyph, ink, old_ink))
        ]

    def _trailing_blanks(self, y: int) -> int:
        """Return the column from which the row is blank and can be erased (the width if none)."""
        glyphs, inks = self._drawn.glyphs[y], self._drawn.inks[y]
        last = inks[-1]
        if not last.erasable or (last.back and not self._background_erase):
            return self.width
        ground = last.ground
        x = self.width
        while x > 0 and glyphs[x - 1] == " ":
            ink = inks[x - 1]
            if ink is not last and ink.ground != ground:
                break
            x -= 1
        return x

    def _runs(self, y: int, changed: list[int]) -> Iterator[tuple[int, int]]:
        """Join changed columns into runs (start, end) that are cheap to send in one go."""
        start = end = -1
        for x in changed:
            if x == end or (start >= 0 and self._bridgeable(y, end, x)):
                end = x + 1
                continue
            if start >= 0:
                yield start, end
            start, end = x, x + 1
        if start >= 0:
            yield start, end

    def _bridgeable(self, y: int, end: int, x: int) -> bool:
        """Whether the unchanged cells from `end` to `x` cost less than a movement over them."""
        if x - end > _GAP:
            return False
        glyphs, inks = self._drawn.glyphs[y], self._drawn.inks[y]
        ink = inks[end - 1]
        return all(inks[i] == ink or _alike(glyphs[i], ink, inks[i]) for i in range(end, x))

    def _send_run(self, y: int, start: int, end: int, pieces: list[str]) -> None:
        inks = self._drawn.inks[y]
        while start < end:
            ink, stop = inks[start], start + 1
            while stop < end and inks[stop] is ink:
                stop += 1
            self._send_stretch(y, start, stop, pieces)
            start = stop

    def _send_stretch(self, y: int, start: int, end: int, pieces: list[str]) -> None:
        """Send cells of one ink, in one piece where every terminal measures them alike."""
        glyphs, ink = self._drawn.glyphs[y], self._drawn.inks[y][start]
        text = "".join(glyphs[start:end])
        if len(text) != end - start or not _SIMPLE.fullmatch(text):
            for x in range(start, end):
                self._send_glyph(y, x, pieces)
            return
        self._move(y, start, pieces)
        written = text.lstrip(" ")
        if len(written) < len(text):
            self._dip_for_blank(ink, pieces)
        if written:
            pieces.append(text[: len(text) - len(written)])
            self._dip(ink, pieces)
        pieces.append(written or text)
        self._at = (y, end) if end < self.width else None

    def _send_glyph(self, y: int, x: int, pieces: list[str]) -> None:
        glyph, ink = self._drawn.glyphs[y][x], self._drawn.inks[y][x]
        if glyph == "":
            return
        self._move(y, x, pieces)
        if glyph == " ":
            self._dip_for_blank(ink, pieces)
        else:
            self._dip(ink, pieces)
        pieces.append(glyph)
        # Terminals disagree about the width of the rarer characters: place what follows anew.
        simple = _SIMPLE.fullmatch(glyph) and x + 1 < self.width
        self._at = (y, x + 1) if simple else None

    def _move(self, y: int, x: int, pieces: list[str]) -> None:
        if self._at == (y, x):
            return
        absolute = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
        if self._at is not None and self._at[0] == y and x > self._at[1]:
            forward = x - self._at[1]
            relative = f"\x1b[{forward}C" if forward > 1 else "\x1b[C"
            absolute = min(absolute, relative, key=len)
        pieces.append(absolute)
        self._at = (y, x)

    def _dip_for_blank(self, ink: Ink, pieces: list[str]) -> None:
        if self._pen.ground != ink.ground:
            self._dip(ink.ground, pieces)

    def _dip(self, ink: Ink, pieces: list[str]) -> None:
        if ink is not self._pen:
            pieces.append(turn(self._pen, ink))
            self._pen = ink


def _alike(glyph: str, ink: Ink, other: Ink) -> bool:
    """Whether a glyph looks the same in both inks though they differ: blanks may."""
    return glyph == " " and ink.ground == other.ground
