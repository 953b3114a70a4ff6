"""`cact verify` on a journal in a file: good as it is, and told what somebody did to it."""

from __future__ import annotations

import asyncio
import json
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
from cact_tui.signing import signing_key
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TERMINAL = Terminal(
    mode="screen", terminal="xterm", columns=80, rows=24, charset="utf8", colours="16"
)


async def _taken(config: Path, numbers: Sequence[str] = ("1",)) -> None:
    """Take tests in a sitting to their end, sign their heads, write the sitting's papers."""
    materials = read_event(config, Problems())
    assert materials is not None
    event = Event(config, materials)
    sitting = Sitting(id="s1", event="crash", date="2026-02-20", room="Aula", wave=1)
    people = [
        Registration(
            participant=f"p-{number}",
            event="crash",
            sitting="s1",
            number=number,
            name="A",
            position_group="pelaksana",
        )
        for number in numbers
    ]
    await event.store.append("", 0, SystemClock().wall_ms(), (), (sitting, *people))
    await event.sittings().open("s1", by="Sri")
    services = event.services(None, rehearsal=True, hall=True)
    mind = Mind(services.exam.plan, "1").answer
    for number in numbers:
        flow = ParticipantFlow(services, TERMINAL)
        await SimulatedParticipant(flow, mind, number=number, name="A", language="id").run()
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
    assert "1 sealed paper\n" in told


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


@pytest.mark.parametrize("whole", [True, False])
def test_a_line_of_heads_that_is_none_is_named_and_the_others_prove_all_the_same(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, whole: bool
) -> None:
    config = _copy(taken, tmp_path)
    heads = config.parent / "var" / "heads.jsonl"
    heads.write_text("nonsense\n" + heads.read_text())
    if not whole:
        _change(config, ("DELETE FROM events WHERE seq > 7",))
    code, told, _ = verified(config, capsys)
    assert code == 1
    assert "heads.jsonl: line 1 is no head signed by key" in told
    assert ("event 8 is missing" in told) is not whole


def test_many_lines_that_are_none_are_one_fault(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    (config.parent / "var" / "heads.jsonl").write_text("nonsense\n" * 7)
    code, told, _ = verified(config, capsys, "--json")
    assert code == 1
    (fault,) = json.loads(told)["heads"]
    assert "lines 1, 2, 3, 4, 5, ... are no head signed by key" in fault


def papers(config: Path) -> Path:
    """Return the folder of the papers."""
    return config.parent / "results" / "papers"


def verified(config: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """Return exit code, output and complaints of `cact verify`."""
    capsys.readouterr()
    code = main(["verify", "--config", str(config), *more])
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.mark.parametrize("ending", [".txt", ".pdf", ".json"])
def test_a_file_of_a_paper_that_was_edited_is_named(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    config = _copy(taken, tmp_path)
    file = papers(config) / f"s1.v1{ending}"
    file.write_bytes(file.read_bytes() + b"\n")
    code, told, _ = verified(config, capsys)
    assert code == 1
    assert f"s1.v1{ending}: the signature does not fit content and key" in told
    assert "1 fault" in told


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("s1.v1.txt.minisig", "s1.v1.txt is not signed"),
        ("s1.v1.pdf.minisig", "s1.v1.pdf is not signed"),
        ("s1.v1.json.minisig", "s1.v1.json is not signed"),
        ("s1.v1.pdf", "s1.v1.pdf is not there"),
        ("s1.v1.json", "s1.v1.txt: its s1.v1.json is not there"),
    ],
)
def test_a_file_of_a_paper_that_is_gone_is_named(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], gone: str, words: str
) -> None:
    config = _copy(taken, tmp_path)
    (papers(config) / gone).unlink()
    code, told, _ = verified(config, capsys)
    assert (code, words in told) == (1, True), told


def test_another_signed_paper_in_the_place_of_one_is_told(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    assert main(["sitting", "close", "s1", "--by", "Sri", "--config", str(config)]) == 0
    assert verified(config, capsys)[0] == 0
    for ending in (".pdf", ".pdf.minisig"):
        shutil.copyfile(papers(config) / f"s1.v2{ending}", papers(config) / f"s1.v1{ending}")
    code, told, _ = verified(config, capsys)
    assert code == 1
    assert "s1.v1.pdf was signed as another" in told
    assert "file:s1.v2.pdf" in told


def test_a_paper_whose_seal_is_not_in_the_log_is_named(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    _change(config, ("UPDATE sitting_log SET detail = 'x' WHERE act = 'sealed'",))
    code, told, _ = verified(config, capsys)
    assert code == 1
    assert "s1.v1.json: the log of sitting s1 has no seal with its root" in told


def test_papers_that_are_kept_elsewhere_are_said_and_are_no_fault(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    shutil.rmtree(papers(config))
    code, told, _ = verified(config, capsys)
    assert code == 0
    assert "papers of s1 were sealed and are not here" in told


def test_of_papers_of_format_1_the_json_is_proved_and_the_rest_said(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    key = signing_key(config.parent / "var" / "signing.key")
    file = papers(config) / "s1.v1.json"
    content = file.read_bytes().replace(b'"format": 2', b'"format": 1')
    file.write_bytes(content)
    root = json.loads(content)["root"]
    signature = key.sign_file(content, f"sitting:s1 root:{root}")
    file.with_name("s1.v1.json.minisig").write_text(signature)
    for name in ("s1.v1.txt.minisig", "s1.v1.pdf.minisig"):
        (papers(config) / name).unlink()
    code, told, _ = verified(config, capsys)
    assert code == 0
    assert "s1.v1.json: only this file of the paper was signed, text and PDF were not" in told
    file.write_bytes(content.replace(b'"format": 1', b'"format": 3'))
    code, told, _ = verified(config, capsys)
    assert (code, "of format 3, which a newer cact has" in told) == (1, True)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_journal_without_sessions_has_nothing_to_verify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    config = small_event(tmp_path / "event")
    assert main(["sitting", "list", "--config", str(config)]) == 0
    code, told, complaint = verified(config, capsys, *form)
    assert (code, told) == (1, "")
    assert "there is nothing to verify: the journal holds no session (" in complaint


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_session_that_does_not_exist_is_said(
    taken: Path, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    code, told, complaint = verified(taken, capsys, "--session", "K7QF-2MXX", *form)
    assert (code, told) == (1, "")
    assert "there is no session K7QF-2MXX in this journal" in complaint
    assert "cact sitting list" in complaint


def test_one_session_is_verified_by_its_reference_in_any_letters(
    taken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, told, _ = verified(taken, capsys, "--json")
    reference = json.loads(told)["sessions"][0]["session"]
    code, told, _ = verified(taken, capsys, "--session", reference.lower())
    assert code == 0
    assert "1 session, " in told
    assert "results are signed" not in told
