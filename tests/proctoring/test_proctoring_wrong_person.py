"""A test that somebody else sat counts for nobody, and the right person sits another."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from attrs import define, field
from attrs import evolve as changed
from hypothesis import HealthCheck, given, settings

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import ConfirmView, EndView, IdentityView, ItemView, PassageView
from cact_tui.errors import NotFound
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.acts import Acts, Denied, Done
from cact_tui.proctoring.board.duty import Act, Order
from cact_tui.proctoring.board.rows import Standing
from cact_tui.proctoring.papers import minutes
from cact_tui.proctoring.papers.text import minutes_text
from cact_tui.proctoring.paths import Paths
from cact_tui.proctoring.roster import Roster
from cact_tui.proctoring.troubles import Unfit
from cact_tui.results.replay import replay
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import Reason
from tests.delivery.hall import TEXTS, Seat, of_kind, two_sections
from tests.proctoring.board.watched import duty, reader, row_of
from tests.proctoring.room import BY, SITI, Room
from tests.proctoring.test_proctoring_acts import limited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.acts import Outcome

CHIEF = "Ibu Kepala"


async def declare(room: Room, session: str = "REF-1") -> Outcome:
    return await room.roster.wrong_person("0231", session, by=CHIEF, reason="examinee.id")


async def let_in(room: Room, *, pin: bool = False) -> str:
    """Have the right person's papers confirmed; return the new PIN where one is asked for."""
    await room.roster.check_identity("0231", Identification.CONFIRMED, by=BY)
    return (await room.roster.issue_pin("0231", by=BY)).pin if pin else ""


async def noticed(seat: Seat) -> None:
    await seat.conduct.refresh()
    await seat.conduct.go()


async def test_the_wrong_one_is_out_and_the_right_one_begins_anew() -> None:
    room = await Room(battery=limited()).furnish()
    seeds = iter(("aa" * 16, "bb" * 16))
    room.hall.services = changed(room.hall.services, seed=lambda: next(seeds))
    wrong = await room.to_item()
    await wrong.answer()
    assert isinstance(await declare(room), Done)
    await noticed(wrong)
    assert isinstance(wrong.view, EndView)
    assert "The proctor has ended your test." in wrong.view.text

    await let_in(room)
    right = await room.to_item()
    assert right.conduct.state.session == "REF-2"
    assert right.conduct.state.answered == 0
    await right.to_the_end()

    first, second = await room.hall.events("REF-1"), await room.hall.events("REF-2")
    assert isinstance(first[-1], e.SessionInvalidated)
    assert isinstance(second[-1], e.SessionFinished)
    openings = of_kind((*first, *second), e.SessionOpened)
    assert [one.participant for one in openings] == ["p-siti", "p-siti"]
    assert [one.seed for one in openings] == ["aa" * 16, "bb" * 16]
    assert len(of_kind(first, e.ResponseGiven)) == 1
    for session in ("REF-1", "REF-2"):
        assert replay(await room.hall.recorded(session), room.hall.plan).difference is None


async def test_the_pin_that_the_wrong_one_knew_is_void_and_papers_are_seen_first() -> None:
    room = await Room(sign_in="pin", battery=limited()).furnish()
    known = (await room.roster.issue_pin("0231", by=BY)).pin
    wrong = await room.to_item(pin=known)
    await declare(room)
    assert "Please go to the proctor" in problem(await room.arrive(pin=known))
    await room.roster.check_identity("0231", Identification.CONFIRMED, by=BY)
    assert "no PIN" in problem(await room.arrive(pin=known))
    pin = await let_in(room, pin=True)
    right = await room.to_item(pin=pin)
    assert right.conduct.state.session == "REF-2"
    await wrong.flow.close()
    await right.flow.close()


def problem(seat: Seat) -> str:
    assert isinstance(seat.view, IdentityView), seat.view
    return seat.view.problem


async def test_a_test_taken_to_its_end_by_the_wrong_one_is_invalid_too() -> None:
    room = await Room().furnish()
    wrong = await room.to_item()
    await wrong.to_the_end()
    assert "finished the test" in problem(await room.arrive())
    await declare(room)
    kinds = await room.hall.kinds()
    assert kinds[-2:] == ["SessionFinished", "SessionInvalidated"]
    await let_in(room)
    assert (await room.to_item()).conduct.state.session == "REF-2"


