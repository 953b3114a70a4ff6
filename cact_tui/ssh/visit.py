"""One visitor at one terminal: from the first byte to the last, whatever is done there.

Where the terminal's bytes come from makes no difference: an SSH channel of this process, or
another process that has the channel (`ssh.staff_room`).
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from cact_tui.delivery.reference import new_reference
from cact_tui.ssh import limits, words
from cact_tui.ssh.cooked_line import CookedLine
from cact_tui.ssh.logbook import fault_facts
from cact_tui.terminal.driver import Line
from cact_tui.terminal.parting import take_apart
from cact_tui.terminal.profiles import profile_for
from cact_tui.tui.locked import LockedApp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

    from cact_tui.ssh.logbook import Logbook
    from cact_tui.ssh.terminal_end import TerminalEnd
    from cact_tui.ssh.words import Words

_CLOSING_SECONDS: Final = 5.0


class Caller(Protocol):
    """Whose visit it is, as far as the log and the record say."""

    @property
    def facts(self) -> Mapping[str, str]:
        """Return what the log says of whatever happens here: codes, never a name."""


class Visit(ABC):
    """Runs what a visitor came for; whatever happens here touches no other visit."""

    def __init__(
        self, session: TerminalEnd, caller: Caller, *, log: Logbook, starts: asyncio.Semaphore
    ) -> None:
        self._session = session
        self._caller = caller
        self._log = log
        self._starts = starts
        self._profile = profile_for(session.term, session.variables)
        self._line: Line | None = None
        self._incident = ""
        self._task: asyncio.Task[object] | None = None

    async def run(self) -> None:
        """Lead the visitor until either side ends it."""
        self._task = asyncio.current_task()
        self._session.on_fault = self._failed
        try:
            await self._lead(lines=not self._session.pty or not self._profile.addressable)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - one visitor's fault is nobody else's
            self._failed(error)
        finally:
            self._session.on_fault = lambda _: None
            self._session.end(1 if self._incident else 0)

    @abstractmethod
    async def _lead(self, *, lines: bool) -> None:
        """Do what the visitor came for, on a screen or, where there is none, in lines."""

    def _failed(self, error: Exception) -> None:
        """Put a fault on record, say its number beneath whatever was shown, and end.

        What comes of an incident is told under its number.
        """
        self._on_incident(self._incident or new_reference(), error)
        self.say(words.incident, self._incident)
        self._session.end(1)

    # On a screen

    def _take_line(self) -> Line:
        self._line = Line(
            self._session,
            self._profile,
            self._session.size,
            backlog_limit=limits.BACKLOG,
            measure=True,
        )
        self._session.attach(self._line)
        return self._line

    async def _run_app(self, app: App[Any], line: Line) -> None:
        """Run an app to its end, and leave nothing of it behind."""
        running = asyncio.ensure_future(self._start(app, line))
        self._session.on_gone = app.exit
        try:
            await running
        finally:
            self._session.on_gone = lambda: None
            if not running.done():
                running.cancel()
                await asyncio.wait((running,), timeout=_CLOSING_SECONDS)
            if isinstance(app, LockedApp):
                await app.finish(_CLOSING_SECONDS)
            take_apart(app)
        if self._incident:
            self.say(words.incident, self._incident)

    async def _start(self, app: App[Any], line: Line) -> None:
        """Start an app when it is its turn; the next one starts once this one is to be seen."""
        async with self._starts:
            if self._session.gone:
                return
            running = asyncio.ensure_future(app.run_async(mouse=False))
            shown = asyncio.ensure_future(line.shown.wait())
            try:
                await asyncio.wait(
                    (running, shown),
                    timeout=limits.START_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
            except asyncio.CancelledError:
                running.cancel()
                raise
            finally:
                shown.cancel()
        await running

    # In lines

    def _cooked(self) -> CookedLine:
        ascii_only = self._profile.charset == "ascii"
        return CookedLine(self._session, echo=self._session.pty, ascii_only=ascii_only)

    # Words

    def say(self, said: Words, *more: str) -> None:
        """Say something beneath whatever was shown, in every language, and leave it there."""
        if self._line is not None and self._line.driver is not None:
            self._line.hand_back()
        ascii_only = self._profile.charset == "ascii"
        with suppress(OSError):
            self._session.write(words.beneath(said, *more, ascii_only=ascii_only))

    def farewell(self) -> None:
        """The hall closes: say so, and end the visit without a trace in the session."""
        self.say(words.closing)
        self._session.end()

    def cancel(self) -> None:
        """End the visit at once."""
        if self._task is not None:
            self._task.cancel()

    def _on_incident(self, number: str, error: BaseException) -> None:
        self._incident = number
        self._tell("incident", number=number, **fault_facts(error))

    def _tell(self, event: str, **facts: object) -> None:
        self._log.tell(event, **self._caller.facts, **facts)
