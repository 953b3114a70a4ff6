"""Screens that need no flow: the terminal is too small, or something went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import LANGUAGES, translator
from cact_tui.tui.lines import BLANK, centred, centred_block, cut, paragraph, strong
from cact_tui.tui.participant.stage import LEAST_COLUMNS, LEAST_ROWS, Hint, Page

if TYPE_CHECKING:
    from cact_tui.tui.lines import Line


_TEXT_COLUMNS = 60


def too_small(columns: int, rows: int) -> tuple[Line, ...]:
    """Return a whole screen, in all languages, that fits wherever a few words fit."""
    lines: list[Line] = []
    for language in LANGUAGES:
        _ = translator(language).gettext
        size = _("now {columns}x{rows}, needed {least_columns}x{least_rows}").format(
            columns=columns, rows=rows, least_columns=LEAST_COLUMNS, least_rows=LEAST_ROWS
        )
        lines += [
            *paragraph(_("This window is too small."), columns),
            *paragraph(size, columns),
            *paragraph(_("Please enlarge it. Your time stands still."), columns),
            BLANK,
        ]
    return tuple(cut(row, columns) for row in lines[:rows])


def incident_page(language: str, number: str, columns: int) -> Page:
    """Return what the participant sees after a fault: whom to ask and what number to give."""
    _ = translator(language).gettext
    text = _(
        "Something went wrong on this screen. Answers marked as saved are safe.\n\n"
        "Please call the proctor and give this number."
    )
    number_line = strong(_("incident {number}").format(number=number))
    rows = (
        centred(strong(_("PLEASE CALL THE PROCTOR")), columns),
        BLANK,
        centred(number_line, columns),
        BLANK,
        *centred_block(text, _TEXT_COLUMNS, columns),
    )
    return Page(
        language=language,
        body=(BLANK, BLANK, BLANK, *rows),
        left=(Hint("Enter", _("close this screen")),),
    )
