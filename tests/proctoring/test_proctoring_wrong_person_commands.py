"""The commands after somebody sat a test under another's number: results, proof, papers."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from cact_tui.cli.main import main
from cact_tui.clock import SystemClock
from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.rehearsal import Mind, SimulatedParticipant
from cact_tui.delivery.views import EndView
from cact_tui.errors import Problems
from cact_tui.journal.roster import Registration, Sitting
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TERMINAL = Terminal(
    mode="screen", terminal="xterm", columns=80, rows=24, charset="utf8", colours="16"
)


def _event(config: Path) -> Event:
    materials = read_event(config, Problems())
    assert materials is not None
    return Event(config, materials)


async def _furnish(config: Path) -> None:
    event = _event(config)
    sitting = Sitting(id="s1", event="crash", date="2026-02-20", room="Aula", wave=1)
    who = Registration(
        participant="p-1",
        event="crash",
        sitting="s1",
        number="1",
        name="A",
        position_group="pelaksana",
        seat="07",
    )
    await event.store.append("", 0, SystemClock().wall_ms(), (), (sitting, who))
    await event.sittings().open("s1", by="Sri")
    await event.store.close()


async def _sit(config: Path) -> str:
    """Take the test under number 1 to its end; return its reference."""
    event = _event(config)
    services = event.services(None, hall=True)
    mind = Mind(services.exam.plan, "1").answer
    person = SimulatedParticipant(
        ParticipantFlow(services, TERMINAL), mind, number="1", name="A", language="id"
    )
    last = await person.run()
    await event.store.close()
    assert isinstance(last, EndView)
    return last.reference


def _cact(config: Path, *arguments: str, code: int = 0) -> None:
    assert main([*arguments, "--config", str(config)]) == code, arguments


def test_results_name_nobody_for_a_wrong_persons_test_and_all_is_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = small_event(tmp_path / "event")
    asyncio.run(_furnish(config))
    wrong = asyncio.run(_sit(config))
    by = ("--by", "Ibu Kepala")

    _cact(config, "sitting", "wrong-person", "--number", "1", *by)
    _cact(config, "sitting", "reopen", "--number", "1", "--reason", "other", *by, code=1)
    assert "somebody else sat the test" in capsys.readouterr().out
    _cact(config, "sitting", "confirm", "--number", "1", *by)
    right = asyncio.run(_sit(config))
    assert right != wrong
    _cact(config, "sitting", "close", "s1", *by)
    capsys.readouterr()

    _cact(config, "results", "list", "--json")
    listed = {one["reference"]: one for one in json.loads(capsys.readouterr().out)["results"]}
    told = {key: (one["state"], one["number"], one["version"]) for key, one in listed.items()}
    assert told == {wrong: ("invalidated", None, 2), right: ("finished", "1", 1)}
    newest = json.loads((config.parent / "results" / f"{wrong}.v2.json").read_text())
    assert {one["measured"] for one in newest["profile"]["scales"]} == {False}

    for reference in (wrong, right):
        _cact(config, "replay", reference)
    _cact(config, "verify")
    assert "2 sessions" in capsys.readouterr().out
    papers = config.parent / "results" / "papers"
    paper = json.loads((papers / "s1.v1.json").read_text())
    assert [one["session"] for one in paper["invalid"]] == [wrong]
    assert {one["session"] for one in paper["heads"]} == {wrong, right}
