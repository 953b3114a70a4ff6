"""The minutes say who was there and what happened, and are sealed with the journal's heads."""

from __future__ import annotations

import json
import re
import stat
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from attrs import evolve as changed

from cact_tui.delivery import actions as a
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.papers.merkle import sitting_root
from cact_tui.proctoring.papers.minutes import Event, Minutes, gather
from cact_tui.proctoring.papers.proving import read_paper
from cact_tui.proctoring.papers.text import COLUMNS, LANGUAGES, minutes_lines, minutes_text
from cact_tui.proctoring.papers.writing import write_papers
from cact_tui.signing import signing_key
from tests.proctoring.room import BY, SITI, YOHANES, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from pathlib import Path

EVENT = Event(
    id="event", title={"id": "Acara", "en": "Event"}, timezone="Asia/Jakarta", late_minutes=30
)


async def day() -> tuple[Room, Minutes]:
    """Return a room after a day in it, and its minutes: one came, one did not."""
    room = await Room(battery=limited()).furnish(
        SITI, changed(YOHANES, name="YOHANES \x1b]0;x\x07TEWU")
    )
    await room.roster.check_identity(
        "0231", Identification.CONFIRMED, by="Budi", reason="examinee.id"
    )
    room.hall.clock.advance(31 * 60)
    seat = await room.to_item()
    await seat.answer()
    await seat.flow.act(a.CallForProctor())
    await room.acts.report(SESSION, by=BY, code="noise", detail="item X")
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    room.hall.clock.advance(120)
    await room.acts.resume(SESSION, by=BY)
    await room.acts.extend(SESSION, 300, by=BY, reason="network")
    await room.acts.terminate(SESSION, by=BY, reason="illness")
    await seat.flow.close()
    await room.sittings.close("s1", by="Kepala")
    sitting = await room.sittings.get("s1")
    now = room.hall.clock.wall_ms()
    return room, await gather(room.elsewhere, EVENT, sitting, at=now, by="Kepala")


async def test_the_minutes_count_who_came_and_who_did_not() -> None:
    _room, minutes = await day()
    assert [one.number for one in minutes.present] == ["0231"]
    assert [one.number for one in minutes.absent] == ["0243"]
    (came,) = minutes.present
    assert (came.status, came.identification, came.checked_by) == (
        "terminated",
        "confirmed",
        "Budi",
    )
    assert came.late
    assert came.extra_seconds == 300
    assert minutes.proctors == ("Budi", "Kepala", BY)


async def test_interruptions_and_acts_are_told_with_their_reasons() -> None:
    _room, minutes = await day()
    (pause,) = [one for one in minutes.absences if one.kind == "paused"]
    assert pause.until - pause.since == 120_000
    assert (pause.by, pause.reason) == (BY, "environment.power_outage")
    kinds = [one.kind for one in minutes.occurrences]
    assert kinds == ["ProctorCalled", "IrregularityRecorded", "TimeExtended", "SessionTerminated"]


async def test_the_paper_is_indonesian_first_and_english_after() -> None:
    _room, minutes = await day()
    text = minutes_text(minutes)
    assert "MINUTES OF THE SITTING" in text
    assert text.index("BERITA ACARA") < text.index("MINUTES OF THE SITTING")
    assert "0243" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert minutes.root in text


async def test_no_paper_tells_an_answer_or_a_score() -> None:
    _room, minutes = await day()
    told = minutes_text(minutes) + repr(minutes)
    for word in ("theta", "category", "'b1'", "score"):
        assert word not in told


async def test_the_root_is_over_the_heads_of_the_journal() -> None:
    room, minutes = await day()
    recorded = await room.hall.recorded()
    assert minutes.root == sitting_root([(SESSION, len(recorded), recorded[-1].digest)])


async def test_papers_are_written_signed_private_and_never_over_each_other(
    tmp_path: Path,
) -> None:
    _room, minutes = await day()
    key = signing_key(tmp_path / "key")
    papers = write_papers(tmp_path / "papers", minutes, key)
    again = write_papers(tmp_path / "papers", minutes, key)
    assert papers.json.name == "s1.v1.json"
    assert again.json.name == "s1.v2.json"
    assert len(papers.signatures) == 3
    for path in (papers.text, papers.pdf, papers.json, *papers.signatures):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert papers.pdf.read_bytes().startswith(b"%PDF-1.4")
    found = read_paper(papers.json, key.public)
    assert (found.faults, found.root) == ((), minutes.root)
    told = json.loads(papers.json.read_text())
    assert (told["format"], told["attendance"][0]["number"]) == (2, "0231")


