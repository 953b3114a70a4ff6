"""R14: any course of a session, against a small model that knows nothing of the machine.

`-m campaign` runs 10,000 courses.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from attrs import define, field
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import Refused, decide
from cact_tui.sessions.evolve import evolve, fold
from cact_tui.sessions.states import ItemState, SessionState
from tests.sessions import small

if TYPE_CHECKING:
    from cact_tui.sessions.specification import BatterySpecification

SECTIONS = 3
ENOUGH = 2
"""Items of a section after which a course that simply goes on ends it."""
BREAK_AFTER_FIRST = 60
PROCTORS = ("Ani", "Budi")
NEWEST = -1
PICK = st.sampled_from([NEWEST] * 6 + [0, 1, 2])
"""Which connection does something: mostly the newest, else an older one or a stranger's."""
RARELY = st.integers(0, 14).map(lambda number: number == 7)
"""For what ends a course."""


@define
class Model:
    """What a supervisor with a pencil would note down.

    `gate` says whether the test may go on: `waiting`, `open`, or the name of who holds it;
    `place` is where the participant stands; `sections` counts items closed per section; `screen`
    is the item on the screen and its position. `papers` is what was found of them; `unread` and
    `sent` are messages; `granted` is extra seconds by grant, `late` those of the section that runs.
    """

    hall: bool
    practice: bool
    may_leave: bool
    begun: bool = False
    end: str = ""
    gate: str = "waiting"
    place: str = "rules"
    newest: str = ""
    cuts: int = 0
    sections: list[int] = field(factory=list)
    answered: int = 0
    screen: tuple[str, int] | None = None
    taken: set[str] = field(factory=set)
    events: int = 0
    papers: str | None = None
    seat: str = ""
    unread: list[str] = field(factory=list)
    sent: set[str] = field(factory=set)
    granted: dict[str, int] = field(factory=dict)
    late: int = 0

    @property
    def runs(self) -> bool:
        return self.place in ("choosing", "item")

    def refusal(self, connection: str | None, *, steps_on: bool) -> str:
        """Return why nobody can do this now, whatever it is in detail; empty when one can."""
        if not self.begun:
            return "not_open"
        if self.end:
            return "invalidated" if self.end == "invalidated" else "ended"
        if connection not in (None, self.newest):
            return "taken_over"
        if steps_on and self.gate != "open":
            return "not_authorised" if self.gate == "waiting" else "paused"
        return ""

    def authorise(self) -> None:
        self.gate, self.cuts = "open", 0

    def close_screen(self) -> None:
        self.screen = None
        self.sections[-1] += 1
        self.place = "choosing"


