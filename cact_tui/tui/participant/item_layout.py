"""How an item is laid out: on one page, side by side, or paged with all options on the last.

The figures come from `banks.layout`, by which `cact check` decides what fits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.banks.items import Form
from cact_tui.banks.layout import OPTION_PREFIX, PAGE_COLUMNS
from cact_tui.text import wrap
from cact_tui.tui.lines import BLANK, Line, line, paragraph
from cact_tui.tui.participant.paging import paginate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.delivery.views import ItemView
    from cact_tui.tui.participant.stage import Area

GUTTER = " │ "
_NARROWEST_CASE = 36
_NUMERIC_ROWS = 3
_LEAST_TAIL = 2
_ELLIPSIS = "..."


@frozen(kw_only=True)
class ItemPage:
    """One page: lines of the case and the stem, and with `answers` the options below them.

    `beside` stands in a column of its own to the left, `beside_columns` wide.
    """

    lines: tuple[Line, ...]
    answers: bool = False
    loose: bool = False
    shows_case: bool = False
    beside: tuple[Line, ...] = ()
    beside_columns: int = 0


@frozen(kw_only=True)
class ItemLayout:
    """The pages of an item, which of them asks first, and each option's text as lines."""

    pages: tuple[ItemPage, ...]
    first_question: int
    options: tuple[tuple[str, ...], ...]
    columns: int


def lay_out(view: ItemView, area: Area, *, wide: bool) -> ItemLayout:
    """Return an item's pages; `wide` terminals show case and question side by side if both fit."""
    if wide and view.stimulus:
        for columns in _question_widths(area.columns):
            found = _side_by_side(view, area, columns)
            if found is not None:
                return found
    return _paged(view, area)


def _question_widths(columns: int) -> tuple[int, ...]:
    """Return widths to try: halves first, then what a small terminal gives the question."""
    rest = columns - len(GUTTER)
    widest = rest - _NARROWEST_CASE
    return tuple(min(width, widest) for width in (rest // 2, PAGE_COLUMNS))


def _side_by_side(view: ItemView, area: Area, columns: int) -> ItemLayout | None:
    case_columns = area.columns - len(GUTTER) - columns
    case = paragraph(view.stimulus, case_columns)
    options = _options(view, columns)
    stem = paragraph(view.stem, columns)
    page = _one_page(stem, options, area.rows)
    if page is None or len(case) > area.rows:
        return None
    lines, loose = page
    whole = ItemPage(
        lines=lines,
        answers=True,
        loose=loose,
        shows_case=True,
        beside=case,
        beside_columns=case_columns,
    )
    return ItemLayout(pages=(whole,), first_question=0, options=options, columns=columns)


def _paged(view: ItemView, area: Area) -> ItemLayout:
    columns = area.text_columns
    case, stem = paragraph(view.stimulus, columns), paragraph(view.stem, columns)
    options = _options(view, columns)
    together = (*case, BLANK, *stem) if case else stem
    page = _one_page(together, options, area.rows)
    if page is not None:
        whole = _answer_page(*page, shows_case=bool(case))
        return ItemLayout(pages=(whole,), first_question=0, options=options, columns=columns)
    rows = paginate(case, area.rows) if case else ()
    cases = tuple(ItemPage(lines=lines, shows_case=True) for lines in rows)
    pages = (*cases, *_question_pages(stem, options, area.rows))
    return ItemLayout(pages=pages, first_question=len(cases), options=options, columns=columns)


def _answer_page(lines: tuple[Line, ...], loose: bool, *, shows_case: bool = False) -> ItemPage:  # noqa: FBT001 - unpacked from _one_page
    return ItemPage(lines=lines, answers=True, loose=loose, shows_case=shows_case)


def _options(view: ItemView, columns: int) -> tuple[tuple[str, ...], ...]:
    return tuple(wrap(option.label, columns - OPTION_PREFIX) for option in view.options)


def answer_rows(options: Iterable[tuple[str, ...]], *, loose: bool) -> int:
    """Return how many rows the options take; without any there is a field for a number."""
    heights = [len(rows) for rows in options]
    if not heights:
        return _NUMERIC_ROWS
    return sum(heights) + (len(heights) - 1 if loose else 0)


def _one_page(
    above: tuple[Line, ...], options: tuple[tuple[str, ...], ...], rows: int
) -> tuple[tuple[Line, ...], bool] | None:
    """Return the lines above the options and whether these stand loose, if all fits one page."""
    for blank, loose in ((2, True), (1, True), (1, False)):
        if len(above) + blank + answer_rows(options, loose=loose) <= rows:
            return (*above, *(BLANK,) * blank), loose
    return None


def _question_pages(
    stem: tuple[Line, ...], options: tuple[tuple[str, ...], ...], rows: int
) -> tuple[ItemPage, ...]:
    whole = _one_page(stem, options, rows)
    if whole is not None:
        return (_answer_page(*whole),)
    stems = tuple(ItemPage(lines=lines) for lines in paginate(stem, rows))
    return (*stems, ItemPage(lines=_tail(stem, options, rows), answers=True))


def _tail(
    stem: tuple[Line, ...], options: tuple[tuple[str, ...], ...], rows: int
) -> tuple[Line, ...]:
    """Return as much of the stem's end as fits above the options."""
    room = rows - answer_rows(options, loose=False) - 1
    if room < _LEAST_TAIL:
        return ()
    return (line(_ELLIPSIS), *stem[-(room - 1) :], BLANK)


def is_numeric(view: ItemView) -> bool:
    """Return whether a number is typed instead of an option chosen."""
    return view.form is Form.NUMERIC
