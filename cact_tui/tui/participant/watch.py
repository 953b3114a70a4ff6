"""Tells the flow what is really seen of an item, each thing once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cact_tui.delivery.face import Flow
    from cact_tui.tui.participant.answering import Answering, ItemKey


class Watch:
    """Remembers which item is on the screen and what was told of it."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._shown: ItemKey | None = None
        self._last_page: ItemKey | None = None
        self._laid_out: tuple[ItemKey, int] | None = None

    def outdated(self, stage: Answering | None) -> bool:
        """Return whether painting this would be news."""
        if stage is None:
            return False
        unread = stage.desk.last_seen and self._last_page != stage.item
        return self._shown != stage.item or unread or self._laid_out != _layout(stage)

    def painted(self, stage: Answering) -> None:
        """The item is on the terminal."""
        item = stage.item
        if self._laid_out != _layout(stage):
            self._laid_out = _layout(stage)
            self._flow.laid_out(stage.desk.pages)
        if self._shown != item:
            self._shown = item
            self._flow.appeared()
        if stage.desk.last_seen and self._last_page != item:
            self._last_page = item
            self._flow.saw_last_page()

    def covered(self) -> None:
        """Something is laid over the item."""
        if self._shown is not None:
            self._shown = None
            self._flow.hidden()

    def gone(self) -> None:
        """The flow shows something else; it knows."""
        self._shown = None

    def changed(self, before: Answering, after: Answering) -> None:
        """Keys may have changed the choice."""
        if (before.desk.chosen, before.desk.typed) != (after.desk.chosen, after.desk.typed):
            self._flow.changed_choice()


def _layout(stage: Answering) -> tuple[ItemKey, int]:
    return stage.item, stage.desk.pages
