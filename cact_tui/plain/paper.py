"""What is written: whole lines and prompts, and no other control character than the line feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cact_tui.plain.ascii import to_ascii
from cact_tui.text import clean, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable


class Writer(Protocol):
    """Where text goes; a text file is one."""

    def write(self, text: str, /) -> object:
        """Take a text.

        Raises:
            OSError: the terminal is gone.
        """

    def flush(self) -> object:
        """Send what was taken.

        Raises:
            OSError: the terminal is gone.
        """


class Paper:
    """Sets texts in lines. `torn` is true once the terminal takes no more."""

    def __init__(
        self, writer: Writer, *, columns: int, ascii_only: bool, interactive: bool
    ) -> None:
        self._writer = writer
        self._columns = columns
        self._ascii_only = ascii_only
        self._interactive = interactive
        self._prompted = False
        self.torn = False

    def say(self, paragraphs: Iterable[str]) -> None:
        """Write paragraphs as lines; an empty one is a blank line."""
        lines = [line for paragraph in paragraphs for line in self._set(paragraph)]
        if not lines:
            return
        # A prompt that nobody has answered still has the cursor in its line.
        before = "\n" if self._prompted else ""
        self._prompted = False
        self._write(before + "".join(f"{line}\n" for line in lines))

    def ask(self, prompt: str) -> None:
        """Write a prompt; a person types behind it, a script's lines are not echoed there."""
        *above, last = self._set(prompt)
        self._prompted = self._interactive
        end = " " if self._interactive else "\n"
        self._write("".join(f"{line}\n" for line in above) + last + end)

    def answered(self) -> None:
        """The person has ended the line of the prompt."""
        self._prompted = False

    def _set(self, text: str) -> list[str]:
        text = clean(text)
        lines = wrap(to_ascii(text) if self._ascii_only else text, self._columns)
        return [line.rstrip() for line in lines]

    def _write(self, text: str) -> None:
        if self.torn:
            return
        try:
            self._writer.write(text)
            self._writer.flush()
        except OSError:
            self.torn = True
