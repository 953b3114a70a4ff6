"""`cact replica serve`: a host that receives the second copy of a journal, and nothing else."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import asyncssh

from cact_tui.errors import CactError, StorageTrouble
from cact_tui.journal.replica import Transaction
from cact_tui.journal.sqlite.arrangement import promote
from cact_tui.journal.sqlite.faults import as_trouble
from cact_tui.journal.sqlite.folder_replica import EQUIPMENT, JOURNAL, FolderReplica
from cact_tui.ssh.host_keys import host_key
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
from cact_tui.ssh.workers import until_told_to_stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOGIN_SECONDS: Final = 10.0
KEEPALIVE_SECONDS: Final = 15.0
_PART: Final = "incoming-{}.part"
_LEAVING: Final = "leaving.db"


class NoKeys(CactError):
    """The file of keys that may send a copy cannot be used."""


async def serve(
    folder: Path,
    keys: Path,
    key: Path,
    listen: str,
    port: int,
    *,
    announce: Callable[[str], object],
) -> None:
    """Receive a second copy in a folder until told to stop.

    Raises:
        NoKeys, NoHostKey: a file of keys cannot be used.
        StorageTrouble: the folder, or the address, cannot be used.
    """
    host = ReplicaHost(folder)
    try:
        server = await host.listen(keys, key, listen, port)
        public = " ".join(host_key(key).export_public_key().decode().split()[:2])
        announce(f"receiving in {folder}, listening on {listen} port {server.get_port()}")
        announce(f'write where the journal is: replica_host_key = "{public}"')
        await until_told_to_stop()
        server.close()
    finally:
        await host.close()


class ReplicaHost:
    """Answers the requests of every line with one copy, one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._replica = FolderReplica(folder)
        # One thread: the copy is used by one at a time, and the loop never waits for a disk.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="replica")
        self._lines: set[asyncio.Task[Any]] = set()

    async def listen(self, keys: Path, key: Path, address: str, port: int) -> asyncssh.SSHAcceptor:
        """Listen; port 0 takes any that is free."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for left in self._folder.glob(_PART.format("*")):
                left.unlink()
        except OSError as error:
            raise as_trouble(self._folder, error) from error
        try:
            authorized = asyncssh.read_authorized_keys(str(keys))
        except (OSError, ValueError) as error:
            raise NoKeys(f"{keys}: holds no authorized keys ({error})") from error
        try:
            return await asyncssh.listen(
                address,
                port,
                server_host_keys=[host_key(key)],
                authorized_client_keys=authorized,
                process_factory=self._serve,
                encoding=None,
                password_auth=False,
                kbdint_auth=False,
                allow_pty=False,
                agent_forwarding=False,
                x11_forwarding=False,
                allow_scp=False,
                login_timeout=LOGIN_SECONDS,
                keepalive_interval=KEEPALIVE_SECONDS,
                server_version="cact",
            )
        except OSError as error:
            where = f"{address} port {port}"
            raise StorageTrouble(where, str(error), "choose a free port, an own address") from error

    async def close(self) -> None:
        """End every line, close the copy."""
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._replica.close)
        self._thread.shutdown()

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Answer one line until it ends."""
        task = asyncio.current_task()
        if process.subsystem != SUBSYSTEM or task is None:
            process.exit(1)
            return
        self._lines.add(task)
        incoming = Incoming(self._folder, str(id(task)))
        try:
            with suppress(EOFError, Garbled, OSError, asyncssh.Error):
                while True:
                    asked = await receive(process.stdin)
                    answer = await self._answer(asked, incoming)
                    await send(process.stdout, answer.head, answer.content)
        finally:
            incoming.drop()
            self._lines.discard(task)
            process.close()

    async def _answer(self, asked: Frame, incoming: Incoming) -> Frame:
        loop = asyncio.get_running_loop()
        work = partial(_do, self._folder, self._replica, asked, incoming)
        try:
            return await loop.run_in_executor(self._thread, work)
        except (StorageTrouble, OSError) as error:
            trouble = as_trouble(self._folder, error)
        return Frame({"trouble": [trouble.path, trouble.reason, trouble.cure]})


class Incoming:
    """A whole copy as it comes in, piece by piece, in a file of its line's own."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / _PART.format(name)

    def add(self, piece: bytes) -> None:
        """Take one piece in."""
        fresh = not self._path.exists()
        with self._path.open("ab") as file:
            if fresh:
                self._path.chmod(0o600)
            file.write(piece)

    def move(self, to: Path) -> None:
        """Become the whole copy."""
        self._path.replace(to)

    def drop(self) -> None:
        """Forget what came."""
        self._path.unlink(missing_ok=True)


def _do(folder: Path, replica: FolderReplica, asked: Frame, incoming: Incoming) -> Frame:
    head = asked.head
    match head.get("do"):
        case "standing":
            return Frame({"standing": told(replica.standing())})
        case "files" | "promote" | "fetch":
            return _give(folder, head)
        case "apply":
            replica.apply(_transaction(asked))
        case "piece":
            incoming.add(asked.content)
        case "replace":
            standing = standing_in(head)
            if standing is None:
                raise Garbled("a copy without a standing")
            replica.replace(incoming.move, standing)
        case "empty_log":
            replica.empty_log()
        case "equip":
            replica.equip({str(head.get("name", "")): asked.content})
        case "note_detached":
            replica.note_detached(str(head.get("by", "")), str(head.get("reason", "")))
        case _:
            raise Garbled("an unknown request")
    return Frame({})


def _give(folder: Path, head: dict[str, Any]) -> Frame:
    """Answer a host that makes an event of the copy."""
    leaving = folder / _LEAVING
    match head.get("do"):
        case "files":
            root = folder / EQUIPMENT
            found = sorted(path for path in root.rglob("*") if path.is_file())
            return Frame({"files": [str(path.relative_to(root)) for path in found]})
        case "promote":
            leaving.unlink(missing_ok=True)
            again, stale = bool(head.get("again")), bool(head.get("stale"))
            by = str(head.get("by", ""))
            stood = promote(folder / JOURNAL, leaving, by=by, again=again, stale=stale)
            return Frame({"standing": told(stood)})
    name, offset = str(head.get("name", "")), head.get("offset", 0)
    if "\0" in name or not isinstance(offset, int) or offset < 0:
        raise Garbled("a request for no piece of a file")
    path = leaving if name == JOURNAL else folder / EQUIPMENT / name
    if path != leaving and not path.resolve().is_relative_to((folder / EQUIPMENT).resolve()):
        raise Garbled("a file elsewhere")
    with path.open("rb") as file:
        file.seek(offset)
        piece = file.read(PIECE)
    if path == leaving and not piece:
        leaving.unlink()  # it was fetched: names that are erased one day must not stay in it
    return Frame({}, piece)


def _transaction(asked: Frame) -> Transaction:
    head = asked.head
    try:
        return Transaction(
            journal=str(head["journal"]),
            term=int(head["term"]),
            number=int(head["number"]),
            previous=bytes.fromhex(head["previous"]).hex(),
            body=asked.content,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Garbled("an incomplete transaction") from error
