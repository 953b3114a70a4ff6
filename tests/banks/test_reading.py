"""Reading banks: what a sound bank becomes, and what is said of every kind of fault."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from cact_tui.banks.bank_checks import check_banks
from cact_tui.banks.items import BankPurpose, Entry, Form, ItemBank, ItemStatus, Parameters
from cact_tui.banks.reading import parse_bank, read_bank
from cact_tui.errors import Problems

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "bank_problems.toml").read_text(encoding="utf-8")
)["case"]


def said(data: str | bytes) -> list[str]:
    problems = Problems()
    data = data.encode() if isinstance(data, str) else data
    bank = parse_bank(data, "contoh.toml", problems)
    assert (bank is None) == bool(problems.errors)
    return [str(problem) for problem in problems]


def sound(text: str) -> ItemBank:
    bank = parse_bank(text.encode(), "contoh.toml", Problems())
    assert bank is not None
    return bank


def test_a_bank_holds_its_items_in_ascending_order(bank: ItemBank) -> None:
    assert list(bank.items) == ["G-1", "M-1", "N-1", "S-1", "T-1"]
    assert bank.purpose is BankPurpose.DEMONSTRATION
    assert bank.stimuli["kasus-01"].text["id"] == "Sebuah kasus.\n\nParagraf kedua."
    item = bank.items["S-1"]
    assert (item.form, item.status) == (Form.SINGLE_CHOICE, ItemStatus.OPERATIONAL)
    assert item.option_ids == ("b1", "b2", "b3")
    assert item.tags == {"aspect": "aman", "level": "2"}
    assert item.parameters == Parameters("3PL", {"a": 1.12, "b": -0.4, "c": 0.2})


def test_the_forms_keep_what_is_theirs(bank: ItemBank) -> None:
    assert bank.items["T-1"].option_ids == ("t", "f")
    assert not bank.items["T-1"].shuffle
    assert bank.items["M-1"].choose == 2
    assert bank.items["N-1"].entry == Entry({"id": "orang", "en": "people"}, 1)
    graded = bank.items["G-1"]
    assert graded.parameters == Parameters("GPCM", {"a": 0.8, "b": (-0.5, 0.5)}, 2)
    assert graded.provenance is not None
    assert graded.provenance.date == "2026-03-01"
    assert graded.provenance.se == {"a": 0.1, "b": (0.1, 0.2)}


def test_a_numeric_item_without_entry_takes_whole_numbers(bank_text: str) -> None:
    line = 'entry = { unit = { id = "orang", en = "people" }, decimals = 1 }\n'
    assert sound(bank_text.replace(line, "")).items["N-1"].entry == Entry({}, 0)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_fault_is_named_with_file_line_key_and_cure(case: dict[str, Any], bank_text: str) -> None:
    assert case["old"] in bank_text
    assert said(bank_text.replace(case["old"], case["new"], 1)) == case["problems"]


def test_a_practice_bank_needs_no_parameters(bank_text: str) -> None:
    head, _, rest = bank_text.partition("[[item]]")
    item, _, _ = rest.partition("[item.parameters]")
    text = (head + "[[item]]" + item).replace("demonstration", "practice")
    practice = sound(text.replace('enemies = ["G-1"]\n', ""))
    assert practice.items["S-1"].parameters is None
    assert practice.items["S-1"].provenance is None


def test_windows_line_ends_change_nothing(bank_text: str, bank: ItemBank) -> None:
    assert sound(bank_text.replace("\n", "\r\n")) == bank


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('en = "Which?"', 'en = "Which one?"'),
        ("a = 1.12", "a = 1.13"),
        ('en = "Two"', 'en = "Two."'),
        ("expected_seconds = 45", "expected_seconds = 45\nshuffle = false"),
    ],
)
def test_the_digest_changes_with_the_content(
    old: str, new: str, bank_text: str, bank: ItemBank
) -> None:
    changed = sound(bank_text.replace(old, new, 1)).items["S-1"]
    assert changed.digest != bank.items["S-1"].digest


def test_the_digest_changes_with_the_text_of_the_stimulus(bank_text: str, bank: ItemBank) -> None:
    changed = sound(bank_text.replace("A case.", "The case."))
    assert changed.items["G-1"].digest != bank.items["G-1"].digest
    assert changed.items["S-1"].digest == bank.items["S-1"].digest


def test_the_digest_stays_when_only_the_administration_changes(
    bank_text: str, bank: ItemBank
) -> None:
    text = bank_text.replace('status = "operational"', 'status = "suspended"')
    changed = sound(text.replace("expected_seconds = 45", "expected_seconds = 50"))
    assert changed.items["S-1"].digest == bank.items["S-1"].digest


def test_the_digest_is_that_of_the_canonical_json(bank: ItemBank) -> None:
    item, case = bank.items["G-1"], bank.stimuli["kasus-01"]
    assert item.parameters is not None
    content = {
        "id": "G-1",
        "version": item.version,
        "scale": item.scale,
        "form": "graded_choice",
        "stem": item.stem,
        "options": [[option.id, option.text] for option in item.options],
        "shuffle": item.shuffle,
        "choose": 1,
        "entry": None,
        "parameters": ["GPCM", item.parameters.values],
        "stimulus": [case.id, case.title, case.text],
    }
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert item.digest == hashlib.sha256(plain.encode()).hexdigest()


def test_a_digest_that_is_given_stands(bank: ItemBank) -> None:
    item = bank.items["S-1"]
    assert evolve(item, digest="0" * 64).digest == "0" * 64
    assert evolve(item, version=item.version + 1).digest != item.digest


def test_the_digest_never_changes_between_releases(bank: ItemBank) -> None:
    assert (
        bank.items["T-1"].digest
        == "5a31615acaabcb4d4b192be3e777164f1fc704b9e00852f3c71a49cd0db531b1"
    )


def test_a_file_is_named_by_its_path_or_label(tmp_path: Path) -> None:
    problems = Problems()
    missing = tmp_path / "none.toml"
    assert read_bank(missing, problems) is None
    assert read_bank(missing, problems, label="bank") is None
    cure = "does not exist (create it, or correct the path)"
    assert [str(problem) for problem in problems] == [f"{missing}: {cure}", f"bank: {cure}"]


def test_banks_of_one_event_share_no_id_and_keep_one_metric_per_scale(bank: ItemBank) -> None:
    other = evolve(bank, id="lain", metric="lain-2026", items={"S-1": bank.items["S-1"]})
    third = evolve(bank, D=1.702, scales={}, items={})
    found = check_banks({"a.toml": bank, "b.toml": other, "c.toml": third})
    assert [str(problem) for problem in found] == [
        "b.toml: item S-1: stands in a.toml too (give each item its own id)",
        "c.toml: bank.id: is the id of the bank in a.toml too (give each bank its own id)",
        (
            "b.toml: bank.metric: scale skala is on lain-2026, but in a.toml c-2026"
            " (link them, or split the scale)"
        ),
    ]


def test_one_scale_keeps_one_scaling_constant(bank: ItemBank) -> None:
    other = evolve(bank, id="lain", D=1.702, items={})
    (problem,) = check_banks({"a.toml": bank, "b.toml": other})
    assert str(problem) == (
        "b.toml: bank.D: scale skala has D 1.702, but in a.toml 1.0 (convert the slopes to one D)"
    )


def test_the_shipped_banks_are_sound() -> None:
    folder = Path(__file__).parents[2] / "item_banks"
    for path in sorted(folder.glob("*.toml")):
        if not path.name.endswith(".key.toml"):
            problems = Problems()
            assert read_bank(path, problems) is not None, [str(problem) for problem in problems]
