"""A terminal at the end of a serial line of 9600 baud; `python -m benchmarks.wire` measures it."""

from __future__ import annotations

import asyncio
import statistics
from typing import TYPE_CHECKING

from tests.ssh.link import Link
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from tests.ssh.house import House

RATE = 960.0
KEY_SECONDS, START_SECONDS = 0.4, 4.0
HELD_KEYS, EVERY = 30, 0.1


async def test_a_line_of_9600_baud_shows_keys_soon_and_queues_no_stale_frames(house: House) -> None:
    async with Link(house.port, rate=RATE) as link:
        link.rate = 0.0
        visitor = Visitor()
        visitor.connection = await house.connect(port=link.port)
        link.rate = RATE
        began = asyncio.get_running_loop().time()
        await visitor.open()
        whole = await visitor.until_comes(lambda: visitor.sees("pilih / choose"))
        assert whole - began < START_SECONDS
        await visitor.settle()
        took = [await _moved(visitor, number) for number in range(6)]
        assert statistics.median(took) < KEY_SECONDS
        assert await _held(visitor) < 2 * KEY_SECONDS
        visitor.cut()


async def _moved(visitor: Visitor, number: int) -> float:
    """Move the mark; return the seconds until it is seen."""
    began = asyncio.get_running_loop().time()
    visitor.send(b"\x1b[A" if number % 2 else b"\x1b[B")
    mark = "> 1" if number % 2 else "> 2"
    return await visitor.until_comes(lambda: visitor.sees(mark)) - began


async def _held(visitor: Visitor) -> float:
    """Hold keys down that paint more than the line takes; return how late the last is seen."""
    for number in range(HELD_KEYS):
        visitor.send(b"\x1b[A" if number % 2 else b"\x1b[B")
        await asyncio.sleep(EVERY)
    return await _moved(visitor, 0)
