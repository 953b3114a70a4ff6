"""R4 on two disks, through the flow: while the copy lacks an answer, it is not saved."""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.config.second_copy import CopySettings
from cact_tui.delivery import persistence
from cact_tui.errors import Problems
from cact_tui.journal.replica import CopyState
from cact_tui.journal.sqlite.arrangement import detach, report
from cact_tui.wiring import read_event
from tests.crash.event import small_event
from tests.crash.faults.test_fault_flow import Failing, Run, answered, check, in_trouble, not_saved
from tests.crash.story import story_of

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.config.settings import Materials
    from cact_tui.delivery.views import View
    from tests.crash.story import Story

FAULTS = (
    ("replica.before-send", errno.EIO),
    ("replica.before-write", errno.ENOSPC),
    ("replica.written", errno.EROFS),
    ("replica.committed", errno.EIO),
    ("replica.acknowledged", errno.EIO),
    ("replica.cleared", errno.ENOSPC),
)


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Materials, Story]:
    """Return an event with a second copy, and the story of a session that nothing disturbed."""
    config = small_event(tmp_path_factory.mktemp("event"))
    found = read_event(config, Problems())
    assert found is not None
    materials = evolve(found, store=evolve(found.store, second_copy=CopySettings(place="second")))

    async def undisturbed() -> Story:
        await Run(config, materials).to_the_end()
        return await story_of(config.parent, materials)

    return config, materials, asyncio.run(undisturbed())


@pytest.mark.parametrize(("boundary", "code"), FAULTS)
async def test_the_copy_may_fail_time_and_again_and_the_session_is_the_undisturbed_one(
    boundary: str,
    code: int,
    event: tuple[Path, Materials, Story],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(persistence, "RETRY_SECONDS", 0.005)
    failing = Failing(boundary, code, 0.5)
    run = Run(tmp_path / "config.toml", event[1], failing)
    await run.to_the_end()
    await check(run, event, tmp_path / "config.toml")
    assert failing.failures > 10
    here = await story_of(tmp_path, event[1])
    (tmp_path / "restored" / "var").mkdir(parents=True)
    (tmp_path / "restored" / "var" / "cact.db").write_bytes(
        (tmp_path / "second" / "cact.db").read_bytes()
    )
    assert await story_of(tmp_path / "restored", event[1]) == here


async def test_out_of_reach_an_answer_stays_unsaved_until_the_copy_is_given_up(
    event: tuple[Path, Materials, Story], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence, "RETRY_SECONDS", 0.02)
    gone = False

    def probe(boundary: str) -> None:
        if gone and boundary == "replica.before-send":
            raise OSError(errno.EHOSTUNREACH, "No route to host")

    run = Run(tmp_path / "config.toml", event[1], probe)

    def lose(view: View) -> None:
        nonlocal gone
        gone = gone or answered(2)(view)

    run.halt = lose
    taking = asyncio.create_task(run.to_the_end())
    await run.until(lambda view: not_saved(view) or in_trouble(view))
    # Whatever is tried again stays untold: the third answer is on no screen as saved.
    seen = len(run.views)
    await run.until(lambda _: len(run.views) >= seen + 3)
    assert not any(map(answered(3), run.views))
    journal = tmp_path / "var" / "cact.db"
    await asyncio.to_thread(detach, journal, None, by="Sri Lestari", reason="spare host burnt")
    await taking
    await check(run, event, tmp_path / "config.toml")
    assert report(journal).here.copy is CopyState.DETACHED
