"""What the split view shows, and what it does with what comes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from cact_tui.proctoring.board.rows import Note, Standing
from cact_tui.proctoring.signals import SignalKind
from cact_tui.proctoring.troubles import Trouble
from cact_tui.sessions.events import EVENTS
from cact_tui.sessions.reasons import REASONS
from cact_tui.sessions.refusals import Reason
from cact_tui.tui.keys import Key
from cact_tui.tui.proctor import app as proctor_app
from cact_tui.tui.proctor import words
from cact_tui.tui.proctor.app import ProctorApp
from cact_tui.tui.proctor.table import STATE
from tests.tui.proctor.desk import at_desk
from tests.tui.proctor.scene import FULL_DISK, ScriptedWindow, detail, row, signal, snapshot

if TYPE_CHECKING:
    from cact_tui.proctoring.board.rows import Detail

PAYLOADS = (
    "\x1b]52;c;Zm9v\x07",
    "\x1b[6n",
    "\x1bc",
    "\x9b2J",
    "\x90q\x9c",
    "[red]x[/red]",
    "[/",
    "[@click=app.quit]x[/]",
    "\u202eABC",
    "\u2066x\u2069",
    "a\nb\tc",
    "\x00\x07\x7f",
)


async def test_incidents_come_first_and_the_rest_by_seat() -> None:
    async with at_desk(size=(132, 43)) as desk:
        seats = [text[3:5] for text in desk.rows[4:12]]
        assert seats == ["19", "07", "22", "01", "02", "03", "04", "05"]


async def test_the_cursor_stays_with_a_person_when_the_order_changes() -> None:
    async with at_desk() as desk:
        await desk.press("down", "down", "down", "down")
        assert desk.app.room.listing.chosen == "p-2"
        rows = [
            evolve(one, signals=(signal(SignalKind.CALL, 0),)) if one.key == "p-9" else one
            for one in desk.window.shown.rows
        ]
        desk.window.push(snapshot(rows))
        await desk.settle()
        assert desk.app.room.listing.chosen == "p-2"
        assert "DEWI" not in desk.rows[13]
        assert "MARIA" in desk.rows[13]


@pytest.mark.parametrize(
    ("digit", "seats"),
    [("1", ["19", "07", "22"]), ("2", ["26"]), ("5", ["25"]), ("6", ["07"]), ("8", ["30"])],
)
async def test_a_digit_shows_only_those(digit: str, seats: list[str]) -> None:
    async with at_desk() as desk:
        await desk.press(digit)
        assert [one.seat for one in desk.app.room.listing.rows] == seats
        await desk.press("escape")
        assert len(desk.app.room.listing.rows) == 30


async def test_a_healthy_row_that_was_hidden_reappears_with_trouble() -> None:
    async with at_desk() as desk:
        await desk.press("1")
        rows = [
            evolve(one, signals=(signal(SignalKind.SILENT),)) if one.key == "p-3" else one
            for one in desk.window.shown.rows
        ]
        desk.window.push(snapshot(rows))
        await desk.settle()
        assert "03" in [one.seat for one in desk.app.room.listing.rows]


async def test_search_finds_seat_number_and_name() -> None:
    async with at_desk() as desk:
        for wanted, found in (("07", 1), ("0231", 1), ("tewu", 4), ("nobody", 0)):
            await desk.press("/")
            await desk.type(wanted)
            await desk.press("enter")
            assert len(desk.app.room.listing.rows) == found, wanted
            await desk.press("escape")


async def test_the_map_and_the_table_show_the_same_person() -> None:
    async with at_desk() as desk:
        await desk.press("d", "right", "down")
        chosen = desk.app.room.listing.chosen
        await desk.press("d")
        assert desk.app.room.listing.chosen == chosen


async def test_every_state_is_a_mark_and_a_word() -> None:
    async with at_desk(size=(132, 43)) as desk:
        for mark, word in (("✗", "cut off"), ("☎", "is calling"), ("»", "too fast")):
            assert any(mark in text and word in text for text in desk.rows)


async def test_only_rows_that_changed_are_painted_again() -> None:
    async with at_desk(size=(132, 43)) as desk:
        before = desk.app.sheet._strips
        one = desk.window.shown.rows[4]
        rows = (*desk.window.shown.rows[:4], evolve(one, answered=19), *desk.window.shown.rows[5:])
        desk.window.push(snapshot(rows))
        await desk.settle()
        changed = [n for n, strip in enumerate(desk.app.sheet._strips) if strip is not before[n]]
        assert len(changed) == 1


async def test_two_hundred_and_fifty_changing_rows_scroll_within_50_ms() -> None:
    rows = [row(number) for number in range(1, 251)]
    async with at_desk(ScriptedWindow(snapshot(rows)), size=(132, 43)) as desk:
        times = []
        for round_ in range(40):
            rows = [evolve(one, answered=round_ % 20, left=round_) for one in rows]
            desk.window.push(snapshot(rows))
            began = time.perf_counter()
            desk.app.room.press(Key("down"))
            desk.app._redraw()
            times.append(time.perf_counter() - began)
            await desk.settle()
        times.sort()
        assert times[37] < 0.05


async def test_a_bell_rings_for_new_trouble_unless_it_is_muted() -> None:
    async with at_desk() as desk:
        rung: list[str] = []
        desk.app._driver.ring = lambda: rung.append("ring")  # type: ignore[union-attr]
        rows = [
            evolve(one, signals=(signal(SignalKind.CALL, 0),)) if one.key == "p-1" else one
            for one in desk.window.shown.rows
        ]
        desk.window.push(snapshot(rows))
        await desk.settle()
        assert rung == ["ring"]
        desk.window.push(snapshot(rows))
        await desk.settle()
        assert rung == ["ring"]
        await desk.press("u")
        desk.window.push(snapshot(rows, alarms=(FULL_DISK,)))
        await desk.settle()
        assert rung == ["ring"]
        assert "bell muted" in desk.rows[0]
        assert "DISK NEARLY FULL 41 MB" in desk.rows[2]


async def test_looking_at_somebody_is_recorded_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proctor_app, "DWELL", 0.05)
    async with at_desk() as desk:
        await desk.press("down")
        await asyncio.sleep(0.15)
        assert desk.window.looked == ["p-7"]


async def test_the_next_sitting_is_looked_at_by_a_key() -> None:
    async with at_desk() as desk:
        await desk.press("s")
        assert desk.window.sittings == ["", "2024-02-21-ruang-a-1"]


async def test_closing_is_asked_for_twice_and_closes_the_window() -> None:
    async with at_desk() as desk:
        await desk.press("q", "x")
        assert not desk.window.closed
        assert not desk.window.orders
        await desk.press("q", "enter")
    assert desk.window.closed


async def test_a_small_terminal_says_so() -> None:
    async with at_desk(size=(60, 20)) as desk:
        assert "80x24" in desk.text
        await desk.press("F")
        assert not desk.window.orders


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_people_write_does_nothing_on_a_proctors_terminal(payload: str) -> None:
    hostile = row(7, name=f"A{payload}Z")
    told: Detail = detail(
        hostile,
        nip=payload,
        notes=(Note(at=1, text=f"{payload} selesai"),),
        item=payload,
    )
    window = ScriptedWindow(snapshot([hostile]))
    window.details = {hostile.key: told}
    for size in ((80, 24), (132, 43)):
        async with at_desk(window, size=size) as desk:
            await desk.press("d", "d", "enter")
            drawn = "".join(segment.text for strip in desk.app.sheet._strips for segment in strip)
            assert drawn.isprintable()
            assert "A" in drawn
            assert desk.app.is_running
            assert all(strip.cell_length == size[0] for strip in desk.app.sheet._strips)


async def test_a_fault_is_an_incident_with_a_number() -> None:
    faults: list[str] = []
    window = ScriptedWindow()
    app = ProctorApp(window, on_incident=lambda number, _error: faults.append(number))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        nobody: Any = None
        window.push(snapshot([nobody]))
        await pilot.pause()
        await pilot.pause()
        assert len(faults) == 1
        text = "".join(span.text for spans in app.sheet.lines for span in spans)
        assert faults[0] in text


@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_standing_and_every_signal_is_seen_as_a_mark_and_a_word(language: str) -> None:
    rows = [row(n, standing=one) for n, one in enumerate(Standing, 1)]
    rows += [row(n, signals=(signal(one),)) for n, one in enumerate(SignalKind, 51)]
    window = ScriptedWindow(snapshot(rows))
    async with at_desk(window, size=(132, 43), language=language) as desk:
        shown = {text[3:5]: text for text in desk.rows[4:-2]}
        for one in rows:
            look = words.look(one, language)
            assert shown[one.seat][1] == look.mark
            assert look.word[: STATE - 1].rstrip() in shown[one.seat]
            marks = [words.signals(language)[found.kind].mark for found in one.signals]
            assert all(mark in shown[one.seat] for mark in marks)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_event_of_a_timeline_and_every_reason_has_words(language: str) -> None:
    of_every_item = {"ItemShown", "ResponseGiven", "ItemClosed"}
    assert set(EVENTS) - of_every_item == set(words.happenings(language))
    assert set(REASONS) <= set(words.reasons(language))


OF_PARTICIPANTS = frozenset(
    {
        *("not_open", "already_open", "taken_over"),
        *("not_on_screen", "invalid_answer", "leaving_forbidden"),
    }
)
"""Refusals that only a participant's own terminal meets."""


