"""What every part of the participant's screen is: drawn as a page, answering keys with a step."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from attrs import evolve, field, frozen

from cact_tui.banks.layout import PAGE_COLUMNS
from cact_tui.delivery.actions import Action
from cact_tui.text import width
from cact_tui.tui.lines import Line, shortened

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key

LEAST_COLUMNS = 80
LEAST_ROWS = 24
WIDE_COLUMNS = 120
"""From this width on, case and question stand side by side."""

_FRAME_ROWS = 7
_FRAME_COLUMNS = 4
_CLOCK_COLUMNS = 27


class Command(StrEnum):
    """What may be asked for besides answering; F-keys are short cuts only."""

    MENU = "menu"
    CLOSE = "close"
    QUIT = "quit"
    HELP = "help"
    CASE = "case"
    CLOCK = "clock"
    COMMENT = "comment"
    PROCTOR = "proctor"
    LEAVE = "leave"


SHORTCUTS = {
    "f1": Command.HELP,
    "f2": Command.CASE,
    "f3": Command.CLOCK,
    "f4": Command.COMMENT,
    "f9": Command.PROCTOR,
}


@frozen
class Act:
    """The wish to have the flow do something."""

    action: Action


Wish = Act | Command


@frozen
class Area:
    """The room between head and foot of the screen."""

    columns: int
    rows: int

    @property
    def text_columns(self) -> int:
        """Return how wide a text is set: no wider than on the smallest terminal."""
        return min(self.columns, PAGE_COLUMNS)


def area_of(columns: int, rows: int) -> Area:
    """Return the room that a terminal of this size leaves."""
    return Area(columns - _FRAME_COLUMNS, rows - _FRAME_ROWS)


def headline(area: Area, title: str, *details: str) -> str:
    """Return what stands in the head; a long title gives way to what follows and to the clock."""
    follows = "".join(f" · {detail}" for detail in details if detail)
    room = area.columns + _FRAME_COLUMNS - _CLOCK_COLUMNS - width(follows)
    return shortened(title.upper(), room) + follows


@frozen
class Hint:
    """A key and what it does now."""

    key: str
    does: str


@frozen(kw_only=True)
class Page:
    """One screenful before it is framed.

    `label` and `number` stand in the upper rule; `status` and `state` in the status line;
    `question` takes the place of the key hints and asks for an answer. `columns` is the width of
    the body, which stands in the middle. `urgent` says that `state` must not be overlooked.
    """

    language: str
    body: tuple[Line, ...]
    heading: str = ""
    label: str = ""
    number: str = ""
    status: str = ""
    state: str = ""
    urgent: bool = False
    question: str = ""
    left: tuple[Hint, ...] = ()
    right: tuple[Hint, ...] = ()
    columns: int = PAGE_COLUMNS


@frozen(kw_only=True)
class Stage:
    """A part of the screen that keys act on."""

    area: Area = field(repr=False)

    def draw(self) -> Page:
        """Return how it looks."""
        raise NotImplementedError

    def press(self, key: Key) -> Step:
        """Return what a key makes of it."""
        raise NotImplementedError

    def paste(self, text: str) -> Self:
        """Return it after a paste; only text fields take one."""
        del text
        return self

    def fit(self, area: Area) -> Self:
        """Return it for another room."""
        return evolve(self, area=area)

    @property
    def commands(self) -> tuple[Command, ...]:
        """Return what may be asked for here."""
        return ()


@frozen
class Step:
    """What a key led to."""

    stage: Stage
    wish: Wish | None = None
