"""The linear mode: what is said and asked, line after line, of one participant's flow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.delivery.views import (
    ClockReading,
    EndView,
    ItemView,
    PassageView,
    StandstillView,
)
from cact_tui.i18n import translator
from cact_tui.plain.answering import Answering
from cact_tui.plain.asides import obey
from cact_tui.plain.commands import asked_in
from cact_tui.plain.paper import Paper
from cact_tui.plain.phrases import sentence, time_left
from cact_tui.plain.succession import turned

if TYPE_CHECKING:
    from cact_tui.delivery.actions import Action
    from cact_tui.delivery.face import Flow
    from cact_tui.delivery.views import View
    from cact_tui.plain.intake import LineReader
    from cact_tui.plain.paper import Writer
    from cact_tui.plain.stage import Stage, Step

CLOSED = 0
"""The view was closed: the test ended, was left, or goes on elsewhere."""

GONE = 1
"""The terminal went away; the session stays as it is."""

PATIENCE_SECONDS = 2.0
"""How long nothing is said while something is being saved."""

STALE_SECONDS = 30
"""A warning that waited longer for the next prompt is replaced by the time really left."""


class PlainFace:
    """Leads one participant through a flow on a terminal that knows nothing but lines."""

    def __init__(
        self,
        flow: Flow,
        reader: LineReader,
        writer: Writer,
        *,
        columns: int = 76,
        ascii_only: bool = False,
    ) -> None:
        self._flow = flow
        self._reader = reader
        self._paper = Paper(
            writer, columns=columns, ascii_only=ascii_only, interactive=reader.interactive
        )
        self._view: View | None = None
        self._stage: Stage | None = None
        self._item: Answering | None = None
        self._warning: ClockReading | None = None
        self._news = asyncio.Event()
        self._turned = False
        self._heard = False
        self._closed = False
        self._fault: Exception | None = None

    async def run(self) -> int:
        """Show the flow until its last view is closed; return `CLOSED` or `GONE`.

        Raises:
            Exception: whatever went wrong in the flow, beside an act or in one.
        """
        self._flow.listen(self._on_view, self._on_clock, self._on_fault)
        self._reader.listen(self._news.set)
        try:
            await self._flow.start()
            while self._stage is not None and not self._over:
                await self._converse(self._stage)
        finally:
            await self._flow.close()
        return CLOSED if self._closed else GONE

    @property
    def _over(self) -> bool:
        return self._closed or self._paper.torn or self._reader.ended

    async def _converse(self, stage: Stage) -> None:
        """Ask, and follow the answer, unless the view turns meanwhile."""
        self._ask(stage)
        line = await self._next_line()
        if line is None:
            return
        self._paper.answered()
        asked = asked_in(line, stage.offered)
        await self._follow(obey(stage, asked) if asked else stage.answer(line))

    def _ask(self, stage: Stage) -> None:
        self._turned = False
        self._warn()
        if self._reader.interactive:
            self._reader.drop()
        self._reader.conceal(secret=stage.secret)
        if stage.prompt:
            self._paper.ask(stage.prompt)

    async def _next_line(self) -> str | None:
        """Return the next line; None when the view turned or no line will come."""
        while not self._turned and not self._over:
            if self._fault is not None:
                raise self._fault
            self._news.clear()
            line = self._reader.take()
            if line is not None:
                return line
            await self._news.wait()
        return None

    async def _follow(self, step: Step) -> None:
        self._stage = step.stage
        self._closed = step.close
        if step.chose:
            self._flow.changed_choice()
        if step.time:
            self._say(time_left(step.stage.language, self._flow.clock.left))
        self._say(*step.say)
        if step.action is not None:
            await self._act(step.action, step.otherwise)

    async def _act(self, action: Action, otherwise: str) -> None:
        """Have the flow do something; long silence is explained, and no reaction is one too."""
        self._heard = False
        loop = asyncio.get_running_loop()
        reminder = loop.call_later(PATIENCE_SECONDS, self._ask_for_patience)
        try:
            await self._flow.act(action)
        finally:
            reminder.cancel()
        if otherwise and not self._heard:
            self._say(otherwise)

    def _ask_for_patience(self) -> None:
        if self._stage is not None and not self._heard and not self._closed:
            self._say(translator(self._stage.language).gettext("One moment, please."))

    # What the flow tells

    def _on_view(self, view: View) -> None:
        if self._closed:
            return
        if view != self._view:
            self._turn(view)
        if isinstance(view, ItemView) and not view.closed:
            self._flow.laid_out(1)
            self._flow.appeared()
            self._flow.saw_last_page()

    def _turn(self, view: View) -> None:
        """Say what is new and have it asked for anew."""
        self._view = view
        beneath = self._stage.beneath if self._stage else None
        self._item = beneath if isinstance(beneath, Answering) else self._item
        step = turned(view, self._stage, self._item)
        self._stage = step.stage
        if isinstance(view, (PassageView, EndView)):
            self._warning = None
        self._closed = isinstance(view, StandstillView) and view.closing
        if step.say:
            self._say(*step.say)
            self._heard = self._turned = True
        self._news.set()

    def _on_clock(self, reading: ClockReading) -> None:
        if reading.warning:
            self._warning = reading

    def _on_fault(self, fault: Exception) -> None:
        self._fault = fault
        self._news.set()

    def _warn(self) -> None:
        """Say the last warning, or the time left where that is no longer true."""
        warned, self._warning = self._warning, None
        if warned is None or self._stage is None:
            return
        now = self._flow.clock.left
        if now is None or warned.left is None or warned.left - now < STALE_SECONDS:
            self._say(sentence(warned.warning))
        else:
            self._say(time_left(self._stage.language, now))

    def _say(self, *paragraphs: str) -> None:
        self._paper.say(paragraphs)
