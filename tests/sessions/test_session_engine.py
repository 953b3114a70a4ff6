from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from attrs import evolve as changed
from hypothesis import given, settings

from cact_tui.banks.items import ItemStatus
from cact_tui.sessions.engine import SectionEngine, UnusableSection, option_order
from cact_tui.sessions.events import Prior
from cact_tui.sessions.outcomes import Over, Pick
from cact_tui.sessions.plan import BatteryPlan
from cact_tui.sessions.pools import eligible
from cact_tui.sessions.specification import (
    RuleChoice,
    SectionSpecification,
    StopChoice,
    plain_rules,
)
from cact_tui.sessions.states import ItemRecord, ItemState
from tests.sessions import small
from tests.sessions.small_bank import small_bank, small_keys

BANK = small_bank()
KEYS = small_keys(BANK)
BANKS = {"small": BANK}
RULES: dict[str, Any] = {
    "min_items": 6,
    "max_items": 10,
    "start": RuleChoice("random", {"low": -0.5, "high": 0.5}),
    "exposure": RuleChoice("randomesque", {"k": 3}),
    "content": RuleChoice("bounds", {"tag": "area", "bounds": {"a": [2, 8], "b": [2, 8]}}),
    "stop": StopChoice(rules=(RuleChoice("se", {"at_most": 0.55}),)),
}
CHOICES = [item for item in BANK.items.values() if len(item.option_ids) > 2]
SEEDS = st.text("0123456789abcdef", min_size=1, max_size=32)


def engine(**changes: Any) -> SectionEngine:
    return SectionEngine.bind(small.section(**{**RULES, **changes}), BANKS)


def record(item: str, category: int | None) -> ItemRecord:
    state = ItemState.TIMED_OUT if category is None else ItemState.ANSWERED
    return ItemRecord(item=item, state=state, given=(), category=category, shown_ms=1_000)


def administer(
    engine: SectionEngine, seed: str, answers: list[int | None], *, ask_twice: bool = False
) -> list[Pick | Over]:
    """Give a section; the answers go round and round."""
    start, _ = engine.start(seed)
    outcomes: list[Pick | Over] = []
    records: list[ItemRecord] = []
    while not outcomes or isinstance(outcomes[-1], Pick):
        outcome = engine.next(seed, start, tuple(records))
        if ask_twice:
            engine.close(records)
            engine.next(seed[::-1] + "x", start, records[:1])
            assert engine.next(seed, start, tuple(records)) == outcome
        outcomes.append(outcome)
        if isinstance(outcome, Pick):
            records.append(record(outcome.item, answers[len(records) % len(answers)]))
    return outcomes


