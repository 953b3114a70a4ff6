"""Who is let in: by number, by number and PIN; what the others are told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from attrs import evolve as changed

from cact_tui.delivery import actions as a
from cact_tui.delivery.sign_in import TurnedAway, Why, sentence
from cact_tui.delivery.views import (
    ConfirmView,
    IdentityView,
    LanguageView,
    PassageView,
    Standstill,
    StandstillView,
)
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.pins import new_pin, verified, verifier_of
from cact_tui.sessions import events as e
from tests.delivery.hall import NAME, of_kind, two_sections
from tests.proctoring.room import BY, SITI, SITTING, YOHANES, Room

if TYPE_CHECKING:
    from typing import Any

    from tests.delivery.hall import Seat

MINUTE = 60


def problem(seat: Seat) -> str:
    assert isinstance(seat.view, IdentityView), seat.view
    return seat.view.problem


async def test_in_a_hall_no_screen_offers_other_people_s_tests() -> None:
    room = await Room().furnish()
    await room.enter()
    seat = room.hall.seat("08")
    await seat.flow.start()
    assert isinstance(seat.view, LanguageView)
    assert seat.view.unfinished == ()
    await seat.flow.act(a.GoOnWith("REF-1"))
    assert isinstance(seat.view, LanguageView)


def alone(**policy: Any) -> Room:
    """Return a hall where nobody authorises and no PIN is asked for."""
    return Room(battery=two_sections(authorisation="self"), **policy)


async def test_without_a_proctor_and_a_roster_no_screen_offers_other_people_s_tests() -> None:
    hall = alone().hall
    begun = await hall.seat().to_item()
    await begun.flow.close()
    seat = hall.seat("08")
    await seat.flow.start()
    assert isinstance(seat.view, LanguageView)
    assert seat.view.unfinished == ()
    await seat.flow.act(a.GoOnWith("REF-1"))
    assert isinstance(seat.view, LanguageView)
    # Whoever it belongs to finds it by number and name.
    assert "another name" in problem(await _says(hall.seat("08"), "Somebody Else"))
    assert isinstance((await _says(hall.seat("08"), NAME)).view, ConfirmView)


async def _says(seat: Seat, name: str) -> Seat:
    await seat.say_who(name=name)
    return seat


@pytest.mark.parametrize(
    "told", ["SITI RAHMAWATI", " siti  rahmawati.", "19870412 201001 2 001", "198704122010012001"]
)
async def test_without_a_proctor_name_or_nip_of_the_roster_prove_who_it_is(told: str) -> None:
    room = await alone().furnish()
    seat = await room.arrive(name=told)
    assert isinstance(seat.view, PassageView)


@pytest.mark.parametrize("told", ["SITI", "YOHANES TEWU", "0231", "-", "RAHMAWATI SITI"])
async def test_without_a_proctor_another_name_is_counted_and_locks(told: str) -> None:
    room = await alone().furnish()
    assert "2 more tries" in problem(await room.arrive(name=told))
    assert "1 more try" in problem(await room.arrive(name=told))
    assert "Too many" in problem(await room.arrive(name=told))
    assert "Too many" in problem(await room.arrive(name="SITI RAHMAWATI"))


async def test_without_a_proctor_a_name_is_asked_for_and_an_unlisted_number_is_not_let_in() -> None:
    room = await alone().furnish()
    seat = await room.arrive(name="")
    assert isinstance(seat.view, IdentityView)
    assert seat.view.ask_name
    assert not seat.view.groups
    assert "type your name" in problem(seat)
    assert "not on the list" in problem(await room.arrive(number="999", name="SITI RAHMAWATI"))


async def test_by_number_alone_no_pin_is_asked_for() -> None:
    room = await Room().furnish()
    seat = await room.arrive()
    assert isinstance(seat.view, PassageView)


async def test_a_pin_is_asked_for_and_lets_in_whom_it_was_given_to() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    seat = await room.arrive(pin=card.pin)
    assert isinstance(seat.view, PassageView)
    other = await room.arrive("0243", pin=card.pin, seat="19")
    assert "ask the proctor for one" in problem(other)
    assert isinstance(other.view, IdentityView)
    assert other.view.ask_pin


async def test_what_the_roster_knows_goes_into_the_session() -> None:
    extra = changed(SITI, extra_percent=50, standard="pengawas")
    battery = two_sections(authorisation="proctor", seconds=1_200)
    room = await Room(sign_in="pin", battery=battery).furnish(extra)
    card = await room.roster.issue_pin("0231", by=BY)
    seat = await room.enter(pin=card.pin)
    assert isinstance(seat.view, StandstillView)
    assert seat.view.why is Standstill.AWAITING
    events = await room.hall.events()
    opened = events[0]
    assert isinstance(opened, e.SessionOpened)
    assert (opened.participant, opened.sitting) == ("p-siti", "s1")
    assert opened.position_group == "pengawas"
    (attached,) = of_kind(events, e.Attached)
    assert attached.seat == "07"
    (checked,) = of_kind(events, e.IdentityChecked)
    assert (checked.outcome, checked.by) == ("confirmed", BY)
    identity = await room.hall.store.identity("p-siti")
    assert identity is not None
    assert (identity.number, identity.name) == ("0231", "SITI RAHMAWATI")
    (granted,) = of_kind(events, e.TimeExtended)
    assert (granted.kind, granted.seconds, granted.section) == ("planned", 600, None)
    assert "SITI" not in repr(events)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"identification": Identification.REFUSED}, "identity was not confirmed"),
        ({"sitting": "s2"}, "another time: 2024-02-21, Aula, wave 1"),
        ({"number": "9999"}, "not on the list"),
    ],
)
async def test_those_who_may_not_come_in_are_told_why(change: dict[str, str], words: str) -> None:
    room = await Room().furnish(changed(SITI, **change))  # type: ignore[arg-type]
    assert words in problem(await room.arrive())


async def test_a_sitting_that_is_not_open_yet_is_said_to_be_waited_for() -> None:
    room = await Room().furnish(opened=False)
    assert "not been opened yet" in problem(await room.arrive())


async def test_a_sitting_that_is_over_lets_nobody_in() -> None:
    room = await Room().furnish()
    await room.sittings.close("s1", by=BY)
    assert "is over" in problem(await room.arrive())


async def test_who_comes_too_late_is_turned_away_unless_a_proctor_gives_a_pin_then() -> None:
    room = await Room(sign_in="pin", late_minutes=15).furnish()
    early = await room.roster.issue_pin("0231", by=BY)
    room.hall.clock.advance(15 * MINUTE + 1)
    assert "more than 15 minutes ago" in problem(await room.arrive(pin=early.pin))
    late = await room.roster.issue_pin("0231", by=BY)
    assert isinstance((await room.arrive(pin=late.pin)).view, PassageView)


async def test_who_has_begun_in_time_may_return_however_late() -> None:
    room = await Room(late_minutes=15).furnish()
    await (await room.enter()).flow.close()
    room.hall.clock.advance(60 * MINUTE)
    assert isinstance((await room.arrive()).view, ConfirmView)


async def test_a_pin_of_another_sitting_is_void() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    await room.roster.reschedule("0231", "s2", by=BY, reason="illness")
    await room.sittings.open("s2", by=BY)
    assert "no PIN for this sitting" in problem(await room.arrive(pin=card.pin))


async def test_wrong_pins_are_counted_and_lock_the_participant_for_a_while() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    assert "2 more tries" in problem(await room.arrive(pin="1"))
    assert "1 more try" in problem(await room.arrive(pin="2", seat="08"))
    assert "Wait 10 minutes" in problem(await room.arrive(pin="3", seat="09"))
    assert "Too many" in problem(await room.arrive(pin=card.pin))
    room.hall.clock.advance(10 * MINUTE)
    assert isinstance((await room.arrive(pin=card.pin)).view, PassageView)


async def test_a_proctor_clears_a_lockout_with_a_word_or_with_a_new_pin() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    for wrong in "123":
        await room.arrive(pin=wrong)
    await room.roster.clear_lockout("0231", by=BY)
    assert isinstance((await room.arrive(pin=card.pin)).view, PassageView)
    for wrong in "123":
        await room.arrive(pin=wrong)
    fresh = await room.roster.issue_pin("0231", by=BY)
    assert isinstance((await room.arrive(pin=fresh.pin)).view, PassageView)
    acts = [entry.act for entry in await room.sittings.log("s1")]
    assert acts.count("lockout_cleared") == 1


async def test_a_seat_is_locked_for_guessing_and_no_other_seat_with_it() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    for number in range(5):
        assert "not on the list" in problem(await room.arrive(f"x{number}", seat="19"))
    assert "Too many" in problem(await room.arrive(pin=card.pin, seat="19"))
    assert isinstance((await room.arrive(pin=card.pin, seat="07")).view, PassageView)


@pytest.mark.parametrize("how", ["word", "pin"])
@pytest.mark.parametrize("registered", ["", "07"])
async def test_a_lockout_is_cleared_wherever_it_happened(how: str, registered: str) -> None:
    room = await Room(sign_in="pin").furnish(changed(SITI, seat=registered), YOHANES)
    pin = (await room.roster.issue_pin("0231", by=BY)).pin
    for number in range(5):  # others lock a seat that is nobody's …
        await room.arrive(f"x{number}", seat="31")
    assert "Too many" in problem(await room.arrive(pin=pin, seat="31"))
    for wrong in "123":  # … and the participant's own failures are counted at another one
        await room.arrive(pin=wrong, seat="32")
    assert "Too many" in problem(await room.arrive(pin=pin, seat="33"))
    if how == "word":
        await room.roster.clear_lockout("0231", by=BY)
    else:
        pin = (await room.roster.issue_pin("0231", by=BY)).pin
    for seat in ("31", "32", "33"):
        assert isinstance((await room.arrive(pin=pin, seat=seat)).view, PassageView)


async def test_clearing_one_lockout_leaves_the_seats_of_others_locked() -> None:
    room = await Room(sign_in="pin").furnish()
    siti, yohanes = [await room.roster.issue_pin(one, by=BY) for one in ("0231", "0243")]
    for number in range(5):
        await room.arrive(f"x{number}", seat="31")
    assert "Too many" in problem(await room.arrive("0243", pin=yohanes.pin, seat="31"))
    await room.roster.clear_lockout("0231", by=BY)
    assert "Too many" in problem(await room.arrive(pin=siti.pin, seat="31"))
    # A lock that was cleared before is none of the next one's.
    await room.roster.clear_lockout("0243", by=BY)
    for number in range(5):
        await room.arrive(f"y{number}", seat="31")
    await room.roster.clear_lockout("0243", by=BY)
    assert "Too many" in problem(await room.arrive("x9", seat="31"))


async def test_a_lockout_is_on_record_once_with_the_seat_however_often_it_is_tried() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    for wrong in "123":
        await room.arrive(pin=wrong, seat="31")
    for _ in range(4):
        await room.arrive(pin=card.pin, seat="31")
        await room.arrive(pin=card.pin, seat="32")
    await room.arrive("999", seat="31")
    told = [one for one in await room.sittings.log("s1") if one.act == "locked_out"]
    assert [(one.by, one.participant, one.detail) for one in told] == [("system", "p-siti", "31")]


async def test_a_right_pin_forgets_the_failures_before() -> None:
    room = await Room(sign_in="pin").furnish()
    card = await room.roster.issue_pin("0231", by=BY)
    for _ in range(3):
        await room.arrive(pin="1")
        await room.arrive(pin="2")
        assert isinstance((await room.arrive(pin=card.pin)).view, PassageView)


async def test_guesses_at_once_from_many_terminals_are_no_more_than_allowed() -> None:
    room = await Room(sign_in="pin").furnish()
    await room.roster.issue_pin("0231", by=BY)
    seats = await asyncio.gather(*(room.arrive(pin=str(n), seat=f"{n}") for n in range(12)))
    tried = [seat for seat in seats if "PIN is not right" in problem(seat)]
    assert len(tried) == 2  # the third wrong one is told of the lock at once
    assert sum("Too many" in problem(seat) for seat in seats) == 10


async def test_two_terminals_that_open_one_person_s_test_at_once_open_it_once() -> None:
    room = await Room().furnish()
    one, other = await room.arrive(seat="07"), await room.arrive(seat="08")
    for seat in (one, other):
        await seat.flow.act(a.Continue())
    await asyncio.gather(
        *(
            seat.flow.act(a.Confirm(seat.view.word))
            for seat in (one, other)
            if isinstance(seat.view, ConfirmView)
        )
    )
    assert len(await room.hall.store.sessions()) == 1
    asked = [seat.view for seat in (one, other) if isinstance(seat.view, ConfirmView)]
    assert len(asked) == 1
    assert any("Test begun" in fact.label for fact in asked[0].facts)


async def test_a_sitting_closed_between_number_and_word_lets_nobody_in() -> None:
    room = await Room().furnish()
    seat = await room.arrive()
    await seat.flow.act(a.Continue())
    await room.sittings.close("s1", by=BY)
    assert isinstance(seat.view, ConfirmView)
    await seat.flow.act(a.Confirm(seat.view.word))
    assert "is over" in problem(seat)
    assert await room.hall.store.sessions() == ()


async def test_a_pin_is_six_digits_and_never_the_obvious_ones() -> None:
    pins = {new_pin() for _ in range(500)}
    assert all(len(pin) == 6 and pin.isdigit() for pin in pins)
    assert len(pins) > 490
    assert not pins & {"000000", "111111", "123456", "654321", "012345", "890123"}


async def test_a_verifier_is_salted_slow_and_verifies_its_pin_alone() -> None:
    one, two = await verifier_of("482913"), await verifier_of("482913")
    assert one != two
    assert one.startswith("scrypt$14$8$1$")
    assert await verified("482913", one)
    assert not await verified("482914", one)
    with pytest.raises(ValueError, match="unknown kind"):
        await verified("482913", one.replace("scrypt", "md5"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", Why)
def test_every_refusal_has_its_words(language: str, why: Why) -> None:
    told = sentence(
        translator(language), TurnedAway(why=why, sitting=SITTING, minutes=5, attempts=1)
    )
    assert told
    assert "{" not in told


async def test_who_is_registered_twice_at_two_events_is_told_apart() -> None:
    elsewhere = changed(YOHANES, participant="p-other", event="other", sitting="x")
    room = await Room().furnish(SITI, elsewhere)
    assert "not on the list" in problem(await room.arrive("0243"))
