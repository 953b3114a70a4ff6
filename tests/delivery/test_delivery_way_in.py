"""The way in: reception, admission, and coming back."""

from __future__ import annotations

from typing import Any

import pytest

from cact_tui.config.settings import Participant
from cact_tui.delivery import actions as a
from cact_tui.delivery.views import (
    ConfirmView,
    EndView,
    IdentityView,
    ItemView,
    LanguageView,
    Passage,
    PassageView,
    Standstill,
    StandstillView,
)
from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.specification import InterruptionPolicy
from cact_tui.sessions.states import Status
from tests.delivery.hall import NAME, NUMBER, Hall, Seat, of_kind, two_sections

ROSTER = {
    NUMBER: Participant(
        number=NUMBER, name="SITI RAHMAWATI", nip="1" * 18, position_group="pelaksana"
    )
}
DAY_MS = 24 * 3_600 * 1_000


def identity_view(seat: Seat) -> IdentityView:
    assert isinstance(seat.view, IdentityView), seat.view
    return seat.view


def confirmation(seat: Seat) -> ConfirmView:
    assert isinstance(seat.view, ConfirmView), seat.view
    return seat.view


def standstill(seat: Seat) -> Standstill:
    assert isinstance(seat.view, StandstillView), seat.view
    return seat.view.why


def facts(seat: Seat) -> list[str]:
    return [fact.value for fact in confirmation(seat).facts]


async def test_the_first_screen_offers_the_event_s_languages_and_no_tests() -> None:
    seat = Hall().seat()
    await seat.flow.start()
    assert isinstance(seat.view, LanguageView)
    assert [choice.id for choice in seat.view.languages] == ["en", "id"]
    assert seat.view.titles == ("Event", "Acara")
    assert seat.view.unfinished == ()


async def test_somebody_new_is_led_over_the_notice_and_the_word_to_the_rules() -> None:
    hall = Hall()
    seat = hall.seat()
    assert isinstance(await seat.say_who(language="id"), PassageView)
    await seat.flow.act(a.Continue())
    assert facts(seat) == [NUMBER, NAME, "Pelaksana"]
    assert await hall.kinds() == []
    await seat.flow.act(a.Confirm(confirmation(seat).word.lower() + " "))
    assert isinstance(seat.view, PassageView)
    assert (seat.view.passage, seat.view.language) == (Passage.RULES, "id")
    opened = (await hall.events())[0]
    assert isinstance(opened, e.SessionOpened)
    assert opened.documents == hall.materials.documents
    assert (opened.language, opened.position_group) == ("id", "pelaksana")
    for digest, content in hall.materials.contents.items():
        assert await hall.store.document(digest) == content


async def test_no_event_holds_a_name_or_a_number() -> None:
    hall = Hall()
    await (await hall.seat().to_item()).to_the_end()
    text = repr(await hall.events())
    assert NAME not in text
    assert NUMBER not in text
    opened = (await hall.events())[0]
    assert isinstance(opened, e.SessionOpened)
    identity = await hall.store.identity(opened.participant)
    assert identity is not None
    assert (identity.number, identity.name) == (NUMBER, NAME)


@pytest.mark.parametrize(
    "number", ["", "   ", "x" * 41, "12_3", "12;3", "\u0661\u0662", "1\x1b[2J"]
)
async def test_a_number_that_is_none_is_asked_for_again(number: str) -> None:
    seat = Hall().seat()
    await seat.say_who(number=number)
    assert "1 to 40 letters and digits" in identity_view(seat).problem


async def test_without_a_roster_a_name_is_needed() -> None:
    seat = Hall().seat()
    await seat.say_who(name="  ")
    assert "your name" in identity_view(seat).problem
    assert identity_view(seat).number == NUMBER


