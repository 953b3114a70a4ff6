"""The only way text reaches a widget: as segments, never as markup, without control characters."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cact_tui.text import clean
from cact_tui.tui.lines import Span, Tone, cut, length

if TYPE_CHECKING:
    from cact_tui.tui.lines import Line

# The terminal's own foreground and background throughout: readable on dark and on light ones.
STYLES = {
    Tone.PLAIN: Style(),
    Tone.STRONG: Style(bold=True),
    Tone.ALERT: Style(bold=True, color="red"),
    Tone.ASK: Style(bold=True, reverse=True),
    Tone.CURSOR: Style(reverse=True),
    Tone.GOOD: Style(color="green"),
    Tone.WARN: Style(bold=True, color="yellow"),
    Tone.QUIET: Style(dim=True),
    Tone.CHOSEN: Style(reverse=True),
}


def segment(text: str, tone: Tone) -> Segment:
    """Return a segment of harmless text on one line."""
    return Segment(clean(text).replace("\n", " "), STYLES[tone])


@lru_cache(2048)
def strip(spans: Line, columns: int) -> Strip:
    """Return a line as a strip of exactly so many cells; in a hall many screens show the same."""
    kept = cut(spans, columns)
    rest = Span(" " * (columns - length(kept)))
    segments = [segment(span.text, span.tone) for span in (*kept, rest) if span.text]
    return Strip(segments).adjust_cell_length(columns)
