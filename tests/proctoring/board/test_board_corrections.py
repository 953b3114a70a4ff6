"""What a chief may not put on the roster: a group, a NIP or a sitting that would be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from cact_tui.errors import Problems
from cact_tui.proctoring.board.duty import Act, Order
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event
from tests.proctoring.board.watched import duty, reader, row_of
from tests.proctoring.room import SITI, Room

if TYPE_CHECKING:
    from pathlib import Path

NEWCOMER = {"number": "0299", "name": "RINI ASTUTI", "seat": "31"}


@pytest.mark.parametrize(
    ("act", "entries", "code", "why"),
    [
        (Act.CORRECT, {"position_group": "kepala"}, "unknown_group", "pelaksana, pengawas"),
        (Act.WALK_IN, {**NEWCOMER, "group": "kepala"}, "unknown_group", "pelaksana, pengawas"),
        (Act.WALK_IN, {**NEWCOMER, "group": ""}, "unknown_group", "pelaksana, pengawas"),
        (Act.CORRECT, {"nip": "1987 0412"}, "bad_nip", "the NIP is not 18 digits"),
    ],
)
async def test_what_would_be_wrong_on_the_roster_is_refused(
    act: Act, entries: dict[str, str], code: str, why: str
) -> None:
    room = await Room().furnish()
    board = reader(room)
    row = await row_of(board)
    roster = evolve(room.roster, groups=("pelaksana", "pengawas"))
    chief = evolve(duty(room, board, chief=True), roster=roster)
    before = await chief.roster.find(SITI.number)
    (told,) = await chief.carry_out(Order(act=act, rows=(row,), reason="other", entries=entries))
    assert (told.done, told.code) == (False, code)
    assert why in told.why
    assert await chief.roster.find(SITI.number) == before
    assert len((await board.look()).rows) == 2


async def test_an_event_s_roster_knows_the_position_groups_of_its_standards(
    tmp_path: Path,
) -> None:
    config = small_event(tmp_path / "event")
    materials = read_event(config, Problems())
    assert materials is not None
    event = Event(config, materials)
    assert materials.profile.standards is not None
    assert event.roster().groups == tuple(materials.profile.standards.groups)
    await event.store.close()


async def test_a_nip_is_corrected_without_its_blanks() -> None:
    room = await Room().furnish()
    board = reader(room)
    chief = duty(room, board, chief=True)
    entries = {"nip": "19860926 201505 1 001"}
    order: dict[str, Any] = {"act": Act.CORRECT, "reason": "staff.error", "entries": entries}
    (told,) = await chief.carry_out(Order(rows=(await row_of(board),), **order))
    assert told.done
    assert (await chief.roster.find(SITI.number)).nip == "198609262015051001"
