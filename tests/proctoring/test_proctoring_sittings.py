"""Sittings opened and closed; the roster moved, corrected, checked; cards."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pytest
from attrs import evolve as changed

from cact_tui.errors import NotFound, NumberTaken, SeatTaken
from cact_tui.journal.roster import Identification, SittingState
from cact_tui.pdf import PdfLine, columns, pdf
from cact_tui.proctoring.cards import cards_pdf, cards_text, spaced
from cact_tui.proctoring.roster import Card, UnknownGroup, new_participant
from cact_tui.proctoring.sittings import Seated, SessionsOpen, Sittings, WrongState
from cact_tui.sessions import events as e
from tests.delivery.hall import of_kind
from tests.proctoring.room import BY, SITI, SITTING, Room

SESSION = "REF-1"


async def test_a_sitting_is_opened_once_and_that_is_on_record_with_a_name() -> None:
    room = await Room().furnish(opened=False)
    assert (await room.sittings.get("s1")).state is SittingState.PLANNED
    opened = await room.sittings.open("s1", by=BY)
    assert opened.state is SittingState.OPEN
    assert opened.opened_at == room.hall.clock.wall_ms()
    room.hall.clock.advance(60)
    assert await room.sittings.open("s1", by="Budi") == opened
    assert [(entry.act, entry.by) for entry in await room.sittings.log("s1")] == [("opened", BY)]


async def test_a_sitting_with_open_tests_is_not_closed_and_says_which() -> None:
    room = await Room().furnish()
    await room.to_item()
    with pytest.raises(SessionsOpen, match=r"REF-1 \(0231\)"):
        await room.sittings.close("s1", by=BY)
    assert (await room.sittings.get("s1")).state is SittingState.OPEN
    await room.acts.terminate(SESSION, by=BY, reason="other")
    closed = await room.sittings.close("s1", by=BY)
    assert closed.state is SittingState.CLOSED


async def test_a_sitting_that_was_never_opened_is_not_closed() -> None:
    room = await Room().furnish(opened=False)
    with pytest.raises(WrongState, match="never opened"):
        await room.sittings.close("s1", by=BY)
    with pytest.raises(NotFound, match="cact sitting list"):
        await room.sittings.close("s9", by=BY)


async def test_a_test_that_opens_while_a_sitting_closes_keeps_it_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = await Room().furnish()
    looked = room.sittings.seated
    looks: list[str] = []

    async def look(_self: Sittings, sitting: str) -> tuple[Seated, ...]:
        found = await looked(sitting)
        looks.append(sitting)
        if len(looks) == 1:
            await room.enter()
        return found

    monkeypatch.setattr(Sittings, "seated", look)
    with pytest.raises(SessionsOpen, match="REF-1"):
        await room.sittings.close("s1", by=BY)
    assert (await room.sittings.get("s1")).state is SittingState.OPEN


async def test_a_closed_sitting_can_be_opened_again_and_keeps_when_it_began() -> None:
    room = await Room().furnish()
    first = await room.sittings.get("s1")
    await room.sittings.close("s1", by=BY)
    room.hall.clock.advance(60)
    again = await room.sittings.open("s1", by="Chief")
    assert (again.state, again.opened_at) == (SittingState.OPEN, first.opened_at)


async def test_everybody_expected_is_there_with_their_test_or_without() -> None:
    room = await Room().furnish()
    seat = await room.to_item()
    await seat.pass_time(6)
    siti, yohanes = await room.sittings.seated("s1")
    assert (siti.session, siti.open) == (SESSION, True)
    assert siti.seen is not None
    assert siti.seen.connection
    assert (yohanes.session, yohanes.open, yohanes.entry) == ("", False, None)


async def test_the_one_open_sitting_is_found_and_several_are_named() -> None:
    room = await Room().furnish()
    assert (await room.sittings.the_open_one()).id == "s1"
    await room.sittings.open("s2", by=BY)
    with pytest.raises(NotFound, match="s1, s2"):
        await room.sittings.the_open_one()


async def test_moving_somebody_changes_roster_and_session_together() -> None:
    room = await Room().furnish()
    await room.to_item()
    moved = await room.roster.move("0231", "12", by=BY, reason="workstation")
    assert moved.seat == "12"
    (seat,) = of_kind(await room.hall.events(), e.SeatChanged)
    assert (seat.seat, seat.by, seat.reason) == ("12", BY, "technical.workstation")
    with pytest.raises(SeatTaken):
        await room.roster.move("0231", "19", by=BY, reason="noise")
    assert len(of_kind(await room.hall.events(), e.SeatChanged)) == 1


async def test_moving_somebody_who_has_not_come_yet_changes_the_roster() -> None:
    room = await Room().furnish()
    assert (await room.roster.move("0243", "20", by=BY, reason="comfort")).seat == "20"
    entry = (await room.sittings.log("s1"))[-1]
    assert (entry.act, entry.participant) == ("moved", "p-yohanes")
    assert entry.detail == "20: environment.comfort"


async def test_a_walk_in_is_registered_under_a_number_of_their_own() -> None:
    room = await Room().furnish()
    new = changed(SITI, participant=new_participant(), number="0300", seat="", nip="")
    walked = await room.roster.register(new, by=BY)
    assert walked.revision == 1
    with pytest.raises(NumberTaken):
        await room.roster.register(changed(new, participant=new_participant()), by=BY)


async def test_a_correction_reaches_the_identity_of_a_test_that_has_begun() -> None:
    room = await Room().furnish()
    await room.to_item()
    await room.roster.correct("0231", by="Chief", name="SITI RAHMAWATI SARI", unit="Biro Umum")
    identity = await room.hall.store.identity("p-siti")
    assert identity is not None
    assert identity.name == "SITI RAHMAWATI SARI"
    with pytest.raises(ValueError, match="participant cannot be corrected"):
        await room.roster.correct("0231", by="Chief", participant="p-other")


GROUPS = ("pelaksana", "pengawas")


@pytest.mark.parametrize(
    ("changes", "fault", "why"),
    [
        ({"nip": "1987 0412"}, ValueError, "the NIP is not 18 digits"),
        ({"nip": "198704122010013001"}, ValueError, "the NIP has 3 in place 15"),
        ({"position_group": "kepala"}, UnknownGroup, "one of pelaksana, pengawas"),
        ({"standard": "kepala"}, UnknownGroup, "one of pelaksana, pengawas"),
    ],
)
async def test_a_roster_takes_no_nip_and_no_group_that_there_cannot_be(
    changes: dict[str, Any], fault: type[ValueError], why: str
) -> None:
    room = await Room().furnish()
    roster = changed(room.roster, groups=GROUPS)
    before = await roster.everybody()
    new = changed(SITI, participant=new_participant(), number="0300", seat="", **changes)
    with pytest.raises(fault, match=why):
        await roster.register(new, by=BY)
    with pytest.raises(fault, match=why):
        await roster.correct("0231", by=BY, **changes)
    assert await roster.everybody() == before


async def test_a_roster_keeps_a_nip_without_blanks_and_lets_it_and_the_group_be_missing() -> None:
    room = await Room().furnish()
    roster = changed(room.roster, groups=GROUPS)
    new = changed(SITI, participant=new_participant(), number="0300", seat="", position_group="")
    walked = await roster.register(changed(new, nip="19860926 201505 1 001"), by=BY)
    assert (walked.nip, walked.position_group) == ("198609262015051001", "")
    corrected = await roster.correct("0231", by=BY, nip="", position_group="pengawas")
    assert (corrected.nip, corrected.position_group) == ("", "pengawas")


async def test_where_an_event_has_no_position_groups_anything_is_one() -> None:
    room = await Room().furnish()
    corrected = await room.roster.correct("0231", by=BY, position_group="kepala")
    assert corrected.position_group == "kepala"


async def test_issuing_a_pin_confirms_the_papers_and_a_refusal_forbids_it() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    assert card.registration.identification is Identification.CONFIRMED
    assert card.registration.checked_by == BY
    await room.roster.check_identity("0243", Identification.REFUSED, by=BY)
    with pytest.raises(ValueError, match="refused: confirm it first"):
        await room.roster.issue_pin("0243", by=BY)


async def test_no_pin_is_found_anywhere_in_the_store() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    assert card.pin not in repr(room.hall.memory.roster.pins)
    assert card.pin not in repr(card)
    assert card.pin not in repr(await room.sittings.log("s1"))


def card(number: str = "0231", pin: str = "482913") -> Card:
    return Card(registration=changed(SITI, number=number), sitting=SITTING, pin=pin)


def test_a_card_says_whose_it_is_where_to_go_and_the_pin_in_groups() -> None:
    text = cards_text([card(), card("0243", "771204")], "Tes", "id")
    assert "SITI RAHMAWATI" in text
    assert "482 913" in text
    assert "771 204" in text
    assert text.count("- - -") > 0
    assert spaced("482913") == "482 913"


def streams(document: bytes) -> list[str]:
    """Return what each page draws, as any reader of PDF unpacks it."""
    packed = re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL)
    return [zlib.decompress(one).decode("cp1252") for one in packed]


def test_cards_as_pdf_stand_four_to_a_page_within_its_margins() -> None:
    document = cards_pdf([card(f"{n:04}") for n in range(5)], "Tes", "id")
    pages = streams(document)
    assert len(pages) == 2
    assert pages[0].count("482 913") == 4
    assert pages[1].count("482 913") == 1
    heights = [float(y) for page in pages for y in re.findall(r" ([\d.]+) Tm ", page)]
    assert min(heights) >= 50


def test_every_object_of_a_pdf_stands_where_its_table_says() -> None:
    document = pdf([[PdfLine("a (b) \\ c"), PdfLine("d", bold=True)], []], "Title")
    begin = int(document.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    entries = re.findall(rb"(\d{10}) 00000 n ", document[begin:])
    for number, place in enumerate(entries, 1):
        assert document[int(place) :].startswith(f"{number} 0 obj\n".encode())
    assert b"a \\(b\\) \\\\ c" in zlib.decompress(
        re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL)[0]
    )
    assert document == pdf([[PdfLine("a (b) \\ c"), PdfLine("d", bold=True)], []], "Title")


def test_letters_that_a_pdf_has_not_lose_their_marks_and_long_lines_their_ends() -> None:
    (page,) = streams(pdf([[PdfLine("Đặng Văn 王 é"), PdfLine("x" * 200)]], "t"))
    assert "Ðang" not in page
    assert "ang V" in page
    assert "é" in page
    assert "x" * columns(10) in page
    assert "x" * (columns(10) + 1) not in page
