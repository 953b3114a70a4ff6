"""A proctor's desk in lines, over a sitting that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.journal.protocol import SessionEntry
from cact_tui.journal.roster import Registration, Sitting
from cact_tui.proctoring.board import duty
from cact_tui.proctoring.board.duty import CHIEFLY, Act
from cact_tui.proctoring.sittings import Seated
from cact_tui.sessions.events import Attached
from cact_tui.ssh.accounts import Proctor, Role
from cact_tui.ssh.desk import ACTS, Desk, help_text
from tests.crash.event import small_event
from tests.e2e.record import Record
from tests.ssh.house import House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

SRI = Proctor(name="sri", role=Role.PROCTOR)


async def _desk(house: House, proctor: Proctor = SRI, language: str = "en") -> Desk:
    return Desk(house.event.sittings(), house.event.acts(), proctor, language=language)


async def test_without_an_open_sitting_the_desk_says_so(house: House) -> None:
    said = await (await _desk(house))("list")
    assert said is not None
    assert "no sitting is open" in said


@pytest.mark.parametrize(
    "line", ["help", "dance", "pause", "authorise", "extend 0231 many network"]
)
async def test_what_is_no_act_is_answered_with_help(house: House, line: str) -> None:
    assert await (await _desk(house))(line) == help_text("en")


async def test_an_unclosed_quotation_is_said(house: House) -> None:
    said = await (await _desk(house))('message all "half')
    assert said is not None
    assert "quotation" in said


LINES = {
    "authorise": "authorise all",
    "pause": "pause all network",
    "resume": "resume all",
    "extend": "extend all 10 network",
    "message": "message all tenang",
    "terminate": "terminate all illness",
}
"""What is typed for each act that there is in lines."""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("chiefly", [CHIEFLY, frozenset(Act)])
@pytest.mark.parametrize("act", ACTS)
async def test_a_role_may_do_the_same_at_the_desk_and_on_the_screen(
    house: House, monkeypatch: pytest.MonkeyPatch, act: str, chiefly: frozenset[Act], role: Role
) -> None:
    monkeypatch.setattr(duty, "CHIEFLY", chiefly)
    proctor = evolve(SRI, role=role)
    said = await (await _desk(house, proctor))(LINES[act])
    on_the_screen = house.event.window(proctor.name, chief=proctor.chief).may(ACTS[act])
    assert said == (
        "Nobody with a test is meant by all." if on_the_screen else "only a chief proctor does this"
    )


def test_any_proctor_ends_tests_and_only_chiefs_undo_or_rewrite() -> None:
    assert LINES.keys() == ACTS.keys()
    assert {act for act in Act if not duty.allowed(act, chief=False)} == {
        Act.REOPEN,
        Act.WALK_IN,
        Act.CORRECT,
        Act.WRONG_PERSON,
        Act.RESCHEDULE,
    }
    roles = {role: evolve(SRI, role=role).chief for role in Role}
    assert roles == {Role.PROCTOR: False, Role.CHIEF: True, Role.ADMINISTRATOR: True}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tambah semua 9999 jaringan", "240 menit"),
        ('pesan semua " "', "pesan masih kosong"),
        ("jeda semua jaringan", "sudah tidak ada"),
    ],
)
async def test_what_cannot_be_is_said_in_the_proctors_language(
    house: House, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    who = Registration(participant="p-1", event="crash", sitting="s1", number="1", name="SITI")
    entry = SessionEntry(
        session="NONE", participant="p-1", sitting="s1", seq=1, last_event="Attached", at=1
    )

    async def seated(_: Desk) -> list[Seated]:
        return [Seated(registration=who, entry=entry, seen=None)]

    monkeypatch.setattr(Desk, "_seated", seated)
    assert said in str(await (await _desk(house, language="id"))(line))


async def _furnish(house: House) -> None:
    sitting = Sitting(id="s1", event="crash", date="2026-02-20", room="Aula", wave=1)
    await house.event.store.append("", 0, 1, (), (sitting,))
    who = Registration(
        participant="p-1", event="crash", sitting="s1", number="0231", name="SITI", seat="07"
    )
    await house.event.roster().register(who, by="sri")
    await house.event.sittings().open("s1", by="sri")


async def test_the_list_is_on_record_with_who_asked_for_it(house: House) -> None:
    await _furnish(house)
    said = await (await _desk(house))("list")
    assert "SITI" in str(said)
    log = await house.event.sittings().log("s1")
    assert [(one.act, one.by, one.participant) for one in log][-1] == ("viewed", "sri", "")


@pytest.mark.parametrize("word", ["quit", "exit", "keluar"])
async def test_quit_ends_the_visit(house: House, word: str) -> None:
    assert await (await _desk(house))(word) is None


async def test_the_desk_speaks_indonesian_first_and_english_when_asked(house: House) -> None:
    desk = Desk(house.event.sittings(), house.event.acts(), SRI)
    said = [await desk(line) for line in ("", "bantuan", "bahasa", "list")]
    assert [one.split()[0] if one else one for one in said] == ["sri:", "daftar", "list", "sri:"]
    assert "belum ada sesi" in str(said[0])
    assert "no sitting is open" in str(said[3])


@pytest.mark.parametrize("word", ["network", "technical.network", "jaringan", "Jaringan"])
async def test_a_reason_is_understood_in_both_languages(house: House, word: str) -> None:
    assert (await _desk(house))._reason(word) == "technical.network"


async def test_a_reason_that_is_none_is_answered_with_those_there_are(house: House) -> None:
    said = await (await _desk(house, language="id"))("jeda semua bosan")
    assert said is not None
    assert '"jaringan"' in said


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
        assert sri.sees("menunggu")
        await sri.press("izinkan semua\r")
        await sri.until_sees("0231: siap")
        await visitor.until_sees("RULES OF THE TEST")
        assert visitor.text != waiting
        await sri.press("bahasa\r")
        await sri.press("pause seat:07 network\r")
        await sri.until_sees("0231: paused")
        await visitor.until(lambda: visitor.sees("PAUSED"))
        (attached,) = Record(house.config).of(Attached)
        assert (attached.seat, attached.address) == ("07", "127.0.0.1")
        assert attached.client.startswith("AsyncSSH")
        assert card.pin not in house.log_path.read_text()
