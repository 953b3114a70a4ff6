"""Each signal is told when it should be, not before, and silenced by attending where it may be."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.config.proctor import ProctorSettings
from cact_tui.journal.protocol import Checkpoint
from cact_tui.proctoring.board.outline import Outline, SectionOutline
from cact_tui.proctoring.board.record import Check, Moment, Pace, Record, SectionProgress, Visit
from cact_tui.proctoring.signals import (
    LASTING,
    Custom,
    Signal,
    SignalKind,
    network,
    signals,
    too_fast,
)
from cact_tui.sessions.states import Identity, Status

NOW = 10_000_000
USUAL = ProctorSettings()
OUTLINE = Outline(
    sections=(SectionOutline(id="one", title={"en": "One"}, at_most=20),),
    seconds=None,
    expected={"A": 30, "B": 60},
)
VISIT = Visit(
    at=NOW - 600_000,
    seat="07",
    address="10.20.1.17",
    client="OpenSSH_9.2",
    terminal="xterm",
    columns=80,
    rows=24,
    mode="screen",
    away_ms=0,
    cut=False,
)
RECORD = Record(
    session="K-1",
    seq=20,
    last_at=NOW - 30_000,
    seen_at=NOW - 30_000,
    status=Status.ACTIVE,
    rules_read=True,
    connection="c1",
    seat="07",
    item="A",
    shown_seq=20,
    shown_at=NOW - 30_000,
    sections=(SectionProgress(section="one", began=NOW - 300_000, seconds=1800),),
    visits=(VISIT,),
)
ALIVE = Checkpoint(
    session="K-1", seq=20, shown_ms=20_000, uncharged_ms=0, at=NOW - 2000, connection="c1"
)


def told(record: Record = RECORD, saved: Checkpoint | None = ALIVE, **changes: Any) -> list[Signal]:
    given_: dict[str, Any] = {
        "left": 1500,
        "outline": OUTLINE,
        "custom": Custom(),
        "settings": USUAL,
        **changes,
    }
    return list(signals(record, saved, NOW, **given_))


def kinds(*args: Any, **changes: Any) -> list[SignalKind]:
    return [one.kind for one in told(*args, **changes)]


def paces(*seconds: float, item: str = "A") -> tuple[Pace, ...]:
    return tuple(
        Pace(item=item, at=NOW - 100_000 + n, shown_ms=int(one * 1000), uncharged_ms=0)
        for n, one in enumerate(seconds)
    )


def test_somebody_at_work_gives_no_signal() -> None:
    assert not told()


def test_a_call_stands_until_somebody_attends() -> None:
    called = evolve(RECORD, called=NOW - 5000)
    assert kinds(called) == [SignalKind.CALL]
    assert not kinds(called, attended=NOW - 5000)
    assert kinds(called, attended=NOW - 5001) == [SignalKind.CALL]


def test_silence_is_told_after_its_seconds_and_attending_does_not_end_it() -> None:
    silent = evolve(ALIVE, at=NOW - 20_000)
    assert not kinds(saved=silent)
    silent = evolve(ALIVE, at=NOW - 20_001)
    assert kinds(saved=silent) == [SignalKind.SILENT]
    assert kinds(saved=silent, attended=NOW) == [SignalKind.SILENT]


def test_what_proctors_do_is_no_sign_of_life_and_what_the_terminal_did_is_one() -> None:
    silent = evolve(ALIVE, at=NOW - 20_001)
    (before,) = told(saved=silent)
    (after_a_message,) = told(evolve(RECORD, last_at=NOW), saved=silent)
    assert after_a_message == before
    assert not kinds(evolve(RECORD, seen_at=NOW), saved=silent)
    away = evolve(ALIVE, connection="")
    assert told(evolve(RECORD, last_at=NOW), saved=away) == told(saved=away)


def test_whoever_is_cut_is_gone_but_whoever_left_has_left() -> None:
    away = evolve(ALIVE, connection="")
    assert kinds(saved=away) == [SignalKind.GONE]
    left = evolve(RECORD, status=Status.PAUSED, held=Moment(at=1, kind="Paused", by="participant"))
    assert not kinds(left, saved=away)


def test_time_is_low_from_five_minutes_on() -> None:
    assert not kinds(left=301)
    assert kinds(left=300) == [SignalKind.TIME_LOW]
    assert not kinds(left=None)
    assert not kinds(left=300, settings=evolve(USUAL, time_low_minutes=4))


def test_three_too_fast_answers_of_the_last_ten_are_told() -> None:
    quick = evolve(RECORD, paces=paces(25, 30, 5, 28, 5, 31))
    assert not kinds(quick)
    quick = evolve(RECORD, paces=paces(25, 30, 5, 28, 5, 5.9))
    assert told(quick)[0].detail == "3/6"
    long_ago = evolve(RECORD, paces=paces(5, 5, 5, *[30] * 10))
    assert not kinds(long_ago)


def test_own_pace_counts_for_slow_people() -> None:
    slow = paces(90, 95, 100, 90, 12, 12, 12)
    assert len(too_fast(slow, OUTLINE, USUAL)) == 3
    assert not too_fast(paces(25, 26, 25, 24, 12, 12, 12), OUTLINE, USUAL)


def test_pace_is_relative_to_what_each_item_should_take() -> None:
    assert not too_fast(paces(6.1, 6.1, 6.1), OUTLINE, USUAL)
    assert len(too_fast(paces(6.1, 6.1, 6.1, item="B"), OUTLINE, USUAL)) == 3
    assert not too_fast(paces(0.1, 0.1, 0.1, item="unknown"), OUTLINE, USUAL)


def test_a_stall_is_told_at_four_times_what_an_item_should_take() -> None:
    assert not kinds(saved=evolve(ALIVE, shown_ms=120_000))
    assert kinds(saved=evolve(ALIVE, shown_ms=120_001)) == [SignalKind.STALL]
    paused = evolve(RECORD, status=Status.PAUSED, held=Moment(at=1, kind="Paused", by="Sri"))
    assert not kinds(paused, saved=evolve(ALIVE, shown_ms=120_001))


def test_three_reconnects_in_half_an_hour_are_told() -> None:
    again = [evolve(VISIT, at=NOW - minutes * 60_000) for minutes in (29, 10, 5)]
    assert kinds(evolve(RECORD, visits=(VISIT, *again))) == [SignalKind.RECONNECTS]
    old = [evolve(VISIT, at=NOW - minutes * 60_000) for minutes in (31, 10, 5)]
    assert not kinds(evolve(RECORD, visits=(VISIT, *old)))


def test_a_second_seat_an_odd_address_and_an_odd_client_are_told() -> None:
    moved = Moment(at=NOW - 1000, kind="Attached", detail="12 → 07")
    assert kinds(evolve(RECORD, second_seat=moved)) == [SignalKind.SECOND_SEAT]
    custom = Custom(network="10.20.2", client="PuTTY")
    assert kinds(custom=custom) == [SignalKind.UNUSUAL_ADDRESS, SignalKind.UNUSUAL_CLIENT]
    assert not kinds(custom=Custom(network="10.20.1", client="OpenSSH_9.2"))


def test_exposed_time_that_was_not_charged_is_told() -> None:
    assert kinds(saved=evolve(ALIVE, uncharged_ms=60_000)) == [SignalKind.UNCLOCKED]
    earlier = evolve(RECORD, paces=(evolve(paces(20)[0], uncharged_ms=75_000),))
    assert told(earlier)[0].detail == "75 s"


def test_a_clock_that_ran_backwards_and_refused_papers_are_told() -> None:
    assert kinds(evolve(RECORD, backwards_ms=2000, backwards_at=5)) == [SignalKind.CLOCK_JUMP]
    assert not kinds(evolve(RECORD, backwards_ms=1999, backwards_at=5))
    refused = evolve(RECORD, check=Check(at=5, outcome=Identity.REFUSED, by="Sri"))
    assert kinds(refused) == [SignalKind.IDENTITY_REFUSED]


@pytest.mark.parametrize("status", [Status.FINISHED, Status.TERMINATED, Status.CANCELED])
def test_a_test_that_has_ended_gives_no_signal(status: Status) -> None:
    called = evolve(RECORD, status=status, called=5, backwards_ms=9000)
    assert not kinds(called, saved=evolve(ALIVE, connection=""))


def test_addresses_of_a_room_share_their_network() -> None:
    assert network("10.20.1.17") == "10.20.1"
    assert network("fd00:1:2:3:4::9") == "fd00:1:2:3"


@given(
    st.integers(0, NOW),
    st.integers(0, 200_000),
    st.integers(0, 200_000),
    st.lists(st.floats(0.1, 200), max_size=30),
    st.integers(-100, 5000),
)
def test_whatever_comes_signals_are_ordered_and_attending_leaves_only_lasting_ones(
    at: int, shown: int, uncharged: int, seconds: list[float], left: int
) -> None:
    record = evolve(RECORD, called=at, paces=paces(*seconds))
    saved = evolve(ALIVE, at=at, shown_ms=shown, uncharged_ms=uncharged)
    found = kinds(record, saved=saved, left=left)
    order = list(SignalKind)
    assert found == sorted(found, key=order.index)
    assert len(set(found)) == len(found)
    assert set(kinds(record, saved=saved, left=left, attended=NOW)) <= LASTING
