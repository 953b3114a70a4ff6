"""One visitor at one terminal: screens or lines, from the first byte to the last."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from cact_tui.delivery.face import Terminal as TerminalFacts
from cact_tui.delivery.reference import new_reference
from cact_tui.plain.ascii import to_ascii
from cact_tui.plain.face import PlainFace
from cact_tui.ssh import limits, words
from cact_tui.ssh.accounts import Proctor, SeatAccount
from cact_tui.ssh.cooked_line import CookedLine
from cact_tui.ssh.logbook import fault_facts
from cact_tui.terminal.driver import Line
from cact_tui.terminal.parting import take_apart
from cact_tui.terminal.profiles import profile_for
from cact_tui.text import clean
from cact_tui.tui.locked import LockedApp
from cact_tui.tui.participant.app import ParticipantApp

if TYPE_CHECKING:
    from textual.app import App

    from cact_tui.ssh.connection import Connection
    from cact_tui.ssh.doors import Doors, SeatFlow, Talk
    from cact_tui.ssh.logbook import Logbook
    from cact_tui.ssh.terminal_session import TerminalSession
    from cact_tui.ssh.words import Words

LINE_COLUMNS: Final = 76
_CLOSING_SECONDS: Final = 5.0


class Visit:
    """Runs what a visitor came for; whatever happens here touches no other visit."""

    def __init__(
        self,
        session: TerminalSession,
        connection: Connection,
        *,
        doors: Doors,
        log: Logbook,
        starts: asyncio.Semaphore,
    ) -> None:
        self._session = session
        self._connection = connection
        self._doors = doors
        self._log = log
        self._starts = starts
        self._profile = profile_for(session.term, session.variables)
        self._line: Line | None = None
        self._incident = ""
        self._task: asyncio.Task[object] | None = None

    @property
    def participant(self) -> bool:
        """Return whether a participant sits here."""
        return isinstance(self._connection.account, SeatAccount)

    async def run(self) -> None:
        """Lead the visitor until either side ends it."""
        self._task = asyncio.current_task()
        self._session.on_fault = self._failed
        try:
            await self._lead()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - one visitor's fault is nobody else's
            self._failed(error)
        finally:
            self._session.on_fault = lambda _: None
            self._session.end()

    def _failed(self, error: Exception) -> None:
        """Put a fault on record, say its number beneath whatever was shown, and end.

        What comes of an incident is told under its number.
        """
        self._on_incident(self._incident or new_reference(), error)
        self.say(words.incident, self._incident)
        self._session.end()

    async def _lead(self) -> None:
        account = self._connection.account
        lines = not self._session.pty or not self._profile.addressable
        if isinstance(account, SeatAccount):
            if lines or account.plain:
                await self._participate_in_lines()
            else:
                await self._participate_on_screen()
        elif account is not None and self._doors.proctor is not None and not lines:
            line = self._take_line()
            app = self._doors.proctor(account, line.driver_class, self._on_incident)
            await self._run_app(app, line)
        elif account is not None:
            await self._proctor_in_lines(account)

    # The participant's flow

    def _received(self, mode: str) -> SeatFlow:
        """Return the flow of who sits here; from now on the log has its session's code."""
        flow = self._doors.participant(self._facts(mode))
        self._connection.session = lambda: flow.session
        return flow

    async def _let_go(self, flow: SeatFlow) -> None:
        """Close a flow; it and its parts hold one another, so it is taken apart, too."""
        code = flow.session
        self._connection.session = lambda: code
        await flow.close()
        conduct = vars(flow).get("_conduct")
        for part in (conduct, flow) if conduct is not None else (flow,):
            vars(part).clear()

    # On a screen

    async def _participate_on_screen(self) -> None:
        flow = self._received("screen")
        line = self._take_line()
        clock, on_incident = self._doors.clock, self._on_incident
        try:
            app = ParticipantApp(flow, clock, line.driver_class, on_incident=on_incident)
            await self._run_app(app, line)
        finally:
            await self._let_go(flow)

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
            if not self._session.alive:
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

    async def _participate_in_lines(self) -> None:
        line = self._cooked()
        flow = self._received("plain")
        self._session.attach(line)
        ascii_only = self._profile.charset == "ascii"
        try:
            await PlainFace(flow, line, line, columns=LINE_COLUMNS, ascii_only=ascii_only).run()
        finally:
            await self._let_go(flow)

    async def _proctor_in_lines(self, proctor: Proctor) -> None:
        if self._doors.desk is None:
            self.say(words.no_desk)
            return
        line = self._cooked()
        self._session.attach(line)
        await converse(line, self._doors.desk(proctor))

    def _cooked(self) -> CookedLine:
        ascii_only = self._profile.charset == "ascii"
        return CookedLine(self._session, echo=self._session.pty, ascii_only=ascii_only)

    def _facts(self, mode: str) -> TerminalFacts:
        columns, rows = self._session.size
        account = self._connection.account
        return TerminalFacts(
            mode=mode,
            terminal=self._profile.name[:40],
            columns=columns,
            rows=rows if mode == "screen" else 0,
            charset=self._profile.charset,
            colours=self._profile.colours if mode == "screen" else "mono",
            seat=account.seat if isinstance(account, SeatAccount) else "",
            address=self._connection.address,
            client=self._connection.client,
        )

    # Words

    def say(self, said: Words, *more: str) -> None:
        """Say something beneath whatever was shown, in every language, and leave it there."""
        if self._line is not None and self._line.driver is not None:
            self._line.hand_back()
        text = "".join(f"{line}\r\n" for line in ("", *words.in_every_language(said), *more))
        text = to_ascii(text) if self._profile.charset == "ascii" else text
        with suppress(OSError):
            self._session.write(text.encode())

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
        self._log.tell(event, **self._connection.facts, **facts)


async def converse(line: CookedLine, talk: Talk) -> None:
    """Answer lines until one of them ends it."""
    news = asyncio.Event()
    line.listen(news.set)
    said = await talk("")
    while said is not None and not line.ended:
        line.write(f"{clean(said)}\n> ")
        while (typed := line.take()) is None and not line.ended:
            news.clear()
            await news.wait()
        if typed is not None:
            said = await talk(typed)
