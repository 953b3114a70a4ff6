"""Reading keys: what a sound key file becomes, and what is said of every kind of fault."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from cact_tui.banks.items import BankPurpose, ItemBank
from cact_tui.banks.key_reading import key_path, parse_keys, read_keys
from cact_tui.banks.keys import CorrectOptions, GradedOptions, NumericValue
from cact_tui.banks.reading import read_bank
from cact_tui.errors import Problems

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "key_problems.toml").read_text(encoding="utf-8")
)["case"]


def test_a_key_book_scores_every_form(key_text: str, bank: ItemBank) -> None:
    problems = Problems()
    book = parse_keys(key_text.encode(), "contoh.key.toml", bank, problems)
    assert not list(problems)
    assert book is not None
    assert book.keys == {
        "S-1": CorrectOptions(frozenset({"b2"})),
        "G-1": GradedOptions({"b1": 0, "b2": 1, "b3": 2}),
        "M-1": CorrectOptions(frozenset({"b1", "b3"})),
        "N-1": NumericValue(25.5, 0.0),
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_fault_is_named_with_file_line_key_and_cure(
    case: dict[str, Any], key_text: str, bank: ItemBank
) -> None:
    assert case["old"] in key_text
    problems = Problems()
    changed = key_text.replace(case["old"], case["new"], 1).encode()
    book = parse_keys(changed, "contoh.key.toml", bank, problems)
    assert [str(problem) for problem in problems] == case["problems"]
    assert (book is None) == bool(problems.errors)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_keys_that_others_may_read_are_an_error(
    mode: int, key_text: str, bank: ItemBank, tmp_path: Path
) -> None:
    path = tmp_path / "contoh.key.toml"
    path.write_text(key_text, encoding="utf-8")
    path.chmod(mode)
    problems = Problems()
    assert read_keys(path, evolve(bank, purpose=BankPurpose.OPERATIONAL), problems) is None
    text = f"{path}: others than its owner may read or change the key file (chmod 600 {path})"
    assert [str(problem) for problem in problems] == [text]


def test_keys_of_a_demonstration_may_be_read_with_a_warning(
    key_text: str, bank: ItemBank, tmp_path: Path
) -> None:
    path = tmp_path / "contoh.key.toml"
    path.write_text(key_text, encoding="utf-8")
    path.chmod(0o644)
    problems = Problems()
    assert read_keys(path, bank, problems, label="keys") is not None
    assert [str(problem) for problem in problems] == [
        f"keys: warning: others than its owner may read or change the key file (chmod 600 {path})"
    ]
    path.chmod(0o600)
    assert read_keys(path, bank, problems) is not None
    assert len(problems) == 1


def test_a_missing_key_file_is_an_error_but_not_for_practice(
    bank: ItemBank, tmp_path: Path
) -> None:
    problems = Problems()
    path = key_path(tmp_path / "contoh.toml")
    assert path.name == "contoh.key.toml"
    assert read_keys(path, bank, problems) is None
    assert [problem.message for problem in problems] == ["does not exist"]
    book = read_keys(path, evolve(bank, purpose=BankPurpose.PRACTICE), problems)
    assert book is not None
    assert not book.keys
    assert parse_keys(b"", "x", evolve(bank, purpose=BankPurpose.PRACTICE), problems) == book


def test_no_key_shows_in_a_repr(key_text: str, bank: ItemBank) -> None:
    book = parse_keys(key_text.encode(), "contoh.key.toml", bank, Problems())
    assert book is not None
    assert repr(book) == "KeyBook(bank='contoh')"
    assert "b2" not in repr(book.keys["S-1"])


def test_the_shipped_keys_are_sound() -> None:
    folder = Path(__file__).parents[2] / "item_banks"
    for path in sorted(folder.glob("*.toml")):
        if not path.name.endswith(".key.toml"):
            bank = read_bank(path, Problems())
            assert bank is not None
            problems = Problems()
            read_keys(key_path(path), bank, problems)
            assert not problems.errors, [str(problem) for problem in problems]
