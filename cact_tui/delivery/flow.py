"""The participant's flow: reception, then the battery; the heartbeat that counts time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.delivery import passages
from cact_tui.delivery.actions import Action, Leave, Return
from cact_tui.delivery.conduct import Conduct
from cact_tui.delivery.heartbeat import Heartbeat
from cact_tui.delivery.persistence import until_it_holds
from cact_tui.delivery.reception import Reception
from cact_tui.delivery.views import ClockReading, EndView, LanguageView, Standstill, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.face import Terminal
    from cact_tui.delivery.services import Services
    from cact_tui.errors import StorageTrouble


class ParticipantFlow:
    """One participant at one terminal, from the first screen to the last; see `face.Flow`."""

    def __init__(self, services: Services, terminal: Terminal) -> None:
        self._services = services
        self._view: View = LanguageView(titles=(), languages=())
        self._clock = ClockReading(left=None)
        self._on_view: Callable[[View], None] = lambda _: None
        self._on_clock: Callable[[ClockReading], None] = lambda _: None
        self._terminal = terminal
        self._reception = Reception(services, terminal, self._show)
        self._conduct: Conduct | None = None
        self._heart: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._busy = False

    @property
    def view(self) -> View:
        """Return what is to be shown now."""
        return self._view

    @property
    def clock(self) -> ClockReading:
        """Return the participant's clock."""
        return self._clock

    def listen(
        self, on_view: Callable[[View], None], on_clock: Callable[[ClockReading], None]
    ) -> None:
        """Be told of every new view, and of the clock once a second while it runs."""
        self._on_view, self._on_clock = on_view, on_clock

    async def start(self) -> None:
        """Show the first screen."""
        await until_it_holds(self._reception.begin, self._on_trouble)

    async def act(self, action: Action) -> None:
        """Do what the participant asks; ignored while an earlier act is being saved."""
        if self._busy:
            return
        self._busy = True
        try:
            async with self._lock:
                await self._act(action)
        finally:
            self._busy = False

    async def _act(self, action: Action) -> None:
        if self._conduct is not None:
            if isinstance(self._view, EndView) and isinstance(action, Return):
                self._conduct.stand(Standstill.LEFT, closing=True)
            else:
                await self._conduct.act(action)
            return
        if isinstance(action, Leave):
            self._show(passages.standstill(Standstill.LEFT, self._language, closing=True))
            return
        view = self._view
        admission = await until_it_holds(
            lambda: self._reception.act(action, view), self._on_trouble
        )
        if admission is not None:
            self._conduct = Conduct(self._services, admission, self._show)
            beat = Heartbeat(self._services, self._conduct, self._lock, self._tell_clock)
            await self._conduct.go()
            self._heart = asyncio.create_task(beat.run())

    def appeared(self) -> None:
        """The item is really on the screen."""
        if self._conduct and self._conduct.timekeeper and self._conduct.on_item:
            self._conduct.timekeeper.appear()

    def hidden(self) -> None:
        """The item is covered."""
        if self._conduct and self._conduct.timekeeper:
            self._conduct.timekeeper.hide()

    def saw_last_page(self) -> None:
        """The last page of the item was seen."""
        if self._conduct and self._conduct.timekeeper:
            self._conduct.timekeeper.last_page()

    def changed_choice(self) -> None:
        """The participant chose, or chose something else."""
        if self._conduct and self._conduct.timekeeper:
            self._conduct.timekeeper.choice()

    def laid_out(self, pages: int) -> None:
        """The item takes so many pages on this terminal."""
        if self._conduct and self._conduct.timekeeper:
            self._conduct.timekeeper.pages(pages)

    async def close(self) -> None:
        """Stop the heartbeat; the session stays as it is."""
        if self._heart is not None:
            self._heart.cancel()
            await asyncio.gather(self._heart, return_exceptions=True)
            self._heart = None

    @property
    def _language(self) -> str:
        """Return the language of what is shown; before any was chosen the event's first."""
        return getattr(self._view, "language", self._services.exam.materials.event.languages[0])

    def _on_trouble(self, _: StorageTrouble) -> None:
        """Say that nobody can be let in now; the same step is tried again."""
        self._show(passages.standstill(Standstill.TROUBLE, self._language))

    def _show(self, view: View) -> None:
        self._view = view
        self._on_view(view)

    def _tell_clock(self, reading: ClockReading) -> None:
        self._clock = reading
        self._on_clock(reading)
