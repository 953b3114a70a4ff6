"""Every rule composes with every other: filter, score, penalise, pick."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import Rules
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.simulation import SimulatedAnswers, SimulatedTests, administer
from cact_tui.psychometrics.stopping import StopRules
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, pool_of

N = 24
AREAS = ["x", "y", "z", ""] * (N // 4)
KEYS = ["A"] * (N // 3) + ["B"] * (N // 3) + ["C"] * (N // 3)
BOUNDS: dict[str, Any] = {"tag": "area", "bounds": {"x": [2, 3], "y": [1, 4]}}
SHARES: dict[str, Any] = {"tag": "area", "shares": {"x": 0.4, "y": 0.3, "z": 0.3}}
KEY_BOUNDS: dict[str, Any] = {"rule": "bounds", "tag": "key", "bounds": {"A": [0, 5], "B": [0, 5]}}

SELECTORS: dict[str, dict[str, Any]] = {
    name: {} for name in registry.names(registry.SELECTORS) if name != "planned_missing"
} | {"planned_missing": {"blocks": 3, "anchor": ["I0004"]}}
TABLE = {f"I{i:04d}": 0.15 * (i % 7) for i in range(0, N, 2)}
EXPOSURES: dict[str, dict[str, Any]] = {
    "none": {},
    "randomesque": {"k": 3},
    "sympson_hetter": {"parameters": TABLE},
    "eligibility": {"cuts": [-0.5, 0.5], "parameters": {"I0001": [0.1, 0.5, 0.9], **TABLE}},
    "restricted_maximum": {"maximum": 0.5, "rates": TABLE},
}
CONTENTS: dict[str, dict[str, Any]] = {
    "none": {},
    "bounds": BOUNDS,
    "proportions": SHARES,
    "quotas": SHARES,
    "priority_index": BOUNDS,
    "weighted_penalty": BOUNDS,
    "all": {"rules": [{"rule": "bounds", **BOUNDS}, KEY_BOUNDS]},
}
HARD = ("bounds", "priority_index", "all")
"""Content rules that keep maxima; with `all` the rule that comes first."""
STOPS: dict[str, dict[str, Any]] = {
    "se": {"at_most": 0.45},
    "minimum_information": {"below": 0.2},
    "theta_change": {"at_most": 0.05},
    "predicted_reduction": {"at_most": 0.4},
    "sprt": {"cuts": [-0.5, 0.5]},
    "glr": {"cuts": [-0.5, 0.5]},
    "confidence_interval": {"cuts": [0.0], "confidence": 0.8},
}


def drawn_rules(data: st.DataObject) -> tuple[dict[str, str], Rules]:
    """Draw one rule for each slot."""
    names = {
        "selector": data.draw(st.sampled_from(sorted(SELECTORS)), "selector"),
        "exposure": data.draw(st.sampled_from(sorted(EXPOSURES)), "exposure"),
        "content": data.draw(st.sampled_from(sorted(CONTENTS)), "content"),
    }
    stops = data.draw(st.lists(st.sampled_from(sorted(STOPS)), max_size=2, unique=True), "stops")
    combine = data.draw(st.sampled_from(["any", "all"]), "combine")
    built = [registry.build(registry.STOPS, name, STOPS[name]) for name in stops]
    groups = {"selector": SELECTORS, "exposure": EXPOSURES, "content": CONTENTS}
    rules = {
        slot: registry.build(f"cact_tui.{slot}s", name, groups[slot][name])
        for slot, name in names.items()
    }
    stop_rules = StopRules(any=built) if combine == "any" else StopRules(all=built)
    return names, plain_rules(**rules, stops=stop_rules, min_items=4, max_items=8)


def drawn_items(data: st.DataObject, seed: int) -> tuple[Pool, Structure]:
    """Draw a pool of many models or of the 4PL, with enemies, and a set now and then."""
    rng = np.random.default_rng(seed)
    pool = drawn_pool(N, seed)
    if data.draw(st.booleans(), "right or wrong only"):
        slopes, places = rng.uniform(0.6, 2.0, N).tolist(), rng.normal(0, 1, N).tolist()
        pool = pool_of("4PL", [[a, b, 0.15, 0.97] for a, b in zip(slopes, places, strict=True)])
    pairs = [(pool.ids[i], pool.ids[j]) for i, j in rng.integers(0, N, (3, 2)).tolist() if i != j]
    sets = {pool.ids[i]: "case" for i in (8, 12)} if data.draw(st.booleans(), "set") else {}
    structure = Structure.compile(pool, tags={"area": AREAS, "key": KEYS}, enemies=pairs, sets=sets)
    return pool, structure


@settings(max_examples=200)
@given(data=st.data(), seed=st.integers(0, 9999))
def test_any_rules_together_make_tests_that_keep_every_promise(
    data: st.DataObject, seed: int
) -> None:
    names, rules = drawn_rules(data)
    pool, structure = drawn_items(data, seed)
    assume(not rules.check(structure, np.ones(N, dtype=np.bool_), pool))
    rng = np.random.default_rng(seed)
    answers, draws = SimulatedAnswers(pool=pool, theta=rng.normal(size=3)), rng.random(3)
    tests = administer(rules, pool, structure, answers, draws)
    for items, reason in zip(tests.items, tests.reason, strict=True):
        shown = [item for item in items.tolist() if item >= 0]
        keeps_promises(names["content"], shown, structure, tests.reasons[reason])
    for row in range(3):
        alone = attrs.evolve(answers, theta=answers.theta[row : row + 1])
        one = administer(rules, pool, structure, alone, draws[row : row + 1])
        assert one.items[0].tolist() == tests.items[row].tolist()
        assert ended(one, 0) == ended(tests, row)


def ended(tests: SimulatedTests, row: int) -> str:
    return tests.reasons[int(tests.reason[row])]


def keeps_promises(content: str, shown: list[int], structure: Structure, reason: str) -> None:
    assert len(set(shown)) == len(shown)
    assert len(shown) <= 8
    assert len(shown) == 8 if reason == "max_items" else len(shown) >= 4
    assert not any(set(pair) <= set(shown) for pair in structure.enemies.tolist())
    cases = [place for place, item in enumerate(shown) if structure.sets[item] >= 0]
    assert cases == list(range(cases[0], cases[0] + len(cases))) if cases else True
    areas = Counter(AREAS[item] for item in shown)
    if content in HARD:
        assert areas["x"] <= 3
        assert areas["y"] <= 4
        assert areas["x"] >= 2
        assert areas["y"] >= 1
    if content == "quotas":
        assert areas["x"] <= 4
        assert areas[""] == 0


def test_every_rule_of_every_slot_takes_part() -> None:
    assert set(SELECTORS) == set(registry.names(registry.SELECTORS))
    assert set(EXPOSURES) == set(registry.names(registry.EXPOSURES))
    assert set(registry.names(registry.CONTENTS)) - set(CONTENTS) <= {"first_items", "shadow"}
    assert set(STOPS) == set(registry.names(registry.STOPS))


def test_every_rule_has_its_row_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs/rules.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    described = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    groups = (registry.SELECTORS, registry.EXPOSURES, registry.CONTENTS, registry.STOPS)
    for group in groups:
        assert set(registry.names(group)) <= described, group
