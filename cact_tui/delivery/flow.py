"""The participant's flow: reception, then the battery; the heartbeat that counts time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from cact_tui.delivery import passages
from cact_tui.delivery.actions import Action, CallForProctor, Leave, Return, WriteComment
from cact_tui.delivery.conduct import Conduct
from cact_tui.delivery.following import follow
from cact_tui.delivery.heartbeat import Heartbeat
from cact_tui.delivery.persistence import until_it_holds
from cact_tui.delivery.reception import Reception
from cact_tui.delivery.views import ClockReading, EndView, LanguageView, Standstill, View
from cact_tui.errors import StorageTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from cact_tui.delivery.face import Terminal
    from cact_tui.delivery.services import Services


_PATIENT = (CallForProctor, WriteComment, Leave)
"""What may be asked for at any view, and so may wait for what is being saved."""


class ParticipantFlow:
    """One participant at one terminal, from the first screen to the last; see `face.Flow`."""

    def __init__(self, services: Services, terminal: Terminal) -> None:
        self._services = services
        self._view: View = LanguageView(titles=(), languages=())
        self._clock = ClockReading(left=None)
        self._on_view: Callable[[View], None] = lambda _: None
        self._on_clock: Callable[[ClockReading], None] = lambda _: None
        self._on_fault: Callable[[Exception], None] = lambda _: None
        self._terminal = terminal
        self._reception = Reception(services, terminal, self._show)
        self._conduct: Conduct | None = None
        self._tasks: tuple[asyncio.Task[None], ...] = ()
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

    @property
    def session(self) -> str:
        """Return the reference of the participant's session; empty before there is one."""
        return self._conduct.state.session if self._conduct else ""

    def listen(
        self,
        on_view: Callable[[View], None],
        on_clock: Callable[[ClockReading], None],
        on_fault: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        """Be told of every new view, of the clock once a second while it runs, and of a fault."""
        self._on_view, self._on_clock, self._on_fault = on_view, on_clock, on_fault

    async def start(self) -> None:
        """Show the first screen."""
        await until_it_holds(self._reception.begin, self._on_trouble)

    async def act(self, action: Action) -> None:
        """Do what the participant asks.

        What leads on is ignored while an earlier act that leads on is being saved: it was meant for
        the same view. A call, a comment and leaving wait, and keep nothing else from being done.
        """
        if isinstance(action, _PATIENT):
            async with self._lock:
                await self._act(action)
            return
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
            self._tasks = tuple(map(self._beside, self._running(beat, self._conduct)))

    def _beside(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do something beside the participant's acts; without it no test may go on."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        fault = None if task.cancelled() else task.exception()
        if isinstance(fault, Exception):
            self._on_fault(fault)

    def _running(
        self, beat: Heartbeat, conduct: Conduct
    ) -> tuple[Coroutine[None, None, None], ...]:
        """Return what goes on beside the participant's acts."""
        watch = self._services.watch
        if watch is None:
            return (beat.run(),)
        return (beat.run(), follow(watch, conduct, self._lock, beat.read_soon))

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
        """Stop what goes on beside; the session stays as it is, and it is known that nobody is."""
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks and self._conduct is not None and self._conduct.holds:
            with suppress(StorageTrouble):
                gone = self._conduct.sign_of_life(gone=True)
                await self._services.store.checkpoint((gone,))

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
