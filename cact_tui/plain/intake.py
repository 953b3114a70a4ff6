"""Lines from bytes that anybody may send: bounded, decoded, cleaned. Knows no file and no loop."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Protocol

from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_LINE = 4096
"""Bytes of a line that are kept; the rest of it is dropped."""

MOST_WAITING = 4 * LONGEST_LINE
"""Characters, line ends too, that are kept for later; a line on top of them is dropped."""

UNREADABLE = "\ufffd"
"""Stands for a line of which nothing is left after cleaning: it was not left empty."""

_LINE_END = re.compile(rb"\r\n|\r|\n")


class LineReader(Protocol):
    """Where typed lines come from. All calls come from one event loop."""

    @property
    def interactive(self) -> bool:
        """Return whether a person types: what came before the prompt is then no answer to it."""

    @property
    def ended(self) -> bool:
        """Return whether no further line will come."""

    def listen(self, on_news: Callable[[], None]) -> None:
        """Be told when there may be a line, or the end."""

    def take(self) -> str | None:
        """Return the next line, if there is one."""

    def drop(self) -> None:
        """Forget all that was typed so far, a line in the making too."""

    def conceal(self, *, secret: bool) -> None:
        """Show of what is typed from now on only that it is typed, while it is a secret."""


class Intake:
    """A `LineReader` that is fed bytes as they arrive.

    A line counts once it was ended by a line feed, a carriage return or both; what was begun and
    never ended is none.
    """

    def __init__(self, *, interactive: bool) -> None:
        self._interactive = interactive
        self._lines: deque[str] = deque()
        self._waiting = 0
        self._partial = bytearray()
        self._overlong = False
        self._stale = False
        self._after_return = False
        self._over = False
        self._on_news: Callable[[], None] = lambda: None

    @property
    def interactive(self) -> bool:
        """Return whether a person types."""
        return self._interactive

    @property
    def ended(self) -> bool:
        """Return whether no further line will come."""
        return self._over and not self._lines

    @property
    def waiting(self) -> int:
        """Return how many characters, line ends too, wait to be taken."""
        return self._waiting

    def listen(self, on_news: Callable[[], None]) -> None:
        """Be told when there may be a line, or the end."""
        self._on_news = on_news

    def take(self) -> str | None:
        """Return the next line, if there is one."""
        if not self._lines:
            return None
        line = self._lines.popleft()
        self._waiting -= len(line) + 1
        return line

    def conceal(self, *, secret: bool) -> None:
        """Do nothing: bytes that are fed are echoed by somebody else."""

    def drop(self) -> None:
        """Forget all lines; one in the making is forgotten once it ends.

        Forgetting only its beginning would leave an empty line, and an empty line sends answers.
        """
        self._lines.clear()
        self._waiting = 0
        self._stale = self._stale or bool(self._partial) or self._overlong

    def feed(self, data: bytes) -> None:
        """Take bytes, cut anywhere."""
        if self._after_return and data:
            self._after_return = False
            data = data.removeprefix(b"\n")
        if not data:
            return
        self._after_return = data.endswith(b"\r")
        *whole, rest = _LINE_END.split(data)
        for piece in whole:
            self._extend(piece)
            self._finish()
        self._extend(rest)
        self._on_news()

    def end(self) -> None:
        """No byte will come any more."""
        self._over = True
        self._on_news()

    def _extend(self, piece: bytes) -> None:
        room = LONGEST_LINE - len(self._partial)
        self._partial += piece[:room]
        self._overlong = self._overlong or len(piece) > room

    def _finish(self) -> None:
        line = _typed(bytes(self._partial), overlong=self._overlong)
        if not self._stale and self._waiting + len(line) < MOST_WAITING:
            self._lines.append(line)
            self._waiting += len(line) + 1
        self._partial.clear()
        self._overlong = self._stale = False


def _typed(line: bytes, *, overlong: bool) -> str:
    """Return a line as harmless text, empty only if nothing but blanks was typed."""
    text = clean_line(line.decode("utf-8", "replace"), LONGEST_LINE)
    blank = not overlong and not line.strip(b" \t")
    return text or ("" if blank else UNREADABLE)
