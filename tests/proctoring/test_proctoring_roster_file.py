"""The roster as a spreadsheet: what is wrong with it by line, and what taking it in changes."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from attrs import evolve as changed
from hypothesis import given, settings

from cact_tui.clock import ManualClock
from cact_tui.config.nip import fault_of
from cact_tui.errors import NumberTaken, Problems, SeatTaken
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.roster import Identification, Registration, SittingState
from cact_tui.proctoring.roster_file import (
    Imported,
    RosterFile,
    import_roster,
    read_roster_file,
    sitting_id,
)
from cact_tui.proctoring.sittings import Sittings

GROUPS = ("pelaksana", "pengawas")
HEADER = "number,name,nip,position_group,seat,date,room,wave,extra_time,mode"
SITI = "0231,Siti Rahmawati,19870412 201012 2 001,pelaksana,07,2026-02-20,Aula Barat,1,,"
YOHANES = '0243,"Tewu, Yohanes",,pengawas,19,2026-02-20,Aula Barat,1,30%,plain'


def read(*lines: str, header: str = HEADER) -> tuple[RosterFile, list[str]]:
    problems = Problems()
    text = "\n".join((header, *lines)) + "\n"
    found = read_roster_file(text.encode(), "roster.csv", "event", GROUPS, problems)
    return found, [str(problem) for problem in problems]


async def take_in(store: MemoryStore, *lines: str, header: str = HEADER) -> Imported:
    found, problems = read(*lines, header=header)
    assert problems == []
    return await import_roster(store, ManualClock(), found, by="Ani")


def test_a_sound_file_gives_sittings_and_registrations() -> None:
    found, problems = read(SITI, YOHANES)
    assert problems == []
    (sitting,) = found.sittings
    assert (sitting.id, sitting.date, sitting.room, sitting.wave) == (
        "2026-02-20-aula-barat-1",
        "2026-02-20",
        "Aula Barat",
        1,
    )
    assert sitting.seats == 2
    siti, yohanes = found.registrations
    assert (siti.nip, siti.seat, siti.sitting) == ("198704122010122001", "07", sitting.id)
    assert (yohanes.name, yohanes.extra_percent, yohanes.plain) == ("Tewu, Yohanes", 30, True)
    assert (siti.extra_minutes, siti.extra_percent, siti.plain) == (0, 0, False)


def test_spreadsheets_of_indonesia_write_semicolons_and_a_mark_at_the_beginning() -> None:
    text = "\ufeffnumber;name;date;room;wave;extra_time\n1;Ani;2026-02-20;A;2;15\n"
    problems = Problems()
    found = read_roster_file(text.encode(), "r.csv", "event", (), problems)
    assert not problems.errors
    assert found.registrations[0].extra_minutes == 15


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("0231,,,,,2026-02-20,A,1,,", "roster.csv:3: name: is empty"),
        (",B,,,,2026-02-20,A,1,,", "roster.csv:3: number: is empty or too long"),
        ("0_1,B,,,,2026-02-20,A,1,,", "roster.csv:3: number: holds more than"),
        ("0231,B,,,,2026-02-20,A,1,,", "roster.csv:3: number: 0231 is given twice"),
        ("2,B,123,,,2026-02-20,A,1,,", "roster.csv:3: nip: is not 18 digits"),
        ("2,B,198713122010122001,,,2026-02-20,A,1,,", "roster.csv:3: nip: begins with 19871312"),
        ("2,B,198704122010123001,,,2026-02-20,A,1,,", "roster.csv:3: nip: has 3 in place 15"),
        ("2,B,198704121999122001,,,2026-02-20,A,1,,", "roster.csv:3: nip: tells of an appoint"),
        ("2,B,198704122010122001,,,2026-02-20,A,1,,", "roster.csv:3: nip: is that of line 2"),
        ("2,B,,raja,,2026-02-20,A,1,,", "roster.csv:3: position_group: raja is unknown"),
        ("2,B,,,07,2026-02-20,Aula Barat,1,,", "roster.csv:3: seat: 07 is taken by line 2"),
        ("2,B,,,7a!,2026-02-20,A,1,,", "roster.csv:3: seat: is no name of a seat"),
        ("2,B,,,,20-02-2026,A,1,,", "roster.csv:3: date: 20-02-2026 is no date"),
        ("2,B,,,,2026-02-30,A,1,,", "roster.csv:3: date: 2026-02-30 is no date"),
        ("2,B,,,,2026-02-20,,1,,", "roster.csv:3: room: is empty"),
        ("2,B,,,,2026-02-20,aula-barat,1,,", "roster.csv:3: room: differs from"),
        ("2,B,,,,2026-02-20,A,pagi,,", "roster.csv:3: wave: is no number"),
        ("2,B,,,,2026-02-20,A,1,30% low vision,", "roster.csv:3: extra_time: is no extra time"),
        ("2,B,,,,2026-02-20,A,1,999,", "roster.csv:3: extra_time: is no extra time"),
        ("2,B,,,,2026-02-20,A,1,,blind", "roster.csv:3: mode: is unknown"),
        ("2,=HYPERLINK(),,,,2026-02-20,A,1,,", 'roster.csv:3: name: begins with "=" like'),
        ("2,B,-,,,2026-02-20,A,1,,", 'roster.csv:3: nip: begins with "-" like a formula'),
        ("2,\x1b[2JB,,,,2026-02-20,A,1,,", "roster.csv:3: name: holds the control character"),
        ("2,\u202eB,,,,2026-02-20,A,1,,", "roster.csv:3: name: holds the control character U+202E"),
        ("2,B,,,,2026-02-20,A,1,,,,x", "roster.csv:3: has 12 cells for 10 columns"),
        (f"2,{'B' * 201},,,,2026-02-20,A,1,,", "roster.csv:3: name: is too long"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column_with_a_cure(line: str, problem: str) -> None:
    _, problems = read(SITI, line)
    assert any(told.startswith(problem) and told.endswith(")") for told in problems), problems


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("number,name,date,room", "wave: is missing"),
        ("number,name,date,room,wave,reason", "reason: is not a known column"),
        ("number,name,date,room,wave,name", "name: is there twice"),
    ],
)
def test_what_is_wrong_with_the_columns_is_said_once(header: str, problem: str) -> None:
    found, problems = read("1,2,3,4,5,6", header=header)
    assert len(problems) == 1
    assert problem in problems[0]
    assert found.registrations == ()


def test_a_reason_for_an_accommodation_is_never_echoed_into_what_is_kept() -> None:
    found, problems = read("2,B,,,,2026-02-20,A,1,low vision,")
    assert "low vision" not in repr(found)
    assert "low vision" not in " ".join(problems)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_problems_or_registrations_and_never_a_traceback(data: bytes) -> None:
    problems = Problems()
    read_roster_file(data, "roster.csv", "event", GROUPS, problems)
    read_roster_file(HEADER.encode() + b"\n" + data, "roster.csv", "event", GROUPS, problems)


@pytest.mark.parametrize("nip", ["198609262015051001", "199001012022211002", "196512311990032001"])
def test_nips_of_civil_servants_and_of_contract_staff_are_taken(nip: str) -> None:
    assert fault_of(nip) == ""


def test_the_id_of_a_sitting_can_be_typed() -> None:
    assert sitting_id("2026-02-20", "Aula Barat (Lt. 2)", 1) == "2026-02-20-aula-barat-lt-2-1"


async def test_taking_a_file_in_twice_changes_nothing_the_second_time() -> None:
    store = MemoryStore()
    first = await take_in(store, SITI, YOHANES)
    assert (first.new, first.changed, first.same) == (2, 0, 0)
    before = await store.roster.registrations("event")
    second = await take_in(store, SITI, YOHANES)
    assert (second.new, second.changed, second.same) == (0, 0, 2)
    assert await store.roster.registrations("event") == before
    assert all(one.participant.startswith("p-") for one in before)


async def test_a_changed_file_keeps_who_somebody_is_and_what_was_checked() -> None:
    store = MemoryStore()
    await take_in(store, SITI)
    (before,) = await store.roster.registrations("event")
    checked = changed(before, identification=Identification.CONFIRMED, checked_by="Ani")
    await store.append("", 0, 0, (), (checked,))
    done = await take_in(store, SITI.replace("Siti", "Sitti"))
    assert (done.new, done.changed) == (0, 1)
    (after,) = await store.roster.registrations("event")
    assert (after.name, after.participant) == ("Sitti Rahmawati", before.participant)
    assert (after.identification, after.checked_by) == (Identification.CONFIRMED, "Ani")


async def test_who_is_not_in_a_later_file_stays_and_is_named() -> None:
    store = MemoryStore()
    await take_in(store, SITI, YOHANES)
    done = await take_in(store, SITI)
    assert [one.number for one in done.absent] == ["0243"]
    assert len(await store.roster.registrations("event")) == 2


async def test_two_may_change_their_seats_in_one_file() -> None:
    store = MemoryStore()
    await take_in(store, SITI, YOHANES)
    await take_in(store, SITI.replace(",07,", ",19,"), YOHANES.replace(",19,", ",07,"))
    found = await store.roster.registrations("event")
    assert {one.number: one.seat for one in found} == {"0231": "19", "0243": "07"}


async def test_a_seat_of_somebody_who_is_not_in_the_file_is_not_taken() -> None:
    store = MemoryStore()
    await take_in(store, SITI, YOHANES)
    with pytest.raises(SeatTaken):
        await take_in(store, SITI.replace(",07,", ",19,"))
    found = await store.roster.registrations("event")
    assert {one.number: one.seat for one in found} == {"0231": "07", "0243": "19"}


async def test_a_number_belongs_to_one_participant_of_the_event() -> None:
    store = MemoryStore()
    await take_in(store, SITI)
    twin = Registration(participant="p-x", event="event", sitting="s", number="0231", name="Other")
    with pytest.raises(NumberTaken):
        await store.append("", 0, 0, (), (twin,))


async def test_a_sitting_of_another_event_in_the_same_journal_is_said() -> None:
    store = MemoryStore()
    await take_in(store, SITI)
    problems = Problems()
    text = f"{HEADER}\n{SITI}\n".encode()
    found = read_roster_file(text, "roster.csv", "other", GROUPS, problems)
    with pytest.raises(ValueError, match="belongs to the event event"):
        await import_roster(store, ManualClock(), found, by="Ani")


async def test_a_later_file_changes_how_many_seats_a_sitting_has_and_leaves_it_open() -> None:
    store = MemoryStore()
    await take_in(store, SITI)
    (before,) = await store.roster.sittings("event")
    await store.append("", 0, 0, (), (changed(before, state=SittingState.OPEN),))
    await take_in(store, SITI, YOHANES)
    (after,) = await store.roster.sittings("event")
    assert (after.seats, after.state) == (2, SittingState.OPEN)


LATER = SITI.replace("2026-02-20", "2026-02-21")
DAY_1, DAY_2 = "2026-02-20-aula-barat-1", "2026-02-21-aula-barat-1"


async def moved_by_a_later_file(store: MemoryStore) -> dict[str, list[tuple[str, str]]]:
    await take_in(store, LATER)
    return {
        day: [(one.act, one.detail) for one in await store.roster.log(day)]
        for day in (DAY_1, DAY_2)
    }


async def test_who_is_moved_before_the_doors_open_counts_in_both_sittings() -> None:
    store = MemoryStore()
    await take_in(store, SITI)
    logs = await moved_by_a_later_file(store)
    assert logs == {
        DAY_1: [("imported", "1"), ("imported", "1")],
        DAY_2: [("imported", "1")],
    }


async def test_who_is_moved_out_of_a_sitting_that_was_opened_is_in_its_papers() -> None:
    store = MemoryStore()
    await take_in(store, SITI, YOHANES)
    sittings = Sittings(store=store, clock=ManualClock(), event="event")
    await sittings.open(DAY_1, by="Ani")
    logs = await moved_by_a_later_file(store)
    assert logs[DAY_1][-2:] == [("imported", "1"), ("rescheduled", f"{DAY_2}: ")]
    assert logs[DAY_2] == [("imported", "1"), ("rescheduled_from", f"{DAY_1}: ")]
    (gone,) = await sittings.left(DAY_1)
    assert (gone.who.number, gone.sitting, gone.session, gone.reason) == ("0231", DAY_2, "", "")