async def test_with_a_roster_only_its_numbers_come_in_and_its_names_are_shown() -> None:
    hall = Hall(participants=ROSTER)
    seat = hall.seat()
    await seat.say_who(number="9999", name="")
    assert "not on the list" in identity_view(seat).problem
    assert not identity_view(seat).ask_name
    assert identity_view(seat).groups == ()
    await seat.flow.act(a.Identify(number=NUMBER))
    assert isinstance(seat.view, PassageView)
    await seat.flow.act(a.Continue())
    assert facts(seat) == [NUMBER, "SITI RAHMAWATI", "Executor"]


async def test_a_number_that_belongs_to_another_name_is_refused() -> None:
    hall = Hall()
    await hall.seat().enter()
    thief = hall.seat()
    await thief.say_who(name="Somebody Else")
    assert "belongs to another name" in identity_view(thief).problem
    await thief.flow.act(a.Identify(number=NUMBER, name=NAME.upper()))
    assert "REF-1" in facts(thief)


async def test_whoever_has_finished_is_told_the_reference() -> None:
    hall = Hall()
    await (await hall.seat().to_item()).to_the_end()
    again = hall.seat()
    await again.say_who()
    assert "finished the test, reference REF-1" in identity_view(again).problem
    await again.flow.start()
    assert isinstance(again.view, LanguageView)
    assert again.view.unfinished == ()


async def test_a_wrong_word_is_asked_for_again_and_opens_nothing() -> None:
    hall = Hall()
    seat = hall.seat()
    await seat.say_who()
    await seat.flow.act(a.Continue())
    await seat.flow.act(a.Confirm("yes"))
    assert confirmation(seat).word in confirmation(seat).problem
    assert await hall.kinds() == []


async def test_every_step_leads_back_until_the_session_is_open() -> None:
    seat = Hall().seat()
    await seat.say_who()
    await seat.flow.act(a.Continue())
    await seat.flow.act(a.Back())
    assert (identity_view(seat).number, identity_view(seat).name) == (NUMBER, NAME)
    await seat.flow.act(a.Back())
    assert isinstance(seat.view, LanguageView)
    await seat.enter()
    await seat.flow.act(a.Back())
    assert isinstance(seat.view, PassageView)
    assert seat.view.passage is Passage.RULES


async def test_what_does_not_fit_the_screen_is_ignored() -> None:
    seat = Hall().seat()
    await seat.flow.start()
    first = seat.view
    for action in (a.Continue(), a.Back(), a.Confirm("AGREE"), a.Return(), a.CallForProctor()):
        await seat.flow.act(action)
        assert seat.view == first


async def test_leaving_before_the_test_closes_the_terminal_and_opens_nothing() -> None:
    hall = Hall()
    seat = hall.seat()
    await seat.say_who()
    await seat.flow.act(a.Leave("LEAVE"))
    assert isinstance(seat.view, StandstillView)
    assert seat.view.closing
    assert await hall.kinds() == []


async def test_a_cut_test_is_offered_and_gone_on_with_at_the_same_item() -> None:
    hall = Hall()
    first = await hall.seat().to_item(language="id")
    shown = first.item
    seat = hall.seat()
    await seat.flow.start()
    assert isinstance(seat.view, LanguageView)
    (offer,) = seat.view.unfinished
    assert offer.label == f"REF-1 · {NUMBER}"
    await seat.flow.act(a.GoOnWith(offer.id))
    assert facts(seat) == [NUMBER, NAME, "Pelaksana", "REF-1"]
    assert confirmation(seat).language == "id"
    await seat.flow.act(a.Confirm(confirmation(seat).word))
    assert (seat.item.item, seat.item.options) == (shown.item, shown.options)
    assert hall.pinned == [hall.materials.documents]


async def test_back_from_a_test_to_go_on_with_leads_to_the_first_screen() -> None:
    hall = Hall()
    await hall.seat().to_item()
    seat = hall.seat()
    await seat.flow.start()
    await seat.flow.act(a.GoOnWith("REF-1"))
    await seat.flow.act(a.Back())
    assert isinstance(seat.view, LanguageView)


