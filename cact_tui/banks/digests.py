"""The digest of an item: what a participant sees of it and what scores are computed from."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cact_tui.banks.items import Item, Stimulus


_ENCODER = json.JSONEncoder(
    sort_keys=True,
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    separators=(",", ":"),
)


def item_digest(item: Item, stimulus: Stimulus | None) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of an item's content.

    Status, tags, enemies, expected time and provenance are none of the content: changing those
    makes no other item.

    Args:
        item: The item.
        stimulus: The item's stimulus; its texts belong to the content.
    """
    entry, parameters = item.entry, item.parameters
    content = {
        "id": item.id,
        "version": item.version,
        "scale": item.scale,
        "form": item.form,
        "stem": item.stem,
        "options": [[option.id, option.text] for option in item.options],
        "shuffle": item.shuffle,
        "choose": item.choose,
        "entry": None if entry is None else [entry.unit, entry.decimals],
        "parameters": None if parameters is None else [parameters.model, parameters.values],
        "stimulus": None if stimulus is None else [stimulus.id, stimulus.title, stimulus.text],
    }
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value: keys sorted, no blanks, UTF-8, floats as repr."""
    return _ENCODER.encode(value).encode("utf-8")
