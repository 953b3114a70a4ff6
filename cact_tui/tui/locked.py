"""An app that offers nothing but itself: no bindings, no palette, no files, no clipboard, no mouse.

Keys and pastes are handed to two methods and never reach Textual's bindings. A fault becomes an
incident: its number is shown, the exception goes to a callback, and neither traceback nor locals
reach the terminal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App

from cact_tui.delivery.reference import new_reference
from cact_tui.tui.keys import Key, key

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.command import Provider
    from textual.driver import Driver
    from textual.screen import Screen

EXIT_INCIDENT = 70
"""Exit code after an incident; the app's return value is then the incident's number."""

OnIncident = Callable[[str, Exception], object]
"""Is given the number and the exception of an incident, for the record."""


def _ignore(number: str, error: Exception) -> None:
    """Keep no record."""


class LockedApp(App[str], inherit_bindings=False):
    """The base of every app of a test."""

    CSS: ClassVar[str] = "Screen { background: ansi_default; color: ansi_default; }"
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = set()
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = None

    def __init__(
        self,
        driver_class: type[Driver] | None = None,
        on_incident: OnIncident | None = None,
    ) -> None:
        """Take a driver, and whom to tell of incidents."""
        super().__init__(driver_class=driver_class, ansi_color=True)
        self._disable_tooltips = True
        self._disable_notifications = True
        self._on_incident = on_incident or _ignore
        self._incident = ""
        self._tasks: set[asyncio.Task[None]] = set()

    # What an app makes of keys and faults

    def pressed(self, key: Key) -> None:
        """Do what a key asks."""

    def pasted(self, text: str) -> None:
        """Take a pasted text."""

    def show_incident(self, number: str) -> None:
        """Show whom to call and which number to give."""

    # Events

    async def on_event(self, event: events.Event) -> None:
        """Take keys and pastes; let the mouse be."""
        if isinstance(event, events.Key):
            self.safely(partial(self._press, key(event.key, event.character)))
        elif isinstance(event, events.Paste):
            if not self._incident:
                self.safely(partial(self.pasted, event.text))
        elif not isinstance(event, events.MouseEvent):
            await super().on_event(event)

    def _press(self, pressed: Key) -> None:
        if not self._incident:
            self.pressed(pressed)
        elif pressed.name == "enter":
            self.exit(self._incident, EXIT_INCIDENT)

    # Faults

    def safely(self, work: Callable[[], object]) -> None:
        """Do something whose failure is an incident."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the participant sees a number
            self.fail(error)

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something beside the screen whose failure is an incident."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, patience: float) -> None:
        """Wait for what still goes on beside the screen; end it after so many seconds."""
        tasks = tuple(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _guarded(self, work: Awaitable[object]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - as above
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Make a fault an incident and show its number; a second one ends the app."""
        if self._incident:
            self._give_up()
            return
        self._record(error)
        try:
            self.show_incident(self._incident)
        except Exception:  # noqa: BLE001 - the screen itself is at fault
            self._give_up()

    def _record(self, error: Exception) -> None:
        self._incident = new_reference()
        with suppress(Exception):
            self._on_incident(self._incident, error)

    def _give_up(self) -> None:
        """End without a word: the number is the app's return value."""
        self._exit = True
        self._return_value = self._incident
        self._return_code = EXIT_INCIDENT
        self._exit_renderables.clear()
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        """Handle what was raised in Textual's own loop, which is lost."""
        if not self._incident:
            self._record(error)
        self._give_up()

    def _fatal_error(self) -> None:
        """Never print a traceback: it would show locals."""
        self._give_up()

    def panic(self, *renderables: object) -> None:
        """Never print anything."""
        del renderables
        self._give_up()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()

    # What Textual would do on the machine the program runs on, or for whoever asks

    async def run_action(self, *_args: object, **_options: object) -> bool:
        """Run no action, whoever asks."""
        return False

    def copy_to_clipboard(self, text: str) -> None:
        """Do nothing."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Do nothing."""

    def save_screenshot(self, *_args: object, **_options: object) -> str:
        """Write nothing."""
        return ""

    def deliver_screenshot(self, *_args: object, **_options: object) -> None:
        """Deliver nothing."""

    def deliver_text(self, *_args: object, **_options: object) -> None:
        """Deliver nothing."""

    def deliver_binary(self, *_args: object, **_options: object) -> None:
        """Deliver nothing."""

    def action_suspend_process(self) -> None:
        """Never stop."""

    def get_system_commands(self, screen: Screen[Any]) -> tuple[()]:
        """Offer none."""
        del screen
        return ()
