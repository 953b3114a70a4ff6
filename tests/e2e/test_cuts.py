"""The terminal goes away, changes its size, or another one takes over; the clock after a kill."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from cact_tui.sessions.events import Attached, ItemShown
from tests.crash.event import demonstration
from tests.e2e.person import Person, at_a_terminal, hang_up, kill, take
from tests.e2e.record import Record
from tests.e2e.taking import Candidate, begun

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINT, BEAT = 5, 1
"""Seconds: used time is saved so often, and counted so often."""


def test_a_lost_terminal_leaves_the_session_to_be_resumed(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        me.go_on()
        me.answer()
        me.wait_until_saved(1)
        me.choose()
        hang_up(person)
        assert person.seat.wait_for_end(reading=False) == 0
    shown = record.shown
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        me.go_on()
        me.look_at(record)
        me.answer()
        me.wait_until_saved(2)
    assert record.of(ItemShown)[1] == shown
    assert [attached.cut for attached in record.of(Attached)] == [False, True, True]
    record.check_answers(2)


def test_the_clock_after_a_kill_is_right_to_five_seconds_for_the_participant(
    tmp_path: Path,
) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    with at_a_terminal(take(config)) as person:
        Candidate(person).go_on()
        begin = left(person)
        person.wait_until(lambda: left(person) <= begin - CHECKPOINT - 2)
        at_the_kill = left(person)
        kill(person)
    with at_a_terminal(take(config)) as person:
        Candidate(person).go_on()
        back = left(person)
        assert at_the_kill - BEAT <= back + 2  # what passed since it was back, and rounding
        assert back <= at_the_kill + CHECKPOINT + BEAT
        assert back < begin


def left(person: Person) -> int:
    """Return the seconds that the clock on the screen shows."""
    found = re.search(r"(\d\d):(\d\d):(\d\d)", person.rows[0])
    assert found is not None, person.text
    hours, minutes, seconds = map(int, found.groups())
    return hours * 3600 + minutes * 60 + seconds


def test_a_window_too_small_stops_the_clock_and_gives_the_choice_back(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        me.go_on()
        me.choose()
        before = person.text.splitlines()[1:]
        clock = left(person)
        person.seat.resize(40, 10)
        me.wait_for("This window is too small.")
        time.sleep(3)  # it is what passes uncounted that is looked at
        person.send("enter", "a", "enter", "enter")
        person.seat.resize(80, 24)
        person.wait_until(lambda: person.text.splitlines()[1:] == before)
        person.settle()
        assert clock - left(person) <= 2
        me.send()
        me.wait_until_saved(1)
    record.check_answers(1)


def test_a_second_terminal_takes_over_and_the_first_says_so(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config)) as one, at_a_terminal(take(config)) as other:
        Candidate(one).go_on()
        me = Candidate(other)
        me.go_on()
        Candidate(one).wait_for("CONTINUED ELSEWHERE")
        one.send("enter")
        assert one.wait_for_end() == 0
        me.look_at(record)
        me.answer()
        me.wait_until_saved(1)
    record.check_answers(1)


def test_an_answer_sent_from_the_terminal_that_lost_the_session_counts_for_nothing(
    tmp_path: Path,
) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config)) as one, at_a_terminal(take(config)) as other:
        first, second = Candidate(one), Candidate(other)
        first.go_on()
        second.person.wait_for("Pilih bahasa")
        second.person.press("3")
        second.wait_for("IS THIS YOU?")
        second.person.type(second.say("AGREE"))
        first.choose()
        second.person.send("enter")
        one.send("enter", "enter")
        first.wait_for("CONTINUED ELSEWHERE")
        second.person.wait_until(lambda: second.on_item)
        second.person.settle()
        answers = len(record.of(ItemShown)) - 1
        second.answer()
        second.wait_until_saved(answers + 1)
    record.check_answers(answers + 1)
