"""A terminal without colours, for pictures of screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual.filter import LineFilter

from cact_tui.terminal.seam import adopt

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color


class _NoColours(LineFilter):
    """Leaves bold and reverse, as a terminal without colours does."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        del background
        return [Segment(one.text, one.style and one.style.without_color) for one in segments]


def without_colours(app: App[Any]) -> None:
    """Draw an app's screens as a terminal without colours does."""
    adopt(app, no_color=True)
    app._filters.append(_NoColours())
