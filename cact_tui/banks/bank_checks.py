"""Checks that need the whole bank, or several banks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.errors import Problem, Severity
from cact_tui.toml_source.values import shown, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cact_tui.banks.items import Item, ItemBank
    from cact_tui.toml_source import Table


def check_references(tables: Iterable[Table], items: Mapping[str, Item]) -> None:
    """Record enemies that are no items of the bank, or the item itself."""
    for table in tables:
        enemies = table.values.get("enemies")
        for index, enemy in enumerate(enemies if isinstance(enemies, list) else ()):
            if not isinstance(enemy, str):
                continue
            if enemy == table.values.get("id"):
                table.problem("enemies", "names the item itself", "remove it", inside=(index,))
            elif enemy not in items:
                message = f"{shown(enemy)} is no item of this bank"
                cure = suggestion(enemy, items) or "correct the id, or remove it"
                table.problem("enemies", message, cure, inside=(index,))


def warn_of_idle_parts(root: Table, bank: ItemBank) -> None:
    """Warn of scales and stimuli that no item uses."""
    scales = {item.scale for item in bank.items.values()}
    stimuli = {item.stimulus for item in bank.items.values()}
    idle = [("scale", scale) for scale in bank.scales if scale not in scales]
    idle += [("stimulus", stimulus) for stimulus in bank.stimuli if stimulus not in stimuli]
    for kind, name in idle:
        message = f"no item uses the {kind} {shown(name)}"
        root.problem(kind, message, "remove it, or correct the items", Severity.WARNING)


def check_banks(banks: Mapping[str, ItemBank]) -> tuple[Problem, ...]:
    """Return what is wrong between banks (by the label of their files) of one event.

    Bank ids and item ids are unique over all banks; one scale has one metric and one constant D.
    """
    return (*_ids_used_twice(banks), *_scales_of_two_metrics(banks))


def _ids_used_twice(banks: Mapping[str, ItemBank]) -> Iterable[Problem]:
    bank_ids: dict[str, str] = {}
    item_ids: dict[str, str] = {}
    for label, bank in banks.items():
        if bank_ids.setdefault(bank.id, label) != label:
            message = f"is the id of the bank in {bank_ids[bank.id]} too"
            yield _problem(label, "bank.id", message, "give each bank its own id")
        for item in bank.items:
            if item_ids.setdefault(item, label) != label:
                message = f"stands in {item_ids[item]} too"
                yield _problem(label, f"item {item}", message, "give each item its own id")


def _scales_of_two_metrics(banks: Mapping[str, ItemBank]) -> Iterable[Problem]:
    first: dict[str, tuple[str, ItemBank]] = {}
    for label, bank in banks.items():
        for scale in bank.scales:
            other_label, other = first.setdefault(scale, (label, bank))
            if bank.metric != other.metric:
                message = f"scale {scale} is on {bank.metric}, but in {other_label} {other.metric}"
                yield _problem(label, "bank.metric", message, "link them, or split the scale")
            elif bank.D != other.D:
                message = f"scale {scale} has D {bank.D}, but in {other_label} {other.D}"
                yield _problem(label, "bank.D", message, "convert the slopes to one D")


def _problem(label: str, key: str, message: str, cure: str) -> Problem:
    return Problem(path=label, key=key, message=message, cure=cure)