@pytest.mark.parametrize("reference", ["REF-1", "REF-9"])
async def test_a_test_that_ended_meanwhile_is_not_gone_on_with(reference: str) -> None:
    hall = Hall()
    await hall.seat().to_item()
    seat = hall.seat()
    await seat.flow.start()
    await hall.proctor(c.Terminate(by="Budi", reason="x"))
    await seat.flow.act(a.GoOnWith(reference))
    assert isinstance(seat.view, LanguageView)


async def test_a_test_that_ends_while_its_participant_confirms_says_so() -> None:
    hall = Hall()
    await hall.seat().to_item()
    seat = hall.seat()
    await seat.say_who()
    await hall.proctor(c.Terminate(by="Budi", reason="x"))
    await seat.flow.act(a.Confirm(confirmation(seat).word))
    assert "has ended" in confirmation(seat).problem


async def test_of_two_who_take_the_same_number_at_once_the_second_is_told() -> None:
    hall = Hall()
    one, two = hall.seat(), hall.seat()
    for seat, name in ((one, NAME), (two, "Somebody Else")):
        await seat.say_who(name=name)
        await seat.flow.act(a.Continue())
    await one.flow.act(a.Confirm(confirmation(one).word))
    await two.flow.act(a.Confirm(confirmation(two).word))
    assert "belongs to another name" in identity_view(two).problem
    assert len(await hall.store.sessions()) == 1


async def test_a_store_in_trouble_is_waited_for_at_the_reception() -> None:
    hall = Hall()
    seat = hall.seat()
    await seat.say_who()
    await seat.flow.act(a.Continue())
    hall.troubles = [StorageTrouble("memory", "full", "make room")] * 3
    await seat.flow.act(a.Confirm(confirmation(seat).word))
    shown = [view.why for view in seat.views if isinstance(view, StandstillView)]
    assert shown == [Standstill.TROUBLE] * 3
    assert isinstance(seat.view, PassageView)
    assert len(await hall.store.sessions()) == 1


async def test_an_opening_whose_outcome_was_unknown_is_made_once() -> None:
    hall = Hall()
    seat = hall.seat()
    await seat.say_who()
    await seat.flow.act(a.Continue())
    faults = [StorageFailure("memory", "input/output error", "reopen")]

    def fail(name: str) -> None:
        if name == "append.committed" and faults:
            raise faults.pop()

    hall.on_probe = fail
    await seat.flow.act(a.Confirm(confirmation(seat).word))
    assert isinstance(seat.view, PassageView)
    assert len(await hall.store.sessions()) == 1


def hall_with_proctor(**changes: Any) -> Hall:
    return Hall(two_sections(authorisation="proctor", **changes))


async def begun(hall: Hall) -> Seat:
    """Bring somebody to the first item, authorised where that is needed."""
    seat = await hall.seat().enter()
    if hall.materials.battery.authorisation == "proctor":
        assert standstill(seat) is Standstill.AWAITING
        await hall.proctor(c.Authorise(by="Budi"))
        await seat.pass_time(2)
    return await seat.to_item()


async def test_in_a_hall_one_waits_until_the_proctor_authorises() -> None:
    seat = await begun(hall_with_proctor())
    assert isinstance(seat.view, ItemView)


@pytest.mark.parametrize("proctor", [False, True])
@pytest.mark.parametrize(("seconds", "away"), [(59, False), (61, True)])
async def test_after_a_minute_away_a_session_waits_for_authorisation(
    seconds: int, *, away: bool, proctor: bool
) -> None:
    hall = hall_with_proctor() if proctor else Hall()
    item = (await begun(hall)).item.item
    hall.clock.advance(seconds)
    seat = await hall.seat().enter()
    required = of_kind(await hall.events(), e.AuthorisationRequired)
    assert [one.reason for one in required] == ["away"] * away
    if away and proctor:
        assert standstill(seat) is Standstill.AWAITING
        await hall.proctor(c.Authorise(by="Budi"))
        await seat.pass_time(2)
    assert seat.item.item == item


