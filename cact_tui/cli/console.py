"""What every command shares: exit codes and where words go.

Names, texts and paths come from files and people: nothing but text reaches the terminal.
"""

from __future__ import annotations

import json
import sys
from enum import IntEnum

from cact_tui.text import clean, harmful

_SEPARATORS = "\u2028\u2029"
"""Ends of lines to some programs, none to JSON."""


class Exit(IntEnum):
    """Exit codes of `cact`."""

    GOOD = 0
    NO = 1
    BAD_INPUT = 2
    TROUBLE = 3


def say(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{clean(text)}\n")


def say_json(value: object) -> None:
    """Write a value as JSON to standard output; whatever could act on a terminal is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    for character in (*harmful(text), *_SEPARATORS):
        text = text.replace(character, f"\\u{ord(character):04x}")
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{clean(text)}\n")


def counted(number: int, word: str) -> str:
    """Return so many of something whose plural takes an s."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
