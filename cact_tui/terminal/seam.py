"""What the driver touches of an app beyond Textual's public interface, in one place.

Written against textual 8.2; a newer Textual is checked here first.
"""
# ruff: noqa: SLF001 - that is what this module is for

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from rich.color import ColorSystem
from textual.filter import Monochrome, NoColor
from textual.geometry import Offset

if TYPE_CHECKING:
    from textual.app import App


def adopt(app: App[Any], *, no_color: bool) -> None:
    """Make an app independent of this process's environment and streams.

    Args:
        app: The app, before it starts.
        no_color: Whether its terminal has no colours (the `:nocolor` pseudo class).
    """
    # Read from TERM at construction. Rendered styles are cached across apps whatever the depth, so
    # all of them render true colour and the driver brings it down.
    app.console._color_system = ColorSystem.TRUECOLOR
    app.no_color = no_color
    app._filters = [it for it in app._filters if not isinstance(it, Monochrome | NoColor)]
    # The app makes these the process's streams while it runs; with several apps the one that ends
    # first would take the streams from the others. The process's own streams change nothing.
    app._capture_stdout = cast("Any", sys.stdout)
    app._capture_stderr = cast("Any", sys.stderr)


def text_cursor(app: App[Any], width: int, height: int) -> tuple[int, int] | None:
    """Return where the focused text field has its cursor, if it is on the screen."""
    screens = app._screen_stacks.get(app._current_mode)
    focused = screens[-1].focused if screens else None
    place = getattr(focused, "cursor_screen_offset", None)
    if focused is None or not isinstance(place, Offset):
        return None
    # Textual counts one column more at the end of the text.
    x, y = place.x - bool(getattr(focused, "cursor_at_end", False)), place.y
    if not (0 <= x < width and 0 <= y < height and focused.region.contains(x, y)):
        return None
    return x, y
