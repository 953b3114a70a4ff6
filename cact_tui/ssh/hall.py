"""The hall: one listening socket, and every visitor in one process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncssh

from cact_tui.delivery.reference import new_reference
from cact_tui.ssh import limits, words
from cact_tui.ssh.accounts import SeatAccount
from cact_tui.ssh.connection import Connection
from cact_tui.ssh.doors import StaffDoors
from cact_tui.ssh.logbook import fault_facts
from cact_tui.ssh.seat_visit import SeatVisit
from cact_tui.ssh.staff_room.passage import Passage
from cact_tui.ssh.staff_visit import StaffVisit
from cact_tui.ssh.tuning import have_the_process, keep_old_objects_aside

if TYPE_CHECKING:
    import socket

    from cact_tui.ssh.access import Access
    from cact_tui.ssh.doors import Doors
    from cact_tui.ssh.logbook import Logbook
    from cact_tui.ssh.terminal_session import TerminalSession

    AnyVisit = SeatVisit | StaffVisit | Passage

_SOFTWARE = "cact"
# Dropbear sends its guess, the first of these, along; asyncssh takes any other guess amiss.
_KEY_EXCHANGES = ("curve25519-sha256", "mlkem768x25519-sha256", "ecdh-sha2-nistp256")
# In asyncssh chacha20-poly1305 takes 77 us a packet, these take 8 to 13; clients would prefer it.
_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
_MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
_QUIET = 5
"""Visitors up to whom a full collection of garbage is short."""


class Hall:
    """Lets visitors in, runs their visits, and closes in good order."""

    def __init__(
        self,
        *,
        access: Access,
        doors: Doors,
        log: Logbook,
        host_key: asyncssh.SSHKey,
        most_visits: int,
    ) -> None:
        self.access = access
        self.log = log
        self._doors = doors
        self._host_key = host_key
        self._most_visits = most_visits
        self._here: set[Connection] = set()
        self._at_the_door: set[Connection] = set()
        self._visits: dict[AnyVisit, asyncio.Task[None]] = {}
        self._starts = asyncio.Semaphore(limits.STARTS_AT_ONCE)
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._tuning: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def visits(self) -> int:
        """Return how many visitors are here."""
        return len(self._visits)

    # Opening and closing

    async def open(self, sock: socket.socket) -> None:
        """Listen on a bound socket."""
        self._acceptor = await asyncssh.listen(
            sock=sock,
            server_factory=lambda: Connection(self),
            server_host_keys=[self._host_key],
            server_version=_SOFTWARE,
            login_timeout=limits.LOGIN_SECONDS,
            keepalive_interval=limits.KEEPALIVE_SECONDS,
            keepalive_count_max=limits.KEEPALIVE_COUNT,
            line_editor=False,
            encoding=None,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            gss_host=None,
            kex_algs=_KEY_EXCHANGES,
            encryption_algs=_CIPHERS,
            mac_algs=_MACS,
            compression_algs=None,
            backlog=1024,
        )

    def have_the_process(self) -> None:
        """Tune this process for the hall, which then does nothing else."""
        have_the_process()
        self._tuning = asyncio.create_task(keep_old_objects_aside(self._quiet))

    async def close(self) -> None:
        """Let nobody in, say farewell to everybody, and wait until they have heard it."""
        self._closing = True
        if self._acceptor is not None:
            self._acceptor.close()
        if self._tuning is not None:
            self._tuning.cancel()
        for visit in tuple(self._visits):
            visit.farewell()
        await self._empty(limits.FAREWELL_SECONDS)
        for visit in tuple(self._visits):
            visit.cancel()
        await self._empty(limits.FAREWELL_SECONDS)
        for connection in tuple(self._here):
            connection.close()
        self.log.tell("closed", left=len(self._visits))

    async def _empty(self, patience: float) -> None:
        if self._visits:
            await asyncio.wait(tuple(self._visits.values()), timeout=patience)
            # Ended tasks leave by their callbacks.
            await asyncio.sleep(0)

    def _quiet(self) -> bool:
        return len(self._visits) <= _QUIET

    # The door

    def at_the_door(self, connection: Connection) -> bool:
        """Return whether a connection that has not signed in yet may stay."""
        most = limits.UNAUTHENTICATED_LIMIT
        everybody = self._most_visits + limits.STAFF_LIMIT + most
        crowded = len(self._at_the_door) >= most or len(self._here) >= everybody
        if self._closing or crowded:
            self.log.tell("crowded", address=connection.address, waiting=len(self._at_the_door))
            return False
        self._here.add(connection)
        self._at_the_door.add(connection)
        return True

    def left_the_door(self, connection: Connection) -> None:
        """A connection has signed in."""
        self._at_the_door.discard(connection)

    def gone(self, connection: Connection) -> None:
        """A connection has ended."""
        self._at_the_door.discard(connection)
        self._here.discard(connection)

    # Visits

    def receive(self, session: TerminalSession, connection: Connection) -> None:
        """Begin a visit; one that cannot even begin is an incident, too."""
        try:
            self._begin(session, connection)
        except Exception as error:  # noqa: BLE001 - the library would cut the line without a word
            number = new_reference()
            self.log.tell("incident", **connection.facts, number=number, **fault_facts(error))
            session.write(words.beneath(words.incident, number, ascii_only=True))
            session.end(1)

    def _begin(self, session: TerminalSession, connection: Connection) -> None:
        visit = self._visit(session, connection)
        if self._closing or self._full_for(visit):
            visit.say(words.full if isinstance(visit, SeatVisit) else words.staff_full)
            session.end(1)
            return
        task = asyncio.create_task(visit.run())
        self._visits[visit] = task
        task.add_done_callback(lambda _: self._left(visit, connection))

    def _full_for(self, visit: AnyVisit) -> bool:
        """Return whether as many of a visit's kind are here as may be."""
        seated = isinstance(visit, SeatVisit)
        of_its_kind = sum(isinstance(one, SeatVisit) is seated for one in self._visits)
        return of_its_kind >= (self._most_visits if seated else limits.STAFF_LIMIT)

    def _visit(self, session: TerminalSession, connection: Connection) -> AnyVisit:
        """Return the visit of whoever has signed in."""
        account, doors, log, starts = connection.account, self._doors, self.log, self._starts
        if isinstance(account, SeatAccount):
            return SeatVisit(session, connection, account, doors=doors, log=log, starts=starts)
        if account is None:
            raise TypeError("nobody has signed in")
        if isinstance(doors.staff, StaffDoors):
            staff = doors.staff
            return StaffVisit(session, connection, account, doors=staff, log=log, starts=starts)
        return Passage(session, connection, account, room=doors.staff, log=log)

    def _left(self, visit: AnyVisit, connection: Connection) -> None:
        task = self._visits.pop(visit)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.log.tell("fault", **connection.facts, **fault_facts(error))
        # The exit status goes first; the client closes upon it, and if not, it is closed.
        connection.close_later(limits.FAREWELL_SECONDS)
