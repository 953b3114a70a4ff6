"""A Textual driver whose terminal is any channel of bytes.

No signals, no threads, no tty: whoever owns the channel hands input and sizes to a `Line`, the
line's current driver turns them into events and Textual's output into the fewest bytes. One
process may run hundreds of apps this way.
"""

from __future__ import annotations

import asyncio
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, cast

from textual import events
from textual.driver import Driver
from textual.geometry import Size

from cact_tui.terminal.cells import CellGrid
from cact_tui.terminal.glyphs import transliteration
from cact_tui.terminal.keys import KeyReader
from cact_tui.terminal.parting import remember_members
from cact_tui.terminal.seam import adopt, text_cursor
from cact_tui.terminal.sgr import palette_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import BinaryIO, Literal, TextIO

    from rich.style import Style
    from textual.app import App
    from textual.message import Message

    from cact_tui.terminal.channel import Channel
    from cact_tui.terminal.profiles import Profile

MAX_SIZE: Final = (300, 120)
"""Columns and rows; sizes come from the other side and cost memory."""

BACKLOG_LIMIT: Final = 32 * 1024
"""Bytes waiting in the channel above which frames are skipped."""

_BACKLOG_POLL: Final = 0.25
_STATUS_REQUEST: Final = "\x1b[5n"
# A terminal that does not answer a status request is asked again with the next frame.
_ACKNOWLEDGE_PATIENCE: Final = 15.0
# The first frame of about 1,500 bytes takes 0.15 s at 115,200 baud and 1.6 s at 9,600.
_SLOW_SECONDS: Final = 0.6
_FREE_BYTES: Final = 96
"""Bytes sent without waiting for an answer: a second of a clock, which holds up no key's frame."""

_SHOW_CURSOR: Final = "\x1b[?25h"
_HIDE_CURSOR: Final = "\x1b[?25l"


Given = ParamSpec("Given")


class Line:
    """One terminal at the end of a channel: its profile, its size, and the app that has it now.

    Apps may follow one another on a line. Input that comes while no app has it is dropped: nobody
    has seen yet what it would answer.
    """

    def __init__(
        self,
        channel: Channel,
        profile: Profile,
        size: tuple[int, int],
        *,
        backlog_limit: int = BACKLOG_LIMIT,
        measure: bool = False,
    ) -> None:
        """Describe the terminal.

        Args:
            channel: Where its bytes go.
            profile: What it can do.
            size: Columns and rows; clamped to what is sensible.
            backlog_limit: Bytes waiting in the channel above which frames are skipped.
            measure: Whether to ask the terminal after the first frame how long it took, and to
                send one frame at a time if it took long. What waits in a client on its way to a
                slow line is in nobody's backlog.
        """
        self.channel = channel
        self.profile = profile
        self.size = _clamped(size)
        self.backlog_limit = backlog_limit
        self.measure = measure
        self.acknowledge = profile.acknowledge
        self.shown = asyncio.Event()
        """Set once a first frame was sent."""
        self.driver: ChannelDriver | None = None

    @property
    def driver_class(self) -> type[Driver]:
        """Return what to pass as an app's `driver_class`."""
        # Textual only ever calls it. A class made per session would be cyclic garbage.
        return cast("type[Driver]", partial(ChannelDriver, self))

    def feed(self, data: bytes) -> None:
        """Hand in bytes from the terminal."""
        if self.driver is not None:
            self.driver.feed(data)

    def resize(self, columns: int, rows: int) -> None:
        """Tell that the terminal has another size."""
        self.size = _clamped((columns, rows))
        if self.driver is not None:
            self.driver.resize(*self.size)

    def drained(self) -> None:
        """Tell that the channel's backlog is gone; skipped frames are made up for at once."""
        if self.driver is not None:
            self.driver.send_frame()

    def repaint(self) -> None:
        """Take the terminal over anew and send every cell: something else wrote on it."""
        if self.driver is not None:
            self.driver.repaint()

    def hand_back(self) -> None:
        """Give the terminal back now, whatever its app still does."""
        if self.driver is not None:
            self.driver.stop_application_mode()

    def hang_up(self) -> None:
        """Tell that the other side is gone: nothing is written any more."""
        if self.driver is not None:
            self.driver.close()


