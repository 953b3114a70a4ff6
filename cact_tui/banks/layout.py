"""The page on which an item is set: its geometry, and whether the options fit on it.

The screens lay items out with the figures and functions of this module, so what passes here fits
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.text import wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_LINES = 17
"""Lines of a page between head and foot of the screen."""

PAGE_COLUMNS = 76
"""Columns of a page."""

OPTION_PREFIX = 7
"""Columns before an option's text: mark, letter and blanks."""

OPTION_COLUMNS = PAGE_COLUMNS - OPTION_PREFIX
"""Columns in which an option's text wraps."""


def option_lines(text: str) -> tuple[str, ...]:
    """Return an option's text (in one language) as the lines it takes on a page."""
    if len(text) <= OPTION_COLUMNS and text.isascii() and "\n" not in text:
        return (text,)
    return wrap(text, OPTION_COLUMNS)


def excess_lines(texts: Sequence[str]) -> int:
    """Return by how many lines the options of an item, without blank lines, overflow a page."""
    if _most_lines("\n".join(texts)) <= PAGE_LINES:
        return 0
    return max(sum(len(option_lines(text)) for text in texts) - PAGE_LINES, 0)


def _most_lines(text: str) -> int:
    """Return a number of lines that a text cannot exceed, without wrapping it.

    Two neighbouring lines of one paragraph hold a full line between them, else the second would
    have begun on the first; an indent, which shortens lines, is beyond this bound.
    """
    if text.startswith(" ") or "\n " in text:
        return PAGE_LINES + 1
    cells = len(text) if text.isascii() else 2 * len(text)
    return 1 + text.count("\n") + 2 * cells // OPTION_COLUMNS
