"""Taking a closed app apart.

An app, its screens, widgets and styles hold one another in cycles, which only a full collection of
garbage would free; a process with hundreds of apps cannot afford one. After this, reference counts
free them. Measured: `benchmarks/hall.py --reconnects 1000`.
"""
# ruff: noqa: SLF001 - Textual knows no such thing

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from textual.cache import LRUCache

if TYPE_CHECKING:
    from textual.app import App
    from textual.css.styles import RenderStyles
    from textual.dom import DOMNode

_PARTS = frozenset(
    {
        "textual._animator",
        "textual._compositor",
        "textual._styles_cache",
        "textual.timer",
        "textual._node_list",
        "textual.binding",
        "textual.signal",
        "textual.css.styles",
    }
)
"""Where the parts come from that a widget or an app shares with nobody."""


class _PartStyles(dict[str, "RenderStyles"]):
    """The styles of a widget's parts, each with a node that Textual makes to look it up.

    Node and styles hold one another, and the node belongs to no registry.
    """

    def clear(self) -> None:
        """Forget them, and empty their nodes."""
        for styles in self.values():
            vars(styles.node).clear()
        super().clear()


class _Members(WeakSet["DOMNode"]):
    """An app's registry of widgets that also knows those that have left."""

    def __init__(self, members: WeakSet[DOMNode]) -> None:
        super().__init__(members)
        self.left: WeakSet[DOMNode] = WeakSet()

    def add(self, item: DOMNode) -> None:
        """Take a widget in."""
        item._component_styles = _PartStyles(item._component_styles)
        super().add(item)

    def discard(self, item: DOMNode) -> None:
        """Let a widget go."""
        self.left.add(item)
        super().discard(item)


def remember_members(app: App[Any]) -> None:
    """Keep track, weakly, of every widget and screen that the app will have had."""
    app._registry = _Members(app._registry)


def take_apart(app: App[Any]) -> None:
    """Empty a closed app and everything that belonged to it alone; it cannot be used again."""
    registry = getattr(app, "_registry", None)
    members = [*registry, *registry.left] if isinstance(registry, _Members) else []
    for member in (*members, app):
        for part in vars(member).values():
            if isinstance(part, LRUCache | _PartStyles):
                part.clear()
            elif type(part).__module__ in _PARTS and hasattr(part, "__dict__"):
                vars(part).clear()
        vars(member).clear()
