"""The screens follow a proctor: nothing of an item is left to be read while it is held."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.delivery import actions as a
from cact_tui.tui.participant.app import ParticipantApp
from tests.proctoring.room import BY, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited
from tests.tui.participant_flow import HastyClock

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def see(app: ParticipantApp, pilot: Pilot[str], words: str) -> str:
    """Wait until words stand on the screen; return the whole of it."""
    async with asyncio.timeout(5):
        while words not in (shown := text(app)):
            await pilot.pause(0.02)
    return shown


def text(app: ParticipantApp) -> str:
    return "\n".join("".join(span.text for span in line) for line in app.sheet.lines)


async def test_a_pause_leaves_nothing_of_the_item_and_a_message_waits_for_enter() -> None:
    room = await Room(watched=True, battery=limited()).furnish()
    seat = room.hall.seat("07")
    app = ParticipantApp(seat.flow, HastyClock())
    async with app.run_test(size=(80, 24)) as pilot:
        await see(app, pilot, "English")
        for step in (a.ChooseLanguage("en"), a.Identify(number="0231"), a.Continue()):
            await seat.flow.act(step)
        await seat.flow.act(a.Confirm("AGREE"))
        await see(app, pilot, "WAITING FOR AUTHORISATION")
        await room.acts.authorise(SESSION, by=BY)
        await see(app, pilot, "RULES OF THE TEST")
        for _ in range(2):
            await seat.flow.act(a.Continue())
        stem = seat.item.stem
        assert stem in await see(app, pilot, "Item 1")
        await room.acts.pause(SESSION, by=BY, reason="power_outage")
        held = await see(app, pilot, "TEST PAUSED")
        assert stem not in held
        assert "Reason: power outage." in held
        await room.acts.message(SESSION, "Ten minutes.", by=BY)
        await see(app, pilot, "Ten minutes.")
        await pilot.press("enter")
        await see(app, pilot, "TEST PAUSED")
        await room.acts.resume(SESSION, by=BY)
        await see(app, pilot, stem)
        await room.acts.extend(SESSION, 600, by=BY, reason="power_outage")
        await see(app, pilot, "extra time: 10 minutes more")
        other = await room.arrive(seat="08")
        await other.flow.act(a.Confirm("AGREE"))
        gone = await see(app, pilot, "CONTINUED ELSEWHERE")
        assert "It goes on at seat 08." in gone
        assert stem not in gone
        await pilot.press("enter")
        await other.flow.close()
    assert app.return_code == 0
