"""A room with one event, a store in memory and a clock that moves when told."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from attrs import evolve as changed

from cact_tui.banks.items import Form
from cact_tui.banks.reading import parse_bank
from cact_tui.banks.standards import PositionGroup, PositionStandards
from cact_tui.clock import ManualClock
from cact_tui.config.settings import (
    EventPurpose,
    EventSettings,
    Materials,
    Passages,
    Policy,
    ProfileRules,
    StoreSettings,
)
from cact_tui.delivery import actions as a
from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.heartbeat import Heartbeat
from cact_tui.delivery.services import Exam, Services
from cact_tui.delivery.views import (
    ClockReading,
    ConfirmView,
    EndView,
    IdentityView,
    ItemView,
    LanguageView,
    PassageView,
    View,
)
from cact_tui.delivery.write_path import WritePath
from cact_tui.errors import Problems, StorageTrouble
from cact_tui.journal.memory import Memory, MemoryStore
from cact_tui.journal.watch import Watch
from cact_tui.sessions.plan import BatteryPlan
from tests.sessions import small
from tests.sessions.small_bank import bank_text, small_bank, small_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cact_tui.banks.items import ItemBank
    from cact_tui.config.settings import Participant
    from cact_tui.delivery.conduct import Conduct
    from cact_tui.journal.protocol import Recorded
    from cact_tui.sessions.commands import Command
    from cact_tui.sessions.events import Event
    from cact_tui.sessions.specification import BatterySpecification

NUMBER, NAME = "0231", "Siti Rahmawati"
TERMINAL = Terminal(
    mode="screen", terminal="xterm", columns=80, rows=24, charset="utf8", colours="16"
)
TEXTS = {"en": "Text.", "id": "Teks."}
BANKS = {"small": small_bank(), "second": small_bank("second", "third", "J")}
KEYS = {"small": small_keys(BANKS["small"]), "second": small_keys(BANKS["second"], "J")}
GROUPS = {
    "pelaksana": PositionGroup(
        id="pelaksana", name={"en": "Executor", "id": "Pelaksana"}, standard={}
    )
}


def practice_bank() -> ItemBank:
    """Return fourteen practice items of every form."""
    bank = parse_bank(
        bank_text("practice", "scale", "P", "practice").encode(), "practice.toml", Problems()
    )
    assert bank is not None
    return bank


PRACTICE = practice_bank()


def two_sections(**changes: Any) -> BatterySpecification:
    """Return two sections of three and two items, a break of 300 s between them, no practice."""
    one = small.section("one", min_items=3, max_items=3, break_after=300)
    two = small.section("two", scale="third", banks=("second",), min_items=2, max_items=2)
    return small.battery(**{"sections": (one, two), "practice": False, **changes})


def materials(battery: BatterySpecification, *, trial: bool = False) -> Materials:
    """Return what a folder with that battery would give."""
    content = repr(battery).encode()
    digest = hashlib.sha256(content).hexdigest()
    return Materials(
        event=EventSettings(
            id="event",
            title={"en": "Event", "id": "Acara"},
            purpose=EventPurpose.MAPPING,
            languages=("en", "id"),
            timezone="Asia/Jakarta",
        ),
        store=StoreSettings(url="memory:", results="results", cache="cache"),
        battery=battery,
        policy=Policy(show_result=False, clock=True, warnings=(30, 15, 5, 1), valid_years=3),
        profile=ProfileRules(
            variance_ratio=0.5,
            confidence=0.9,
            standards=PositionStandards(
                evidence="assumed", full_set=(), groups=GROUPS, digest="0" * 64
            ),
            categories=None,
            levels={},
        ),
        passages=Passages(rules=TEXTS, privacy=TEXTS, adaptive=TEXTS, finish=TEXTS),
        banks=BANKS,
        keys=KEYS,
        practice=PRACTICE if battery.practice else None,
        participants="",
        documents={"config.toml": digest},
        contents={digest: content},
    )


class Shaky(MemoryStore):
    """A store that can be out of reach altogether."""

    down = False
    reads = 0

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        self.reads += 1
        return await super().read(session, after)

    async def _turn(self) -> None:
        await super()._turn()
        if self.down:
            raise StorageTrouble("memory", "out of reach", "wait")


class Hall:
    """An event and everything it needs; terminals are sat down at with `seat`."""

    def __init__(
        self,
        battery: BatterySpecification | None = None,
        *,
        participants: Mapping[str, Participant] | None = None,
        plan: BatteryPlan | None = None,
        watched: bool = False,
        **policy: Any,
    ) -> None:
        self.memory = Memory()
        self.clock = ManualClock(wall=1_708_400_000_000)
        self.troubles: list[Exception] = []
        self.probed: list[str] = []
        self.on_probe: Callable[[str], None] = lambda _name: None
        self.store = Shaky(self.memory, probe=self._probe)
        battery = battery or two_sections()
        made = materials(battery)
        self.materials = changed(made, policy=changed(made.policy, **policy))
        self.plan = plan or BatteryPlan(battery=battery, banks=BANKS, keys=KEYS)
        self.exam = Exam(materials=self.materials, plan=self.plan)
        self.pinned: list[Mapping[str, str]] = []
        self.finished: list[str] = []
        self.services = Services(
            store=self.store,
            clock=self.clock,
            exam=self.exam,
            pinned=self._pinned,
            finish=self._finish,
            participants=participants,
            build=small.BUILD,
            seed=lambda: "5e" * 16,
            reference=self._reference,
            watch=Watch(self.store, seconds=0.02) if watched else None,
        )
        self._references = 0

    def seat(self, name: str = "") -> Seat:
        """Sit down at a terminal."""
        return Seat(self, name)

    async def events(self, session: str = "REF-1") -> tuple[Event, ...]:
        """Return the events of a session."""
        return tuple(one.event for one in await self.recorded(session))

    async def kinds(self, session: str = "REF-1") -> list[str]:
        """Return the kinds of a session's events."""
        return [type(event).__name__ for event in await self.events(session)]

    async def recorded(self, session: str = "REF-1") -> tuple[Recorded, ...]:
        """Return what the journal holds, read past all trouble."""
        return await MemoryStore(self.memory).read(session)

    async def proctor(self, command: Command, session: str = "REF-1") -> None:
        """Let a proctor act from elsewhere."""
        write = WritePath(MemoryStore(self.memory), self.clock, self.plan, session)
        await write.refresh()
        await write.perform(command)

    def _probe(self, name: str) -> None:
        self.probed.append(name)
        self.on_probe(name)
        if name == "append.before-write" and self.troubles:
            raise self.troubles.pop(0)

    def _reference(self) -> str:
        self._references += 1
        return f"REF-{self._references}"

    async def _pinned(self, documents: Mapping[str, str]) -> Exam:
        self.pinned.append(documents)
        return self.exam

    async def _finish(self, session: str, _exam: Exam, _language: str) -> str:
        self.finished.append(session)
        return ""


