"""The digest of an item: what a participant sees of it and what scores are computed from."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cact_tui.banks.items import Stimulus


_ENCODER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
)


def item_digest(content: Mapping[str, Any], stimulus: Stimulus | None) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of an item's content.

    Args:
        content: The fields of an `Item` that make it what it is: id, version, scale, form, stem,
            options and their order, shuffle, choose, entry, parameters. Status, tags, enemies,
            expected time and provenance are none of them: changing those makes no other item.
        stimulus: The item's stimulus; its texts belong to the content.
    """
    entry, parameters = content["entry"], content["parameters"]
    plain = {
        **content,
        "options": [[option.id, option.text] for option in content["options"]],
        "entry": None if entry is None else [entry.unit, entry.decimals],
        "parameters": None if parameters is None else [parameters.model, parameters.values],
        "stimulus": None if stimulus is None else [stimulus.id, stimulus.title, stimulus.text],
    }
    return hashlib.sha256(canonical(plain)).hexdigest()


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value: keys sorted, no blanks, UTF-8, floats as repr."""
    return _ENCODER.encode(value).encode("utf-8")
