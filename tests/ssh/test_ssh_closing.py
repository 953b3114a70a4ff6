"""A hall that is closed tells everybody; closed or killed, it goes on where everybody was."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import pytest

from cact_tui.sessions.events import ItemShown
from tests.crash.event import small_event
from tests.e2e.record import Record
from tests.e2e.test_ssh import free_port
from tests.ssh.outside import PATIENCE, Outside, serve, with_hall
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

FAREWELL = "Your answers are saved"
ARRIVE_TOGETHER = 6


@pytest.mark.parametrize("seats", [2, pytest.param(24, marks=pytest.mark.campaign)])
async def test_everybody_is_told_and_goes_on_at_the_same_item(tmp_path: Path, seats: int) -> None:
    config, port = small_event(tmp_path / "event"), free_port()
    with_hall(config, port, 2 * seats)
    record = Record(config)
    process = serve(config, port)
    try:
        async with Outside(port) as outside:
            visitors = await _all_at_items(outside, seats, life=0)
            items, shown = [_item(visitor) for visitor in visitors], record.of(ItemShown)

            began = time.monotonic()
            process.terminate()
            await asyncio.gather(*map(_ended, visitors))
            told = sum(one.sees(FAREWELL) for one in visitors)
            assert process.wait(PATIENCE) == 0
            print(f"SIGTERM: {told} of {seats} told, closed in {time.monotonic() - began:.2f} s")
            assert told == seats

            process = serve(config, port)
            visitors = await _all_at_items(outside, seats, life=1)
            assert [_item(visitor) for visitor in visitors] == items

            process.kill()
            process.wait(PATIENCE)
            await asyncio.gather(*map(_ended, visitors))
            began = time.monotonic()
            process = serve(config, port)
            print(f"kill -9: the hall answers again after {time.monotonic() - began:.2f} s")
            visitors = await _all_at_items(outside, seats, life=2)
            assert [_item(visitor) for visitor in visitors] == items
        assert record.of(ItemShown) == shown
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0


async def _all_at_items(outside: Outside, seats: int, *, life: int) -> list[Visitor]:
    """Have everybody sign in, some at a time, each time at another seat."""
    together = asyncio.Semaphore(ARRIVE_TOGETHER)

    async def arrive(number: int) -> Visitor:
        async with together:
            visitor = await Visitor.at(outside, f"seat-{(number + life) % seats:02}")
            await visitor.sign_in(f"{number:04}")
            await visitor.go_to_an_item()
            return visitor

    return await asyncio.gather(*(arrive(number) for number in range(seats)))


async def _ended(visitor: Visitor) -> None:
    await visitor.until(lambda: visitor.ended)


def _item(visitor: Visitor) -> list[str]:
    """Return the options on the screen, whatever is marked."""
    options = re.findall(r"[(\[][ *x][)\]][ >]([A-H]  .*)", visitor.text)
    return [option.strip() for option in options] or [visitor.text.splitlines()[3].strip()]