@pytest.mark.parametrize("code", sorted({*Trouble, *Reason} - OF_PARTICIPANTS))
def test_whatever_refuses_an_order_has_words_in_both_languages(code: str) -> None:
    said = [words.refusals(language)[code] for language in ("id", "en")]
    assert said[0] != said[1]


@pytest.mark.parametrize("key", ["i", "j", "l", "p", "w", "k", "t"])
async def test_whoever_has_no_test_yet_is_told_of_before_anything_is_asked(key: str) -> None:
    async with at_desk() as desk:
        await desk.press("8", key)
        assert desk.app.room.dialog is None
        assert desk.window.orders == []
        assert "has not signed in yet" in desk.rows[22]


async def test_a_row_tells_for_how_long_there_was_no_sign_of_life() -> None:
    async with at_desk() as desk:
        assert "cut off 0:42" in desk.rows[5]


async def test_the_map_of_a_room_of_thirty_fits_a_small_terminal() -> None:
    async with at_desk() as desk:
        await desk.press("d")
        shown = "\n".join(desk.rows[3:11])
        assert all(f"{seat:02}" in shown for seat in range(1, 31))
        assert "19 ☎ is calling" in shown
        await desk.press("down", "down")
        assert desk.app.room.listing.row is not None
        assert desk.app.room.listing.row.seat == "29"
        await desk.press("space")
        assert "29*" in "\n".join(desk.rows[3:11])