async def test_what_a_proctor_does_meanwhile_shortens_no_absence() -> None:
    hall = hall_with_proctor()
    await begun(hall)
    hall.clock.advance(50)
    await hall.proctor(c.SendMessage(digest="d", by="Budi"))
    hall.clock.advance(50)
    await hall.seat().enter()
    assert of_kind(await hall.events(), e.Attached)[-1].away_ms == 100_000
    (required,) = of_kind(await hall.events(), e.AuthorisationRequired)
    assert required.reason == "away"


@pytest.mark.parametrize("proctor", [False, True])
async def test_the_third_cut_needs_authorisation(*, proctor: bool) -> None:
    hall = hall_with_proctor() if proctor else Hall()
    await begun(hall)
    for _ in range(2):
        assert isinstance((await hall.seat().enter()).view, ItemView)
    seat = await hall.seat().enter()
    required = of_kind(await hall.events(), e.AuthorisationRequired)
    assert [one.reason for one in required] == ["cuts"]
    if proctor:
        assert standstill(seat) is Standstill.AWAITING
    else:
        assert isinstance(seat.view, ItemView)
        authorised = of_kind(await hall.events(), e.Authorised)
        assert [one.by for one in authorised] == ["self", "self"]


async def test_a_checkpoint_is_a_sign_of_life() -> None:
    hall = Hall(two_sections(interruption=InterruptionPolicy(away_seconds=60, cuts=99)))
    first = await begun(hall)
    await first.pass_time(90)
    await hall.seat().enter()
    assert of_kind(await hall.events(), e.AuthorisationRequired) == []
    last = of_kind(await hall.events(), e.Attached)[-1]
    assert last.away_ms < 5_001
    assert last.cut


async def test_the_used_time_of_the_item_comes_back_with_it() -> None:
    hall = Hall()
    first = await begun(hall)
    await first.pass_time(12)
    seat = await hall.seat().enter()
    left, _ = seat.conduct.left()
    assert left == 600_000 - 10_000
    assert seat.conduct.timekeeper is not None


async def test_on_another_day_the_item_closes_as_interrupted_and_is_replaced() -> None:
    hall = Hall()
    first = await begun(hall)
    await first.pass_time(6)
    old = first.item
    hall.clock.wall += DAY_MS
    seat = await hall.seat().enter()
    (closed,) = of_kind(await hall.events(), e.ItemClosed)
    assert (closed.item, closed.state, closed.timing.shown) == (old.item, "interrupted", 5_000)
    assert seat.item.item != old.item
    assert seat.item.position == 2
    end = await seat.to_the_end()
    assert isinstance(end, EndView)


async def test_midnight_is_the_event_s_own() -> None:
    hall = Hall()
    hall.clock.wall = 1_708_448_399_000  # 2024-02-20 23:59:59 in Jakarta, 16:59:59 UTC
    old = (await begun(hall)).item.item
    hall.clock.wall += 2_000
    assert (await hall.seat().enter()).item.item != old
    hall.clock.wall += 7 * 3_600 * 1_000  # 00:00 UTC comes and goes
    assert len(of_kind(await hall.events(), e.ItemClosed)) == 1


async def test_a_proctor_s_pause_holds_whoever_comes_back() -> None:
    hall = Hall()
    await begun(hall)
    await hall.proctor(c.Pause(by="Budi", reason="fire drill"))
    seat = await hall.seat().enter()
    assert standstill(seat) is Standstill.PAUSED
    assert seat.conduct.state.status is Status.PAUSED
    await hall.proctor(c.Resume(by="Budi"))
    await seat.pass_time(2)
    assert isinstance(seat.view, ItemView)