async def test_a_second_chief_who_is_late_touches_nothing_of_the_right_ones_test() -> None:
    room = await Room(sign_in="pin").furnish()
    pin = (await room.roster.issue_pin("0231", by=BY)).pin
    await room.to_item(pin=pin)
    board = reader(room)
    order = Order(act=Act.WRONG_PERSON, rows=(await row_of(board),), reason="examinee.id")
    await declare(room)
    right = await room.to_item(pin=await let_in(room, pin=True))
    (told,) = await duty(room, board, chief=True).carry_out(order)
    assert (told.done, told.news) == (True, False)
    who = await room.roster.find("0231")
    assert who.identification is Identification.CONFIRMED
    issued = await room.elsewhere.roster.pin_of("p-siti")
    assert issued is not None
    assert issued.sitting == "s1"
    await right.to_the_end()
    assert (await room.hall.kinds("REF-2"))[-1] == "SessionFinished"


async def test_a_test_of_somebody_else_is_not_touched_by_a_number() -> None:
    room = await Room().furnish()
    await room.to_item(number="0243", seat="19")
    with pytest.raises(NotFound, match="not a test of 0231"):
        await declare(room)
    assert "SessionInvalidated" not in await room.hall.kinds()


async def test_an_invalid_test_is_never_reopened() -> None:
    room = await Room().furnish()
    await room.to_item()
    await declare(room)
    outcome = await room.acts.reopen("REF-1", by=CHIEF, reason="staff.error")
    assert isinstance(outcome, Denied)
    assert outcome.reason is Reason.INVALIDATED


async def test_the_right_one_is_not_too_late_for_the_wrong_ones_fault() -> None:
    room = await Room(late_minutes=15).furnish()
    await room.to_item()
    room.hall.clock.advance(3600)
    await declare(room)
    await let_in(room)
    assert (await room.to_item()).conduct.state.session == "REF-2"


async def test_two_terminals_at_once_open_one_test_for_the_right_one() -> None:
    room = await Room().furnish()
    await room.to_item()
    await declare(room)
    await let_in(room)
    seats = [await room.arrive(seat=seat) for seat in ("07", "08")]
    for seat in seats:
        await seat.flow.act(a.Continue())
    views = [seat.view for seat in seats]
    words = [view.word for view in views if isinstance(view, ConfirmView)]
    await asyncio.gather(
        *(seat.flow.act(a.Confirm(word)) for seat, word in zip(seats, words, strict=True))
    )
    assert sorted(await _tests(room)) == ["REF-1", "REF-2"]


async def _tests(room: Room) -> list[str]:
    return [one.session for one in await room.elsewhere.sessions(participant="p-siti")]


async def test_board_and_sitting_tell_the_test_that_counts_and_keep_the_other() -> None:
    room = await Room(battery=limited()).furnish()
    board = reader(room)
    await room.to_item()
    await declare(room)
    row = await row_of(board)
    assert (row.standing, row.identified, row.open) == (Standing.INVALIDATED, "refused", False)
    room.hall.clock.advance(60)
    await let_in(room)
    await (await room.to_item(seat="08")).answer()
    row = await row_of(board)
    assert (row.session, row.standing, row.answered) == ("REF-2", Standing.ACTIVE, 1)
    # A board that reads all at once tells the same.
    assert (await row_of(reader(room))).session == "REF-2"
    detail = await board.detail("p-siti")
    assert detail is not None
    assert [(one.session, one.seat) for one in detail.earlier] == [("REF-1", "07")]
    seated = {one.registration.number: one for one in await room.sittings.seated("s1")}
    assert (seated["0231"].session, seated["0231"].open) == ("REF-2", True)


async def test_the_papers_name_both_and_seal_both() -> None:
    room = await Room().furnish()
    await room.to_item()
    await declare(room)
    told = await _minutes(room)
    assert [one.number for one in told.absent] == ["0231", "0243"]
    await let_in(room)
    await (await room.to_item(seat="08")).to_the_end()
    told = await _minutes(room)
    assert [(one.number, one.session) for one in told.present] == [("0231", "REF-2")]
    assert [(one.session, one.status) for one in told.invalid] == [("REF-1", "invalidated")]
    assert [one.session for one in told.heads] == ["REF-1", "REF-2"]
    assert CHIEF in told.proctors
    text = minutes_text(told)
    assert "TESTS THAT SOMEBODY ELSE SAT" in text
    assert "0231 (07), test REF-1" in text


async def _minutes(room: Room) -> minutes.Minutes:
    event = minutes.Event(id="event", title=TEXTS, timezone="Asia/Jakarta", late_minutes=0)
    sitting = await room.sittings.get("s1")
    return await minutes.gather(room.elsewhere, event, sitting, at=room.hall.clock.wall_ms(), by=BY)


