"""The engine: what may come next, what is picked, and when tests end."""

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.administration import (
    Rules,
    begin,
    choose,
    update,
    verdict,
)
from cact_tui.psychometrics.arrays import BoolArray, FloatArray
from cact_tui.psychometrics.content import ContentBounds
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import RuleFaultError
from cact_tui.psychometrics.protocols import Advice
from cact_tui.psychometrics.ranking import best
from cact_tui.psychometrics.selection import RandomSelection
from cact_tui.psychometrics.starts import RandomStart
from cact_tui.psychometrics.stopping import StandardErrorAtMost, StopRules
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, same_slope_pool, simulated

NO_DRAWS = np.zeros((1, 2))


@attrs.frozen(eq=False)
class Fixed:
    """A selector, exposure and content rule that says what it is told to."""

    values: FloatArray | None = None
    eligible: BoolArray | None = None
    acceptance: FloatArray | None = None
    top: int = 1
    off: FloatArray | None = None

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        shape = (len(examinees), len(examinees.pool))
        return np.zeros(shape) if self.values is None else np.broadcast_to(self.values, shape)

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:
        return Advice(eligible=self.eligible, acceptance=self.acceptance, top=self.top)

    def allowed(self, examinees: Examinees) -> BoolArray | None:
        return None

    def penalties(self, examinees: Examinees) -> FloatArray | None:
        return self.off

    def satisfied(self, examinees: Examinees) -> BoolArray:
        return np.ones(len(examinees), dtype=np.bool_)

    def check(self, *_: Any) -> tuple[()]:
        return ()


def fresh(rules: Rules, pool: Pool, structure: Structure | None = None) -> Examinees:
    return begin(rules, pool, structure or Structure.compile(pool), np.zeros(1))


def shown(examinees: Examinees, *items: int) -> Examinees:
    for item in items:
        examinees = examinees.answered(np.array([item]), np.array([0]))
    return examinees


def next_item(rules: Rules, examinees: Examinees) -> int:
    return int(choose(rules, examinees, NO_DRAWS).item[0])


def test_the_most_informative_item_comes_first() -> None:
    pool = drawn_pool(30)
    rules = plain_rules()
    assert next_item(rules, fresh(rules, pool)) == pool.information(np.zeros(1))[0].argmax()


def test_pitfall_11_ties_go_to_the_lowest_position() -> None:
    pool = same_slope_pool(8)
    rules = plain_rules(exposure=Randomesque(k=3))
    picks = choose(rules, shown(fresh(rules, pool), 1), NO_DRAWS)
    assert picks.candidates.tolist() == [[0, 2, 3]]
    nearly = np.array([1.0, 1.0 + 1e-10, 1.0 + 2e-9, 1.0 - 1e-10])
    assert next_item(plain_rules(selector=Fixed(nearly)), fresh(rules, same_slope_pool(4))) == 2
    equal = np.array([1.0, 1.0 + 1e-10, 1.0 + 2e-10, 0.5])
    assert next_item(plain_rules(selector=Fixed(equal)), fresh(rules, same_slope_pool(4))) == 0


@given(
    scores=st.lists(
        st.sampled_from([-np.inf, -2.0, 0.0, 1.0, 1.0 + 1e-10, 1.5, 3.0, 3.0 - 1e-10]),
        min_size=1,
        max_size=90,
    ),
    top=st.integers(1, 6),
)
def test_one_examinee_is_ranked_as_a_row_of_a_batch(scores: list[float], top: int) -> None:
    alone = best(np.array([scores]), top)
    batch = best(np.array([scores, scores]), top)
    assert alone[0][0].tolist() == batch[0][1].tolist()
    assert alone[1][0].tolist() == batch[1][1].tolist()