class SessionMachine(RuleBasedStateMachine):
    """Does the same to the machine and to the model, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(hall=False, practice=False, may_leave=False)
        self.plan = small.Keyed()
        self.state = SessionState(session="s")
        self.log: list[e.Event] = []
        self.connections = ["stranger"]
        self.fresh = 0

    @initialize(
        hall=st.booleans(), practice=st.booleans(), may_leave=st.booleans(), unopened=RARELY
    )
    def choose_the_battery(
        self, *, hall: bool, practice: bool, may_leave: bool, unopened: bool
    ) -> None:
        self.model = Model(hall=hall, practice=practice, may_leave=may_leave)
        battery: BatterySpecification = small.battery(
            sections=tuple(
                small.section(f"s{n}", break_after=0 if n else BREAK_AFTER_FIRST)
                for n in range(SECTIONS)
            ),
            practice=practice,
            authorisation="proctor" if hall else "self",
            may_leave=may_leave,
        )
        self.plan = small.Keyed(battery)
        self.state = SessionState(session="s", practice=practice)
        if not unopened:
            self.open()

    def does(self, command: c.Command, expected: str | tuple[str, ...]) -> bool:
        """Do it; return whether it was accepted. What was expected is what happened."""
        before = self.state
        made = decide(self.state, command, self.plan)
        assert small.names(made) == expected, command
        if isinstance(made, Refused):
            assert self.state == before
            return False
        for event in made:
            self.state = evolve(self.state, event)
            self.log.append(event)
        self.model.events += len(made)
        return True

    def step(self, command: c.Command, connection: str, place: str, *events: str) -> bool:
        """Do something that only the newest connection may do, at one place."""
        model = self.model
        expected: str | tuple[str, ...] = model.refusal(connection, steps_on=True)
        if not expected:
            expected = events if model.place == place else "out_of_place"
        return self.does(command, expected)

    def connection(self, pick: int) -> str:
        """Return one of the connections there were; the first is a stranger's."""
        return self.connections[pick if pick < len(self.connections) else NEWEST]

    @rule()
    def open(self) -> None:
        model = self.model
        confirmed = ("SessionOpened", "Attached", "IdentityConfirmed")
        known = confirmed if model.hall else (*confirmed, "Authorised")
        if self.does(small.opening("c0"), "already_open" if model.begun else known):
            model.begun, model.newest = True, "c0"
            self.connections.append("c0")
            if not model.hall:
                model.authorise()

    @rule(
        confirms=st.booleans(),
        away=st.sampled_from([0, 0, 0, 59_000, 60_000, 60_001, 10**8]),
        cut=st.sampled_from([True, True, False]),
        another_day=st.booleans(),
    )
    def sign_in(self, *, confirms: bool, away: int, cut: bool, another_day: bool) -> None:
        model, name = self.model, f"c{len(self.connections)}"
        command = small.signing_in(
            name,
            away_ms=away,
            cut=cut,
            word="SETUJU" if confirms else "",
            another_day=another_day,
        )
        refusal = model.refusal(None, steps_on=False)
        if refusal:
            self.does(command, refusal)
            return
        events = ["Attached"] + ["IdentityConfirmed"] * confirms
        if another_day and model.screen:
            events.append("ItemClosed")
            model.close_screen()
        model.cuts += cut
        started = model.place != "rules"
        too_much = away > 60_000 or (cut and model.cuts >= 3)
        if model.gate in ("open", "participant") and started and too_much:
            events.append("AuthorisationRequired")
            model.gate = "waiting"
        if confirms and model.gate == "waiting" and not model.hall and model.papers != "refused":
            events.append("Authorised")
            model.authorise()
        elif confirms and model.gate == "participant":
            events.append("Resumed")
            model.gate = "open"
        assert self.does(command, tuple(events))
        model.newest = name
        self.connections.append(name)

    @rule(times=st.integers(1, 4), leaves=st.booleans())
    def be_cut_off_again_and_again(self, times: int, *, leaves: bool) -> None:
        for _ in range(times):
            self.sign_in(confirms=True, away=0, cut=True, another_day=False)
            if leaves:
                self.pause("participant")

    @rule(pick=PICK)
    def finish_rules(self, pick: int) -> None:
        connection = self.connection(pick)
        if self.step(c.FinishRules(connection=connection), connection, "rules", "RulesRead"):
            self.model.place = "practice" if self.model.practice else "introduction"

    @rule(pick=PICK)
    def finish_practice(self, pick: int) -> None:
        connection = self.connection(pick)
        command = c.FinishPractice(connection=connection, answers=4)
        if self.step(command, connection, "practice", "PracticeFinished"):
            self.model.place = "introduction"

    @rule(pick=PICK)
    def start_section(self, pick: int) -> None:
        connection = self.connection(pick)
        if self.step(small.starting(connection), connection, "introduction", "SectionStarted"):
            self.model.place = "choosing"
            self.model.sections.append(0)
            self.model.late = 0

    @rule(pick=PICK)
    def present(self, pick: int) -> None:
        connection, item = self.connection(pick), f"I-{self.fresh}"
        if self.step(small.presenting(item, connection), connection, "choosing", "ItemShown"):
            self.fresh += 1
            self.model.place = "item"
            self.model.screen = (item, self.model.sections[-1] + 1)

    @rule(
        pick=PICK,
        number=st.sampled_from([0, 1, 100, 101]),
        aim=st.sampled_from(["screen", "screen", "screen", "other item", "other position"]),
        given=st.sampled_from([("right",), ("wrong",), ("right",), ("sideways",)]),
    )
    def answer(self, pick: int, number: int, aim: str, given: tuple[str, ...]) -> None:
        model, connection, answer = self.model, self.connection(pick), f"a{number}"
        item, position = model.screen or ("I-0", 1)
        item += "x" * (aim == "other item")
        position += aim == "other position"
        expected: str | tuple[str, ...] = model.refusal(connection, steps_on=True)
        if not expected:
            if answer in model.taken:
                expected = ()
            elif (item, position) != model.screen:
                expected = "not_on_screen"
            else:
                valid = given in (("right",), ("wrong",))
                expected = ("ResponseGiven",) if valid else "invalid_answer"
        command = small.answering(
            item, connection=connection, answer=answer, position=position, given=given
        )
        if self.does(command, expected) and expected:
            model.taken.add(answer)
            model.answered += 1
            model.close_screen()

    @rule(pick=PICK)
    def run_out_of_time(self, pick: int) -> None:
        model, connection = self.model, self.connection(pick)
        expected: str | tuple[str, ...] = model.refusal(connection, steps_on=True)
        if not expected:
            expected = ("ItemClosed",) if model.screen else "not_on_screen"
        if self.does(small.closing(connection), expected):
            model.close_screen()

    @rule(pick=PICK, reason=st.sampled_from(["max_items", "se", "time", "battery_time"]))
    def end_section(self, pick: int, reason: str) -> None:
        model, connection = self.model, self.connection(pick)
        over = len(model.sections) == SECTIONS or reason == "battery_time"
        rests = len(model.sections) == 1
        more = ("SessionFinished",) if over else ("BreakStarted",) * rests
        command = small.ending(reason, connection)
        if self.step(command, connection, "choosing", "SectionEnded", *more):
            model.place = "complete" if over else "break" if rests else "introduction"
            model.end = "finished" if over else ""

    @rule(pick=PICK)
    def end_break(self, pick: int) -> None:
        connection = self.connection(pick)
        command = c.EndBreak(connection=connection, rested_ms=1)
        if self.step(command, connection, "break", "BreakEnded"):
            self.model.place = "introduction"

    @rule(times=st.integers(1, 8))
    def go_on(self, times: int) -> None:
        """Take the step that comes next, so that courses get anywhere."""
        steps = {
            "rules": self.finish_rules,
            "practice": self.finish_practice,
            "introduction": self.start_section,
            "choosing": self.present,
            "item": self.answer_well,
            "break": self.end_break,
        }
        for _ in range(times):
            if self.model.gate != "open":
                self.look_at_papers("Ani", "confirmed")
                self.authorise("Ani")
                self.resume("Ani")
            if self.model.place == "choosing" and self.model.sections[-1] >= ENOUGH:
                self.end_section(NEWEST, "max_items")
            elif self.model.place in steps:
                steps[self.model.place](NEWEST)

    def answer_well(self, pick: int) -> None:
        """Answer the item on the screen, under an id never used before."""
        self.answer(pick, 100 + self.fresh, "screen", ("right",))

    @rule(by=st.sampled_from(["participant", *PROCTORS]))
    def pause(self, by: str) -> None:
        model = self.model
        expected: str | tuple[str, ...] = model.refusal(None, steps_on=False)
        if not expected and by == "participant" and not model.may_leave:
            expected = "leaving_forbidden"
        if not expected:
            held_already = model.gate in PROCTORS or (model.gate == by == "participant")
            waits = "not_authorised" if model.gate == "waiting" else ("Paused",)
            expected = () if held_already else waits
        if self.does(c.Pause(by=by, reason="x"), expected) and expected:
            model.gate = by

    @rule(by=st.sampled_from(PROCTORS))
    def resume(self, by: str) -> None:
        model = self.model
        held = model.gate not in ("open", "waiting")
        waits: str | tuple[str, ...] = "not_authorised" if model.gate == "waiting" else ()
        expected = model.refusal(None, steps_on=False) or (("Resumed",) if held else waits)
        if self.does(c.Resume(by=by), expected) and held:
            model.authorise()

    @rule(by=st.sampled_from(PROCTORS))
    def authorise(self, by: str) -> None:
        model = self.model
        waits = model.gate == "waiting"
        possible: str | tuple[str, ...] = ()
        if model.gate not in ("open", "waiting"):
            possible = "paused"
        elif waits:
            possible = "identity_refused" if model.papers == "refused" else ("Authorised",)
        expected = model.refusal(None, steps_on=False) or possible
        if self.does(c.Authorise(by=by), expected) and waits:
            model.authorise()

    @rule(by=st.sampled_from(PROCTORS), found=st.sampled_from(["confirmed"] * 3 + ["refused"]))
    def look_at_papers(self, by: str, found: str) -> None:
        model = self.model
        holds = ("AuthorisationRequired",) * (found == "refused" and model.gate != "waiting")
        expected: str | tuple[str, ...] = model.refusal(None, steps_on=False)
        if not expected:
            expected = () if model.papers == found else ("IdentityChecked", *holds)
        if self.does(c.CheckIdentity(outcome=found, by=by), expected) and expected:
            model.papers = found
            model.gate = "waiting" if found == "refused" else model.gate

    @rule(by=st.sampled_from(PROCTORS), digest=st.sampled_from(["m1", "m2", "m3"]))
    def send_a_message(self, by: str, digest: str) -> None:
        model = self.model
        expected: str | tuple[str, ...] = model.refusal(None, steps_on=False)
        if not expected:
            expected = () if digest in model.sent else ("MessageSent",)
        if self.does(c.SendMessage(digest=digest, by=by), expected) and expected:
            model.sent.add(digest)
            model.unread.append(digest)

    @rule(pick=PICK, digest=st.sampled_from(["m1", "m2", "m3"]))
    def acknowledge(self, pick: int, digest: str) -> None:
        model, connection = self.model, self.connection(pick)
        expected: str | tuple[str, ...] = model.refusal(connection, steps_on=False)
        if not expected:
            expected = ("MessageAcknowledged",) if digest in model.unread else ()
        command = c.AcknowledgeMessage(connection=connection, digest=digest)
        if self.does(command, expected) and expected:
            model.unread.remove(digest)

    @rule(
        by=st.sampled_from(PROCTORS),
        grant=st.sampled_from(["g1", "g2", "g3", "g4"]),
        seconds=st.integers(1, 600),
        whole=st.booleans(),
    )
    def extend(self, by: str, grant: str, seconds: int, *, whole: bool) -> None:
        model = self.model
        expected: str | tuple[str, ...] = model.refusal(None, steps_on=False)
        if not expected and grant in model.granted:
            expected = ()
        elif not expected and whole:
            expected = ("TimeExtended",) if len(model.sections) < SECTIONS else "no_effect"
        elif not expected:
            expected = ("TimeExtended",) if model.runs else "no_section"
        command = c.ExtendTime(
            grant=grant, seconds=seconds, kind="incident", by=by, reason="other", whole=whole
        )
        if self.does(command, expected) and expected:
            model.granted[grant] = seconds
            model.late += 0 if whole else seconds

    @rule(by=st.sampled_from(PROCTORS), seat=st.sampled_from(["07", "08"]))
    def move(self, by: str, seat: str) -> None:
        model = self.model
        expected: str | tuple[str, ...] = model.refusal(None, steps_on=False)
        if not expected:
            expected = () if model.seat == seat else ("SeatChanged",)
        if self.does(c.ChangeSeat(seat=seat, by=by, reason="other"), expected):
            model.seat = seat

    @rule(pick=PICK, kind=st.sampled_from(["call", "comment", "irregularity"]))
    def speak_up(self, pick: int, kind: str) -> None:
        connection = self.connection(pick)
        commands: dict[str, tuple[c.Command, str]] = {
            "call": (c.CallProctor(connection=connection), "ProctorCalled"),
            "comment": (c.MakeComment(connection=connection, digest="d"), "CommentMade"),
            "irregularity": (
                c.RecordIrregularity(code="noise", detail="x"),
                "IrregularityRecorded",
            ),
        }
        command, event = commands[kind]
        asker = None if kind == "irregularity" else connection
        self.does(command, self.model.refusal(asker, steps_on=False) or (event,))

    @rule(really=RARELY, withdraws=st.booleans())
    def end_early(self, *, really: bool, withdraws: bool) -> None:
        model = self.model
        if not really and not model.end:
            return
        command: c.Command = (
            c.Withdraw(reason="ill") if withdraws else c.Terminate(by="Budi", reason="x")
        )
        last = "SessionWithdrawn" if withdraws else "SessionTerminated"
        events = ("ItemClosed",) * (model.screen is not None) + (last,)
        if self.does(command, model.refusal(None, steps_on=False) or events):
            model.end = "withdrawn" if withdraws else "terminated"
            if model.screen:
                model.close_screen()

    @rule(really=RARELY)
    def cancel(self, *, really: bool) -> None:
        model = self.model
        if not really and not model.sections:
            return
        expected: str | tuple[str, ...] = model.refusal(None, steps_on=False)
        if not expected:
            expected = "begun" if model.sections else ("SessionCanceled",)
        if self.does(c.Cancel(by="Budi", reason="x"), expected):
            model.end = "canceled"

    @rule(really=RARELY, by=st.sampled_from(PROCTORS))
    def declare_invalid(self, *, really: bool, by: str) -> None:
        """Somebody else sat it: whether it goes on or has ended, and once."""
        model = self.model
        if not really and model.end != "invalidated":
            return
        command = c.Invalidate(by=by, reason="examinee.id")
        events = ("ItemClosed",) * (model.screen is not None) + ("SessionInvalidated",)
        if model.end == "invalidated":
            events = ()
        if self.does(command, events if model.begun else "not_open"):
            model.end = "invalidated"
            if model.screen:
                model.close_screen()

    @rule()
    def reopen(self) -> None:
        model = self.model
        possible = model.end not in ("", "finished", "invalidated")
        expected: str | tuple[str, ...] = "not_open" if not model.begun else "out_of_place"
        final = {"finished": "nothing_left", "invalidated": "invalidated"}
        expected = final.get(model.end, expected)
        if self.does(c.Reopen(by="Budi", reason="x"), ("Reopened",) if possible else expected):
            model.end, model.gate = "", "waiting"

    @invariant()
    def state_and_model_agree(self) -> None:
        model, state = self.model, self.state
        begun = "authorized" if model.place == "rules" else "active"
        gates = {"waiting": "awaiting", "open": begun}
        assert state.status == (model.end or gates.get(model.gate, "paused"))
        assert state.phase == model.place
        assert (state.connection or "") == model.newest
        assert state.cuts == model.cuts
        assert state.answers == model.taken
        screen = (state.shown.item, state.shown.position) if state.shown else None
        assert screen == model.screen
        assert (state.phase == "item") == (state.shown is not None)
        if state.status == "paused":
            assert state.paused_by == model.gate

    @invariant()
    def sections_and_items_are_counted_right(self) -> None:
        model, state = self.model, self.state
        assert [len(section.records) for section in state.sections] == model.sections
        assert state.answered == model.answered == len(model.taken)
        assert [section.started.index for section in state.sections] == list(
            range(len(model.sections))
        )
        assert all(section.ended for section in state.sections[:-1])
        for record in (one for section in state.sections for one in section.records):
            assert (record.category is not None) == (record.state is ItemState.ANSWERED)

    @invariant()
    def what_proctors_did_is_on_record_once(self) -> None:
        model, state = self.model, self.state
        assert state.identity == model.papers
        assert state.seat == model.seat
        assert list(state.unread) == model.unread
        assert state.sent == model.sent
        assert {one.grant: one.seconds for one in state.grants} == model.granted
        assert len(state.grants) == len(model.granted)
        assert state.extra_seconds == sum(model.granted.values())
        if model.runs:
            assert state.sections[-1].extra == model.late

    @invariant()
    def no_time_is_charged_while_a_test_is_held(self) -> None:
        """Only an answer and the end of time charge any, and both are refused then."""
        held = False
        for event in self.log:
            if isinstance(event, e.ResponseGiven):
                assert not held
            if isinstance(event, (e.Paused, e.AuthorisationRequired)):
                held = True
            elif isinstance(event, (e.Resumed, e.Authorised)):
                held = False

    @invariant()
    def the_state_is_the_fold_of_the_events(self) -> None:
        assert self.state.seq == len(self.log) == self.model.events
        assert fold("s", self.log, practice=self.model.practice) == self.state

    @invariant()
    def nothing_is_recorded_behind_an_end_but_its_reopening_or_that_it_is_invalid(self) -> None:
        kinds = [type(event).__name__ for event in self.log]
        for kind, following in pairwise(kinds):
            assert (kind in e.ENDED) <= (following in ("Reopened", "SessionInvalidated"))
            assert kind != "SessionInvalidated"


def run(examples: int) -> None:
    run_state_machine_as_test(
        SessionMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_course_of_a_session_agrees_with_the_model() -> None:
    run(200)


@pytest.mark.campaign
def test_ten_thousand_courses_of_a_session_agree_with_the_model() -> None:
    run(10_000)