async def test_without_a_roster_the_number_is_free_for_its_holder_again() -> None:
    room = await Room(battery=two_sections(authorisation="self")).furnish()
    hall = room.hall
    hall.services = changed(hall.services, sign_in=None)
    await hall.seat().to_item(number="5", name="Siti")
    await room.acts.invalidate("REF-1", by=CHIEF, reason="examinee.id")
    right = await hall.seat().to_item(number="5", name="Siti")
    assert right.conduct.state.session == "REF-2"


# Any course: two people with one number, two chiefs, a proctor

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *["arrive", "arrive", "authorise", "answer", "answer", "wrong", "confirm"],
                *["stale", "terminate", "reopen", "reschedule", "refuse"],
            ]
        ),
        st.sampled_from(("07", "08")),
        st.booleans(),
    ),
    min_size=4,
    max_size=30,
)


@define
class Day:
    """One course of a day; `told` are chiefs' acts that changed something, by session."""

    room: Room
    rosters: tuple[Roster, Roster]
    seats: dict[str, Seat] = field(factory=dict)
    answered: dict[str, int] = field(factory=dict)
    told: list[str] = field(factory=list)

    async def step(self, what: str, seat: str, *, other: bool) -> None:
        roster = self.rosters[other]
        if what in ("arrive", "answer"):
            await getattr(self, what)(seat)
        elif what in ("confirm", "refuse"):
            found = Identification.CONFIRMED if what == "confirm" else Identification.REFUSED
            await roster.check_identity("0231", found, by=CHIEF)
        elif what == "reschedule":
            with suppress(Unfit):  # a test that goes on, or was taken, stays
                await roster.reschedule("0231", "s1", seat=seat, by=CHIEF, reason="other")
        else:
            await self.act(what, roster)

    async def arrive(self, seat: str) -> None:
        arrived = await self.room.arrive(seat=seat)
        if isinstance(arrived.view, PassageView):
            await arrived.flow.act(a.Continue())
        if isinstance(arrived.view, ConfirmView):
            await arrived.flow.act(a.Confirm(arrived.view.word))
            if arrived.flow._conduct is not None:
                self.seats[seat] = arrived

    async def answer(self, seat: str) -> None:
        sitting = self.seats.get(seat)
        if sitting is None:
            return
        await noticed(sitting)
        while isinstance(sitting.view, PassageView):
            await sitting.flow.act(a.Continue())
        if isinstance(sitting.view, ItemView):
            session = sitting.conduct.state.session
            await sitting.answer()
            self.answered[session] = self.answered.get(session, 0) + 1

    async def act(self, what: str, roster: Roster) -> None:
        tests = await _tests(self.room)
        if not tests:
            return
        if what in ("wrong", "stale"):
            session = tests[-1] if what == "wrong" else tests[0]
            outcome = await roster.wrong_person("0231", session, by=CHIEF, reason="examinee.id")
            if isinstance(outcome, Done) and outcome.news:
                self.told.append(session)
            return
        words = {"authorise": {}}.get(what, {"reason": "other"})
        await getattr(roster.acts, what)(tests[-1], by=CHIEF, **words)


async def follow(steps: Sequence[tuple[str, str, bool]]) -> None:
    room = await Room(battery=limited(100)).furnish(SITI)
    rosters = tuple(_roster(room) for _ in range(2))
    day = Day(room=room, rosters=(rosters[0], rosters[1]))
    for what, seat, other in steps:
        await day.step(what, seat, other=other)
        await check(day)
    for sitting in day.seats.values():
        await sitting.flow.close()


def _roster(room: Room) -> Roster:
    store = MemoryStore(room.hall.memory)
    acts = Acts(Paths(store=store, clock=room.hall.clock, pinned=room._pinned))
    return Roster(store=store, clock=room.hall.clock, event="event", acts=acts)


async def check(day: Day) -> None:
    tests = await day.room.elsewhere.sessions(participant="p-siti")
    invalid = [one.session for one in tests if one.last_event == e.INVALIDATED]
    # One test counts at most, and it is the last one opened.
    assert invalid == [one.session for one in tests][: len(invalid)]
    assert len(tests) - len(invalid) <= 1
    assert invalid == sorted(day.told), "each was declared invalid once"
    for one in tests:
        events = await day.room.hall.events(one.session)
        answers = of_kind(events, e.ResponseGiven)
        assert len(answers) == day.answered.get(one.session, 0)
        assert len(of_kind(events, e.SessionInvalidated)) == (one.session in invalid)


def run(steps: Sequence[tuple[str, str, bool]]) -> None:
    asyncio.run(follow(steps))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_any_course_leaves_one_test_that_counts(steps: list[tuple[str, str, bool]]) -> None:
    run(steps)


@pytest.mark.campaign
@settings(max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_three_thousand_courses_leave_one_test_that_counts(
    steps: list[tuple[str, str, bool]],
) -> None:
    run(steps)
