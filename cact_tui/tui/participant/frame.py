"""The frame around every page: head, rules, status and keys, each always in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.tui.lines import BLANK, Line, Span, Tone, cut, indent, length, line, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cact_tui.tui.participant.stage import Hint, Page

RULE = "─"
_GAP = "   "

ROWS_BELOW_STATUS = 1
"""The keys stand below what is being said of the answer."""


def framed(page: Page, columns: int, rows: int, *, clock: str = "") -> tuple[Line, ...]:
    """Return the whole screen. `clock` stands at the right end of the head."""
    margin = max((columns - page.columns) // 2, 0)
    body = [indent(cut(spans, page.columns), margin) for spans in page.body]
    return (
        head(page, columns, clock),
        _labelled_rule(page, columns),
        BLANK,
        *_exactly(body, rows - 6),
        line(RULE * columns),
        _status_line(page, columns),
        _key_line(page, columns),
    )


def head(page: Page, columns: int, clock: str) -> Line:
    """Return the first line: where one is, and the clock."""
    return spread((Span(f" {page.heading}", Tone.STRONG),), line(f"{clock} "), columns)


def _exactly(body: Sequence[Line], rows: int) -> tuple[Line, ...]:
    return (*body[:rows], *(BLANK,) * (rows - len(body)))


def _labelled_rule(page: Page, columns: int) -> Line:
    right = f" {page.number} {RULE * 2}" if page.number else ""
    room = columns - len(RULE) - length(line(right)) - 2
    label = cut(line(page.label, Tone.STRONG), room - 1)
    left = (Span(f"{RULE} "), *label, Span(" ")) if page.label else BLANK
    fill = columns - length(left) - length(line(right))
    return (*left, Span(RULE * fill + right))


def _status_line(page: Page, columns: int) -> Line:
    tone = Tone.ALERT if page.urgent else Tone.PLAIN
    return spread(line(f" {page.status}"), (Span(f"{page.state} ", tone),), columns)


def _key_line(page: Page, columns: int) -> Line:
    if page.question:
        return (Span(" "), Span(f" {page.question} ", Tone.ASK))
    left = (Span(" "), *_hints(page.left))
    room = columns - length(left) - len(_GAP) - 1
    right = (*_hints(_fitting(page.right, room)), Span(" "))
    return spread(left, right, columns)


def _fitting(hints: Sequence[Hint], columns: int) -> Sequence[Hint]:
    """Leave hints out from the end: whatever they say stands in the menu too."""
    while hints and length(_hints(hints)) > columns:
        hints = hints[:-1]
    return hints


def _hints(hints: Iterable[Hint]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for hint in hints:
        gap = _GAP if spans else ""
        spans += [Span(gap), Span(hint.key, Tone.STRONG), Span(f" {hint.does}")]
    return tuple(spans)
