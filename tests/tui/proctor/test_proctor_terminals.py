"""The proctor's screen behind the real driver, on terminals with colours and without."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.terminal.driver import Line
from cact_tui.terminal.profiles import profile_for
from cact_tui.tui.proctor.app import ProctorApp
from tests.terminal.emulator import Emulator
from tests.tui.proctor.scene import FULL_DISK, ScriptedWindow, snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")
SIZES = ((80, 24), (132, 43))


class Desk:
    """A line with its emulator, and what the app is shown."""

    def __init__(self, term: str, size: tuple[int, int]) -> None:
        self.emulator = Emulator(*size)
        self.line = Line(self.emulator, profile_for(term, {"LANG": "C.UTF-8"}), size)
        self.window = ScriptedWindow(snapshot(alarms=(FULL_DISK,)))
        self.app = ProctorApp(self.window, self.line.driver_class, language="en")

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait until something is to be seen."""
        async with asyncio.timeout(5):
            while not seen():  # noqa: ASYNC110 - an emulator has no events
                await asyncio.sleep(0.005)

    async def shows(self, *wanted: str) -> None:
        """Wait until all of this is on the screen."""
        await self.until(lambda: all(one in self.emulator.text for one in wanted))


@asynccontextmanager
async def at(term: str, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Desk]:
    desk = Desk(term, size)
    running = asyncio.ensure_future(desk.app.run_async(mouse=False))
    await desk.shows("30 shown", "all keys")
    yield desk
    desk.app.exit()
    await running


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("term", ["vt220", "xterm-mono"])
async def test_without_colours_marks_and_words_say_it_all(term: str, size: tuple[int, int]) -> None:
    async with at(term, size) as desk:
        await desk.shows("is calling", "cut off", "too fast", "DISK NEARLY FULL")
        desk.line.feed(b"d")
        await desk.shows("01")
        desk.line.feed(b"w")
        await desk.shows("minutes")
        assert not COLOUR.search(b"".join(desk.emulator.sent))


@pytest.mark.parametrize("term", ["linux", "xterm-256color"])
async def test_with_colours_it_says_the_same_words(term: str) -> None:
    async with at(term) as desk:
        await desk.shows("is calling", "cut off", "too fast", "DISK NEARLY FULL")
        assert COLOUR.search(b"".join(desk.emulator.sent))


async def test_a_second_that_passes_repaints_nothing_but_the_times() -> None:
    async with at("xterm-256color", (132, 43)) as desk:
        await desk.shows("18:10")
        before = desk.emulator.bytes
        rows = [
            evolve(one, left=one.left - 1) if one.left is not None else one
            for one in desk.window.shown.rows
        ]
        desk.window.push(snapshot(rows, alarms=(FULL_DISK,)))
        await desk.shows("18:09")
        assert desk.emulator.bytes - before < 40 * len(rows)
