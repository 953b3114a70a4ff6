"""Standards: cut points, position groups, categories; and their agreement with banks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.banks.standard_reading import (
    parse_category_sets,
    parse_position_standards,
    parse_standard_setting,
    read_category_sets,
    read_position_standards,
    read_standard_setting,
)
from cact_tui.banks.standards import check_standards
from cact_tui.errors import Problems
from cact_tui.toml_source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.banks.items import ItemBank

SETTING = """\
format = 1
scale = "skala"
metric = "c-2026"
lowest_level = 1
cuts = [{ at = -0.5, se = 0.1 }, { at = 0.5, se = 0.1 }]
method = "bookmark"
panel = 12
date = 2026-03-01
approver = "Kepala BKN"
level = [
  { number = 1, name = { id = "Paham", en = "Aware" } },
  { number = 2, name = { id = "Dasar", en = "Basic" } },
  { number = 3, name = { id = "Menengah", en = "Intermediate" } },
]
"""

POSITIONS = """\
format = 1
evidence = "set"
full_set = ["skala", "lain"]
[[group]]
id = "jf"
name = { id = "Jabatan Fungsional", en = "Functional" }
standard = { skala = 3, lain = 2 }
"""

CATEGORIES = """\
format = 1
minimum_probability = 0.8
cap_overachievement = true
[[set]]
id = "mapping"
bands = [
  { at_least = 90, name = { id = "Optimal", en = "Optimal" } },
  { at_least = 0, name = { id = "Kurang", en = "Less" } },
]
"""


def read(parse: Callable[[Source], object], text: str) -> tuple[object, list[str]]:
    problems = Problems()
    source = Source.parse(text.encode(), "s.toml", problems)
    assert source is not None
    return parse(source), [str(problem) for problem in problems]


def test_a_standard_setting_turns_theta_into_levels() -> None:
    problems = Problems()
    source = Source.parse(SETTING.encode(), "s.toml", problems)
    assert source is not None
    setting = parse_standard_setting(source)
    assert setting is not None
    assert [setting.level(theta) for theta in (-1, -0.5, 0, 0.5, 2)] == [1, 2, 2, 3, 3]
    assert setting.highest_level == 3
    assert setting.levels[3]["en"] == "Intermediate"
    assert setting.digest == source.digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at = 0.5", "at = -0.5", "cuts[1].at: -0.5 is not above the cut before, -0.5"),
        ("number = 3", "number = 4", "level[2].number: is 4, but the cuts make the levels 1 to 3"),
        ("number = 3", "number = 2", "level[2].number: level 2 is named twice"),
        ("panel = 12", "panel = 0", "panel: 0 is not a whole number from 1 to 10000"),
        ("lowest_level = 1", "lowest_level = 2", "lowest_level: 2 is not a whole number from 0"),
        ('"bookmark"', '"bookmarks"', 'method: "bookmarks" is none of assumed, bookmark, angoff'),
        ('"Kepala BKN"', '""', "approver: is empty (write a text)"),
        ("2026-03-01", "2026", "date: 2026 is not a date"),
        ("cuts = [", "cuts = []\ncut = [", "cuts: is empty (add [[cuts]])"),
        ("se = 0.1 }]", "se = -0.1 }]", "cuts[1].se: -0.1 is not a number from 0 to 10"),
        ('en = "Aware"', 'English = "Aware"', 'level[0].name: "English" is no language code'),
    ],
)
def test_a_faulty_standard_setting_is_refused(old: str, new: str, said: str) -> None:
    setting, problems = read(parse_standard_setting, SETTING.replace(old, new, 1))
    assert setting is None
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("s.toml:") for problem in problems)


def test_an_assumed_standard_needs_neither_panel_nor_approver() -> None:
    text = SETTING.replace("bookmark", "assumed").replace("panel = 12", "panel = 0")
    setting, problems = read(parse_standard_setting, text.replace("Kepala BKN", ""))
    assert setting is not None
    assert not problems


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("skala = 3, lain = 2", "skala = 3", "group jf standard.lain: is missing"),
        ("lain = 2", "lain = 2, x = 1", "group jf standard.x: is not a known key"),
        ("skala = 3", "skala = 10", "group jf standard.skala: 10 is not a whole number"),
        ('evidence = "set"', "", "evidence: is missing"),
        ('"lain"]', '"skala"]', 'full_set[1]: "skala" is given twice (remove one)'),
        ("[[group]]", "[group]", "group: a table is not an array of tables (write [[group]])"),
    ],
)
def test_faulty_position_standards_are_refused(old: str, new: str, said: str) -> None:
    standards, problems = read(parse_position_standards, POSITIONS.replace(old, new, 1))
    assert standards is None
    assert any(said in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_least = 90", "at_least = 0", "set mapping bands[1]: 0 is not below the band before"),
        ("at_least = 0", "at_least = 5", "set mapping bands: the last band does not begin at 0"),
        ("0.8", "0.4", "minimum_probability: 0.4 is not a number from 0.5 to 1"),
        ("true", "1", "cap_overachievement: 1 is neither true nor false"),
        ('id = "Kurang", en = "Less"', "", "set mapping bands[1].name: is empty"),
    ],
)
def test_faulty_categories_are_refused(old: str, new: str, said: str) -> None:
    sets, problems = read(parse_category_sets, CATEGORIES.replace(old, new, 1))
    assert sets is None
    assert any(said in problem for problem in problems), problems


def test_a_match_falls_into_the_first_band_it_reaches() -> None:
    source = Source.parse(CATEGORIES.encode(), "s.toml", Problems())
    assert source is not None
    sets = parse_category_sets(source)
    assert sets is not None
    mapping = sets.sets["mapping"]
    assert [mapping.band(match).name["en"] for match in (100, 90, 89.9, 0)] == [
        "Optimal",
        "Optimal",
        "Less",
        "Less",
    ]


def test_standards_and_banks_must_agree(bank: ItemBank) -> None:
    source = Source.parse(SETTING.encode(), "s.toml", Problems())
    positions_source = Source.parse(POSITIONS.encode(), "p.toml", Problems())
    assert source is not None
    assert positions_source is not None
    setting = parse_standard_setting(source)
    positions = parse_position_standards(positions_source)
    assert setting is not None
    assert positions is not None
    assert check_standards({"b.toml": bank}, {"s.toml": setting}, {"p.toml": positions}) == ()
    other = evolve(setting, metric="d-2026", cuts=setting.cuts[:1])
    found = check_standards(
        {"b.toml": bank}, {"s.toml": setting, "t.toml": other}, {"p.toml": positions}
    )
    assert [str(problem) for problem in found] == [
        (
            "t.toml: metric: is d-2026, but the bank b.toml is on c-2026"
            " (set the standard on the bank's metric)"
        ),
        "t.toml: scale: the scale skala has a standard in s.toml too (keep one of the files)",
        (
            "p.toml: group jf standard.skala: requires level 3, above the highest of the scale's"
            " levels (write at most 2)"
        ),
    ]


def test_the_shipped_standards_are_sound() -> None:
    folder = Path(__file__).parents[2] / "item_banks"
    problems = Problems()
    for path in (folder / "standard_settings").glob("*.toml"):
        assert read_standard_setting(path, problems) is not None
    assert read_position_standards(folder / "standards" / "by_position_group.toml", problems)
    assert read_category_sets(folder / "standards" / "categories.toml", problems)
    assert not list(problems)
