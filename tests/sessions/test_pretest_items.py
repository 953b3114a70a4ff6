"""Pretest items stand among the others and change nothing: no theta, no choice, no end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import numpy as np
import pytest
from attrs import evolve as changed
from hypothesis import given, settings

from cact_tui.banks.items import ItemBank, ItemStatus
from cact_tui.sessions.engine import SectionEngine, UnusableSection, scored
from cact_tui.sessions.events import Estimate, ItemShown
from cact_tui.sessions.outcomes import Over, Pick
from cact_tui.sessions.pilots import Pilots
from cact_tui.sessions.specification import PretestPlaces, RuleChoice, StopChoice, plain_rules
from cact_tui.sessions.states import ItemRecord, ItemState, Role
from tests.sessions import small
from tests.sessions.small_bank import small_bank

if TYPE_CHECKING:
    from collections.abc import Sequence

BANK = small_bank()
IDS = tuple(item.id for item in BANK.items.values() if item.status is ItemStatus.OPERATIONAL)
IDS = tuple(one for one in IDS if BANK.items[one].scale == "scale")
PLACES = PretestPlaces(items=2, first=2, last=7)
RULES: dict[str, Any] = {
    "banks": ("small", "pilot"),
    "min_items": 5,
    "max_items": 9,
    "start": RuleChoice("random", {"low": -0.5, "high": 0.5}),
    "exposure": RuleChoice("randomesque", {"k": 3}),
    "content": RuleChoice("bounds", {"tag": "area", "bounds": {"a": [2, 6], "b": [2, 6]}}),
    "stop": StopChoice(
        rules=(RuleChoice("se", {"at_most": 0.5}), RuleChoice("theta_change", {"at_most": 0.05}))
    ),
}
SEEDS = st.text("0123456789abcdef", min_size=1, max_size=32)
ANSWERS = st.lists(st.sampled_from([0, 1, None]), min_size=1, max_size=8)
Outcomes = list[tuple[Pick, int | None]]


def pilots(
    *, n: int = 4, model: bool = False, enemies: Sequence[str] = (), cases: Sequence[str] = ()
) -> ItemBank:
    """Return a bank of pretest items, the first of them with enemies, each with a case if named."""
    bank = small_bank("pilot", prefix="P")
    items = {
        item.id: changed(
            item,
            status=ItemStatus.PRETEST,
            parameters=item.parameters if model else None,
            enemies=tuple(enemies) if number == 0 else (),
            stimulus=cases[number] if number < len(cases) else None,
        )
        for number, item in enumerate(list(bank.items.values())[:n])
    }
    return changed(bank, items=items)


def with_cases(sizes: int) -> ItemBank:
    """Return the bank with its items in cases of so many."""
    items = dict(BANK.items)
    for number, item in enumerate(IDS):
        items[item] = changed(items[item], stimulus=f"case-{number // sizes}")
    return changed(BANK, items=items)


def engine(pilot: ItemBank | None = None, bank: ItemBank = BANK, **changes: Any) -> SectionEngine:
    """Return the section, with pretest items if there is a bank of them."""
    places = {"pretest": PLACES} if pilot else {}
    section = small.section(**{**RULES, **places, **changes})
    return SectionEngine.bind(section, {"small": bank, "pilot": pilot or pilots()})


def record(pick: Pick, category: int | None) -> ItemRecord:
    return ItemRecord(
        item=pick.item,
        state=ItemState.TIMED_OUT if category is None else ItemState.ANSWERED,
        given=(),
        category=category,
        shown_ms=1_000,
        role=pick.role,
    )


def administer(
    bound: SectionEngine, seed: str, answers: Sequence[int | None], unscored: Sequence[int | None]
) -> tuple[list[Pick], list[ItemRecord], Over]:
    """Give a section; answers to items that count, and to the others, go round and round."""
    start, _ = bound.start(seed)
    picks: list[Pick] = []
    records: list[ItemRecord] = []
    while isinstance(outcome := bound.next(seed, start, tuple(records)), Pick):
        own, place = answers, len(scored(records))
        if outcome.role == Role.PRETEST:
            own, place = unscored, len(records) - place
        picks.append(outcome)
        records.append(record(outcome, own[place % len(own)]))
    return picks, records, outcome


def counting(item: str) -> ItemRecord:
    return ItemRecord(item=item, state=ItemState.ANSWERED, given=(), category=1, shown_ms=1)


def of_role(picks: Sequence[Pick], role: Role) -> list[Pick]:
    return [pick for pick in picks if pick.role == role]


@given(seed=SEEDS, answers=ANSWERS, unscored=ANSWERS)
@settings(max_examples=40, deadline=None)
def test_whatever_is_answered_to_pretest_items_the_rest_is_as_without_them(
    seed: str, answers: list[int | None], unscored: list[int | None]
) -> None:
    bound, without = engine(pilots()), engine()
    picks, records, over = administer(bound, seed, answers, unscored)
    alone, own, end = administer(without, seed, answers, [None])
    assert of_role(picks, Role.SCORED) == alone
    assert scored(records) == tuple(own)
    assert over == end
    assert bound.close(records) == without.close(own)
    start, _ = bound.start(seed)
    assert bound.interim(start, records) == without.interim(start, own)
    assert len(of_role(picks, Role.PRETEST)) == PLACES.items


@given(seed=SEEDS, answers=ANSWERS)
@settings(max_examples=40, deadline=None)
def test_pretest_items_stand_at_the_places_of_the_plan_and_are_shown_once(
    seed: str, answers: list[int | None]
) -> None:
    bound = engine(pilots())
    picks, _, _ = administer(bound, seed, answers, [1])
    places = [place for place, pick in enumerate(picks, 1) if pick.role == Role.PRETEST]
    (draw,) = {pick.draws for pick in of_role(picks, Role.PRETEST)}
    assert bound.pilots is not None
    assert places == bound.pilots.plan.places(np.array(draw))[0].tolist()
    assert all(PLACES.first <= place <= PLACES.last for place in places)
    assert len({pick.item for pick in picks}) == len(picks)
    assert {pick.item for pick in of_role(picks, Role.PRETEST)} <= set(bound.pilots.items)


def test_built_in_rules_that_stand_in_show_the_same_pretest_items_at_the_same_places() -> None:
    bound = engine(pilots())
    plain = SectionEngine.bind(plain_rules(bound.specification), {"small": BANK, "pilot": pilots()})
    for seed in "abcdefgh":
        own, _, _ = administer(bound, seed, [1, 0], [1])
        other, _, _ = administer(plain, seed, [1, 0], [1])
        shown = [
            [(n, pick.item) for n, pick in enumerate(picks) if pick.role == Role.PRETEST]
            for picks in (own, other)
        ]
        assert shown[0] == shown[1]


def test_another_participant_meets_other_pretest_items_at_other_places() -> None:
    bound = engine(pilots())
    found = set()
    for seed in map(str, range(20)):
        picks, _, _ = administer(bound, seed, [1, 0], [1])
        found.add(tuple((n, p.item) for n, p in enumerate(picks) if p.role == Role.PRETEST))
    assert len(found) > 10


def test_a_pretest_item_and_its_enemy_never_meet_whichever_comes_first() -> None:
    bound = engine(pilots(n=2, enemies=IDS[:6]), content=RuleChoice("none"))
    first = set()
    for seed in map(str, range(60)):
        picks, _, _ = administer(bound, seed, [1, 0, 1], [1])
        items = [pick.item for pick in picks]
        assert not ("P-01" in items and set(items) & set(IDS[:6]))
        first.add("P-01" in items)
    assert first == {True, False}


def test_an_enemy_named_on_the_other_side_alone_is_one_too() -> None:
    rival = changed(BANK.items[IDS[0]], enemies=("P-01",))
    found = Pilots.bind(
        PretestPlaces(items=1, first=2, last=2), list(pilots(n=2).items.values()), [rival]
    )
    for draw in (0.1, 0.3, 0.6, 0.9):
        assert found.due(draw, [counting(IDS[0])], amid=False) == "P-02"
    assert {found.due(draw, [counting(IDS[1])], amid=False) for draw in (0.1, 0.3, 0.6, 0.9)} == {
        "P-01",
        "P-02",
    }


@given(seed=SEEDS, answers=ANSWERS, size=st.sampled_from([2, 3, 4]))
@settings(max_examples=40, deadline=None)
def test_no_pretest_item_stands_amid_a_case_it_does_not_belong_to(
    seed: str, answers: list[int | None], size: int
) -> None:
    bound = engine(pilots(cases=["case-0", "own", "own"]), bank=with_cases(size))
    picks, records, _ = administer(bound, seed, answers, [1])
    bank = {**with_cases(size).items, **pilots(cases=["case-0", "own", "own"]).items}
    cases = [bank[pick.item].stimulus for pick in picks]
    runs = [case for n, case in enumerate(cases) if case and (n == 0 or cases[n - 1] != case)]
    assert len(runs) == len(set(runs))
    plain, _, _ = administer(engine(bank=with_cases(size)), seed, answers, [1])
    assert of_role(picks, Role.SCORED) == plain
    assert len(records) == len(plain) + PLACES.items


def test_a_pretest_item_of_a_case_that_counts_comes_within_it() -> None:
    bound = engine(pilots(cases=["case-0"] * 4), bank=with_cases(4))
    before = set()
    for seed in map(str, range(40)):
        picks, _, _ = administer(bound, seed, [1, 0], [1])
        items = [pick.item for pick in picks]
        before |= {items[n - 1] for n, pick in enumerate(picks) if pick.role == Role.PRETEST}
    assert before & set(IDS[:4])
    assert before <= {*IDS[:4], *bound.pilots.items} if bound.pilots else False


def test_what_a_case_held_back_comes_before_the_section_ends() -> None:
    places = PretestPlaces(items=1, first=5, last=5)
    bound = engine(
        pilots(),
        bank=with_cases(12),
        min_items=5,
        max_items=5,
        pretest=places,
        content=RuleChoice("none"),
    )
    picks, _, over = administer(bound, "seed", [1], [1])
    assert [pick.role for pick in picks] == ["scored"] * 5 + ["pretest"]
    assert over.reason == "max_items"


@pytest.mark.parametrize(
    ("n", "places", "key", "words"),
    [
        (1, PretestPlaces(items=2, first=2, last=5), "pretest.items", "there are 1 pretest items"),
        (4, PretestPlaces(items=2, first=2, last=8), "pretest.last", "a test of 5 items"),
    ],
)
def test_a_plan_that_would_not_be_carried_out_is_refused_with_the_reason(
    n: int, places: PretestPlaces, key: str, words: str
) -> None:
    with pytest.raises(UnusableSection) as refusal:
        engine(pilots(n=n), pretest=places)
    (problem,) = refusal.value.problems
    assert problem.key == key
    assert words in problem.message


def test_enemies_that_the_content_needs_are_refused() -> None:
    area = [name for name in IDS if BANK.items[name].tags["area"] == "a"]
    with pytest.raises(UnusableSection) as refusal:
        engine(pilots(enemies=area[1:]))
    assert {problem.key for problem in refusal.value.problems} == {"pretest"}
    assert any("bounds.a asks for 2 items" in one.message for one in refusal.value.problems)


def test_a_section_without_pretest_places_shows_none() -> None:
    bound = engine()
    assert bound.pilots is None
    assert bound.specification.longest == 9
    assert engine(pilots()).specification.longest == 11


def test_a_place_that_no_item_can_take_is_given_up() -> None:
    places = PretestPlaces(items=1, first=1, last=2)
    (only,) = pilots(n=1, enemies=IDS[:1]).items.values()
    found = Pilots.bind(places, [only], [BANK.items[name] for name in IDS])
    assert found.due(0.5, [counting(IDS[1])], amid=False) == only.id
    assert found.due(0.5, [counting(IDS[0])], amid=False) is None


def test_the_role_goes_from_the_command_to_the_event_and_to_the_record() -> None:
    state = small.after([*small.CHOOSING, changed(small.presenting(), role="pretest")])
    assert isinstance(state.shown, ItemShown)
    assert state.shown.role == "pretest"
    answered = small.after(
        [*small.CHOOSING, changed(small.presenting(), role="pretest"), small.answering()]
    )
    closed = small.after(
        [*small.CHOOSING, changed(small.presenting(), role="pretest"), small.closing()]
    )
    for one in (answered, closed):
        assert one.section is not None
        assert [found.role for found in one.section.records] == ["pretest"]
    assert answered.answered == 1


def test_only_pretest_answers_leave_the_start_as_it_was() -> None:
    bound = engine(pilots())
    start, _ = bound.start("seed")
    assert bound.pilots is not None
    shown = Pick(
        item=bound.pilots.items[0],
        estimate=start,
        draws=(0.5,),
        criterion=0.0,
        rank=1,
        candidates=(),
        role="pretest",
    )
    answers = [record(shown, category) for category in (0, 1, None)]
    for one in answers:
        assert bound.interim(start, [one]) == start
        final = bound.close([one]).final
        assert isinstance(final, Estimate)
        assert final == bound.close([]).final
