"""The terminal this program was started on.

It is read and written without blocking, so a terminal that was stopped or is slow never holds up
the loop, and it is always given back as it was found.
"""

from __future__ import annotations

import asyncio
import copy
import io
import os
import select
import signal
import sys
import termios
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cact_tui.errors import CactError
from cact_tui.terminal.driver import Line
from cact_tui.terminal.profiles import profile_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import TextIO

    from textual.app import App
    from textual.driver import Driver

    from cact_tui.terminal.profiles import Profile

Result = TypeVar("Result")

_READ: Final = 4096
_BACKLOG_LIMIT: Final = 4096
_FAREWELL_MS: Final = 50
_FAREWELL_TRIES: Final = 20
_DEFAULT_SIZE: Final = (80, 24)
_IFLAG, _OFLAG, _LFLAG, _CC = 0, 1, 3, 6
_STOPPING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
_STRAY_LIMIT: Final = 64 * 1024


class NoTerminal(CactError):
    """Standard input or output is not a terminal, or it cannot be opened."""


class LocalTerminal:
    """Runs apps on the local terminal, one after another if need be."""

    def __init__(
        self,
        *,
        profile: Profile | None = None,
        on_stop: Callable[[App[Any]], None] | None = None,
    ) -> None:
        """Look at the terminal.

        Args:
            profile: What the terminal can do; guessed from the environment by default.
            on_stop: Asks a running app for an orderly end when the program is told to stop
                (SIGTERM, SIGHUP, SIGINT, SIGQUIT) or the terminal is gone; by default the app
                exits without a result. The same signal again cancels the app.

        Raises:
            NoTerminal: Standard input or output is not a terminal.
        """
        self._names = tuple(_tty_name(fd) for fd in (0, 1))
        self.profile = profile or profile_for(os.environ.get("TERM"), os.environ)
        self._on_stop = on_stop or _exit

    def run(self, app_factory: Callable[[type[Driver]], App[Result]]) -> Result | None:
        """Run one app in an event loop of its own and return its result.

        Args:
            app_factory: Makes the app; what it is given must become the app's `driver_class`.

        Raises:
            NoTerminal: The terminal cannot be opened.
        """
        main = self.run_async(app_factory)
        return asyncio.run(main)

    async def run_async(self, app_factory: Callable[[type[Driver]], App[Result]]) -> Result | None:
        """Run one app in the running event loop (of the main thread) and return its result."""
        with ExitStack() as stack:
            stack.enter_context(_stray_output_held())
            tty = _Tty(*self._names)
            stack.callback(tty.close)
            line = Line(tty, self.profile, tty.size(), backlog_limit=_BACKLOG_LIMIT)
            tty.open(line)
            app = app_factory(line.driver_class)
            task = asyncio.ensure_future(app.run_async(mouse=False))
            stop = _Stop(lambda: self._on_stop(app), task)
            tty.on_gone = lambda: stop("gone")
            stack.enter_context(_signals(tty, line, stop))
            try:
                return await task
            except asyncio.CancelledError:
                if not stop.forced:
                    raise
                return None


class _Stop:
    """The request to end: the app is asked once, and cancelled if the same request is repeated.

    A terminal that goes away and some service managers send several at once.
    """

    def __init__(self, ask: Callable[[], None], task: asyncio.Future[Any]) -> None:
        self._ask = ask
        self._task = task
        self._reasons: set[str] = set()
        self.forced = False

    def __call__(self, reason: str) -> None:
        if reason in self._reasons:
            self.forced = True
            self._task.cancel()
        elif not self._reasons:
            self._ask()
        self._reasons.add(reason)