def test_many_equal_items_are_ranked_in_order() -> None:
    positions, _ = best(np.zeros((1, 500)), 3)
    assert positions.tolist() == [[0, 1, 2]]


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 6), random=st.booleans())
def test_no_item_is_given_twice_and_enemies_never_meet(seed: int, k: int, random: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(seed)
    pool = drawn_pool(24, seed)
    pairs = [tuple(rng.choice(pool.ids, 2, replace=False).tolist()) for _ in range(12)]
    structure = Structure.compile(pool, enemies=pairs)
    selector = {"selector": RandomSelection()} if random else {}
    rules = plain_rules(exposure=Randomesque(k=k), max_items=20, **selector)
    tested = simulated(rules, pool, structure, rng.normal(size=6), seed)
    for row in tested.items:
        given_items = row[row >= 0].tolist()
        assert len(set(given_items)) == len(given_items)
        for one, two in structure.enemies.tolist():
            assert not {one, two} <= set(given_items)


def test_an_item_shown_twice_is_an_error() -> None:
    pool = same_slope_pool(3)
    examinee = shown(fresh(plain_rules(), pool), 1)
    with pytest.raises(ValueError, match="second time"):
        shown(examinee, 1)


def sets_of(pool: Pool) -> dict[str, str]:
    return {item_id: f"case{i // 4}" for i, item_id in enumerate(pool.ids) if i % 8 < 4}


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 6))
def test_the_items_of_a_set_are_given_without_others_between(seed: int, k: int) -> None:
    pool = drawn_pool(32, seed)
    structure = Structure.compile(pool, sets=sets_of(pool))
    rules = plain_rules(exposure=Randomesque(k=k), max_items=20)
    thetas = np.random.default_rng(seed).normal(size=5)
    for row in simulated(rules, pool, structure, thetas, seed).items:
        visited = structure.sets[row]
        changes = [int(visited[0]), *visited[1:][np.diff(visited) != 0].tolist()]
        entered = [number for number in changes if number >= 0]
        assert len(set(entered)) == len(entered)


def test_a_set_stays_until_none_of_it_is_left_and_is_then_closed() -> None:
    pool = same_slope_pool(6)
    structure = Structure.compile(pool, sets={"I0001": "s", "I0003": "s", "I0005": "s"})
    rules = plain_rules()
    examinee = shown(fresh(rules, pool, structure), 3)
    assert next_item(rules, examinee) == 1
    examinee = shown(examinee, 1, 5)
    assert next_item(rules, examinee) == 0
    left_early = shown(fresh(rules, pool, structure), 3, 0)
    assert left_early.open_items[0].tolist() == [False, False, True, False, True, False]


def test_content_comes_before_sets_and_closes_them() -> None:
    pool = same_slope_pool(6)
    areas = {"area": ["x", "x", "y", "x", "y", "y"]}
    sets = {"I0000": "s", "I0001": "s", "I0003": "s"}
    structure = Structure.compile(pool, tags=areas, sets=sets)
    content = ContentBounds(tag="area", bounds={"x": (0, 2), "y": (1, 3)})
    rules = plain_rules(content=content, min_items=3, max_items=5)
    examinee = shown(fresh(rules, pool, structure), 0, 1)
    picks = choose(rules, examinee, NO_DRAWS)
    assert picks.item[0] == 2
    assert picks.notes["set_closed"].tolist() == [True]


def test_exposure_control_that_would_leave_nothing_is_ignored_and_noted() -> None:
    pool = same_slope_pool(4)
    nobody = Fixed(eligible=np.zeros((1, 4), dtype=np.bool_))
    picks = choose(plain_rules(exposure=nobody), fresh(plain_rules(), pool), NO_DRAWS)
    assert picks.item[0] == 0
    assert picks.notes["exposure_ignored"].tolist() == [True]
    last = Fixed(eligible=np.array([[False, False, False, True]]))
    picks = choose(plain_rules(exposure=last), fresh(plain_rules(), pool), NO_DRAWS)
    assert picks.item[0] == 3
    assert picks.notes == {}


def test_acceptance_is_the_probability_that_the_best_item_is_given() -> None:
    pool = same_slope_pool(5)
    rules = plain_rules(exposure=Fixed(acceptance=np.tile([0.3, 0.5, 1.0, 1.0, 1.0], (4000, 1))))
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(4000))
    draws = np.random.default_rng(1).random((4000, 2))
    counts = np.bincount(choose(rules, examinees, draws).item, minlength=5) / 4000
    assert counts == pytest.approx([0.3, 0.35, 0.35, 0.0, 0.0], abs=0.03)


def test_one_of_the_best_k_is_drawn_evenly() -> None:
    pool = drawn_pool(20)
    rules = plain_rules(exposure=Randomesque(k=4))
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(4000))
    draws = np.random.default_rng(1).random((4000, 2))
    picks = choose(rules, examinees, draws)
    ranks = np.bincount(picks.rank, minlength=5)[1:] / 4000
    assert ranks == pytest.approx([0.25] * 4, abs=0.03)
    assert (picks.item == picks.candidates[np.arange(4000), picks.rank - 1]).all()
    assert picks.score == pytest.approx(pool.information(np.zeros(1))[0, picks.item])


