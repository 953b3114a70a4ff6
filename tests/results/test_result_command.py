from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.cli.console import Exit
from cact_tui.cli.results import register
from cact_tui.errors import BadInput
from cact_tui.results.build import build_result
from cact_tui.results.writing import write_result
from tests.results.samples import full, identity, sat

if TYPE_CHECKING:
    from pathlib import Path

RESULT = build_result(sat(full(), {"alpha": [1, 0] * 12}), full(), identity())


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    options = parser.parse_args(["results", *arguments])
    code: int = options.run(options)
    return code


def test_list_prints_a_line_for_each_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_result(tmp_path, RESULT)
    write_result(tmp_path, evolve(RESULT, reference="AAAA-0001"))
    assert run("list", "--results", str(tmp_path)) == Exit.GOOD
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.startswith("REFERENCE")
    assert first.startswith("AAAA-0001")
    assert second.split()[:5] == ["K7QF-2MXD", "1", "draft", "finished", "0231"]


def test_list_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_result(tmp_path, RESULT)
    assert run("list", "--results", str(tmp_path), "--json") == Exit.GOOD
    content = json.loads(capsys.readouterr().out)
    assert content["results"][0]["path"] == str(path)
    assert content["broken"] == []


def test_a_broken_file_is_named_and_the_answer_is_no(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_result(tmp_path, RESULT)
    (tmp_path / "AAAA-0001.v1.json").write_text("{", encoding="utf-8")
    assert run("list", "--results", str(tmp_path)) == Exit.NO
    captured = capsys.readouterr()
    assert "AAAA-0001.v1.json: it is not JSON" in captured.err
    assert "K7QF-2MXD" in captured.out


def test_a_missing_folder_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--results", str(tmp_path / "no")) == Exit.BAD_INPUT
    assert "there is no folder" in capsys.readouterr().err


def test_show_finds_a_reference_however_it_is_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_result(tmp_path, RESULT)
    assert run("show", "k7qf2mxd", "--results", str(tmp_path)) == Exit.GOOD
    assert "K7QF-2MXD, version 1, draft" in capsys.readouterr().out


def test_show_as_json_is_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_result(tmp_path, RESULT)
    assert run("show", "--results", str(tmp_path), "--json") == Exit.GOOD
    assert json.loads(capsys.readouterr().out) == json.loads(path.read_text(encoding="utf-8"))


def test_a_near_miss_is_a_no_with_a_guess(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_result(tmp_path, RESULT)
    assert run("show", "K7QF-2MXX", "--results", str(tmp_path)) == Exit.NO
    assert "did you mean K7QF-2MXD?" in capsys.readouterr().err


def test_show_without_a_reference_needs_exactly_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "--results", str(tmp_path)) == Exit.NO
    assert "there are 0 results" in capsys.readouterr().err


def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"config\.toml"):
        run("list", "--config", str(tmp_path / "config.toml"))


@pytest.mark.parametrize("arguments", [["--help"], ["list", "--help"], ["show", "--help"]])
def test_help_has_an_example(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 0
    assert "cact results show K7QF-2MXD" in capsys.readouterr().out
