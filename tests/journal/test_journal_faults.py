"""R4: full disk, I/O error, failed fsync, read-only; once and lasting."""

# ruff: noqa: ASYNC221 - the loop of a test has nothing else to do meanwhile

from __future__ import annotations

import asyncio
import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from cact_tui.errors import StorageFailure, StorageTrouble
from cact_tui.journal.sqlite import SqliteStore
from cact_tui.journal.sqlite.database import Files
from tests.journal.samples import AT, answer, identity, opened

if TYPE_CHECKING:
    from collections.abc import Iterator


class Disk(Protocol):
    """A disk that a test fills and frees."""

    path: Path

    def fill(self, store: SqliteStore) -> None: ...

    def free(self, store: SqliteStore) -> None: ...


class SmallDisk:
    """A real one of 2 MB."""

    def __init__(self, mount: Path) -> None:
        self.path = mount / "cact.db"
        self._ballast = mount / "ballast"

    def fill(self, store: SqliteStore) -> None:
        with suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self, store: SqliteStore) -> None:
        self._ballast.unlink()


class SmallDatabase:
    """SQLite's own limit, which takes the same way through it wherever the test runs."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "cact.db"

    def fill(self, store: SqliteStore) -> None:
        self._limit(store, 1)  # no less than it has

    def free(self, store: SqliteStore) -> None:
        self._limit(store, 1_000_000)

    def _limit(self, store: SqliteStore, pages: int) -> None:
        connection = connection_of(store)
        assert connection is not None
        connection.execute(f"PRAGMA max_page_count = {pages}")


def connection_of(store: SqliteStore) -> sqlite3.Connection | None:
    return store._writer._committer._connection


@pytest.fixture(params=["disk", "database"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(tmp_path)]
    # Only root may mount; elsewhere both runs take SQLite's limit.
    if request.param == "database" or subprocess.run(mount, check=False).returncode:
        yield SmallDatabase(tmp_path)
    else:
        yield SmallDisk(tmp_path)
        subprocess.run(["umount", str(tmp_path)], check=True)


async def append_until_trouble(store: SqliteStore, seq: int) -> tuple[int, StorageTrouble]:
    """Return the last sequence number acknowledged, and what ended it."""
    for _ in range(2_000):
        try:
            await store.append("a", seq, AT, [answer(f"a{seq}" * 100)])
        except StorageTrouble as trouble:
            return seq, trouble
        seq += 1
    raise AssertionError("the disk was never full")


async def test_on_a_full_disk_nothing_is_acknowledged_and_it_goes_on_after(disk: Disk) -> None:
    store = SqliteStore(disk.path)
    await store.append("a", 0, AT, [opened()])
    seq = 1
    for _ in range(3):
        disk.fill(store)
        seq, trouble = await append_until_trouble(store, seq)
        assert type(trouble) is StorageTrouble
        assert trouble.reason == "the disk is full"
        for _ in range(5):
            with pytest.raises(StorageTrouble, match="the disk is full"):
                await store.append("a", seq, AT, [answer("x" * 40_000)], [identity()])
        assert len(await store.read("a")) == seq
        assert await store.identity("p1") is None
        disk.free(store)
        await store.append("a", seq, AT, [answer("x" * 40_000)])
        seq += 1
    await store.close()
    again = SqliteStore(disk.path)
    assert len(await again.read("a")) == seq
    await again.close()


async def test_a_journal_cannot_begin_on_a_full_disk(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(StorageTrouble):
            SqliteStore(tmp_path / "cact.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    store = SqliteStore(tmp_path / "cact.db")
    await store.append("a", 0, AT, [opened()])
    await store.close()


async def test_after_an_io_error_the_connection_is_made_anew(tmp_path: Path) -> None:
    """A file that may not grow: the system refuses the write, SQLite reports an I/O error."""
    store = SqliteStore(tmp_path / "cact.db")
    await store.append("a", 0, AT, [opened()])
    await store.read("a")  # a second connection, or closing the first would empty the log
    used = connection_of(store)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = Files(tmp_path / "cact.db").wal.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        for _ in range(3):
            with pytest.raises(StorageFailure, match="SQLITE_IOERR_WRITE"):
                await store.append("a", 1, AT, [answer("a1")])
            assert connection_of(store) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(await store.read("a")) == 1
    await store.append("a", 1, AT, [answer("a1")])
    assert connection_of(store) is not used
    await store.close()


@pytest.mark.parametrize(("boundary", "kept"), [("append.written", 1), ("append.committed", 2)])
async def test_after_a_failed_fsync_the_outcome_is_unknown_until_read_back(
    boundary: str, kept: int, tmp_path: Path
) -> None:
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    fault.sqlite_errorname = "SQLITE_IOERR_FSYNC"
    faults: dict[str, Exception] = {}

    def probe(name: str) -> None:
        if name in faults:
            raise faults.pop(name)

    store = SqliteStore(tmp_path / "cact.db", probe=probe)
    await store.append("a", 0, AT, [opened()])
    faults[boundary] = fault
    with pytest.raises(StorageFailure, match="SQLITE_IOERR_FSYNC"):
        await store.append("a", 1, AT, [answer("a1")])
    assert connection_of(store) is None
    assert len(await store.read("a")) == kept
    await store.append("a", kept, AT, [answer("a2")])
    await store.close()


async def test_a_fault_reaches_everybody_who_waits_each_with_an_error_of_his_own(
    tmp_path: Path,
) -> None:
    faults = {"append.written": OSError(errno.EIO, "Input/output error")}

    def probe(name: str) -> None:
        if name in faults:
            raise faults[name]

    store = SqliteStore(tmp_path / "cact.db", probe=probe)
    tries = [store.append(f"s{n}", 0, AT, [opened()]) for n in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert all(type(it) is StorageFailure for it in answers)
    assert len({id(it) for it in answers}) == 5
    faults.clear()
    assert await store.sessions() == ()
    await store.append("s1", 0, AT, [opened()])
    await store.close()


async def test_a_checkpoint_that_fails_costs_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    faults = {"checkpoint.before": OSError(errno.EIO, "Input/output error")}

    def probe(name: str) -> None:
        if name in faults:
            raise faults.pop(name)

    store = SqliteStore(tmp_path / "cact.db", probe=probe)
    await store.append("a", 0, AT, [opened()])
    await store.close()
    assert "WAL checkpoint put off" in caplog.text
    again = SqliteStore(tmp_path / "cact.db")
    assert len(await again.read("a")) == 1
    await again.close()


async def test_a_journal_that_becomes_read_only_is_told_and_waited_out(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "cact.db")
    await store.append("a", 0, AT, [opened()])
    connection = connection_of(store)
    assert connection is not None
    connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageTrouble, match="cannot be written") as trouble:
        await store.append("a", 1, AT, [answer("a1")])
    assert type(trouble.value) is StorageTrouble
    connection.execute("PRAGMA query_only = OFF")
    await store.append("a", 1, AT, [answer("a1")])
    await store.close()


_AS_NOBODY = """
import os, sys
from pathlib import Path
from cact_tui.errors import StorageTrouble
from cact_tui.journal.sqlite import SqliteStore
if os.getuid() == 0:
    os.setuid(65534)
