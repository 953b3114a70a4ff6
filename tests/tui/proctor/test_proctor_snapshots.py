"""The proctor's screens as pictures: both sizes, in colour and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.segment import Segment
from textual.filter import LineFilter

from cact_tui.terminal.seam import adopt
from cact_tui.tui.proctor.app import ProctorApp
from tests.tui.proctor.scene import FULL_DISK, ScriptedWindow, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.color import Color

SIZES = {"80x24": (80, 24), "132x43": (132, 43)}
SCREENS: dict[str, tuple[str, ...]] = {
    "table": ("down",),
    "map": ("d", "right"),
    "help": ("question_mark",),
    "why": ("w", "5", "enter"),
    "reason": ("j", "4"),
    "yes": ("t", "6"),
    "minutes": ("w", "1", "0", "tab"),
    "message": ("p", "S", "i", "l", "a", "k", "a", "n"),
    "full": ("enter",),
}


class NoColours(LineFilter):
    """Leaves bold and reverse, as a terminal without colours does."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        del background
        return [Segment(one.text, one.style and one.style.without_color) for one in segments]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
def test_proctor_screen(snap_compare: Callable[..., bool], name: str, size: str) -> None:
    app = ProctorApp(ScriptedWindow(), language="en")
    assert snap_compare(app, press=SCREENS[name], terminal_size=SIZES[size])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["table", "map", "why", "full"])
def test_proctor_screen_in_mono(snap_compare: Callable[..., bool], name: str, size: str) -> None:
    app = ProctorApp(ScriptedWindow(snapshot(alarms=(FULL_DISK,))), language="en")
    adopt(app, no_color=True)
    app._filters.append(NoColours())
    assert snap_compare(app, press=SCREENS[name], terminal_size=SIZES[size])


@pytest.mark.parametrize("size", SIZES)
def test_proctor_screen_in_indonesian(snap_compare: Callable[..., bool], size: str) -> None:
    app = ProctorApp(ScriptedWindow(), language="id")
    assert snap_compare(app, press=("down",), terminal_size=SIZES[size])