class Seat:
    """A person at a terminal of the hall, who can do everything a face can."""

    def __init__(self, hall: Hall, name: str = "") -> None:
        self.hall = hall
        self.flow = ParticipantFlow(hall.services, changed(TERMINAL, seat=name))
        self.views: list[View] = []
        self.readings: list[ClockReading] = []
        self.flow.listen(self.views.append, self.readings.append)
        self._heart: Heartbeat | None = None

    @property
    def view(self) -> View:
        """Return what is on the screen."""
        return self.flow.view

    @property
    def item(self) -> ItemView:
        """Return the item on the screen."""
        assert isinstance(self.view, ItemView), self.view
        return self.view

    @property
    def conduct(self) -> Conduct:
        """Return what leads this participant."""
        assert self.flow._conduct is not None
        return self.flow._conduct

    @property
    def heart(self) -> Heartbeat:
        """Return a heart of our own that beats when told."""
        if self._heart is None:
            self._heart = Heartbeat(
                self.hall.services, self.conduct, self.flow._lock, self.readings.append
            )
        return self._heart

    async def pass_time(self, seconds: int) -> None:
        """Let seconds pass, with a beat in each."""
        heart = self.heart
        for _ in range(seconds):
            self.hall.clock.advance(1)
            await heart.beat()

    async def say_who(self, number: str = NUMBER, name: str = NAME, language: str = "en") -> View:
        """Say who one is; return what is shown then."""
        await self.flow.start()
        await self.flow.act(a.ChooseLanguage(language))
        await self.flow.act(a.Identify(number=number, name=name, position_group="pelaksana"))
        return self.view

    async def enter(self, number: str = NUMBER, name: str = NAME, language: str = "en") -> Seat:
        """Go in: as somebody new, or back to the test begun before."""
        await self.say_who(number, name, language)
        if isinstance(self.view, PassageView):
            await self.flow.act(a.Continue())
        assert isinstance(self.view, ConfirmView), self.view
        await self.flow.act(a.Confirm(self.view.word))
        return self

    async def to_item(self, **who: str) -> Seat:
        """Go in and on to the first item, and look at it."""
        if self.flow._conduct is None:
            await self.enter(**who)
        while isinstance(self.view, PassageView):
            await self.flow.act(a.Continue())
        assert isinstance(self.view, ItemView), self.view
        self.flow.appeared()
        return self

    async def answer(self, given: tuple[str, ...] | None = None, answer: str = "") -> View:
        """Answer the item on the screen, rightly unless told; look at what comes next."""
        await self.flow.act(self.response(given, answer))
        self.flow.appeared()
        return self.view

    def response(self, given: tuple[str, ...] | None = None, answer: str = "") -> a.Respond:
        """Return an answer to the item on the screen."""
        item = self.item
        return a.Respond(
            answer=answer or uuid.uuid4().hex,
            item=item.item,
            position=item.position,
            given=given or right(item),
        )

    async def to_the_end(self) -> EndView:
        """Take the rest of the test."""
        while not isinstance(self.view, EndView):
            if isinstance(self.view, ItemView):
                await self.answer()
            else:
                assert isinstance(self.view, PassageView), self.view
                await self.flow.act(a.Continue())
        return self.view


def right(view: ItemView) -> tuple[str, ...]:
    """Return the right answer to an item of the small banks."""
    return {
        Form.NUMERIC: ("2.5",),
        Form.TRUE_FALSE: ("t",),
        Form.MULTIPLE_RESPONSE: ("b1", "b3"),
    }.get(view.form, ("b1",))


def of_kind(events: Sequence[Event], *kinds: type[Event]) -> list[Any]:
    """Return the events of some kinds."""
    return [event for event in events if isinstance(event, kinds)]


__all__ = ["Hall", "IdentityView", "LanguageView", "Seat", "of_kind", "right", "two_sections"]
