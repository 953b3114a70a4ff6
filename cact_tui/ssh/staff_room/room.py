"""The staff room: the process in which all proctors of a hall have their screens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.ssh import limits
from cact_tui.ssh.logbook import fault_facts
from cact_tui.ssh.staff_room.wire import Frames, Kind, Opening, pack_status, unpack_size
from cact_tui.ssh.staff_visit import StaffVisit
from cact_tui.ssh.terminal_end import TerminalEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cact_tui.ssh.doors import StaffDoors
    from cact_tui.ssh.logbook import Logbook


class StaffRoom:
    """Listens on a Unix socket and runs a visit for each proctor whom a hall sends."""

    def __init__(self, doors: StaffDoors, log: Logbook) -> None:
        self._doors = doors
        self._log = log
        self._starts = asyncio.Semaphore(limits.STARTS_AT_ONCE)
        self._server: asyncio.Server | None = None
        self._visits: dict[StaffVisit, asyncio.Task[None]] = {}

    async def open(self, place: Path) -> None:
        """Listen at a path in a folder that nobody else may enter.

        A socket that stands there is of one before and is replaced.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _RoomEnd(self._begin), str(place))

    async def close(self) -> None:
        """Let nobody in, say farewell to everybody, and wait until they have heard it."""
        if self._server is not None:
            self._server.close()
        for visit in tuple(self._visits):
            visit.farewell()
        if self._visits:
            await asyncio.wait(tuple(self._visits.values()), timeout=limits.FAREWELL_SECONDS)
        for visit in tuple(self._visits):
            visit.cancel()

    def _begin(self, end: _RoomEnd, opening: Opening) -> StaffVisit:
        caller = _Caller(opening.connection)
        visit = StaffVisit(
            end, caller, opening.account, doors=self._doors, log=self._log, starts=self._starts
        )
        task = asyncio.create_task(visit.run())
        self._visits[visit] = task
        task.add_done_callback(lambda _: self._left(visit, caller))
        return visit

    def _left(self, visit: StaffVisit, caller: _Caller) -> None:
        task = self._visits.pop(visit)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.tell("fault", **caller.facts, **fault_facts(error))


@frozen
class _Caller:
    """Names a visit in the log by the code of its connection in the hall."""

    code: str

    @property
    def facts(self) -> Mapping[str, str]:
        """Return what the log says of whatever happens here."""
        return {"connection": self.code}


class _RoomEnd(Frames, TerminalEnd):
    """A proctor's terminal at the end of a socket."""

    def __init__(self, begin: Callable[[_RoomEnd, Opening], StaffVisit]) -> None:
        Frames.__init__(self)
        TerminalEnd.__init__(self)
        self._begin = begin
        self._visit: StaffVisit | None = None
        self._variables: Mapping[str, str] = {}
        self._ended = False

    def took(self, kind: Kind, data: bytes) -> None:
        """Begin the visit, or hand on what came from the terminal."""
        if kind is Kind.OPENING and self._visit is None:
            opening = Opening.unpack(data)
            self.term, self.pty, self.size = opening.term, opening.pty, opening.size
            self._variables = opening.variables
            self._visit = self._begin(self, opening)
        elif kind is Kind.INPUT:
            self._hand(lambda terminal: terminal.feed(data))
        elif kind is Kind.SIZE:
            self.size = unpack_size(data)
            self._hand(lambda terminal: terminal.resize(*self.size))
        elif kind is Kind.FAREWELL and self._visit is not None:
            self._visit.farewell()

    def connection_lost(self, exc: Exception | None) -> None:
        """The hall has closed the line, or is gone."""
        super().connection_lost(exc)
        self._hang_up()

    def resume_writing(self) -> None:
        """Let the terminal make up for what it left out."""
        self._hand(lambda terminal: terminal.drained())

    # The terminal's end

    @property
    def variables(self) -> Mapping[str, str]:
        """Return what the client told of its locale."""
        return self._variables

    @property
    def alive(self) -> bool:
        """Return whether the other side is there."""
        return self._transport is not None and not self._ended

    @property
    def backlog(self) -> int:
        """Return the bytes written that the kernel has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    def write(self, data: bytes) -> None:
        """Queue bytes.

        Raises:
            OSError: the other side is gone.
        """
        if not self.alive:
            raise ConnectionResetError
        self.send(Kind.OUTPUT, data)

    def end(self, status: int = 0) -> None:
        """Tell the hall that the visit has ended, once; it closes the line when it has read that.

        Closed from here, a key on its way to this end would break the line before the hall reads.
        """
        if not self._ended:
            self._ended = True
            self.send(Kind.END, pack_status(status))
