"""A proctor's desk in lines, over a sitting that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.journal.roster import Registration, Sitting
from cact_tui.sessions.events import Attached
from cact_tui.ssh.accounts import Proctor, Role
from cact_tui.ssh.desk import HELP, Desk
from tests.crash.event import small_event
from tests.e2e.record import Record
from tests.ssh.house import House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

SRI = Proctor(name="sri", role=Role.PROCTOR)


async def _desk(house: House, proctor: Proctor = SRI) -> Desk:
    return Desk(house.event.sittings(), house.event.acts(), proctor)


async def test_without_an_open_sitting_the_desk_says_so(house: House) -> None:
    said = await (await _desk(house))("list")
    assert said is not None
    assert "no sitting is open" in said


@pytest.mark.parametrize(
    "line", ["help", "dance", "pause", "authorise", "extend 0231 many network"]
)
async def test_what_is_no_act_is_answered_with_help(house: House, line: str) -> None:
    assert await (await _desk(house))(line) == HELP


async def test_an_unclosed_quotation_is_said(house: House) -> None:
    said = await (await _desk(house))('message all "half')
    assert said is not None
    assert "quotation" in said


async def test_only_a_chief_ends_tests(house: House) -> None:
    said = await (await _desk(house))("terminate all illness")
    assert said is not None
    assert "chief" in said
    chief = await _desk(house, evolve(SRI, role=Role.CHIEF))
    said = await chief("terminate all illness")
    assert said is not None
    assert "Nobody" in said


async def test_quit_ends_the_visit(house: House) -> None:
    assert await (await _desk(house))("quit") is None


def _proctored(folder: Path) -> Path:
    config = small_event(folder)
    text = config.read_text()
    config.write_text(
        text.replace('authorisation = "self"', 'authorisation = "proctor"\nsign_in = "pin"')
    )
    return config


async def test_nothing_starts_before_the_proctor_at_the_desk_lets_it(tmp_path: Path) -> None:
    async with House(_proctored(tmp_path / "event"), proctored=True) as house:
        sitting = Sitting(id="s1", event="crash", date="2026-02-20", room="Aula", wave=1)
        await house.event.store.append("", 0, 1, (), (sitting,))
        who = Registration(
            participant="p-1", event="crash", sitting="s1", number="0231", name="SITI", seat="07"
        )
        await house.event.roster().register(who, by="sri")
        await house.event.sittings().open("s1", by="sri")
        card = await house.event.roster().issue_pin("0231", by="sri")
        visitor = await Visitor.at(house)
        await visitor.until_sees("Choose a language")
        await visitor.press("2")
        await visitor.until_sees("WHO ARE YOU?")
        await visitor.press("0231")
        await visitor.press("\r")
        await visitor.press(card.pin)
        await visitor.press_until("\r", lambda: visitor.sees("PRIVACY NOTICE"))
        await visitor.press_until("\r", lambda: visitor.sees("IS THIS YOU?"))
        await visitor.agree()
        await visitor.settle()
        waiting = visitor.text
        assert not visitor.sees("RULES OF THE TEST")
        sri = await Visitor.at(house, "sri", client_keys=[house.proctor_key])
        await sri.until_sees("0231")
        assert sri.sees("awaiting")
        await sri.press("authorise all\r")
        await sri.until_sees("0231: authorized")
        await visitor.until_sees("RULES OF THE TEST")
        assert visitor.text != waiting
        await sri.press("pause 0231 network\r")
        await sri.until_sees("0231: paused")
        await visitor.until(lambda: visitor.sees("PAUSED"))
        (attached,) = Record(house.config).of(Attached)
        assert (attached.seat, attached.address) == ("07", "127.0.0.1")
        assert attached.client.startswith("AsyncSSH")
        assert card.pin not in house.log_path.read_text()
