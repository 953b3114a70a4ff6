"""A participant's visit: a screen or lines, whichever the terminal can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cact_tui.delivery.face import Terminal as TerminalFacts
from cact_tui.plain.face import PlainFace
from cact_tui.ssh.visit import Visit
from cact_tui.tui.participant.app import ParticipantApp

if TYPE_CHECKING:
    import asyncio

    from cact_tui.ssh.accounts import SeatAccount
    from cact_tui.ssh.connection import Connection
    from cact_tui.ssh.doors import Doors, SeatFlow
    from cact_tui.ssh.logbook import Logbook
    from cact_tui.ssh.terminal_end import TerminalEnd

LINE_COLUMNS: Final = 76


class SeatVisit(Visit):
    """Leads a participant through the test."""

    def __init__(
        self,
        session: TerminalEnd,
        connection: Connection,
        account: SeatAccount,
        *,
        doors: Doors,
        log: Logbook,
        starts: asyncio.Semaphore,
    ) -> None:
        super().__init__(session, connection, log=log, starts=starts)
        self._connection = connection
        self._account = account
        self._doors = doors

    async def _lead(self, *, lines: bool) -> None:
        if lines or self._account.plain:
            await self._in_lines()
        else:
            await self._on_screen()

    async def _on_screen(self) -> None:
        flow = self._received("screen")
        line = self._take_line()
        clock, on_incident = self._doors.clock, self._on_incident
        try:
            app = ParticipantApp(flow, clock, line.driver_class, on_incident=on_incident)
            await self._run_app(app, line)
        finally:
            await self._let_go(flow)

    async def _in_lines(self) -> None:
        line = self._cooked()
        flow = self._received("plain")
        self._session.attach(line)
        ascii_only = self._profile.charset == "ascii"
        try:
            await PlainFace(flow, line, line, columns=LINE_COLUMNS, ascii_only=ascii_only).run()
        finally:
            await self._let_go(flow)

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

    def _facts(self, mode: str) -> TerminalFacts:
        columns, rows = self._session.size
        return TerminalFacts(
            mode=mode,
            terminal=self._profile.name[:40],
            columns=columns,
            rows=rows if mode == "screen" else 0,
            charset=self._profile.charset,
            colours=self._profile.colours if mode == "screen" else "mono",
            seat=self._account.seat,
            address=self._connection.address,
            client=self._connection.client,
        )