def test_the_last_draw_below_1_takes_the_last_candidate() -> None:
    pool = same_slope_pool(3)
    rules = plain_rules(exposure=Randomesque(k=5))
    picks = choose(rules, fresh(rules, pool), np.array([[0.0, np.nextafter(1, 0)]]))
    assert (picks.item[0], picks.rank[0]) == (2, 3)
    assert picks.candidates.tolist() == [[0, 1, 2, -1, -1]]


def test_penalties_are_taken_off_the_scores() -> None:
    pool = same_slope_pool(3)
    content = Fixed(off=np.array([[2.0, 0.0, 1.0]]))
    rules = plain_rules(content=content, selector=Fixed(np.array([3.0, 0.5, 3.0])))
    picks = choose(rules, fresh(rules, pool), NO_DRAWS)
    assert (picks.item[0], picks.score[0]) == (2, 2.0)


def test_an_exhausted_pool_gives_no_item() -> None:
    pool = same_slope_pool(2)
    rules = plain_rules()
    examinee = shown(fresh(rules, pool), 0, 1)
    picks = choose(rules, examinee, NO_DRAWS)
    assert (picks.item[0], picks.rank[0], picks.score[0]) == (-1, 0, -np.inf)
    assert verdict(rules, examinee, picks.item < 0).reason() == "pool_exhausted"


@pytest.mark.parametrize(
    ("changes", "slot"),
    [
        ({"selector": Fixed(np.array([1.0, np.nan, 0.0]))}, "selector"),
        ({"selector": Fixed(np.array([1.0, np.inf, 0.0]))}, "selector"),
        ({"selector": Fixed(np.full(3, -np.inf))}, "selector"),
        ({"exposure": Fixed(top=0)}, "exposure"),
        ({"exposure": Fixed(eligible=np.ones((1, 2), dtype=np.bool_))}, "exposure"),
        ({"exposure": Fixed(acceptance=np.ones((2, 3)))}, "exposure"),
        ({"content": Fixed(off=np.ones((1, 4)))}, "content"),
    ],
)
def test_a_plug_in_that_returns_nonsense_is_named(changes: dict[str, Any], slot: str) -> None:
    rules = plain_rules(**changes)
    with pytest.raises(RuleFaultError) as fault:
        choose(rules, fresh(rules, same_slope_pool(3)), NO_DRAWS)
    assert fault.value.slot == slot


def test_nonsense_about_items_that_may_not_come_is_not_seen() -> None:
    rules = plain_rules(selector=Fixed(np.array([np.nan, 1.0, 0.0])))
    assert next_item(rules, shown(fresh(rules, same_slope_pool(3)), 0)) == 1


def test_reasons_to_stop_have_an_order() -> None:
    pool = same_slope_pool(6)
    stops = StopRules(any=[StandardErrorAtMost(at_most=5.0)])
    rules = plain_rules(stops=stops, min_items=2, max_items=4)
    examinee = fresh(rules, pool)
    exhausted = np.array([True])
    assert verdict(rules, shown(examinee, 0)).reason() is None
    assert verdict(rules, shown(examinee, 0), exhausted).reason() == "pool_exhausted"
    assert verdict(rules, shown(examinee, 0, 1)).reason() == "se"
    assert verdict(rules, shown(examinee, 0, 1), exhausted).reason() == "pool_exhausted"
    assert verdict(rules, shown(examinee, 0, 1, 2, 3), exhausted).reason() == "max_items"


def test_a_stop_rule_waits_for_the_content_minima() -> None:
    pool = same_slope_pool(6)
    structure = Structure.compile(pool, tags={"area": ["x", "x", "x", "y", "y", "y"]})
    rules = plain_rules(
        content=ContentBounds(tag="area", bounds={"y": (1, 3)}),
        stops=StopRules(any=[StandardErrorAtMost(at_most=5.0)]),
        min_items=2,
    )
    examinee = shown(fresh(rules, pool, structure), 0, 1)
    assert verdict(rules, examinee).reason() is None
    assert verdict(rules, shown(examinee, 3)).reason() == "se"


@attrs.frozen
class Never:
    """A stop rule that is never met."""

    name: str = "never"

    def met(self, examinees: Examinees) -> BoolArray:
        return np.zeros(len(examinees), dtype=np.bool_)


def test_stop_rules_are_combined_by_any_or_by_all() -> None:
    rules = (Never(), StandardErrorAtMost(at_most=2.0))
    examinee = fresh(plain_rules(), same_slope_pool(3))
    either, both = StopRules(any=rules), StopRules(all=rules)
    assert either.names[either.first_met(examinee)[0]] == "se"
    assert (both.names, both.first_met(examinee)[0]) == (("never+se",), -1)
    alike = StopRules(all=(rules[1], rules[1]))
    assert alike.first_met(examinee)[0] == 0
    assert StopRules().first_met(examinee)[0] == -1
    with pytest.raises(ValueError, match="both"):
        StopRules(any=rules, all=rules)


