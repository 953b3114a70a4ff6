"""Proctors' screens in another process: as on the hall's own line, and nobody's test is touched."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncssh
import pytest
import pytest_asyncio
from attrs import evolve

from cact_tui.clock import SystemClock
from cact_tui.ssh import limits
from cact_tui.ssh.accounts import Role
from cact_tui.ssh.desk import Desk
from cact_tui.ssh.doors import StaffDoors
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.staff_room import passage
from cact_tui.ssh.staff_room.room import StaffRoom
from tests.crash.event import small_event
from tests.e2e.test_ssh import free_port
from tests.ssh.link import Link
from tests.ssh.outside import PATIENCE, Outside, serve, with_hall
from tests.ssh.visitor import Visitor
from tests.terminal.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.ssh.house import House

LOST = "The proctors' screens failed"


def doors(house: House, language: str = "en") -> StaffDoors:
    """Return what proctors come for in a test's hall."""
    sittings, acts = house.event.sittings(), house.event.acts()
    return StaffDoors(
        screen=lambda proctor, driver, on_incident: house.event.proctor_screen(
            proctor.name,
            driver,
            on_incident,
            chief=proctor.role is not Role.PROCTOR,
            language=language,
        ),
        desk=lambda proctor: Desk(sittings, acts, proctor, language=language),
    )


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a socket's path: such a path is short."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, "room")


@pytest_asyncio.fixture
async def hall(house: House, place: Path) -> House:
    """Return a hall that sends its proctors to a staff room."""
    house.hall._doors = evolve(house.hall._doors, staff=place)
    return house


@asynccontextmanager
async def staff_room(house: House, place: Path) -> AsyncIterator[StaffRoom]:
    """Run the room on the test's own loop."""
    log = Logbook(SystemClock(), house.log_path, worker="staff")
    room = StaffRoom(doors(house), log)
    await room.open(place)
    try:
        yield room
    finally:
        await room.close()
        log.close()


async def proctor_at(hall: House, *, term: str = "xterm-256color", port: int = 0) -> Visitor:
    return await Visitor.at(hall, "sri", term=term, port=port, client_keys=[hall.proctor_key])


def told(hall: House, event: str) -> list[dict[str, object]]:
    return [line for line in hall.log() if line["event"] == event]


async def test_a_proctor_acts_from_there_as_from_the_hall(hall: House, place: Path) -> None:
    async with staff_room(hall, place):
        participant = await Visitor.at(hall)
        await participant.sign_in()
        await participant.go_to_an_item()
        proctor = await proctor_at(hall)
        await proctor.until_sees("SITI RAHMAWATI")
        proctor.send(b"j11")
        await participant.until(lambda: participant.sees("PAUSED"))
        await proctor.until_sees("paused")
        await proctor.press("l")
        await participant.until(lambda: participant.on_item)
        proctor.terminal = Emulator(132, 43)
        proctor.resize(132, 43)
        await proctor.until(lambda: any(line[80:].strip() for line in proctor.text.splitlines()))
        await proctor.press("q\r")
        await proctor.until(lambda: proctor.ended)
        await hall.until(lambda: hall.hall.visits == 1)
    assert not told(hall, "incident")


async def test_a_terminal_that_knows_only_lines_gets_the_desk(hall: House, place: Path) -> None:
    async with staff_room(hall, place):
        proctor = await proctor_at(hall, term="dumb")
        await proctor.until_sees("> ")
        await proctor.press("help\r")
        assert "pause" in proctor.text


async def test_who_comes_before_the_room_is_ready_waits_for_it(hall: House, place: Path) -> None:
    proctor = await proctor_at(hall)
    await asyncio.sleep(0.3)
    assert not proctor.ended
    async with staff_room(hall, place):
        await proctor.until_sees("all keys")


async def test_a_room_that_never_answers_is_told_of_under_a_number(
    hall: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passage, "PATIENCE", 0.3)
    proctor = await proctor_at(hall)
    await proctor.until(lambda: proctor.ended)
    assert LOST in proctor.words
    (line,) = told(hall, "staff-room-away")
    assert str(line["number"]) in proctor.text


async def test_who_hangs_up_while_waiting_for_the_room_is_no_incident(hall: House) -> None:
    proctor = await proctor_at(hall)
    await hall.until(lambda: hall.hall.visits == 1)
    proctor.cut()
    await hall.until(lambda: not hall.hall.visits)
    assert not told(hall, "staff-room-away")


async def test_a_client_that_hangs_up_ends_the_visit_in_the_room(hall: House, place: Path) -> None:
    async with staff_room(hall, place) as room:
        proctor = await proctor_at(hall)
        await proctor.until_sees("all keys")
        proctor.cut()
        await hall.until(lambda: not room._visits)
        await hall.until(lambda: not hall.hall.visits)