try:
    SqliteStore(Path(sys.argv[1]))
except StorageTrouble as trouble:
    print(type(trouble).__name__, trouble.reason)
"""


@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
async def test_a_directory_without_permission_is_told(*, exists: bool, tmp_path: Path) -> None:
    """Root is stopped by no permission, so the program becomes nobody first."""
    folder = Path("/tmp") / f"cact-{os.getpid()}-{exists}"  # noqa: S108 - pytest's own are 0700
    folder.mkdir(mode=0o755)
    try:
        if exists:
            await SqliteStore(folder / "cact.db").close()
        folder.chmod(0o555)
        command = [sys.executable, "-c", _AS_NOBODY, str(folder / "cact.db")]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert told.startswith("StorageTrouble it cannot be ")
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


_UNDER_STRACE = """
import asyncio, sys
from pathlib import Path
from cact_tui.errors import StorageFailure
from cact_tui.journal.sqlite import SqliteStore
from tests.journal.samples import AT, answer, opened

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    recorded = await store.append("a", 0, AT, [opened()])
    failures = 0
    for number in range(1, 20):
        try:
            recorded = await store.append("a", len(await store.read("a")), AT, [answer()])
        except StorageFailure:
            failures += 1
        assert recorded[-1] in await store.read("a")
    await store.close()
    store = SqliteStore(Path(sys.argv[1]))
    assert len(await store.read("a")) == recorded[-1].seq == 20 - failures
    print(failures)

asyncio.run(main())
"""


@pytest.mark.campaign
@pytest.mark.parametrize("times", ["8..8", "8..10", "8+4"])
async def test_a_failed_fdatasync_loses_nothing(times: str, tmp_path: Path) -> None:
    """The system call itself fails, from the eighth of the writing thread on; needs strace."""
    await SqliteStore(tmp_path / "cact.db").close()  # opening it again syncs less than eight times
    fault = f"inject=fdatasync:error=EIO:when={times}"
    trace = ["strace", "-f", "-o", str(tmp_path / "trace"), "-e", "trace=fdatasync", "-e", fault]
    command = [*trace, sys.executable, "-c", _UNDER_STRACE, str(tmp_path / "cact.db")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(done.stdout) >= 1