def test_a_batch_of_one_is_a_row_of_a_batch() -> None:
    pool = drawn_pool(40)
    structure = Structure.compile(pool, sets=sets_of(pool), enemies=[("I0004", "I0005")])
    rules = plain_rules(exposure=Randomesque(k=3), start=RandomStart(low=-1.0, high=1.0))
    rng = np.random.default_rng(2)
    starts, draws = rng.random(7), rng.random((12, 7, 2))
    batch = begin(rules, pool, structure, starts)
    alone = [begin(rules, pool, structure, starts[[row]]) for row in range(7)]
    for step in range(12):
        picks = choose(rules, batch, draws[step])
        category = (picks.item + step) % 2
        batch = update(rules, batch, picks.item, category)
        for row in range(7):
            own = choose(rules, alone[row], draws[step][[row]])
            assert own.item[0] == picks.item[row]
            assert own.candidates[0].tolist() == picks.candidates[row].tolist()
            alone[row] = update(rules, alone[row], own.item, category[[row]])
            assert alone[row].theta[0] == pytest.approx(batch.theta[row], abs=1e-11)


def test_pitfall_13_nothing_survives_between_two_runs() -> None:
    pool = drawn_pool(30)
    rules = plain_rules(
        exposure=Randomesque(k=4), interim=WeightedLikelihood(), selector=RandomSelection()
    )
    thetas = np.linspace(-1, 1, 5)
    runs = [simulated(rules, pool, Structure.compile(pool), thetas, seed) for seed in (1, 2, 1)]
    assert runs[0].items.tolist() == runs[2].items.tolist()
    assert runs[0].theta.tolist() == runs[2].theta.tolist()
    assert runs[0].items.tolist() != runs[1].items.tolist()


def test_pitfall_13_the_order_in_which_a_pool_is_given_does_not_matter() -> None:
    ids = [f"q{number}" for number in range(20)]
    parameters = [{"a": 1.0 + number / 40, "b": number / 10 - 1} for number in range(20)]
    forward = Pool.compile(ids, ["2PL"] * 20, parameters)
    backward = Pool.compile(ids[::-1], ["2PL"] * 20, parameters[::-1])
    rules = plain_rules(exposure=Randomesque(k=3))
    runs = [
        simulated(rules, pool, Structure.compile(pool), np.zeros(3), 4)
        for pool in (forward, backward)
    ]
    assert runs[0].items.tolist() == runs[1].items.tolist()


def test_unscored_answers_leave_the_estimate_and_count_as_shown() -> None:
    pool = same_slope_pool(5)
    rules = plain_rules()
    first = update(rules, fresh(rules, pool), np.array([0]), np.array([-1]))
    assert (first.theta[0], first.se[0], first.counts[0]) == (0.0, 1.0, 1)
    assert first.administered[0].tolist() == [True, False, False, False, False]


def test_examinees_who_have_ended_are_left_alone() -> None:
    pool = same_slope_pool(5)
    rules = plain_rules()
    two = begin(rules, pool, Structure.compile(pool), np.zeros(2))
    two = update(rules, two, np.array([1, 2]), np.array([1, 0]))
    after = update(rules, two, np.array([-1, 3]), np.array([-1, 1]))
    assert after.items.tolist() == [[1, -1], [2, 3]]
    assert after.theta[0] == two.theta[0]
    later = update(rules, after, np.array([4, -1]), np.array([1, -1]))
    assert later.items.tolist() == [[1, 4], [2, 3]]


def test_rules_that_cannot_make_a_test_are_reported() -> None:
    pool = same_slope_pool(6)
    structure = Structure.compile(pool)
    available = np.ones(6, dtype=np.bool_)
    assert plain_rules(max_items=6).check(structure, available) == ()
    keys = [p.key for p in plain_rules(min_items=9, max_items=8).check(structure, available)]
    assert keys == ["min_items", "min_items"]


def test_an_enemy_of_itself_is_refused_and_foreign_enemies_are_left_out() -> None:
    pool = same_slope_pool(3)
    with pytest.raises(ValueError, match="own enemy"):
        Structure.compile(pool, enemies=[("I0001", "I0001")])
    structure = Structure.compile(pool, enemies=[("I0001", "other"), ("I0002", "I0000")])
    assert structure.enemies.tolist() == [[0, 2]]
