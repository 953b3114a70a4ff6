"""The command line as its user meets it: words, exit codes, never a traceback."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a simulated participant took the demonstration."""
    folder = tmp_path_factory.mktemp("event")
    shutil.copytree(REPOSITORY / "item_banks", folder / "item_banks")
    shutil.copy(REPOSITORY / "config.toml", folder)
    for key in folder.glob("item_banks/*.key.toml"):
        key.chmod(0o600)
    done = cact(folder, "take", "--rehearse", "--seed", "7")
    assert done.returncode == 0, done.stderr
    return folder


def cact(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `cact` without a terminal."""
    command = [sys.executable, "-m", "cact_tui", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def reference(folder: Path) -> str:
    """Return the reference of the one result."""
    (path,) = folder.glob("results/*.v1.json")
    return path.name.partition(".")[0]


@pytest.mark.parametrize("command", ["take", "check", "results", "replay"])
def test_each_command_explains_itself_with_an_example(command: str, tmp_path: Path) -> None:
    done = cact(tmp_path, command, "--help")
    assert done.returncode == 0
    assert f"cact {command}" in done.stdout.lower().split("example", 1)[1]


def test_an_unknown_command_is_bad_input(tmp_path: Path) -> None:
    assert cact(tmp_path, "teke").returncode == 2


def test_without_a_terminal_take_says_so_and_offers_a_rehearsal(rehearsed: Path) -> None:
    done = cact(rehearsed, "take")
    assert done.returncode == 3
    assert "no terminal" in done.stderr
    assert "cact take --rehearse" in done.stderr


def test_options_of_a_rehearsal_are_refused_without_one(rehearsed: Path) -> None:
    done = cact(rehearsed, "take", "--theta", "1.0")
    assert done.returncode == 2
    assert "--rehearse" in done.stderr


def test_a_broken_configuration_never_starts_a_test(rehearsed: Path) -> None:
    (rehearsed / "broken.toml").write_text("format = 1\n[event]\nid = 5\n")
    done = cact(rehearsed, "take", "--rehearse", "--config", "broken.toml")
    assert done.returncode == 2
    assert "broken.toml:3: event.id:" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_is_good_for_the_demonstration_and_says_its_problems_as_json(
    rehearsed: Path,
) -> None:
    done = cact(rehearsed, "check", "--json")
    assert done.returncode == 0
    assert {one["severity"] for one in json.loads(done.stdout)} <= {"warning"}


def test_check_names_a_file_that_is_not_there(rehearsed: Path) -> None:
    done = cact(rehearsed, "check", "nowhere.toml")
    assert done.returncode == 2
    assert "nowhere.toml" in done.stderr


def test_check_takes_a_single_bank_with_its_keys(rehearsed: Path) -> None:
    assert cact(rehearsed, "check", "item_banks/literasi_digital.toml").returncode == 0


def test_a_rehearsal_is_listed_shown_and_proved(rehearsed: Path) -> None:
    name = reference(rehearsed)
    assert name in cact(rehearsed, "results", "list").stdout
    assert "UJI COBA" in cact(rehearsed, "results", "show", name.lower().replace("-", "")).stdout
    proved = cact(rehearsed, "replay", name)
    assert proved.returncode == 0
    assert "all agree" in proved.stdout


def test_the_same_seed_gives_the_same_items(rehearsed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(rehearsed / "item_banks", again / "item_banks")
    shutil.copy(rehearsed / "config.toml", again)
    assert cact(again, "take", "--rehearse", "--seed", "7").returncode == 0

    def given(folder: Path) -> list[list[object]]:
        (path,) = folder.glob("results/*.v1.json")
        sections = json.loads(path.read_text())["sections"]
        return [[item["id"], item["given"]] for one in sections for item in one["items"]]

    assert given(again) == given(rehearsed)


def test_an_edited_result_file_is_found_by_replay(rehearsed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(rehearsed, copy)
    (path,) = copy.glob("results/*.v1.json")
    content = json.loads(path.read_text())
    content["sections"][0]["estimates"]["final"]["theta"] += 0.5
    path.write_text(json.dumps(content))
    done = cact(copy, "replay", reference(copy))
    assert done.returncode == 1
    assert "sections[0].estimates.final.theta" in done.stderr


def test_an_edited_journal_names_its_first_bad_event(rehearsed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(rehearsed, copy)
    database = sqlite3.connect(copy / "var" / "cact.db")
    with database:
        database.execute(
            "UPDATE events SET bytes = replace(bytes, '\"category\":1', '\"category\":0') "
            "WHERE seq = (SELECT min(seq) FROM events WHERE type = 'ResponseGiven'"
            " AND instr(bytes, '\"category\":1') > 0)"
        )
        (seq,) = database.execute(
            "SELECT min(seq) FROM events WHERE type = 'ResponseGiven'"
            " AND instr(bytes, '\"category\":0') > 0 AND typeof(bytes) = 'text'"
        ).fetchone()
    database.close()
    done = cact(copy, "replay", reference(copy))
    assert done.returncode != 0
    assert f"event {seq}" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_reference_is_said(rehearsed: Path) -> None:
    done = cact(rehearsed, "replay", "ZZZZ-ZZZZ")
    assert done.returncode == 1
    assert "no session ZZZZ-ZZZZ" in done.stderr
