"""A nursery for victims, and what an undisturbed run of each seed looks like."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cact_tui.errors import Problems
from cact_tui.wiring import read_event
from tests.crash.event import REPOSITORY, small_event
from tests.crash.story import story_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cact_tui.config.settings import Materials
    from tests.crash.story import Story


class Nursery:
    """Brings victims up, one life after the other, and remembers undisturbed runs."""

    def __init__(self, folder: Path, materials: Materials) -> None:
        self._folder = folder
        self.materials = materials
        self._undisturbed: dict[str, tuple[Story, dict[str, int]]] = {}
        # One thread each: a process that forks must have no other, and the cores are shared.
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("victim.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def live(
        self,
        place: Path,
        seed: str,
        kill: tuple[str, int] | None = None,
        *,
        quick_pulse: bool = False,
        replica: str = "",
    ) -> int:
        """Let a victim live in a place, until the kill if there is one; return how it ended.

        `replica` is the folder of a second copy, relative to the place.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"place": str(place), "seed": seed, "quick_pulse": quick_pulse}
        order |= {"replica": replica}
        order |= {"kill": kill} if kill else {}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def undisturbed(self, seed: str) -> tuple[Story, dict[str, int]]:
        """Return the story of a seed that nobody kills, and the visits to each boundary."""
        if seed not in self._undisturbed:
            place = self._folder / f"undisturbed-{seed}"
            place.mkdir()
            assert self.live(place, seed) == 0
            story = asyncio.run(story_of(place, self.materials))
            self._undisturbed[seed] = (story, json.loads((place / "reached").read_text()))
        return self._undisturbed[seed]

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    problems = Problems()
    materials = read_event(small_event(tmp_path_factory.mktemp("event")), problems)
    assert materials is not None
    nursery = Nursery(tmp_path_factory.mktemp("undisturbed"), materials)
    yield nursery
    nursery.close()
