"""The proctor's screen as a Textual app: shows snapshots, sends orders."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cact_tui.errors import CactError
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.proctoring.troubles import trouble_of
from cact_tui.tui.lines import line, strong
from cact_tui.tui.locked import LockedApp, OnIncident
from cact_tui.tui.proctor import words
from cact_tui.tui.proctor.room import Do, Give, Room, Turn
from cact_tui.tui.proctor.screen import LEAST_COLUMNS, LEAST_ROWS, screen, too_small
from cact_tui.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.driver import Driver
    from textual.geometry import Size
    from textual.timer import Timer

    from cact_tui.proctoring.board.duty import Order
    from cact_tui.proctoring.board.rows import Row, Snapshot
    from cact_tui.proctoring.board.window import Window
    from cact_tui.tui.keys import Key

DWELL = 2.0
"""Seconds that somebody's details are looked at before it is put on record."""


class ProctorApp(LockedApp):
    """Shows what a window tells and sends what keys ask for."""

    def __init__(
        self,
        window: Window,
        driver_class: type[Driver] | None = None,
        *,
        sitting: str = "",
        language: str = next(iter(LANGUAGES)),
        on_incident: OnIncident | None = None,
    ) -> None:
        """Take the window, the sitting to look at first (empty: the open one), and a language."""
        super().__init__(driver_class, on_incident)
        self._window = window
        self._sitting = sitting
        self._room = Room(window.name, window.may, groups=window.groups, language=language)
        self._sheet = Sheet(lambda size: self.safely(partial(self._resized, size)))
        self._screen_size = (0, 0)
        self._dwelling: Timer | None = None
        self._looked = ""
        self._asking = ""

    @property
    def sheet(self) -> Sheet:
        """Return the widget that draws the screen."""
        return self._sheet

    @property
    def room(self) -> Room:
        """Return what is shown, as a value."""
        return self._room

    def compose(self) -> ComposeResult:
        """Return the one widget."""
        yield self._sheet

    def on_mount(self) -> None:
        """Begin to look."""
        self._sheet.focus()
        self.spawn(self._look(self._sitting))

    def on_unmount(self) -> None:
        """Look no more."""
        self._window.close()

    # What the window tells

    async def _look(self, sitting: str) -> None:
        try:
            await self._window.look(self._came, sitting)
        except CactError as fault:
            self._room.note = words.no_view(trouble_of(fault), self._room.language)
            self._redraw()

    def _came(self, snapshot: Snapshot) -> None:
        self.call_later(self.safely, partial(self._see, snapshot))

    def _see(self, snapshot: Snapshot) -> None:
        if self._room.see(snapshot):
            self._ring()
        self._fetch()
        self._redraw()

    def _ring(self) -> None:
        ring: Callable[[], None] | None = getattr(self._driver, "ring", None)
        if ring is not None:
            ring()

    def _fetch(self) -> None:
        """Ask for all about whoever is chosen, one question at a time."""
        row = self._room.listing.row
        if row is None or self._asking == row.key:
            return
        if self._looked != row.key:
            self._looked = row.key
            self._dwell(row)
        self._asking = row.key
        self.spawn(self._detail(row.key))

    async def _detail(self, key: str) -> None:
        try:
            detail = await self._window.detail(key)
        finally:
            self._asking = ""
        before = self._room.detail
        self._room.see_detail(detail)
        if self._room.detail != before:
            self._redraw()

    def _dwell(self, row: Row) -> None:
        if self._dwelling is not None:
            self._dwelling.stop()
        self._dwelling = self.set_timer(DWELL, partial(self._record_look, row))

    def _record_look(self, row: Row) -> None:
        if self._looked == row.key:
            self.spawn(self._window.looked_at(row))

    # Keys

    def pressed(self, key: Key) -> None:
        """Hand a key to the room."""
        if self._small:
            return
        wish = self._room.press(key)
        if isinstance(wish, Give):
            self.spawn(self._carry_out(wish.order))
        elif isinstance(wish, Turn):
            self.spawn(self._look(wish.sitting))
        elif wish is Do.QUIT:
            self.exit()
        self._fetch()
        self._redraw()

    def pasted(self, text: str) -> None:
        """Hand a paste to the room."""
        self._room.paste(text)
        self._redraw()

    async def _carry_out(self, order: Order) -> None:
        try:
            outcome = await self._window.carry_out(order)
        except CactError as fault:
            self._room.note = words.refusals(self._room.language)[trouble_of(fault)]
        else:
            self._room.told(order, outcome)
        self._redraw()

    # Painting

    @property
    def _small(self) -> bool:
        columns, rows = self._screen_size
        return columns < LEAST_COLUMNS or rows < LEAST_ROWS

    def _resized(self, size: Size) -> None:
        self._screen_size = (size.width, size.height)
        self._redraw()

    def _redraw(self) -> None:
        if self._incident or not all(self._screen_size):
            return
        columns, rows = self._screen_size
        make = too_small(columns, rows, self._room.language) if self._small else None
        self._sheet.show(make or screen(self._room, columns, rows), columns)

    def show_incident(self, number: str) -> None:
        """Show which number to give; tests go on without this screen."""
        columns, _rows = self._screen_size
        _ = translator(self._room.language).gettext
        told = (
            strong(_("This screen made a mistake: incident {number}.").format(number=number)),
            line(_("Tests go on. Press Enter, then open it again.")),
        )
        self._sheet.show(told, columns)
