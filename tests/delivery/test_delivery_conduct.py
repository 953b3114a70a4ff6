"""The battery, conducted: what is shown, what is recorded, and what trouble leaves of it."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import (
    EndView,
    ItemView,
    Passage,
    PassageView,
    Saving,
    Standstill,
    StandstillView,
)
from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import Reason, Refused
from cact_tui.sessions.states import Phase, Status
from tests.delivery.hall import PRACTICE, Hall, Seat, of_kind, two_sections
from tests.sessions import small

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from cact_tui.sessions.engine import SectionEngine
    from cact_tui.sessions.outcomes import Over, Pick
    from cact_tui.sessions.specification import BatterySpecification
    from cact_tui.sessions.states import ItemRecord


def trouble(times: int = 1) -> list[Exception]:
    return [StorageTrouble("memory", "full", "make room") for _ in range(times)]


def short(seconds: int = 10) -> BatterySpecification:
    """Return the two sections, the first with a budget of so many seconds."""
    _, two = two_sections().sections
    return two_sections(
        sections=(small.section("one", min_items=3, max_items=3, seconds=seconds), two)
    )


def passage(seat: Seat) -> Passage:
    assert isinstance(seat.view, PassageView), seat.view
    return seat.view.passage


def standstill(seat: Seat) -> StandstillView:
    assert isinstance(seat.view, StandstillView), seat.view
    return seat.view


async def test_a_whole_battery_leads_over_rules_sections_and_a_break_to_the_end() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    end = await seat.to_the_end()
    assert (end.reference, hall.finished) == ("REF-1", ["REF-1"])
    way = [view.passage.value for view in seat.views if isinstance(view, PassageView)]
    assert way == ["privacy", "rules", "section", "break", "section"]
    kinds = await hall.kinds()
    assert kinds[:5] == [
        "SessionOpened",
        "Attached",
        "IdentityConfirmed",
        "Authorised",
        "RulesRead",
    ]
    assert kinds[5:] == [
        "SectionStarted",
        *["ItemShown", "ResponseGiven"] * 3,
        "SectionEnded",
        "BreakStarted",
        "BreakEnded",
        "SectionStarted",
        *["ItemShown", "ResponseGiven"] * 2,
        "SectionEnded",
        "SessionFinished",
    ]
    ended = of_kind(await hall.events(), e.SectionEnded)
    assert [one.reason for one in ended] == ["max_items", "max_items"]
    assert {one.category for one in of_kind(await hall.events(), e.ResponseGiven)} == {1}


async def test_the_item_shown_is_the_one_recorded_in_the_order_recorded() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    for position in (1, 2, 3):
        shown = of_kind(await hall.events(), e.ItemShown)[-1]
        assert (seat.item.item, seat.item.position) == (shown.item, position)
        assert tuple(option.id for option in seat.item.options) == shown.options
        assert (seat.item.answered, seat.item.at_most) == (position - 1, 3)
        await seat.answer()


async def test_an_answer_is_saved_in_sight_of_the_participant() -> None:
    seat = await Hall().seat().to_item()
    await seat.answer()
    states = [view.saving for view in seat.views if isinstance(view, ItemView)]
    assert states == [Saving.NONE, Saving.SAVING, Saving.DURABLE, Saving.SAVED]
    assert seat.item.status == "answer 1 saved"


async def test_an_answer_is_acknowledged_when_it_is_durable_and_not_before() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    seen: list[tuple[str, Saving, str]] = []

    def on_probe(name: str) -> None:
        if isinstance(seat.view, ItemView):
            seen.append((name, seat.item.saving, seat.item.status))

    hall.on_probe = on_probe
    first = seat.item.item
    await seat.answer()
    committed = [said for name, *said in seen if name == "append.acknowledged"]
    assert committed[0] == [Saving.SAVING, "saving…"]
    assert committed[1] == [Saving.DURABLE, "answer 1 saved"]
    durable = [view for view in seat.views if isinstance(view, ItemView)][2]
    assert (durable.item, durable.answered, durable.closed) == (first, 1, True)


async def test_extra_time_granted_while_an_answer_is_saved_is_told_with_the_next_item() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    grant = c.ExtendTime(grant="g1", seconds=600, kind="incident", by="Budi", reason="network")
    await hall.proctor(grant)
    await seat.answer()
    assert seat.item.position == 2
    assert "10 minutes" in seat.item.status


async def test_time_for_the_section_and_for_the_whole_test_are_told_one_after_the_other() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    for grant, seconds, whole in (("g1", 1200, True), ("g2", 90, False), ("g3", 30, False)):
        kind = "planned" if whole else "incident"
        await hall.proctor(
            c.ExtendTime(
                grant=grant, seconds=seconds, kind=kind, by="Budi", reason="network", whole=whole
            )
        )
    await seat.answer()
    assert seat.item.status == "extra time: 2 minutes more"
    await seat.answer()
    assert "extra time for the whole test: 20 minutes" in [
        view.status for view in seat.views if isinstance(view, ItemView)
    ]


async def test_a_call_and_an_answer_at_the_same_moment_are_both_done() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    answer = seat.response()
    await asyncio.gather(seat.flow.act(a.CallForProctor()), seat.flow.act(answer))
    again = seat.response()
    await asyncio.gather(seat.flow.act(again), seat.flow.act(a.CallForProctor()))
    kinds = await hall.kinds()
    assert kinds.count("ProctorCalled") == 2
    assert kinds.count("ResponseGiven") == 2


async def test_of_two_steps_on_at_the_same_moment_one_is_taken() -> None:
    seat = await Hall().seat().enter()
    assert passage(seat) is Passage.RULES
    await asyncio.gather(seat.flow.act(a.Continue()), seat.flow.act(a.Continue()))
    assert passage(seat) is Passage.SECTION


async def test_the_answer_is_durable_before_the_engine_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hall = Hall()
    engine = hall.plan.engine("one")
    asked: list[int] = []

    def ask(
        self: SectionEngine,
        seed: str,
        start: e.Estimate,
        records: Sequence[ItemRecord],
        prior: e.Prior | None = None,
    ) -> Pick | Over:
        journal = [row.type for row in hall.memory.events["REF-1"]]
        begun = len(journal) - journal[::-1].index("SectionStarted")
        assert journal[begun:].count("ResponseGiven") == len(records)
        assert hall.probed[-1] == "append.acknowledged"
        asked.append(len(records))
        return original(self, seed, start, records, prior)

    original = type(engine).next
    monkeypatch.setattr(type(engine), "next", ask)
    await (await hall.seat().to_item()).to_the_end()
    assert asked == [0, 1, 2, 3, 0, 1, 2]


async def test_a_full_store_leaves_the_answer_on_the_screen_until_it_holds() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    first, hall.troubles = seat.item, trouble(3)
    await seat.answer(answer="once")
    views = [view for view in seat.views if isinstance(view, ItemView)]
    assert [view.saving for view in views] == [
        Saving.NONE,
        Saving.SAVING,
        *[Saving.NOT_SAVED] * 3,
        Saving.DURABLE,
        Saving.SAVED,
    ]
    assert {view.item for view in views[:-1]} == {first.item}
    assert "NOT SAVED" in views[2].status
    (given,) = of_kind(await hall.events(), e.ResponseGiven)
    assert (given.answer, given.item) == ("once", first.item)


async def test_an_answer_whose_outcome_was_unknown_is_taken_once() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    faults = [StorageFailure("memory", "input/output error", "reopen")]
    hall.on_probe = lambda name: _fail(name, faults)
    await seat.answer(answer="once")
    assert seat.item.status == "answer 1 saved"
    given = of_kind(await hall.events(), e.ResponseGiven)
    assert [one.answer for one in given] == ["once"]


def _fail(name: str, faults: list[StorageFailure]) -> None:
    if name == "append.committed" and faults:
        raise faults.pop()


async def test_the_time_of_an_answer_does_not_run_while_it_is_not_saved() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.pass_time(3)
    hall.troubles = trouble(2)
    hall.on_probe = lambda _: hall.clock.advance(1)
    await seat.answer()
    (given,) = of_kind(await hall.events(), e.ResponseGiven)
    assert given.timing.shown == 3_000


async def test_an_answer_sent_again_for_an_earlier_item_is_ignored() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    old = seat.response()
    await seat.flow.act(old)
    now = seat.view
    await seat.flow.act(old)
    assert seat.view == now
    assert (await hall.kinds()).count("ResponseGiven") == 1


async def test_what_cannot_be_an_answer_leaves_the_item_with_a_word() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    item = seat.item.item
    await seat.answer(("no such option",))
    assert (seat.item.item, seat.item.saving) == (item, Saving.NONE)
    assert "cannot be taken" in seat.item.status
    await seat.answer()
    assert (await hall.kinds()).count("ResponseGiven") == 1


async def test_when_the_time_is_over_the_item_closes_unanswered_and_the_section_ends() -> None:
    hall = Hall(short(10))
    seat = await hall.seat().to_item()
    item = seat.item.item
    await seat.pass_time(9)
    assert seat.item.item == item
    await seat.pass_time(1)
    (closed,) = of_kind(await hall.events(), e.ItemClosed)
    assert (closed.item, closed.state, closed.timing.shown) == (item, "timed_out", 10_000)
    (ended,) = of_kind(await hall.events(), e.SectionEnded)
    assert ended.reason == "time"
    assert passage(seat) is Passage.SECTION
    assert isinstance(await seat.to_the_end(), EndView)


async def test_an_answer_that_uses_the_time_up_counts_and_ends_the_section() -> None:
    hall = Hall(short(10))
    seat = await hall.seat().to_item()
    for _ in range(6):
        hall.clock.advance(2)
        seat.flow.changed_choice()
    await seat.answer()
    assert (await hall.kinds())[-2:] == ["ResponseGiven", "SectionEnded"]
    assert of_kind(await hall.events(), e.SectionEnded)[0].reason == "time"


async def test_when_the_battery_s_time_is_over_the_test_is_finished() -> None:
    hall = Hall(two_sections(seconds=10))
    seat = await hall.seat().to_item()
    await seat.pass_time(10)
    assert isinstance(seat.view, EndView)
    (ended,) = of_kind(await hall.events(), e.SectionEnded)
    assert ended.reason == "battery_time"
    assert (await hall.kinds())[-1] == "SessionFinished"
    assert hall.finished == ["REF-1"]


async def to_the_break(hall: Hall) -> Seat:
    seat = await hall.seat().to_item()
    for _ in range(3):
        await seat.answer()
    assert passage(seat) is Passage.BREAK
    return seat


async def test_a_break_ends_when_the_participant_goes_on() -> None:
    hall = Hall()
    seat = await to_the_break(hall)
    await seat.pass_time(20)
    await seat.flow.act(a.Continue())
    (ended,) = of_kind(await hall.events(), e.BreakEnded)
    assert ended.rested_ms == 20_000
    assert passage(seat) is Passage.SECTION


async def test_a_break_goes_on_at_another_terminal_where_it_was() -> None:
    hall = Hall()
    seat = await to_the_break(hall)
    hall.clock.advance(100)
    await seat.flow.close()
    hall.clock.advance(150)
    again = await hall.seat().enter()
    assert passage(again) is Passage.BREAK
    assert again.conduct.rest.seconds == 250
    await again.pass_time(49)
    assert passage(again) is Passage.BREAK
    await again.pass_time(2)
    assert passage(again) is Passage.SECTION
    (ended,) = of_kind(await hall.events(), e.BreakEnded)
    assert 300_000 <= ended.rested_ms <= 301_000


async def test_whoever_is_held_may_call_the_proctor_and_comment() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await hall.proctor(c.Pause(by="Budi", reason="environment.noise"))
    await seat.conduct.refresh()
    await seat.conduct.go()
    held = seat.view
    assert isinstance(held, StandstillView)
    assert held.held
    await seat.flow.act(a.CallForProctor())
    await seat.flow.act(a.WriteComment("Lampu padam."))
    assert seat.view == held
    events = await hall.events()
    assert [type(one).__name__ for one in events[-2:]] == ["ProctorCalled", "CommentMade"]


async def test_a_call_that_met_a_pause_on_its_way_leaves_no_item_on_the_screen() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await hall.proctor(c.Pause(by="Budi", reason="environment.noise"))
    await seat.flow.act(a.CallForProctor())
    assert standstill(seat).held
    assert (await hall.kinds())[-1] == "ProctorCalled"


async def test_whoever_has_left_calls_nobody_from_that_terminal() -> None:
    hall = Hall(two_sections(may_leave=True))
    seat = await hall.seat().to_item()
    await seat.flow.act(a.Leave("LEAVE"))
    await seat.flow.act(a.CallForProctor())
    assert "ProctorCalled" not in await hall.kinds()


async def test_a_break_ends_by_itself_after_its_longest_time_and_costs_none() -> None:
    hall = Hall()
    seat = await to_the_break(hall)
    await seat.pass_time(299)
    assert passage(seat) is Passage.BREAK
    await seat.pass_time(1)
    assert passage(seat) is Passage.SECTION
    assert seat.conduct.left() == (None, "")


async def test_a_comment_is_erasable_and_only_its_salted_digest_is_an_event() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    item = seat.item
    await seat.flow.act(a.WriteComment("Too \x1b[2Jhard for me.\u202e"))
    assert "comment is saved" in seat.item.status
    assert seat.item.item == item.item
    (made,) = of_kind(await hall.events(), e.CommentMade)
    (comment,) = await hall.store.comments("REF-1")
    assert comment.text == "Too [2Jhard for me."
    salted = hashlib.sha256(f"{comment.salt}{comment.text}".encode()).hexdigest()
    assert made.digest == comment.digest == salted
    assert made.item == item.item
    assert "hard" not in repr(await hall.events())
    opened = (await hall.events())[0]
    assert isinstance(opened, e.SessionOpened)
    await hall.store.erase(opened.participant)
    assert await hall.store.comments("REF-1") == ()
    assert (await hall.kinds())[-1] == "CommentMade"


async def test_two_equal_comments_have_digests_of_their_own_and_an_empty_one_is_none() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    for text in ("Same.", "Same.", "  \x07 "):
        await seat.flow.act(a.WriteComment(text))
    made = of_kind(await hall.events(), e.CommentMade)
    assert len({one.digest for one in made}) == 2


async def test_a_call_for_the_proctor_is_recorded_with_the_item_and_answered_in_words() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.flow.act(a.CallForProctor())
    (call,) = of_kind(await hall.events(), e.ProctorCalled)
    assert call.item == seat.item.item
    assert "has been called" in seat.item.status


async def test_a_call_in_a_full_store_stands_still_and_comes_back_to_the_item() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    item = seat.item.item
    hall.troubles = trouble(2)
    await seat.flow.act(a.CallForProctor())
    stood = [view.why for view in seat.views if isinstance(view, StandstillView)]
    assert stood == [Standstill.TROUBLE] * 2
    assert seat.item.item == item
    assert (await hall.kinds()).count("ProctorCalled") == 1


async def test_leaving_needs_its_word() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.flow.act(a.Leave("no"))
    assert isinstance(seat.view, ItemView)
    assert "Paused" not in await hall.kinds()


async def test_whoever_leaves_comes_back_to_the_same_item_with_its_used_time() -> None:
    hall = Hall()
    first = await hall.seat().to_item()
    item = first.item
    await first.pass_time(10)
    await first.flow.act(a.Leave(" leave "))
    assert (standstill(first).why, standstill(first).closing) == (Standstill.LEFT, True)
    hall.clock.advance(50)
    seat = await hall.seat().enter()
    assert (await hall.kinds())[-1] == "Resumed"
    assert (seat.item.item, seat.item.options) == (item.item, item.options)
    assert seat.conduct.left() == (590_000, "time")


async def test_where_leaving_is_forbidden_no_screen_offers_it_and_none_does_it() -> None:
    hall = Hall(two_sections(may_leave=False))
    seat = await hall.seat().to_item()
    assert not seat.item.may_leave
    await seat.flow.act(a.Leave("LEAVE"))
    assert isinstance(seat.view, ItemView)
    assert "Paused" not in await hall.kinds()


async def test_a_second_terminal_takes_over_and_the_first_closes_with_a_word() -> None:
    hall = Hall()
    first = await hall.seat().to_item()
    second = await hall.seat().enter()
    assert second.item.item == first.item.item
    await first.pass_time(2)
    assert (standstill(first).why, standstill(first).closing) == (Standstill.TAKEN_OVER, True)
    assert isinstance(second.view, ItemView)


async def test_a_terminal_that_was_taken_over_cannot_answer_or_run_out_of_time() -> None:
    hall = Hall(short(10))
    first = await hall.seat().to_item()
    second = await hall.seat().to_item()
    before = await hall.kinds()
    await first.answer()
    assert standstill(first).why is Standstill.TAKEN_OVER
    third = await hall.seat().to_item()
    hall.clock.advance(1)
    for _ in range(12):
        hall.clock.advance(1)
        assert second.conduct.timekeeper is not None
        second.conduct.timekeeper.tick()
    await second.conduct.expire()
    assert standstill(second).why is Standstill.TAKEN_OVER
    assert isinstance(third.view, ItemView)
    assert [kind for kind in await hall.kinds() if kind not in before] == []


async def answered_elsewhere(hall: Hall, seat: Seat) -> str:
    """Record an answer of a seat as if it had stopped before it chose; return its connection."""
    answer, connection = seat.response(), seat.conduct.state.connection or ""
    await hall.proctor(
        c.Answer(
            connection=connection,
            answer=answer.answer,
            item=answer.item,
            position=answer.position,
            given=answer.given,
            timing=e.ItemTiming(),
        )
    )
    return connection


async def test_a_choice_made_by_a_terminal_that_lost_the_session_is_never_shown() -> None:
    hall = Hall()
    slow = await hall.seat().to_item()
    own = await answered_elsewhere(hall, slow)
    await slow.conduct.refresh()
    fast = await hall.seat().to_item()
    item = fast.item.item
    await answered_elsewhere(hall, fast)
    for stale in (small.presenting(item, own), small.ending("max_items", own)):
        assert await slow.conduct._write.perform(stale) == Refused(Reason.TAKEN_OVER)
    assert (await hall.kinds())[-1] == "ResponseGiven"


async def test_a_proctor_s_pause_is_seen_within_two_seconds_and_time_stands_still() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    item = seat.item
    await seat.pass_time(10)
    await hall.proctor(c.Pause(by="Budi", reason="fire drill"))
    await seat.pass_time(2)
    assert standstill(seat).why is Standstill.PAUSED
    left, _ = seat.conduct.left()
    await seat.pass_time(120)
    assert seat.conduct.left() == (left, "time")
    await hall.proctor(c.Resume(by="Budi"))
    await seat.pass_time(2)
    assert (seat.item.item, seat.item.options) == (item.item, item.options)
    assert seat.conduct.left() == (left, "time")
    seat.flow.appeared()
    await seat.pass_time(5)
    assert seat.conduct.left() == (588_000 - 5_000, "time")


async def test_an_answer_that_meets_a_pause_is_not_taken_and_can_be_given_later() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await hall.proctor(c.Pause(by="Budi", reason="x"))
    item = seat.item.item
    await seat.answer()
    assert standstill(seat).why is Standstill.PAUSED
    await hall.proctor(c.Resume(by="Budi"))
    await seat.pass_time(2)
    assert seat.item.item == item
    await seat.answer()
    assert (await hall.kinds()).count("ResponseGiven") == 1


async def test_time_that_runs_out_during_a_pause_ends_the_section_only_after_it() -> None:
    hall = Hall(short(10))
    seat = await hall.seat().to_item()
    await seat.pass_time(8)
    await hall.proctor(c.Pause(by="Budi", reason="x"))
    await seat.pass_time(1)
    await seat.pass_time(60)
    assert "ItemClosed" not in await hall.kinds()
    assert seat.conduct.state.status is Status.PAUSED


async def test_a_termination_ends_at_the_terminal_too() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await hall.proctor(c.Terminate(by="Budi", reason="cheating"))
    await seat.pass_time(2)
    assert isinstance(seat.view, EndView)
    assert seat.view.title == "TEST ENDED"
    assert hall.finished == ["REF-1"]


async def test_the_end_waits_for_its_result_and_is_shown_once_it_is_written() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    faults = trouble(2)
    original = hall.services.finish

    async def finish(session: str, exam: object, language: str) -> str:
        if faults:
            raise faults.pop()
        return await original(session, hall.exam, language)

    object.__setattr__(hall.services, "finish", finish)
    end = await seat.to_the_end()
    assert end.reference == "REF-1"
    stood = [view.why for view in seat.views if isinstance(view, StandstillView)]
    assert stood == [Standstill.TROUBLE] * 2


async def test_a_long_time_that_was_not_counted_is_put_on_record() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    item = seat.item.item
    hall.clock.advance(90)
    await seat.answer()
    (noted,) = of_kind(await hall.events(), e.IrregularityRecorded)
    assert (noted.code, noted.detail) == ("unclocked_time", f"{item}: 90000 ms")


async def test_practice_is_never_journaled_but_for_its_count() -> None:
    hall = Hall(two_sections(practice=True))
    seat = await hall.seat().enter()
    await seat.flow.act(a.Continue())
    assert passage(seat) is Passage.PRACTICE
    before = await hall.kinds()
    await seat.flow.act(a.Continue())
    for number in range(1, len(PRACTICE.items) + 1):
        assert seat.item.practice
        assert (seat.item.position, seat.item.at_most) == (number, 0)
        assert await hall.kinds() == before
        await seat.answer()
    assert passage(seat) is Passage.SECTION
    (done,) = of_kind(await hall.events(), e.PracticeFinished)
    assert done.answers == len(PRACTICE.items)
    assert await hall.kinds() == [*before, "PracticeFinished"]
    assert seat.conduct.state.phase is Phase.INTRODUCTION


async def test_a_practice_answer_sent_twice_skips_no_item() -> None:
    hall = Hall(two_sections(practice=True))
    seat = await hall.seat().enter()
    for _ in range(2):
        await seat.flow.act(a.Continue())
    old = seat.response()
    await seat.flow.act(old)
    await seat.flow.act(old)
    assert seat.item.position == 2


async def test_the_clock_does_not_run_in_practice() -> None:
    hall = Hall(two_sections(practice=True, seconds=60))
    seat = await hall.seat().enter()
    for _ in range(2):
        await seat.flow.act(a.Continue())
    seat.flow.appeared()
    await seat.pass_time(90)
    assert seat.item.practice
    assert seat.conduct.left() == (60_000, "battery_time")
