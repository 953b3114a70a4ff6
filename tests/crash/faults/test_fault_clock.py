"""R5: wall clocks that jump, and a host that stands still for a while."""

from __future__ import annotations

import asyncio
import random
import re
import signal
from typing import TYPE_CHECKING, Final

import pytest

from cact_tui.config.proctor import ProctorSettings
from cact_tui.delivery.timekeeper import LONGEST_TICK
from cact_tui.proctoring.signals import AlarmKind
from tests.crash.faults.serving import Serving, hall_event
from tests.delivery.hall import two_sections
from tests.proctoring.board.watched import reader
from tests.proctoring.room import Room

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ssh.visitor import Visitor

BEATS: Final = (0.9, 1.0, 1.0, 1.0, 1.1, 1.9)
STOPS: Final = (2.5, 61.0, 300.0, 3_600.0)
JUMPS: Final = (1, -1, 3_600, -3_600, 86_400, -86_400)
BUDGET_MS: Final = 600_000
LEFT: Final = re.compile(r"(\d\d):(\d\d):(\d\d) left")


async def live_through(draw: random.Random) -> tuple[float, int, int]:
    """Live through a schedule; return the largest error of the budget in s, jumps and alarms."""
    section = two_sections().sections[0]
    room = await Room(battery=two_sections(sections=(section,), authorisation="proctor")).furnish()
    seat = await room.to_item()
    board, clock = reader(room), room.hall.clock
    await board.look()
    used = worst = 0.0
    jumps = alarms = 0
    for _ in range(20):
        seconds = draw.choice((*BEATS, *BEATS, *STOPS))
        jump = draw.choice((0, 0, 0, *JUMPS))
        clock.advance(seconds)
        clock.wall += jump * 1_000
        used += seconds if seconds <= LONGEST_TICK else 0
        await seat.heart.beat()
        seen = [one.kind for one in (await board.look()).alarms]
        large = abs(jump) >= ProctorSettings().clock_jump_seconds
        jumps += large
        alarms += large and AlarmKind.CLOCK in seen
        assert jumps or AlarmKind.CLOCK not in seen
        left, _ = seat.conduct.left()
        assert left is not None
        worst = max(worst, abs(BUDGET_MS - left - used * 1_000) / 1_000)
        if draw.random() < 0.1 and seat.conduct.state.answered < 2:
            await seat.answer()
    order = [one.seq for one in await room.hall.recorded()]
    assert order == list(range(1, len(order) + 1))
    await seat.flow.close()
    return worst, jumps, alarms


@pytest.mark.parametrize("count", [20, pytest.param(1_000, marks=pytest.mark.campaign)])
async def test_budgets_hold_and_proctors_are_told_whatever_the_wall_clock_does(
    count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [await live_through(random.Random(seed)) for seed in range(count)]  # noqa: S311 - schedules
    worst = max(error for error, _, _ in found)
    jumps, alarms = sum(one[1] for one in found), sum(one[2] for one in found)
    with capsys.disabled():
        print(
            f"\nR5: {count} schedules, budgets within {worst:.3f} s, {alarms} of {jumps} jumps told"
        )
    assert worst <= 1
    assert jumps >= count
    assert alarms == jumps


async def _left(visitor: Visitor) -> int:
    """Return the seconds on the participant's clock, at the moment when they change."""
    before = _clock(visitor)
    await visitor.until(lambda: _clock(visitor) not in {before, -1})
    return _clock(visitor)


def _clock(visitor: Visitor) -> int:
    shown = LEFT.search(visitor.text)
    if shown is None:
        return -1
    hours, minutes, seconds = map(int, shown.groups())
    return 3_600 * hours + 60 * minutes + seconds


@pytest.mark.campaign
async def test_a_host_that_stood_still_charges_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = hall_event(tmp_path / "event")
    loop = asyncio.get_running_loop()
    errors = []
    async with Serving(config) as house:
        visitor = await house.visit()
        await visitor.sign_in()
        await visitor.go_to_an_item()
        for stop in (3, 8, 20):
            left, began = await _left(visitor), loop.time()
            house.send_signal(signal.SIGSTOP)
            await asyncio.sleep(stop)
            house.send_signal(signal.SIGCONT)
            later = await _left(visitor)
            ran = loop.time() - began - stop
            errors.append(left - later - ran)
        await visitor.go_to_an_item()
        await visitor.step()
        code, _ = await house.stop()
    with capsys.disabled():
        print(f"\nR5: stopped for 3, 8, 20 s: charged {', '.join(f'{e:+.2f} s' for e in errors)}")
    assert code == 0
    # What ran before the stop in the same second is not charged; a clock shows whole seconds.
    assert all(-2 <= error <= 1 for error in errors)
