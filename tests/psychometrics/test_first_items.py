"""First-item pools."""

import numpy as np
import pytest

from cact_tui.psychometrics.content.combined import AllOf
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.first_items import FirstItems
from cact_tui.psychometrics.registry import CONTENTS, SettingsError, build
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, simulated

POOL = drawn_pool(24)
EASY = Structure.compile(POOL, tags={"place": ["easy"] * 6 + ["other"] * 18})
ALL = np.ones(24, dtype=np.bool_)


@pytest.mark.parametrize(
    "rule",
    [
        FirstItems(items=("I0003", "I0005", "I0001")),
        FirstItems(tag="place", values=("easy",)),
        AllOf((FirstItems(tag="place", values=("easy",)),)),
    ],
)
def test_tests_begin_in_the_pool_and_go_on_anywhere(rule: FirstItems | AllOf) -> None:
    rules = plain_rules(content=rule, exposure=Randomesque(k=2), max_items=6)
    done = simulated(rules, POOL, EASY, np.linspace(-2, 2, 40))
    assert (done.items[:, 0] < 6).all()
    assert (done.items[:, 1:] >= 6).any()
    assert rule.check(EASY, ALL, 5, 6) == ()
    assert rule.satisfied(done).all()


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (FirstItems(items=("I0003", "X-1")), "items"),
        (FirstItems(tag="colour", values=("red",)), "tag"),
        (FirstItems(tag="place", values=("hard",)), "values"),
        (FirstItems(items=("I0003",)), "items"),
    ],
)
def test_a_pool_that_no_test_can_begin_with_is_refused(rule: FirstItems, key: str) -> None:
    available = ALL.copy()
    available[3] = False
    (problem,) = rule.check(EASY, available, 5, 10)
    assert problem.key == key


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "items"),
        ({"items": ["A"], "tag": "place", "values": ["easy"]}, "items"),
        ({"tag": "place"}, "values"),
        ({"items": ["A"], "values": ["easy"]}, "values"),
    ],
)
def test_a_pool_is_named_in_one_way(settings: dict[str, object], key: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        build(CONTENTS, "first_items", settings)
    assert [problem.key for problem in refusal.value.problems] == [key]
