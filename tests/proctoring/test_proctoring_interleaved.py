"""Any interleaving of a participant and two proctors, each with a store of their own."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from attrs import define, field
from hypothesis import HealthCheck, given, settings

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import ConfirmView, ItemView, MessageView, PassageView
from cact_tui.journal.memory import MemoryStore
from cact_tui.proctoring.acts import Acts, Done
from cact_tui.sessions import events as e
from cact_tui.sessions.evolve import fold
from tests.delivery.hall import Seat, of_kind
from tests.proctoring.room import Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.acts import Outcome

PROCTORS = ("Ani", "Budi")
OFTEN = ["answer", "answer", "answer", "wait", "pause", "resume", "resume", "authorise"]
SELDOM = [
    *["message", "extend", "extend", "refuse", "confirm", "confirm"],
    *["terminate", "reopen", "reopen", "leave", "return", "return"],
]
STEPS = st.lists(
    st.tuples(st.sampled_from(OFTEN * 6 + SELDOM), st.sampled_from(PROCTORS), st.booleans()),
    min_size=5,
    max_size=40,
)


@define
class Course:
    """One course of events; `news` counts acts that changed something, by kind."""

    room: Room
    seat: Seat
    proctors: dict[str, Acts]
    news: dict[str, int] = field(factory=dict)

    async def step(self, what: str, by: str, *, noticed: bool) -> None:
        """Do something; the participant's screen has `noticed` it or not before the next."""
        if what in ("answer", "wait", "leave", "return"):
            await self.participate(what)
        else:
            await self.proctor(what, by)
        if noticed and not self.seat.conduct.over:
            if await self.seat.conduct.refresh():
                await self.seat.conduct.go()
            self.seat.flow.appeared()

    async def participate(self, what: str) -> None:
        view = self.seat.view
        if what == "wait":
            await self.seat.pass_time(3)
        elif what == "return" and self.seat.conduct.over:
            await self.come_back()
        elif what == "leave":
            await self.seat.flow.act(a.Leave("LEAVE"))
        elif isinstance(view, ItemView):
            await self.seat.answer()
        elif isinstance(view, PassageView):
            await self.seat.flow.act(a.Continue())
        elif isinstance(view, MessageView):
            await self.seat.flow.act(a.Acknowledge(view.message))

    async def come_back(self) -> None:
        """Sign in again, unless the test has ended."""
        arrived = await self.room.arrive()
        if isinstance(arrived.view, ConfirmView):
            await self.seat.flow.close()
            await arrived.flow.act(a.Confirm(arrived.view.word))
            self.seat = arrived

    async def proctor(self, what: str, by: str) -> None:
        acts = self.proctors[by]
        outcome: Outcome
        if what in ("pause", "terminate", "reopen", "refuse"):
            outcome = await getattr(acts, what)(SESSION, by=by, reason="other")
        elif what in ("authorise", "resume"):
            outcome = await getattr(acts, what)(SESSION, by=by)
        elif what == "confirm":
            outcome = await acts.confirm_identity(SESSION, by=by)
        elif what == "message":
            outcome = await acts.message(SESSION, "Halo.", by=by)
        else:
            outcome = await acts.extend(SESSION, 60, by=by, reason="network")
        if isinstance(outcome, Done) and outcome.news:
            self.news[what] = self.news.get(what, 0) + 1


RECORDED = {
    "pause": e.Paused,
    "resume": e.Resumed,
    "authorise": e.Authorised,
    "message": e.MessageSent,
    "extend": e.TimeExtended,
    "terminate": e.SessionTerminated,
    "reopen": e.Reopened,
}


async def follow(steps: Sequence[tuple[str, str, bool]]) -> None:
    room = await Room(battery=limited(100)).furnish()
    seat = await room.to_item()
    proctors = {
        name: Acts(store=MemoryStore(room.hall.memory), clock=room.hall.clock, pinned=room._pinned)
        for name in PROCTORS
    }
    course = Course(room=room, seat=seat, proctors=proctors)
    for what, by, noticed in steps:
        await course.step(what, by, noticed=noticed)
    await check(course)
    await course.seat.flow.close()


async def check(course: Course) -> None:
    room = course.room
    events = await room.hall.events()
    # Each act that changed something is there once, under a proctor's name.
    for what, kind in RECORDED.items():
        by_proctors = [one for one in of_kind(events, kind) if one.by in PROCTORS]
        assert len(by_proctors) == course.news.get(what, 0), what
    # An end is left by nothing but its reopening.
    for before, after in pairwise(type(one).__name__ for one in events):
        assert before not in e.ENDED or after == "Reopened"
    # What is charged was charged while the test might go on.
    held = True
    for one in events:
        held = held_after(one, held=held)
        assert not (held and isinstance(one, e.ResponseGiven | e.ItemShown))
    # Both proctors and the journal agree on where the session stands.
    plan = room.hall.plan
    state = fold(SESSION, events, practice=plan.battery.practice)
    for acts in course.proctors.values():
        assert await acts.state(SESSION) == state
    assert len(state.sent) == course.news.get("message", 0)
    used = sum(section.used_ms for section in state.sections)
    assert used <= (200 + state.extra_seconds) * 1000


def held_after(event: e.Event, *, held: bool) -> bool:
    if isinstance(event, e.Paused | e.AuthorisationRequired | e.Reopened):
        return True
    return held and not isinstance(event, e.Resumed | e.Authorised)


def run(steps: Sequence[tuple[str, str, bool]]) -> None:
    asyncio.run(follow(steps))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_any_interleaving_keeps_what_was_promised(steps: list[tuple[str, str, bool]]) -> None:
    run(steps)


@pytest.mark.campaign
@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_two_thousand_interleavings_keep_what_was_promised(
    steps: list[tuple[str, str, bool]],
) -> None:
    run(steps)
