"""Any interleaving of people and two proctors with stores of their own keeps what was promised.

The program runs as it does in a hall, down to the journal. A clerk with a clock keeps account of
what may be charged, and both agree to the millisecond.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cact_tui.delivery import heartbeat
from cact_tui.delivery.views import ItemView
from cact_tui.sessions import events as e
from cact_tui.sessions.evolve import fold
from tests.proctoring.course import (
    ACTS,
    FIRST,
    LOGGED,
    NIP,
    PEOPLE_DO,
    PROCTORS,
    ROSTER_ACTS,
    Course,
    Somebody,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine

RECORDED: dict[str, type[e.Event]] = {
    "pause": e.Paused,
    "resume": e.Resumed,
    "authorise": e.Authorised,
    "message": e.MessageSent,
    "extend": e.TimeExtended,
    "terminate": e.SessionTerminated,
    "reopen": e.Reopened,
}
Events = tuple[e.Event, ...]
WHO = st.sampled_from((0, 0, 0, 1, 2))
"""Mostly whoever was there first, else one who walked in."""

BY = st.sampled_from(PROCTORS)
STOPS = ("pause", "refuse", "terminate", "message", *sorted(set(PEOPLE_DO)), "night")
"""What may come between two looks at an item."""

READING = 4
"""Texts and messages that may come before an item."""

PIECES = st.lists(
    st.sampled_from((1.0, 1.0, 1.0, 0.25, 0.75)), min_size=1, max_size=12
) | st.sampled_from(([2.125], [300.0], [1.0] * 70))
"""Seconds from beat to beat: a few, a gap, a long sleep, all the time of a section."""


class Interleaving(RuleBasedStateMachine):
    """Does what people and proctors do, in any order, and looks at the journal after each."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.course: Course

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        self.runner.run(work)

    def one(self, who: int) -> Somebody:
        people = list(self.course.people.values())
        return people[min(who, len(people) - 1)]

    @initialize()
    def open(self) -> None:
        self.course = self.runner.run(Course.begin())

    @rule(who=WHO, times=st.integers(1, 6))
    def take_the_test(self, who: int, times: int) -> None:
        for _ in range(times):
            self.do(self.course.go_on_after_a_moment(self.one(who)))

    @rule(seconds=PIECES)
    def let_time_pass(self, seconds: list[float]) -> None:
        self.do(self.course.wait(*seconds))

    @rule(who=WHO, what=st.sampled_from((*PEOPLE_DO, "night")), heard=st.booleans())
    def participate(self, who: int, what: str, *, heard: bool) -> None:
        number = self.one(who).number
        self.do(self.course.step(what, PROCTORS[0], heard=heard, number=number))

    @rule(who=WHO, what=st.sampled_from(ACTS), by=BY, heard=st.booleans())
    def act(self, who: int, what: str, by: str, *, heard: bool) -> None:
        self.do(self.course.step(what, by, heard=heard, number=self.one(who).number))

    @rule(who=WHO, what=st.sampled_from(ROSTER_ACTS), by=BY)
    def manage(self, who: int, what: str, by: str) -> None:
        self.do(self.course.step(what, by, heard=False, number=self.one(who).number))

    @rule(who=WHO, first=st.sampled_from(ACTS), second=st.sampled_from(ACTS))
    def act_at_once(self, who: int, first: str, second: str) -> None:
        self.do(self.course.at_once(first, second, self.one(who)))

    @rule(who=WHO, what=st.sampled_from(ACTS), by=BY)
    def act_at_two_desks(self, who: int, what: str, by: str) -> None:
        """Have one proctor, signed in twice, do the same twice at the same moment."""
        self.do(self.course.at_once(what, what, self.one(who), by=(by, by)))

    @rule(who=WHO, first=st.sampled_from(ROSTER_ACTS), second=st.sampled_from(ROSTER_ACTS + ACTS))
    def manage_at_once(self, who: int, first: str, second: str) -> None:
        self.do(self.course.at_once(first, second, self.one(who)))

    def set_going(self, one: Somebody, by: str) -> None:
        """Do what brings somebody to an item, so that courses get anywhere."""
        for what in ("confirm", "expect_today", "reopen", "authorise", "resume", "come_back"):
            if what != "come_back" or one.seat is None or one.seat.conduct.over:
                self.do(self.course.step(what, by, heard=True, number=one.number))
        self.do(self.course.step("authorise", by, heard=True, number=one.number))
        for _ in range(READING):
            if one.seat is not None and not isinstance(one.seat.view, ItemView):
                self.do(self.course.go_on(one))

    @rule(who=WHO, by=BY, seconds=PIECES)
    def think(self, who: int, by: str, seconds: list[float]) -> None:
        """Sit in front of an item for a while."""
        self.set_going(self.one(who), by)
        self.let_time_pass(seconds)

    @rule(who=WHO, by=BY, what=st.sampled_from((*ACTS, "refuse")))
    def answer_into(self, who: int, by: str, what: str) -> None:
        """Answer while a proctor does something of which the screen does not know yet."""
        one = self.one(who)
        self.set_going(one, by)
        self.do(self.course.step(what, by, heard=False, number=one.number))
        self.do(self.course.go_on(one))

    @rule(who=WHO, by=BY, what=st.sampled_from(STOPS), before=PIECES, after=PIECES)
    def be_stopped(
        self, who: int, by: str, what: str, before: list[float], after: list[float]
    ) -> None:
        """Sit in front of an item, be stopped somehow, and be in front of one again later."""
        self.think(who, by, before)
        self.do(self.course.step(what, by, heard=False, number=self.one(who).number))
        self.think(who, by, after)

    @invariant()
    def what_was_promised_is_kept(self) -> None:
        found: Counter[tuple[str, str]] = Counter()
        for one in self.course.people.values():
            session = self.runner.run(one.clerk.session())
            self.runner.run(one.clerk.read_on())
            events = one.clerk.events
            an_end_is_left_by_nothing_but_its_reopening(events)
            a_held_test_takes_no_step_and_is_let_go_on_once(events)
            nothing_is_said_twice(events)
            nothing_is_charged_but_what_may_be(one, events)
            self.do(self.proctors_and_the_journal_agree(session, events))
            self.do(self.roster_and_journal_know_the_same_person(one))
            found += Counter((session, what) for what in map(act_of, events) if what)
        assert found == self.course.news, "each act is on record once"

    async def proctors_and_the_journal_agree(self, session: str, events: Events) -> None:
        for desk in self.course.desks.values() if session else ():
            assert await desk.acts.state(session) == fold(session, events, practice=False)

    async def roster_and_journal_know_the_same_person(self, one: Somebody) -> None:
        store = self.course.room.elsewhere
        who = await store.roster.registered("event", one.number)
        known = await store.identity(one.clerk.participant)
        assert who is not None
        assert known is None or (known.name, known.nip) == (who.name, who.nip)

    @invariant()
    def what_is_done_beside_the_tests_is_in_the_log_once(self) -> None:
        sittings = self.course.room.sittings
        lines = [line for one in ("s1", "s2") for line in self.runner.run(sittings.log(one))]
        found = Counter((one.act, one.by) for one in lines if one.by in PROCTORS)
        assert {
            key: n for key, n in found.items() if key[0] in LOGGED.values()
        } == self.course.logged

    def teardown(self) -> None:
        if hasattr(self, "course"):
            self.do(self.course.close())
        self.runner.close()


