"""The participant's screens as a Textual app: shows the flow's view, sends the flow actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve
from rich.style import Style
from textual.geometry import Region

from cact_tui.delivery.actions import CallForProctor, Leave, Respond, WriteComment
from cact_tui.delivery.views import ItemView, Saving, Standstill, StandstillView
from cact_tui.tui.lines import length
from cact_tui.tui.locked import LockedApp, OnIncident
from cact_tui.tui.participant import guard
from cact_tui.tui.participant.frame import ROWS_BELOW_STATUS, framed, head
from cact_tui.tui.participant.notices import incident_page, too_small
from cact_tui.tui.participant.room import Room
from cact_tui.tui.participant.stage import LEAST_COLUMNS, LEAST_ROWS, Act, Command, area_of
from cact_tui.tui.participant.standstill import Ended
from cact_tui.tui.participant.watch import Watch
from cact_tui.tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.driver import Driver
    from textual.geometry import Size
    from textual.timer import Timer

    from cact_tui.clock import Clock
    from cact_tui.delivery.actions import Action
    from cact_tui.delivery.face import Flow
    from cact_tui.delivery.views import ClockReading, View
    from cact_tui.tui.keys import Key
    from cact_tui.tui.lines import Line
    from cact_tui.tui.participant.stage import Page

NOTE_SECONDS = 8.0
"""How long a note stands in the status line."""

PATIENCE = 0.4
"""Seconds that the last screen stays while the next item is being chosen."""

_PLAIN = Style()
_ASIDE = (CallForProctor, WriteComment, Leave)


class ParticipantApp(LockedApp):
    """Shows `flow.view` and sends what keys ask for; the return code is 0 unless it failed."""

    def __init__(
        self,
        flow: Flow,
        clock: Clock,
        driver_class: type[Driver] | None = None,
        *,
        on_incident: OnIncident | None = None,
    ) -> None:
        """Take the participant's way through the test, and whom to tell of incidents."""
        super().__init__(driver_class, on_incident)
        self._flow = flow
        self._guard = guard.Guard(clock)
        self._watch = Watch(flow)
        self._room = Room(area_of(LEAST_COLUMNS, LEAST_ROWS))
        self._sheet = Sheet(lambda size: self.safely(partial(self._resized, size)))
        self._screen_size = (0, 0)
        self._view: View | None = None
        self._acting: View | None = None
        self._page: Page | None = None
        self._asked = ""
        self._noted: Timer | None = None

    @property
    def sheet(self) -> Sheet:
        """Return the widget that draws the screen."""
        return self._sheet

    def compose(self) -> ComposeResult:
        """Return the one widget."""
        yield self._sheet

    def on_mount(self) -> None:
        """Begin."""
        self._sheet.focus()
        self._flow.listen(self._view_came, self._clock_came, self.fail)
        self.spawn(self._flow.start())

    async def on_unmount(self) -> None:
        """Let go of the flow; the session stays as it is."""
        await self._flow.close()
        self._flow.listen(_deaf, _deaf)

    # What the flow says

    def _view_came(self, view: View) -> None:
        del view  # by the time the app comes to it there may be a newer one
        self.call_later(self.safely, self._take_view)

    def _take_view(self) -> None:
        view = self._flow.view
        if view == self._view:
            return
        if _passing(view) and self._view is not None:
            self.set_timer(PATIENCE, partial(self.safely, partial(self._take_passing, view)))
        else:
            self._show_view(view)

    def _take_passing(self, view: View) -> None:
        if self._flow.view == view:
            self._show_view(view)

    def _show_view(self, view: View) -> None:
        self._view = view
        self._room.face = evolve(self._room.face, reading=self._flow.clock)
        if self._room.see(view):
            ended = isinstance(self._room.stage, Ended)
            self._guard.shut(guard.END if ended else guard.NEW_VIEW)
        self._redraw()
        if isinstance(view, ItemView) and view.saving is Saving.DURABLE:
            self._draw_state(view.status)

    # Keys

    def pressed(self, key: Key) -> None:
        """Hand a key to the room, unless nobody can have seen what it would answer."""
        if not self._attentive:
            return
        before = self._room.item
        wish = self._room.press(key)
        after = self._room.item
        if before is not None and after is not None:
            self._watch.changed(before, after)
        if isinstance(wish, Act):
            self._act(wish.action)
        elif wish is Command.QUIT:
            self.exit()
        self._redraw()

    def pasted(self, text: str) -> None:
        """Hand a paste to the room."""
        if self._attentive:
            self._room.paste(text)
            self._redraw()

    @property
    def _attentive(self) -> bool:
        return not self._small and self._guard.open and self._flow.view == self._view

    def _act(self, action: Action) -> None:
        """Send an action, and not a second one about the same view."""
        aside = isinstance(action, _ASIDE)
        if not aside and self._acting is not None and self._acting == self._view:
            return
        if not aside:
            self._acting = self._view
        self.spawn(self._perform(action))

    async def _perform(self, action: Action) -> None:
        await self._flow.act(action)
        self.call_later(self.safely, partial(self._performed, action))

    def _performed(self, action: Action) -> None:
        if not isinstance(action, _ASIDE):
            self._acting = None
        self._room.done(action)
        if self._room.note:
            self._note_shown()
        if isinstance(action, Respond) and self._flow.view == self._view:
            self._watch.gone()
        self._take_view()
        self._redraw()

    # Time

    def _clock_came(self, reading: ClockReading) -> None:
        self.safely(partial(self._tick, reading))

    def _tick(self, reading: ClockReading) -> None:
        before = self._clock_text
        self._room.face = evolve(self._room.face, reading=reading)
        if reading.warning:
            self._room.note = reading.warning
            self.call_later(self.safely, self._warned)
        elif self._clock_text != before:
            self._draw_clock()

    def _warned(self) -> None:
        self._note_shown()
        self._redraw()

    def _note_shown(self) -> None:
        """Let a note go after some time."""
        if self._noted is not None:
            self._noted.stop()
        self._noted = self.set_timer(NOTE_SECONDS, partial(self.safely, self._note_over))

    def _note_over(self) -> None:
        self._room.note = ""
        self._redraw()

    @property
    def _clock_text(self) -> str:
        return self._room.face.text(self._room.language)

    def _draw_clock(self) -> None:
        """Draw the clock alone, past Textual where the driver can."""
        if self._small or self._incident or self._page is None:
            return
        columns, _ = self._screen_size
        text = self._clock_text
        spans = head(self._page, columns, text)
        overlay = getattr(self._driver, "overlay", None)
        alone = length(spans) == columns and spans[:-1] == self._sheet.lines[0][:-1]
        self._sheet.put(0, spans, columns)
        if overlay is not None and alone:
            overlay(columns - length(spans[-1:]), 0, spans[-1].text, _PLAIN)
        else:
            self._sheet.refresh(Region(0, 0, columns, 1))

    def _draw_state(self, state: str) -> None:
        """Draw the word that an answer is durable at once.

        Textual paints at most sixty times a second, and has just painted that it is being saved.
        """
        overlay = getattr(self._driver, "overlay", None)
        shown = self._page is not None and self._page.state == state
        if overlay is None or self._small or self._incident or not shown:
            return
        columns, rows = self._screen_size
        row = rows - ROWS_BELOW_STATUS - 1
        said = self._sheet.lines[row][-1:]
        overlay(columns - length(said), row, said[0].text, _PLAIN)

    # Painting

    def _resized(self, size: Size) -> None:
        self._screen_size = (size.width, size.height)
        if not self._small:
            self._room.fit(area_of(size.width, size.height))
        self._redraw()

    @property
    def _small(self) -> bool:
        columns, rows = self._screen_size
        return columns < LEAST_COLUMNS or rows < LEAST_ROWS

    def show_incident(self, number: str) -> None:
        """Show whom to call and which number to give; the test's time stands still."""
        self._watch.covered()
        columns, rows = self._screen_size
        page = incident_page(self._room.language, number, self._room.area.text_columns)
        self._sheet.show(framed(page, columns, rows), columns)

    def _redraw(self) -> None:
        if self._incident or not all(self._screen_size):
            return
        self._sheet.show(self._lines(), self._screen_size[0])
        item = None if self._small else self._room.visible_item
        if item is None:
            self._cover()
        if self._guard.waiting or self._watch.outdated(item):
            self.call_after_refresh(self.safely, self._painted)

    def _lines(self) -> tuple[Line, ...]:
        columns, rows = self._screen_size
        if self._small:
            return too_small(columns, rows)
        page = self._page = self._room.page()
        if page.question and page.question != self._asked:
            self._guard.shut(guard.QUESTION)
        self._asked = page.question
        return framed(page, columns, rows, clock=self._clock_text)

    def _cover(self) -> None:
        if isinstance(self._flow.view, ItemView) and self._room.item is not None:
            self._watch.covered()
        else:
            self._watch.gone()

    def _painted(self) -> None:
        """The frame is on the terminal: what it shows may be answered, and its time counts."""
        self._guard.painted()
        item = None if self._small or self._incident else self._room.visible_item
        if item is not None and self._flow.view == self._view:
            self._watch.painted(item)


def _deaf(_said: object) -> None:
    """Hear nothing any more: a flow that outlives the app does not keep it alive."""


def _passing(view: View) -> bool:
    """Return whether a view stands only until the next item is chosen."""
    return isinstance(view, StandstillView) and view.why is Standstill.CHOOSING
