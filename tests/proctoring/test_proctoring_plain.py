"""The linear mode follows a proctor as the screens do: it says what happens, in its order."""

from __future__ import annotations

import asyncio

from cact_tui.plain.face import GONE, PlainFace
from cact_tui.plain.intake import Intake
from tests.plain.script import Sheet
from tests.proctoring.room import BY, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited


class Listener:
    """Types lines and waits for words, each behind those heard before."""

    def __init__(self, room: Room) -> None:
        self.intake = Intake(interactive=True)
        self.news = asyncio.Event()
        self.sheet = Sheet(lambda _text: self.news.set())
        self.face = PlainFace(room.hall.seat("07").flow, self.intake, self.sheet)
        self.heard = 0

    async def hear(self, words: str) -> None:
        """Wait until words were said."""
        while words not in self.sheet.text[self.heard :]:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 5)
        self.heard = self.sheet.text.index(words, self.heard) + len(words)

    async def say(self, line: str, words: str) -> None:
        """Type a line and wait for what comes of it."""
        self.intake.feed(f"{line}\n".encode())
        await self.hear(words)


async def test_the_linear_mode_says_what_a_proctor_does() -> None:
    room = await Room(watched=True, battery=limited()).furnish()
    listener = Listener(room)
    running = asyncio.ensure_future(listener.face.run())
    await listener.hear("English")
    await listener.say("1", "NIP: ")
    await listener.say("0231", "go on: ")
    await listener.say("", "press Enter: ")
    await listener.say("AGREE", "Please wait for the proctor, who lets everybody begin.")
    await room.acts.authorise(SESSION, by=BY)
    await listener.hear("go on: ")
    await listener.say("", "go on: ")
    await listener.say("", "Item 1, at most 3.")
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    await listener.hear("Reason: power outage.")
    await room.acts.message(SESSION, "Ten minutes.", by=BY)
    await listener.hear("Ten minutes.")
    await listener.hear("when you have read this: ")
    await listener.say("", "The proctor has paused your test.")
    await room.acts.resume(SESSION, by=BY)
    await listener.hear("Item 1, at most 3.")
    await room.acts.extend(SESSION, 600, by=BY, reason="power_outage")
    await listener.hear("Extra time: 10 minutes more.")
    await room.acts.terminate(SESSION, by=BY, reason="other")
    await listener.hear("The proctor has ended your test.")
    listener.intake.end()
    assert await asyncio.wait_for(running, 5) == GONE
