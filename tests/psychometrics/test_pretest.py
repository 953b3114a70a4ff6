"""Pretest items: where they stand, which they are, and that one draw decides it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.pretest import PretestPlan

DRAWS = np.random.default_rng(4).random(30_000)


def test_every_set_of_places_of_the_window_has_the_same_chance() -> None:
    places = PretestPlan(items=2, first=3, last=6).places(DRAWS)
    sets, counts = np.unique(places, axis=0, return_counts=True)
    assert sets.tolist() == [[3, 4], [3, 5], [3, 6], [4, 5], [4, 6], [5, 6]]
    assert counts / len(DRAWS) == pytest.approx(np.full(6, 1 / 6), abs=0.01)


def test_every_pretest_item_is_shown_as_often_as_any_other() -> None:
    order = PretestPlan(items=3, last=10).order(DRAWS, 7)
    assert all(len(set(row)) == 3 for row in order[:50].tolist())
    shares = np.bincount(order.ravel(), minlength=7) / len(DRAWS)
    assert shares == pytest.approx(np.full(7, 3 / 7), abs=0.015)


def test_places_and_items_are_drawn_apart() -> None:
    plan = PretestPlan(items=1, first=1, last=2)
    first_place = plan.places(DRAWS)[:, 0] == 1
    early = np.bincount(plan.order(DRAWS, 2)[first_place, 0]) / first_place.sum()
    assert early == pytest.approx([0.5, 0.5], abs=0.02)


@given(
    items=st.integers(1, 4),
    first=st.integers(1, 5),
    room=st.integers(0, 4),
    n=st.integers(1, 9),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_a_test_shows_each_pretest_item_once_at_its_place(
    items: int, first: int, room: int, n: int, draw: float
) -> None:
    plan = PretestPlan(items=items, first=first, last=first + items + room)
    lasting = np.array([draw])
    places = plan.places(lasting)[0]
    seen = {}
    for shown in range(20):
        item = int(plan.due(lasting, np.array([shown]), n)[0])
        if item >= 0:
            seen[shown + 1] = item
    assert list(seen) == places[: min(items, n)].tolist()
    assert list(seen.values()) == plan.order(lasting, n)[0].tolist()
    assert len(set(seen.values())) == min(items, n)
    assert all(first <= place <= plan.last for place in seen)


def test_without_pretest_items_none_is_due() -> None:
    assert PretestPlan(items=1, first=1, last=1).due(DRAWS[:3], np.zeros(3, int), 0).max() == -1


def test_a_window_too_small_for_its_items_is_refused() -> None:
    with pytest.raises(ValueError, match="do not hold 3 items"):
        PretestPlan(items=3, first=4, last=5)


def test_a_plan_that_would_not_be_carried_out_is_refused() -> None:
    plan = PretestPlan(items=2, first=4, last=8)
    assert plan.check(2, 6) == ()
    assert [problem.key for problem in plan.check(1, 6)] == ["items"]
    assert [problem.key for problem in plan.check(2, 5)] == ["last"]
