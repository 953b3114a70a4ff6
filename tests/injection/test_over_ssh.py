"""R9: names, programs, terminals and variables that an SSH client makes up."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import asyncssh
import pytest

from cact_tui.sessions.events import Attached
from cact_tui.text import clean_line
from tests.crash.event import small_event
from tests.e2e.record import Record
from tests.injection.hostile import PAYLOADS, only_lines, texts
from tests.ssh.house import House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = {"connected", "disconnected", "refused", "crowded"}


async def test_what_a_client_says_of_itself_forges_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hostile client prepares no strings, and the hall must not rest on the library's doing so.
    monkeypatch.setattr("asyncssh.connection.saslprep", lambda text: text)
    async with House(small_event(tmp_path / "event")) as house:
        for text in PAYLOADS.values():
            with pytest.raises((asyncssh.Error, OSError)):
                await house.connect(text, password="x")  # noqa: S106 - nobody's
            at_the_door = await Visitor.at(
                house,
                term=text.encode("ascii", "replace").decode(),
                environment={"LANG": text, "TERM": text, "NO_COLOR": text, "LC_ALL": text},
            )
            await at_the_door.until(lambda: bool(at_the_door.sent))  # noqa: B023 - awaited at once
            at_the_door.cut()
        await house.until(lambda: house.hall.visits == 0)
    written = house.log_path.read_bytes()
    assert written.isascii()
    lines = [json.loads(line) for line in written.splitlines()]
    assert {line["event"] for line in lines} <= {*EVENTS, "closed"}
    accounts = {line["account"] for line in lines if "account" in line}
    assert accounts == {"?", "seat-07"}
    assert sum(line["event"] == "refused" for line in lines) >= len(PAYLOADS) - 1


async def test_a_client_s_version_and_terminal_are_harmless_on_record(tmp_path: Path) -> None:
    async with House(small_event(tmp_path / "event")) as house:
        version = 'x]52;c;Zm9v [red] {"event":"forged"} =CMD()'
        visitor = await Visitor.at(house, term="xterm-\x1b[2J", client_version=version)
        await visitor.sign_in()
        await visitor.until(lambda: bool(Record(house.config).of(Attached)))
        (attached,) = Record(house.config).of(Attached)
        assert all(only_lines(text) for text in texts(attached))
        assert attached.client == clean_line(version, 40)
        await asyncio.sleep(0)
    connected = next(line for line in house.log() if line["event"] == "connected")
    assert connected["client"] == attached.client
