"""What the disk adds to what is measured: how long it takes for four kilobytes of somebody else.

An answer is told as saved when the disk has it. A disk that stands still for a tenth of a second
delays whoever answers then, whatever else goes on; so it is asked all the while.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import asynccontextmanager, suppress
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

STEP = 0.05
BLOCK = bytes(4096)

STALL = 0.02
"""Seconds from which on the disk is said to have stood still."""

Waits = list[tuple[float, float]]
"""When the disk was asked, and how many seconds it took."""


@asynccontextmanager
async def told(folder: Path, waits: Waits) -> AsyncIterator[None]:
    """Note how long writes to the disk under a folder take, twenty times a second."""
    asking = asyncio.create_task(_ask(folder, waits))
    try:
        yield
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


def stalls(waits: Waits) -> Waits:
    """Return those in which the disk stood still."""
    return [(asked, took) for asked, took in waits if took >= STALL]


def untouched(sent: Sequence[float], took: Sequence[float], waits: Waits) -> list[bool]:
    """Return of each answer whether the disk stood still at no moment of it."""
    still = stalls(waits)
    return [
        all(began + seconds < asked or asked + stood < began for asked, stood in still)
        for began, seconds in zip(sent, took, strict=True)
    ]


async def _ask(folder: Path, waits: Waits) -> None:
    with NamedTemporaryFile(dir=folder) as file:
        while True:
            await asyncio.sleep(STEP)
            waits.append(await asyncio.to_thread(_write, file.fileno()))


def _write(descriptor: int) -> tuple[float, float]:
    asked = time.perf_counter()
    os.pwrite(descriptor, BLOCK, 0)
    os.fdatasync(descriptor)
    return asked, time.perf_counter() - asked
