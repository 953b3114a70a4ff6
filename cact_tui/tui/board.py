"""The waiting room's screen: numbers and progress, no names, never a score."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cact_tui.errors import CactError
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.proctoring.board.rows import Standing
from cact_tui.text import clean_line, pad, width
from cact_tui.tui.lines import (
    BLANK,
    Line,
    Span,
    Tone,
    cut,
    line,
    shortened_in_front,
    spread,
    told_apart,
)
from cact_tui.tui.locked import LockedApp
from cact_tui.tui.proctor import words
from cact_tui.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.driver import Driver
    from textual.geometry import Size

    from cact_tui.proctoring.board.rows import Row, Snapshot
    from cact_tui.proctoring.board.window import Window
    from cact_tui.tui.keys import Key

_BAR = 8
_NUMBER_LEAST, _STATE = 8, 16
_HEAD_ROWS = 3
TURN_SECONDS = 8.0
"""Seconds after which the next page is shown where one does not hold everybody."""


def board_lines(
    snapshot: Snapshot, columns: int, rows: int, language: str, page: int = 0
) -> tuple[Line, ...]:
    """Return the screen: whoever has a test by number, how far, in how many sections."""
    _ = translator(language).gettext
    place = snapshot.place
    told = " · ".join(clean_line(one) for one in (place.room, place.date) if one) or place.id
    clock = words.time_of_day(snapshot.at, snapshot.timezone)
    people = sorted((row for row in snapshot.rows if row.session), key=lambda row: row.number)
    finished = sum(row.standing is Standing.FINISHED for row in people)
    under_way = _("{open} taking the test · {finished} finished · {expected} expected").format(
        open=sum(row.open for row in people), finished=finished, expected=len(snapshot.rows)
    )
    body = _page(people, columns, rows - _HEAD_ROWS, language, page)
    lines = (
        spread((Span(f" {told}", Tone.STRONG),), (Span(f"{clock} ", Tone.STRONG),), columns),
        cut(line(f" {under_way}"), columns),
        BLANK,
        *body,
    )
    return (*lines[:rows], *(BLANK,) * (rows - len(lines)))


def pages(snapshot: Snapshot, columns: int, rows: int) -> int:
    """Return how many screens it takes to show everybody."""
    people = [row for row in snapshot.rows if row.session]
    number = _number_columns(people, columns)
    return max(-(-len(people) // _per_page(number, columns, rows - _HEAD_ROWS)), 1)


def _number_columns(people: Sequence[Row], columns: int) -> int:
    """Return the columns of numbers: the longest is whole, for nothing else tells people apart.

    Where the screen is too narrow for that, progress gives way until no two look alike.
    """
    numbers = [clean_line(row.number) for row in people]
    longest = max(map(width, numbers), default=0)
    least = max(columns - _STATE - 2, _NUMBER_LEAST)
    if longest <= least:
        return 2 + max(longest, _NUMBER_LEAST)
    return 2 + told_apart(numbers, least, max(columns - 2, least))


def _per_page(number: int, columns: int, rows: int) -> int:
    return max(columns // (number + _STATE), 1) * max(rows, 1)


def _page(
    people: Sequence[Row], columns: int, rows: int, language: str, page: int
) -> tuple[Line, ...]:
    number = _number_columns(people, columns)
    per_page, across = _per_page(number, columns, rows), max(columns // (number + _STATE), 1)
    some = people[page * per_page : (page + 1) * per_page]
    high = -(-len(some) // across)
    columns_of = [some[at : at + high] for at in range(0, len(some), high)] if high else []
    found = []
    for down in range(high):
        cells = [_cell(one[down], number, language) for one in columns_of if down < len(one)]
        found.append(cut(tuple(span for cell in cells for span in cell), columns))
    return tuple(found)


def _cell(row: Row, columns: int, language: str) -> Line:
    """Return one number: how far it is, in a bar and in figures, or the word for its state."""
    number = Span(pad(f" {shortened_in_front(clean_line(row.number), columns - 2)}", columns))
    if row.standing in (Standing.ACTIVE, Standing.READY) and row.section:
        filled = min(round(_BAR * row.answered / max(row.at_most, 1)), _BAR)
        bar = "█" * filled + "░" * (_BAR - filled)
        text = f"{bar} {row.section}/{row.sections}"
        return (number, Span(pad(text, _STATE)))
    seen = words.standings(language)[row.standing]
    text = f"{seen.mark} {seen.word}"
    return (number, Span(pad(text, _STATE), seen.tone))


class BoardApp(LockedApp):
    """Shows a sitting's progress to whoever waits; takes no key but q."""

    def __init__(
        self,
        window: Window,
        driver_class: type[Driver] | None = None,
        *,
        sitting: str = "",
        language: str = next(iter(LANGUAGES)),
    ) -> None:
        """Take the window and the sitting to show (empty: the open one)."""
        super().__init__(driver_class)
        self._window = window
        self._sitting = sitting
        self._language = language
        self._snapshot: Snapshot | None = None
        self._page = 0
        self._sheet = Sheet(lambda size: self.safely(partial(self._resized, size)))
        self._screen_size = (0, 0)

    @property
    def sheet(self) -> Sheet:
        """Return the widget that draws the screen."""
        return self._sheet

    def compose(self) -> ComposeResult:
        """Return the one widget."""
        yield self._sheet

    def on_mount(self) -> None:
        """Begin to look."""
        self._sheet.focus()
        self.set_interval(TURN_SECONDS, partial(self.safely, self._turn))
        self.spawn(self._look())

    def on_unmount(self) -> None:
        """Look no more."""
        self._window.close()

    def pressed(self, key: Key) -> None:
        """Close on q."""
        if key.character == "q":
            self.exit()

    async def _look(self) -> None:
        try:
            await self._window.look(self._came, self._sitting)
        except CactError:
            self.exit(return_code=1)

    def _came(self, snapshot: Snapshot) -> None:
        self.call_later(self.safely, partial(self._see, snapshot))

    def _see(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._redraw()

    def _turn(self) -> None:
        self._page += 1
        self._redraw()

    def _resized(self, size: Size) -> None:
        self._screen_size = (size.width, size.height)
        self._redraw()

    def _redraw(self) -> None:
        columns, rows = self._screen_size
        if self._incident or self._snapshot is None or not columns or not rows:
            return
        page = self._page % pages(self._snapshot, columns, rows)
        shown = board_lines(self._snapshot, columns, rows, self._language, page)
        self._sheet.show(shown, columns)

    def show_incident(self, number: str) -> None:
        """Show nothing but the number."""
        self._sheet.show((line(f" {number}"),), self._screen_size[0])
