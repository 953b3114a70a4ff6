"""R1: `kill -9` at every boundary; what was acknowledged is there, once, in an unbroken chain."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cact_tui.journal.sqlite import SqliteStore
from cact_tui.sessions.events import ResponseGiven
from tests.journal.victim import ANSWERS, SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDARIES = {
    "append.before-write": 25,
    "append.written": 25,
    "append.committed": 25,
    "append.acknowledged": 25,
    "checkpoint.before": 3,
    "checkpoint.after": 3,
    "close.before": 1,
    "timer": 40,
}
"""Each boundary, and after how many visits at most it kills (milliseconds for the timer)."""

KILLED = -9


class Nursery:
    """Brings victims up in one place, one life after the other."""

    def __init__(self, place: Path) -> None:
        self._place = place
        script = Path(__file__).with_name("victim.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def live(self, seed: int, *kills: str) -> list[int]:
        """Let one victim per kill live until then; return how they ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"place": str(self._place), "seed": seed, "kills": kills}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        ends = json.loads(self._process.stdout.readline())
        assert isinstance(ends, list)
        return ends

    def close(self) -> None:
        self._process.communicate()

    def told(self) -> list[tuple[str, str, str]]:
        """Return session, answer and digest of everything that was acknowledged."""
        files = [path.read_text() for path in self._place.glob("told-*")]
        told = [line.split() for lines in files for line in lines.splitlines()]
        return [(session, answer, digest) for session, answer, digest in told]


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path)
    yield nursery
    nursery.close()


async def check(place: Path, told: list[tuple[str, str, str]]) -> None:
    """Read everything back: `read` proves the chains, the rest is compared here."""
    store = SqliteStore(place / "cact.db")
    try:
        kept: list[tuple[str, str, str]] = []
        for entry in await store.sessions():
            recorded = await store.read(entry.session)
            assert [it.seq for it in recorded] == list(range(1, entry.seq + 1))
            kept += [
                (it.session, it.event.answer, it.digest)
                for it in recorded
                if isinstance(it.event, ResponseGiven)
            ]
            words = await store.comments(entry.session)
            assert len(words) == sum(isinstance(it.event, ResponseGiven) for it in recorded)
    finally:
        await store.close()
    assert not set(told) - set(kept)
    assert max(Counter(answer for _, answer, _ in kept).values(), default=1) == 1


def kill_at(name: str, seed: int) -> str:
    return f"{name}:{random.Random(f'{name}{seed}').randint(1, BOUNDARIES[name])}"  # noqa: S311


@pytest.mark.parametrize("name", BOUNDARIES)
async def test_a_kill_loses_and_doubles_nothing(
    name: str, nursery: Nursery, tmp_path: Path
) -> None:
    ends = [nursery.live(seed, kill_at(name, seed)) for seed in range(5)]
    assert KILLED in {end for (end,) in ends}
    assert {end for (end,) in ends} <= {0, KILLED}
    await check(tmp_path, nursery.told())


async def test_a_kill_beside_a_living_process_harms_neither(
    nursery: Nursery, tmp_path: Path
) -> None:
    for seed, name in enumerate(BOUNDARIES):
        ends = nursery.live(seed, kill_at(name, seed), "never:1")
        assert ends[1] == 0
    await check(tmp_path, nursery.told())
    assert {session.split("-")[0] for session, *_ in nursery.told()} == {"v0", "v1"}


async def test_two_processes_write_one_file_under_load(nursery: Nursery, tmp_path: Path) -> None:
    assert nursery.live(1, "never:1", "never:1") == [0, 0]
    assert len(nursery.told()) == 2 * SESSIONS * ANSWERS
    await check(tmp_path, nursery.told())


@pytest.mark.campaign
@pytest.mark.parametrize("round_", range(50))
async def test_two_thousand_kills_lose_and_double_nothing(
    round_: int, nursery: Nursery, tmp_path: Path
) -> None:
    kills = 0
    seed = round_ * 1_000
    while kills < 40:
        seed += 1
        names = random.Random(seed).choices(list(BOUNDARIES), k=2)  # noqa: S311
        ends = nursery.live(seed, *(kill_at(name, seed) for name in names))
        assert set(ends) <= {0, KILLED}
        kills += ends.count(KILLED)
        if seed % 10 == 0:
            await check(tmp_path, nursery.told())
    await check(tmp_path, nursery.told())
