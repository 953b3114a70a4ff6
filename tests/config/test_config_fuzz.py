"""R7 for the event's one file: whatever stands in it is named, and nothing is raised.

`-m campaign` reads 10,000 spoiled configurations.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from cact_tui.config.participants import read_participants
from cact_tui.errors import Problems
from cact_tui.text import harmful
from cact_tui.wiring import read_event
from tests.banks.test_fuzz import MUTATIONS
from tests.config.small_event import CONFIG, lay_out

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 2.0
ROSTER = "number,name,nip,position_group\n7,SITI,19860926 202521 2 001,pelaksana\n8,BUDI,,\n"


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("event") / "small")


def spoiled(seed: int, sound: str) -> bytes:
    draw = random.Random(seed)  # noqa: S311 - mutations, no secrets
    data = sound.encode()
    for _ in range(draw.randint(1, 3)):
        data = draw.choice(MUTATIONS)(draw, data) if data else data
    return data


def read(path: Path, seeds: range) -> int:
    """Read a spoiled configuration for each seed; return how many were still sound."""
    sound = 0
    for seed in seeds:
        path.write_bytes(spoiled(seed, CONFIG))
        problems, began = Problems(), time.monotonic()
        try:
            materials = read_event(path, problems, anew=True)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        assert time.monotonic() - began < SECONDS, seed
        assert (materials is None) == bool(problems.errors), seed
        sound += materials is not None
        for problem in problems:
            line = str(problem)
            assert problem.message, seed
            assert problem.cure, seed
            assert not harmful(line), seed
            assert "\n" not in line, seed
            assert len(line) < 2_000, seed
    return sound


def test_the_small_event_itself_is_sound(event: Path) -> None:
    event.write_text(CONFIG, encoding="utf-8")
    problems = Problems()
    assert read_event(event, problems, anew=True) is not None
    assert problems.errors == ()


def test_spoiled_configurations_are_named_and_never_raise(event: Path) -> None:
    assert 0 < read(event, range(100)) < 100


@pytest.mark.campaign
def test_ten_thousand_spoiled_configurations_never_raise(event: Path) -> None:
    read(event, range(1_000, 11_000))


def test_spoiled_rosters_are_named_and_never_raise() -> None:
    for seed in range(200):
        problems = Problems()
        read_participants(spoiled(seed, ROSTER), "list.csv", ("pelaksana",), problems)
        for problem in problems:
            assert problem.cure, seed
            assert not harmful(str(problem)), seed
            assert len(str(problem)) < 2_000, seed
