"""The minutes say who was there and what happened, and are sealed with the journal's heads."""

from __future__ import annotations

import json
import stat
import zlib
from typing import TYPE_CHECKING

import pytest
from attrs import evolve as changed

from cact_tui.delivery import actions as a
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.papers.merkle import sitting_root
from cact_tui.proctoring.papers.minutes import Event, Minutes, gather
from cact_tui.proctoring.papers.text import COLUMNS, minutes_text
from cact_tui.proctoring.papers.writing import read_paper, write_papers
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
    for path in (papers.text, papers.pdf, papers.json, papers.signature):
        assert path is not None
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert papers.pdf.read_bytes().startswith(b"%PDF-1.4")
    found = read_paper(papers.json, key.public)
    assert (found.fault, found.root) == ("", minutes.root)
    assert json.loads(papers.json.read_text())["attendance"][0]["number"] == "0231"


async def test_every_line_of_the_pdf_is_a_line_of_the_text(tmp_path: Path) -> None:
    _room, minutes = await day()
    papers = write_papers(tmp_path, minutes, None)
    streams = papers.pdf.read_bytes().split(b"stream\n")[1::2]
    drawn = b"".join(zlib.decompress(one.partition(b"\nendstream")[0]) for one in streams)
    assert minutes.root.encode() in drawn
    assert papers.signature is None


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
    assert fault in read_paper(papers.json, key.public).fault
