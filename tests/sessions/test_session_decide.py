from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve as changed

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import Refused, decide
from cact_tui.sessions.evolve import evolve, fold
from cact_tui.sessions.states import ItemState, Phase, SessionState, Status
from tests.sessions import small
from tests.sessions.small import (
    ANSWERED,
    BREAK,
    CHOOSING,
    COMMANDS,
    FINISHED,
    INTRODUCTION,
    ON_ITEM,
    RULES,
    Keyed,
    after,
    answering,
    battery,
    names,
    opening,
    signing_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

PAUSE = c.Pause(by="Budi", reason="fire drill")
LEAVE = c.Pause(by="participant", reason="left")
TERMINATE = c.Terminate(by="Budi", reason="cheating")
PROGRESS = (
    "FinishRules",
    "FinishPractice",
    "StartSection",
    "PresentItem",
    "EndSection",
    "Answer",
    "CloseItem",
    "EndBreak",
)
PARTICIPANT = (*PROGRESS, "CallProctor", "MakeComment", "AcknowledgeMessage")
HALL = Keyed(battery(authorisation="proctor"))


def outcome(
    commands: Sequence[c.Command], command: c.Command, plan: Keyed | None = None
) -> tuple[str, ...] | str:
    plan = plan or Keyed()
    return names(decide(after(commands, plan), command, plan))


def test_opening_records_session_sign_in_confirmation_and_self_authorisation() -> None:
    expected = ("SessionOpened", "Attached", "IdentityConfirmed", "Authorised")
    assert outcome((), opening()) == expected
    assert after([opening()]).status is Status.AUTHORIZED


def test_in_a_hall_an_opened_session_waits_for_the_proctor() -> None:
    assert outcome((), opening(), HALL) == ("SessionOpened", "Attached", "IdentityConfirmed")
    state = after([opening()], HALL)
    assert state.status is Status.AWAITING
    assert names(decide(state, COMMANDS["FinishRules"], HALL)) == "not_authorised"
    assert after([opening(), c.Authorise(by="Budi")], HALL).status is Status.AUTHORIZED


def test_a_session_is_opened_once() -> None:
    assert outcome([opening()], opening()) == "already_open"


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_can_be_done_to_a_session_that_was_not_opened(command: str) -> None:
    assert outcome((), COMMANDS[command]) == "not_open"


ENDS = {
    "finished": FINISHED,
    "terminated": (*ON_ITEM, TERMINATE),
    "withdrawn": (*ON_ITEM, c.Withdraw(reason="ill")),
    "canceled": (*RULES, c.Cancel(by="Budi", reason="mistake")),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "Reopen"])
def test_an_ended_session_refuses_everything_but_reopening(end: str, command: str) -> None:
    assert after(ENDS[end]).status is Status(end)
    assert outcome(ENDS[end], COMMANDS[command]) == "ended"


@pytest.mark.parametrize("end", ["terminated", "withdrawn", "canceled"])
def test_reopening_leaves_an_end_and_waits_for_authorisation(end: str) -> None:
    again = (*ENDS[end], c.Reopen(by="Budi", reason="power cut"))
    assert after(again).status is Status.AWAITING
    assert outcome(again, COMMANDS["FinishRules"]) == "not_authorised"
    assert after((*again, c.Authorise(by="Budi"))).status in (Status.ACTIVE, Status.AUTHORIZED)


INVALIDATE = c.Invalidate(by="Budi", reason="examinee.id")


@pytest.mark.parametrize("before", [RULES, *ENDS.values()])
def test_a_test_that_somebody_else_sat_is_invalid_whether_it_ended_or_not(
    before: tuple[c.Command, ...],
) -> None:
    assert outcome(before, INVALIDATE) == ("SessionInvalidated",)
    assert after((*before, INVALIDATE)).status is Status.INVALIDATED


def test_the_item_on_the_screen_of_an_invalid_test_is_closed_without_an_answer() -> None:
    assert outcome(ON_ITEM, INVALIDATE) == ("ItemClosed", "SessionInvalidated")
    assert after((*ON_ITEM, INVALIDATE)).answered == after(ON_ITEM).answered


@pytest.mark.parametrize("command", COMMANDS)
def test_an_invalid_test_refuses_everything_even_reopening(command: str) -> None:
    assert outcome((*ON_ITEM, INVALIDATE), COMMANDS[command]) == "invalidated"


def test_declaring_a_test_invalid_again_changes_nothing() -> None:
    assert outcome((*ON_ITEM, INVALIDATE), INVALIDATE) == ()


