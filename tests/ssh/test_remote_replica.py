"""The second copy on another host: the same promise over a line that may stall, break or lie."""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import TYPE_CHECKING, Any

import asyncssh
import pytest
import pytest_asyncio

from cact_tui.cli.main import main
from cact_tui.config.second_copy import Address
from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.journal.sqlite import SqliteStore
from cact_tui.journal.sqlite.arrangement import attach, detach
from cact_tui.ssh.host_keys import host_key
from cact_tui.ssh.remote_replica import RemoteReplica
from cact_tui.ssh.remote_source import RemoteSource
from cact_tui.ssh.replica_host import ReplicaHost
from cact_tui.ssh.replica_wire import send
from tests.crash.event import small_event
from tests.journal.samples import AT, answer, comment, identity, opened
from tests.journal.test_replica import events_in, rows_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PATIENCE = 1.0


class Gate:
    """A way between both hosts that a test closes, stalls and opens."""

    def __init__(self) -> None:
        self.to = 0
        self.port = 0
        self.open = asyncio.Event()
        self.open.set()
        self._server: asyncio.Server | None = None
        self._ways: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _pass(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._ways.add(task)
        try:
            there, on = await asyncio.open_connection("127.0.0.1", self.to)
            try:
                await asyncio.gather(self._carry(here, on), self._carry(there, back))
            finally:
                on.close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            back.close()
            self._ways.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self.open.wait()
            writer.write(data)
            await writer.drain()
        writer.close()

    def cut(self) -> None:
        for way in self._ways:
            way.cancel()

    async def close(self) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()
        await asyncio.gather(*self._ways, return_exceptions=True)


class Hosts:
    """The journal's host and the one that receives its copy, a gate between them."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "var" / "cact.db"
        self.spare = folder / "spare"
        self.copy = self.spare / "cact.db"
        self.key = folder / "var" / "replica_key"
        self.authorized = folder / "authorized"
        self.host_key = folder / "spare_key"
        self.pinned = " ".join(host_key(self.host_key).export_public_key().decode().split()[:2])
        self.authorized.write_bytes(host_key(self.key).export_public_key())
        self.gate = Gate()
        self.stores: list[SqliteStore] = []
        self._host: ReplicaHost | None = None
        self._server: asyncssh.SSHAcceptor | None = None

    async def start(self) -> None:
        self._host = ReplicaHost(self.spare)
        self._server = await self._host.listen(self.authorized, self.host_key, "127.0.0.1", 0)
        self.gate.to = self._server.get_port()

    async def stop(self) -> None:
        if self._server is not None and self._host is not None:
            self._server.close()
            await self._host.close()
        self._server = self._host = None
        self.gate.cut()

    def replica(self, **changes: Any) -> RemoteReplica:
        address = Address(user="replica", host="127.0.0.1", port=self.gate.port)
        given = {"key": self.key, "host_key": self.pinned, "patience": PATIENCE, **changes}
        return RemoteReplica(address, **given)

    def open(self, **changes: Any) -> SqliteStore:
        self.stores.append(SqliteStore(self.journal, replica=self.replica(**changes)))
        return self.stores[-1]


@pytest_asyncio.fixture
async def hosts(tmp_path: Path) -> AsyncIterator[Hosts]:
    (tmp_path / "var").mkdir(mode=0o700)
    hosts = Hosts(tmp_path)
    await hosts.gate.start()
    await hosts.start()
    yield hosts
    hosts.gate.open.set()
    for store in hosts.stores:
        await store.close()
    await hosts.stop()
    await hosts.gate.close()


async def test_everything_that_is_written_stands_on_the_other_host(hosts: Hosts) -> None:
    alone = SqliteStore(hosts.journal)
    await alone.append("before", 0, AT, [opened(), answer("x" * 600_000)])
    await alone.close()
    stores = [hosts.open(), hosts.open()]
    for number in range(20):
        store = stores[number % 2]
        await store.append(f"s{number}", 0, AT, [opened()], [comment(f"{number}")])
    await stores[0].append("a", 0, AT, [opened("p9")], [identity("p9")])
    assert rows_of(hosts.copy) == rows_of(hosts.journal)
    await stores[1].erase("p9")
    for path in hosts.spare.iterdir():
        assert b"Nurhaliza" not in path.read_bytes(), path
    assert not list(hosts.spare.glob("incoming*"))
    assert not list(hosts.journal.parent.glob("outgoing*"))


@pytest.mark.parametrize("how", ["stall", "cut", "killed"])
async def test_a_line_that_fails_is_waited_for_shortly_and_taken_up_again(
    how: str, hosts: Hosts
) -> None:
    store = hosts.open()
    await store.append("a", 0, AT, [opened()])
    if how == "stall":
        hosts.gate.open.clear()
    elif how == "killed":
        await hosts.stop()
    else:
        hosts.gate.cut()
        hosts.gate.to = 1  # nobody is there
    began = time.monotonic()
    with pytest.raises(StorageFailure):
        await store.append("a", 1, AT, [answer("a1")])
    assert time.monotonic() - began < PATIENCE + 0.5
    with pytest.raises(StorageTrouble) as trouble:
        await store.append("b", 0, AT, [opened()])
    assert type(trouble.value) is StorageTrouble
    with pytest.raises(StorageTrouble):
        await store.read("a")
    assert len(events_in(hosts.journal)) == 2
    if how == "stall":
        hosts.gate.open.set()
    else:
        await hosts.stop()
        await hosts.start()
    assert [one.event for one in await store.read("a")] == [opened(), answer("a1")]
    await store.append("b", 0, AT, [opened()])
    assert rows_of(hosts.copy) == rows_of(hosts.journal)


async def test_the_answer_lost_on_its_way_back_is_not_written_twice(hosts: Hosts) -> None:
    store = hosts.open()
    await store.append("a", 0, AT, [opened()])
    # The other host writes, and the line stalls before it can say so.
    replica = hosts.replica()
    loop = asyncio.get_running_loop()
    before = await loop.run_in_executor(None, replica.standing)
    hosts.gate.open.clear()
    with pytest.raises(StorageFailure):
        await store.append("a", 1, AT, [answer("a1")], [comment("once")])
    hosts.gate.open.set()
    await store.append("b", 0, AT, [opened()])
    after = await loop.run_in_executor(None, replica.standing)
    replica.close()
    assert before is not None
    assert after is not None
    assert after.number == before.number + 2
    assert len(rows_of(hosts.copy)["comments"]) == 1
    assert rows_of(hosts.copy) == rows_of(hosts.journal)


async def test_only_the_pinned_host_is_trusted_and_only_a_known_key_let_in(hosts: Hosts) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    public = other.export_public_key().decode()
    stranger = hosts.key.with_name("stranger")
    for changes, words in (
        ({"host_key": public}, "another host key than the one that is pinned"),
        ({"key": stranger}, "does not let this host in"),
        ({"host_key": "ssh-ed25519 nonsense"}, "no public key"),
    ):
        store = hosts.open(**changes)
        with pytest.raises(StorageTrouble, match=words):
            await store.append("a", 0, AT, [opened()])
        await store.close()
    assert not hosts.copy.exists()


async def test_the_host_does_nothing_else(hosts: Hosts) -> None:
    async with asyncssh.connect(
        "127.0.0.1",
        hosts.gate.port,
        username="replica",
        client_keys=[str(hosts.key)],
        known_hosts=None,
        config=None,
    ) as line:
        done = await line.run("id", encoding=None)
        assert (done.exit_status, done.stdout) == (1, b"")
        with pytest.raises(asyncssh.Error):
            await line.start_sftp_client()
        with pytest.raises(asyncssh.Error):
            await line.open_connection("127.0.0.1", hosts.gate.port)
        with pytest.raises(asyncssh.ChannelListenError):
            await line.start_server(lambda *_: None, "127.0.0.1", 0)
        process = await line.create_process(subsystem="cact-replica", encoding=None)
        process.stdin.write(b"\xff" * 64)
        assert await process.stdout.read() == b""
    assert not hosts.copy.exists()


@pytest.mark.parametrize(
    "asked", [{"offset": "x"}, {"offset": -1}, {"name": "a\0b"}, {"offset": None}]
)
async def test_a_garbled_request_ends_that_line_alone(
    asked: dict[str, Any], hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    async with asyncssh.connect(
        "127.0.0.1",
        hosts.gate.port,
        username="replica",
        client_keys=[str(hosts.key)],
        known_hosts=None,
        config=None,
    ) as line:
        process = await line.create_process(subsystem="cact-replica", encoding=None)
        await send(process.stdin, {"do": "fetch", "name": "a", **asked})
        assert await process.stdout.read() == b""
    assert "Traceback" not in caplog.text
    assert "exception" not in caplog.text
    await hosts.open().append("a", 0, AT, [opened()])
    assert events_in(hosts.copy) == events_in(hosts.journal)


async def test_files_of_the_event_are_kept_0600_inside_the_folder(hosts: Hosts) -> None:
    def send() -> None:
        replica = hosts.replica()
        try:
            replica.equip({"var/host_key": b"secret", "banks/a.toml": b"x" * 300_000})
            with pytest.raises(StorageTrouble, match="leads out of"):
                replica.equip({"../../x": b"x"})
        finally:
            replica.close()

    await asyncio.to_thread(send)
    kept = hosts.spare / "event" / "var" / "host_key"
    assert kept.read_bytes() == b"secret"
    assert kept.stat().st_mode & 0o777 == 0o600


async def test_it_is_given_up_and_attached_again_over_the_line(hosts: Hosts) -> None:
    store = hosts.open()
    await store.append("a", 0, AT, [opened()])
    hosts.gate.open.clear()
    with pytest.raises(StorageFailure):
        await store.append("a", 1, AT, [answer("a1")])
    told = await asyncio.to_thread(
        detach, hosts.journal, hosts.replica(), by="Sri", reason="line down"
    )
    assert not told
    await store.append("a", 2, AT, [answer("a2")])
    hosts.gate.open.set()
    await asyncio.to_thread(attach, hosts.journal, hosts.replica(), by="Sri")
    await store.append("a", 3, AT, [answer("a3")])
    assert rows_of(hosts.copy) == rows_of(hosts.journal)


async def test_an_event_is_made_of_a_copy_on_another_host_which_then_refuses_the_old(
    hosts: Hosts, tmp_path: Path
) -> None:
    config = small_event(tmp_path / "event")
    store = hosts.open()
    await store.append("a", 0, AT, [opened(), answer("x" * 700_000)])
    files = {
        str(path.relative_to(config.parent)): path.read_bytes()
        for path in config.parent.rglob("*")
        if path.is_file()
    }

    def equip() -> None:
        replica = hosts.replica()
        replica.equip(files)
        replica.close()

    await asyncio.to_thread(equip)
    to = tmp_path / "new"
    place = f"ssh://replica@127.0.0.1:{hosts.gate.port}"
    keys = ("--key", str(hosts.key), "--host-key", hosts.pinned)
    command = ["restore", "--from", place, "--to", str(to), "--by", "Sri", *keys]
    assert await asyncio.to_thread(main, command) == 0
    assert (to / "config.toml").read_bytes() == config.read_bytes()
    assert rows_of(to / "var" / "cact.db")["events"] == rows_of(hosts.journal)["events"]
    restored = SqliteStore(to / "var" / "cact.db")
    await restored.append("a", 2, AT, [answer("a2")])
    await restored.close()
    with pytest.raises(StorageTrouble, match="goes on elsewhere"):
        await store.append("a", 2, AT, [answer("of a zombie")])
    shutil.rmtree(to)
    assert not list(hosts.spare.glob("leaving*"))
    assert await asyncio.to_thread(main, command) == 3


@pytest.mark.parametrize("name", ["../../authorized", "/etc/passwd", "no/such/file"])
async def test_no_other_file_leaves_that_host(name: str, hosts: Hosts) -> None:
    address = Address(user="replica", host="127.0.0.1", port=hosts.gate.port)
    source = RemoteSource(address, key=hosts.key, host_key=hosts.pinned, patience=PATIENCE)

    def fetch() -> None:
        try:
            list(source._pieces(name))
        finally:
            source.close()

    with pytest.raises(StorageTrouble):
        await asyncio.to_thread(fetch)
