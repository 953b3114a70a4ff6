"""The names under which proctors act."""

from __future__ import annotations

from cact_tui.text import clean_line

LONGEST_NAME = 60
RESERVED = frozenset({"participant", "self", "system", "roster"})
"""Names that events use for who is no proctor."""


def proctor(name: str) -> str:
    """Return a proctor's name as it is recorded.

    Raises:
        ValueError: no name, or one that stands for somebody else; says what to write.
    """
    cleaned = clean_line(name, LONGEST_NAME)
    if not cleaned:
        raise ValueError("say who acts: give a name")
    if cleaned.casefold() in RESERVED:
        raise ValueError(f'"{cleaned}" is nobody\'s name: give your own')
    return cleaned
