"""Lines of a screen as frozen values: composed without Textual, drawn by `widgets.sheet`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.text import pad, width, wrap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


class Tone(StrEnum):
    """How a piece of text is set. A tone never says anything that words do not say too."""

    PLAIN = "plain"
    STRONG = "strong"
    ALERT = "alert"
    ASK = "ask"
    CURSOR = "cursor"
    GOOD = "good"
    WARN = "warn"
    QUIET = "quiet"
    CHOSEN = "chosen"


@frozen
class Span:
    """A piece of one line in one tone."""

    text: str
    tone: Tone = Tone.PLAIN

    @property
    def width(self) -> int:
        """Return the cells it takes."""
        return width(self.text)


Line = tuple[Span, ...]
"""One line of a screen."""

BLANK: Line = ()


def line(text: str, tone: Tone = Tone.PLAIN) -> Line:
    """Return a line of one tone."""
    return (Span(text, tone),) if text else BLANK


def strong(text: str) -> Line:
    """Return a line that stands out."""
    return line(text, Tone.STRONG)


def length(spans: Iterable[Span]) -> int:
    """Return the cells that a line takes."""
    return sum(span.width for span in spans)


def paragraph(text: str, columns: int, tone: Tone = Tone.PLAIN) -> tuple[Line, ...]:
    """Return a text wrapped to lines of one tone."""
    return tuple(line(row, tone) for row in wrap(text, columns)) if text else ()


def indent(spans: Line, columns: int) -> Line:
    """Return a line moved to the right."""
    return (Span(" " * columns), *spans) if columns > 0 and spans else spans


def centred(spans: Line, columns: int) -> Line:
    """Return a line in the middle of so many columns."""
    return indent(spans, (columns - length(spans)) // 2)


def centred_block(text: str, columns: int, within: int) -> tuple[Line, ...]:
    """Return a text as a block in the middle, its lines beginning in the same column."""
    rows = paragraph(text, columns)
    margin = (within - max((length(row) for row in rows), default=0)) // 2
    return tuple(indent(row, margin) for row in rows)


def cut(spans: Line, columns: int) -> Line:
    """Return a line of at most so many cells."""
    if length(spans) <= columns:
        return spans
    kept: list[Span] = []
    for span in spans:
        room = columns - length(kept)
        if span.width > room:
            kept.append(Span(pad(span.text, room), span.tone))
            break
        kept.append(span)
    return tuple(kept)


def shortened(text: str, columns: int) -> str:
    """Return a text of at most so many cells; one that is cut says so."""
    if width(text) <= columns:
        return text
    return pad(text, max(columns - 3, 0)).rstrip() + "..."


def shortened_in_front(text: str, columns: int) -> str:
    """Return a text of at most so many cells; of one that is cut the end stays, and says so."""
    if width(text) <= columns:
        return text
    end = ""
    for character in reversed(text):
        if width(character + end) > columns - 3:
            break
        end = character + end
    return "..."[: max(columns, 0)] + end


def told_apart(texts: Collection[str], least: int, most: int) -> int:
    """Return the fewest cells at which no two texts look alike that are cut in front."""
    different = len(set(texts))
    for columns in range(least, most):
        if len({shortened_in_front(one, columns) for one in texts}) == different:
            return columns
    return most


def spread(left: Line, right: Line, columns: int) -> Line:
    """Return a line with one part at each end; the left part gives way."""
    right = cut(right, columns)
    left = cut(left, max(columns - length(right) - bool(right), 0))
    gap = columns - length(left) - length(right)
    return (*left, Span(" " * gap), *right)


def beside(
    left: Sequence[Line], right: Sequence[Line], left_columns: int, gutter: str
) -> tuple[Line, ...]:
    """Return two columns of lines side by side."""
    rows = max(len(left), len(right))
    pairs = zip(_filled(left, rows), _filled(right, rows), strict=True)
    return tuple((*spread(one, BLANK, left_columns), Span(gutter), *other) for one, other in pairs)


def _filled(lines: Sequence[Line], rows: int) -> tuple[Line, ...]:
    return (*lines, *(BLANK,) * (rows - len(lines)))


def cursor_place(lines: Sequence[Line]) -> tuple[int, int] | None:
    """Return column and row of the text cursor, if there is one."""
    for row, spans in enumerate(lines):
        for number, span in enumerate(spans):
            if span.tone is Tone.CURSOR:
                return length(spans[:number]), row
    return None
