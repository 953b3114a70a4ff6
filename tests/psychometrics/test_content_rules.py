"""Shares, priorities and several content rules at once."""

import numpy as np
import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import Rules, begin, choose
from cact_tui.psychometrics.content import ContentBounds
from cact_tui.psychometrics.content.combined import AllOf
from cact_tui.psychometrics.content.priorities import PriorityIndex, WeightedPenalty, rescaled
from cact_tui.psychometrics.content.shares import Proportions, Quotas, rounded
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.protocols import Content
from cact_tui.psychometrics.selection.chance import RandomSelection
from cact_tui.psychometrics.selection.expected import (
    ExpectedInformation,
    ExpectedPosteriorVariance,
)
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, pool_of, same_slope_pool

AREAS = ["x"] * 6 + ["y"] * 3 + ["z"] * 3
STEEP_X = pool_of("2PL", [[2.0 if area == "x" else 1.0, 0.0, 0, 1] for area in AREAS])
"""The items of x are the most informative everywhere near 0."""


def structure_of(pool: Pool, areas: list[str] | None = None, **more: object) -> Structure:
    return Structure.compile(pool, tags={"area": areas or AREAS}, **more)  # type: ignore[arg-type]


def areas_of(
    content: Content, length: int, pool: Pool = STEEP_X, structure: Structure | None = None
) -> str:
    """Return the areas of the items of one test, in order, as one text."""
    structure = structure or structure_of(pool)
    rules = plain_rules(content=content, min_items=length, max_items=length)
    examinee = begin(rules, pool, structure, np.zeros(1))
    return "".join(structure.tags["area"][i] for i in walked(rules, examinee, length))


def walked(rules: Rules, examinee: Examinees, length: int) -> list[int]:
    for _ in range(length):
        item = choose(rules, examinee, np.zeros((1, 2))).item
        examinee = examinee.answered(item, np.zeros(1, dtype=np.int64))
    return [item for item in examinee.items[0].tolist() if item >= 0]


def test_the_value_farthest_behind_its_share_comes_next() -> None:
    content = Proportions(tag="area", shares={"x": 0.5, "y": 0.3, "z": 0.2})
    # after x: behind are y .3, z .2, x -.5; after xy: z .2, x 0, y -.2; and so on
    assert areas_of(content, 10) == "xyzxyxzxyx"


def test_a_value_without_open_items_is_passed_over() -> None:
    content = Proportions(tag="area", shares={"x": 0.0, "y": 0.5, "z": 0.5})
    assert areas_of(content, 8) == "yzyzyz"  # and then the pool is exhausted


def test_shares_let_a_set_be_finished() -> None:
    pool = same_slope_pool(6)
    structure = structure_of(
        pool, ["x", "y", "x", "y", "x", "y"], sets={"I0000": "s", "I0002": "s"}
    )
    content = Proportions(tag="area", shares={"x": 0.5, "y": 0.5})
    assert areas_of(content, 4, pool, structure) == "xxyy"


def test_quotas_leave_the_order_to_the_selector() -> None:
    content = Quotas(tag="area", shares={"x": 0.5, "y": 0.25, "z": 0.25})
    order = areas_of(content, 8)
    assert order[:4] == "xxxx"
    assert sorted(order) == list("xxxxyyzz")


def test_quotas_are_rounded_to_the_length_by_largest_remainders() -> None:
    assert rounded(np.array([0.5, 0.3, 0.2]), 7).tolist() == [4, 2, 1]
    assert rounded(np.array([1 / 3, 1 / 3, 1 / 3]), 10).tolist() == [4, 3, 3]
    assert rounded(np.array([0.1, 0.2, 0.7]), 10).tolist() == [1, 2, 7]


def test_priorities_meet_minima_first_and_stay_below_maxima() -> None:
    content = PriorityIndex(tag="area", bounds={"x": (1, 3), "y": (2, 3), "z": (1, 2)})
    order = areas_of(content, 8)
    assert sorted(order[:4]) == list("xyyz")
    assert sorted(order) == list("xxxyyyzz")
    assert content.satisfied(_examinee([5, 6, 7, 9]))[0]


def _examinee(items: list[int]) -> Examinees:
    rules = plain_rules(max_items=12)
    examinee = begin(rules, STEEP_X, structure_of(STEEP_X), np.zeros(1))
    for item in items:
        examinee = examinee.answered(np.array([item]), np.array([0]))
    return examinee


