"""Practice on the real keys: shown in the bank's order, never scored, never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from attrs import evolve

from cact_tui.delivery.presenting import item_view

if TYPE_CHECKING:
    from cact_tui.banks.items import Item, ItemBank
    from cact_tui.config.settings import Materials
    from cact_tui.delivery.views import ItemView
    from cact_tui.i18n import Translator


class Practice:
    """Where a participant stands among the practice items."""

    def __init__(self, bank: ItemBank, language: str) -> None:
        self._bank = bank
        self._language = language
        self._items: tuple[Item, ...] = tuple(bank.items.values())
        self.answers = 0

    @classmethod
    def of(cls, materials: Materials, language: str) -> Self:
        """Return the practice of an event that has some."""
        if materials.practice is None:
            raise RuntimeError("practice without practice items")
        return cls(materials.practice, language)

    @property
    def done(self) -> bool:
        """Return whether every practice item was answered."""
        return self.answers >= len(self._items)

    def view(self, translator: Translator) -> ItemView:
        """Return the practice item that comes next."""
        item = self._items[self.answers]
        _ = translator.gettext
        stimulus = self._bank.stimuli.get(item.stimulus) if item.stimulus else None
        shown = item_view(
            item,
            stimulus,
            item.option_ids,
            self._language,
            position=self.answers + 1,
            heading=_("PRACTICE – not scored"),
            place=_("item {number} of {count}").format(
                number=self.answers + 1, count=len(self._items)
            ),
        )
        return evolve(shown, practice=True)
