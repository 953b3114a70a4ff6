"""Estimates in a bank: they are written where they belong, and nothing else moves."""

from __future__ import annotations

import os
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

import pytest
import tomli
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.banks import writing
from cact_tui.banks.items import ItemBank, Parameters, Provenance
from cact_tui.banks.reading import parse_bank
from cact_tui.banks.writing import EstimatedItem, with_estimates, write_estimates
from cact_tui.errors import BadInput, Problem, Problems, StorageTrouble

if TYPE_CHECKING:
    from pathlib import Path

PROVENANCE = Provenance(
    method="mml",
    n=812,
    date="2026-03-01",
    software="cact 0.1.0",
    sample="pilot.csv: 900 people",
    rule="Marginal maximum likelihood.",
    se={"a": 0.123456, "b": 0.05},
)
NEW: dict[str, Parameters] = {
    "G-1": Parameters("GPCM", {"a": 0.91234, "b": (-0.75, 0.33333)}, 2),
    "M-1": Parameters("2PL", {"a": 1.25, "b": -0.00001}),
    "N-1": Parameters("1PL", {"b": 0.5}),
}


def estimate(item_id: str) -> EstimatedItem:
    parameters = NEW[item_id]
    errors = {key: value for key, value in PROVENANCE.se.items() if key in parameters.values}
    if item_id == "G-1":
        errors["b"] = (0.1, 0.2)
    return EstimatedItem(
        id=item_id, parameters=parameters, provenance=evolve(PROVENANCE, se=errors)
    )


def written(text: str, *items: str) -> str:
    return with_estimates(
        text.encode(), "b.toml", {item: estimate(item) for item in items}
    ).decode()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def checked(text: str) -> ItemBank:
    problems = Problems()
    bank = parse_bank(text.encode(), "b.toml", problems)
    assert not problems.errors, list(problems)
    assert bank is not None
    return bank


def changes(before: str, after: str) -> list[str]:
    """Return the lines that were taken out and put in."""
    lines = unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def test_parameters_and_provenance_are_read_back_as_estimated(bank_text: str) -> None:
    item = checked(written(bank_text, "G-1", "M-1")).items["G-1"]
    assert item.parameters is not None
    assert item.parameters.values == {"a": 0.9123, "b": (-0.75, 0.3333)}
    assert item.provenance == evolve(PROVENANCE, se={"a": 0.1235, "b": (0.1, 0.2)})


def test_only_the_lines_of_the_parameters_and_provenance_change(bank_text: str) -> None:
    assert changes(bank_text, written(bank_text, "M-1")) == [
        "-a = 1",
        "-b = 0",
        "+a = 1.25",
        "+b = 0.0",
        '-method = "assumed"',
        '-rule = "spread over the scale"',
        '+method = "mml"',
        '+rule = "Marginal maximum likelihood."',
        "+n = 812",
        "+date = 2026-03-01",
        '+software = "cact 0.1.0"',
        '+sample = "pilot.csv: 900 people"',
        "+se = { a = 0.1235, b = 0.05 }",
    ]


def test_writing_again_changes_nothing(bank_text: str) -> None:
    once = written(bank_text, "G-1", "M-1", "N-1")
    assert written(once, "G-1", "M-1", "N-1") == once


@settings(max_examples=15)
@given(order=st.permutations(list(NEW)))
def test_the_order_of_writing_does_not_matter(bank_text: str, order: list[str]) -> None:
    step_by_step = bank_text
    for item in order:
        step_by_step = written(step_by_step, item)
    assert step_by_step == written(bank_text, *NEW)


def test_comments_stay_where_they_are(bank_text: str) -> None:
    commented = bank_text.replace(
        'model = "2PL"\na = 1\nb = 0\n',
        '# The slope is a guess.\nmodel = "2PL" # two\na = 1   # a # comment\nb = 0\n# the end\n',
    ).replace("[[item]]\n", "# The next item.\n[[item]] # an item\n")
    after = written(commented, "M-1")
    for comment in ("# The slope is a guess.", "# two", "a = 1.25   # a # comment", "# the end"):
        assert comment in after
    assert after.count("# The next item.") == commented.count("# The next item.")
    assert after.index("se = {") < after.rindex("# The next item.")
    checked(after)


def test_a_comment_on_a_key_that_goes_is_kept(bank_text: str) -> None:
    commented = bank_text.replace(
        'model = "2PL"\na = 1\nb = 0\n', 'model = "3PL"\na = 1\nb = 0\nc = 0.2 # of five\n'
    )
    assert "# of five\n" in written(commented, "M-1")


INLINE = """\
parameters = { model = "2PL", a = 1, b = 0 }
provenance = { method = "assumed", rule = "x # y" }
"""
DOTTED = """\
parameters.model = "2PL"
parameters.a = 1
parameters.b = 0
provenance.method = "assumed"
provenance.rule = "x"
"""
QUOTED = """\
["item"."parameters"]
model = '2PL'
a = +1
b = 0e0
[item . provenance]
method = "assumed"
rule = "x"
"""


