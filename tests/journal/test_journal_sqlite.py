"""What only the store on SQLite has: a file, its permissions, a lock, a log."""

# ruff: noqa: ASYNC240 - the loop of a test has nothing else to do while a file is touched

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
from contextlib import closing
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from cact_tui.errors import StorageTrouble
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.opening import open_store
from cact_tui.journal.protocol import Checkpoint
from cact_tui.journal.sqlite import SqliteStore, writer
from cact_tui.journal.sqlite.database import Files
from cact_tui.journal.sqlite.lock import FileLock
from tests.journal.samples import (
    AT,
    answer,
    comment,
    identity,
    opened,
    registration,
    sitting,
    stored,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


NEWER = (
    *("sittings", "registrations", "pins", "sitting_log", "attempts"),
    *("replication", "outbox", "replica_log"),
)
"""Tables that a journal of version 1 lacks."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "cact.db"


@pytest.fixture
def open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


async def fill(path: Path, answers: int = 3) -> None:
    store = SqliteStore(path)
    await store.append("a", 0, AT, [opened(), *(answer(f"a{n}") for n in range(answers))])
    await store.close()


async def test_a_url_names_the_store(path: Path) -> None:
    store = open_store(f"sqlite:{path}")
    assert isinstance(store, SqliteStore)
    await store.close()
    assert path.exists()
    assert isinstance(open_store("memory:"), MemoryStore)


@pytest.mark.parametrize("url", ["", "sqlite:", "memory:x", "postgres://host", "var/cact.db"])
def test_an_unknown_url_says_what_to_write(url: str) -> None:
    with pytest.raises(StorageTrouble, match=r'write "sqlite:var/cact\.db"'):
        open_store(url)


async def test_directory_and_files_are_the_owners_alone(path: Path, open_to_all: None) -> None:
    store = SqliteStore(path)
    await store.append("a", 0, AT, [opened()])
    modes = {it.name: stat.S_IMODE(it.stat().st_mode) for it in path.parent.iterdir()}
    names = ["cact.db", "cact.db-shm", "cact.db-wal", "cact.db.lock", "cact.db.queue"]
    assert modes == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    await store.close()


async def test_files_that_others_could_read_are_closed_to_them(path: Path) -> None:
    await fill(path)
    path.chmod(0o644)
    await SqliteStore(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_directory_that_stands_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    await SqliteStore(path).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def _setting(connection: sqlite3.Connection, pragma: str) -> object:
    return connection.execute(f"PRAGMA {pragma}").fetchone()[0]


async def test_every_commit_waits_for_the_disk(path: Path) -> None:
    store = SqliteStore(path)
    for pragma, value in (("synchronous", 2), ("wal_autocheckpoint", 0), ("secure_delete", 1)):
        assert await store._write(partial(_setting, pragma=pragma)) == value
    assert await store._read(partial(_setting, pragma="journal_mode")) == "wal"
    await store.close()


async def test_a_reader_cannot_write(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(StorageTrouble, match="cannot be written"):
        await store._read(lambda connection: connection.execute("DELETE FROM events"))
    await store.close()


async def test_an_existing_journal_opens_fast(path: Path) -> None:
    await fill(path)
    took = []
    for _ in range(5):
        begin = time.perf_counter()
        store = SqliteStore(path)
        took.append(time.perf_counter() - begin)
        await store.close()
    assert min(took) < 0.02


def _text(path: Path) -> None:
    path.write_bytes(b"Name;Nomor\n" * 500)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def _newer(path: Path) -> None:
    asyncio.run(fill(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 4")


def _cut(path: Path) -> None:
    asyncio.run(fill(path, 100))
    os.truncate(path, 8192)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_text, "damaged or no SQLite database"),
        (_foreign, "another program's database"),
        (_newer, "tables have version 4, this cact_tui knows 3"),
        (_cut, "damaged"),
    ],
)
def test_a_file_that_is_no_journal_of_ours_is_refused_and_left_alone(
    make: Callable[[Path], None], words: str, path: Path
) -> None:
    path.parent.mkdir()
    make(path)
    before = path.read_bytes()
    with pytest.raises(StorageTrouble, match=words) as trouble:
        SqliteStore(path)
    assert trouble.value.path == str(path)
    assert path.read_bytes() == before


def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "cact.db"):
        with pytest.raises(StorageTrouble, match="cannot be opened"):
            SqliteStore(path)


async def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    await fill(path)
    assert len(await _read(path)) == 4


async def _read(path: Path) -> tuple[object, ...]:
    store = SqliteStore(path)
    recorded = await store.read("a")
    await store.close()
    return recorded


async def test_a_journal_of_the_first_version_is_brought_up_and_keeps_its_events(
    path: Path,
) -> None:
    await fill(path)
    with closing(sqlite3.connect(path)) as connection:
        for table in NEWER:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("ALTER TABLE checkpoints DROP COLUMN connection")
        connection.execute("INSERT INTO checkpoints VALUES ('a', 1, 500, 7, 9)")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
        before = connection.execute("SELECT bytes FROM events ORDER BY position").fetchall()
    store = SqliteStore(path)
    assert len(await store.read("a")) == 4
    kept = Checkpoint(session="a", seq=1, shown_ms=500, uncharged_ms=7, at=9, connection="")
    assert await store.last_checkpoint("a") == kept
    await store.append("", 0, AT, (), [sitting(), registration()])
    assert await store.roster.registered("e1", "007") == stored(registration())
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
        assert connection.execute("SELECT bytes FROM events ORDER BY position").fetchall() == before


async def test_two_processes_that_open_an_older_journal_bring_it_up_once(path: Path) -> None:
    await fill(path)
    with closing(sqlite3.connect(path)) as connection:
        for table in NEWER:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("ALTER TABLE checkpoints DROP COLUMN connection")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    one, other = await asyncio.gather(
        asyncio.to_thread(SqliteStore, path), asyncio.to_thread(SqliteStore, path)
    )
    assert await one.roster.sittings("e1") == await other.roster.sittings("e1") == ()
    await one.close()
    await other.close()


async def test_a_damaged_page_is_told_when_it_is_read(path: Path) -> None:
    await fill(path, 100)
    pages = range(path.stat().st_size // 4096)
    content = path.read_bytes()
    with path.open("r+b") as file:
        # Pages with events; those with the tables' definitions are read when it is opened.
        for page in (n for n in pages if b'"seq":' in content[n * 4096 : (n + 1) * 4096]):
            file.seek(page * 4096)
            file.write(b"\xff" * 100)
    store = SqliteStore(path)
    with pytest.raises(StorageTrouble, match="damaged") as trouble:
        await store.read("a")
    assert "restore a backup" in trouble.value.cure
    with pytest.raises(StorageTrouble):
        await store.append("a", 101, AT, [answer()])
    await store.close()


async def test_erased_names_are_in_no_file(path: Path) -> None:
    store = SqliteStore(path)
    await store.append("a", 0, AT, [opened()], [identity(), comment()])
    corrected = identity(number="008")
    await store.append("", 0, AT, (), [corrected])
    secrets = [it.encode() for it in (corrected.name, corrected.nip, comment().text)]
    assert any(secret in it.read_bytes() for it in _copies(path) for secret in secrets)
    await store.erase("p1")
    assert not any(secret in it.read_bytes() for it in _copies(path) for secret in secrets)
    await store.close()


def _copies(path: Path) -> list[Path]:
    # Copied by another process: opening the file in this one would drop SQLite's locks.
    copy = path.parent.parent / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-r", path.parent, copy], check=True)
    return list(copy.iterdir())


async def test_the_log_is_copied_before_it_grows_large(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "CHECKPOINT_BUSY", 20)
    seen: list[str] = []
    store = SqliteStore(path, probe=seen.append)
    await store.append("a", 0, AT, [opened()])
    for seq in range(1, 200):
        await store.append("a", seq, AT, [answer(f"a{seq}")])
    assert Files(path).wal.stat().st_size < 400_000
    assert seen.count("checkpoint.before") >= 9
    await store.close()
    assert not Files(path).wal.exists()


async def test_a_store_whose_file_was_moved_acknowledges_nothing(path: Path) -> None:
    store = SqliteStore(path)
    await store.append("a", 0, AT, [opened()])
    away = path.rename(path.with_name("away.db"))
    with pytest.raises(StorageTrouble, match="moved, replaced or deleted"):
        await store.append("a", 1, AT, [answer("a1")])
    away.rename(path)
    await store.append("a", 1, AT, [answer("a1")])
    await store.close()
    assert len(await _read(path)) == 2


async def test_a_lock_held_too_long_is_told_and_waited_out(path: Path) -> None:
    store = SqliteStore(path, patience=0.1)
    files = Files(path)
    holder = FileLock(files.lock, files.queue, patience=1.0)
    with holder.held(), pytest.raises(StorageTrouble, match=r"held the journal for 0\.1 s"):
        await store.append("a", 0, AT, [opened()])
    await store.append("a", 0, AT, [opened()])
    with holder.held():
        await store.close()
    holder.close()


async def test_another_programs_lock_is_told_and_waited_out(path: Path) -> None:
    store = SqliteStore(path, patience=0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageTrouble, match="another program holds it locked"):
            await store.append("a", 0, AT, [opened()])
        other.execute("ROLLBACK")
        await store.append("a", 0, AT, [opened()])
    await store.close()


async def test_a_waiting_process_is_served_before_a_busy_one_again(path: Path) -> None:
    """Without a queue the one that just gave the lock back takes it again and again."""
    path.parent.mkdir()
    files = Files(path)
    order: list[int] = []
    start = threading.Barrier(2)

    def work(name: int) -> None:
        lock = FileLock(files.lock, files.queue, patience=5.0)
        start.wait()
        for _ in range(20):
            with lock.held():
                order.append(name)
                time.sleep(0.002)
        lock.close()

    await asyncio.gather(*(asyncio.to_thread(work, name) for name in range(2)))
    both = order[1:-1]
    turns = sum(one != other for one, other in pairwise(both))
    assert turns >= 20


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_writer_that_ends_unforeseen_lets_nobody_wait(path: Path) -> None:
    def probe(name: str) -> None:
        if name == "append.acknowledged":
            raise SystemExit  # a thread ends by it without a word

    store = SqliteStore(path, probe=probe)
    tries = [store.append(f"s{n}", 0, AT, [opened()]) for n in range(3)]
    await asyncio.gather(*tries, return_exceptions=True)
    with pytest.raises(StorageTrouble):
        await asyncio.wait_for(store.append("late", 0, AT, [opened()]), 5)
    await store.close()
