"""The board finds what was done to a session that it had read, in whatever process it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve as changed

from cact_tui.journal.chain import GENESIS, link
from cact_tui.proctoring.signals import AlarmKind
from tests.proctoring.board.watched import reader
from tests.proctoring.room import BY, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from cact_tui.journal.memory import Memory
    from cact_tui.proctoring.board.reader import BoardReader

LOOKS = 8
"""Enough to prove two sessions in turn, twice."""


def edited(memory: Memory) -> None:
    rows = memory.events[SESSION]
    rows[2] = changed(rows[2], content=rows[2].content + b" ")


def cut_off(memory: Memory) -> None:
    del memory.events[SESSION][-1]
    memory.order.remove(SESSION)


async def watched() -> tuple[Room, BoardReader]:
    """Return a room in which two take a test, and a board that has read them."""
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    await room.to_item(number="0243", seat="19")
    board = reader(room)
    for _ in range(LOOKS):
        assert (await board.look()).alarms == ()
    return room, board


@pytest.mark.parametrize("do", [edited, cut_off])
async def test_what_was_changed_after_it_was_read_is_an_alarm_until_it_is_restored(
    do: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(do)
    room, board = await watched()
    kept = list(room.hall.memory.events[SESSION])
    do(room.hall.memory)
    for _ in range(LOOKS):
        snapshot = await board.look()
    (alarm,) = snapshot.alarms
    assert alarm.kind is AlarmKind.STORE
    assert SESSION in alarm.detail
    assert caplog.text.count(SESSION) == 1
    await room.acts.pause("REF-2", by=BY, reason="noise")
    paused = {row.session: row.held_for for row in (await board.look()).rows}
    assert paused["REF-2"] == "environment.noise"
    room.hall.memory.events[SESSION] = kept
    for _ in range(LOOKS):
        snapshot = await board.look()
    assert snapshot.alarms == ()


async def test_a_chain_that_was_made_anew_is_an_alarm() -> None:
    room, board = await watched()
    events = [one.event for one in await room.hall.recorded()]
    rows, _ = link(SESSION, after=0, previous=GENESIS, at=5, events=events)
    room.hall.memory.events[SESSION] = list(rows)
    for _ in range(LOOKS):
        snapshot = await board.look()
    assert "is not the event that was read before" in snapshot.alarms[0].detail
