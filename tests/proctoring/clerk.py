"""A clerk who keeps account of the time that a test may be charged, from its journal and a clock.

The clerk knows the rules and nothing of how the program counts. Time is charged while an item that
was shown and not closed is really on a screen: at the terminal that has the test, uncovered, with
no message over it, and with the test neither held nor ended. A gap of more than two seconds between
two beats is not charged; what was not saved when a process was lost is the participant's.
"""

from __future__ import annotations

from attrs import define, field, frozen

from cact_tui.journal.protocol import Store
from cact_tui.sessions import events as e
from cact_tui.sessions.events import Event

GAP = 2.0
LOST = 5_000
"""Milliseconds that may be gone with a process: so often is used time saved."""

BEAT = 1_000
"""Milliseconds between two beats, by which a budget may be overdrawn."""


@frozen(kw_only=True)
class Budget:
    """What a section and the whole test may take at some moment, ms."""

    section: int
    whole: int


@define
class Standing:
    """Where a test stands after some of its events; `item` is the place of what is on the screen.

    `of` says which section each showing belongs to, `closed` how each was closed and with what time
    on record, beside the budget of that moment.
    """

    whole: int
    item: int = 0
    runs: bool = False
    ended: bool = False
    unread: list[str] = field(factory=list)
    sections: list[int] = field(factory=list)
    of: dict[int, int] = field(factory=dict)
    closed: dict[int, tuple[Event, int, Budget]] = field(factory=dict)

    @property
    def may_be_charged(self) -> bool:
        """Return whether time runs for whoever sits in front of it."""
        return bool(self.item) and self.runs and not self.ended and not self.unread

    def take(self, place: int, event: Event) -> None:
        """Note one event more."""
        if type(event).__name__ in e.ENDED:
            self.ended = True
        self._hold(event)
        match event:
            case e.MessageSent():
                self.unread.append(event.digest)
            case e.MessageAcknowledged():
                self.unread.remove(event.digest)
            case e.SectionStarted():
                self.sections.append((event.seconds or 0) * 1000)
            case e.TimeExtended():
                self._lengthen(event)
            case e.ItemShown():
                self.item, self.of[place] = place, len(self.sections) - 1
            case e.ResponseGiven() | e.ItemClosed():
                budget = Budget(section=self.sections[-1], whole=self.whole)
                self.closed[self.item] = (event, event.timing.shown, budget)
                self.item = 0

    def _hold(self, event: Event) -> None:
        if isinstance(event, e.Paused | e.AuthorisationRequired | e.Reopened):
            self.runs = False
        elif isinstance(event, e.Resumed | e.Authorised):
            self.runs = True
        if isinstance(event, e.Reopened):
            self.ended = False

    def _lengthen(self, event: e.TimeExtended) -> None:
        self.whole += event.seconds * 1000
        if event.section is not None:
            self.sections[-1] += event.seconds * 1000


@define
class Clerk:
    """Keeps account of one participant's test.

    `charged` is what each showing of an item may cost, ms, by the place of its event.
    """

    store: Store
    participant: str
    now: Standing
    covered: bool = False
    charged: dict[int, int] = field(factory=dict)
    events: tuple[Event, ...] = ()

    async def session(self) -> str:
        """Return the test's reference, empty before there is one."""
        found = await self.store.sessions(participant=self.participant)
        return found[-1].session if found else ""

    async def read_on(self) -> Standing:
        """Read what the journal has of the test by now; return where it stands."""
        session = await self.session()
        for one in await self.store.read(session, len(self.events)) if session else ():
            self.events = (*self.events, one.event)
            self.now.take(len(self.events), one.event)
        return self.now

    async def count(self, seconds: float, *, there: bool) -> None:
        """Note that so much time passes between two beats."""
        now = await self.read_on()
        if there and not self.covered and seconds <= GAP and now.may_be_charged:
            self.charged[now.item] = self.charged.get(now.item, 0) + round(seconds * 1000)

    async def take_over(self, *, in_order: bool) -> None:
        """Note that another terminal has the test, which knows only what the last one saved."""
        now = await self.read_on()
        saved = await self.store.last_checkpoint(await self.session())
        known = saved.shown_ms if saved is not None and saved.seq == now.item else 0
        if now.item:
            self._write_off(now.item, known, at_most=0 if in_order else LOST)

    def check(self, running: int | None) -> None:
        """Compare with all that the program charged; `running` is what it has of the item shown."""
        now = self.now
        for item, (event, shown, _) in now.closed.items():
            interrupted = isinstance(event, e.ItemClosed) and event.state != "timed_out"
            self._write_off(item, shown, at_most=LOST if interrupted else 0)
        if running is not None and now.item:
            assert running == self.charged.get(now.item, 0)
        for item in now.closed:
            self._check_budget(item)

    def _write_off(self, item: int, known: int, *, at_most: int) -> None:
        """Take what the program still knows of an item's time; it is too much never."""
        counted = self.charged.get(item, 0)
        assert counted - at_most <= known <= counted, (item, known, counted)
        self.charged[item] = known

    def _check_budget(self, item: int) -> None:
        """See that nobody had more time than there was, and nobody's was over too soon."""
        now = self.now
        event, _, budget = now.closed[item]
        earlier = [one for one in now.closed if one <= item]
        section = sum(self.charged[one] for one in earlier if now.of[one] == now.of[item])
        whole = sum(self.charged[one] for one in earlier)
        left = min(budget.section - section, budget.whole - whole)
        assert left > -BEAT
        if isinstance(event, e.ItemClosed) and event.state == "timed_out":
            assert left <= 0
