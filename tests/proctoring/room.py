"""A room of a hall: a roster, a door, proctors, on a store in memory and a clock moved by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from attrs import evolve as changed

from cact_tui.config.settings import AttemptLimits
from cact_tui.delivery import actions as a
from cact_tui.delivery.views import ConfirmView, PassageView, StandstillView
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.roster import Registration, Sitting
from cact_tui.proctoring.acts import Acts
from cact_tui.proctoring.door import Door
from cact_tui.proctoring.paths import Paths
from cact_tui.proctoring.roster import Roster
from cact_tui.proctoring.sittings import Sittings
from tests.delivery.hall import Hall, Seat, two_sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.views import View
    from cact_tui.journal.protocol import Row

BY = "Sri Lestari"
SITTING = Sitting(id="s1", event="event", date="2024-02-20", room="Aula", wave=1)
"""Today, in the event's time zone, by the hall's clock."""

TOMORROW = changed(SITTING, id="s2", date="2024-02-21")
SITI = Registration(
    participant="p-siti",
    event="event",
    sitting="s1",
    number="0231",
    name="SITI RAHMAWATI",
    nip="198704122010012001",
    position_group="pelaksana",
    seat="07",
)
YOHANES = changed(
    SITI, participant="p-yohanes", number="0243", name="YOHANES TEWU", nip="", seat="19"
)


class Room:
    """A hall that lets in whom its roster names; proctors act through a store of their own."""

    def __init__(self, *, sign_in: str = "number", watched: bool = False, **policy: Any) -> None:
        battery = policy.pop("battery", None) or two_sections(authorisation="proctor")
        policy.setdefault("attempts", AttemptLimits(participant=3, seat=5, lockout_minutes=10))
        self.hall = Hall(battery, watched=watched, sign_in=sign_in, **policy)
        materials = self.hall.materials
        self.door = Door(
            self.hall.store,
            self.hall.clock,
            materials.event,
            materials.policy,
            proctored=battery.authorisation == "proctor",
        )
        self.hall.services = changed(self.hall.services, sign_in=self.door)
        self.elsewhere = MemoryStore(self.hall.memory)
        self.acts = Acts(Paths(store=self.elsewhere, clock=self.hall.clock, pinned=self._pinned))
        self.roster = Roster(
            store=self.elsewhere, clock=self.hall.clock, event="event", acts=self.acts
        )
        self.sittings = Sittings(store=self.elsewhere, clock=self.hall.clock, event="event")

    async def _pinned(self, _documents: object) -> Any:
        return self.hall.exam

    async def furnish(self, *who: Registration, opened: bool = True) -> Room:
        """Register people and open today's sitting."""
        rows: tuple[Row, ...] = (SITTING, TOMORROW, *(who or (SITI, YOHANES)))
        await self.elsewhere.append("", 0, self.hall.clock.wall_ms(), (), rows)
        if opened:
            await self.sittings.open("s1", by=BY)
        return self

    async def arrive(
        self, number: str = "0231", pin: str = "", seat: str = "07", name: str = ""
    ) -> Seat:
        """Have somebody type number and PIN, or a name, at a seat."""
        sitting = self.hall.seat(seat)
        await sitting.flow.start()
        await sitting.flow.act(a.ChooseLanguage("en"))
        await sitting.flow.act(a.Identify(number=number, pin=pin, name=name))
        return sitting

    async def enter(self, number: str = "0231", pin: str = "", seat: str = "07") -> Seat:
        """Have somebody sign in and confirm."""
        sitting = await self.arrive(number, pin, seat)
        if isinstance(sitting.view, PassageView):
            await sitting.flow.act(a.Continue())
        assert isinstance(sitting.view, ConfirmView), sitting.view
        await sitting.flow.act(a.Confirm(sitting.view.word))
        return sitting

    async def to_item(self, **who: str) -> Seat:
        """Have somebody sign in, be authorised, and go on to the first item."""
        sitting = await self.enter(**who)
        session = sitting.conduct.state.session
        await self.acts.authorise(session, by=BY)
        await sitting.conduct.refresh()
        await sitting.conduct.go()
        return await sitting.to_item()


async def shown(seat: Seat, wanted: Callable[[View], bool], seconds: float = 5.0) -> View:
    """Return the view that comes by itself; the screen follows what others write."""
    came = asyncio.Event()
    seat.flow.listen(lambda view: came.set() if wanted(view) else None, lambda _: None)
    if not wanted(seat.view):
        await asyncio.wait_for(came.wait(), seconds)
    return seat.view


def stands(why: str) -> Callable[[View], bool]:
    """Return whether a view is a standstill of some kind."""
    return lambda view: isinstance(view, StandstillView) and view.why == why
