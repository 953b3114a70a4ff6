"""Plug-ins by name, and settings checked without coercion."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Literal

import attrs
import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.content import ContentBounds
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.settings import built, check_settings
from cact_tui.psychometrics.starts import FixedStart, RandomStart

GROUPS = (
    registry.MODELS,
    registry.STARTS,
    registry.SELECTORS,
    registry.EXPOSURES,
    registry.CONTENTS,
    registry.ESTIMATORS,
    registry.STOPS,
)
BOUNDED: dict[str, object] = {"tag": "area", "bounds": {"x": [1, 2]}}
SHARED: dict[str, object] = {"tag": "area", "shares": {"x": 0.25, "y": 0.75}}
NEEDED: dict[str, dict[str, object]] = {
    "all": {"rules": [{"rule": "bounds", **BOUNDED}, {"rule": "quotas", **SHARED}]},
    "bounds": BOUNDED,
    "shadow": {"constraints": [{"tag": "area", "value": "x", "min": 1}]},
    "confidence_interval": {"cuts": [0.5]},
    "earlier": {"scale": "literacy"},
    "eligibility": {"parameters": {"A-1": 0.3}},
    "first_items": {"items": ["A-1"]},
    "glr": {"cuts": [-1, 1]},
    "group": {"by_group": {"administrator": -0.5}},
    "minimum_information": {"below": 0.1},
    "planned_missing": {"blocks": 6},
    "predicted_reduction": {"at_most": 0.3},
    "priority_index": BOUNDED,
    "proportions": SHARED,
    "quotas": SHARED,
    "restricted_maximum": {"maximum": 0.2, "rates": {"A-1": 0.3}},
    "se": {"at_most": 0.3},
    "sprt": {"cuts": [0.5]},
    "sympson_hetter": {"cuts": [0], "parameters": {"A-1": 0.3, "A-2": [0.2, 0.9]}},
    "theta_change": {"at_most": 0.05},
    "weighted_penalty": BOUNDED,
}


@attrs.frozen(kw_only=True)
class Everything:
    """A rule with a setting of every type."""

    number: float
    count: int = attrs.field(default=1, validator=at_least(1))
    flag: bool = False
    mode: Literal["fast", "slow"] = "fast"
    limit: float | None = None
    pair: tuple[int, int] = (0, 1)
    cuts: tuple[float, ...] = ()
    table: Mapping[str, tuple[int, int]] = attrs.field(factory=dict)


def keys_of(settings: dict[str, object], rule: type[Any] = Everything) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        check_settings(rule, settings)
    assert all(problem.message and problem.cure for problem in refusal.value.problems)
    return [problem.key for problem in refusal.value.problems]


@pytest.mark.parametrize("group", GROUPS)
def test_every_registered_plug_in_can_be_built_and_has_a_version(group: str) -> None:
    assert registry.names(group)
    for name in registry.names(group):
        if group == registry.MODELS:
            assert registry.load(group, name).name == name
        else:
            assert registry.build(group, name, NEEDED.get(name, {}))
        assert registry.version(group, name).startswith("cact-tui ")


def test_names_are_listed_without_importing_numpy_or_the_plug_ins() -> None:
    program = (
        "import sys; from cact_tui.psychometrics import registry;"
        "assert 'mfi' in registry.names('cact_tui.selectors');"
        "assert not {'numpy', 'cact_tui.psychometrics.selection'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_unknown_name_is_answered_with_the_nearest_and_all_known() -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.SELECTORS, "mif", {})
    (problem,) = refusal.value.problems
    assert problem.key == "rule"
    assert "Did you mean 'mfi'" in problem.cure
    assert "random" in problem.cure


def test_settings_become_arguments_lists_become_tuples_whole_numbers_floats() -> None:
    rule = registry.build(
        registry.CONTENTS, "bounds", {"tag": "area", "bounds": {"x": [1, 2], "y": [0, 3]}}
    )
    assert rule == ContentBounds(tag="area", bounds={"x": (1, 2), "y": (0, 3)})
    start = registry.build(registry.STARTS, "random", {"low": -1, "high": 1})
    assert start == RandomStart(low=-1.0, high=1.0)
    assert isinstance(start.low, float)
    assert registry.build(registry.STARTS, "fixed", {"theta": 1}) == FixedStart(1.0)
    eap = registry.build(registry.ESTIMATORS, "eap", {"lower": -4, "upper": 4, "nodes": 33})
    assert eap == ExpectedAPosteriori(lower=-4.0, upper=4.0, nodes=33)


def test_pitfall_09_every_unknown_or_missing_setting_is_reported() -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.EXPOSURES, "randomesque", {"kk": 3, "top": 2})
    first, second = refusal.value.problems
    assert (first.key, second.key) == ("kk", "top")
    assert "Did you mean 'k'" in first.cure
    with pytest.raises(SettingsError, match="at_most"):
        registry.build(registry.STOPS, "se", {})
    assert keys_of({"numbr": 1.0}) == ["number", "numbr"]


@pytest.mark.parametrize(
    "settings",
    [
        {"number": True},
        {"number": "1.0"},
        {"number": float("nan")},
        {"number": float("inf")},
        {"number": None},
        {"number": [1.0]},
        {"number": 1.0, "count": 2.0},
        {"number": 1.0, "count": True},
        {"number": 1.0, "flag": 1},
        {"number": 1.0, "mode": "medium"},
        {"number": 1.0, "limit": "none"},
        {"number": 1.0, "pair": [1, 2, 3]},
        {"number": 1.0, "pair": 1},
        {"number": 1.0, "pair": [1, 2.0]},
        {"number": 1.0, "cuts": [0.5, "1"]},
        {"number": 1.0, "table": {"x": [1]}},
        {"number": 1.0, "table": {1: [1, 2]}},
        {"number": 1.0, "table": [1, 2]},
    ],
)
def test_nothing_is_coerced(settings: dict[str, object]) -> None:
    assert keys_of(settings) == [list(settings)[-1]]


def test_values_of_the_right_type_pass() -> None:
    settings = {"number": 2, "limit": 3, "cuts": [1, 2.5], "mode": "slow", "flag": True}
    assert check_settings(Everything, settings) == {
        "number": 2.0,
        "limit": 3.0,
        "cuts": (1.0, 2.5),
        "mode": "slow",
        "flag": True,
    }


@pytest.mark.parametrize(
    ("group", "name", "settings", "key"),
    [
        (registry.EXPOSURES, "randomesque", {"k": 0}, "k"),
        (registry.STOPS, "se", {"at_most": 0}, "at_most"),
        (registry.STARTS, "random", {"low": 1.0, "high": 0.0}, "high"),
        (registry.ESTIMATORS, "eap", {"nodes": 1}, "nodes"),
        (registry.ESTIMATORS, "wle", {"lower": 7.0}, "upper"),
        (registry.CONTENTS, "bounds", {"tag": "area", "bounds": {"x": [3, 1]}}, "bounds"),
    ],
)
def test_a_value_that_the_rule_refuses_names_its_setting(
    group: str, name: str, settings: dict[str, object], key: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(group, name, settings)
    (problem,) = refusal.value.problems
    assert problem.key == key
    assert problem.cure.startswith("Give")


def test_a_refusal_of_the_whole_rule_is_reported_under_its_name() -> None:
    @attrs.frozen
    class Contrary:
        def __attrs_post_init__(self) -> None:
            raise ValueError("These settings do not go together.")

    with pytest.raises(SettingsError) as refusal:
        built(Contrary, {})
    assert refusal.value.problems[0].key == "rule"