def test_a_battery_taken_to_its_end_is_not_reopened_because_nothing_is_left() -> None:
    assert outcome(FINISHED, COMMANDS["Reopen"]) == "nothing_left"


def test_a_session_that_goes_on_is_not_reopened() -> None:
    assert outcome(ON_ITEM, COMMANDS["Reopen"]) == "out_of_place"


@pytest.mark.parametrize("command", PARTICIPANT)
def test_a_terminal_that_lost_the_session_can_do_nothing(command: str) -> None:
    assert outcome((*ON_ITEM, signing_in("second")), COMMANDS[command]) == "taken_over"


@pytest.mark.parametrize("command", PROGRESS)
@pytest.mark.parametrize("by", ["Budi", "participant"])
def test_nothing_progresses_while_paused(command: str, by: str) -> None:
    paused = (*ON_ITEM, c.Pause(by=by, reason="x"))
    assert outcome(paused, COMMANDS[command]) == "paused"


@pytest.mark.parametrize("command", PROGRESS)
def test_nothing_progresses_while_awaiting(command: str) -> None:
    away = signing_in("first", away_ms=60_001, word="")
    assert outcome((*ON_ITEM, away), COMMANDS[command]) == "not_authorised"


@pytest.mark.parametrize(
    ("place", "right"),
    [
        ([opening()], "FinishRules"),
        (RULES, "FinishPractice"),
        (INTRODUCTION, "StartSection"),
        (CHOOSING, "PresentItem"),
        (CHOOSING, "EndSection"),
        (ON_ITEM, "Answer"),
        (ON_ITEM, "CloseItem"),
        (BREAK, "EndBreak"),
    ],
)
def test_each_step_is_taken_in_its_place(place: Sequence[c.Command], right: str) -> None:
    assert not isinstance(decide(after(place), COMMANDS[right], Keyed()), Refused)
    expected = {"out_of_place", "not_on_screen"}
    elsewhere = ([opening()], RULES, INTRODUCTION, CHOOSING, ON_ITEM, (*CHOOSING, small.ending()))
    for other in (one for one in elsewhere if after(one).phase is not after(place).phase):
        assert outcome(other, COMMANDS[right]) in expected


def test_without_practice_items_the_rules_lead_to_the_first_section() -> None:
    plan = Keyed(battery(practice=False))
    assert after(RULES, plan).phase is Phase.INTRODUCTION
    assert after(RULES).phase is Phase.PRACTICE


def test_a_section_begins_with_the_budget_that_the_battery_gives_it() -> None:
    events = decide(after(INTRODUCTION), small.starting(), Keyed())
    assert not isinstance(events, Refused)
    (started,) = events
    assert isinstance(started, e.SectionStarted)
    assert (started.section, started.index, started.seconds) == ("one", 0, 600)


def test_an_item_takes_the_next_position_of_its_section() -> None:
    state = after((*ANSWERED, small.presenting("I-2")))
    assert state.shown is not None
    assert (state.shown.section, state.shown.position) == ("one", 2)
    assert state.shown_seq == state.seq


def test_an_answer_is_scored_and_recorded() -> None:
    events = decide(after(ON_ITEM), answering(), Keyed())
    assert not isinstance(events, Refused)
    (given,) = events
    assert isinstance(given, e.ResponseGiven)
    assert (given.category, given.given, given.position) == (1, ("right",), 1)
    state = after(ANSWERED)
    assert state.section is not None
    assert (state.answered, state.section.answered, state.section.used_ms) == (1, 1, 4_000)
    assert state.shown is None


def test_an_answer_id_is_taken_once() -> None:
    assert outcome(ANSWERED, answering()) == ()
    again = (*ANSWERED, small.presenting("I-2"))
    assert outcome(again, answering("I-2", position=2)) == ()
    assert outcome(again, answering("I-2", position=2, answer="a-2")) == ("ResponseGiven",)


@pytest.mark.parametrize("wrong", [{"item": "I-2"}, {"position": 2}])
def test_an_answer_to_anything_but_the_item_on_the_screen_is_refused(
    wrong: dict[str, Any],
) -> None:
    assert names(decide(after(ON_ITEM), changed(answering(), **wrong), Keyed())) == "not_on_screen"
    assert outcome(CHOOSING, answering()) == "not_on_screen"


def test_what_cannot_be_an_answer_is_refused_and_the_item_stays() -> None:
    assert outcome(ON_ITEM, answering(given=("sideways",))) == "invalid_answer"