STEPS_ON = (e.RulesRead, e.SectionStarted, e.ItemShown, e.ResponseGiven, e.SectionEnded)
"""What takes a test further."""

SAID: dict[type[e.Event], str] = {
    e.IdentityChecked: "outcome",
    e.MessageSent: "digest",
    e.MessageAcknowledged: "digest",
    e.TimeExtended: "grant",
}


def act_of(event: e.Event) -> str:
    """Return what a proctor did by an event; nothing if it was nobody of them."""
    if getattr(event, "by", "") not in PROCTORS:
        return ""
    return next((what for what, kind in RECORDED.items() if isinstance(event, kind)), "")


def an_end_is_left_by_nothing_but_its_reopening(events: Events) -> None:
    for before, after in pairwise(type(event).__name__ for event in events):
        assert (before in e.ENDED) == (after == "Reopened")
        assert before != "SessionFinished"


def a_held_test_takes_no_step_and_is_let_go_on_once(events: Events) -> None:
    held = True
    for event in events:
        assert not (held and isinstance(event, STEPS_ON))
        assert held or not isinstance(event, e.Resumed | e.Authorised)
        held = held_after(event, held=held)


def nothing_is_said_twice(events: Events) -> None:
    """What was so is not put on record again: of papers, of messages, of extra time."""
    for kind, said in SAID.items():
        told = [getattr(event, said) for event in events if isinstance(event, kind)]
        assert all(before != after for before, after in pairwise(told))


def nothing_is_charged_but_what_may_be(one: Somebody, events: Events) -> None:
    """Hold the program's account against the clerk's: of every item, and of every section."""
    now = one.clerk.now
    one.clerk.check(running(one, now.item))
    charged = [0] * len(now.sections)
    for item in now.closed:
        charged[now.of[item]] += one.clerk.charged[item]
    state = fold("", events, practice=False)
    assert [section.used_ms for section in state.sections] == charged


def running(one: Somebody, item: int) -> int | None:
    """Return what a terminal has charged of an item, if that is the one it times."""
    if one.seat is None:
        return None
    alive = one.seat.conduct.sign_of_life()
    return alive.shown_ms if alive.seq == item else None


def held_after(event: e.Event, *, held: bool) -> bool:
    if isinstance(event, e.Paused | e.AuthorisationRequired | e.Reopened):
        return True
    return held and not isinstance(event, e.Resumed | e.Authorised)


@pytest.mark.parametrize("acts", [("correct_name", "correct_nip"), ("correct_nip", "correct_name")])
async def test_a_name_and_a_nip_corrected_at_the_same_moment_are_both_kept(
    acts: tuple[str, str],
) -> None:
    course = await Course.begin()
    one = course.people[FIRST]
    await course.at_once(*acts, one)
    known = await course.room.elsewhere.identity(one.clerk.participant)
    assert known is not None
    assert known.name.endswith("READ IT")
    assert known.nip == NIP
    await course.close()


def run(monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 3600.0)  # hearts beat when told
    run_state_machine_as_test(
        Interleaving,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_interleaving_keeps_what_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, 50)


@pytest.mark.campaign
def test_two_thousand_interleavings_keep_what_was_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(monkeypatch, 2_000)
