"""The seats of a room as a map: a cell a seat, in the room's own order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.text import clean_line, pad
from cact_tui.tui.lines import BLANK, Line, Span, Tone
from cact_tui.tui.proctor import words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cact_tui.proctoring.board.rows import Row

CELL = 16
"""Columns of a seat: a star, its name, the beginning of a person's name or of a state."""


def across(columns: int) -> int:
    """Return how many seats stand beside each other."""
    return max(columns // CELL, 1)


def seat_lines(
    rows: Sequence[Row],
    columns: int,
    language: str,
    *,
    chosen: str,
    marked: Collection[str],
    names: bool = True,
) -> tuple[Line, ...]:
    """Return two lines a row of seats: who sits there, and how they stand; without `names` one."""
    found: list[Line] = []
    step = across(columns)
    for begin in range(0, len(rows), step):
        some = rows[begin : begin + step]
        if names:
            found.append(tuple(_name(row, chosen, marked) for row in some))
            found.append(tuple(_state(row, language, chosen) for row in some))
        else:
            found.append(tuple(_seat(row, language, chosen, marked) for row in some))
    return tuple(found) or (BLANK,)


def lines_a_row(people: int, columns: int, rows: int) -> int:
    """Return how many lines a row of seats has: two, one where so many would not fit otherwise."""
    return 2 if -(-people // across(columns)) * 2 <= rows else 1


def _seat(row: Row, language: str, chosen: str, marked: Collection[str]) -> Span:
    seen = words.look(row, language)
    star = "*" if row.key in marked else " "
    text = pad(f"{clean_line(row.seat) or '-'}{star}{seen.mark} {seen.word}", CELL - 1)
    return Span(f"{text} ", Tone.CHOSEN if row.key == chosen else seen.tone)


def _name(row: Row, chosen: str, marked: Collection[str]) -> Span:
    star = "*" if row.key in marked else " "
    text = pad(f"{star}{clean_line(row.seat) or '-'} {clean_line(row.name)}", CELL - 1)
    return Span(f"{text} ", Tone.CHOSEN if row.key == chosen else Tone.STRONG)


def _state(row: Row, language: str, chosen: str) -> Span:
    seen = words.look(row, language)
    text = f" {seen.mark} {seen.word} {words.flags(row, language)}"
    return Span(pad(text, CELL), Tone.CHOSEN if row.key == chosen else seen.tone)