def test_the_priority_index_is_score_times_the_share_of_the_quota_left() -> None:
    content = PriorityIndex(tag="area", bounds={"x": (1, 4), "y": (2, 4)})
    may, ones = np.ones((1, 12), dtype=np.bool_), np.ones((1, 12))
    early = content.weighed(_examinee([0, 6]), 3.0 * ones, may)[0]
    assert early[[1, 7, 9]].tolist() == [0.0, 1.5, 0.0]
    late = content.weighed(_examinee([0, 6, 7]), 3.0 * ones, may)[0]
    assert late[[1, 8, 9]].tolist() == [3.0 * 3 / 4, 3.0 * 2 / 4, 3.0]


def test_the_penalty_grows_with_what_a_value_will_have_too_much() -> None:
    content = WeightedPenalty(tag="area", bounds={"x": (1, 3), "y": (2, 4)}, weight=1.0)
    # expected of 12: x 6, middle 2, half width 1: e = 4, outside: (16 + 4) / 2 = 10
    # y: 3, middle 3: 0; z has no bounds: 0
    scores = np.zeros((1, 12))
    may = np.ones((1, 12), dtype=np.bool_)
    penalised = content.weighed(_examinee([]), scores, may)[0]
    assert penalised.tolist() == [-1.0] * 6 + [0.0] * 6
    # one x shown of 12: 1 + 11 * 5/11 = 6 again, but y: 11 * 3/11 = 3
    assert content.weighed(_examinee([0]), scores, may)[0].tolist() == penalised.tolist()


def test_the_weighted_penalty_drives_a_test_towards_its_bounds() -> None:
    bounds = {"x": (1, 2), "y": (2, 3), "z": (2, 3)}
    heavy = WeightedPenalty(tag="area", bounds=bounds, weight=5.0)
    light = WeightedPenalty(tag="area", bounds=bounds, weight=0.0)
    order = areas_of(heavy, 6)
    assert all(low <= order.count(area) <= high for area, (low, high) in bounds.items())
    assert areas_of(light, 6) == "xxxxxx"


def test_weighing_suits_selectors_of_any_scale() -> None:
    bounds = {"x": (1, 2), "y": (2, 3), "z": (2, 3)}
    content = WeightedPenalty(tag="area", bounds=bounds, weight=5.0)
    pool = drawn_pool(12)
    rules = plain_rules(
        content=content, selector=ExpectedPosteriorVariance(), min_items=6, max_items=6
    )
    items = walked(rules, begin(rules, pool, structure_of(pool), np.zeros(1)), 6)
    order = [AREAS[i] for i in items]
    assert all(low <= order.count(area) <= high for area, (low, high) in bounds.items())


def test_values_are_rescaled_over_what_may_come() -> None:
    may = np.array([[True, True, False, True], [False] * 4, [True] * 4])
    values = np.array([[1.0, 3.0, 9.0, 2.0], [1.0, 2.0, 3.0, 4.0], [5.0] * 4])
    expected = [[0.0, 1.0, 1.0, 0.5], [0.0] * 4, [0.0] * 4]
    assert rescaled(values, may).tolist() == expected


