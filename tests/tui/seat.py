"""A participant at the keyboard, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from textual import events

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from cact_tui.tui.participant.app import ParticipantApp
    from tests.tui.participant_flow import ScriptedFlow

_CHARACTERS = {"space": " ", "comma": ",", "full_stop": ".", "minus": "-"}
_NAMES = {character: name for name, character in _CHARACTERS.items()}
_ROUNDS = 3


class Seat:
    """Presses keys, reads the screen."""

    def __init__(self, app: ParticipantApp, flow: ScriptedFlow, pilot: Pilot[Any]) -> None:
        self.app = app
        self.flow = flow
        self.pilot = pilot

    def send(self, key: str) -> None:
        """Send a key, by name or character, without waiting for what comes of it."""
        name = _NAMES.get(key, key)
        character = _CHARACTERS.get(name, name if len(name) == 1 else None)
        self.app.post_message(events.Key(name, character))

    async def press(self, *keys: str) -> None:
        """Press keys, each after the screen has settled."""
        for key in keys:
            self.send(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text."""
        for character in text:
            self.send(character)
        await self.settle()

    async def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(columns, rows)
        await self.settle()

    async def settle(self) -> None:
        """Let flow and screen come to rest: several frames, each with what it set off."""
        for _ in range(_ROUNDS):
            painted = asyncio.Event()
            if not self.app.call_after_refresh(painted.set):
                return
            await asyncio.wait_for(painted.wait(), 5)

    @property
    def rows(self) -> list[str]:
        """Return what stands on the screen."""
        return ["".join(span.text for span in spans).rstrip() for spans in self.app.sheet.lines]

    @property
    def text(self) -> str:
        """Return the whole screen."""
        return "\n".join(self.rows)


Sit = Callable[..., AbstractAsyncContextManager[Seat]]
"""Runs the app on views, as an asynchronous context of a seat."""
