"""One widget that draws a whole frozen screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from cact_tui.tui.lines import cursor_place
from cact_tui.tui.safe import strip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.geometry import Size

    from cact_tui.tui.lines import Line


class Sheet(Widget, can_focus=True, inherit_bindings=False):
    """Draws lines as they are given; only lines that changed are painted again.

    It holds the focus so that a driver finds the place of the text cursor on it.
    """

    DEFAULT_CSS: ClassVar[str] = "Sheet { width: 100%; height: 100%; background: ansi_default; }"
    ALLOW_SELECT = False

    def __init__(self, on_size: Callable[[Size], None]) -> None:
        """Take whom to tell when there is another size to draw for."""
        super().__init__()
        self._on_size = on_size
        self._lines: tuple[Line, ...] = ()
        self._strips: list[Strip] = []
        self._place: tuple[int, int] | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return what is shown."""
        return self._lines

    @property
    def cursor_screen_offset(self) -> Offset | None:
        """Return where the text cursor stands, None without one."""
        return None if self._place is None else Offset(*self._place)

    def show(self, lines: Sequence[Line], columns: int) -> None:
        """Draw other lines, each filled to so many columns."""
        before, self._lines = self._lines, tuple(lines)
        same_height = len(before) == len(self._lines)
        strips: list[Strip] = []
        changed: list[Region] = []
        for row, spans in enumerate(self._lines):
            kept = same_height and spans == before[row] and self._fits(row, columns)
            strips.append(self._strips[row] if kept else strip(spans, columns))
            if not kept:
                changed.append(Region(0, row, columns, 1))
        self._strips = strips
        self._place = cursor_place(self._lines)
        if not same_height:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def put(self, row: int, spans: Line, columns: int) -> None:
        """Hold another line without painting it: somebody else already did, or will ask."""
        self._lines = (*self._lines[:row], spans, *self._lines[row + 1 :])
        self._strips[row] = strip(spans, columns)

    def _fits(self, row: int, columns: int) -> bool:
        return self._strips[row].cell_length == columns

    def render_line(self, y: int) -> Strip:
        """Return one line's strip."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def on_resize(self, event: events.Resize) -> None:
        """Have the screen composed for another size."""
        self._on_size(event.size)
