"""R14: any course of a session, against a small model that knows nothing of the machine.

`-m campaign` runs 10,000 courses.
"""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.evolve import fold
from cact_tui.sessions.states import ItemState
from tests.sessions.pencil import ENOUGH, NEWEST, PICK, PROCTORS, RARELY, SECTIONS
from tests.sessions.taking_part import TakingPart


class SessionMachine(TakingPart):
    """Does what participants and proctors may ask for, and compares."""

    @rule(times=st.integers(1, 4), leaves=st.booleans())
    def be_cut_off_again_and_again(self, times: int, *, leaves: bool) -> None:
        for _ in range(times):
            self.sign_in(confirms=True, away=0, cut=True, another_day=False)
            if leaves:
                self.pause("participant")

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
            self.let_time_pass(1_000)
            if self.model.gate != "open":
                self.look_at_papers("Ani", "confirmed")
                self.authorise("Ani")
                self.resume("Ani")
            if self.model.place == "choosing" and self.model.sections[-1] >= ENOUGH:
                self.end_section(NEWEST, "max_items")
            elif self.model.place in steps:
                steps[self.model.place](NEWEST)

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

    @rule(by=st.sampled_from(PROCTORS))
    def unlock(self, by: str) -> None:
        refusal = self.model.refusal(None, steps_on=False)
        self.does(c.ClearLockout(by=by, reason="other"), refusal or ("LockoutCleared",))

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
        self.let_time_pass(1_000)
        command: c.Command = (
            c.Withdraw(reason="ill")
            if withdraws
            else c.Terminate(by="Budi", reason="x", timing=self.timing)
        )
        last = "SessionWithdrawn" if withdraws else "SessionTerminated"
        events = ("ItemClosed",) * (model.screen is not None) + (last,)
        if self.does(command, model.refusal(None, steps_on=False) or events):
            model.end = "withdrawn" if withdraws else "terminated"
            if model.screen:
                model.close_screen(time_known=not withdraws)

    @rule(withdraws=st.booleans())
    def end_at_an_item_and_reopen(self, *, withdraws: bool) -> None:
        if self.model.screen is not None:
            self.end_early(really=True, withdraws=withdraws)
            self.reopen()

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
        self.let_time_pass(1_000)
        command = c.Invalidate(by=by, reason="examinee.id", timing=self.timing)
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
    def what_is_charged_is_the_time_in_which_items_could_be_answered(self) -> None:
        """None of it is of a held test; what is closed is charged once, to its own section."""
        assert [section.used_ms for section in self.state.sections] == self.model.charged

    @invariant()
    def nothing_is_answered_while_a_test_is_held(self) -> None:
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
