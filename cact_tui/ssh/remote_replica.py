"""The second copy on another host, which receives it with `cact replica serve`.

The journal's writing thread asks and waits; the line itself runs in a thread with a loop of its
own. Whatever goes wrong on it ends it: the next request connects anew, and what was sent may be
sent again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import asyncssh
from attrs import asdict

from cact_tui.errors import StorageTrouble
from cact_tui.ssh.host_keys import NoHostKey, host_key
from cact_tui.ssh.replica_wire import (
    PIECE,
    SUBSYSTEM,
    Frame,
    Garbled,
    receive,
    send,
    standing_in,
    told,
)

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine, Mapping
    from pathlib import Path

    from cact_tui.config.second_copy import Address
    from cact_tui.journal.replica import Standing, Transaction

PATIENCE: Final = 2.5
"""Seconds for connecting, sending and the answer together: less than others wait for the journal's
lock, which is held meanwhile."""

SLOWEST_LINE: Final = 500_000
"""Bytes a second: what is long (banks, which a session pins) is waited for so much longer."""

PIECE_PATIENCE: Final = 10.0
"""Seconds for each piece of a whole copy."""

COPY_PATIENCE: Final = 120.0
"""Seconds that the other host may take to put a whole copy in place."""


class RemoteReplica:
    """Implements `replica.Replica` over SSH; the host's key is pinned, ours signs in."""

    def __init__(
        self, address: Address, *, key: Path, host_key: str, patience: float = PATIENCE
    ) -> None:
        self._address = address
        self._key = key
        self._pinned = host_key
        self._patience = patience
        self._loop: AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._line: asyncssh.SSHClientConnection | None = None
        self._process: asyncssh.SSHClientProcess[bytes] | None = None

    @property
    def place(self) -> str:
        """Return the address."""
        return f"ssh://{self._address.user}@{self._address.host}:{self._address.port}"

    def standing(self) -> Standing | None:
        """Return where it stands."""
        answer = self._ask({"do": "standing"})
        try:
            return standing_in(answer.head)
        except Garbled as error:
            raise self._trouble(error) from error

    def apply(self, transaction: Transaction) -> None:
        """Send one transaction, and wait until it is durable there."""
        head = asdict(transaction, filter=lambda field, _: field.name != "body")
        self._ask({"do": "apply", **head}, transaction.body)

    def replace(self, copy: Callable[[Path], None], standing: Standing) -> None:
        """Make a whole copy here and send it in pieces."""
        outgoing = self._key.with_name("outgoing.db")
        try:
            copy(outgoing)
            self._wait(self._send_copy(outgoing, standing))
        finally:
            outgoing.unlink(missing_ok=True)

    def empty_log(self) -> None:
        """Have its log emptied."""
        self._ask({"do": "empty_log"})

    def equip(self, files: Mapping[str, bytes]) -> None:
        """Send the event's files."""
        for name, content in files.items():
            self._ask({"do": "equip", "name": name}, content)

    def note_detached(self, by: str, reason: str) -> None:
        """Tell it that the journal goes on alone."""
        self._ask({"do": "note_detached", "by": by, "reason": reason})

    def close(self) -> None:
        """End the line and its thread."""
        loop, self._loop = self._loop, None
        thread, self._thread = self._thread, None
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(self._bye(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def _ask(self, head: dict[str, Any], content: bytes = b"", seconds: float = 0) -> Frame:
        patience = (seconds or self._patience) + len(content) / SLOWEST_LINE
        return self._wait(self._asked(head, content, patience))

    def _wait(self, asked: Coroutine[Any, Any, Frame]) -> Frame:
        """Have the line's own loop do it; refusals of the other host are raised here."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = Thread(target=_run, args=[self._loop], name="replica-line", daemon=True)
            self._thread.start()
        answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result()
        if "trouble" in answer.head:
            raise StorageTrouble(*map(str, answer.head["trouble"]))
        return answer

    async def _asked(self, head: dict[str, Any], content: bytes, seconds: float) -> Frame:
        try:
            async with asyncio.timeout(seconds):
                process = await self._connected()
                await send(process.stdin, head, content)
                return await receive(process.stdout)
        except _FAULTS as error:
            self._hang_up()
            raise self._trouble(error) from error

    async def _send_copy(self, path: Path, standing: Standing) -> Frame:
        try:
            async with asyncio.timeout(self._patience):
                process = await self._connected()
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    async with asyncio.timeout(PIECE_PATIENCE):
                        await send(process.stdin, {"do": "piece"}, piece)
                        await receive(process.stdout)
            async with asyncio.timeout(COPY_PATIENCE):
                await send(process.stdin, {"do": "replace", "standing": told(standing)})
                return await receive(process.stdout)
        except _FAULTS as error:
            self._hang_up()
            raise self._trouble(error) from error

    async def _connected(self) -> asyncssh.SSHClientProcess[bytes]:
        if self._process is None:
            pinned = asyncssh.import_public_key(self._pinned)
            self._line = await asyncssh.connect(
                self._address.host,
                self._address.port,
                username=self._address.user,
                client_keys=[host_key(self._key)],
                known_hosts=([pinned], [], []),
                config=None,
                agent_path=None,
            )
            self._process = await self._line.create_process(subsystem=SUBSYSTEM, encoding=None)
        return self._process

    async def _bye(self) -> None:
        line = self._line
        self._hang_up()
        if line is not None:
            with suppress(*_FAULTS):
                await asyncio.wait_for(line.wait_closed(), self._patience)

    def _hang_up(self) -> None:
        line, self._line, self._process = self._line, None, None
        if line is not None:
            with suppress(Exception):
                line.abort()

    def _trouble(self, error: Exception) -> StorageTrouble:
        for kind, reason, cure in _REASONS:
            if isinstance(error, kind):
                return StorageTrouble(self.place, reason, cure)
        return StorageTrouble(
            self.place,
            f"it cannot be reached ({str(error) or type(error).__name__})",
            "look at the line and at cact replica serve on that host",
        )


_FAULTS = (OSError, asyncssh.Error, EOFError, Garbled, NoHostKey, ValueError)

_REASONS: Final = (
    (
        TimeoutError,
        "it does not answer in time",
        "look at the line and at cact replica serve on that host",
    ),
    (
        asyncssh.HostKeyNotVerifiable,
        "it has another host key than the one that is pinned",
        "compare store.replica_host_key with what cact replica serve prints there",
    ),
    (
        asyncssh.PermissionDenied,
        "it does not let this host in",
        "add what cact replica key prints here to the file that cact replica serve --keys names",
    ),
    (
        asyncssh.KeyImportError,
        "the pinned host key is no public key",
        "write store.replica_host_key as cact replica serve prints it",
    ),
    (Garbled, "it answers in another language", "use one version of cact_tui on both hosts"),
)


def _run(loop: AbstractEventLoop) -> None:
    """Run the line's loop until it is stopped, then let what was cut off end."""
    asyncio.set_event_loop(loop)
    loop.run_forever()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
