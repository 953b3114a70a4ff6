"""The app behind the real driver: bytes in, cells on an emulated terminal out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from cact_tui.terminal.driver import Line
from cact_tui.terminal.profiles import profile_for
from cact_tui.tui.participant.app import ParticipantApp
from tests.terminal.emulator import Emulator
from tests.tui.participant_flow import HastyClock, ScriptedFlow, identity_view, item

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from cact_tui.delivery.views import View


class Desk:
    """A line with its emulator and what the app is shown."""

    def __init__(self, term: str, *views: View) -> None:
        self.emulator = Emulator()
        self.line = Line(self.emulator, profile_for(term, {"LANG": "C.UTF-8"}), (80, 24))
        self.flow = ScriptedFlow(views)
        self.app = ParticipantApp(self.flow, HastyClock(), self.line.driver_class)

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait until something is to be seen."""
        async with asyncio.timeout(5):
            while not seen():  # noqa: ASYNC110 - an emulator has no events
                await asyncio.sleep(0.005)

    async def type(self, data: bytes, wanted: str) -> None:
        """Send bytes and wait for a text on the terminal."""
        self.line.feed(data)
        await self.until(lambda: wanted in self.emulator.text)


@asynccontextmanager
async def _at(term: str, *views: View) -> AsyncIterator[Desk]:
    desk = Desk(term, *views)
    running = asyncio.ensure_future(desk.app.run_async(mouse=False))
    await desk.until(lambda: "halaman" in desk.emulator.text or "Esc" in desk.emulator.text)
    await asyncio.sleep(0.05)
    yield desk
    desk.app.exit()
    await running


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "vt220"])
async def test_an_answer_goes_from_bytes_to_the_flow(term: str) -> None:
    async with _at(term, item(), item(item="dl-009", position=9)) as desk:
        await desk.type(b"b", "(*) B")
        await desk.type(b"\r", "Kirim jawaban B?")
        await desk.type(b"\r", "Soal 9")
        assert desk.flow.responses[0].given == ("o2",)
        if term == "vt220":
            assert desk.emulator.text.isascii()


async def test_a_tick_sends_only_the_digits_that_changed() -> None:
    async with _at("xterm-256color", item()) as desk:
        before = desk.emulator.bytes
        desk.flow.tick(1061)
        await desk.until(lambda: "00:17:41" in desk.emulator.text)
        assert desk.emulator.bytes - before < 32


async def test_the_terminal_s_cursor_stands_in_the_field() -> None:
    async with _at("xterm-256color", identity_view(roster=True)) as desk:
        await desk.type(b"02", "[02_")
        cursor = desk.emulator.screen.cursor
        assert (cursor.x, cursor.y, cursor.hidden) == (31, 5, False)


async def test_control_bytes_do_no_harm() -> None:
    async with _at("xterm-256color", item()) as desk:
        desk.line.feed(b"\x03\x1a\x13\x11\x1c\x1b[99999999999999u\xff\x1b[200~b\r\r\x1b[201~")
        await desk.type(b"c", "(*) C")
        assert desk.flow.responses == []
        assert desk.app.return_code is None