@pytest.mark.parametrize("how", ["timed_out", "interrupted"])
def test_a_closed_item_is_unscored_and_its_time_is_charged(how: str) -> None:
    state = after((*ON_ITEM, small.closing(state=how)))
    assert state.section is not None
    (record,) = state.section.records
    assert (record.state, record.category, record.given) == (ItemState(how), None, ())
    assert (state.section.answered, state.section.used_ms) == (0, 600_000)
    assert (state.shown, state.phase) == (None, Phase.CHOOSING)


def test_a_break_follows_where_the_battery_has_one() -> None:
    assert outcome(ANSWERED, small.ending()) == ("SectionEnded", "BreakStarted")
    without = Keyed(battery(sections=(small.section("one"), small.section("two"))))
    assert outcome(ANSWERED, small.ending(), without) == ("SectionEnded",)
    assert after((*ANSWERED, small.ending()), without).phase is Phase.INTRODUCTION


def test_the_last_section_finishes_the_session() -> None:
    assert outcome(FINISHED[:-1], small.ending()) == ("SectionEnded", "SessionFinished")
    assert after(FINISHED).phase is Phase.COMPLETE


def test_the_battery_s_time_finishes_the_session_in_any_section() -> None:
    end = small.ending("battery_time")
    assert outcome(ANSWERED, end) == ("SectionEnded", "SessionFinished")


@pytest.mark.parametrize(
    ("away_ms", "expected"), [(0, Status.ACTIVE), (60_000, Status.ACTIVE), (60_001, "away")]
)
@pytest.mark.parametrize("hall", [False, True])
def test_after_more_than_the_allowed_time_away_somebody_must_authorise(
    away_ms: int, expected: Status | str, *, hall: bool
) -> None:
    plan = HALL if hall else Keyed()
    begun = (opening(), c.Authorise(by="Budi"), *ON_ITEM[1:])
    back = signing_in("second", away_ms=away_ms)
    events = decide(after(begun, plan), back, plan)
    assert not isinstance(events, Refused)
    required = [one for one in events if isinstance(one, e.AuthorisationRequired)]
    assert [one.reason for one in required] == ([expected] if expected == "away" else [])
    waits = hall and expected == "away"
    state = after((*begun, back), plan)
    assert state.status is (Status.AWAITING if waits else Status.ACTIVE)
    assert state.shown is not None


def test_the_third_cut_needs_authorisation_and_counts_anew_after_it() -> None:
    begun: list[c.Command] = [opening(), c.Authorise(by="Budi"), *ON_ITEM[1:]]
    for number in (1, 2, 3):
        begun.append(signing_in(f"cut {number}", cut=True))
        expected = Status.ACTIVE if number < 3 else Status.AWAITING
        assert after(begun, HALL).status is expected
    begun += [c.Authorise(by="Budi"), signing_in("fourth", cut=True)]
    assert after(begun, HALL).status is Status.ACTIVE
    assert after(begun, HALL).cuts == 1


def test_a_return_without_a_cut_is_no_cut() -> None:
    begun: tuple[c.Command, ...] = (*ON_ITEM, *(signing_in(f"s{number}") for number in range(5)))
    assert after(begun).cuts == 0


def test_a_proctor_s_resume_is_an_authorisation_and_counts_cuts_anew() -> None:
    cut_twice: tuple[c.Command, ...] = (
        *ON_ITEM,
        *(signing_in(f"s{number}", cut=True) for number in range(2)),
    )
    assert after(cut_twice).cuts == 2
    assert after((*cut_twice, PAUSE, c.Resume(by="Budi"))).cuts == 0
    assert after((*cut_twice, LEAVE, signing_in("back"))).cuts == 2


def test_nothing_needs_authorisation_anew_before_the_test_began() -> None:
    back = signing_in("second", away_ms=10**9, cut=True)
    assert outcome([opening()], back) == ("Attached", "IdentityConfirmed")


def test_the_participant_who_left_comes_back_by_signing_in() -> None:
    left = (*ON_ITEM, LEAVE)
    assert after(left).status is Status.PAUSED
    assert outcome(left, signing_in()) == ("Attached", "IdentityConfirmed", "Resumed")
    assert outcome(left, signing_in(word="")) == ("Attached",)


@pytest.mark.parametrize(
    "held",
    [(*ON_ITEM, PAUSE), (*ON_ITEM, PAUSE, LEAVE), (*ON_ITEM, LEAVE, PAUSE)],
    ids=["paused", "paused, then left", "left, then paused"],
)
@pytest.mark.parametrize("back", [{}, {"away_ms": 10**7}, {"cut": True}, {"another_day": True}])
def test_a_proctor_s_pause_is_never_lifted_by_the_participant_s_return(
    held: Sequence[c.Command], back: dict[str, Any]
) -> None:
    state = after((*held, signing_in(**back)))
    assert (state.status, state.paused_by) == (Status.PAUSED, "Budi")
    assert after((*held, signing_in(**back), c.Resume(by="Budi"))).status is Status.ACTIVE


