"""What the driver touches of an app beyond Textual's public interface, in one place.

Written against textual 8.2; a newer Textual is checked here first.
"""
# ruff: noqa: SLF001 - that is what this module is for

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from rich.color import ColorSystem
from textual._styles_cache import StylesCache
from textual.cache import LRUCache
from textual.filter import Monochrome, NoColor
from textual.geometry import Offset
from textual.strip import Strip
from textual.style import Style

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from textual.app import App
    from textual.color import Color
    from textual.css.model import RuleSet

_RULES: Final[LRUCache[Hashable, list[RuleSet]]] = LRUCache(1024)
"""Parsed rules of all apps of this process, by the variables and the source they came from."""


class _SharedRules(LRUCache[tuple[Any, ...], "list[RuleSet]"]):
    """What a stylesheet has parsed, shared with all that have the same variables.

    Parsing takes a quarter of an app's start, and every app would keep rules of its own.
    """

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(1)
        self._variables: Hashable = frozenset(variables.items())

    def __getitem__(self, key: tuple[Any, ...]) -> list[RuleSet]:
        return _RULES[self._variables, key]

    def __setitem__(self, key: tuple[Any, ...], rules: list[RuleSet]) -> None:
        _RULES[self._variables, key] = rules

    def clear(self) -> None:
        """Share no more: the stylesheet has other variables from now on."""
        self._variables = object()


_divide_as_textual_does = Strip.divide


def _divide(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    """Divide a strip; Textual would keep "the whole of it" as a reference to itself.

    Every screen would leave its strips as cyclic garbage, which is collected seldom.
    """
    wanted = list(cuts)
    if wanted == [strip.cell_length]:
        return [strip]
    return _divide_as_textual_does(strip, wanted)


Strip.divide = _divide  # type: ignore[assignment, method-assign]


@lru_cache(1024)
def _inner_and_outer(base: Color, background: Color) -> tuple[Style, Style]:
    """Return a widget's inner and outer background; Textual would keep them for each widget anew.

    Its cache of a thousand held what a thousand closed screens had been drawn with.
    """
    return Style(background=base + background), Style(background=base)


StylesCache.get_inner_outer = staticmethod(_inner_and_outer)  # type: ignore[assignment]

_clear_as_textual_does = LRUCache.clear


def _clear(cache: LRUCache[Any, Any]) -> None:
    """Empty a cache; Textual would leave its entries holding one another."""
    for link in cache._cache.values():
        link.clear()
    _clear_as_textual_does(cache)


LRUCache.clear = _clear  # type: ignore[assignment, method-assign]


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
    app.stylesheet._parse_cache = _SharedRules(app.stylesheet._variables)
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
