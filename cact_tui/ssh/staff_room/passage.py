"""A proctor's visit as the hall sees it: bytes handed to and fro between a line and the staff room.

What the client does not take waits there, not here: the passage stops reading, and the staff
room leaves frames out.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cact_tui.delivery.reference import new_reference
from cact_tui.ssh import limits, words
from cact_tui.ssh.staff_room.wire import Frames, Kind, Opening, pack_size, unpack_status
from cact_tui.terminal.profiles import profile_for

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.ssh.accounts import Proctor
    from cact_tui.ssh.connection import Connection
    from cact_tui.ssh.logbook import Logbook
    from cact_tui.ssh.terminal_end import TerminalEnd
    from cact_tui.ssh.words import Words

PATIENCE: Final = 10.0
"""Seconds for which a staff room is waited for that starts, or starts again."""

_PAUSE: Final = 0.1
_CHOKED_POLL: Final = 0.25


class Passage:
    """Runs until either side ends it; a staff room that dies is an incident of the visit."""

    def __init__(
        self,
        session: TerminalEnd,
        connection: Connection,
        account: Proctor,
        *,
        room: Path,
        log: Logbook,
    ) -> None:
        self._session = session
        self._connection = connection
        self._account = account
        self._room = room
        self._log = log
        self._frames: _HallEnd | None = None
        self._task: asyncio.Task[object] | None = None

    async def run(self) -> None:
        """Hand on bytes until the visit has ended."""
        self._task = asyncio.current_task()
        try:
            await self._between()
        finally:
            self._session.on_gone = lambda: None
            self._session.end()

    def farewell(self) -> None:
        """The hall closes: have the staff room say so."""
        if self._frames is None:
            self._session.end()
        else:
            self._frames.send(Kind.FAREWELL)

    def cancel(self) -> None:
        """End the visit at once."""
        if self._task is not None:
            self._task.cancel()

    async def _between(self) -> None:
        frames = await self._entered()
        if frames is None:
            if not self._session.gone:
                self._lost("staff-room-away")
            return
        if self._session.gone:  # while the way was opened
            frames.leave()
            return
        self._frames = frames
        self._session.on_gone = frames.leave
        frames.send(Kind.OPENING, self._opening().pack())
        self._session.attach(frames)
        try:
            status = await frames.ended
        finally:
            frames.leave()
        if status is not None:
            self._session.end(status)
        elif self._session.alive:
            self._lost("staff-room-lost")

    async def _entered(self) -> _HallEnd | None:
        """Return the near end of a socket to the staff room, None if it does not answer."""
        loop = asyncio.get_running_loop()
        patience = loop.time() + PATIENCE
        while not self._session.gone and loop.time() < patience:
            with suppress(OSError):
                _, frames = await loop.create_unix_connection(
                    lambda: _HallEnd(self._session), str(self._room)
                )
                return frames
            await asyncio.sleep(_PAUSE)
        return None

    def _opening(self) -> Opening:
        return Opening(
            name=self._account.name,
            role=str(self._account.role),
            connection=self._connection.code,
            term=self._session.term,
            pty=self._session.pty,
            size=self._session.size,
            variables=dict(self._session.variables),
        )

    def say(self, said: Words, *more: str) -> None:
        """Give the terminal back and say something there, in every language."""
        profile = profile_for(self._session.term, self._session.variables)
        text = words.beneath(said, *more, ascii_only=profile.charset == "ascii")
        with suppress(OSError):
            self._session.write((profile.stop.encode() if self._session.pty else b"") + text)

    def _lost(self, event: str) -> None:
        """Say that the screen is gone, under a number that the log has, too."""
        number = new_reference()
        self._log.tell(event, **self._connection.facts, number=number)
        self.say(words.staff_room_lost, number)
        self._session.end(1)


class _HallEnd(Frames):
    """Hands what the staff room sends to a terminal's line, and is the line's `Terminal`."""

    def __init__(self, session: TerminalEnd) -> None:
        super().__init__()
        self._session = session
        self._choked: asyncio.TimerHandle | None = None
        self.ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        """The exit status once the visit has ended; None if the staff room broke off."""

    def took(self, kind: Kind, data: bytes) -> None:
        """Write output; stop reading while the client takes none."""
        if kind is Kind.OUTPUT:
            with suppress(OSError):
                self._session.write(data)
            if self._session.backlog > limits.BACKLOG:
                self._wait()
        elif kind is Kind.END and not self.ended.done():
            self.ended.set_result(unpack_status(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """The staff room has closed this socket, or is gone."""
        super().connection_lost(exc)
        if self._choked is not None:
            self._choked.cancel()
        if not self.ended.done():
            self.ended.set_result(None)

    def leave(self) -> None:
        """Close the socket: that ends the visit there."""
        if self._transport is not None:
            self._transport.close()

    def _wait(self) -> None:
        if self._transport is not None and self._choked is None:
            self._transport.pause_reading()
            self._choked = asyncio.get_running_loop().call_later(_CHOKED_POLL, self._look_again)

    def _look_again(self) -> None:
        self._choked = None
        if self._session.backlog > limits.BACKLOG:
            self._wait()
        elif self._transport is not None:
            self._transport.resume_reading()

    # What the session calls

    def feed(self, data: bytes) -> None:
        """Send what was typed."""
        self.send(Kind.INPUT, data)

    def resize(self, columns: int, rows: int) -> None:
        """Send another size."""
        self.send(Kind.SIZE, pack_size(columns, rows))

    def drained(self) -> None:
        """Read on: the client has taken what waited."""
        if self._choked is not None:
            self._choked.cancel()
            self._look_again()

    def hang_up(self) -> None:
        """Leave."""
        self.leave()