async def test_who_hangs_up_while_the_way_is_opened_leaves_nothing(
    hall: House, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, opened = asyncio.get_running_loop(), asyncio.Event()
    connect = loop.create_unix_connection

    async def slow(*given: Any) -> Any:
        made = await connect(*given)
        await opened.wait()
        return made

    monkeypatch.setattr(loop, "create_unix_connection", slow)
    async with staff_room(hall, place) as room:
        proctor = await proctor_at(hall)
        await hall.until(lambda: hall.hall.visits == 1)
        proctor.cut()
        (waiting,) = hall.hall._visits
        await hall.until(lambda: waiting._session.gone)
        opened.set()
        await hall.until(lambda: not hall.hall.visits)
        assert not room._visits
    assert not told(hall, "staff-room-away")


async def test_a_key_that_crosses_the_end_makes_no_incident_of_it(hall: House, place: Path) -> None:
    async with staff_room(hall, place) as room:
        proctor = await proctor_at(hall)
        await proctor.until_sees("all keys")
        (crossing,) = hall.hall._visits
        assert isinstance(crossing, passage.Passage)
        assert crossing._frames is not None
        transport = crossing._frames._transport
        assert transport is not None
        transport.pause_reading()  # as on a busy loop: the end is there, and not read yet
        proctor.send(b"q\r")
        (visit,) = room._visits
        await hall.until(lambda: not visit._session.alive)
        proctor.send(b"x")
        await asyncio.sleep(0.1)
        transport.resume_reading()
        await proctor.until(lambda: proctor.ended)
        assert proctor.status == 0
    assert LOST not in proctor.words
    assert not told(hall, "staff-room-lost")


async def test_proctors_take_no_participants_place(
    hall: House, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall.hall, "_most_visits", 1)
    monkeypatch.setattr(limits, "STAFF_LIMIT", 1)
    async with staff_room(hall, place):
        proctor = await proctor_at(hall)
        await proctor.until_sees("all keys")
        participant = await Visitor.at(hall)
        await participant.until_sees("Choose a language")
        another = await Visitor.at(hall, "seat-08")
        await another.until(lambda: another.ended)
        assert (another.status, "The hall is full" in another.words) == (1, True)
        second = await proctor_at(hall)
        await second.until(lambda: second.ended)
        assert (second.status, "Too many proctors" in second.words) == (1, True)


async def test_everybody_is_told_when_the_hall_closes(hall: House, place: Path) -> None:
    async with staff_room(hall, place):
        proctor = await proctor_at(hall)
        await proctor.until_sees("all keys")
        await hall.hall.close()
        await proctor.until(lambda: proctor.ended)
        assert "The host is closing for now" in proctor.words
        assert b"\x1b[?1049l" in proctor.sent


async def test_a_client_that_takes_nothing_is_left_out_of_and_catches_up(
    hall: House, place: Path
) -> None:
    async with staff_room(hall, place) as room, Link(hall.port, rate=0) as link:
        proctor = await proctor_at(hall, port=link.port)
        await proctor.until_sees("all keys")
        (visit,) = room._visits
        end = visit._session
        link.stall()
        frames = 0
        while end.backlog <= limits.BACKLOG:
            end.write(b"x" * 40_000)
            frames += 1
            await asyncio.sleep(0.01)
            assert frames < 300, "somebody takes all of it"
        link.flow()
        await hall.until(lambda: end.backlog == 0)


async def test_a_killed_room_is_started_again_and_no_test_is_touched(tmp_path: Path) -> None:
    config, port = small_event(tmp_path / "event"), free_port()
    with_hall(config, port)
    key = asyncssh.generate_private_key("ssh-ed25519")
    public = key.export_public_key().decode().strip()
    with config.open("a") as file:
        file.write('proctors = "proctors.toml"\n')
    (config.parent / "proctors.toml").write_text(
        f'format = 1\n[[proctor]]\nname = "sri"\nkeys = ["{public}"]\n'
    )
    process = serve(config, port)
    try:
        async with Outside(port) as outside:
            participant = await Visitor.at(outside)
            await participant.sign_in()
            await participant.go_to_an_item()
            proctor = await Visitor.at(outside, "sri", client_keys=[key])
            await proctor.until_sees("SITI RAHMAWATI")
            (room,) = children(process.pid)
            assert nicer(room, process.pid)
            os.kill(room, signal.SIGKILL)
            await proctor.until(lambda: proctor.ended)
            assert "Layar pengawas gagal" in proctor.words
            assert LOST in proctor.words
            assert b"\x1b[?1049l" in proctor.sent
            assert participant.on_item
            again = await Visitor.at(outside, "sri", client_keys=[key])
            await again.until_sees("SITI RAHMAWATI")
            await again.press("j11")
            await participant.until(lambda: participant.sees("PAUSED"))
            process.terminate()
            await again.until(lambda: again.ended)
            assert "closing for now" in again.words
            await participant.until(lambda: participant.ended)
            assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait(PATIENCE)
    log = (config.parent / "var" / "hall.log").read_text()
    assert log.count('"worker-died"') == 1
    assert log.count('"staff-room-lost"') == 1
    assert "SITI" not in log


def nicer(one: int, other: int) -> bool:
    """Return whether one process lets another go first."""
    return os.getpriority(os.PRIO_PROCESS, one) > os.getpriority(os.PRIO_PROCESS, other)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in found.split()]
