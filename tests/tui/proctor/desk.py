"""A proctor at the keyboard, for tests."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual import events

from cact_tui.tui.proctor.app import ProctorApp
from tests.tui.proctor.day import Typed, steps
from tests.tui.proctor.scene import ScriptedWindow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from textual.pilot import Pilot

    from cact_tui.proctoring.board.duty import Order

_CHARACTERS = {"space": " "}
_NAMES = {"Enter": "enter", "Home": "home", "Shift+F": "F", "Shift+G": "G"}
_ROUNDS = 3


class Desk:
    """Presses keys, reads the screen; counts what was pressed, and what was typed as text."""

    def __init__(self, app: ProctorApp, window: ScriptedWindow, pilot: Pilot[Any]) -> None:
        self.app = app
        self.window = window
        self.pilot = pilot
        self.strokes = 0

    async def press(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.strokes += 1
            self._send(key)
            await self.settle()

    async def perform(self, task: str, said: Mapping[str, str] | None = None) -> None:
        """Press the keys of a task of the day; `said` is what is typed for its words."""
        for step in steps(task, said or {}):
            if isinstance(step, Typed):
                await self.type(step.text)
            else:
                await self.press(_NAMES.get(step.key, step.key))

    async def search(self, text: str) -> None:
        """Put the cursor on whoever has a seat, a number or a name."""
        await self.press("/")
        await self.type(text)
        await self.press("enter")

    async def type(self, text: str) -> None:
        """Type a text, which is not counted."""
        for character in text:
            self._send(character)
        await self.settle()

    def _send(self, key: str) -> None:
        character = _CHARACTERS.get(key, key if len(key) == 1 else None)
        self.app.post_message(events.Key("space" if key == " " else key, character))

    async def settle(self) -> None:
        """Let the screen come to rest."""
        for _ in range(_ROUNDS):
            painted = asyncio.Event()
            if not self.app.call_after_refresh(painted.set):
                return
            await asyncio.wait_for(painted.wait(), 5)

    @property
    def order(self) -> Order:
        """Return the last order given."""
        return self.window.orders[-1]

    @property
    def whom(self) -> list[str]:
        """Return the seats that the last order is for."""
        return [row.seat for row in self.order.rows]

    @property
    def rows(self) -> list[str]:
        """Return what stands on the screen."""
        return ["".join(span.text for span in spans).rstrip() for spans in self.app.sheet.lines]

    @property
    def text(self) -> str:
        """Return the whole screen."""
        return "\n".join(self.rows)


@asynccontextmanager
async def at_desk(
    window: ScriptedWindow | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    language: str = "en",
) -> AsyncIterator[Desk]:
    """Run the app on a window."""
    window = window or ScriptedWindow()
    app = ProctorApp(window, language=language)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, window, pilot)
        await desk.settle()
        yield desk
