"""The whole split view as lines: head, list or map, detail or dialog, note, keys. Pure.

Where the table has room for it the detail stands beside the list, else below; nothing else differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.text import clean_line, pad
from cact_tui.tui.lines import BLANK, Line, Span, Tone, beside, cut, length, line, spread
from cact_tui.tui.proctor import commands, words
from cact_tui.tui.proctor.head import count_line, title_line
from cact_tui.tui.proctor.person import person_lines
from cact_tui.tui.proctor.seat_map import across, lines_a_row, seat_lines
from cact_tui.tui.proctor.table import (
    WHOLE,
    WHOLE_WHERE_WIDE,
    heading,
    number_columns,
    roomy,
    row_line,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.board.rows import Snapshot
    from cact_tui.tui.proctor.room import Room

LEAST_COLUMNS, LEAST_ROWS = 80, 24
ASIDE = 52
"""Columns of the detail beside the list."""

RULE = "─"
_FRAME = 5
"""Lines around the panes: title, counts, rule, note, keys."""


def screen(room: Room, columns: int, rows: int) -> tuple[Line, ...]:
    """Return the screen for a terminal of at least 80x24."""
    snapshot = room.snapshot
    if snapshot is None:
        _ = translator(room.language).gettext
        return _exactly((BLANK, line(" " + _("Reading the journal …"))), rows)
    body = _body(room, snapshot, columns, rows - _FRAME)
    return (
        title_line(snapshot, columns, room.language, muted=room.muted, by=room.name),
        count_line(snapshot, columns, room.language, room.listing.sieve),
        _rule(room, snapshot, columns),
        *_exactly(body, rows - _FRAME),
        _note(room, columns),
        _keys(room, columns),
    )


def too_small(columns: int, rows: int, language: str) -> tuple[Line, ...]:
    """Return what is shown where the view does not fit."""
    _ = translator(language).gettext
    wanted = _("Please make the window at least 80x24.")
    return _exactly((cut(line(wanted), columns),), rows)


def _body(room: Room, snapshot: Snapshot, columns: int, rows: int) -> tuple[Line, ...]:
    if room.helping:
        return _help(room.language, columns)
    if room.in_full and room.dialog is None:
        found = _aside(room, snapshot, columns - 2)
        room.scrolled = min(room.scrolled, max(len(found) - rows, 0))
        return tuple((Span(" "), *cut(one, columns - 2)) for one in found[room.scrolled :])
    least = roomy(row.number for row in snapshot.rows)
    if columns >= least + ASIDE:
        left = min(max(columns * 58 // 100, least), columns - ASIDE)
        listed = _list(room, snapshot, left, rows, WHOLE_WHERE_WIDE)
        other = [cut(one, columns - left - 3) for one in _aside(room, snapshot, columns - left - 4)]
        return beside(listed, _exactly(other, rows), left, " │ ")
    below = max(rows * 45 // 100, 9)
    aside = _aside(room, snapshot, columns - 2)
    if room.dialog is not None and len(aside) > below:
        aside = tuple(one for one in aside if one)
        if len(aside) > below:
            return tuple((Span(" "), *cut(one, columns - 2)) for one in aside)
    listed = _list(room, snapshot, columns, rows - below - 1)
    other = [(Span(" "), *cut(one, columns - 2)) for one in aside]
    return (*_exactly(listed, rows - below - 1), line(RULE * columns), *_exactly(other, below))


def _list(
    room: Room, snapshot: Snapshot, columns: int, rows: int, whole: int = WHOLE
) -> tuple[Line, ...]:
    """Return the table or the map, scrolled to whoever is chosen."""
    listing = room.listing
    if not listing.rows:
        return (BLANK, line(f"  {_nobody(room, snapshot)}", Tone.QUIET))
    if room.on_map:
        step, each = across(columns), lines_a_row(len(listing.rows), columns, rows)
        high = max(rows // each, 1)
        room.columns, room.height = columns, high
        top = max(listing.index // step - high + 1, 0)
        shown = listing.rows[top * step : (top + high) * step]
        return seat_lines(
            shown,
            columns,
            room.language,
            chosen=listing.chosen,
            marked=listing.marked,
            names=each > 1,
        )
    room.columns, room.height = columns, max(rows - 1, 1)
    room.listing = listing = listing.in_view(room.height)
    shown = listing.rows[listing.top : listing.top + room.height]
    number = number_columns(tuple(row.number for row in snapshot.rows), columns, whole)
    lines = [
        row_line(
            row,
            columns,
            room.language,
            chosen=row.key == listing.chosen,
            marked=row.key in listing.marked,
            number=number,
        )
        for row in shown
    ]
    return (heading(columns, room.language, number), *lines)


def _nobody(room: Room, snapshot: Snapshot) -> str:
    _ = translator(room.language).gettext
    return (
        _("Nobody is like that now (0: show all).") if snapshot.rows else _("Nobody is expected.")
    )


def _aside(room: Room, snapshot: Snapshot, columns: int) -> tuple[Line, ...]:
    """Return the dialog, else all about whoever is chosen."""
    if room.dialog is not None:
        return room.dialog.draw(columns)
    if room.detail is None or room.listing.row is None:
        return ()
    if room.detail.row.key != room.listing.row.key:
        return ()
    return person_lines(
        room.detail, columns, room.language, now=snapshot.at, timezone=snapshot.timezone
    )


def _rule(room: Room, snapshot: Snapshot, columns: int) -> Line:
    """Return the line below the head; trouble of the host stands in it."""
    told = [
        f"{words.alarms(room.language)[one.kind]} {clean_line(one.detail, 60)}"
        for one in snapshot.alarms
    ]
    if not told:
        return line(RULE * columns)
    text = pad(f" {' · '.join(told)} ", columns - 3).rstrip() + " "
    return (Span(RULE * 2), Span(text, Tone.ALERT), Span(RULE * (columns - 2 - length(line(text)))))


def _note(room: Room, columns: int) -> Line:
    _ = translator(room.language).gettext
    listing = room.listing
    if room.search is not None or (listing.search and not room.note):
        typed = listing.search if room.search is None else room.search.text
        cursor = (Span(" ", Tone.CURSOR),) if room.search is not None else ()
        left: Line = (Span(" " + _("search") + f": {clean_line(typed)}"), *cursor)
    else:
        left = line(f" {clean_line(room.note, columns)}", Tone.STRONG)
    counted = _("{shown} shown").format(shown=len(listing.rows))
    if listing.marked:
        marked = _("{n} marked").format(n=len(listing.marked))
        counted = f"{marked} · {counted}"
    return spread(left, line(f"{counted} "), columns)


def _keys(room: Room, columns: int) -> Line:
    _ = translator(room.language).gettext
    if room.leaving:
        text = _("Close this screen?  Enter yes · Esc back")
        return (Span(" "), Span(f" {text} ", Tone.ASK))
    if room.helping:
        return line(" " + _("Any key goes on"), Tone.STRONG)
    if room.dialog is not None:
        return line(" " + room.dialog.hint(), Tone.STRONG)
    acts = commands.acts(room.language)
    shown = [(key.upper(), acts[key]) for key in "ijlpwkvt"]
    shown += [("D", _("map")), ("/", _("search")), ("Shift+F", acts["F"])]
    spans: list[Span] = [Span(" ")]
    help_hint = (Span("? ", Tone.STRONG), Span(_("all keys")))
    room_left = columns - length(help_hint) - 3
    for key, does in shown:
        more = (Span(key, Tone.STRONG), Span(f" {does}  "))
        if length((*spans, *more)) > room_left:
            break
        spans += more
    return spread(tuple(spans), (*help_hint, Span(" ")), columns)


def _help(language: str, columns: int) -> tuple[Line, ...]:
    _ = translator(language).gettext
    ways, acts = commands.ways(language), commands.acts(language)
    chiefly = ("r", "+", "e", "h", "z")
    usual = [_key(key, does) for key, does in acts.items() if key not in chiefly]
    chief = [_key(key, acts[key]) for key in chiefly]
    left = (line(_("ACTS"), Tone.STRONG), *usual)
    right = (
        line(_("LOOKING"), Tone.STRONG),
        *(_key(key, does) for key, does in ways.items()),
        line(_("CHIEF PROCTOR"), Tone.STRONG),
        *chief,
    )
    half = columns // 2
    return beside(_indented(left), right, half, "  ")


def _key(key: str, does: str) -> Line:
    shown = key.upper() if len(key) == 1 else key
    if len(key) == 1 and key.isupper():
        shown = f"Shift+{key}"
    return (Span(pad(shown, 10), Tone.STRONG), Span(does))


def _indented(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple((Span(" "), *one) for one in lines)


def _exactly(lines: Sequence[Line], rows: int) -> tuple[Line, ...]:
    return (*lines[:rows], *(BLANK,) * (rows - len(lines)))