def keys_and_areas(pool: Pool) -> Structure:
    keys = ["A", "B"] * (len(pool) // 2)
    areas = (["x"] * 2 + ["y"] * 2) * (len(pool) // 4)
    return Structure.compile(pool, tags={"area": areas, "key": keys})


def test_aspects_and_places_of_the_key_are_balanced_together() -> None:
    pool = drawn_pool(24)
    structure = keys_and_areas(pool)
    content = AllOf(
        (
            ContentBounds(tag="area", bounds={"x": (4, 4), "y": (4, 4)}),
            {"rule": "bounds", "tag": "key", "bounds": {"A": (4, 4), "B": (4, 4)}},
        )
    )
    rules = plain_rules(content=content, min_items=8, max_items=8, selector=RandomSelection())
    assert rules.check(structure, np.ones(24, dtype=np.bool_), pool) == ()
    rng = np.random.default_rng(1)
    examinees = begin(rules, pool, structure, rng.random(30))
    for _ in range(8):
        item = choose(rules, examinees, rng.random((30, 2))).item
        examinees = examinees.answered(item, np.zeros(30, dtype=np.int64))
    assert content.satisfied(examinees).all()


def test_a_rule_that_would_leave_nothing_is_passed_over() -> None:
    pool = same_slope_pool(4)
    structure = Structure.compile(
        pool, tags={"area": ["x", "x", "y", "y"], "key": ["A", "A", "B", "B"]}
    )
    content = AllOf(
        (
            ContentBounds(tag="area", bounds={"x": (0, 4), "y": (0, 0)}),
            ContentBounds(tag="key", bounds={"A": (0, 0), "B": (0, 4)}),
        )
    )
    rules = plain_rules(content=content, min_items=1, max_items=2)
    assert walked(rules, begin(rules, pool, structure, np.zeros(1)), 3) == [0, 1]


def test_combined_rules_weigh_in_turn_and_only_if_one_does() -> None:
    pool = drawn_pool(12)
    structure = structure_of(pool)
    bounds = ContentBounds(tag="area", bounds={"x": (0, 3)})
    index = PriorityIndex(tag="area", bounds={"y": (0, 2)})
    assert not AllOf((bounds,)).weighs
    both = AllOf((bounds, index))
    assert both.weighs
    examinee = begin(plain_rules(), pool, structure, np.zeros(1))
    scores, may = np.ones((1, 12)), np.ones((1, 12), dtype=np.bool_)
    assert both.weighed(examinee, scores, may) == pytest.approx(
        index.weighed(examinee, scores, may)
    )
    assert both.penalties(examinee) is None
    assert AllOf((WeightedPenalty(tag="area", bounds={"x": (0, 3)}),)).allowed(examinee) is None


def refused(content: Content, selector: object = None) -> list[str]:
    pool = drawn_pool(12)
    changes = {"selector": selector} if selector else {}
    rules = plain_rules(content=content, min_items=4, max_items=8, **changes)
    everything = np.ones(12, dtype=np.bool_)
    problems = rules.check(structure_of(pool), everything, pool)
    assert all(problem.message and problem.cure for problem in problems)
    return [problem.key for problem in problems]


def test_pitfall_09_content_that_cannot_be_had_is_refused() -> None:
    half = {"x": 0.5, "y": 0.5}
    assert refused(Proportions(tag="aspect", shares=half)) == ["tag"]
    assert refused(Quotas(tag="area", shares=half)) == ["shares.y"]
    assert refused(Proportions(tag="area", shares={"x": 0.5, "q": 0.5})) == ["shares.q"]
    assert refused(Quotas(tag="area", shares={"x": 0.5, "y": 0.25, "z": 0.25})) == []
    both = AllOf((Proportions(tag="area", shares={"x": 1.0}), Quotas(tag="area", shares=half)))
    assert refused(both) == ["rules[0].shares.x", "rules[1].shares.y"]


def test_pitfall_09_priorities_refuse_scores_that_cannot_be_multiplied() -> None:
    content = PriorityIndex(tag="area", bounds={"x": (1, 4)})
    assert refused(content) == []
    assert refused(content, ExpectedPosteriorVariance()) == ["content.rule"]
    assert refused(content, ExpectedInformation()) == []
    assert refused(content, ExpectedInformation(information="observed")) == ["content.rule"]
    assert refused(AllOf((content,)), ExpectedPosteriorVariance()) == ["content.rules[0].rule"]


@pytest.mark.parametrize(
    ("rule", "settings", "key"),
    [
        ("proportions", {"tag": "area", "shares": {"x": 0.5, "y": 0.4}}, "shares"),
        ("quotas", {"tag": "area", "shares": {"x": 1.5, "y": -0.5}}, "shares"),
        ("weighted_penalty", {"tag": "area", "bounds": {"x": [1, 2]}, "weight": -1}, "weight"),
        ("all", {"rules": []}, "rules"),
        ("all", {"rules": [{"rule": "bound", "tag": "area"}]}, "rules"),
        ("all", {"rules": [{"rule": "quotas", "tag": "area", "shares": {"x": 0.5}}]}, "rules"),
    ],
)
def test_content_settings_that_make_no_sense_are_refused(
    rule: str, settings: dict[str, object], key: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.CONTENTS, rule, settings)
    assert [problem.key for problem in refusal.value.problems] == [key]


def test_a_minimum_that_nothing_may_serve_now_does_not_level_all_other_scores() -> None:
    content = PriorityIndex(tag="area", bounds={"x": (1, 4), "y": (2, 4)})
    may = np.ones((1, 12), dtype=np.bool_)
    may[0, :9] = False
    assert content.weighed(_examinee([]), np.ones((1, 12)), may)[0, 9:].tolist() == [1.0] * 3
