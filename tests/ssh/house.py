"""A whole hall for tests: event, store, server; and clients made of another library's parts."""

from __future__ import annotations

import asyncio
import json
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Self

import asyncssh
from attrs import evolve

from cact_tui.clock import SystemClock
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.errors import Problems
from cact_tui.ssh.access import Access
from cact_tui.ssh.accounts import Proctor, Role
from cact_tui.ssh.attempts import AttemptsInMemory
from cact_tui.ssh.desk import Desk
from cact_tui.ssh.doors import Doors, StaffDoors
from cact_tui.ssh.gathering import gathering
from cact_tui.ssh.hall import Hall
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.passwords import hashed
from cact_tui.ssh.workers import bound_socket
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.delivery.face import Terminal

ROOM = ip_network("127.0.0.0/8")
PASSWORD = "jangan-ditebak"  # noqa: S105 - of nobody


class House:
    """Runs the hall while the context lasts."""

    def __init__(
        self, config: Path, *, networks: tuple[Any, ...] = (ROOM,), proctored: bool = False
    ) -> None:
        materials = read_event(config, Problems())
        assert materials is not None
        self.config = config
        self.event = Event(config, materials)
        found = self.event.services(None, hall=True)
        self.services = evolve(found, store=gathering(found.store))
        self.log_path = config.parent / "hall.log"
        self.seat_key = asyncssh.generate_private_key("ssh-ed25519")
        self.proctor_key = asyncssh.generate_private_key("ssh-ed25519")
        clock = SystemClock()
        sittings, acts = self.event.sittings(), self.event.acts()

        def desk(proctor: Proctor) -> Desk:
            return Desk(sittings, acts, proctor)

        self._logbook = Logbook(clock, self.log_path)
        self.hall = Hall(
            access=Access(
                attempts=AttemptsInMemory(clock),
                networks=networks,
                seat_keys={"09": _authorized(self.seat_key)},
                proctors=_proctors(self.proctor_key),
            ),
            doors=Doors(
                clock=clock,
                participant=self._flow,
                staff=StaffDoors(desk=desk if proctored else None),
            ),
            log=self._logbook,
            host_key=asyncssh.generate_private_key("ssh-ed25519"),
            most_visits=300,
        )
        self.flows: list[ParticipantFlow] = []
        self.port = 0
        self._connections: list[asyncssh.SSHClientConnection] = []

    def _flow(self, terminal: Terminal) -> ParticipantFlow:
        self.flows.append(ParticipantFlow(self.services, terminal))
        return self.flows[-1]

    async def __aenter__(self) -> Self:
        sock = bound_socket("127.0.0.1", 0)
        self.port = sock.getsockname()[1]
        await self.hall.open(sock)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hall.close()
        for connection in self._connections:
            connection.abort()
        for connection in self._connections:
            await connection.wait_closed()
        await self.event.store.close()
        self._logbook.close()
        # Transports close in the turn after.
        await asyncio.sleep(0.05)

    def log(self) -> list[dict[str, Any]]:
        """Return what the log says."""
        return [json.loads(line) for line in self.log_path.read_text().splitlines()]

    async def connect(
        self, username: str = "seat-07", *, port: int = 0, **options: Any
    ) -> asyncssh.SSHClientConnection:
        """Sign in as somebody, with nothing to prove it unless it is given.

        Args:
            username: The account.
            port: The near end of a line to the hall; 0 for the hall itself.
            options: For asyncssh.
        """
        given = {"client_keys": [], "password": None, **options}
        connection = await asyncssh.connect(
            "127.0.0.1",
            port or self.port,
            username=username,
            known_hosts=None,
            agent_path=None,
            config=[],
            **given,
        )
        self._connections.append(connection)
        return connection

    async def until(self, holds: Any, patience: float = 20.0) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(patience):
            while not holds():  # noqa: ASYNC110 - what holds sets no event
                await asyncio.sleep(0.02)


def _authorized(key: asyncssh.SSHKey) -> asyncssh.SSHAuthorizedKeys:
    return asyncssh.import_authorized_keys(key.export_public_key().decode())


def _proctors(key: asyncssh.SSHKey) -> dict[str, Proctor]:
    public = key.export_public_key().decode()
    return {
        "sri": Proctor(name="sri", role=Role.PROCTOR, keys=(public,)),
        "budi": Proctor(name="budi", role=Role.CHIEF, password=hashed(PASSWORD)),
    }
