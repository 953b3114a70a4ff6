"""What came of an order, in words: a note of one line, and what is to be read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.proctoring.board.duty import Act, Order
from cact_tui.proctoring.board.rows import Standing
from cact_tui.text import clean_line
from cact_tui.tui.proctor import commands, words
from cact_tui.tui.proctor.dialogs import Telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.board.duty import Told
    from cact_tui.proctoring.board.rows import Row

_NAMED = 3
"""People who are named one by one; more are counted."""


def noted(order: Order, outcome: Sequence[Told], rows: Sequence[Row], language: str) -> str:
    """Return what came of an order as a note; `rows` are those of the sitting."""
    _ = translator(language).gettext
    changed = [one.row for one in outcome if one.done and one.news]
    same = [one.row for one in outcome if one.done and not one.news]
    refused = [one.row for one in outcome if not one.done]
    parts = []
    if order.act is Act.RESUME and order.reason and (others := _held_otherwise(order, rows)):
        parts.append(_("{n} held for another reason").replace("{n}", str(others)))
    if changed or not (same or refused):
        parts.append(commands.done(language)[order.act].replace("{n}", named(changed)))
    if same:
        parts.append(_("{n} as before").replace("{n}", named(same)))
    if refused:
        parts.append(_("refused for {n}").replace("{n}", named(refused)))
    return " · ".join(parts)


def to_read(order: Order, outcome: Sequence[Told], note: str, language: str) -> Telling | None:
    """Return what a note cannot hold: what to hand on, and who was refused something and why."""
    handed = [f"{label(one.row)}: {one.shown}" for one in outcome if one.shown]
    refused = [one for one in outcome if not one.done]
    told = (*handed, *_refused(refused, language))
    if not told:
        return None
    title = translator(language).gettext("REFUSED") if refused else note
    return Telling(order=order, title=title, language=language, told=told, to_hand_on=bool(handed))


def named(rows: Sequence[Row]) -> str:
    """Return people by seat and name while they are few, else how many they are."""
    if 0 < len(rows) <= _NAMED:
        return ", ".join(label(row) for row in rows)
    return str(len(rows))


def label(row: Row) -> str:
    """Return somebody by seat and name, else by number."""
    return " ".join(one for one in (row.seat, clean_line(row.name, 30)) if one) or row.number


def _refused(refused: Sequence[Told], language: str) -> list[str]:
    """Return who was refused something, by why it was."""
    whom: dict[str, list[str]] = {}
    for one in refused:
        why = words.refusals(language).get(one.code, clean_line(one.why, 300))
        whom.setdefault(why, []).append(label(one.row))
    return [f"{', '.join(people)}: {why}" for why, people in whom.items()]


def _held_otherwise(order: Order, rows: Sequence[Row]) -> int:
    """Return how many a room going on leaves where they are."""
    paused = [row for row in rows if row.standing is Standing.PAUSED]
    return sum(row.held_for != order.reason for row in paused)
