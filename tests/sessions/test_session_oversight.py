"""Extra time, messages, papers, seats: what proctors' acts make of a session."""

from __future__ import annotations

import pytest

from cact_tui.delivery.countdown import left_ms
from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import decide
from cact_tui.sessions.reasons import REASONS, known
from cact_tui.sessions.states import Status
from tests.sessions.small import (
    ANSWERED,
    BREAK,
    CHOOSING,
    INTRODUCTION,
    ON_ITEM,
    Keyed,
    after,
    battery,
    names,
    opening,
    section,
    signing_in,
    starting,
)

HALL = Keyed(battery(authorisation="proctor"))
REFUSE = c.CheckIdentity(outcome="refused", by="Budi", reason="examinee.id")
CONFIRM = c.CheckIdentity(outcome="confirmed", by="Ani")


def extending(seconds: int = 300, **changes: object) -> c.ExtendTime:
    values: dict[str, object] = {
        "grant": "g-1",
        "seconds": seconds,
        "kind": "incident",
        "by": "Budi",
        "reason": "technical.network",
        **changes,
    }
    return c.ExtendTime(**values)  # type: ignore[arg-type]


def timed(*seconds: int | None, whole: int | None = None) -> Keyed:
    sections = tuple(section(f"s{n}", seconds=each) for n, each in enumerate(seconds))
    return Keyed(battery(sections=sections, seconds=whole))


def left(plan: Keyed, *commands: c.Command) -> int | None:
    return left_ms(plan.battery, after(commands, plan), 0)[0]


def test_extra_time_lengthens_the_section_that_runs_and_the_battery_with_it() -> None:
    both = timed(600, 600, whole=1_200)
    assert left(both, *CHOOSING) == 600_000
    assert left(both, *CHOOSING, extending(300)) == 900_000
    only_battery = timed(None, None, whole=1_200)
    assert left(only_battery, *CHOOSING, extending(300)) == 1_500_000


def test_extra_time_of_a_section_ends_with_it() -> None:
    plan = timed(600, 600)
    longer = (*CHOOSING, extending(300))
    assert after(longer, plan).sections[0].seconds == 900
    state = after((*ANSWERED, extending(300), *BREAK[len(ANSWERED) :]), plan)
    assert state.sections[0].seconds == 900
    assert state.planned_seconds == 0


def test_extra_time_for_the_whole_test_gives_each_section_to_come_its_share() -> None:
    plan = timed(600, 1_200, whole=1_800)
    state = after((*INTRODUCTION, extending(900, whole=True, kind="planned"), starting()), plan)
    assert state.sections[0].started.seconds == 600 + 300
    assert plan.battery.share(plan.battery.sections[1], 900) == 600
    assert left_ms(plan.battery, state, 0)[0] == 900_000
    assert state.extra_seconds == 900


def test_an_accommodation_is_recorded_when_the_test_is_opened() -> None:
    plan = timed(600, 1_200, whole=1_800)
    extra = plan.battery.extra_seconds(minutes=0, percent=30)
    assert extra == 540
    command = c.Open(
        opened=opening().opened,
        attached=opening().attached,
        word="SETUJU",
        notice="cd" * 32,
        checked_by="Ani",
        planned_seconds=extra,
    )
    made = decide(after((), plan), command, plan)
    assert names(made) == (
        "SessionOpened",
        "Attached",
        "IdentityConfirmed",
        "IdentityChecked",
        "TimeExtended",
        "Authorised",
    )
    assert isinstance(made, tuple)
    (granted,) = (event for event in made if isinstance(event, e.TimeExtended))
    assert (granted.kind, granted.section, granted.seconds) == ("planned", None, 540)
    (checked,) = (event for event in made if isinstance(event, e.IdentityChecked))
    assert (checked.outcome, checked.by) == ("confirmed", "Ani")


def test_minutes_and_percent_add_up_and_are_nothing_without_a_budget() -> None:
    assert timed(600, 600).battery.extra_seconds(minutes=5, percent=50) == 300 + 600
    assert timed(None, None).battery.extra_seconds(minutes=5, percent=50) == 0


def test_the_same_grant_sent_twice_counts_once() -> None:
    plan = timed(600)
    assert names(decide(after((*CHOOSING, extending()), plan), extending(), plan)) == ()


@pytest.mark.parametrize("commands", [INTRODUCTION, BREAK])
def test_extra_time_between_sections_is_refused_but_for_the_whole_test(
    commands: tuple[c.Command, ...],
) -> None:
    plan = timed(600, 600)
    state = after(commands, plan)
    assert names(decide(state, extending(), plan)) == "no_section"
    assert names(decide(state, extending(whole=True), plan)) == ("TimeExtended",)


SECOND = (*BREAK, starting())


