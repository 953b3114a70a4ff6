"""A bank as lines of JSON, and back: the first line is the bank, each further line an item.

Items are made when they are first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import asdict

from cact_tui.banks.digests import canonical
from cact_tui.banks.items import (
    BankPurpose,
    Entry,
    Form,
    Item,
    ItemBank,
    ItemStatus,
    Option,
    Parameters,
    Provenance,
    Scale,
    Stimulus,
)

_PLAIN_FIELDS = (
    "id",
    "version",
    "scale",
    "form",
    "status",
    "stem",
    "options",
    "expected_seconds",
    "digest",
    "tags",
    "enemies",
    "stimulus",
    "shuffle",
    "choose",
)
"""The order of an item's fields in its line; entry, parameters and provenance follow."""


class LazyItems(Mapping[str, Item]):
    """Items by id, each made from its line at first use."""

    def __init__(self, lines: Mapping[str, bytes]) -> None:
        self._lines = lines
        self._made: dict[str, Item] = {}

    def __getitem__(self, item_id: str) -> Item:
        made = self._made.get(item_id)
        if made is None:
            made = self._made[item_id] = _item(json.loads(self._lines[item_id]))
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._lines


def bank_to_lines(bank: ItemBank) -> list[bytes]:
    """Return a bank as lines of JSON."""
    head = {
        "id": bank.id,
        "version": bank.version,
        "purpose": bank.purpose.value,
        "metric": bank.metric,
        "languages": bank.languages,
        "D": bank.D,
        "title": bank.title,
        "scales": [[scale.id, scale.name] for scale in bank.scales.values()],
        "stimuli": [[s.id, s.title, s.text] for s in bank.stimuli.values()],
        "items": list(bank.items),
    }
    return [canonical(head), *(canonical(_row(item)) for item in bank.items.values())]


def bank_from_lines(lines: list[bytes]) -> ItemBank:
    """Return the bank of these lines."""
    head = json.loads(lines[0])
    return ItemBank(
        id=head["id"],
        version=head["version"],
        purpose=BankPurpose(head["purpose"]),
        metric=head["metric"],
        languages=tuple(head["languages"]),
        D=head["D"],
        title=head["title"],
        scales={row[0]: Scale(*row) for row in head["scales"]},
        stimuli={row[0]: Stimulus(*row) for row in head["stimuli"]},
        items=LazyItems(dict(zip(head["items"], lines[1:], strict=True))),
    )


def _row(item: Item) -> list[Any]:
    """Return an item as an array; Python's JSON is fastest with plain lists and mappings."""
    entry, parameters, provenance = item.entry, item.parameters, item.provenance
    row = [getattr(item, name) for name in _PLAIN_FIELDS]
    row[_PLAIN_FIELDS.index("options")] = [[option.id, option.text] for option in item.options]
    return [
        *row,
        entry and [entry.unit, entry.decimals],
        parameters and [parameters.model, parameters.values, parameters.top_category],
        provenance and asdict(provenance),
    ]


def _item(row: list[Any]) -> Item:
    *plain, entry, parameters, provenance = row
    fields = dict(zip(_PLAIN_FIELDS, plain, strict=True))
    fields["form"] = Form(fields["form"])
    fields["status"] = ItemStatus(fields["status"])
    fields["options"] = tuple(Option(*option) for option in fields["options"])
    fields["enemies"] = tuple(fields["enemies"])
    if provenance is not None:
        provenance["se"] = _tuples(provenance["se"])
    return Item(
        **fields,
        entry=entry and Entry(*entry),
        parameters=parameters and _parameters(*parameters),
        provenance=provenance and Provenance(**provenance),
    )


def _parameters(model: str, values: dict[str, Any], top_category: int) -> Parameters:
    return Parameters(model, _tuples(values), top_category)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with lists as tuples."""
    return {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
