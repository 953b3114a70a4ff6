"""Longer texts as pages that are read to the last one."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.tui.lines import BLANK, Line, Span, length, paragraph
from cact_tui.tui.participant.stage import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.delivery.views import Fact
    from cact_tui.tui.keys import Key

Pages = tuple[tuple[Line, ...], ...]

_FORWARD = ("pagedown", "space", "right", "down")
_BACK = ("pageup", "left", "up")
_LABEL_LIMIT = 28
_HEADING_LINES = 2
_HEADING_COLUMNS = 50


def paginate(lines: Sequence[Line], rows: int, foot: int = 0) -> Pages:
    """Return lines as pages, never beginning with a blank line; the last leaves `foot` rows."""
    pages: list[tuple[Line, ...]] = []
    rest = _begun(lines)
    while len(rest) > rows:
        page = rest[: _break(rest, rows)]
        pages.append(_ended(page))
        rest = _begun(rest[len(page) :])
    if len(rest) > rows - foot:
        pages.append(_ended(rest))
        rest = ()
    return (*pages, _ended(rest))


def _break(lines: Sequence[Line], rows: int) -> int:
    """Return where a page ends: after a paragraph if one ends in the last quarter of the page.

    A heading goes to the next page together with what it is about.
    """
    ends = [row for row in range(rows, rows // 2, -1) if lines[row] == BLANK]
    if not ends or ends[0] <= rows * 3 // 4:
        return rows
    return next((row for row in ends if not _ends_in_heading(lines[:row])), ends[0])


def _ends_in_heading(lines: Sequence[Line]) -> bool:
    """Return whether the last paragraph is one or two short lines."""
    last = list(takewhile(bool, reversed(lines)))
    return len(last) <= _HEADING_LINES and all(length(spans) < _HEADING_COLUMNS for spans in last)


def _begun(lines: Sequence[Line]) -> tuple[Line, ...]:
    start = next((row for row, spans in enumerate(lines) if spans), len(lines))
    return tuple(lines[start:])


def _ended(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(reversed(_begun(tuple(reversed(lines)))))


def turned(key: Key, page: int, pages: int) -> int:
    """Return the page after a key that may turn pages."""
    step = (key.name in _FORWARD) - (key.name in _BACK)
    return min(max(page + step, 0), pages - 1)


def page_number(language: str, page: int, pages: int) -> str:
    """Return which page of how many this is, in words; nothing for a single page."""
    if pages == 1:
        return ""
    _ = translator(language).gettext
    return _("page {page} of {pages}").format(page=page + 1, pages=pages)


def page_hints(language: str, page: int, pages: int) -> tuple[Hint, ...]:
    """Return the keys that turn pages now."""
    _ = translator(language).gettext
    forward = (Hint(_("Space/PgDn"), _("next page")),) if page < pages - 1 else ()
    back = (Hint(_("PgUp"), _("previous page")),) if page else ()
    return (*forward, *back)


def fact_lines(facts: Sequence[Fact], columns: int) -> tuple[Line, ...]:
    """Return labels and values in two columns."""
    widest = max((Span(fact.label).width for fact in facts), default=0)
    at = min(widest, _LABEL_LIMIT) + 2
    return tuple(row for fact in facts for row in _fact(fact, at, columns))


def _fact(fact: Fact, at: int, columns: int) -> list[Line]:
    label = Span(fact.label)
    values = paragraph(fact.value, columns - at) or (BLANK,)
    if label.width > at - 2:
        return [(label,), *((Span(" " * at), *value) for value in values)]
    first, *others = values
    head = (label, Span(" " * (at - label.width)), *first)
    return [head, *((Span(" " * at), *value) for value in others)]
