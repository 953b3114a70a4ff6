"""A key as the screens' pure logic sees it."""

from __future__ import annotations

from attrs import frozen

# What some keyboards send for the same key.
_SAME = {"ctrl+j": "enter", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+i": "tab"}


@frozen
class Key:
    """A key by Textual's name, and the character it types, if any."""

    name: str
    character: str = ""


def key(name: str, character: str | None = None) -> Key:
    """Return the key for a terminal's name and character of it."""
    if name in _SAME:
        return Key(_SAME[name])
    typed = character if character and len(character) == 1 and character.isprintable() else ""
    return Key(name, typed)