def test_pausing_twice_and_resuming_twice_change_nothing() -> None:
    assert outcome((*ON_ITEM, PAUSE), PAUSE) == ()
    assert outcome((*ON_ITEM, PAUSE), LEAVE) == ()
    assert outcome((*ON_ITEM, LEAVE), LEAVE) == ()
    assert outcome(ON_ITEM, c.Resume(by="Budi")) == ()
    assert outcome(ON_ITEM, c.Authorise(by="Budi")) == ()


def test_a_session_that_waits_anyway_is_not_paused() -> None:
    assert outcome([opening()], PAUSE, HALL) == "not_authorised"


def test_leaving_may_be_forbidden_but_a_proctor_may_always_pause() -> None:
    plan = Keyed(battery(may_leave=False))
    assert outcome(ON_ITEM, LEAVE, plan) == "leaving_forbidden"
    assert outcome(ON_ITEM, PAUSE, plan) == ("Paused",)


def test_a_pause_while_the_rules_are_read_comes_back_to_the_rules() -> None:
    state = after([opening(), PAUSE, c.Resume(by="Budi")])
    assert (state.status, state.phase) == (Status.AUTHORIZED, Phase.RULES)


def test_on_another_day_the_exposed_item_closes_as_interrupted_with_its_time() -> None:
    timing = e.ItemTiming(shown=7_000, uncharged=1_000)
    back = signing_in(away_ms=10**8, another_day=True, timing=timing)
    events = decide(after(ON_ITEM), back, Keyed())
    assert not isinstance(events, Refused)
    (closed,) = [one for one in events if isinstance(one, e.ItemClosed)]
    assert (closed.item, closed.state, closed.timing) == ("I-1", "interrupted", timing)
    state = after((*ON_ITEM, back))
    assert (state.phase, state.shown) == (Phase.CHOOSING, None)


def test_on_another_day_nothing_closes_when_no_item_was_exposed() -> None:
    assert "ItemClosed" not in outcome(BREAK, signing_in(another_day=True))


@pytest.mark.parametrize(
    ("end", "how"),
    [(TERMINATE, ItemState.INTERRUPTED), (c.Withdraw(reason="ill"), ItemState.WITHDRAWN)],
)
def test_an_early_end_closes_the_item_on_the_screen(end: c.Command, how: ItemState) -> None:
    section = after((*ON_ITEM, end)).section
    assert section is not None
    assert section.records[-1].state is how
    assert len(outcome(CHOOSING, end)) == 1


def test_only_a_session_that_never_began_is_canceled() -> None:
    cancel = COMMANDS["Cancel"]
    assert outcome(INTRODUCTION, cancel) == ("SessionCanceled",)
    assert outcome(CHOOSING, cancel) == "begun"


def test_calls_and_comments_name_the_item_on_the_screen_even_while_paused() -> None:
    for name in ("CallProctor", "MakeComment"):
        events = decide(after((*ON_ITEM, PAUSE)), COMMANDS[name], Keyed())
        assert not isinstance(events, Refused)
        assert getattr(events[0], "item", "") == "I-1"
        elsewhere = decide(after(CHOOSING), COMMANDS[name], Keyed())
        assert not isinstance(elsewhere, Refused)
        assert getattr(elsewhere[0], "item", "") is None


def test_an_irregularity_is_put_on_record_and_changes_nothing() -> None:
    assert outcome(ON_ITEM, COMMANDS["RecordIrregularity"]) == ("IrregularityRecorded",)
    before, noted = after(ON_ITEM), after((*ON_ITEM, COMMANDS["RecordIrregularity"]))
    assert noted == changed(before, seq=before.seq + 1)


def test_folding_all_events_is_the_same_as_taking_them_one_by_one() -> None:
    plan, state, events = Keyed(), SessionState(session="s"), list[e.Event]()
    for command in FINISHED:
        made = decide(state, command, plan)
        assert not isinstance(made, Refused)
        for event in made:
            state = evolve(state, event)
            events.append(event)
    assert fold("s", events, practice=True) == state
    assert state.seq == len(events)


def test_the_answer_ids_are_not_in_a_state_s_repr() -> None:
    assert "a-1" not in repr(after(ANSWERED))
