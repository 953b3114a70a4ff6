"""What a participant meets at a seat of the hall."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from cact_tui.sessions.events import Attached, ItemShown, ResponseGiven
from cact_tui.ssh import limits
from tests.crash.event import small_event
from tests.e2e.record import Record
from tests.ssh.house import House
from tests.ssh.visitor import Visitor
from tests.terminal.emulator import SENDABLE

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_whole_test_is_taken_over_ssh_and_proved(house: House) -> None:
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    for _ in range(120):
        if visitor.sees("FINISHED"):
            break
        await visitor.step()
    assert visitor.sees("FINISHED"), visitor.text
    await visitor.press_until("\r", lambda: visitor.ended)
    record = Record(house.config)
    answers = record.of(ResponseGiven)
    record.check_answers(len(answers))
    assert len(answers) >= 7
    assert record.of(Attached)[0].terminal == "xterm-256color"
    assert (await asyncio.to_thread(record.result))["reference"]


async def test_a_cut_line_is_taken_up_again_at_the_same_item(house: House) -> None:
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    await visitor.go_to_an_item()
    record = Record(house.config)
    shown = record.shown
    visitor.cut()
    await house.until(lambda: house.hall.visits == 0)
    again = await Visitor.at(house, "seat-08", term="vt220")
    began = asyncio.get_running_loop().time()
    await again.sign_in()
    await again.until(lambda: again.on_item)
    assert asyncio.get_running_loop().time() - began < 10
    assert record.shown == shown
    assert [one.terminal for one in record.of(Attached)] == ["xterm-256color", "vt220"]


async def test_the_log_tells_whose_session_it_was_by_its_code_and_never_by_a_name(
    house: House,
) -> None:
    stranger = await Visitor.at(house, "seat-09")
    await stranger.until_sees("Choose a language")
    stranger.cut()
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    await visitor.go_to_an_item()
    code = house.flows[1].session
    assert code
    visitor.cut()
    await house.until(lambda: house.hall.visits == 0)
    left = [line for line in house.log() if line["event"] == "disconnected"]
    assert [line.get("session", "") for line in left] == ["", code]
    assert Record(house.config).of(Attached)
    assert "SITI" not in house.log_path.read_text().upper()


async def test_a_fault_after_the_sign_in_is_logged_with_the_session_s_code(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    await visitor.go_to_an_item()
    code = house.flows[0].session

    def fail() -> None:
        raise ValueError

    monkeypatch.setattr(house.flows[0], "changed_choice", fail)
    await visitor.press("b")
    await visitor.until(lambda: any(e["event"] == "incident" for e in house.log()))
    (incident,) = (e for e in house.log() if e["event"] == "incident")
    assert incident["session"] == code


async def test_a_second_sign_in_takes_the_session_over_and_the_first_screen_says_so(
    house: House,
) -> None:
    first = await Visitor.at(house)
    await first.sign_in()
    await first.go_to_an_item()
    second = await Visitor.at(house, "seat-08")
    await second.sign_in()
    await second.until(lambda: second.on_item)
    await first.until_sees("another terminal")
    record = Record(house.config)
    assert len(record.of(ItemShown)) == 1


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "vt220", "screen", "xterm-mono"])
async def test_every_terminal_gets_a_whole_screen_and_nothing_it_does_not_know(
    house: House, term: str
) -> None:
    visitor = await Visitor.at(house, term=term)
    await visitor.until_sees("Choose a language")
    assert visitor.sees("Bahasa Indonesia")
    sent = visitor.sent.decode()
    start = sent.index("\x1b[?7l") + len("\x1b[?7l")
    body = sent[start:].removeprefix("\x1b[?2004h").replace("\x1b[5n", "", 1)
    assert SENDABLE.fullmatch(body)
    if term in {"vt220", "xterm-mono"}:
        assert body.isascii()
        assert "?1049" not in sent
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", body)


async def test_plain_mode_leads_by_lines_with_echo_and_erasing(house: House) -> None:
    visitor = await Visitor.at(house, "seat-07+plain")
    await visitor.until_sees("English")
    await visitor.press("9\x7f2\r")
    await visitor.until(lambda: visitor.sent.count(b"number") > 0)
    await visitor.press("0231\r")
    await visitor.until_sees("0231")
    assert b"\x1b" not in visitor.sent


async def test_a_terminal_that_knows_nothing_gets_the_plain_mode(house: House) -> None:
    visitor = await Visitor.at(house, term="dumb")
    await visitor.until_sees("English")
    assert b"\x1b" not in visitor.sent


async def test_the_closing_hall_tells_everybody_and_ends_no_session(house: House) -> None:
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    await visitor.go_to_an_item()
    shown = Record(house.config).shown
    await house.hall.close()
    await visitor.until(lambda: visitor.ended)
    assert "Your answers are saved" in visitor.words
    assert "\x1b[?1049l" in visitor.sent.decode()
    record = Record(house.config)
    assert record.shown == shown
    assert type(record.events()[-1]) is ItemShown


async def test_a_fault_shows_an_incident_to_one_and_touches_no_neighbour(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "the-answer-is-C"
    visitor, neighbour = await Visitor.at(house), await Visitor.at(house, "seat-08")
    await visitor.until_sees("Choose a language")
    await neighbour.until_sees("Choose a language")

    async def fail(*_: object) -> None:
        secret = canary
        raise ValueError(secret)

    monkeypatch.setattr(house.flows[0], "act", fail)
    await visitor.press("2")
    await visitor.until(lambda: any(e["event"] == "incident" for e in house.log()))
    (incident,) = (e for e in house.log() if e["event"] == "incident")
    await visitor.until_sees(str(incident["number"]))
    await neighbour.press("2")
    await neighbour.until_sees("WHO ARE YOU?")
    await visitor.press_until("\r", lambda: visitor.ended)
    assert visitor.status == 1
    assert canary.encode() not in visitor.sent
    assert canary not in house.log_path.read_text()
    assert incident["fault"] == "ValueError"
    assert incident["frames"]


async def test_a_line_that_goes_dead_without_a_word_stops_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "KEEPALIVE_SECONDS", 0.3)
    async with House(small_event(tmp_path / "event")) as house:
        visitor = await Visitor.at(house)
        await visitor.sign_in()
        await visitor.go_to_an_item()
        assert visitor.connection is not None
        transport = visitor.connection._transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()  # as a host that lost its power: the connection stays open
        await house.until(lambda: house.hall.visits == 0)
        (session,) = await house.event.store.sessions()
        before = await house.event.store.last_checkpoint(session.session)
        await asyncio.sleep(1.5)
        after = await house.event.store.last_checkpoint(session.session)
        assert after == before
        assert after is not None
        assert after.shown_ms > 0


async def test_a_client_that_takes_nothing_costs_a_bounded_backlog_and_no_neighbour(
    house: House,
) -> None:
    stalled, neighbour = await Visitor.at(house), await Visitor.at(house, "seat-08")
    await stalled.until_sees("Choose a language")
    await neighbour.until_sees("Choose a language")
    assert stalled.connection is not None
    transport = stalled.connection._transport
    assert isinstance(transport, asyncio.Transport)
    transport.pause_reading()
    for _ in range(300):
        stalled.send(b"\x1b[B")
        stalled.send(b"\x1b[A")
        await asyncio.sleep(0.002)
    sessions = [visit._session for visit in house.hall._visits]
    assert max(session.backlog for session in sessions) < 2 * limits.BACKLOG
    await neighbour.press("2")
    await neighbour.until_sees("WHO ARE YOU?")
    transport.resume_reading()
    await stalled.press("2")
    await stalled.until_sees("WHO ARE YOU?")
