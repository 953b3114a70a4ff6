"""The linear mode's line over SSH: what a terminal in cooked mode would do, done here.

An SSH client puts its own terminal into raw mode, so echo and erasing are the host's part.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Final

from cact_tui.plain.intake import LONGEST_LINE, Intake
from cact_tui.text import clean_line, width

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.terminal.channel import Channel

_ERASE: Final = "\b\x7f"
_KILL: Final = "\x15"
_ENDS: Final = "\r\n"


class CookedLine:
    """A `LineReader` and a `Writer` over one channel; echoes if the client has a terminal."""

    def __init__(self, channel: Channel, *, echo: bool, ascii_only: bool) -> None:
        self._channel = channel
        self._echo = echo
        self._encoding = "ascii" if ascii_only else "utf-8"
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._intake = Intake(interactive=echo)
        self._typed = ""
        self._escape = ""
        self._after_return = False
        self._secret = False
        self._gone = False

    # What the session calls

    def feed(self, data: bytes) -> None:
        """Take bytes that were typed."""
        if not self._echo:
            self._intake.feed(data)
            return
        for character in self._decoder.decode(data):
            self._take(character)

    def resize(self, columns: int, rows: int) -> None:
        """Do nothing: lines are set to a fixed width."""

    def drained(self) -> None:
        """Do nothing: nothing was left out."""

    def hang_up(self) -> None:
        """No line will come any more, and none goes out."""
        self._gone = True
        self._intake.end()

    # What the face calls

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
        return self._intake.take()

    def drop(self) -> None:
        """Forget all that was typed so far, a line in the making too."""
        self._typed = ""
        self._intake.drop()

    def conceal(self, *, secret: bool) -> None:
        """Echo a mark for each character, while what is typed is a secret."""
        self._secret = secret

    def write(self, text: str) -> None:
        """Write a text.

        Raises:
            OSError: the other side is gone.
        """
        if self._gone:
            raise ConnectionResetError
        ends = "\r\n" if self._echo else "\n"
        self._channel.write(text.replace("\n", ends).encode(self._encoding, "replace"))

    def flush(self) -> None:
        """Do nothing: what was written is on its way."""

    # Editing

    def _take(self, character: str) -> None:
        """Take one character typed; of an escape sequence nothing is typed."""
        returned, self._after_return = self._after_return, character == "\r"
        if self._in_sequence(character):
            return
        if character in _ENDS:
            if not (returned and character == "\n"):
                self._finish()
        elif character in _ERASE:
            self._rub_out(1)
        elif character == _KILL:
            self._rub_out(len(self._typed))
        elif character.isprintable() and len(self._typed) < LONGEST_LINE // 4:
            self._typed += character
            self.write("*" if self._secret else character)

    def _in_sequence(self, character: str) -> bool:
        """Follow ESC, its introducer and its parameters to the final character."""
        if character == "\x1b":
            self._escape = character
        elif self._escape == "\x1b":
            self._escape = character if character in "[O" else ""
        elif self._escape:
            self._escape = "" if character >= "@" else self._escape
        else:
            return False
        return True

    def _rub_out(self, count: int) -> None:
        gone, self._typed = self._typed[-count:], self._typed[: len(self._typed) - count]
        if count and gone:
            cells = width(clean_line(gone) if gone.strip() else gone)
            self.write("\b \b" * (len(gone) if self._secret else cells))

    def _finish(self) -> None:
        typed, self._typed = self._typed, ""
        self.write("\n")
        self._intake.feed(typed.encode() + b"\n")
