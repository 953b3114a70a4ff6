"""One SSH session channel as a terminal: bytes in within a budget, bytes out, sizes, no more.

Commands, subsystems (so SFTP and SCP too), X11, agents and every variable that does not tell the
terminal's character set are refused.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import asyncssh

from cact_tui.ssh import limits
from cact_tui.ssh.limits import Budget
from cact_tui.ssh.terminal_end import USUAL_SIZE, TerminalEnd
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLES: Final = frozenset({"LANG", "LC_ALL", "LC_CTYPE"})
"""What is looked at of a client's environment, TERM aside: they tell the character set."""

_LONGEST_VALUE: Final = 64
_LONGEST_NAME: Final = 40


class SessionChannel(asyncssh.SSHServerChannel[bytes]):
    """A channel that takes only the variables of `VARIABLES`."""

    def __init__(self, connection: asyncssh.SSHServerConnection) -> None:
        super().__init__(
            connection,
            asyncio.get_running_loop(),
            allow_pty=True,
            line_editor=False,
            line_echo=False,
            line_history=0,
            max_line_length=0,
            encoding=None,
            errors="strict",
            window=limits.WINDOW,
            max_pktsize=limits.PACKET,
        )
        self.variables: dict[str, str] = {}

    @property
    def backlog(self) -> int:
        """Return the bytes written that the kernel has not taken yet."""
        transport = self._conn._transport  # noqa: SLF001 - no public way
        waiting = transport.get_write_buffer_size() if transport else 0
        return self.get_write_buffer_size() + waiting

    def _process_env_request(self, packet: Any) -> bool:
        """Take a variable that is on the list; asyncssh would take any."""
        name, value = packet.get_string(), packet.get_string()
        packet.check_end()
        key = name.decode("ascii", "replace")
        if key not in VARIABLES:
            return False
        self.variables[key] = value[:_LONGEST_VALUE].decode("ascii", "replace")
        return True


class TerminalSession(TerminalEnd, asyncssh.SSHServerSession[bytes]):
    """The session of one visitor, from the request for a shell to the end of the line."""

    def __init__(
        self, channel: SessionChannel, on_start: Callable[[TerminalSession], object]
    ) -> None:
        super().__init__()
        self._channel: SessionChannel | None = channel
        self._on_start = on_start
        self._loop = asyncio.get_running_loop()
        self._budget = Budget(self._loop.time())
        self._sizes = Budget(
            self._loop.time(), rate=limits.SIZES_PER_SECOND, burst=limits.SIZES_AT_ONCE
        )
        self._unread = bytearray()
        self._breath: asyncio.TimerHandle | None = None
        self._resizing: asyncio.TimerHandle | None = None

    @property
    def variables(self) -> Mapping[str, str]:
        """Return what the client told of its locale."""
        return self._channel.variables if self._channel else {}

    @property
    def alive(self) -> bool:
        """Return whether the other side is there."""
        return self._channel is not None

    # The channel of `terminal.driver`

    def write(self, data: bytes) -> None:
        """Queue bytes.

        Raises:
            OSError: the other side is gone.
        """
        if self._channel is None:
            raise ConnectionResetError
        self._channel.write(data)

    @property
    def backlog(self) -> int:
        """Return how many bytes were written but not yet taken by the kernel."""
        return self._channel.backlog if self._channel else 0

    def end(self, status: int = 0) -> None:
        """Close the session once everything written was taken."""
        if self._channel is not None:
            self._channel.exit(status)

    # What asyncssh calls

    def pty_requested(
        self,
        term_type: str,
        term_size: tuple[int, int, int, int],
        term_modes: Mapping[int, int],
    ) -> bool:
        """Take the terminal's name and size."""
        del term_modes
        self.pty, self.term = True, clean_line(term_type, _LONGEST_NAME)
        self._take_size(*term_size[:2])
        return True

    def shell_requested(self) -> bool:
        """Begin: there is one thing to do here, and it is no shell."""
        return True

    def exec_requested(self, command: str) -> bool:
        """Refuse."""
        del command
        return False

    def subsystem_requested(self, subsystem: str) -> bool:
        """Refuse."""
        del subsystem
        return False

    def session_started(self) -> None:
        """The visit begins."""
        self._on_start(self)

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """Take another size over, not more often than one can see."""
        del pixwidth, pixheight
        self._take_size(width, height)
        if self._resizing is None:
            wait = max(limits.RESIZE_SECONDS, self._sizes.spend(1, self._loop.time()))
            self._resizing = self._loop.call_later(wait, self._resize)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Hand input on; who sends more than anybody types has to wait."""
        del datatype
        self._unread += data
        if len(self._unread) == len(data):
            self._hand_on()
        wait = self._budget.spend(len(data), self._loop.time())
        if wait and self._channel is not None and self._breath is None:
            self._channel.pause_reading()
            self._breath = self._loop.call_later(wait, self._read_on)

    def _hand_on(self) -> None:
        """Hand a piece on, and the next in another turn of the loop: others have keys, too."""
        piece = bytes(self._unread[: limits.PIECE])
        self._hand(lambda terminal: terminal.feed(piece))
        del self._unread[: limits.PIECE]
        if self._unread:
            self._loop.call_soon(self._hand_on)

    def eof_received(self) -> bool:
        """Nothing will be typed any more: that is the end of a visit."""
        self._hang_up()
        return True

    def break_received(self, msec: int) -> bool:
        """Do nothing."""
        del msec
        return False

    def resume_writing(self) -> None:
        """Let the terminal make up for what it left out."""
        self._hand(lambda terminal: terminal.drained())

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is cut, by whomever."""
        del exc
        self._channel = None
        self._hang_up()

    def _hang_up(self) -> None:
        for timer in (self._breath, self._resizing):
            if timer is not None:
                timer.cancel()
        self._breath = self._resizing = None
        super()._hang_up()

    def _read_on(self) -> None:
        self._breath = None
        if self._channel is not None:
            self._channel.resume_reading()

    def _take_size(self, width: int, height: int) -> None:
        # A serial line that nobody told its size says 0.
        self.size = (width or USUAL_SIZE[0], height or USUAL_SIZE[1])

    def _resize(self) -> None:
        self._resizing = None
        self._hand(lambda terminal: terminal.resize(*self.size))
