"""The near end of a visitor's terminal: bytes out, bytes and sizes in, and who takes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

USUAL_SIZE: Final = (80, 24)


class Terminal(Protocol):
    """What takes a session's events: `terminal.driver.Line`, or the linear mode's `CookedLine`."""

    def feed(self, data: bytes) -> None:
        """Hand in bytes from the terminal."""

    def resize(self, columns: int, rows: int) -> None:
        """Tell that the terminal has another size."""

    def drained(self) -> None:
        """Tell that the channel's backlog is gone."""

    def hang_up(self) -> None:
        """Tell that the other side is gone."""


class TerminalEnd(ABC):
    """A terminal that a visit writes to, and that hands what comes from it to one `Terminal`."""

    def __init__(self) -> None:
        self._terminal: Terminal | None = None
        self.gone = False
        """Whether nothing will be typed here any more: the other side ended it or is cut off."""
        self.on_gone: Callable[[], None] = lambda: None
        self.on_fault: Callable[[Exception], None] = lambda _: None
        """Is told what the terminal raised when it was handed something."""
        self.term = ""
        self.pty = False
        self.size = USUAL_SIZE

    @property
    @abstractmethod
    def variables(self) -> Mapping[str, str]:
        """Return what the client told of its locale."""

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Return whether the other side is there."""

    @property
    @abstractmethod
    def backlog(self) -> int:
        """Return how many bytes were written but not yet taken."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Queue bytes.

        Raises:
            OSError: the other side is gone.
        """

    @abstractmethod
    def end(self, status: int = 0) -> None:
        """Close the terminal's line once everything written was taken."""

    def attach(self, terminal: Terminal) -> None:
        """Hand what comes to a terminal; what came before is dropped, nobody had seen anything.

        That nothing will come any more is told at once.
        """
        self._terminal = terminal
        if self.gone:
            self._hang_up()

    def _hang_up(self) -> None:
        self.gone = True
        terminal, self._terminal = self._terminal, None
        if terminal is not None:
            terminal.hang_up()
        gone, self.on_gone = self.on_gone, lambda: None
        gone()

    def _hand(self, work: Callable[[Terminal], None]) -> None:
        """Hand something on; whose failure is this visitor's alone."""
        if self._terminal is None:
            return
        try:
            work(self._terminal)
        except Exception as fault:  # noqa: BLE001 - whatever it is, somebody is told a number
            self.on_fault(fault)
