"""Twelve tasks of a proctor's day with their keys: what tests drive and docs/proctor.md prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 5
"""Keystrokes that a task may take, besides text, with the search for whoever it is about."""

DAY: Mapping[str, str] = {
    "authorise everybody who waits": "`2` `a` `i`",
    "look after whoever calls": "`Home` `v`",
    "find somebody by name and write to them": "`/` name `Enter` `p` text `Enter`",
    "pause one for illness": "`j` `6`",
    "pause the room in a power cut": "`Shift+F`",
    "let the room go on": "`Shift+G`",
    "ten minutes more for the network": "`w` 10 `Enter` `6`",
    "record an irregularity": "`k` `6`",
    "move somebody to another seat": "`m` seat `Enter` `6`",
    "issue a new PIN": "`n`",
    "refuse papers": "`x` `6`",
    "end a test for good": "`t` `6` `Enter`",
}
"""The keys of each task as the docs print them; what is not in backticks is typed as text."""

_DOCS = Path(__file__).parents[3] / "docs" / "proctor.md"
_ROW = re.compile(r"(?m)^\| ([^|]+) \| (`[^|]+) \| (\d+) \|$")
_STEP = re.compile(r"`([^`]+)`|([^`\s]+)")


@frozen
class Stroke:
    """A key that is counted."""

    key: str


@frozen
class Typed:
    """A text that is not counted."""

    text: str


def steps(task: str, said: Mapping[str, str]) -> tuple[Stroke | Typed, ...]:
    """Return what is pressed and typed for a task.

    Args:
        task: One of the table.
        said: What is typed for each word of its keys; a word that is missing is typed itself.

    Raises:
        KeyError: there is no such task.
    """
    found = _STEP.findall(DAY[task])
    return tuple(Stroke(key) if key else Typed(said.get(word, word)) for key, word in found)


def strokes(task: str) -> int:
    """Return how many keystrokes a task takes."""
    return sum(isinstance(step, Stroke) for step in steps(task, {}))


def printed() -> list[tuple[str, str, int]]:
    """Return the table of the docs: task, keys, keystrokes."""
    found = _ROW.findall(_DOCS.read_text(encoding="utf-8"))
    return [(task, keys, int(count)) for task, keys, count in found]
