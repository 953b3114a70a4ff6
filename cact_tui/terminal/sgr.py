"""Colours and attributes of text, brought down to what a terminal has.

Textual always renders true colour here: its own downgrading depends on the environment of the
process and is cached across sessions. `Palette.ink` reads one of its SGR parameter strings,
`turn` writes the shortest SGR sequence between two inks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import attrs
from rich.color import Color, ColorSystem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.color_triplet import ColorTriplet

    from cact_tui.terminal.profiles import Colours

_MEMO_LIMIT: Final = 4096
_PARAMETERS_LIMIT: Final = 80

_BOLD, _UNDERLINE, _REVERSE = "1", "4", "7"
_RICH_MARKS: Final = {1: "1", 2: "2", 3: "3", 4: "4", 7: "7", 8: "8", 9: "9", 21: "4", 53: "53"}
# Dim and strike are unknown to the older terminals, and italics would be a colour on some.
_PLAIN_MARKS: Final = {1: _BOLD, 3: _UNDERLINE, 4: _UNDERLINE, 7: _REVERSE, 21: _UNDERLINE}
_SHOWN_ON_BLANKS: Final = frozenset({_UNDERLINE, _REVERSE, "9", "53"})

_FORE, _BACK = 38, 48
_RGB = 2
_BRIGHT: Final = 8
_BLACK, _GREY, _DARK_GREY, _WHITE = 0, 7, 8, 15
_BASIC: Final[dict[int, tuple[int, int | None]]] = {
    39: (_FORE, None),
    49: (_BACK, None),
    **{30 + n: (_FORE, n) for n in range(_BRIGHT)},
    **{40 + n: (_BACK, n) for n in range(_BRIGHT)},
    **{90 + n: (_FORE, n + _BRIGHT) for n in range(_BRIGHT)},
    **{100 + n: (_BACK, n + _BRIGHT) for n in range(_BRIGHT)},
}
"""SGR codes of the sixteen colours: which side they colour and with what."""
_MIDDLE_GREY: Final = 128
# In a dark theme every panel is darker than this and every highlight lighter.
_HIGHLIGHT_LUMINANCE: Final = 80


@attrs.frozen(cache_hash=True)
class Ink:
    """How a cell is drawn: SGR parameters for marks (bold, …), foreground and background."""

    marks: tuple[str, ...] = ()
    fore: str = ""
    back: str = ""
    ground: Ink = attrs.field(init=False, eq=False, repr=False)
    """What of this is seen on a blank; two blanks of equal ground look the same."""

    def __attrs_post_init__(self) -> None:
        """Find the ground: without marks that show on a blank, only the background is seen."""
        plain = _SHOWN_ON_BLANKS.isdisjoint(self.marks)
        bare = not self.marks and not self.fore
        ground = Ink(back=self.back) if plain and not bare else self
        object.__setattr__(self, "ground", ground)

    @property
    def erasable(self) -> bool:
        """Whether an erased cell can look like a blank of this ink."""
        return _SHOWN_ON_BLANKS.isdisjoint(self.marks)


PLAIN: Final = Ink()
"""The terminal's own colours, no marks: what a cleared screen is made of."""


@lru_cache(maxsize=_MEMO_LIMIT)
def turn(old: Ink, new: Ink) -> str:
    """Return the SGR sequence that changes the terminal's ink from one to another."""
    if old == new:
        return ""
    kept = set(old.marks)
    if kept <= set(new.marks):
        codes = [mark for mark in new.marks if mark not in kept]
        if new.fore != old.fore:
            codes.append(new.fore or "39")
        if new.back != old.back:
            codes.append(new.back or "49")
        return "\x1b[m" if new == PLAIN else f"\x1b[{';'.join(codes)}m"
    # Marks are taken off by a reset alone: the older terminals know no other way.
    codes = ["", *new.marks, *filter(None, (new.fore, new.back))]
    return f"\x1b[{';'.join(codes)}m"


