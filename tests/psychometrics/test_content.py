"""Content bounds: met whenever they can be."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.administration import Rules, begin, choose
from cact_tui.psychometrics.arrays import BoolArray, IntArray
from cact_tui.psychometrics.content import ContentBounds, NoContentControl
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.selection import RandomSelection
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, same_slope_pool

VALUES = ("x", "y", "z")


@settings(max_examples=150)
@given(data=st.data())
def test_bounds_are_met_whenever_they_can_be(data: st.DataObject) -> None:
    n = data.draw(st.integers(10, 30), "n")
    pool = drawn_pool(n)
    tags = data.draw(st.lists(st.sampled_from([*VALUES, ""]), min_size=n, max_size=n), "tags")
    pair = st.tuples(st.sampled_from(pool.ids), st.sampled_from(pool.ids))
    enemies = data.draw(st.lists(pair.filter(lambda p: p[0] != p[1]), max_size=12), "enemies")
    members = st.dictionaries(st.sampled_from(pool.ids), st.sampled_from("stuv"), max_size=n)
    sets = data.draw(members, "sets")
    structure = Structure.compile(pool, tags={"area": tags}, enemies=enemies, sets=sets)
    least = {v: data.draw(st.integers(0, 3), f"least {v}") for v in VALUES if v in tags}
    assume(least)
    bounds = {v: (low, low + data.draw(st.integers(0, 3), "room")) for v, low in least.items()}
    content = ContentBounds(tag="area", bounds=bounds)
    min_items = sum(least.values()) + data.draw(st.integers(0, 3), "spare")
    coded = structure.coded["area"]
    assume(all(coded.reserve[coded.values.index(v)] >= low for v, low in least.items()))
    rules = plain_rules(
        content=content,
        exposure=Randomesque(k=data.draw(st.integers(1, 4), "k")),
        selector=RandomSelection(),
        min_items=max(min_items, 1),
        max_items=n,
    )
    seed = data.draw(st.integers(0, 999), "seed")
    follow(rules, begin(rules, pool, structure, np.zeros(4)), bounds, tags, seed)


def follow(
    rules: Rules,
    examinees: Examinees,
    bounds: dict[str, tuple[int, int]],
    tags: list[str],
    seed: int,
) -> None:
    """Test to the end of the pool, and look at the bounds at every step."""
    rng = np.random.default_rng(seed)
    for step in range(len(tags) + 1):
        item = choose(rules, examinees, rng.random((4, 2))).item
        for row in range(4):
            seen = [tags[i] for i in examinees.items[row] if i >= 0]
            assert all(seen.count(value) <= most for value, (_, most) in bounds.items())
            if len(seen) >= rules.min_items or item[row] < 0:
                assert all(seen.count(value) >= least for value, (least, _) in bounds.items())
                assert rules.content.satisfied(examinees)[row]
        assert step < len(tags) or (item < 0).all()
        examinees = examinees.answered(item, np.zeros(4, dtype=np.int64))


def test_minima_wait_until_the_last_moment_and_maxima_forbid() -> None:
    pool = same_slope_pool(6)
    structure = Structure.compile(pool, tags={"area": ["x", "x", "x", "x", "y", ""]})
    content = ContentBounds(tag="area", bounds={"x": (0, 2), "y": (1, 1)})
    rules = plain_rules(content=content, min_items=3, max_items=4)
    examinee = begin(rules, pool, structure, np.zeros(1))
    order = []
    for _ in range(4):
        item = choose(rules, examinee, np.zeros((1, 2))).item
        order.append(int(item[0]))
        examinee = examinee.answered(item, np.array([0]))
    assert order == [0, 1, 4, 5]


def test_a_minimum_that_cannot_be_met_any_more_forces_nothing() -> None:
    pool = same_slope_pool(5)
    structure = Structure.compile(
        pool, tags={"area": ["x", "x", "y", "x", "x"]}, enemies=[("I0000", "I0002")]
    )
    rules = plain_rules(content=ContentBounds(tag="area", bounds={"y": (1, 2)}), min_items=2)
    examinee = begin(rules, pool, structure, np.zeros(1))
    examinee = examinee.answered(np.array([0]), np.array([0]))
    assert choose(rules, examinee, np.zeros((1, 2))).item[0] == 1
    assert not rules.content.satisfied(examinee)[0]


def test_enemies_of_an_item_that_a_minimum_needs_have_to_wait() -> None:
    ids = ["need", "steep", "steeper", "usual"]
    parameters = [{"a": a, "b": 0.0} for a in (0.5, 1.8, 2.0, 1.0)]
    pool = Pool.compile(ids, ["2PL"] * 4, parameters)
    structure = Structure.compile(
        pool,
        tags={"area": ["y", "x", "x", "x"]},
        enemies=[("need", "steep"), ("need", "steeper")],
    )
    content = ContentBounds(tag="area", bounds={"y": (1, 1)})
    rules = plain_rules(content=content, min_items=2, max_items=4)
    examinee = begin(rules, pool, structure, np.zeros(1))
    assert choose(rules, examinee, np.zeros((1, 2))).item[0] == pool.index("usual")
    free = plain_rules(min_items=2, max_items=4)
    assert choose(free, examinee, np.zeros((1, 2))).item[0] == pool.index("steeper")


def problems_of(
    bounds: dict[str, tuple[int, int]], tag: str = "area", lengths: tuple[int, int] = (4, 6)
) -> tuple[SettingProblem, ...]:
    pool = same_slope_pool(9)
    areas = {"area": ["x", "x", "x", "x", "y", "y", "y", "z", ""]}
    structure = Structure.compile(pool, tags=areas, enemies=[("I0004", "I0005")])
    return ContentBounds(tag=tag, bounds=bounds).check(structure, available(9), *lengths)


def available(n: int) -> BoolArray:
    return np.ones(n, dtype=np.bool_)


@pytest.mark.parametrize(
    ("bounds", "key"),
    [
        ({"w": (0, 9)}, "bounds.w"),
        ({"y": (3, 9)}, "bounds.y"),
        ({"z": (2, 9)}, "bounds.z"),
        ({"x": (3, 9), "y": (2, 9)}, "bounds"),
        ({"x": (0, 2), "y": (0, 1), "z": (0, 0)}, "bounds"),
    ],
)
def test_bounds_that_cannot_be_met_are_reported(
    bounds: dict[str, tuple[int, int]], key: str
) -> None:
    (problem,) = problems_of(bounds)
    assert problem.key == key
    assert problem.cure


def test_bounds_that_can_be_met_and_no_control_at_all_have_no_problems() -> None:
    assert problems_of({"x": (1, 3), "y": (2, 3), "z": (1, 1)}) == ()
    pool = same_slope_pool(3)
    none = NoContentControl()
    assert none.check(Structure.compile(pool), available(3), 1, 3) == ()


def test_an_unknown_tag_is_answered_with_the_nearest() -> None:
    (problem,) = problems_of({"x": (0, 9)}, tag="aera")
    assert problem.key == "tag"
    assert "area" in problem.cure


@pytest.mark.parametrize("bounds", [{"x": (3, 2)}, {"x": (-1, 2)}, {}])
def test_bounds_without_sense_are_refused(bounds: dict[str, tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="bounds"):
        ContentBounds(tag="area", bounds=bounds)


def test_tags_may_be_given_by_id_or_in_pool_order() -> None:
    pool = same_slope_pool(3)
    by_id = Structure.compile(pool, tags={"area": {"I0002": "y", "I0000": "x"}})
    in_order = Structure.compile(pool, tags={"area": ("x", "", "y")})
    assert by_id.tags == in_order.tags == {"area": ("x", "", "y")}
    codes: IntArray = by_id.coded["area"].codes
    assert codes.tolist() == [0, -1, 1]
    with pytest.raises(ValueError, match="values"):
        Structure.compile(pool, tags={"area": ("x",)})
