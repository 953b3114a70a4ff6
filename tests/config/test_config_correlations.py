"""`[battery.correlations]` in the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cact_tui.errors import Problems
from cact_tui.wiring import read_event
from tests.config.test_config_problems import event, written  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from pathlib import Path

SOUND = """[battery.correlations]
scales = ["literasi-digital", "mengelola-perubahan"]
matrix = [[1.0, 0.6], [0.6, 1.0]]
provenance = "assumed"

[[section]]
id = "litdig\""""
AT = '[[section]]\nid = "litdig"'


def read(folder: Path, text: str) -> tuple[Any, list[str]]:
    path, problems = written(folder, (AT, text)), Problems()
    return read_event(path, problems, anew=True), [str(problem) for problem in problems.errors]


def test_sound_correlations_are_taken(event: Path) -> None:  # noqa: F811
    materials, errors = read(event, SOUND)
    assert not errors
    assert materials.battery.correlations["matrix"] == [[1.0, 0.6], [0.6, 1.0]]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[0.6, 1.0]]", "[0.5, 1.0]]", "two correlations"),
        ("0.6", "1.6", "outside -1 to 1"),
        ("[[1.0, 0.6], [0.6, 1.0]]", "[[1.0]]", "not 2 by 2"),
        ('"assumed"', '"estimated"', "n is missing"),
        ('"assumed"', '"guessed"', "provenance"),
        ('"mengelola-perubahan"', '"menjahit"', "measured by no section"),
        ("provenance", "provenence", "Did you mean"),
    ],
)
def test_correlations_that_cannot_be_used_are_named(
    event: Path,  # noqa: F811
    old: str,
    new: str,
    words: str,
) -> None:
    _, errors = read(event, SOUND.replace(old, new))
    assert any(words in error and "config.toml:" in error for error in errors), errors
