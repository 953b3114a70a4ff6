"""Every fault becomes a sentence and an exit code; a traceback only where it is asked for."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

from cact_tui.cli.console import Exit
from cact_tui.cli.diagnostics import DEBUG, guarded
from cact_tui.cli.main import COMMANDS, main
from cact_tui.errors import BadInput, Conflict, NotFound, Problem, StorageTrouble
from tests.config.small_event import edit, lay_out

if TYPE_CHECKING:
    from pathlib import Path

PROBLEM = Problem(path="config.toml", line=3, key="event.id", message="is missing", cure="add it")


def fault(error: BaseException) -> int:
    def run(_: argparse.Namespace) -> int:
        raise error

    return guarded(run, argparse.Namespace())


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (BadInput([PROBLEM]), Exit.BAD_INPUT, "config.toml:3: event.id: is missing (add it)"),
        (NotFound("there is no session X"), Exit.NO, "there is no session X"),
        (StorageTrouble("x.db", "full", "make room"), Exit.TROUBLE, "x.db: full (make room)"),
        (Conflict("K7QF", 1, 2), Exit.TROUBLE, "K7QF"),
        (KeyboardInterrupt(), Exit.TROUBLE, "interrupted"),
        (ValueError("secret-key-b1"), Exit.TROUBLE, "unexpected ValueError"),
    ],
)
def test_a_fault_is_said_in_words_with_its_exit_code(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fault(error) == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert "secret" not in said


def test_a_traceback_is_printed_only_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DEBUG, "1")
    assert fault(ValueError("x")) == Exit.TROUBLE
    assert "Traceback" in capsys.readouterr().err


def test_the_count_of_problems_is_said_in_good_english(capsys: pytest.CaptureFixture[str]) -> None:
    fault(BadInput([PROBLEM]))
    assert "1 error, 0 warnings" in capsys.readouterr().err


def test_the_help_names_every_command_with_its_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(f"{name}" in said and purpose[:40] in said for name, purpose in COMMANDS.items())


@pytest.mark.parametrize("given", [[], ["teke"], ["take", "--plain", "--rehearse"], ["replay"]])
def test_a_command_line_that_makes_no_sense_is_bad_input(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == Exit.BAD_INPUT
    assert "usage: cact" in capsys.readouterr().err


def test_check_prints_problems_as_json_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = edit(lay_out(tmp_path / "event"), ("minutes = 30", 'minutes = "30"'))
    assert main(["check", str(config), "--json"]) == Exit.BAD_INPUT
    problems = json.loads(capsys.readouterr().out)
    assert [one["key"] for one in problems if one["severity"] == "error"] == ["battery.minutes"]
    assert problems[0].keys() == {"path", "line", "key", "message", "cure", "severity"}


def test_check_says_when_nothing_is_wrong_and_repeats_warnings_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = lay_out(tmp_path / "event")
    for _ in range(2):
        assert main(["check", str(config)]) == Exit.GOOD
        assert "0 errors, 1 warning" in capsys.readouterr().err
    edit(config, ("k = 3", "k = 1"), ('"randomesque", k = 1', '"none"'))
    assert main(["check", str(config)]) == Exit.GOOD
    assert capsys.readouterr().out == "nothing wrong\n"


def test_a_key_file_is_checked_with_its_bank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = lay_out(tmp_path / "event").parent / "banks" / "small.key.toml"
    assert main(["check", str(key)]) == Exit.GOOD
    edit(key, ('correct = "b1"', 'correct = "b9"'))
    assert main(["check", str(key)]) == Exit.BAD_INPUT
    assert "b9" in capsys.readouterr().err


def test_a_broken_event_starts_nothing_and_makes_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = edit(lay_out(tmp_path / "event"), ("minutes = 30", "minutes = 0"), ('"mfi"', '"mfy"'))
    assert main(["take", "--rehearse", "--config", str(config)]) == Exit.BAD_INPUT
    said = capsys.readouterr().err
    assert "battery.minutes" in said
    assert "selector.rule" in said
    assert "2 errors" in said
    assert not (config.parent / "var" / "cact.db").exists()
    assert not (config.parent / "results").exists()


def test_a_hall_is_no_place_for_a_single_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cact_tui.cli.take._is_terminal", lambda: True)
    config = edit(lay_out(tmp_path / "event"), ('"self"', '"proctor"'))
    assert main(["take", "--config", str(config)]) == Exit.BAD_INPUT
    assert "policy.authorisation" in capsys.readouterr().err


def test_a_single_terminal_does_not_pass_over_a_pin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cact_tui.cli.take._is_terminal", lambda: True)
    config = edit(lay_out(tmp_path / "event"), ('= "self"', '= "self"\nsign_in = "pin"'))
    assert main(["take", "--config", str(config)]) == Exit.BAD_INPUT
    assert "policy.sign_in" in capsys.readouterr().err
