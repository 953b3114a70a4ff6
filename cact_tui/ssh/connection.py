"""One SSH connection: proves who it is, then opens one session, and refuses all else."""

from __future__ import annotations

import asyncio
import secrets
import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import asyncssh

from cact_tui.ssh import limits
from cact_tui.ssh.terminal_session import SessionChannel, TerminalSession
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.ssh.access import Account
    from cact_tui.ssh.hall import Hall

_CUT: Final = "too many attempts"
_UNACKNOWLEDGED_MS: Final = 1000 * limits.KEEPALIVE_SECONDS * limits.KEEPALIVE_COUNT


class Connection(asyncssh.SSHServer):
    """What asyncssh asks about one connection.

    Who it is, is settled when authentication has completed and not before: a client may name one
    account, offer its key, and then sign in to another.
    """

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._connection: asyncssh.SSHServerConnection | None = None
        self._transport: object = None
        self._failures = self._checks = 0
        self.account: Account | None = None
        self._opened = False
        self._patience: asyncio.TimerHandle | None = None
        self.code = secrets.token_hex(4)
        """Names the connection in the log."""
        self.address = ""
        self.session: Callable[[], str] = lambda: ""
        """Returns the code of the session that is open here, empty if there is none."""

    @property
    def facts(self) -> dict[str, str]:
        """Return what the log says of whatever happens here: codes, never a name."""
        session = ""
        with suppress(Exception):  # whatever else is told, is told with it or without
            session = self.session()
        return {"connection": self.code, **({"session": session} if session else {})}

    # Coming and going

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Let a connection begin, unless too many are at the door."""
        peer = conn.get_extra_info("peername")
        self._connection, self.address = conn, str(peer[0]) if peer else ""
        self._transport = conn._transport  # noqa: SLF001 - no public way
        if not self._hall.at_the_door(self):
            conn.abort()
            return
        _tune(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._hall.gone(self)
        if self._patience is not None:
            self._patience.cancel()
        if self.account is not None:
            reason = type(exc).__name__ if exc else "closed"
            self._hall.log.tell("disconnected", **self.facts, reason=reason)
        if self._connection is not None:
            forget = partial(_take_apart, self._connection, self._transport)
            asyncio.get_running_loop().call_later(limits.FORGET_SECONDS, forget)
        self._connection = self._transport = None

    # Who is it

    def begin_auth(self, username: str) -> bool:
        """Return whether a proof is asked for."""
        return not self._hall.access.welcome(username, self.address)

    def public_key_auth_supported(self) -> bool:
        """Offer keys."""
        return True

    def password_auth_supported(self) -> bool:
        """Offer passwords."""
        return True

    def kbdint_auth_supported(self) -> bool:
        """Offer no other form of passwords."""
        return False

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Return whether a key is the account's; asyncssh checks the signature afterwards."""
        if self._exhausted():
            return False
        known = self._hall.access.knows_key(username, self.address, key)
        if not known:
            self._fail(username, "unknown key")
        return known

    async def validate_password(self, username: str, password: str) -> bool:
        """Return whether a password is the account's."""
        access = self._hall.access
        if self._exhausted():
            return False
        if not await access.attempts.allowed(username, self.address):
            self._fail(username, "locked out")
            return False
        if not await access.knows_password(username, password):
            self._fail(username, "wrong password")
            return False
        await access.attempts.forgive(username, self.address)
        return True

    def auth_completed(self) -> None:
        """Now it is settled who this is."""
        if self._connection is None:
            return
        self._hall.left_the_door(self)
        self.close_later(limits.LOGIN_SECONDS)
        username = self._connection.get_extra_info("username")
        self.account = self._hall.access.account(username)
        self._hall.log.tell(
            "connected",
            connection=self.code,
            account=self._known(username),
            address=self.address,
            client=self.client,
        )

    @property
    def client(self) -> str:
        """Return the client's program and version, as it says."""
        version = self._connection.get_extra_info("client_version") if self._connection else ""
        return clean_line(str(version).removeprefix("SSH-2.0-"), 40)

    def _exhausted(self) -> bool:
        """Count a key or password looked at; return whether there were too many."""
        self._checks += 1
        if self._checks > limits.CHECKS_PER_CONNECTION:
            self._cut()
        return self._checks > limits.CHECKS_PER_CONNECTION or self._connection is None

    def _fail(self, username: str, what: str) -> None:
        self._failures += 1
        self._hall.log.tell(
            "refused",
            connection=self.code,
            account=self._known(username),
            address=self.address,
            what=what,
        )
        if self._failures >= limits.ATTEMPTS_PER_CONNECTION:
            self._cut()

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.disconnect(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, _CUT)

    def _known(self, username: str) -> str:
        """Return a name for the log: people type passwords where names belong."""
        return username if self._hall.access.account(username) else "?"

    # What it may do

    def session_requested(
        self,
    ) -> tuple[asyncssh.SSHServerChannel[bytes], asyncssh.SSHServerSession[bytes]] | bool:
        """Open the one session there is; a second one is refused."""
        if self.account is None or self._connection is None or self._opened:
            return False
        self._opened = True
        channel = SessionChannel(self._connection)
        return channel, TerminalSession(channel, self._begin)

    def _begin(self, session: TerminalSession) -> None:
        if self._patience is not None:
            self._patience.cancel()
        if self.account is not None:
            self._hall.receive(session, self)

    def close_later(self, seconds: float) -> None:
        """End the connection unless a visit begins, or it ends by itself, within that time."""
        if self._connection is not None:
            self._patience = asyncio.get_running_loop().call_later(seconds, self.close)

    def close(self) -> None:
        """End the connection."""
        self._patience = None  # fired, it would hold this object, and this object it
        if self._connection is not None:
            self._connection.close()


def _take_apart(connection: asyncssh.SSHServerConnection, transport: object) -> None:
    """Break the circles that an ended connection leaves, once its last task has ended.

    The parser of asyncssh refers to itself, and so does a transport of asyncio.
    """
    vars(connection).clear()
    getattr(transport, "__dict__", {}).pop("_read_ready_cb", None)


def _tune(conn: asyncssh.SSHServerConnection) -> None:
    """Keep little in the kernel, and let it notice a peer that acknowledges nothing."""
    sock = conn.get_extra_info("socket")
    if sock is None:
        return
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.SEND_BUFFER)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS)
