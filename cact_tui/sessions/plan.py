"""A battery bound to its banks, keys and engines: what the machine and the flow ask of it.

The engine and its numbers are imported when first asked for, after the first screen was painted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import field, frozen

from cact_tui.banks.items import Form, Item, ItemBank, Stimulus
from cact_tui.banks.keys import KeyBook, ScoringKey
from cact_tui.psychometrics import registry
from cact_tui.sessions.specification import (
    BatterySpecification,
    RuleChoice,
    SectionSpecification,
    plain_rules,
)

if TYPE_CHECKING:
    from cact_tui.sessions.engine import SectionEngine
    from cact_tui.sessions.standing import Standing
    from cact_tui.sessions.states import SessionState

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
            self._engines[section] = self._bound(self.battery.section(section))
        return self._engines[section]

    def fallback(self, section: str) -> SectionEngine:
        """Return the engine of built-in rules that stands in when a plug-in of a section fails."""
        plain = f"{section} with built-in rules"
        if plain not in self._engines:
            self._engines[plain] = self._bound(plain_rules(self.battery.section(section)))
        return self._engines[plain]

    def standing(self, state: SessionState, section: SectionSpecification) -> Standing:
        """Return what is known of a participant before a section begins."""
        from cact_tui.sessions.standing import standing

        return standing(self, state, section)

    def option_order(
        self, seed: str, section: str, position: int, item: Item
    ) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """Return the order in which an item's options are shown, and the draws that made it."""
        from cact_tui.sessions.engine import option_order

        return option_order(seed, section, position, item)

    def _bound(self, specification: SectionSpecification) -> SectionEngine:
        from cact_tui.sessions.engine import SectionEngine

        return SectionEngine.bind(specification, self.banks)

    @cached_property
    def plugins(self) -> Mapping[str, str]:
        """Return name and version of every rule, by `section.slot`."""
        found: dict[str, str] = {}
        for section in self.battery.sections:
            found.update(_plugins(section))
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


def _plugins(specification: SectionSpecification) -> Mapping[str, str]:
    """Return name and version of every rule of a section, by `section.slot`."""
    slots: dict[str, tuple[str, RuleChoice]] = {
        "start": (registry.STARTS, specification.start),
        "selector": (registry.SELECTORS, specification.selector),
        "exposure": (registry.EXPOSURES, specification.exposure),
        "content": (registry.CONTENTS, specification.content),
        "interim": (registry.ESTIMATORS, specification.interim),
        "final": (registry.ESTIMATORS, specification.final),
    }
    if specification.beside:
        slots["beside"] = (registry.ESTIMATORS, specification.beside)
    for number, rule in enumerate(specification.stop.rules):
        slots[f"stop{number}"] = (registry.STOPS, rule)
    return {
        f"{specification.id}.{slot}": f"{choice.rule} ({registry.version(group, choice.rule)})"
        for slot, (group, choice) in slots.items()
    }


def acceptable(item: Item, given: tuple[str, ...]) -> bool:
    """Return whether something can be an answer to an item at all."""
    if item.form is Form.NUMERIC:
        return len(given) == 1 and _is_number(given[0])
    known = set(item.option_ids)
    return len(given) == item.choose == len(set(given)) and set(given) <= known


def _is_number(text: str) -> bool:
    body = text.removeprefix("-").replace(".", "", 1)
    return len(text) <= LONGEST_NUMBER and body.isascii() and body.isdigit()
