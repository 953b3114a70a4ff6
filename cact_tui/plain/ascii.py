"""Typographic characters in ASCII, for terminals whose locale is not UTF-8.

Unlike on the screens a character may become several: nothing stands in columns here.
"""

# ruff: noqa: RUF001 - a table of look-alikes
from __future__ import annotations

import unicodedata
from typing import Final

_WORDS: Final = {
    "…": "...",
    "•": "*",
    "·": "-",
    "×": "x",
    "÷": "/",
    "−": "-",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "⇒": "=>",
    "√": "sqrt ",
    "°": " deg",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "©": "(c)",
    "®": "(R)",
    "§": "par. ",
    "¡": "!",
    "¿": "?",
    "ß": "ss",
    "Æ": "AE",
    "æ": "ae",
    "Œ": "OE",
    "œ": "oe",
    "Ø": "O",
    "ø": "o",
    "Đ": "D",
    "đ": "d",
    "Ł": "L",
    "ł": "l",
    "✓": "v",
    "✔": "v",
    "✗": "x",
    "✘": "x",
    "\N{FRACTION SLASH}": "/",
    **dict.fromkeys("‐‑‒–—―─━", "-"),
    **dict.fromkeys("‘’‚‛′`´ʻʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("│┃", "|"),
}
_TABLE: Final = str.maketrans(_WORDS)


def to_ascii(text: str) -> str:
    """Return a text in ASCII; accents are left off, what has no likeness becomes `?`."""
    if text.isascii():
        return text
    return "".join(map(_plain, text.translate(_TABLE)))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    parts = unicodedata.normalize("NFKD", character).translate(_TABLE)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare if bare.isascii() and (bare or unicodedata.combining(character)) else "?"
