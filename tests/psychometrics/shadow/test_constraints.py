"""The table of constraints: what is understood, and what is refused with a cure."""

from typing import Any

import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.shadow.constraints import HARD, Kind, constraint


@pytest.mark.parametrize(
    ("row", "kind", "name", "bounds"),
    [
        ({"tag": "area", "value": "aman", "min": 4, "max": 6}, Kind.COUNT, "area = aman", "4 to 6"),
        ({"tag": "dok", "value": (2, 3), "min": 7}, Kind.COUNT, "dok = 2|3", "at least 7"),
        (
            {"where": {"standard": 1, "dok": (2, 3)}, "max": 7},
            Kind.COUNT,
            "standard = 1 and dok = 2|3",
            "at most 7",
        ),
        ({"sum": "seconds", "max": 1800}, Kind.SUM, "sum of seconds", "at most 1800"),
        (
            {"sum": "words", "tag": "area", "value": "aman", "max": 90.5},
            Kind.SUM,
            "sum of words where area = aman",
            "at most 90.5",
        ),
        ({"items": ("A", "B"), "min": 2, "max": 2}, Kind.ITEMS, "items A, B", "2"),
        ({"together": ("A", "B")}, Kind.TOGETHER, "together A, B", "at least -inf"),
        ({"sets": "number", "min": 1, "max": 2}, Kind.SETS, "sets", "1 to 2"),
        ({"sets": "items", "min": 2, "max": 4}, Kind.SET_ITEMS, "items of each set", "2 to 4"),
        ({"order": "level"}, Kind.ORDER, "order by level", "at least -inf"),
        ({"min": 20}, Kind.COUNT, "items", "at least 20"),
    ],
)
def test_a_row_says_what_it_counts(row: Any, kind: Kind, name: str, bounds: str) -> None:
    found = constraint(row)
    assert (found.kind, found.name, found.bounds, found.weight) == (kind, name, bounds, HARD)


def test_a_weight_makes_a_row_soft() -> None:
    assert constraint({"sum": "seconds", "max": 1800, "weight": 0.01}).weight == 0.01


@pytest.mark.parametrize(
    ("row", "message", "cure"),
    [
        ({"tags": "area", "min": 1}, "unknown key 'tags'", "tag, value"),
        ({"tag": "area", "min": 1}, "one of tag and value", "both"),
        ({"value": "aman", "min": 1}, "one of tag and value", "both"),
        ({"where": "area", "min": 1}, "where = 'area'", "{ tag = [values] }"),
        ({"tag": "area", "value": (), "min": 1}, "value = ()", "list of words"),
        ({"tag": "area", "value": "aman"}, "no bounds", "min, max"),
        ({"tag": "area", "value": "aman", "min": 3, "max": 2}, "min above max", "Lower min"),
        ({"tag": "area", "value": "aman", "min": "3"}, "min = '3'", "number"),
        ({"sum": "seconds", "max": 9, "weight": 0}, "weight 0", "above 0"),
        ({"sum": ("seconds", "words"), "max": 9}, "sum = ('seconds', 'words')", "one name"),
        ({"sum": "seconds", "items": ("A",), "max": 9}, "sum and items", "its own"),
        ({"items": ("A",), "tag": "area", "value": "aman", "max": 1}, "tags beside", "its own"),
        ({"items": ("A", "A"), "max": 1}, "twice", "once"),
        ({"together": ("A", "B"), "max": 1}, "max beside together", "Leave max out"),
        ({"order": "level", "min": 1}, "min beside order", "Leave min out"),
        ({"sets": "many", "min": 1}, "sets = 'many'", "'number' or 'items'"),
        ({"sets": "items", "min": 1, "weight": 2.0}, "has a weight", "kept whole"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(row: Any, message: str, cure: str) -> None:
    settings = {"constraints": [{"tag": "area", "value": "aman", "min": 1}, row]}
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.CONTENTS, "shadow", settings)
    (problem,) = refusal.value.problems
    assert problem.key == "constraints"
    assert problem.message.startswith("constraints [2] ")
    assert message in problem.message
    assert cure in problem.cure


def test_true_is_no_number() -> None:
    with pytest.raises(ValueError, match="min = True"):
        constraint({"tag": "area", "value": "aman", "min": True})


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(SettingsError, match="constraints is empty"):
        registry.build(registry.CONTENTS, "shadow", {"constraints": []})


def test_a_table_of_the_wrong_type_is_refused_by_its_type() -> None:
    with pytest.raises(SettingsError, match="which is not a list"):
        registry.build(registry.CONTENTS, "shadow", {"constraints": ["area"]})
