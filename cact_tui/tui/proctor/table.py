"""The rows of a sitting as a table. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cact_tui.i18n import pick, translator
from cact_tui.text import clean_line, pad, width
from cact_tui.tui.lines import Line, Span, Tone, line, shortened_in_front, told_apart
from cact_tui.tui.proctor import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.proctoring.board.rows import Row

SEAT, NUMBER, STATE, ANSWERED, LEFT = 6, 9, 14, 6, 8
_NAME_LEAST, _NAME_FAIR, _SECTION_LEAST, _COUNT = 12, 15, 8, 4
"""Cells of names and of sections; of a section only its place where numbers need the room."""

_FLAGS = 4
_FIXED = 3 + SEAT + STATE + ANSWERED + LEFT + 1 + _FLAGS
WHOLE, WHOLE_WHERE_WIDE = 12, 18
"""Cells of a number that is not cut where there is room."""


def roomy(numbers: Iterable[str]) -> int:
    """Return the columns that a table takes in which numbers are whole and names have room."""
    longest = max((width(clean_line(one)) for one in numbers), default=0)
    number = max(min(longest, WHOLE_WHERE_WIDE) + 1, NUMBER)
    return _FIXED + number + _NAME_FAIR + _COUNT


@lru_cache(maxsize=16)
def number_columns(numbers: tuple[str, ...], columns: int, whole: int = WHOLE) -> int:
    """Return the columns of numbers: up to `whole` cells, more where that tells people apart.

    At most as many as names leave.
    """
    numbers = tuple(map(clean_line, numbers))
    longest = max(map(width, numbers), default=0)
    most = max(columns - _FIXED - _NAME_LEAST - _COUNT - 1, NUMBER - 1)
    return told_apart(numbers, max(min(longest, whole, most), NUMBER - 1), most) + 1


def heading(columns: int, language: str, number: int = NUMBER) -> Line:
    """Return the line above the table; `number` is the columns of numbers."""
    _ = translator(language).gettext
    name, section = _wide(columns, number)
    parts = (
        pad(_("seat"), SEAT),
        pad(_("number"), number),
        pad(_("name"), name),
        pad(_("state"), STATE),
        pad(_("section"), section),
        _right(_("answ."), ANSWERED),
        _right(_("left"), LEFT),
    )
    text = "   " + "".join(parts)
    return line(pad(text, columns), Tone.QUIET)


def row_line(
    row: Row, columns: int, language: str, *, chosen: bool, marked: bool, number: int = NUMBER
) -> Line:
    """Return one row; the chosen one is set off as a whole, a marked one has a star."""
    seen = words.look(row, language)
    name, section = _wide(columns, number)
    before = f"{'*' if marked else ' '}{seen.mark} "
    who = (
        f"{pad(clean_line(row.seat) or '-', SEAT - 1)} "
        f"{pad(shortened_in_front(clean_line(row.number), number - 1), number)}"
        f"{pad(pad(clean_line(row.name), name - 1), name)}"
    )
    after = (
        f"{pad(_section(row, section - 1, language), section)}{_right(_answered(row), ANSWERED)}"
        f"{_right(words.span(row.left) if row.left is not None else '', LEFT)} "
        f"{pad(words.flags(row, language), _FLAGS)}"
    )
    ago = f" {words.span(row.silent)}" if row.silent else ""
    state = pad(f"{clean_line(seen.word, STATE - 1 - len(ago))}{ago}", STATE)
    if chosen:
        return line(pad(before + who + state + after, columns), Tone.CHOSEN)
    return (Span(before, seen.tone), Span(who), Span(state, seen.tone), Span(after))


def _wide(columns: int, number: int) -> tuple[int, int]:
    """Return the columns of names and of sections."""
    rest = columns - _FIXED - number
    if rest < _NAME_LEAST + _SECTION_LEAST:
        return max(rest - _COUNT, _NAME_LEAST), _COUNT
    section = max(min(rest // 3, 20), _SECTION_LEAST)
    return rest - section, section


def _right(text: str, columns: int) -> str:
    return text[:columns].rjust(columns)


def _section(row: Row, columns: int, language: str) -> str:
    if not row.section:
        return ""
    return pad(f"{row.section}/{row.sections} {clean_line(pick(row.title, language))}", columns)


def _answered(row: Row) -> str:
    return f"{row.answered}/{row.at_most}" if row.section else ""
