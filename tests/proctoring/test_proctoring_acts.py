"""What proctors do, and what the participant's screen makes of it by itself."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import (
    ConfirmView,
    EndView,
    ItemView,
    MessageView,
    PassageView,
    Standstill,
    StandstillView,
)
from cact_tui.errors import NotFound, StorageTrouble
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.acts import Acts, Denied, Done, Outcome
from cact_tui.proctoring.paths import Paths
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import Reason
from tests.delivery.hall import of_kind, two_sections
from tests.proctoring.room import BY, Room, shown, stands
from tests.sessions import small

if TYPE_CHECKING:
    from cact_tui.sessions.specification import BatterySpecification

SESSION = "REF-1"


def limited(seconds: int = 600) -> BatterySpecification:
    one = small.section("one", min_items=3, max_items=3, seconds=seconds)
    two = small.section(
        "two", scale="third", banks=("second",), min_items=2, max_items=2, seconds=seconds
    )
    return two_sections(authorisation="proctor", sections=(one, two), seconds=2 * seconds)


def done(outcome: Outcome) -> Done:
    assert isinstance(outcome, Done), outcome
    return outcome


def denied(outcome: Outcome) -> Denied:
    assert isinstance(outcome, Denied), outcome
    return outcome


async def test_nothing_begins_before_a_proctor_authorises_and_then_by_itself() -> None:
    room = await Room(watched=True).furnish()
    seat = await room.enter()
    assert stands("awaiting")(seat.view)
    assert isinstance(seat.view, StandstillView)
    assert "has not begun" in seat.view.text
    began = time.monotonic()
    await room.acts.authorise(SESSION, by=BY)
    view = await shown(seat, lambda view: isinstance(view, PassageView))
    assert time.monotonic() - began < 1
    assert isinstance(view, PassageView)
    (authorised,) = of_kind(await room.hall.events(), e.Authorised)
    assert authorised.by == BY
    await seat.flow.close()


async def test_a_pause_blanks_the_screen_says_why_and_resuming_brings_the_item_back() -> None:
    room = await Room(watched=True).furnish()
    seat = await room.to_item()
    item = seat.item.item
    done(await room.acts.pause(SESSION, by=BY, reason="power_outage"))
    view = await shown(seat, stands("paused"))
    assert isinstance(view, StandstillView)
    assert "Reason: power outage." in view.text
    assert "Since 10:33 WIB." in view.text
    assert seat.conduct.timekeeper is not None
    before = seat.conduct.timekeeper.shown_ms
    room.hall.clock.advance(1)
    seat.conduct.timekeeper.tick()
    assert seat.conduct.timekeeper.shown_ms == before
    done(await room.acts.resume(SESSION, by=BY))
    await shown(seat, lambda view: isinstance(view, ItemView))
    assert seat.item.item == item
    await seat.flow.close()


async def test_a_reason_that_concerns_a_person_is_not_said_to_the_participant() -> None:
    room = await Room(watched=True).furnish()
    seat = await room.to_item()
    await room.acts.pause(SESSION, by=BY, reason="examinee.behaviour")
    view = await shown(seat, stands("paused"))
    assert isinstance(view, StandstillView)
    assert "Reason" not in view.text
    (paused,) = of_kind(await room.hall.events(), e.Paused)
    assert paused.reason == "examinee.behaviour"
    await seat.flow.close()


async def test_an_answer_on_its_way_into_a_pause_is_refused_and_nothing_is_lost() -> None:
    room = await Room().furnish()
    seat = await room.to_item()
    await room.acts.pause(SESSION, by=BY, reason="noise")
    await seat.answer()
    assert stands("paused")(seat.view)
    assert of_kind(await room.hall.events(), e.ResponseGiven) == []


async def test_a_message_stands_until_it_is_acknowledged_and_its_words_are_erasable() -> None:
    room = await Room(watched=True).furnish()
    seat = await room.to_item()
    item = seat.item.item
    await room.acts.message(SESSION, "Mohon \x1b[2Jbicara dengan saya.", by=BY)
    await room.acts.message(SESSION, "Terima kasih.", by=BY)
    view = await shown(seat, lambda view: isinstance(view, MessageView))
    assert isinstance(view, MessageView)
    assert view.text == "Mohon [2Jbicara dengan saya."
    assert not seat.conduct.on_item
    await seat.flow.act(a.Acknowledge("another"))
    assert seat.view == view
    await seat.flow.act(a.Acknowledge(view.message))
    assert isinstance(seat.view, MessageView)
    assert seat.view.text == "Terima kasih."
    await seat.flow.act(a.Acknowledge(seat.view.message))
    assert seat.item.item == item
    events = await room.hall.events()
    assert len(of_kind(events, e.MessageSent)) == len(of_kind(events, e.MessageAcknowledged)) == 2
    assert "bicara" not in repr(events)
    await room.hall.store.erase("p-siti")
    assert await room.hall.store.comments(SESSION) == ()
    await seat.flow.close()


async def test_a_message_during_a_pause_is_read_and_leads_back_to_the_pause() -> None:
    room = await Room(watched=True).furnish()
    seat = await room.to_item()
    await room.acts.pause(SESSION, by=BY, reason="power_outage")
    await room.acts.message(SESSION, "Listrik padam, 10 menit.", by=BY)
    view = await shown(seat, lambda view: isinstance(view, MessageView))
    assert isinstance(view, MessageView)
    await seat.flow.act(a.Acknowledge(view.message))
    assert stands("paused")(seat.view)
    await seat.flow.close()


async def test_extra_time_is_seen_on_the_clock_and_said_once() -> None:
    room = await Room(watched=True, battery=limited()).furnish()
    seat = await room.to_item()
    await seat.pass_time(100)
    before = seat.conduct.left()[0]
    assert before == 500_000
    done(await room.acts.extend(SESSION, 300, by=BY, reason="network"))
    await shown(seat, lambda view: isinstance(view, ItemView) and "extra time" in view.status)
    assert seat.item.status == "extra time: 5 minutes more"
    assert seat.conduct.left()[0] == before + 300_000
    await seat.answer()
    assert "extra time" not in seat.item.status
    await seat.flow.close()


async def test_a_terminated_test_ends_on_the_screen_with_a_word_and_its_time_is_kept() -> None:
    room = await Room(watched=True).furnish()
    seat = await room.to_item()
    await seat.pass_time(7)
    done(await room.acts.terminate(SESSION, by=BY, reason="examinee.behaviour"))
    view = await shown(seat, lambda view: isinstance(view, EndView))
    assert isinstance(view, EndView)
    assert "The proctor has ended your test." in view.text
    (closed,) = of_kind(await room.hall.events(), e.ItemClosed)
    assert closed.state == "interrupted"
    assert closed.timing.shown == 5_000  # as last saved
    assert room.hall.finished == [SESSION]
    await seat.flow.close()


async def test_a_terminated_test_is_reopened_waits_and_goes_on_behind_the_lost_item() -> None:
    room = await Room().furnish()
    seat = await room.to_item()
    lost = seat.item.item
    await room.acts.terminate(SESSION, by=BY, reason="other")
    assert denied(await room.acts.pause(SESSION, by=BY, reason="other")).reason is Reason.ENDED
    done(await room.acts.reopen(SESSION, by="Chief", reason="staff.error"))
    back = await room.enter()
    assert stands("awaiting")(back.view)
    await room.acts.authorise(SESSION, by=BY)
    await back.pass_time(3)
    assert back.item.item != lost


async def test_a_refused_identity_stops_the_test_until_it_is_confirmed() -> None:
    room = await Room(watched=True).furnish()
    seat = await room.to_item()
    await room.roster.check_identity("0231", Identification.REFUSED, by=BY)
    view = await shown(seat, stands("refused"))
    assert isinstance(view, StandstillView)
    assert "bring your papers" in view.text
    refusal = denied(await room.acts.authorise(SESSION, by=BY))
    assert "confirm it first" in refusal.why
    await room.roster.check_identity("0231", Identification.CONFIRMED, by=BY)
    done(await room.acts.authorise(SESSION, by=BY))
    await shown(seat, lambda view: isinstance(view, ItemView))
    await seat.flow.close()


async def test_a_second_sign_in_asks_first_then_takes_over_and_both_screens_say_so() -> None:
    room = await Room(watched=True).furnish()
    first = await room.to_item()
    await first.pass_time(6)
    item = first.item.item
    second = await room.arrive(seat="08")
    assert isinstance(second.view, ConfirmView)
    assert ("Open now at", "seat 07") in [(f.label, f.value) for f in second.view.facts]
    assert "it closes there" in second.view.text
    assert isinstance(first.view, ItemView)
    await second.flow.act(a.Confirm(second.view.word))
    view = await shown(first, stands("taken_over"))
    assert isinstance(view, StandstillView)
    assert view.closing
    assert "It goes on at seat 08." in view.text
    assert second.item.item == item
    assert second.item.status == "your test was open at seat 07; it is closed there now"
    await first.flow.close()
    await second.flow.close()
    saved = await room.hall.store.last_checkpoint(SESSION)
    assert saved is not None


async def test_a_terminal_that_went_away_is_not_said_to_be_open() -> None:
    room = await Room().furnish()
    seat = await room.to_item()
    await seat.pass_time(6)
    await seat.flow.close()
    assert isinstance((again := await room.arrive(seat="08")).view, ConfirmView)
    assert "Open now at" not in [fact.label for fact in again.view.facts]


@pytest.mark.parametrize("away", [59, 61])
async def test_after_a_minute_away_a_proctor_has_to_authorise_again(away: int) -> None:
    room = await Room().furnish()
    seat = await room.to_item()
    await seat.pass_time(6)
    await seat.flow.close()
    room.hall.clock.advance(away)
    back = await room.enter(seat="08")
    if away < 60:
        assert isinstance(back.view, ItemView)
        return
    assert isinstance(back.view, StandstillView)
    assert back.view.why is Standstill.AWAITING
    assert "away for a while" in back.view.text


async def test_the_third_cut_has_to_be_authorised_and_the_count_begins_anew() -> None:
    room = await Room().furnish()
    await (await room.to_item()).flow.close()
    for cut in (1, 2, 3):
        back = await room.enter(seat=str(cut))
        assert isinstance(back.view, ItemView) is (cut < 3)
        await back.flow.close()
    await room.acts.authorise(SESSION, by=BY)
    assert isinstance((await room.enter()).view, ItemView)


async def test_practice_goes_on_where_it_stood_after_a_pause() -> None:
    room = await Room(battery=two_sections(authorisation="proctor", practice=True)).furnish()
    seat = await room.enter()
    await room.acts.authorise(SESSION, by=BY)
    await seat.pass_time(3)
    await seat.to_item()
    await seat.flow.act(seat.response())
    assert seat.item.position == 2
    await room.acts.pause(SESSION, by=BY, reason="noise")
    await seat.pass_time(3)
    assert stands("paused")(seat.view)
    await room.acts.resume(SESSION, by=BY)
    await seat.pass_time(3)
    assert (seat.item.practice, seat.item.position) == (True, 2)


async def test_a_break_is_not_lengthened_by_what_a_proctor_does() -> None:
    room = await Room().furnish()
    seat = await room.to_item()
    while not isinstance(seat.view, PassageView):
        await seat.answer()
    await seat.pass_time(100)
    await room.acts.message(SESSION, "Halo.", by=BY)
    await seat.pass_time(3)
    assert isinstance(seat.view, MessageView)
    await seat.flow.act(a.Acknowledge(seat.view.message))
    assert seat.conduct.rest.seconds == pytest.approx(103)


async def test_acts_work_without_anybody_connected() -> None:
    room = await Room(battery=limited()).furnish()
    await (await room.to_item()).flow.close()
    acts = room.acts
    for outcome in (
        await acts.pause(SESSION, by=BY, reason="network"),
        await acts.extend(SESSION, 60, by=BY, reason="network"),
        await acts.message(SESSION, "Selamat datang kembali.", by=BY),
        await acts.resume(SESSION, by=BY),
        await acts.report(SESSION, by=BY, code="network", detail="switch 2"),
    ):
        assert done(outcome).news


async def test_an_act_that_was_done_before_records_nothing_and_is_no_failure() -> None:
    room = await Room().furnish()
    await room.to_item()
    assert done(await room.acts.pause(SESSION, by=BY, reason="noise")).news
    again = done(await room.acts.pause(SESSION, by="Budi", reason="noise"))
    assert not again.news
    assert again.state.paused_by == BY


async def test_two_proctors_at_once_never_corrupt_a_session_and_each_act_is_there_once() -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    other = Acts(Paths(store=room.hall.store, clock=room.hall.clock, pinned=room._pinned))
    outcomes = await asyncio.gather(
        *(
            acts.extend(SESSION, seconds, by=by, reason="network")
            for seconds, (acts, by) in enumerate([(room.acts, "Ani"), (other, "Budi")] * 5, 1)
        ),
        *(acts.message(SESSION, "Halo", by="Ani") for acts in (room.acts, other)),
    )
    assert all(done(outcome).news for outcome in outcomes)
    events = await room.hall.events()
    assert sorted(one.seconds for one in of_kind(events, e.TimeExtended)) == list(range(1, 11))
    assert len(of_kind(events, e.MessageSent)) == 2
    state = await room.acts.state(SESSION)
    assert state.extra_seconds == 55
    assert state.seq == len(events)


async def test_what_another_process_did_meanwhile_makes_no_act_seem_done_or_unlawful() -> None:
    room = await Room().furnish()
    await room.to_item()
    other = Acts(Paths(store=room.hall.store, clock=room.hall.clock, pinned=room._pinned))
    assert done(await room.acts.pause(SESSION, by=BY, reason="noise")).news
    assert done(await other.resume(SESSION, by="Budi")).news
    assert done(
        await room.acts.pause(SESSION, by=BY, reason="power_outage")
    ).news  # it seemed paused
    assert done(await other.resume(SESSION, by="Budi")).news
    assert done(await other.terminate(SESSION, by="Budi", reason="illness")).news
    assert done(await other.reopen(SESSION, by="Budi", reason="illness")).news
    assert done(await room.acts.authorise(SESSION, by=BY)).news  # it seemed to go on


async def test_many_sessions_at_once_and_each_has_its_own_outcome() -> None:
    room = await Room().furnish()
    await room.to_item(number="0231", seat="07")
    await room.enter(number="0243", seat="19")
    outcomes = await room.acts.many(
        ["REF-1", "REF-2"], lambda session: room.acts.pause(session, by=BY, reason="noise")
    )
    assert done(outcomes[0]).session == "REF-1"
    assert denied(outcomes[1]).reason is Reason.NOT_AUTHORISED
    assert "authorise it instead" in denied(outcomes[1]).why


async def test_a_session_that_does_not_exist_is_not_found() -> None:
    room = await Room().furnish()
    with pytest.raises(NotFound, match="no session REF-9"):
        await room.acts.authorise("REF-9", by=BY)


@pytest.mark.parametrize("name", ["", "  ", "participant", "Self", "system", "\x1b"])
async def test_nobody_acts_under_no_name_or_under_a_name_that_means_another(name: str) -> None:
    room = await Room().furnish()
    await room.to_item()
    before = await room.hall.kinds()
    with pytest.raises(ValueError, match="name"):
        await room.acts.pause(SESSION, by=name, reason="noise")
    assert await room.hall.kinds() == before


@pytest.mark.parametrize("seconds", [0, -60, 4 * 3600 + 1])
async def test_extra_time_is_within_reason(seconds: int) -> None:
    room = await Room(battery=limited()).furnish()
    await room.to_item()
    with pytest.raises(ValueError, match="seconds"):
        await room.acts.extend(SESSION, seconds, by=BY, reason="network")


async def test_a_store_in_trouble_is_said_and_the_same_act_may_be_done_again() -> None:
    room = await Room().furnish()
    seat = await room.to_item()
    acts = Acts(Paths(store=room.hall.store, clock=room.hall.clock, pinned=room._pinned))
    room.hall.store.down = True
    with pytest.raises(StorageTrouble):
        await acts.pause(SESSION, by=BY, reason="noise")
    room.hall.store.down = False
    assert done(await acts.pause(SESSION, by=BY, reason="noise")).news
    await seat.flow.close()
