"""A proctor's visit: the split view, or the desk where a terminal knows only lines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.ssh import words
from cact_tui.ssh.visit import Visit
from cact_tui.text import clean

if TYPE_CHECKING:
    from cact_tui.ssh.accounts import Proctor
    from cact_tui.ssh.cooked_line import CookedLine
    from cact_tui.ssh.doors import StaffDoors, Talk
    from cact_tui.ssh.logbook import Logbook
    from cact_tui.ssh.terminal_end import TerminalEnd
    from cact_tui.ssh.visit import Caller


class StaffVisit(Visit):
    """Lets a proctor watch and steer."""

    def __init__(
        self,
        session: TerminalEnd,
        caller: Caller,
        account: Proctor,
        *,
        doors: StaffDoors,
        log: Logbook,
        starts: asyncio.Semaphore,
    ) -> None:
        super().__init__(session, caller, log=log, starts=starts)
        self._account = account
        self._doors = doors

    async def _lead(self, *, lines: bool) -> None:
        if self._doors.screen is not None and not lines:
            line = self._take_line()
            app = self._doors.screen(self._account, line.driver_class, self._on_incident)
            await self._run_app(app, line)
        elif self._doors.desk is not None:
            cooked = self._cooked()
            self._session.attach(cooked)
            await converse(cooked, self._doors.desk(self._account))
        else:
            self.say(words.no_desk)


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
