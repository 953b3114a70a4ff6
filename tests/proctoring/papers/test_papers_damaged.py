"""A test that is not what was written keeps nobody from papers and results."""

from __future__ import annotations

import asyncio
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from cact_tui.cli.main import main
from cact_tui.proctoring.papers.merkle import sitting_root
from cact_tui.proctoring.papers.minutes import Minutes, gather
from cact_tui.proctoring.papers.text import minutes_text
from tests.crash.event import small_event
from tests.proctoring.papers.test_papers_head_keeping import OTHER, tamper, two
from tests.proctoring.papers.test_papers_minutes import EVENT
from tests.proctoring.papers.test_papers_verify_command import _change, _copy, _taken
from tests.proctoring.room import BY
from tests.proctoring.test_proctoring_acts import SESSION

if TYPE_CHECKING:
    from pathlib import Path


async def with_a_damaged_test() -> tuple[Minutes, int, str]:
    """Return minutes, the event that was changed, and the digest of the other test's last one."""
    room, seat = await two()
    await seat.answer()
    for session in (SESSION, OTHER):
        await room.acts.terminate(session, by=BY, reason="illness")
    last = len(await room.elsewhere.read(SESSION))
    sound = await room.elsewhere.read(OTHER)
    await room.sittings.close("s1", by="Kepala")
    tamper(room, SESSION)
    sitting, now = await room.sittings.get("s1"), room.hall.clock.wall_ms()
    minutes = await gather(room.elsewhere, EVENT, sitting, at=now, by="Kepala")
    assert minutes.root == sitting_root([(OTHER, len(sound), sound[-1].digest)])
    return minutes, last, sound[-1].digest


async def test_the_damaged_test_is_named_and_the_other_is_told_and_sealed() -> None:
    minutes, last, digest = await with_a_damaged_test()
    (damaged,) = minutes.damaged
    assert (damaged.number, damaged.session, damaged.seq) == ("0231", SESSION, last)
    told = {one.number: (one.status, one.session) for one in minutes.attendance}
    assert told == {"0231": ("damaged", SESSION), "0243": ("terminated", OTHER)}
    assert [one.identification for one in minutes.attendance] == ["", "pending"]
    assert [one.digest for one in minutes.heads] == [digest]
    assert minutes.absent == ()


async def test_both_languages_tell_which_event_it_is_and_what_to_do() -> None:
    minutes, last, _digest = await with_a_damaged_test()
    indonesian, english = minutes_text(minutes).split("=" * 90)
    assert f"test {SESSION}: event {last} is not what was written" in english
    assert "Restore them from the second copy" in english
    assert f"tes {SESSION}: kejadian {last} tidak sama dengan yang ditulis" in indonesian
    assert "rusak" in indonesian


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = small_event(tmp_path_factory.mktemp("damaged") / "event")
    asyncio.run(_taken(config, ("1", "2")))
    return config


def damage(config: Path) -> None:
    """Change the ninth event of the test of number 1."""
    whose = "(SELECT session FROM sessions WHERE participant = 'p-1')"
    change = "UPDATE events SET bytes = replace(bytes, 'a', 'b')"
    _change(config, (f"{change} WHERE seq = 9 AND session = {whose}",))


def test_a_sitting_with_a_damaged_test_is_closed_and_whose_it_is_goes_to_the_terminal(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    results = config.parent / "results"
    for result in results.glob("*.json*"):
        result.unlink()
    damage(config)
    capsys.readouterr()
    assert main(["sitting", "close", "s1", "--by", "Sri", "--config", str(config)]) == 1
    told = capsys.readouterr()
    assert told.out == "s1: closed\n"
    assert "1  test " in told.err
    assert "event 9 was changed" in told.err
    assert "restore it from the second copy" in told.err
    assert (results / "papers" / "s1.v2.json").exists()
    (other,) = (json.loads(path.read_text()) for path in results.glob("*.json"))
    assert other["participant"]["number"] == "2"


def test_once_it_is_restored_the_next_papers_tell_and_seal_it(
    taken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _copy(taken, tmp_path)
    sound = tmp_path / "sound.db"
    shutil.copy(config.parent / "var" / "cact.db", sound)
    damage(config)
    close = ["sitting", "close", "s1", "--by", "Sri", "--config", str(config)]
    assert main(close) == 1
    shutil.copy(sound, config.parent / "var" / "cact.db")
    assert main(close) == 0
    capsys.readouterr()
    papers = config.parent / "results" / "papers"
    first, third = (papers / f"s1.v{version}.txt" for version in (1, 3))
    roots = [path.read_text().split("RFC 6962):\n")[1][:64] for path in (first, third)]
    assert roots[0] == roots[1]