class _Tty:
    """The terminal device, opened anew so that non-blocking mode is nobody else's."""

    def __init__(self, input_name: str, output_name: str) -> None:
        self._input = _open_tty(input_name, os.O_RDONLY)
        self._output = _open_tty(output_name, os.O_WRONLY)
        self._loop = asyncio.get_running_loop()
        self._found = termios.tcgetattr(self._input)
        self._queue = bytearray()
        self._line: Line | None = None
        self.on_gone: Callable[[], None] = lambda: None

    @property
    def backlog(self) -> int:
        return len(self._queue)

    def size(self) -> tuple[int, int]:
        with suppress(OSError):
            columns, rows = os.get_terminal_size(self._output)
            # A serial line that nobody told its size says 0.
            if columns > 0 and rows > 0:
                return columns, rows
        return _DEFAULT_SIZE

    def open(self, line: Line) -> None:
        self._line = line
        self.make_raw()
        self._loop.add_reader(self._input, self._readable)

    def make_raw(self) -> None:
        with suppress(termios.error):
            termios.tcsetattr(self._input, termios.TCSANOW, _raw(self._found))

    def write(self, data: bytes) -> None:
        idle = not self._queue
        self._queue += data
        if idle:
            self._write_some()
            if self._queue:
                self._loop.add_writer(self._output, self._writable)

    def _writable(self) -> None:
        self._write_some()
        if not self._queue:
            self._loop.remove_writer(self._output)
            if self._line is not None:
                self._line.drained()

    def _write_some(self) -> None:
        try:
            while self._queue:
                del self._queue[: os.write(self._output, self._queue)]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self._gone()

    def _readable(self) -> None:
        try:
            data = os.read(self._input, _READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data and self._line is not None:
            self._line.feed(data)
        elif not data:
            self._gone()

    def _gone(self) -> None:
        self._queue.clear()
        self._loop.remove_reader(self._input)
        self._loop.remove_writer(self._output)
        if self._line is not None:
            line, self._line = self._line, None
            line.hang_up()
            # Never from within a write of the app itself.
            self._loop.call_soon(self.on_gone)

    def close(self) -> None:
        """Give the terminal back as it was found."""
        self._loop.remove_reader(self._input)
        self._loop.remove_writer(self._output)
        self._say_farewell()
        with suppress(termios.error):
            # What was typed for the test is not for the shell.
            termios.tcflush(self._input, termios.TCIFLUSH)
            termios.tcsetattr(self._input, termios.TCSANOW, self._found)
        os.close(self._input)
        os.close(self._output)

    def _say_farewell(self) -> None:
        """Send what is left, the stop string last.

        If the terminal takes nothing, what it has not shown yet is thrown away: the stop string
        still gets into its buffer, and what the program prints next does not block.
        """
        poll = select.poll()
        poll.register(self._output, select.POLLOUT)
        for _ in range(_FAREWELL_TRIES):
            if not self._queue:
                return
            poll.poll(_FAREWELL_MS)
            self._write_some()
        if self._line is not None:
            with suppress(termios.error):
                termios.tcflush(self._output, termios.TCOFLUSH)
            self._queue[:] = self._line.profile.stop.encode()
            self._write_some()


def _tty_name(fd: int) -> str:
    try:
        return os.ttyname(fd)
    except OSError:
        raise NoTerminal(f"standard {('input', 'output')[fd]} is not a terminal") from None


def _open_tty(name: str, mode: int) -> int:
    # After `su` the device belongs to somebody else, but /dev/tty may always be opened.
    for path in (name, "/dev/tty"):
        with suppress(OSError):
            return os.open(path, mode | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    raise NoTerminal(f"{name} cannot be opened")


def _raw(found: list[Any]) -> list[Any]:
    """Return modes in which every byte arrives as it was sent, Ctrl-C, Ctrl-Z and Ctrl-S too."""
    modes = copy.deepcopy(found)
    modes[_IFLAG] &= ~(
        termios.BRKINT
        | termios.ICRNL
        | termios.IGNCR
        | termios.INLCR
        | termios.INPCK
        | termios.ISTRIP
        | termios.IXON
        | termios.IXOFF
    )
    modes[_OFLAG] &= ~termios.OPOST
    modes[_LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    modes[_CC][termios.VMIN] = 1
    modes[_CC][termios.VTIME] = 0
    return modes


def _exit(app: App[Any]) -> None:
    app.exit()


@contextmanager
def _signals(tty: _Tty, line: Line, stop: _Stop) -> Iterator[None]:
    """Follow the terminal's size and the requests to stop; nothing suspends the program."""
    loop = asyncio.get_running_loop()

    def resumed() -> None:
        tty.make_raw()
        line.resize(*tty.size())
        line.repaint()

    calls: dict[signal.Signals, Callable[[], None]] = {
        signal.SIGWINCH: lambda: line.resize(*tty.size()),
        signal.SIGCONT: resumed,
        **{number: partial(stop, number.name) for number in _STOPPING},
    }
    before = {number: signal.getsignal(number) for number in (*calls, signal.SIGTSTP)}
    for number, call in calls.items():
        loop.add_signal_handler(number, call)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        yield
    finally:
        for number in calls:
            loop.remove_signal_handler(number)
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stray(io.StringIO):
    """Holds what is printed while the screen belongs to an app, up to a limit."""

    def write(self, text: str) -> int:
        if self.tell() < _STRAY_LIMIT:
            super().write(text)
        return len(text)


@contextmanager
def _held(
    stream: TextIO, redirect: Callable[[TextIO], AbstractContextManager[TextIO]]
) -> Iterator[None]:
    stray = _Stray()
    try:
        with redirect(stray):
            yield
    finally:
        with suppress(OSError):
            stream.write(stray.getvalue())
            stream.flush()


@contextmanager
def _stray_output_held() -> Iterator[None]:
    """Keep prints and warnings off the screen; they come out once the terminal is back."""
    with ExitStack() as stack:
        if sys.stdout.isatty():
            stack.enter_context(_held(sys.stdout, redirect_stdout))
        if sys.stderr.isatty():
            stack.enter_context(_held(sys.stderr, redirect_stderr))
        yield
