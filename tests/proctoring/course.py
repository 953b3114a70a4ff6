"""A course of a day: people at their terminals, two proctors elsewhere, one clock for everybody.

Screens are told of what others did before any time passes, as a watch tells them; between two acts
they may not know of it yet. Terminals take their time by beats of this clock and no other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import hypothesis.strategies as st
from attrs import define, field
from attrs import evolve as changed

from cact_tui.delivery import actions as a
from cact_tui.delivery.views import ConfirmView, ItemView, MessageView, PassageView
from cact_tui.errors import NumberTaken
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.roster import Identification
from cact_tui.proctoring.acts import Acts, Done
from cact_tui.proctoring.paths import Paths
from cact_tui.proctoring.roster import Roster
from tests.delivery.hall import Seat, two_sections
from tests.proctoring.clerk import Clerk, Standing
from tests.proctoring.room import SITI, YOHANES, Room
from tests.sessions import small

if TYPE_CHECKING:
    from cact_tui.proctoring.acts import Outcome
    from cact_tui.sessions.specification import BatterySpecification

PROCTORS = ("Ani", "Budi")
FIRST = SITI.number
NIP = "198704122010012002"
"""What proctors read in the papers, other than on the list."""

WHOLE = 100
"""Seconds that the whole test may take."""

DAY = 24 * 3600.0

PEOPLE_DO = ("go_on", "go_on", "cover", "leave", "cut", "crash", "come_back", "come_back")
TIME_DOES = ("wait", "wait", "sleep", "night")
"""A few seconds pass, a machine sleeps for a while, it is another day."""

ACTS = (
    *("pause", "pause", "resume", "resume", "authorise", "authorise", "message", "extend"),
    *("extend_whole", "reopen", "reopen", "terminate"),
)
"""What proctors do to a test."""

ROSTER_ACTS = (
    *("confirm", "confirm", "refuse", "correct_name", "correct_nip", "move", "unlock"),
    *("expect_tomorrow", "expect_today", "expect_today", "walk_in"),
)
"""What they do to whoever is expected, whether there is a test or not."""

LOGGED = {
    "confirm": "identity_confirmed",
    "refuse": "identity_refused",
    "correct_name": "corrected",
    "correct_nip": "corrected",
    "move": "moved",
    "unlock": "lockout_cleared",
    "expect_tomorrow": "rescheduled",
    "expect_today": "rescheduled",
    "walk_in": "registered",
}
"""What each is called in the log of the sitting."""

FOUND = {"confirm": Identification.CONFIRMED, "refuse": Identification.REFUSED}

STEPS = st.lists(
    st.tuples(
        st.sampled_from((*PEOPLE_DO * 2, *("go_on", "wait") * 8, *TIME_DOES, *ACTS, *ROSTER_ACTS)),
        st.sampled_from(PROCTORS),
        st.booleans(),
    ),
    min_size=5,
    max_size=40,
)


def short() -> BatterySpecification:
    """Return two sections that a minute ends, with a break between them."""
    one = small.section("one", min_items=6, max_items=6, seconds=60, break_after=20)
    two = small.section(
        "two", scale="third", banks=("second",), min_items=6, max_items=6, seconds=60
    )
    return two_sections(authorisation="proctor", sections=(one, two), seconds=WHOLE)


@define
class Somebody:
    """Somebody who is expected: the terminal that has the test, if there is one."""

    number: str
    clerk: Clerk
    seat: Seat | None = None
    left_in_order: bool = False


@define
class Course:
    """One course. `news` counts what proctors changed of tests, `logged` what they did beside."""

    room: Room
    people: dict[str, Somebody] = field(factory=dict)
    desks: dict[str, Roster] = field(factory=dict)
    news: Counter[tuple[str, str]] = field(factory=Counter)
    logged: Counter[tuple[str, str]] = field(factory=Counter)

    @classmethod
    async def begin(cls) -> Course:
        """Open the room, with one participant in front of the first item."""
        course = cls(room=await Room(battery=short()).furnish(SITI))
        for name in PROCTORS:
            course.desks[name] = course._desk()
        await course._expect(FIRST)
        await course.come_back(course.people[FIRST])
        await course.desks["Ani"].acts.authorise("REF-1", by="the chief")
        while not isinstance(course.first.view, ItemView):
            await course.hear(course.people[FIRST])
            await course.go_on(course.people[FIRST])
        return course

    @property
    def first(self) -> Seat:
        """Return the terminal of whoever was there first."""
        seat = self.people[FIRST].seat
        assert seat is not None
        return seat

    def _desk(self) -> Roster:
        store, clock = MemoryStore(self.room.hall.memory), self.room.hall.clock
        acts = Acts(Paths(store=store, clock=clock, pinned=self.room._pinned))
        return Roster(store=store, clock=clock, event="event", acts=acts)

    async def _expect(self, number: str) -> None:
        who = await self.room.elsewhere.roster.registered("event", number)
        assert who is not None
        clerk = Clerk(self.room.elsewhere, who.participant, Standing(whole=WHOLE * 1000))
        self.people[number] = Somebody(number=number, clerk=clerk)

    async def close(self) -> None:
        """Send everybody home."""
        for one in self.people.values():
            if one.seat is not None:
                await one.seat.flow.close()

    async def step(self, what: str, by: str, *, heard: bool, number: str = FIRST) -> None:
        """Do something; the participant's screen has `heard` of it or not before the next."""
        one = self.people[number]
        if what in TIME_DOES:
            await getattr(self, what)()
        elif what in PEOPLE_DO:
            await getattr(self, what)(one)
        elif what in ACTS:
            await self.act(what, by, one, self.desks[by])
        else:
            await self.manage(what, by, one, self.desks[by])
        if heard:
            await self.hear(one)

    # Time

    async def wait(self, *seconds: float) -> None:
        """Let time pass, beat by beat."""
        for one in self.people.values():
            await self.hear(one)
        for piece in seconds or (1.0,) * 3:
            await self._pass(piece)
            for one in self.people.values():
                await self._beat(one)

    async def _pass(self, seconds: float) -> None:
        for one in self.people.values():
            await one.clerk.count(seconds, there=one.seat is not None)
        self.room.hall.clock.advance(seconds)

    async def sleep(self) -> None:
        """Let the machines sleep for five minutes."""
        await self.wait(300.0)

    async def night(self) -> None:
        """Let everybody go, and a day pass."""
        for one in self.people.values():
            await self.cut(one)
        await self.wait(DAY)

    async def _beat(self, one: Somebody) -> None:
        if one.seat is not None and not one.seat.conduct.over:
            await one.seat.heart.beat()
            self._face(one)

    async def hear(self, one: Somebody) -> None:
        """Have a screen follow what was written elsewhere."""
        seat = one.seat
        if seat is None or seat.conduct.over:
            return
        if await seat.conduct.refresh():
            await seat.conduct.go()
        self._face(one)

    def _face(self, one: Somebody) -> None:
        """Draw what is to be seen, unless a menu or a help text lies over it."""
        if one.seat is not None and not one.clerk.covered:
            one.seat.flow.appeared()

    # What people do

    async def go_on(self, one: Somebody) -> None:
        """Do what the screen asks for."""
        if one.seat is None:
            return
        if one.clerk.covered:
            one.clerk.covered = False
            self._face(one)
        view, flow = one.seat.view, one.seat.flow
        if isinstance(view, ItemView):
            await flow.act(one.seat.response())
        elif isinstance(view, PassageView):
            await flow.act(a.Continue())
        elif isinstance(view, MessageView):
            await flow.act(a.Acknowledge(view.message))
        self._face(one)

    async def go_on_after_a_moment(self, one: Somebody) -> None:
        """Look at the screen and do what it asks for, between two beats."""
        for other in self.people.values():
            await self.hear(other)
        await self._pass(0.25)
        for other in self.people.values():
            if other is not one:
                await self._beat(other)
        await self.go_on(one)

    async def cover(self, one: Somebody) -> None:
        """Open the menu over whatever is on the screen."""
        if one.seat is not None:
            one.clerk.covered = True
            one.seat.flow.hidden()

    async def leave(self, one: Somebody) -> None:
        """Leave the test for now."""
        if one.seat is None:
            return
        await one.seat.flow.act(a.Leave("LEAVE"))
        if one.seat.conduct.over:
            await self.cut(one)

    async def cut(self, one: Somebody) -> None:
        """Lose the line; the hall notices."""
        if one.seat is not None:
            await one.seat.flow.close()
        one.seat, one.left_in_order = None, True

    async def crash(self, one: Somebody) -> None:
        """Lose the process that the terminal hangs on; nobody notices."""
        if one.seat is not None:
            tasks, one.seat.flow._tasks = one.seat.flow._tasks, ()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            one.left_in_order = False
        one.seat = None

    async def come_back(self, one: Somebody) -> None:
        """Sign in, at a second terminal if the first is still there, which then asks in vain."""
        arrived = await self.room.arrive(number=one.number, seat="08" if one.seat else "07")
        while isinstance(arrived.view, PassageView) and arrived.flow._conduct is None:
            await arrived.flow.act(a.Continue())
        if isinstance(arrived.view, ConfirmView):
            await arrived.flow.act(a.Confirm(arrived.view.word))
        if arrived.flow._conduct is None:
            await arrived.flow.close()
            return
        await one.clerk.take_over(in_order=one.seat is None and one.left_in_order)
        await self._out_of_the_way(one.seat)
        one.seat, one.clerk.covered = arrived, False
        await arrived.heart.beat()
        self._face(one)

    async def _out_of_the_way(self, old: Seat | None) -> None:
        """See a terminal that lost its test answer all the same, and close."""
        if old is None:
            return
        if isinstance(old.view, ItemView):
            await old.flow.act(old.response())
        await old.flow.close()

    # What proctors do

    async def act(self, what: str, by: str, one: Somebody, desk: Roster) -> None:
        """Do something to somebody's test, if there is one."""
        session = await one.clerk.session()
        if not session:
            return
        acts, reason = desk.acts, "other"
        outcome: Outcome
        if what in ("pause", "terminate", "reopen"):
            outcome = await getattr(acts, what)(session, by=by, reason=reason)
        elif what in ("authorise", "resume"):
            outcome = await getattr(acts, what)(session, by=by)
        elif what == "message":
            outcome = await acts.message(session, "Halo.", by=by)
        else:
            whole = what == "extend_whole"
            outcome = await acts.extend(session, 20, by=by, reason=reason, whole=whole)
        if isinstance(outcome, Done) and outcome.news:
            self.news[session, what.removesuffix("_whole")] += 1

    async def manage(self, what: str, by: str, one: Somebody, desk: Roster) -> None:
        """Do something to what is known of somebody; what cannot be done leaves no line."""
        with suppress(ValueError, NumberTaken):
            await self._deed(what, desk, by, one)
            self.logged[LOGGED[what], by] += 1

    async def _deed(self, what: str, desk: Roster, by: str, one: Somebody) -> None:
        number = one.number
        if what in ("confirm", "refuse"):
            await desk.check_identity(number, FOUND[what], by=by)
        elif what == "correct_name":
            await desk.correct(number, by=by, name=f"AS {by.upper()} READ IT")
        elif what == "correct_nip":
            await desk.correct(number, by=by, nip=NIP)
        elif what.startswith("expect"):
            sitting = "s2" if what == "expect_tomorrow" else "s1"
            await desk.reschedule(number, sitting, seat=number, by=by, reason="other")
        elif what == "move":
            await desk.move(number, f"{number} {by}", by=by, reason="other")
        elif what == "unlock":
            await desk.clear_lockout(number, by=by)
        else:
            await self._walk_in(desk, by)

    async def _walk_in(self, desk: Roster, by: str) -> None:
        number = f"{300 + len(self.people)}"
        who = changed(YOHANES, participant=f"p-{number}-{by}", number=number, seat=number)
        await desk.register(who, by=by)
        await self._expect(number)

    async def at_once(
        self, first: str, second: str, one: Somebody, by: tuple[str, str] = PROCTORS
    ) -> None:
        """Have something done at the two desks at the same moment."""
        doing = (
            (self.act if what in ACTS else self.manage)(what, name, one, desk)
            for what, name, desk in zip((first, second), by, self.desks.values(), strict=True)
        )
        await asyncio.gather(*doing)