def _guarded(
    method: Callable[Concatenate[ChannelDriver, Given], None],
) -> Callable[Concatenate[ChannelDriver, Given], None]:
    """Make a fault of what the loop or the channel calls one of the app, not a frozen screen."""

    @wraps(method)
    def run(driver: ChannelDriver, /, *given: Given.args, **named: Given.kwargs) -> None:
        try:
            method(driver, *given, **named)
        except Exception as error:  # noqa: BLE001 - the app knows what is shown of faults
            driver.fail(error)

    return run


class ChannelDriver(Driver):
    """Drives one app over one line."""

    def __init__(
        self,
        line: Line,
        app: App[Any],
        *,
        debug: bool = False,  # noqa: ARG002 - Textual passes it; it would log keys to a file
        mouse: bool = False,  # noqa: ARG002 - there is no mouse
        size: tuple[int, int] | None = None,  # noqa: ARG002 - the line knows better
    ) -> None:
        """Be called by Textual once the app starts."""
        super().__init__(app, debug=False, mouse=False, size=line.size)
        self._line = line
        self._profile = line.profile
        self._reader = KeyReader()
        remember_members(app)
        adopt(app, no_color=self._profile.colours == "mono")
        self._grid = CellGrid(
            *line.size,
            palette=palette_for(self._profile.colours, dark=app.current_theme.dark),
            transliterate=transliteration(self._profile.charset),
            background_erase=self._profile.background_erase,
        )
        self.frames = 0
        """Frames sent so far."""
        self._alive = False
        self._drawn = False
        self._scheduled = False
        self._cursor: tuple[int, int] | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._poll: asyncio.TimerHandle | None = None
        self._unacknowledged: asyncio.TimerHandle | None = None
        self._asked: float | None = None
        self._unasked = 0

    # Output

    def write(self, data: str) -> None:
        """Draw Textual's output; it is sent once the app gives the loop a turn."""
        if self._alive:
            self._drawn = True
            self._grid.feed(data)
            self._schedule()

    def overlay(self, x: int, y: int, text: str, style: Style) -> None:
        """Draw one line of text past Textual, such as a clock every second.

        Textual does not know about it: the widget underneath should show the same text whenever
        Textual paints it.

        Args:
            x: Column of the first character.
            y: Row.
            text: The text; control characters are dropped.
            style: Its style, with colours as the widget underneath has them.
        """
        if self._alive and self._drawn:
            self._grid.feed(f"\x1b[{y + 1};{x + 1}H{style.render(text)}")
            self._schedule()

    @_guarded
    def send_frame(self) -> None:
        """Send what changed, unless the channel is choked or the last frame is unanswered."""
        self._scheduled = False
        if not self._alive or not self._drawn or self._unacknowledged is not None:
            return
        if self._line.channel.backlog > self._line.backlog_limit:
            self._poll = self._poll or self._loop.call_later(_BACKLOG_POLL, self._polled)
            return
        frame = self._grid.take()
        frame += self._cursor_change(drawn=bool(frame))
        if frame:
            self.frames += 1
            self._send(frame + self._request_status(len(frame)))
            self._line.shown.set()

    def ring(self) -> None:
        """Ring the terminal's bell."""
        if self._alive:
            self._send("\x07")

    def repaint(self) -> None:
        """Take the terminal over anew and send every cell."""
        if self._alive:
            self._acknowledge()
            self._cursor = None
            self._send(self._profile.start)
            self._grid.invalidate()
            self.send_frame()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self.send_frame)

    @_guarded
    def _polled(self) -> None:
        self._poll = None
        self.send_frame()

    def _cursor_change(self, *, drawn: bool) -> str:
        """Put the terminal's cursor into a focused text field: screen magnifiers follow it."""
        before, self._cursor = self._cursor, text_cursor(self._app, *self._line.size)
        if self._cursor is None:
            return _HIDE_CURSOR if before is not None else ""
        if not drawn and self._cursor == before:
            return ""
        x, y = self._cursor
        return f"\x1b[{y + 1};{x + 1}H{'' if before is not None else _SHOW_CURSOR}"

    def _send(self, text: str) -> None:
        try:
            self._line.channel.write(text.encode("utf-8", "replace"))
        except OSError:
            self.close()

    # Acknowledgement

    def _request_status(self, sent: int) -> str:
        self._unasked += sent
        if self._line.acknowledge:
            if self._unasked <= _FREE_BYTES:
                return ""
            patience = self._loop.call_later(_ACKNOWLEDGE_PATIENCE, self._acknowledged)
            self._unacknowledged = patience
        elif not self._line.measure or self._asked is not None:
            return ""
        self._unasked = 0
        self._asked = self._loop.time()
        return _STATUS_REQUEST

    def _answered(self) -> None:
        """Take the answer to a status request; a slow first one means that all are asked for."""
        if self._line.measure and self._asked is not None:
            self._line.measure = False
            self._line.acknowledge = self._loop.time() - self._asked > _SLOW_SECONDS
        self._acknowledged()

    def _acknowledge(self) -> None:
        if self._unacknowledged is not None:
            self._unacknowledged.cancel()
            self._unacknowledged = None

    @_guarded
    def _acknowledged(self) -> None:
        self._acknowledge()
        self.send_frame()

    # Input

    @_guarded
    def feed(self, data: bytes) -> None:
        """Turn bytes from the terminal into events for the app."""
        if not self._alive:
            return
        self._post(self._reader.feed(data))
        if self._reader.take_acknowledged():
            self._answered()
        self._await_rest()

    @_guarded
    def resize(self, columns: int, rows: int) -> None:
        """Take another size over and tell the app."""
        self._size = columns, rows
        if self._alive:
            self._grid.resize(columns, rows)
            size = Size(columns, rows)
            self.send_message(events.Resize(size, size))
            # Textual is given time to paint at the new size, which it does only if it is one.
            self._poll = self._poll or self._loop.call_later(_BACKLOG_POLL, self._polled)

    def send_message(self, message: Message) -> None:
        """Post to the app; input comes on the loop's own thread."""
        if self._alive:
            self._app.post_message(message)

    def _post(self, found: Iterable[events.Event]) -> None:
        for event in found:
            self.process_message(event)

    def _await_rest(self) -> None:
        """Have the reader give up waiting if nothing comes."""
        if self._tick is not None:
            self._tick.cancel()
        patience = self._reader.patience
        self._tick = self._loop.call_later(patience, self._ticked) if patience else None

    @_guarded
    def _ticked(self) -> None:
        self._tick = None
        self._post(self._reader.tick())
        self._await_rest()

    # Life

    def fail(self, error: Exception) -> None:
        """Hand a fault to the app."""
        self._app._handle_exception(error)  # noqa: SLF001 - as Textual's own loop does

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._line.driver = self
        self._alive = True
        self._send(self._profile.start)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if self._alive:
            self._send(self._profile.stop)
        self.close()

    def disable_input(self) -> None:
        """Do nothing: input is dropped once the driver has stopped."""

    def close(self) -> None:
        """Stop without a word; whatever is called later does nothing."""
        self._alive = False
        for timer in (self._tick, self._poll, self._unacknowledged):
            if timer is not None:
                timer.cancel()
        self._tick = self._poll = self._unacknowledged = None
        if self._line.driver is self:
            self._line.driver = None

    # What the base class would do on the machine the program runs on

    def open_url(self, url: str, new_tab: bool = True) -> None:  # noqa: FBT001, FBT002 - Textual's
        """Do nothing."""

    def deliver_binary(
        self,
        binary: BinaryIO | TextIO,
        *,
        delivery_key: str,
        save_path: Path,
        open_method: Literal["browser", "download"] = "download",
        encoding: str | None = None,
        mime_type: str | None = None,
        name: str | None = None,
    ) -> None:
        """Do nothing."""


def _clamped(size: tuple[int, int]) -> tuple[int, int]:
    columns, rows = (max(1, min(asked, most)) for asked, most in zip(size, MAX_SIZE, strict=True))
    return columns, rows
