"""The minutes say what was done beside the tests, too: by whom, why, once, in the order of time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve as changed

from cact_tui.journal.roster import Identification
from cact_tui.proctoring.board.duty import Act, Order
from cact_tui.proctoring.papers.text import minutes_lines, minutes_text
from cact_tui.proctoring.papers.writing import minutes_json, minutes_pdf
from tests.proctoring.board.watched import duty, reader, row_of
from tests.proctoring.papers.test_papers_absences import told
from tests.proctoring.papers.test_papers_minutes import drawn
from tests.proctoring.room import BY, SITI, YOHANES, Room
from tests.proctoring.test_proctoring_acts import limited

if TYPE_CHECKING:
    from cact_tui.proctoring.papers.minutes import Minutes
    from cact_tui.proctoring.papers.occurrences import Occurrence

HOUR = 3600
WENT = {
    "id": "dijadwalkan ulang ke sesi lain",
    "en": "rescheduled to another sitting",
}


def about(minutes: Minutes, number: str) -> list[tuple[str, str, str, str]]:
    """Return what happened to somebody: kind, by whom, why, what of it."""
    found = [one for one in minutes.occurrences if one.number == number]
    return [(one.kind, one.by, one.reason, one.detail) for one in found]


def said(minutes: Minutes, *words: str) -> bool:
    """Return whether one line of the paper has all words, in their order."""
    lines = minutes_text(minutes).splitlines()
    return any("  ".join(words) in line for line in lines)


async def test_a_walk_in_is_told_with_the_proctor_and_the_reason() -> None:
    room = await Room().furnish()
    board = reader(room)
    entries = {"number": "0299", "name": "RINI ASTUTI", "group": "pelaksana", "seat": "31"}
    order = Order(
        act=Act.WALK_IN, rows=(await row_of(board),), reason="examinee.late", entries=entries
    )
    await duty(room, board, chief=True).carry_out(order)
    minutes = await told(room)
    assert about(minutes, "0299") == [("registered", BY, "examinee.late", "")]
    assert said(minutes, "0299 (31)", "walk-in", "participant late", BY)
    assert said(minutes, "0299 (31)", "peserta baru", "peserta terlambat", BY)


async def test_a_corrected_registration_says_which_fields_and_never_their_values() -> None:
    room = await Room().furnish()
    board = reader(room)
    chief = duty(room, board, chief=True)
    row = await row_of(board)
    for entries in ({"name": "SITI R."}, {"nip": "198704122010012002"}):
        order = Order(act=Act.CORRECT, rows=(row,), reason="staff.error", entries=entries)
        await chief.carry_out(order)
    minutes = await told(room)
    assert about(minutes, SITI.number) == [
        ("corrected", BY, "staff.error", "name"),
        ("corrected", BY, "staff.error", "nip"),
    ]
    assert said(minutes, "0231 (07)", "registration corrected", "error of the staff", "NIP", BY)
    assert "198704122010012002" not in repr(minutes.occurrences)


async def test_who_is_rescheduled_is_on_the_papers_of_both_sittings() -> None:
    room = await Room().furnish()
    await room.roster.reschedule("0231", "s2", by="Kepala", reason="examinee.illness")
    minutes = await told(room)
    assert [one.number for one in minutes.attendance] == ["0243"]
    (gone,) = minutes.rescheduled
    assert (gone.number, gone.name, gone.sitting) == ("0231", SITI.name, "s2")
    assert (gone.by, gone.reason) == ("Kepala", "examinee.illness")
    assert about(minutes, "0231") == [("rescheduled", "Kepala", "examinee.illness", "s2")]
    for language, words in WENT.items():
        lines = minutes_lines(minutes, language)
        assert any(f"0231  {SITI.name}  s2" in line for line in lines)
        assert any("1: 0231" in line for line in lines)
        assert any(words in line for line in lines)
    other = await told(room, "s2")
    assert other.rescheduled == ()
    assert about(other, "0231") == [("rescheduled_from", "Kepala", "examinee.illness", "s1")]


async def test_who_came_back_to_a_sitting_is_expected_there_again() -> None:
    room = await Room().furnish()
    await room.roster.reschedule("0231", "s2", by="Kepala", reason="examinee.illness")
    await room.roster.reschedule("0231", "s1", by="Kepala", reason="staff.error")
    minutes = await told(room)
    assert minutes.rescheduled == ()
    assert len(minutes.attendance) == 2
    assert [kind for kind, *_ in about(minutes, "0231")] == ["rescheduled", "rescheduled_from"]


async def test_a_pin_is_told_where_it_replaced_another_and_never_itself() -> None:
    room = await Room(sign_in="pin").furnish()
    first = await room.roster.issue_pin("0231", by=BY)
    assert about(await told(room), "0231") == []
    second = await room.roster.issue_pin("0231", by="Budi")
    minutes = await told(room)
    assert about(minutes, "0231") == [("pin_issued", "Budi", "", "")]
    assert said(minutes, "0231 (07)", "new PIN", "Budi")
    for pin in (first.pin, second.pin):
        assert pin not in minutes_text(minutes) + minutes_json(minutes).decode()


async def test_a_lockout_and_its_end_are_told() -> None:
    room = await Room(sign_in="pin").furnish()
    await room.roster.issue_pin("0231", by=BY)
    for _ in range(3):
        await room.arrive("0231", pin="000000")
    await room.roster.clear_lockout("0231", by=BY, reason="other")
    minutes = await told(room)
    assert about(minutes, "0231") == [
        ("locked_out", "system", "", "07"),
        ("lockout_cleared", BY, "other", ""),
    ]
    assert said(minutes, "0231 (07)", "lockout cleared", "other", BY)


async def test_papers_refused_before_the_sign_in_are_told() -> None:
    room = await Room().furnish()
    await room.roster.check_identity(
        "0243", Identification.REFUSED, by="Budi", reason="examinee.id"
    )
    minutes = await told(room)
    assert about(minutes, "0243") == [("identity_refused", "Budi", "examinee.id", "")]
    assert said(minutes, "0243 (19)", "papers refused", "identity papers", "Budi")


async def test_a_seat_move_before_the_sign_in_is_told() -> None:
    room = await Room().furnish()
    await room.roster.move("0243", "20", by=BY, reason="workstation")
    minutes = await told(room)
    assert about(minutes, "0243") == [("moved", BY, "technical.workstation", "20")]
    assert said(minutes, "0243 (20)", "moved to another seat", "workstation", "20", BY)


async def test_what_is_in_the_test_and_in_the_log_is_told_once() -> None:
    room = await Room(battery=limited()).furnish()
    seat = await room.to_item()
    await room.roster.move("0231", "12", by=BY, reason="workstation")
    await room.roster.clear_lockout("0231", by=BY)
    await room.roster.check_identity(
        "0231", Identification.REFUSED, by="Budi", reason="examinee.id"
    )
    kinds = [kind for kind, *_ in about(await told(room), "0231")]
    assert kinds == ["SeatChanged", "LockoutCleared", "IdentityChecked"]
    await seat.flow.close()


async def test_everything_is_in_the_order_of_time_and_another_day_is_named() -> None:
    room = await Room(battery=limited()).furnish(SITI, YOHANES, opened=False)
    await room.roster.correct("0243", by=BY, unit="BAGIAN UMUM")
    room.hall.clock.advance(24 * HOUR)
    await room.sittings.open("s2", by=BY)
    await room.roster.reschedule("0231", "s2", by=BY, reason="examinee.late")
    seat = await room.to_item()
    room.hall.clock.advance(60)
    await room.roster.move("0231", "9", by=BY, reason="workstation")
    room.hall.clock.advance(60)
    await room.acts.report("REF-1", by=BY, code="noise")
    minutes = await told(room, "s2")
    assert _times(minutes.occurrences) == sorted(_times(minutes.occurrences))
    kinds = [kind for kind, *_ in about(minutes, "0231")]
    assert kinds == ["rescheduled_from", "SeatChanged", "IrregularityRecorded"]
    before = await told(room)
    assert said(before, "0243 (19)", "registration corrected", "unit", BY)
    assert any(line.startswith("2024-02-21 ") for line in minutes_lines(before, "en"))
    await seat.flow.close()


def _times(found: tuple[Occurrence, ...]) -> list[int]:
    return [one.at for one in found]


async def test_text_pdf_and_json_tell_the_same() -> None:
    room = await Room().furnish()
    await room.roster.reschedule("0231", "s2", by="Kepala", reason="examinee.illness")
    await room.roster.move("0243", "20", by=BY, reason="workstation")
    minutes = changed(await told(room), written_by="Kepala")
    lines = [line for line in minutes_text(minutes).splitlines() if line and line[0] != "="]
    assert drawn(minutes_pdf(minutes)) == lines
    content = json.loads(minutes_json(minutes))
    assert content["rescheduled"][0]["sitting"] == "s2"
    assert [one["kind"] for one in content["occurrences"]] == ["rescheduled", "moved"]
