"""The proctor's screens as pictures: both sizes, in colour and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cact_tui.tui.proctor.app import ProctorApp
from tests.tui.proctor.mono import without_colours
from tests.tui.proctor.scene import FULL_DISK, ScriptedWindow, by_nip, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
def test_proctor_screen(snap_compare: Callable[..., bool], name: str, size: str) -> None:
    app = ProctorApp(ScriptedWindow(), language="en")
    assert snap_compare(app, press=SCREENS[name], terminal_size=SIZES[size])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["table", "map", "why", "full", "yes", "message"])
def test_proctor_screen_in_mono(snap_compare: Callable[..., bool], name: str, size: str) -> None:
    app = ProctorApp(ScriptedWindow(snapshot(alarms=(FULL_DISK,))), language="en")
    without_colours(app)
    assert snap_compare(app, press=SCREENS[name], terminal_size=SIZES[size])


@pytest.mark.parametrize("size", SIZES)
def test_proctor_screen_in_indonesian(snap_compare: Callable[..., bool], size: str) -> None:
    app = ProctorApp(ScriptedWindow(), language="id")
    assert snap_compare(app, press=("down",), terminal_size=SIZES[size])


@pytest.mark.parametrize("size", SIZES)
def test_proctor_screen_with_long_numbers(snap_compare: Callable[..., bool], size: str) -> None:
    app = ProctorApp(ScriptedWindow(snapshot(by_nip())), language="id")
    assert snap_compare(app, press=("down",), terminal_size=SIZES[size])
