"""Heads go on being signed whatever was done to one session, which is told of once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve as changed

from cact_tui.errors import StorageTrouble
from cact_tui.proctoring.papers.heads import HeadKeeper, lines_of, read_heads
from cact_tui.signing import signing_key
from tests.proctoring.room import BY, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.journal.protocol import Recorded
    from cact_tui.signing import SigningKey
    from tests.delivery.hall import Seat

OTHER = "REF-2"
NONSENSE = '{"nonsense":1}'


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return signing_key(tmp_path / "key")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "heads.jsonl"


async def two() -> tuple[Room, Seat]:
    """Return a room in which two take a test, and the seat of the first."""
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    await room.to_item(number="0243", seat="19")
    return room, seat


def tamper(room: Room, session: str) -> None:
    """Change the newest event of a session where it is stored."""
    rows = room.hall.memory.events[session]
    rows[-1] = changed(rows[-1], content=rows[-1].content.replace(b'"at":1', b'"at":2'))


def signed(place: Path, key: SigningKey, session: str) -> int:
    """Return the last event of a session that has a head."""
    heads = read_heads(lines_of(place), key.public).heads
    return max((head.seq for head in heads if head.session == session), default=0)


def add_before(place: Path, line: str) -> None:
    place.write_text(f"{line}\n{place.read_text()}")


async def length(room: Room, session: str) -> int:
    return len(await room.elsewhere.read(session))


async def test_a_session_that_was_tampered_with_keeps_no_other_from_its_heads(
    key: SigningKey, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room, seat = await two()
    keeper = HeadKeeper(room.elsewhere, room.hall.clock, key, [place])
    await keeper.look(everything=True)
    before = signed(place, key, SESSION)
    tamper(room, SESSION)
    await seat.answer()
    for _ in range(3):
        await room.acts.pause(OTHER, by=BY, reason="noise")
        await keeper.look()
        assert signed(place, key, OTHER) == await length(room, OTHER)
        await room.acts.resume(OTHER, by=BY)
        await keeper.look(everything=True)
    assert signed(place, key, SESSION) == before
    (told,) = (record.getMessage() for record in caplog.records)
    assert f"session {SESSION} cannot be read" in told
    assert f"event {before}" in told


async def test_a_keeper_that_begins_with_a_broken_session_signs_all_others(
    key: SigningKey, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room, _ = await two()
    tamper(room, SESSION)
    keeper = HeadKeeper(room.elsewhere, room.hall.clock, key, [place])
    for _ in range(3):
        await keeper.look()
    assert signed(place, key, SESSION) == 0
    assert signed(place, key, OTHER) == await length(room, OTHER)
    assert [SESSION in record.getMessage() for record in caplog.records] == [True]


async def test_what_could_not_be_read_for_a_while_is_signed_later(
    key: SigningKey,
    place: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room, _ = await two()
    keeper = HeadKeeper(room.elsewhere, room.hall.clock, key, [place])
    read = room.elsewhere.read

    async def late(session: str, after: int = 0) -> tuple[Recorded, ...]:
        if session == SESSION:
            raise StorageTrouble("/mnt/second", "it cannot be reached", "look at the line")
        return await read(session, after)

    with monkeypatch.context() as patch:
        patch.setattr(room.elsewhere, "read", late)
        await keeper.look()
        await keeper.look()
    assert signed(place, key, SESSION) == 0
    await keeper.look()
    assert signed(place, key, SESSION) == await length(room, SESSION)
    assert [SESSION in record.getMessage() for record in caplog.records] == [True]


async def test_a_line_of_the_file_that_is_no_head_stops_no_signing(
    key: SigningKey, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room, _ = await two()
    await HeadKeeper(room.elsewhere, room.hall.clock, key, [place]).look(everything=True)
    add_before(place, NONSENSE)
    await room.acts.pause(OTHER, by=BY, reason="noise")
    again = HeadKeeper(room.elsewhere, room.hall.clock, key, [place])
    assert await again.look(everything=True) == 1
    assert await again.look(everything=True) == 0
    lines = lines_of(place)
    assert lines[0] == NONSENSE
    heads = read_heads(lines[1:], key.public).heads
    assert heads[-1].seq == await length(room, OTHER)
    assert caplog.text.count("1 lines of heads are not signed by us") == 1
