"""Checks of single foreign values, and harmless words for them in messages."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING
from unicodedata import normalize

from attrs import frozen

from cact_tui.text import clean, clean_line, harmful

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.toml_source.lines import KeyPath

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHOWN = 60
_COMPARED = 500
"""Known words compared with a wrong one; comparing more takes too long."""

_LARGEST = 2**1023
"""Whole numbers above do not fit a float."""


Fault = tuple[str, str]
"""What is wrong with a value, and the cure."""


@frozen
class Shape:
    """A pattern that a whole text must match, and the words that describe it in a message."""

    pattern: re.Pattern[str]
    words: str


SLUG = Shape(re.compile(r"[a-z0-9-]{1,64}"), "lower-case letters, digits and hyphens, 1 to 64")
LANGUAGE = Shape(re.compile(r"[a-z]{2,3}"), "a language code such as id or en")


def read_text(
    value: object, limit: int, *, lines: bool = False, shape: Shape | None = None
) -> str | Fault:
    """Return a text (of several lines with `lines`) in the form NFC, tabs as spaces, or its fault.

    `limit` is in characters.
    """
    if not isinstance(value, str):
        return f"{shown(value)} is not text", 'write it in quotes: "…"'
    if not value or value.isspace():
        return "is empty", "write a text"
    if len(value) > limit:
        return f"has {len(value)} characters, more than {limit}", "shorten it"
    if not (value.replace("\n", "") if lines else value).isprintable():
        # Only such a text can hold tabs and harmful characters: none of them is printable.
        controls = harmful(value) or ("" if lines else [c for c in value if c in "\n\t"])
        if controls:
            return f"holds the control character U+{ord(controls[0]):04X}", "remove it"
        value = clean(value)
    if shape is not None and not shape.pattern.fullmatch(value):
        return f"{shown(value)} is not as it must be", f"write {shape.words}"
    return normalize("NFC", value)


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number; a boolean is none."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def shown(value: object) -> str:
    """Return a foreign value for a message: short, harmless, text in quotes."""
    if isinstance(value, str):
        return f'"{clean_line(value[:200], _SHOWN)}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "an array"
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return "a huge number"
    return str(value)


def shown_key(key: str) -> str:
    """Return a key for a message: bare where possible, else in quotes."""
    return key if _BARE_KEY.fullmatch(key) else shown(key)


def shown_path(path: KeyPath) -> str:
    """Return a key path for a message, as `item[12].parameters.a`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{shown_key(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def suggestion(word: object, known: Iterable[str]) -> str:
    """Return "did you mean …?" for a word close to a known one, else nothing."""
    known = tuple(known)
    if not isinstance(word, str) or len(word) > _SHOWN or len(known) > _COMPARED:
        return ""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {shown_key(close[0])}?" if close else ""
