"""A battery bound to its banks, keys and engines: what the machine and the flow ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from attrs import field, frozen

from cact_tui.banks.items import Form, Item, ItemBank, Stimulus
from cact_tui.banks.keys import KeyBook, ScoringKey
from cact_tui.sessions.engine import SectionEngine, plain_rules, plugins
from cact_tui.sessions.specification import BatterySpecification

LONGEST_NUMBER = 40
"""Characters that a typed number may have."""


@frozen(kw_only=True, eq=False)
class BatteryPlan:
    """A battery with the banks and keys it is made of; `banks` and `keys` are by bank id."""

    battery: BatterySpecification
    banks: Mapping[str, ItemBank]
    keys: Mapping[str, KeyBook] = field(repr=False)

    def item(self, item: str) -> Item:
        """Return an item of any bank by its id.

        Raises:
            KeyError: no bank has it.
        """
        return self.banks[self._home[item]].items[item]

    def stimulus(self, item: Item) -> Stimulus | None:
        """Return the case or passage of an item, None when it has none."""
        if item.stimulus is None:
            return None
        return self.banks[self._home[item.id]].stimuli[item.stimulus]

    def category(self, item: str, given: tuple[str, ...]) -> int:
        """Return the score category of an answer.

        Raises:
            ValueError: this cannot be an answer to that item.
        """
        if item not in self._home or not acceptable(self.item(item), given):
            raise ValueError(f"no answer to {item}")
        return self._keys[item].category(given)

    def key(self, item: str) -> ScoringKey:
        """Return the key of an item; never for a screen.

        Raises:
            KeyError: no bank has it.
        """
        return self._keys[item]

    def engine(self, section: str) -> SectionEngine:
        """Return the engine of a section, bound when first asked for.

        Raises:
            UnusableSection: the section's rules and banks do not fit.
        """
        if section not in self._engines:
            specification = self.battery.section(section)
            self._engines[section] = SectionEngine.bind(specification, self.banks)
        return self._engines[section]

    def fallback(self, section: str) -> SectionEngine:
        """Return the engine of built-in rules that stands in when a plug-in of a section fails."""
        plain = f"{section} with built-in rules"
        if plain not in self._engines:
            specification = plain_rules(self.battery.section(section))
            self._engines[plain] = SectionEngine.bind(specification, self.banks)
        return self._engines[plain]

    @cached_property
    def plugins(self) -> Mapping[str, str]:
        """Return name and version of every rule, by `section.slot`."""
        found: dict[str, str] = {}
        for section in self.battery.sections:
            found.update(plugins(section))
        return found

    @cached_property
    def _engines(self) -> dict[str, SectionEngine]:
        return {}

    @cached_property
    def _home(self) -> dict[str, str]:
        return {item: bank.id for bank in self.banks.values() for item in bank.items}

    @cached_property
    def _keys(self) -> dict[str, ScoringKey]:
        return {item: key for book in self.keys.values() for item, key in book.keys.items()}


def acceptable(item: Item, given: tuple[str, ...]) -> bool:
    """Return whether something can be an answer to an item at all."""
    if item.form is Form.NUMERIC:
        return len(given) == 1 and _is_number(given[0])
    known = set(item.option_ids)
    return len(given) == item.choose == len(set(given)) and set(given) <= known


def _is_number(text: str) -> bool:
    body = text.removeprefix("-").replace(".", "", 1)
    return len(text) <= LONGEST_NUMBER and body.isascii() and body.isdigit()
