"""A proctor's screen at the end of an SSH line: acts reach the participant's screen at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.ssh.doors import StaffDoors
from tests.crash.event import small_event
from tests.ssh.house import House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.ssh.doors import Doors


def with_screens(house: House) -> None:
    """Open the proctors' door of a hall."""
    doors: Doors = house.hall._doors
    house.hall._doors = evolve(
        doors,
        staff=StaffDoors(
            screen=lambda proctor, driver, on_incident: house.event.proctor_screen(
                proctor.name,
                driver,
                on_incident,
                chief=proctor.chief,
                language="en",
            ),
        ),
    )


async def test_a_proctor_pauses_somebody_and_it_is_seen_within_a_second(tmp_path: Path) -> None:
    async with House(small_event(tmp_path / "event")) as house:
        with_screens(house)
        participant = await Visitor.at(house)
        await participant.sign_in()
        await participant.go_to_an_item()
        proctor = await Visitor.at(house, "sri", client_keys=[house.proctor_key])
        await proctor.until_sees("SITI RAHMAWATI")
        assert "active" in proctor.text
        began = time.monotonic()
        proctor.send(b"j11")
        await participant.until(lambda: participant.sees("PAUSED"))
        assert time.monotonic() - began < 1.0
        await proctor.until_sees("paused")
        await proctor.press("l")
        await participant.until(lambda: participant.on_item)
        recorded = await house.event.store.read((await house.event.store.sessions())[0].session)
        by = [getattr(one.event, "by", "") for one in recorded]
        assert by.count("sri") == 2
        await proctor.press("q\r")
        await proctor.until(lambda: proctor.ended)


async def test_what_a_participant_writes_reaches_the_proctors_terminal_harmlessly(
    tmp_path: Path,
) -> None:
    async with House(small_event(tmp_path / "event")) as house:
        with_screens(house)
        participant = await Visitor.at(house)
        await participant.sign_in(name="SITI\u202eX")
        await participant.go_to_an_item()
        participant.send(b"\x1bOS")  # F4
        await participant.settle()
        participant.send("\x1b[200~a\x9d52;c;QUJD\x07\u202eb\x1b[201~\r".encode())
        await participant.settle()
        proctor = await Visitor.at(house, "sri", client_keys=[house.proctor_key])
        await proctor.until_sees("SITI")
        await proctor.press("\r")
        await proctor.until_sees("52;c;QUJD")
        assert "\u202e" not in proctor.sent.decode()
        assert b"\x9d" not in proctor.sent.replace(b"\xc2\x9d", b"")
        assert b"\xc2\x9d" not in proctor.sent