@pytest.mark.parametrize("spelling", [INLINE, DOTTED, QUOTED])
def test_every_spelling_of_a_table_can_be_edited(bank_text: str, spelling: str) -> None:
    before, rest = bank_text.split('[item.parameters]\nmodel = "2PL"\na = 1\nb = 0\n')
    _, after = rest.split('rule = "spread over the scale"\n', 1)
    place = len(before)
    if spelling is not QUOTED:  # keys of the item itself stand before its first table
        place = before.index("\n[", before.index('id = "M-1"')) + 1
    text = before[:place] + spelling + before[place:] + after
    item = checked(written(text, "M-1")).items["M-1"]
    assert item.parameters is not None
    assert item.parameters.values == {"a": 1.25, "b": 0.0}
    assert item.provenance is not None
    assert item.provenance.n == 812


def test_windows_line_ends_stay(bank_text: str) -> None:
    windows = bank_text.replace("\n", "\r\n")
    after = written(windows, "G-1", "N-1")
    assert after == written(bank_text, "G-1", "N-1").replace("\n", "\r\n")


def test_a_file_without_a_last_line_end_can_be_edited(bank_text: str) -> None:
    cut = bank_text.rstrip("\n")
    last = 'id = "T-1"'
    assert last in cut
    estimates = {"T-1": evolve(estimate("N-1"), id="T-1")}
    for text in (cut, cut.replace("\n", "\r\n")):
        after = with_estimates(text.encode(), "b.toml", estimates)
        assert tomli.loads(after.decode())["item"][-1]["parameters"]["b"] == 0.5


def test_characters_that_only_look_like_line_ends_do_no_harm(bank_text: str) -> None:
    odd = bank_text.replace("Sebuah kasus.", "Sebuah\u2028kasus\u0085.")
    after = written(odd, "N-1")
    assert "Sebuah\u2028kasus\u0085." in after
    assert tomli.loads(after)["item"][3]["parameters"] == {"model": "1PL", "b": 0.5}


def test_an_item_that_is_not_there_is_refused(bank_text: str) -> None:
    with pytest.raises(BadInput, match=r"b\.toml: item X-1: stands in no \[\[item\]\]"):
        with_estimates(bank_text.encode(), "b.toml", {"X-1": evolve(estimate("N-1"), id="X-1")})


def test_an_item_whose_tables_are_scattered_is_refused_with_its_line(bank_text: str) -> None:
    head = '[item.parameters]\nmodel = "2PL"\na = 1\n'
    scattered = bank_text.replace(head, f"[elsewhere]\n{head}")
    line = scattered[: scattered.index('id = "M-1"')].count("\n")
    with pytest.raises(BadInput, match=rf"b\.toml:{line}: item M-1: cannot be edited in place"):
        written(scattered, "M-1")


def test_an_edit_that_would_touch_more_is_refused(
    bank_text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clumsy(lines: list[str], *_: Any) -> list[str]:
        return [line for line in lines if "expected_seconds" not in line]

    monkeypatch.setattr(writing, "_edited", clumsy)
    with pytest.raises(BadInput, match="would lose a value or a comment"):
        written(bank_text, "M-1")


@pytest.fixture
def bank_file(tmp_path: Path, bank_text: str) -> Path:
    path = tmp_path / "contoh.toml"
    path.write_text(bank_text, encoding="utf-8")
    path.chmod(0o640)
    return path


def test_a_bank_is_replaced_whole_with_its_mode(bank_file: Path) -> None:
    data = bank_file.read_bytes()
    write_estimates(bank_file, data, {"G-1": estimate("G-1")})
    assert bank_file.read_text() == written(data.decode(), "G-1")
    assert bank_file.stat().st_mode & 0o777 == 0o640
    assert names_in(bank_file.parent) == ["contoh.toml"]


def test_a_link_to_a_bank_stays_a_link(bank_file: Path) -> None:
    link = bank_file.with_name("link.toml")
    link.symlink_to(bank_file)
    write_estimates(link, bank_file.read_bytes(), {"G-1": estimate("G-1")})
    assert link.is_symlink()
    assert b"0.9123" in bank_file.read_bytes()


def refused_and_untouched(path: Path, what: str, *arguments: Any) -> None:
    before = path.read_bytes()
    with pytest.raises((BadInput, StorageTrouble), match=what):
        write_estimates(path, *arguments)
    assert path.read_bytes() == before
    assert names_in(path.parent) == [path.name]


def test_a_bank_that_would_not_check_is_not_left(bank_file: Path) -> None:
    bad = Parameters("2PL", {"a": -0.5, "b": 0.0})
    estimates = {"M-1": evolve(estimate("M-1"), parameters=bad)}
    refused_and_untouched(bank_file, "item M-1 parameters.a", bank_file.read_bytes(), estimates)


def test_a_further_check_may_refuse_too(bank_file: Path) -> None:
    def never(_bank: ItemBank, problems: Problems) -> None:
        problems.add(Problem(path="k.toml", key="key", message="no longer fits", cure="look"))

    estimates = {"M-1": estimate("M-1")}
    refused_and_untouched(bank_file, "no longer fits", bank_file.read_bytes(), estimates, never)


def test_a_bank_that_was_changed_meanwhile_is_left_alone(bank_file: Path) -> None:
    read = bank_file.read_bytes()
    bank_file.write_bytes(read + b"# a new remark\n")
    refused_and_untouched(bank_file, "changed meanwhile", read, {"M-1": estimate("M-1")})


def test_a_full_disk_leaves_the_bank_as_it_was(
    bank_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = bank_file.read_bytes()
    with pytest.raises(StorageTrouble, match="No space left"):
        write_estimates(bank_file, before, {"M-1": estimate("M-1")})
    assert bank_file.read_bytes() == before
    assert names_in(bank_file.parent) == [bank_file.name]
