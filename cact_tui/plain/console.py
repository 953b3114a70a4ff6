"""The linear mode on this program's own input and output: a terminal, a pipe or a file.

Bytes are read by a thread, which alone can wait for all three of them.
"""

from __future__ import annotations

import asyncio
import copy
import os
import select
import signal
import termios
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from cact_tui.plain.face import GONE, PlainFace
from cact_tui.plain.intake import LONGEST_LINE, MOST_WAITING, Intake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cact_tui.delivery.face import Flow

_READ: Final = 4096
# One more read, and the line it completes, always find room.
_ENOUGH: Final = MOST_WAITING - LONGEST_LINE - _READ
_STOPPING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_IFLAG, _LFLAG, _CC = 0, 3, 6


def speaks_utf8(environment: Mapping[str, str]) -> bool:
    """Return whether the locale's character set is UTF-8."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next(filter(None, names), "").lower()
    return "utf-8" in locale or "utf8" in locale


async def run_on_console(
    flow: Flow,
    *,
    environment: Mapping[str, str] = os.environ,
    input_fd: int = 0,
    output_fd: int = 1,
) -> int:
    """Lead one participant on standard input and output; return what `PlainFace.run` returns.

    SIGTERM, SIGHUP and SIGINT end it as if the terminal had gone away.
    """
    ascii_only = not speaks_utf8(environment)
    with ExitStack() as stack:
        stack.enter_context(line_discipline(input_fd))
        reader = ThreadReader(input_fd)
        stack.callback(reader.close)
        writer = FdWriter(output_fd, "ascii" if ascii_only else "utf-8")
        face = PlainFace(flow, reader, writer, ascii_only=ascii_only)
        running = asyncio.ensure_future(face.run())
        stopped = stack.enter_context(_signals(running.cancel))
        try:
            return await running
        except asyncio.CancelledError:
            if not stopped.is_set():
                raise
            return GONE


class ThreadReader:
    """A `LineReader` over a file descriptor; made in the event loop that uses it."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._intake = Intake(interactive=os.isatty(fd))
        self._loop = asyncio.get_running_loop()
        # One permit per read, given back once there is room: at most one is under way.
        self._permit = threading.Semaphore()
        self._owed = False
        self._wakened, self._waker = os.pipe()
        self._reading = threading.Lock()
        # How often was dropped: now, and when what is under way was read.
        self._drops = 0
        self._read_after = 0
        self._closing = False
        self._thread = threading.Thread(target=self._read, name="plain-input", daemon=True)
        self._thread.start()

    @property
    def interactive(self) -> bool:
        """Return whether a person types."""
        return self._intake.interactive

    @property
    def ended(self) -> bool:
        """Return whether no further line will come."""
        return self._intake.ended

    def listen(self, on_news: Callable[[], None]) -> None:
        """Be told when there may be a line, or the end."""
        self._intake.listen(on_news)

    def take(self) -> str | None:
        """Return the next line, if there is one."""
        line = self._intake.take()
        self._make_room()
        return line

    def drop(self) -> None:
        """Forget all that was typed so far, what the terminal still holds too."""
        with self._reading, suppress(termios.error):
            self._drops += 1
            termios.tcflush(self._fd, termios.TCIFLUSH)
        self._intake.drop()
        self._make_room()

    def conceal(self, *, secret: bool) -> None:
        """Have the terminal echo line ends only, while what is typed is a secret."""
        with suppress(termios.error):
            modes = termios.tcgetattr(self._fd)
            modes[_LFLAG] = modes[_LFLAG] & ~(termios.ECHO | termios.ECHONL)
            modes[_LFLAG] |= termios.ECHONL if secret else termios.ECHO
            termios.tcsetattr(self._fd, termios.TCSADRAIN, modes)

    def close(self) -> None:
        """Stop reading; the descriptor itself stays open."""
        self._closing = True
        self._permit.release()
        os.write(self._waker, b".")
        self._thread.join()
        os.close(self._waker)
        os.close(self._wakened)

    def _read(self) -> None:
        """Hand bytes to the loop until the end; runs in the thread."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        poll.register(self._wakened, select.POLLIN)
        while data := self._next(poll):
            self._tell(self._feed, data)
        self._tell(self._intake.end)

    def _next(self, poll: select.poll) -> bytes:
        """Return what came next, once there is room for it; nothing at the end."""
        self._permit.acquire()
        while not self._closing:
            poll.poll()
            # `drop` may have emptied the terminal since: reading would block, and `close` with it.
            with self._reading, suppress(BlockingIOError):
                if poll.poll(0):
                    return self._read_some()
        return b""

    def _read_some(self) -> bytes:
        """Return what is there; nothing at the end."""
        if self._closing:
            return b""
        self._read_after = self._drops
        try:
            return os.read(self._fd, _READ)
        except BlockingIOError:
            raise
        except OSError:
            return b""

    def _feed(self, data: bytes) -> None:
        self._owed = True
        self._intake.feed(data)
        if self._read_after != self._drops:
            self._intake.drop()
        self._make_room()

    def _make_room(self) -> None:
        """Let the thread read on unless enough is waiting."""
        if self._owed and self._intake.waiting < _ENOUGH:
            self._owed = False
            self._permit.release()

    def _tell(self, call: Callable[..., None], *arguments: bytes) -> None:
        # The loop may have been closed meanwhile; then nobody listens any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)


class FdWriter:
    """Writes text to a file descriptor at once and completely.

    It waits for a slow terminal: here one process has one participant, and a gap between two
    ticks of the clock is not charged.
    """

    def __init__(self, fd: int, encoding: str) -> None:
        self._fd = fd
        self._encoding = encoding

    def write(self, text: str) -> None:
        """Write a text.

        Raises:
            OSError: the terminal is gone.
        """
        data = text.encode(self._encoding, "replace")
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                poll = select.poll()
                poll.register(self._fd, select.POLLOUT)
                poll.poll()

    def flush(self) -> None:
        """Do nothing: what was written is on its way."""


@contextmanager
def line_discipline(fd: int) -> Iterator[None]:
    """Have a terminal give whole, echoed lines, and no key that ends or freezes the program."""
    try:
        found = termios.tcgetattr(fd)
    except termios.error:
        yield
        return
    with suppress(termios.error):
        termios.tcsetattr(fd, termios.TCSADRAIN, _tame(fd, found))
    try:
        yield
    finally:
        with suppress(termios.error):
            # What was typed for the test is not for the shell.
            termios.tcflush(fd, termios.TCIFLUSH)
            termios.tcsetattr(fd, termios.TCSADRAIN, found)


def _tame(fd: int, found: list[Any]) -> list[Any]:
    """Return cooked modes in which Ctrl-C, Ctrl-Z, Ctrl-S and Ctrl-D are like other characters."""
    modes = copy.deepcopy(found)
    modes[_IFLAG] = modes[_IFLAG] & ~(termios.IXON | termios.INLCR | termios.IGNCR) | termios.ICRNL
    modes[_LFLAG] = modes[_LFLAG] & ~termios.ISIG | termios.ICANON | termios.ECHO
    modes[_CC][termios.VEOF] = bytes([os.fpathconf(fd, "PC_VDISABLE")])
    return modes


@contextmanager
def _signals(stop: Callable[[], object]) -> Iterator[asyncio.Event]:
    """Follow requests to stop; the event tells whether there was one."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def on_signal() -> None:
        stopped.set()
        stop()

    before = {number: signal.getsignal(number) for number in _STOPPING}
    for number in _STOPPING:
        loop.add_signal_handler(number, on_signal)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
