"""R4 through the flow: what cannot be written is said, sent again, and never doubled."""

from __future__ import annotations

import asyncio
import errno
import os
import random
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cact_tui.delivery import persistence
from cact_tui.delivery.actions import Respond
from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.rehearsal import Mind, SimulatedParticipant
from cact_tui.delivery.views import ItemView, Saving, Standstill, StandstillView
from cact_tui.errors import Problems
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event
from tests.crash.faults.trouble import disk_for, lock_held, read_only
from tests.crash.story import proven, story_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cact_tui.config.settings import Materials
    from cact_tui.delivery.actions import Action
    from cact_tui.delivery.services import Services
    from cact_tui.delivery.views import View
    from cact_tui.wiring import Probe
    from tests.crash.story import Story

SEED = "00112233445566778899aabbccddeeff"
PATIENCE = 60.0
TERMINAL = Terminal(
    mode="rehearsal", terminal="none", columns=80, rows=24, charset="utf8", colours="mono"
)


class Witnessed(ParticipantFlow):
    """A flow that remembers under which ids answers were sent."""

    def __init__(self, services: Services, terminal: Terminal) -> None:
        super().__init__(services, terminal)
        self.sent: list[str] = []

    async def act(self, action: Action) -> None:
        if isinstance(action, Respond) and not getattr(self.view, "practice", False):
            self.sent.append(action.answer)
        await super().act(action)


class Run:
    """One rehearsal in a folder, step by step as its views come."""

    def __init__(self, config: Path, materials: Materials, probe: Probe = lambda _: None) -> None:
        self.event = Event(config, materials, probe=probe)
        self.views: list[View] = []
        self._came = asyncio.Event()
        services = self.event.services(None, rehearsal=True, seed=lambda: SEED)
        self.flow = Witnessed(services, TERMINAL)
        self._person = SimulatedParticipant(
            self.flow,
            Mind(self.event.exam.plan, SEED).answer,
            number="R-1",
            name="Rehearsal",
            language="id",
        )
        self.halt: Callable[[View], None] = lambda _: None

    async def to_the_end(self) -> None:
        """Take the test."""
        async with asyncio.timeout(PATIENCE):
            await self._person.run(self._watch)
        await self.event.store.close()

    async def until(self, holds: Callable[[View], bool]) -> None:
        """Wait for a view."""
        async with asyncio.timeout(PATIENCE):
            while not any(map(holds, self.views)):
                self._came.clear()
                await self._came.wait()

    def _watch(self, view: View) -> None:
        self.views.append(view)
        self.halt(view)
        self._came.set()


def not_saved(view: View) -> bool:
    return isinstance(view, ItemView) and view.saving is Saving.NOT_SAVED


def in_trouble(view: View) -> bool:
    return isinstance(view, StandstillView) and view.why is Standstill.TROUBLE


def answered(count: int) -> Callable[[View], bool]:
    return lambda view: (
        isinstance(view, ItemView)
        and not view.practice
        and view.answered == count
        and view.saving in (Saving.SAVED, Saving.NONE)
    )


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Materials, Story]:
    """Return an event, and the story of a session that nothing disturbed."""
    config = small_event(tmp_path_factory.mktemp("event"))
    materials = read_event(config, Problems())
    assert materials is not None

    async def undisturbed() -> Story:
        await Run(config, materials).to_the_end()
        return await story_of(config.parent, materials)

    return config, materials, asyncio.run(undisturbed())


@pytest.fixture
def place(event: tuple[Path, Materials, Story], tmp_path: Path) -> Path:
    """Return where a configuration would lie: the materials are read already."""
    return tmp_path / event[0].name


async def check(run: Run, event: tuple[Path, Materials, Story], place: Path) -> None:
    """Compare with the undisturbed session; every answer is there once, under its own id."""
    _, materials, undisturbed = event
    story = await story_of(place.parent, materials)
    assert story.steps == undisturbed.steps
    assert [answer for answer, _ in story.answers] == run.flow.sent
    assert await proven(place.parent, story.reference, materials)


class Failing:
    """A probe at which a share of all writes fails, by chance but always the same."""

    def __init__(self, boundary: str, code: int, share: float, seed: int = 0) -> None:
        self._boundary, self._code, self._share = boundary, code, share
        self._chance = random.Random(f"{boundary}{code}{share}{seed}")  # noqa: S311 - a schedule
        self.failures = 0

    def __call__(self, name: str) -> None:
        if name == self._boundary and self._chance.random() < self._share:
            self.failures += 1
            raise OSError(self._code, os.strerror(self._code))


