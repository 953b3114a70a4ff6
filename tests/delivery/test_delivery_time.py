"""Counting the time that an item is really shown, and saying what is left of it."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from cact_tui.clock import ManualClock
from cact_tui.config.settings import Policy
from cact_tui.delivery.countdown import Countdown, left_ms
from cact_tui.delivery.timekeeper import LONGEST_TICK, Timekeeper
from cact_tui.delivery.views import ClockReading
from cact_tui.i18n import translator
from tests.sessions import small

POLICY = Policy(show_result=False, clock=True, warnings=(30, 15, 5, 1), valid_years=3)


def visible(clock: ManualClock) -> Timekeeper:
    keeper = Timekeeper(clock)
    keeper.appear()
    return keeper


def test_time_is_charged_only_while_the_item_is_visible() -> None:
    clock = ManualClock()
    keeper = Timekeeper(clock)
    for act in (keeper.tick, keeper.appear, keeper.tick, keeper.hide, keeper.tick):
        clock.advance(1.5)
        act()
    assert (keeper.shown_ms, keeper.uncharged_ms) == (3_000, 4_500)


@pytest.mark.parametrize(("gap", "charged"), [(2.0, 2_000), (2.001, 0), (300.0, 0)])
def test_a_gap_above_two_seconds_is_not_charged(gap: float, charged: int) -> None:
    clock = ManualClock()
    keeper = visible(clock)
    clock.advance(gap)
    keeper.tick()
    assert keeper.shown_ms == charged
    assert keeper.shown_ms + keeper.uncharged_ms == round(gap * 1000)


def test_an_item_that_comes_back_goes_on_from_its_used_time() -> None:
    clock = ManualClock()
    keeper = Timekeeper(clock, shown_ms=7_000, uncharged_ms=500)
    keeper.appear()
    clock.advance(1)
    keeper.tick()
    assert (keeper.shown_ms, keeper.uncharged_ms) == (8_000, 500)


def test_the_record_tells_when_the_last_page_was_seen_and_when_choices_were_made() -> None:
    clock = ManualClock()
    keeper = visible(clock)
    keeper.pages(3)
    for act in (keeper.last_page, keeper.choice, keeper.last_page, keeper.choice, keeper.choice):
        clock.advance(1)
        act()
    timing = keeper.timing()
    assert (timing.last_page, timing.first_choice, timing.changes) == (1_000, 2_000, 2)
    assert (timing.shown, timing.pages) == (5_000, 3)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tick", "tick", "tick", "appear", "hide"]),
        st.sampled_from([0.0, 0.25, 1.0, 1.875, 2.0]) | st.sampled_from([2.5, 30.0, 86_400.0]),
        st.sampled_from([0, 1_000, -1_000, 3_600_000, -3_600_000, 86_400_000, -86_400_000]),
    ),
    max_size=60,
)


@given(steps=STEPS)
def test_charged_time_is_the_time_really_shown_whatever_the_wall_clock_does(
    steps: list[tuple[str, float, int]],
) -> None:
    clock, expected, passed, seen = ManualClock(), 0.0, 0.0, False
    keeper = Timekeeper(clock)
    for act, seconds, jump in steps:
        clock.advance(seconds)
        clock.wall += jump
        passed += seconds
        expected += seconds if seen and seconds <= LONGEST_TICK else 0
        getattr(keeper, act)()
        seen = {"appear": True, "hide": False}.get(act, seen)
    assert abs(keeper.shown_ms - expected * 1000) <= 1
    assert abs(keeper.shown_ms + keeper.uncharged_ms - passed * 1000) <= 2


def readings(*seconds: float, policy: Policy = POLICY) -> list[ClockReading]:
    countdown = Countdown(policy, translator("en"))
    return [countdown.reading(round(one * 1000)) for one in seconds]


def test_each_warning_is_given_once_when_its_minute_is_reached() -> None:
    told = [one.warning for one in readings(1801, 1800, 1799, 901, 900, 899.5)]
    assert told == ["", "30 minutes left", "", "", "15 minutes left", ""]


def test_a_leap_over_several_warnings_gives_the_last_one() -> None:
    assert [one.warning for one in readings(2000, 200)] == ["", "5 minutes left"]
    assert readings(61, 60)[1].warning == "1 minute left"


def test_a_clock_that_begins_below_a_threshold_does_not_warn_of_it() -> None:
    assert [one.warning for one in readings(600, 599)] == ["", ""]


def test_another_section_is_warned_anew() -> None:
    countdown = Countdown(POLICY, translator("en"))
    for _ in range(2):
        countdown.restart()
        assert countdown.reading(301_000).warning == ""
        assert countdown.reading(300_000).warning == "5 minutes left"


def test_a_hidden_clock_returns_for_the_last_five_minutes() -> None:
    hidden = Policy(show_result=False, clock=False, warnings=(), valid_years=3)
    above, below = readings(300.5, 300, policy=hidden)
    assert (above.forced, below.forced) == (False, True)
    assert not above.shown


def test_no_clock_goes_below_zero_and_without_a_budget_there_is_none() -> None:
    assert readings(-5)[0].left == 0
    assert Countdown(POLICY, translator("en")).reading(None) == ClockReading(left=None)


@given(st.lists(st.integers(-5, 2_400), min_size=1, max_size=80))
def test_on_a_clock_that_runs_down_no_warning_is_given_twice(seconds: list[int]) -> None:
    told = [one.warning for one in readings(*sorted(seconds, reverse=True)) if one.warning]
    assert len(told) == len(set(told))


def test_what_is_left_is_the_smaller_of_the_section_s_and_the_battery_s_budget() -> None:
    state = small.after(small.ANSWERED)
    assert left_ms(small.battery(), state, 0) == (596_000, "time")
    assert left_ms(small.battery(), state, 6_000) == (590_000, "time")
    assert left_ms(small.battery(seconds=100), state, 6_000) == (90_000, "battery_time")


def test_between_sections_only_the_battery_s_budget_runs() -> None:
    state = small.after(small.BREAK)
    assert left_ms(small.battery(), state, 0) == (None, "")
    assert left_ms(small.battery(seconds=100), state, 0) == (96_000, "battery_time")