NIP = "198704122010012001"
LONG = "WWWW-12345678901234567890123456789012345"


def names(minutes: Minutes) -> Minutes:
    """Return minutes of people whose numbers and names differ in their last letters only."""
    came, _absent = minutes.attendance
    name = "RADEN AJENG SITI RAHMAWATI KUSUMANINGRUM DANUDIREJO PRAWIRODIHARJO"
    return changed(
        minutes,
        attendance=(
            changed(came, number=f"{NIP[:-1]}1", name=f"{name} I", seat="AULA-BARAT-1"),
            changed(came, number=f"{NIP[:-1]}2", name=f"{name} II", seat="AULA-BARAT-2"),
            changed(came, number=f"{LONG[:-1]}8", name="X" * 210 + "1"),
            changed(came, number=f"{LONG[:-1]}9", name="X" * 210 + "2"),
        ),
    )


def drawn(pdf: bytes) -> list[str]:
    """Return the lines that a PDF of ours draws."""
    streams = (one.partition(b"\nendstream")[0] for one in pdf.split(b"stream\n")[1::2])
    texts = re.findall(rb"Tm \((.*)\) Tj", b"\n".join(map(zlib.decompress, streams)))
    return [re.sub(rb"\\(.)", rb"\1", text).decode("cp1252") for text in texts]


async def test_every_line_of_the_pdf_is_a_line_of_the_text(tmp_path: Path) -> None:
    _room, minutes = await day()
    papers = write_papers(tmp_path, names(minutes), None)
    text = [line for line in papers.text.read_text().splitlines() if line]
    text.remove("=" * COLUMNS)  # a page of its own for each language
    assert drawn(papers.pdf.read_bytes()) == text
    assert any(NIP[:-1] in line for line in text)
    assert papers.signatures == ()


def attended(lines: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return number, name and seat of each row of the attendance list, from all its lines."""
    at = lines.index("ATTENDANCE") + 2
    places = [lines[at].index(word) for word in ("Number", "Name", "Seat", "Identity")]
    rows: list[list[str]] = []
    for line in lines[at + 1 : lines.index("", at)]:
        cells = [line[begin:end] for begin, end in pairwise(places)]
        if cells[0].strip() and not cells[0].startswith(" "):
            rows.append(["", "", ""])
        rows[-1] = [whole + cell for whole, cell in zip(rows[-1], cells, strict=True)]
    return [(number, name, seat) for number, name, seat in (map(_unspaced, row) for row in rows)]


def _unspaced(text: str) -> str:
    return "".join(text.split())


async def test_no_number_name_or_seat_is_cut_on_the_paper() -> None:
    _room, minutes = await day()
    made = names(minutes)
    lines = minutes_lines(made, "en")
    assert max(map(len, lines)) <= COLUMNS
    assert attended(lines) == [
        (one.number, _unspaced(one.name), one.seat) for one in made.attendance
    ]


async def test_numbers_of_twelve_digits_are_told_apart_in_both_languages() -> None:
    _room, minutes = await day()
    came, absent = minutes.attendance
    alike = (changed(came, number="202602200231"), changed(absent, number="202602200232"))
    for language in LANGUAGES:
        lines = minutes_lines(changed(minutes, attendance=alike), language)
        begins = [line.split()[0] for line in lines if line.startswith("2026022002")]
        assert begins == ["202602200231", "202602200232"]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('"seq": ', '"seq": 1', "root"),
        ('"number": "0231"', '"number": "0232"', "fit"),
        ("{", "", "no paper"),
    ],
)
async def test_a_paper_that_was_changed_is_told(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    _room, minutes = await day()
    key = signing_key(tmp_path / "key")
    papers = write_papers(tmp_path, minutes, key)
    papers.json.write_text(papers.json.read_text().replace(before, after, 1))
    assert fault in read_paper(papers.json, key.public).faults[0]
