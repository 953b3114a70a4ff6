"""The hall's log knows sessions by their codes and people not at all, whatever goes wrong."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import logging
import os
import threading
import warnings
from typing import TYPE_CHECKING, Any

from cact_tui.clock import ManualClock
from cact_tui.journal.roster import Registration, Sitting
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.stray_faults import stray_faults_told
from tests.crash.event import small_event
from tests.ssh.house import House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NIP = "198704122010012001"
NAME = "SITI RAHMAWATI"
NUMBER = "0231-K9"
UNIT = "BAGIAN UMUM"
COMMENT = "LAYAR SAYA BERKEDIP"
ANSWER = "7312"


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def _furnish(house: House) -> str:
    """Register somebody with everything a roster knows; return the PIN."""
    sitting = Sitting(id="s1", event="crash", date="2026-02-20", room="Aula", wave=1)
    await house.event.store.append("", 0, 1, (), (sitting,))
    who = Registration(
        participant="p-1",
        event="crash",
        sitting="s1",
        number=NUMBER,
        name=NAME,
        nip=NIP,
        unit=UNIT,
        position="ANALIS",
        seat="07",
    )
    await house.event.roster().register(who, by="sri")
    await house.event.sittings().open("s1", by="sri")
    return (await house.event.roster().issue_pin(NUMBER, by="sri")).pin


async def _sign_in(visitor: Visitor, pin: str) -> None:
    await visitor.until_sees("Choose a language")
    await visitor.press("2")
    await visitor.until_sees("WHO ARE YOU?")
    await visitor.press(NUMBER)
    await visitor.press("\r")
    await visitor.press("wrong")
    await visitor.press("\r")
    await visitor.until_sees("more tries")
    await visitor.press(pin)
    await visitor.press_until("\r", lambda: visitor.sees("PRIVACY NOTICE"))
    await visitor.press_until("\r", lambda: visitor.sees("IS THIS YOU?"))
    await visitor.agree()


async def test_a_whole_visit_with_a_fault_leaves_a_code_and_no_person_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = small_event(tmp_path / "event")
    pinned = config.read_text().replace('practice = "latihan"\n', "")
    pinned = pinned.replace('authorisation = "self"', 'authorisation = "self"\nsign_in = "pin"')
    config.write_text(pinned)
    async with House(config, proctored=True) as house:
        pin = await _furnish(house)
        loop = asyncio.get_running_loop()
        with stray_faults_told(house.hall.log, loop):
            visitor = await Visitor.at(house)
            await _sign_in(visitor, pin)
            await visitor.go_to_an_item()
            code = house.flows[0].session
            visitor.send(b"\x1bOS")  # F4
            await visitor.settle()
            await visitor.press(COMMENT)
            await visitor.press("\r")
            said = f"{NAME} {NIP} {NUMBER} {UNIT} {pin} {COMMENT} {ANSWER}"

            def fail() -> None:
                raise LookupError(said)

            monkeypatch.setattr(house.flows[0], "changed_choice", fail)
            loop.call_soon(fail)
            await visitor.press("b")
            await visitor.until(lambda: any(one["event"] == "incident" for one in house.log()))
            await visitor.press_until("\r", lambda: visitor.ended)
            visitor.cut()
            await house.until(lambda: any(one["event"] == "disconnected" for one in house.log()))
        events = {one["event"]: one for one in house.log()}
        assert {"connected", "incident", "fault", "disconnected"} <= events.keys()
        assert code
        assert events["incident"]["session"] == events["disconnected"]["session"] == code
        assert events["connected"]["connection"] == events["incident"]["connection"]
        written = house.log_path.read_text().upper()
        for secret in (*NAME.split(), NIP, NUMBER, UNIT, pin, COMMENT, ANSWER):
            assert secret not in written


async def test_what_nobody_caught_is_told_by_kind_and_place_and_never_in_its_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = Logbook(ManualClock(), tmp_path / "hall.log")
    secret = "the key is C, by SITI"  # noqa: S105 - of nobody

    def fail(*_: object) -> None:
        raise ValueError(secret)

    async def fail_later() -> None:
        fail()

    class Failing:
        def __del__(self) -> None:
            fail()

    loop = asyncio.get_running_loop()
    with stray_faults_told(log, loop):
        loop.call_soon(fail, secret)
        forgotten = loop.create_task(fail_later())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del forgotten
        gc.collect()
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        Failing()
        logging.getLogger("some.library").error("of %s", secret)
        logging.getLogger("cact_tui.journal").warning("put off: %s", "disk full\x1b[2J")
        try:
            fail()
        except ValueError:
            logging.getLogger("cact_tui").exception("seen")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(secret, UserWarning, stacklevel=1)
    log.close()
    lines = _lines(tmp_path / "hall.log")
    assert [one.get("where", one.get("source")) for one in lines] == [
        "loop",
        "loop",
        "thread",
        "finaliser",
        "some.library",
        "cact_tui.journal",
        "cact_tui",
        "py.warnings",
    ]
    assert [one.get("fault", "") for one in lines] == ["ValueError"] * 4 + [
        "",
        "",
        "ValueError",
        "",
    ]
    assert lines[5]["says"] == "put off: disk full [2J"
    assert secret not in (tmp_path / "hall.log").read_text()
    assert "SITI" not in "".join(capfd.readouterr())


def test_a_log_on_a_full_disk_loses_whole_lines_and_then_says_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hall.log"
    log = Logbook(ManualClock(), path)
    log.tell("first")
    room = [0, 40, 7, 1_000]
    really = os.write

    def write(file: int, data: bytes) -> int:
        left = room[0]
        if not left:
            room.pop(0)
            raise OSError(errno.ENOSPC, "full")
        if left < len(data):
            room.pop(0)
        return really(file, data[:left])

    monkeypatch.setattr("cact_tui.ssh.logbook.os.write", write)
    for event in ("none", "half", "less", "last", "after"):
        log.tell(event)
    log.close()
    assert [(one["event"], one.get("lines_lost")) for one in _lines(path)] == [
        ("first", None),
        ("last", 3),
        ("after", None),
    ]


def test_a_log_whose_folder_is_no_folder_stops_nobody_and_begins_once_it_can(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "log"
    folder.write_text("in the way")
    log = Logbook(ManualClock(), folder / "hall.log")
    log.tell("lost")
    folder.unlink()
    log.tell("kept")
    log.close()
    (line,) = _lines(folder / "hall.log")
    assert (line["event"], line["lines_lost"]) == ("kept", 1)