@given(seed=SEEDS, answers=st.lists(st.sampled_from([0, 1, 1, None]), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_the_same_seed_and_answers_give_the_same_section_whatever_was_asked_before(
    seed: str, answers: list[int | None]
) -> None:
    alone = administer(engine(), seed, answers)
    assert administer(engine(), seed, answers, ask_twice=True) == alone
    items = [one.item for one in alone if isinstance(one, Pick)]
    assert len(items) == len(set(items)) <= 10


def test_another_seed_gives_another_section() -> None:
    sections = {
        tuple(one.item for one in administer(engine(), seed, [1, 0]) if isinstance(one, Pick))
        for seed in "abcdefgh"
    }
    assert len(sections) > 4


def test_the_draws_of_a_choice_are_those_of_its_position() -> None:
    first, second, *_ = administer(engine(), "seed", [1])
    again, other, *_ = administer(engine(), "seed", [0])
    assert isinstance(first, Pick)
    assert isinstance(second, Pick)
    assert isinstance(other, Pick)
    assert again == first
    assert other.draws == second.draws != first.draws
    assert other.estimate.theta < second.estimate.theta


def test_the_start_is_drawn_within_its_range_and_recorded() -> None:
    start, draws = engine().start("seed")
    assert -0.5 <= start.theta < 0.5
    assert draws
    assert engine().start("seed") == (start, draws)
    assert engine().start("other")[0] != start
    assert start.se == small.PRIOR.sd


def test_an_item_closed_without_an_answer_counts_as_shown_but_moves_no_estimate() -> None:
    bound = engine()
    start, _ = bound.start("seed")
    assert bound.interim(start, [record("I-01", None)]) == start
    outcome = bound.next("seed", start, [record("I-01", None)])
    assert isinstance(outcome, Pick)
    assert outcome.item != "I-01"


def test_the_final_estimate_is_the_same_for_everybody_whatever_steered_the_section() -> None:
    records = [record("I-01", 1), record("I-02", 0), record("I-03", 1)]
    steered = changed(small.PRIOR, mean=2.0, sd=0.5)
    assert engine(prior=steered).close(records) == engine().close(records)
    reference = Prior(name="reference", mean=1.0, sd=0.5)
    assert engine(reference=reference).close(records) != engine().close(records)


def test_the_estimate_beside_is_made_only_where_it_is_asked_for() -> None:
    records = [record("I-01", 1), record("I-02", 0)]
    assert engine(beside=None).close(records).beside is None
    beside = engine().close(records).beside
    assert beside is not None
    assert beside.method != engine().close(records).final.method


def test_sections_end_by_the_precision_rule_the_length_or_the_pool() -> None:
    def reason(**changes: Any) -> str:
        last = administer(engine(**changes), "seed", [1, 0])[-1]
        assert isinstance(last, Over)
        return last.reason

    assert reason() == "se"
    assert reason(stop=StopChoice(rules=())) == "max_items"
    assert reason(stop=StopChoice(rules=()), content=RuleChoice("none"), max_items=50) == (
        "pool_exhausted"
    )


def test_only_operational_items_of_the_section_s_scale_are_eligible_in_order() -> None:
    found = eligible(small.section(), BANKS)
    assert [item.id for item in found] == [f"I-{number:02d}" for number in range(1, 13)]
    assert {item.status for item in BANK.items.values()} - {ItemStatus.OPERATIONAL}
    other = eligible(small.section(scale="other"), BANKS)
    assert [item.id for item in other] == ["I-13"]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"min_items": 13, "max_items": 13, "content": RuleChoice("none")}, "min_items"),
        ({"min_items": 9, "max_items": 4, "content": RuleChoice("none")}, "min_items"),
        (
            {"content": RuleChoice("bounds", {"tag": "area", "bounds": {"a": [7, 9]}})},
            "bounds.a",
        ),
        (
            {
                "content": RuleChoice(
                    "bounds", {"tag": "area", "bounds": {"a": [0, 1], "b": [0, 1]}}
                )
            },
            "bounds",
        ),
        ({"content": RuleChoice("bounds", {"tag": "aera", "bounds": {"a": [1, 2]}})}, "tag"),
    ],
)
def test_bounds_and_lengths_that_no_test_can_meet_are_refused(
    changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(UnusableSection) as refusal:
        engine(**changes)
    assert refusal.value.section == "one"
    assert any(key in problem.key for problem in refusal.value.problems), refusal.value.problems
    assert all(problem.message and problem.cure for problem in refusal.value.problems)


def test_the_rules_that_stand_in_are_built_in_and_keep_length_budget_and_priors() -> None:
    strange = small.section(
        **{**RULES, "selector": RuleChoice("strange"), "start": RuleChoice("strange")}
    )
    plain = plain_rules(strange)
    slots = ("start", "selector", "exposure", "content", "interim", "final")
    used = [getattr(plain, slot).rule for slot in slots]
    assert used == ["fixed", "mfi", "none", "none", "eap", "eap"]
    assert (plain.beside, plain.stop.rules) == (None, ())
    kept = ("id", "scale", "banks", "seconds", "min_items", "max_items", "prior", "reference")
    assert [getattr(plain, name) for name in kept] == [getattr(strange, name) for name in kept]
    assert isinstance(SectionEngine.bind(plain, BANKS), SectionEngine)


@given(seed=SEEDS, position=st.integers(1, 50), item=st.sampled_from(CHOICES))
@settings(deadline=None)
def test_the_order_of_options_is_a_permutation_made_by_its_draws(
    seed: str, position: int, item: Any
) -> None:
    order, draws = option_order(seed, "one", position, item)
    assert sorted(order) == sorted(item.option_ids)
    assert option_order(seed, "one", position, item) == (order, draws)
    assert len(draws) == (len(order) - 1 if item.shuffle else 0)
    if not item.shuffle:
        assert order == item.option_ids


def test_every_order_of_options_occurs() -> None:
    item = BANK.items["I-01"]
    orders = {option_order("seed", "one", n, item)[0] for n in range(400)}
    assert len(orders) == 24


def test_true_false_and_numeric_items_are_never_shuffled() -> None:
    for name, options in {"I-09": (), "I-10": ("t", "f")}.items():
        for seed in "abcdef":
            assert option_order(seed, "one", 1, BANK.items[name]) == (options, ())


def plan(*sections: SectionSpecification) -> BatteryPlan:
    battery = small.battery(sections=sections or (small.section(),))
    return BatteryPlan(battery=battery, banks=BANKS, keys={"small": KEYS})


@pytest.mark.parametrize(
    ("item", "given_", "category"),
    [
        ("I-01", ("b1",), 1),
        ("I-01", ("b4",), 0),
        ("I-09", ("2.5",), 1),
        ("I-09", ("2.50",), 1),
        ("I-09", ("-3",), 0),
        ("I-10", ("t",), 1),
        ("I-10", ("f",), 0),
        ("I-11", ("b3", "b1"), 1),
        ("I-11", ("b1", "b2"), 0),
    ],
)
def test_an_answer_is_scored_by_the_key(item: str, given_: tuple[str, ...], category: int) -> None:
    assert plan().category(item, given_) == category


@pytest.mark.parametrize(
    ("item", "given_"),
    [
        ("I-99", ("b1",)),
        ("I-01", ()),
        ("I-01", ("b9",)),
        ("I-01", ("A",)),
        ("I-01", ("b1", "b2")),
        ("I-01", ("b1", "b1")),
        ("I-11", ("b1",)),
        ("I-11", ("b1", "b1")),
        ("I-11", ("b1", "b2", "b3")),
        ("I-10", ("true",)),
        ("I-09", ()),
        ("I-09", ("",)),
        ("I-09", ("-",)),
        ("I-09", (".",)),
        ("I-09", ("2,5",)),
        ("I-09", ("1e3",)),
        ("I-09", ("nan",)),
        ("I-09", ("--1",)),
        ("I-09", ("1.2.3",)),
        ("I-09", ("\u0661",)),
        ("I-09", ("1" * 41,)),
        ("I-09", ("1", "2")),
    ],
)
def test_what_cannot_be_an_answer_has_no_category(item: str, given_: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no answer"):
        plan().category(item, given_)


@given(
    item=st.sampled_from(sorted(BANK.items)),
    given_=st.lists(st.text(max_size=6), max_size=3).map(tuple),
)
def test_any_text_at_all_is_scored_or_refused(item: str, given_: tuple[str, ...]) -> None:
    try:
        assert plan().category(item, given_) in (0, 1)
    except ValueError as refusal:
        assert "no answer" in str(refusal)  # noqa: PT017 - either is right


def test_a_plan_binds_each_engine_once_and_the_stand_in_apart() -> None:
    made = plan()
    assert made.engine("one") is made.engine("one")
    assert made.fallback("one") is made.fallback("one")
    assert made.fallback("one") is not made.engine("one")
    with pytest.raises(KeyError):
        made.engine("none")


def test_a_plan_names_every_rule_with_the_distribution_that_brings_it() -> None:
    stop = StopChoice(rules=(RuleChoice("se", {"at_most": 0.4}),))
    named = plan(small.section(stop=stop)).plugins
    assert sorted(named) == sorted(
        f"one.{slot}"
        for slot in (
            "start",
            "selector",
            "exposure",
            "content",
            "interim",
            "final",
            "beside",
            "stop0",
        )
    )
    assert named["one.selector"].startswith("mfi (cact-tui ")


def test_keys_never_show_in_a_plan_s_repr() -> None:
    assert "b1" not in repr(plan()).partition("banks=")[0]
    assert "keys" not in repr(plan())
