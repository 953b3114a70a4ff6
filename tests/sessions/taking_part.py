"""What participants do in any course of a session, each step beside the supervisor's notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis.strategies as st
from attrs import evolve as changed
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import Refused, decide
from cact_tui.sessions.evolve import evolve
from cact_tui.sessions.states import SessionState
from tests.sessions import small
from tests.sessions.pencil import BREAK_AFTER_FIRST, NEWEST, PICK, RARELY, SECTIONS, Model

if TYPE_CHECKING:
    from cact_tui.sessions.specification import BatterySpecification


class TakingPart(RuleBasedStateMachine):
    """Does the same to the machine and to the model; what was expected is what happens."""

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

    @property
    def timing(self) -> e.ItemTiming:
        """Return what a terminal has counted of the item on its screen."""
        return e.ItemTiming(shown=self.model.shown_ms)

    @rule(milliseconds=st.integers(1, 90_000))
    def let_time_pass(self, milliseconds: int) -> None:
        self.model.pass_time(milliseconds)

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
            timing=self.timing,
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
            self.model.start_section()

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
            item,
            connection=connection,
            answer=answer,
            position=position,
            given=given,
            timing=self.timing,
        )
        if self.does(command, expected) and expected:
            model.taken.add(answer)
            model.answered += 1
            model.close_screen()

    @rule(pick=PICK)
    def run_out_of_time(self, pick: int) -> None:
        self.let_time_pass(1_000)
        model, connection = self.model, self.connection(pick)
        expected: str | tuple[str, ...] = model.refusal(connection, steps_on=True)
        if not expected:
            expected = ("ItemClosed",) if model.screen else "not_on_screen"
        command = changed(small.closing(connection), timing=self.timing)
        if self.does(command, expected):
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

    def answer_well(self, pick: int) -> None:
        """Answer the item on the screen, under an id never used before."""
        self.answer(pick, 100 + self.fresh, "screen", ("right",))
