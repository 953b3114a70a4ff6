"""R1: `kill -9` at named boundaries of a rehearsal; nothing acknowledged is lost or doubled."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from tests.crash.story import acknowledged, proven, story_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.conftest import Nursery

KILLED = -9

OF_EVERY_APPEND = (
    "append.before-write",
    "append.written",
    "append.committed",
    "append.acknowledged",
    "told",
)
"""`told`: the store has answered; the next item, if one follows, is neither chosen nor shown."""

SELDOM = (
    "checkpoint.before",
    "checkpoint.after",
    "result.tmp",
    "result.fsync",
    "result.rename",
    "result.dirsync",
    "close.before",
)

SLOWEST = 3
"""Signing in again takes one append: a life that ends at a later one has come further."""

SEEDS_OF_THE_CAMPAIGN = 15


def check(nursery: Nursery, place: Path, seed: str) -> None:
    """Compare a session that was killed, perhaps often, with the undisturbed one of its seed."""
    undisturbed, _ = nursery.undisturbed(seed)
    story = asyncio.run(story_of(place, nursery.materials))
    assert story.items == undisturbed.items
    assert story.thetas == undisturbed.thetas
    assert story.steps == undisturbed.steps
    assert len({answer for answer, _ in story.answers}) == len(story.answers) == len(story.items)
    assert set(acknowledged(place)) <= set(story.answers)
    assert asyncio.run(proven(place, story.reference, nursery.materials))


def lived(nursery: Nursery, place: Path, seed: str, kills: Iterator[tuple[str, int]]) -> int:
    """Live until the session has ended and its result is written; return how often it was killed.

    A life that its kill does not reach is the last one.
    """
    place.mkdir()
    deaths = 0
    while True:
        end = nursery.live(place, seed, next(kills, None), quick_pulse=deaths % 2 == 1)
        if end == 0:
            return deaths
        assert end == KILLED, (place / "said").read_text()
        deaths += 1


def at_some_visits(name: str, chance: random.Random) -> Iterator[tuple[str, int]]:
    while True:
        yield name, chance.randint(SLOWEST, SLOWEST + 6)


@pytest.mark.parametrize("seed", ["one", "two"])
@pytest.mark.parametrize("name", OF_EVERY_APPEND)
def test_killed_over_and_over_a_session_is_the_undisturbed_one(
    name: str, seed: str, nursery: Nursery, tmp_path: Path
) -> None:
    kills = at_some_visits(name, random.Random(f"{name}{seed}"))  # noqa: S311 - a schedule
    assert lived(nursery, tmp_path / "life", seed, kills) >= 2
    check(nursery, tmp_path / "life", seed)


@pytest.mark.parametrize("seed", ["one", "two"])
@pytest.mark.parametrize("name", SELDOM)
def test_killed_while_a_result_or_the_journal_is_written_out_everything_stands(
    name: str, seed: str, nursery: Nursery, tmp_path: Path
) -> None:
    assert lived(nursery, tmp_path / "life", seed, iter([(name, 1)])) == 1
    check(nursery, tmp_path / "life", seed)


def test_killed_before_the_session_exists_the_next_start_begins_it(
    nursery: Nursery, tmp_path: Path
) -> None:
    kills = [("append.before-write", 1), ("append.written", 2), ("append.written", 1)]
    assert lived(nursery, tmp_path / "life", "one", iter(kills)) == len(kills)
    check(nursery, tmp_path / "life", "one")


@pytest.mark.campaign
@pytest.mark.parametrize("seed", [f"campaign-{n}" for n in range(SEEDS_OF_THE_CAMPAIGN)])
def test_one_kill_at_every_visit_of_every_boundary(
    seed: str, nursery: Nursery, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, visits = nursery.undisturbed(seed)
    kills = 0
    for name in (*OF_EVERY_APPEND, *SELDOM):
        for visit in range(1, visits[name] + 1):
            place = tmp_path / f"{name}-{visit}"
            kills += lived(nursery, place, seed, iter([(name, visit)]))
            check(nursery, place, seed)
    with capsys.disabled():
        print(f"\nR1 {seed}: {kills} kills, one a session, over {len(visits)} boundaries: all well")
    assert kills >= sum(visits.values()) - 1


@pytest.mark.campaign
@pytest.mark.parametrize("round_", range(10))
def test_many_kills_in_one_session(
    round_: int, nursery: Nursery, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kills = 0
    chance = random.Random(round_)  # noqa: S311 - a schedule
    names = (*OF_EVERY_APPEND, "checkpoint.before", "checkpoint.after")
    for number in range(20):
        seed = f"chain-{round_}-{number % 4}"
        schedule = iter(lambda: (chance.choice(names), chance.randint(1, SLOWEST + 3)), None)
        kills += lived(nursery, tmp_path / str(number), seed, schedule)
        check(nursery, tmp_path / str(number), seed)
    with capsys.disabled():
        print(f"\nR1 chain {round_}: {kills} kills in 20 sessions: all well")
    assert kills >= 20