class Palette:
    """Reads true colour SGR parameters into inks of one colour depth; shared by all sessions."""

    def __init__(self, colours: Colours, *, dark: bool = True) -> None:
        """Take the terminal's colours and whether the app's theme is a dark one."""
        self._colours = colours
        self._dark = dark
        self._marks = _PLAIN_MARKS if colours in {"mono", "8"} else _RICH_MARKS
        self._known: dict[str, Ink] = {"": PLAIN, "0": PLAIN}

    def ink(self, parameters: str) -> Ink:
        """Return the ink for a parameter string such as `1;38;2;255;0;0`."""
        known = self._known.get(parameters)
        if known is None:
            if len(self._known) >= _MEMO_LIMIT:
                self._known.clear()
            known = self._known[parameters] = self._read(parameters[:_PARAMETERS_LIMIT])
        return known

    def _read(self, parameters: str) -> Ink:
        marks: dict[str, None] = {}
        fore: Color | None = None
        back: Color | None = None
        for code, colour in _codes(parameters):
            if code == 0:
                marks, fore, back = {}, None, None
            elif code == _FORE:
                fore = colour
            elif code == _BACK:
                back = colour
            elif mark := self._marks.get(code):
                marks[mark] = None
        if self._colours == "mono":
            return self._without_colour(marks, back)
        return self._with_colour(marks, fore, back)

    def _without_colour(self, marks: dict[str, None], back: Color | None) -> Ink:
        """Let a background that stands out become reverse video, and reverse on it normal."""
        if back is not None and self._stands_out(back.get_truecolor()):
            if _REVERSE in marks:
                del marks[_REVERSE]
            else:
                marks[_REVERSE] = None
        return Ink(tuple(sorted(marks)))

    def _stands_out(self, triplet: ColorTriplet) -> bool:
        light = _luminance(triplet)
        return light > _HIGHLIGHT_LUMINANCE if self._dark else light < _MIDDLE_GREY

    def _with_colour(self, marks: dict[str, None], fore: Color | None, back: Color | None) -> Ink:
        if self._colours == "true":
            return Ink(tuple(sorted(marks)), _true(fore, "38"), _true(back, "48"))
        front, behind = self._number(fore), self._number(back)
        if self._colours == "8":
            behind = None if behind is None else behind % _BRIGHT
            front = self._console_front(front, behind)
        # Different colours that fall together would hide the text.
        if front is not None and front == behind and fore != back and back is not None:
            light = _luminance(back.get_truecolor()) >= _MIDDLE_GREY
            front = _BLACK if light else _WHITE
        if self._colours == "8" and front is not None and front >= _BRIGHT:
            marks[_BOLD] = None
            front %= _BRIGHT
        return Ink(tuple(sorted(marks)), self._code(front, 30), self._code(behind, 40))

    @staticmethod
    def _console_front(front: int | None, behind: int | None) -> int | None:
        """Avoid a foreground that is told from its background by boldness alone.

        Dark grey is bold black: invisible wherever bold is only a heavier letter.
        """
        if front == _DARK_GREY and behind in {None, _BLACK}:
            return _GREY
        return front if front is None or front % _BRIGHT != behind else behind

    def _number(self, colour: Color | None) -> int | None:
        if colour is None or colour.is_default:
            return None
        depth = ColorSystem.EIGHT_BIT if self._colours == "256" else ColorSystem.STANDARD
        return colour.downgrade(depth).number

    @staticmethod
    def _code(number: int | None, base: int) -> str:
        if number is None:
            return ""
        if number < _BRIGHT:
            return str(base + number)
        if number <= _WHITE:
            return str(base + 60 + number - _BRIGHT)
        return f"{base + 8};5;{number}"


@lru_cache(maxsize=16)
def palette_for(colours: Colours, *, dark: bool) -> Palette:
    """Return the palette that all sessions of this depth share."""
    return Palette(colours, dark=dark)


def _true(colour: Color | None, lead: str) -> str:
    if colour is None or colour.is_default:
        return ""
    red, green, blue = colour.get_truecolor()
    return f"{lead};2;{red};{green};{blue}"


def _luminance(triplet: ColorTriplet) -> float:
    red, green, blue = triplet
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _codes(parameters: str) -> Iterator[tuple[int, Color | None]]:
    """Yield each code; colours in any notation come as (38 or 48, colour)."""
    numbers = iter(int(part) if part else 0 for part in parameters.split(";"))
    for number in numbers:
        if number in {_FORE, _BACK}:
            yield number, _extended(numbers)
            continue
        lead, first = _BASIC.get(number, (number, None))
        yield lead, None if first is None else Color.from_ansi(first)


def _extended(numbers: Iterator[int]) -> Color | None:
    """Read what follows 38 or 48: `2;r;g;b` or `5;n`."""
    if next(numbers, 0) == _RGB:
        red, green, blue = (min(next(numbers, 0), 255) for _ in range(3))
        return Color.from_rgb(red, green, blue)
    return Color.from_ansi(min(next(numbers, 0), 255))
