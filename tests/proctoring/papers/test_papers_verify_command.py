"""`cact verify` on a journal in a file: good as it is, and told what somebody did to it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from cact_tui.cli.main import main
from cact_tui.clock import SystemClock
from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.rehearsal import Mind, SimulatedParticipant
from cact_tui.errors import Problems
from cact_tui.journal.roster import Registration, Sitting
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TERMINAL = Terminal(
    mode="screen", terminal="xterm", columns=80, rows=24, charset="utf8", colours="16"
)


async def _taken(config: Path) -> None:
    """Take a test in a sitting to its end, sign its head, write the sitting's papers."""
    materials = read_event(config, Problems())
    assert materials is not None
    event = Event(config, materials)
    sitting = Sitting(id="s1", event="crash", date="2026-02-20", room="Aula", wave=1)
    who = Registration(
        participant="p-1",
        event="crash",
        sitting="s1",
        number="1",
        name="A",
        position_group="pelaksana",
    )
    await event.store.append("", 0, SystemClock().wall_ms(), (), (sitting, who))
    await event.sittings().open("s1", by="Sri")
    services = event.services(None, rehearsal=True, hall=True)
    mind = Mind(services.exam.plan, "1").answer
    person = SimulatedParticipant(
        ParticipantFlow(services, TERMINAL), mind, number="1", name="A", language="id"
    )
    await person.run()
    keeper = event.head_keeper()
    assert keeper is not None
    await keeper.look(everything=True)
    await event.sittings().close("s1", by="Sri")
    papers = await event.papers("s1", by="Sri")
    log = await event.sittings().log("s1")
    assert (log[-1].act, log[-1].detail) == ("sealed", papers.root)
    await event.store.close()


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = small_event(tmp_path_factory.mktemp("verify") / "event")
    asyncio.run(_taken(config))
    return config


def _copy(taken: Path, folder: Path) -> Path:
    shutil.copytree(taken.parent, folder / "event", dirs_exist_ok=True)
    return folder / "event" / taken.name


def _change(config: Path, *statements: Sequence[str]) -> None:
    with closing(sqlite3.connect(config.parent / "var" / "cact.db")) as database:
        for trigger in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger[0]}")
        for statement in statements:
            database.execute(*statement)
        database.commit()


def test_an_untouched_journal_is_good(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--config", str(taken)]) == 0
    told = capsys.readouterr().out
    assert "all is as it was written" in told
    assert "1 sealed papers" in told


@pytest.mark.parametrize(
    ("statement", "event"),
    [
        ("UPDATE events SET at = at + 1 WHERE seq = 5", 5),
        ("DELETE FROM events WHERE seq = 6", 6),
        ("DELETE FROM events WHERE seq > 7", 8),
        ("UPDATE events SET bytes = replace(bytes, 'section', 'sektion') WHERE seq = 9", 9),
    ],
)
def test_a_changed_journal_is_told_by_its_first_bad_event(
    taken: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    statement: str,
    event: int,
) -> None:
    config = _copy(taken, tmp_path)
    _change(config, (statement,))
    assert main(["verify", "--config", str(config)]) == 1
    assert f": event {event} " in capsys.readouterr().out


def test_a_session_that_is_gone_is_missed(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    _change(config, ("DELETE FROM events",))
    assert main(["verify", "--config", str(config)]) == 1
    assert "event 1 is missing" in capsys.readouterr().out


def test_what_was_cut_off_is_missed_by_the_papers_where_no_heads_are_left(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    (config.parent / "var" / "heads.jsonl").unlink()
    _change(config, ("DELETE FROM events WHERE seq > 7",))
    assert main(["verify", "--config", str(config)]) == 1
    assert "is not the sealed one" in capsys.readouterr().out


def test_without_signatures_it_says_what_was_not_proved(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    for name in ("signing.key.pub", "heads.jsonl"):
        (config.parent / "var" / name).unlink()
    assert main(["verify", "--config", str(config)]) == 0
    assert "nothing against signatures" in capsys.readouterr().out