FAULTS = (
    ("append.before-write", errno.ENOSPC),
    ("append.before-write", errno.EROFS),
    ("append.written", errno.ENOSPC),
    ("append.written", errno.EIO),
    ("append.committed", errno.EIO),
    ("result.tmp", errno.ENOSPC),
    ("result.fsync", errno.EIO),
    ("result.rename", errno.EIO),
    ("result.dirsync", errno.EIO),
)


@pytest.mark.parametrize("share", [0.5, 0.8], ids=["once", "lasting"])
@pytest.mark.parametrize(("boundary", "code"), FAULTS)
async def test_writes_may_fail_time_and_again_and_the_session_is_the_undisturbed_one(
    *,
    boundary: str,
    code: int,
    share: float,
    event: tuple[Path, Materials, Story],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(persistence, "RETRY_SECONDS", 0.005)
    run = Run(place, event[1], Failing(boundary, code, share))
    await run.to_the_end()
    await check(run, event, place)
    if boundary in ("append.before-write", "append.written"):
        assert any(map(not_saved, run.views))
        assert any(map(in_trouble, run.views))


@pytest.mark.campaign
@pytest.mark.parametrize(("boundary", "code"), FAULTS)
async def test_twenty_five_schedules_of_failing_writes(
    *,
    boundary: str,
    code: int,
    event: tuple[Path, Materials, Story],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(persistence, "RETRY_SECONDS", 0.002)
    failures = 0
    for seed in range(25):
        probe = Failing(boundary, code, 0.2 + 0.025 * seed, seed)
        config = place.parent / str(seed) / place.name
        run = Run(config, event[1], probe)
        await run.to_the_end()
        await check(run, event, config)
        failures += probe.failures
    with capsys.disabled():
        print(f"\nR4 {boundary} {errno.errorcode[code]}: {failures} failed writes: all well")


async def test_on_a_full_disk_nothing_is_acknowledged_until_there_is_room(
    event: tuple[Path, Materials, Story], place: Path
) -> None:
    with disk_for(place.parent / "var") as disk:
        run = Run(place, event[1], disk.probe)
        run.halt = once(answered(2), disk.fill)
        session = asyncio.create_task(run.to_the_end())
        await run.until(not_saved)
        await asyncio.sleep(2 * persistence.RETRY_SECONDS)
        (entry,) = await run.event.store.sessions()
        story = await run.event.store.read(entry.session)
        given = [one for one in story if type(one.event).__name__ == "ResponseGiven"]
        assert (len(given), len(run.flow.sent)) == (2, 3)
        assert not any(map(answered(3), run.views))
        disk.mend()
        await session
        await check(run, event, place)


async def test_while_another_process_holds_the_journal_the_answer_waits(
    event: tuple[Path, Materials, Story], place: Path
) -> None:
    run = Run(place, event[1])
    with ExitStack() as stack:
        run.halt = once(answered(1), partial(stack.enter_context, lock_held(place)))
        session = asyncio.create_task(run.to_the_end())
        await run.until(not_saved)
        assert not any(map(answered(2), run.views))
    await session
    await check(run, event, place)


async def test_a_result_that_cannot_be_written_is_written_once_it_can(
    event: tuple[Path, Materials, Story], place: Path
) -> None:
    with read_only(place.parent / "results"):
        run = Run(place, event[1])
        session = asyncio.create_task(run.to_the_end())
        await run.until(in_trouble)
        assert not list(place.parent.rglob("*.json"))
    await session
    await check(run, event, place)


async def test_a_result_waits_for_room_on_its_disk(
    event: tuple[Path, Materials, Story], place: Path
) -> None:
    with disk_for(place.parent / "results") as disk:
        run = Run(place, event[1], disk.probe)
        disk.fill()
        session = asyncio.create_task(run.to_the_end())
        await run.until(in_trouble)
        disk.mend()
        await session
        await check(run, event, place)


def once(holds: Callable[[View], bool], act: Callable[[], object]) -> Callable[[View], None]:
    """Return a watch that acts at the first view for which something holds."""
    waiting: Iterator[Callable[[], object]] = iter([act])

    def watch(view: View) -> None:
        if holds(view):
            for one in waiting:
                one()

    return watch