@pytest.mark.parametrize(
    ("sections", "whole", "commands", "gains"),
    [
        ((600, 600), 1_200, CHOOSING, True),
        ((600, 600), None, CHOOSING, True),
        ((600, 600), 1_200, SECOND, False),
        ((600, 600), None, SECOND, False),
        ((1_800, 2_100), 4_500, SECOND, False),
        ((600, 600), 700, SECOND, False),
        ((600, 600), 604, SECOND, False),
        ((600, 600), 603, SECOND, True),
        ((None, 600), None, CHOOSING, True),
        ((600, None), None, SECOND, False),
        ((600, None), 1_200, SECOND, True),
        ((None, None), 1_200, SECOND, True),
    ],
)
def test_time_for_the_whole_test_is_granted_only_where_somebody_gains_by_it(
    sections: tuple[int | None, ...],
    whole: int | None,
    commands: tuple[c.Command, ...],
    *,
    gains: bool,
) -> None:
    plan = timed(*sections, whole=whole)
    order = extending(whole=True, kind="planned")
    made = names(decide(after(commands, plan), order, plan))
    assert made == (("TimeExtended",) if gains else "no_effect")
    to_come = len(after(commands, plan).sections) < len(sections)
    if gains and not to_come:
        before, longer = left(plan, *commands), left(plan, *commands, order)
        assert before is not None
        assert longer is not None
        assert longer > before


@pytest.mark.parametrize("whole", [True, False])
def test_a_test_without_a_limit_has_nothing_to_extend(whole: bool) -> None:  # noqa: FBT001
    plan = timed(None, None)
    state = after(CHOOSING, plan)
    assert names(decide(state, extending(whole=whole), plan)) == "no_budget"


def test_a_refused_identity_holds_the_test_until_it_is_confirmed_and_authorised() -> None:
    refused = after((*ON_ITEM, REFUSE))
    assert refused.status is Status.AWAITING
    assert names(decide(refused, c.Authorise(by="Ani"), Keyed())) == "identity_refused"
    confirmed = after((*ON_ITEM, REFUSE, CONFIRM))
    assert confirmed.status is Status.AWAITING
    assert after((*ON_ITEM, REFUSE, CONFIRM, c.Authorise(by="Ani"))).status is Status.ACTIVE


def test_a_refused_participant_does_not_authorise_by_signing_in_again() -> None:
    state = after((*ON_ITEM, REFUSE, signing_in()))
    assert state.status is Status.AWAITING


def test_a_waiting_session_stays_waiting_when_its_papers_are_refused() -> None:
    state = after([opening()], HALL)
    assert names(decide(state, REFUSE, HALL)) == ("IdentityChecked",)


def test_authorising_a_paused_test_is_refused_and_so_is_resuming_one_that_waits() -> None:
    paused = after((*ON_ITEM, c.Pause(by="Budi", reason="environment.noise")))
    assert paused.held_for == "environment.noise"
    assert names(decide(paused, c.Authorise(by="Ani"), Keyed())) == "paused"
    waiting = after([opening()], HALL)
    assert names(decide(waiting, c.Resume(by="Ani"), HALL)) == "not_authorised"


def test_only_what_is_held_for_the_reason_that_is_over_goes_on() -> None:
    over = c.Resume(by="Ani", held_for="environment.power_outage")
    power = after((*ON_ITEM, c.Pause(by="Budi", reason="environment.power_outage")))
    assert names(decide(power, over, Keyed())) == ("Resumed",)
    ill = after((*ON_ITEM, c.Pause(by="Budi", reason="examinee.illness")))
    assert names(decide(ill, over, Keyed())) == ()
    assert names(decide(after([opening()], HALL), over, HALL)) == ()


def test_messages_are_unread_in_their_order_until_each_is_acknowledged() -> None:
    sent = (*ON_ITEM, c.SendMessage(digest="1", by="Ani"), c.SendMessage(digest="2", by="Budi"))
    assert after(sent).unread == ("1", "2")
    read = (*sent, c.AcknowledgeMessage(connection="first", digest="1"))
    assert after(read).unread == ("2",)
    again = decide(after(read), c.SendMessage(digest="1", by="Ani"), Keyed())
    assert names(again) == ()


def test_terminating_keeps_the_time_that_is_known_of_the_item() -> None:
    timing = e.ItemTiming(shown=4_000, uncharged=10)
    command = c.Terminate(by="Budi", reason="examinee.behaviour", timing=timing)
    made = decide(after(ON_ITEM), command, Keyed())
    assert isinstance(made, tuple)
    closed = made[0]
    assert isinstance(closed, e.ItemClosed)
    assert (closed.state, closed.timing) == ("interrupted", timing)


def test_a_seat_is_where_one_signed_in_last_or_was_moved_to() -> None:
    state = after((*ON_ITEM, c.ChangeSeat(seat="09", by="Budi", reason="other")))
    assert state.seat == "09"
    again = decide(state, c.ChangeSeat(seat="09", by="Ani", reason="other"), Keyed())
    assert names(again) == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("environment.noise", "environment.noise"),
        ("noise", "environment.noise"),
        ("Power outage", "environment.power_outage"),
        ("no-show", None),
        ("other", "other"),
        ("boredom", None),
    ],
)
def test_a_reason_is_a_code_of_the_taxonomy_or_what_clearly_stands_for_one(
    written: str, code: str | None
) -> None:
    if code is not None:
        assert known(written) == code
        assert code in REASONS
        return
    with pytest.raises(ValueError, match=r"write (one of|examinee\.no_show or)"):
        known(written)
