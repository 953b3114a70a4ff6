"""R1 on two disks: after each kill the journal is deleted and the event goes on from its copy."""

from __future__ import annotations

import asyncio
import random
import shutil
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from cact_tui.journal.sqlite import SqliteStore
from cact_tui.journal.sqlite.arrangement import attach, promote
from cact_tui.journal.sqlite.folder_replica import FolderReplica
from cact_tui.sessions.events import ResponseGiven
from tests.crash.story import acknowledged
from tests.crash.test_crash_kills import KILLED, SLOWEST, check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.conftest import Nursery

COPY = "second"

OF_THE_COPY = (
    "replica.before-send",
    "replica.before-write",
    "replica.written",
    "replica.committed",
    "replica.acknowledged",
    "replica.cleared",
)
"""Between the commit here and the acknowledgement, in this order."""

OF_THE_JOURNAL = (
    "append.before-write",
    "append.written",
    "append.committed",
    "append.acknowledged",
    "told",
)

AT_THE_FIRST = ("replica.attaching", "replica.copied")


async def answers_in(journal: Path) -> list[tuple[str, str]]:
    store = SqliteStore(journal)
    try:
        return [
            (one.event.answer, one.digest)
            for entry in await store.sessions()
            for one in await store.read(entry.session)
            if isinstance(one.event, ResponseGiven)
        ]
    finally:
        await store.close()


def lose_the_journal(place: Path) -> None:
    """Delete the journal's disk, and have the event go on from its copy on a new one."""
    shutil.rmtree(place / "var")
    copy, journal = place / COPY / "cact.db", place / "var" / "cact.db"
    told = acknowledged(place) if (place / "told").exists() else []
    replica = FolderReplica(place / COPY)
    there = replica.standing()
    replica.close()
    if there is None:
        # Killed before there was a copy: nobody was told anything.
        assert told == []
        shutil.rmtree(place / COPY, ignore_errors=True)
        return
    journal.parent.mkdir(mode=0o700)
    promote(copy, journal, by="campaign")
    kept = asyncio.run(answers_in(journal))
    assert set(told) <= set(kept)
    assert len({answer for answer, _ in kept}) == len(kept)
    attach(journal, FolderReplica(place / COPY), by="campaign")


def lived(nursery: Nursery, place: Path, seed: str, kills: Iterator[tuple[str, int]]) -> int:
    """Live until the session has ended, on a new disk after each death; return the deaths."""
    place.mkdir()
    deaths = 0
    while True:
        end = nursery.live(
            place, seed, next(kills, None), quick_pulse=deaths % 2 == 1, replica=COPY
        )
        if end == 0:
            return deaths
        assert end == KILLED, (place / "said").read_text()
        deaths += 1
        lose_the_journal(place)


@pytest.mark.parametrize("name", [*OF_THE_JOURNAL, *OF_THE_COPY])
def test_killed_and_its_disk_lost_over_and_over_a_session_is_the_undisturbed_one(
    name: str, nursery: Nursery, tmp_path: Path
) -> None:
    chance = random.Random(name)  # noqa: S311 - a schedule
    kills = [(name, chance.randint(SLOWEST, SLOWEST + 6)) for _ in range(3)]
    assert lived(nursery, tmp_path / "life", "one", iter(kills)) >= 2
    check(nursery, tmp_path / "life", "one")


@pytest.mark.parametrize("name", AT_THE_FIRST)
def test_killed_while_the_first_copy_is_made_nothing_was_promised(
    name: str, nursery: Nursery, tmp_path: Path
) -> None:
    assert lived(nursery, tmp_path / "life", "one", iter([(name, 1)])) == 1
    check(nursery, tmp_path / "life", "one")


def test_killed_between_both_the_next_start_sends_what_the_copy_lacks(
    nursery: Nursery, tmp_path: Path
) -> None:
    place = tmp_path / "life"
    place.mkdir()
    chance = random.Random(7)  # noqa: S311 - a schedule
    for name in chain.from_iterable(repeat(OF_THE_COPY, 2)):
        nursery.live(place, "two", (name, chance.randint(SLOWEST, 9)), replica=COPY)
    assert nursery.live(place, "two", replica=COPY) == 0
    check(nursery, place, "two")
    here = asyncio.run(answers_in(place / "var" / "cact.db"))
    assert asyncio.run(answers_in(place / COPY / "cact.db")) == here
    assert set(acknowledged(place)) <= set(here)


@pytest.mark.campaign
@pytest.mark.parametrize("round_", range(10))
def test_a_thousand_kills_each_with_the_journal_lost(
    round_: int, nursery: Nursery, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kills, sessions = 0, 0
    chance = random.Random(f"replica-{round_}")  # noqa: S311 - a schedule
    names = (*OF_THE_JOURNAL, *OF_THE_COPY, "checkpoint.before", "checkpoint.after")
    while kills < 120:
        sessions += 1
        seed = f"replica-{round_}-{sessions % 3}"
        schedule = iter(lambda: (chance.choice(names), chance.randint(1, SLOWEST + 5)), None)
        kills += lived(nursery, tmp_path / str(sessions), seed, schedule)
        check(nursery, tmp_path / str(sessions), seed)
    with capsys.disabled():
        print(f"\nsecond copy {round_}: {kills} kills and disks lost, {sessions} sessions: well")
