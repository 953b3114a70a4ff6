"""The second copy in a folder: durable on both before anybody hears, fenced, given up once."""

from __future__ import annotations

import asyncio
import errno
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import attrs
import pytest
import pytest_asyncio

from cact_tui.errors import Conflict, StorageFailure, StorageTrouble
from cact_tui.journal.protocol import Checkpoint
from cact_tui.journal.replica import CopyState, Transaction
from cact_tui.journal.roster import LogEntry, PinHash
from cact_tui.journal.sqlite import SqliteStore
from cact_tui.journal.sqlite.arrangement import attach, detach, promote, report
from cact_tui.journal.sqlite.folder_replica import FolderReplica
from cact_tui.journal.sqlite.outbox import FAILED
from tests.journal.samples import (
    AT,
    answer,
    comment,
    identity,
    opened,
    registration,
    sitting,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path


class Two:
    """A journal and its second copy, opened as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "var" / "cact.db"
        self.folder = folder / "second"
        self.copy = self.folder / "cact.db"
        self.stores: list[SqliteStore] = []

    def open(
        self,
        probe: Callable[[str], None] = lambda _: None,
        *,
        replicated: bool = True,
        folder: Path | None = None,
    ) -> SqliteStore:
        replica = FolderReplica(folder or self.folder, probe=probe) if replicated else None
        store = SqliteStore(self.journal, probe=probe, replica=replica)
        self.stores.append(store)
        return store

    def replica(self) -> FolderReplica:
        return FolderReplica(self.folder)

    async def close(self) -> None:
        for store in self.stores:
            await store.close()
        self.stores = []


@pytest_asyncio.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    two = Two(tmp_path)
    yield two
    await two.close()


class Faults:
    """A probe that raises where a test says so."""

    def __init__(self) -> None:
        self.at: dict[str, Exception] = {}

    def __call__(self, boundary: str) -> None:
        if boundary in self.at:
            raise self.at[boundary]


IO_ERROR = OSError(errno.EIO, "Input/output error")
FULL = OSError(errno.ENOSPC, "No space left on device")


def raising(boundary: str, fault: Exception) -> Faults:
    """Return a probe that raises at one boundary."""
    faults = Faults()
    faults.at[boundary] = fault
    return faults


OWN = ("replication", "outbox")


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table but those in which each file keeps its own state."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [name for (name,) in found if name not in OWN]
        return {
            name: database.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()  # noqa: S608
            for name in names
        }


def events_in(path: Path) -> list[object]:
    return [row[-2] for row in rows_of(path)["events"]]


async def test_everything_that_is_written_stands_in_the_second_copy(two: Two) -> None:
    store = two.open()
    who = registration()
    await store.append("", 0, AT, (), [sitting(), who])
    await store.append("a", 0, AT, [opened()], [identity(), comment()])
    pin = PinHash(participant="p1", sitting="s1", verifier="scrypt$", issued_by="B", issued_at=AT)
    log = LogEntry(sitting="s1", at=AT, by="B", act="opened")
    await store.append("", 0, AT, (), [pin, log, log])
    await store.pin({"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": b""})
    used = Checkpoint(session="a", seq=1, shown_ms=5, uncharged_ms=0, at=AT)
    await store.checkpoint([used, attrs.evolve(used, session="b")])
    await store.roster.attempt([("seat:7", 3)], AT, 1000)
    await store.roster.forgive(["seat:7"])
    await asyncio.gather(*(store.append(f"s{n}", 0, AT, [opened()], [log]) for n in range(20)))
    with pytest.raises(Conflict):
        await store.append("a", 0, AT, [opened()], [log])
    await store.append("a", 1, AT, [answer("ż" * 40)])
    assert rows_of(two.copy) == rows_of(two.journal)
    assert len(events_in(two.copy)) == 22
    assert (await store.second_copy()).state is CopyState.ATTACHED


async def test_the_first_write_copies_what_was_there_before(two: Two) -> None:
    alone = two.open(replicated=False)
    await alone.append("a", 0, AT, [opened(), answer()], [identity()])
    await alone.close()
    store = two.open()
    assert not two.copy.exists()
    await store.append("a", 2, AT, [answer("a2")])
    assert rows_of(two.copy) == rows_of(two.journal)
    assert two.copy.stat().st_mode & 0o077 == 0
    assert two.folder.stat().st_mode & 0o077 == 0


async def test_an_erased_name_is_gone_from_every_file_of_both(two: Two) -> None:
    store = two.open()
    words = comment("rahasia pribadi")
    await store.append("a", 0, AT, [opened()], [identity(), words, registration()])
    await store.erase("p1")
    files = [*two.journal.parent.iterdir(), *two.folder.iterdir()]
    assert len(files) >= 8
    for path in files:
        content = path.read_bytes()
        assert b"Nurhaliza" not in content, path
        assert b"rahasia pribadi" not in content, path


async def test_two_processes_write_through_one_lock_to_one_copy(two: Two) -> None:
    stores = [two.open(), two.open()]
    for number in range(30):
        store = stores[number % 2]
        await asyncio.gather(
            *(
                store.append(f"s{number}-{k}", 0, AT, [opened()], [comment(f"{number} {k}")])
                for k in range(3)
            )
        )
    assert rows_of(two.copy) == rows_of(two.journal)
    assert len(events_in(two.copy)) == 90


@pytest.mark.parametrize("boundary", ["replica.before-send", "replica.written"])
@pytest.mark.parametrize("fault", [IO_ERROR, FULL], ids=["io", "full"])
async def test_what_the_copy_lacks_nobody_learns_until_it_has_it(
    boundary: str, fault: OSError, two: Two
) -> None:
    faults = Faults()
    store = two.open(faults)
    other = two.open(faults)
    await store.append("a", 0, AT, [opened()])
    await store.append("b", 0, AT, [opened()])
    faults.at[boundary] = fault
    with pytest.raises(StorageFailure):
        await store.append("a", 1, AT, [answer("a1")])
    # It is in the journal; whoever reads that session, here or elsewhere, is told of trouble.
    assert len(events_in(two.journal)) == 3
    assert len(events_in(two.copy)) == 2
    for reader in (store, other):
        with pytest.raises(StorageTrouble) as trouble:
            await reader.read("a")
        assert type(trouble.value) is StorageTrouble
        assert len(await reader.read("b")) == 1
    # Nothing new goes on one disk alone.
    for writer in (store, other):
        with pytest.raises(StorageTrouble) as trouble:
            await writer.append("b", 1, AT, [answer("b1")])
        assert type(trouble.value) is StorageTrouble
    assert len(events_in(two.journal)) == 3
    faults.at.clear()
    # The same answer sent again finds itself, now that both have it.
    with pytest.raises(Conflict):
        await store.append("a", 1, AT, [answer("a1")])
    assert rows_of(two.copy) == rows_of(two.journal)
    assert [one.event for one in await store.read("a")] == [opened(), answer("a1")]
    await other.append("b", 1, AT, [answer("b1")])
    assert rows_of(two.copy) == rows_of(two.journal)


@pytest.mark.parametrize("boundary", ["replica.committed", "replica.acknowledged"])
async def test_what_the_copy_has_is_not_sent_twice(boundary: str, two: Two) -> None:
    faults = Faults()
    store = two.open(faults)
    await store.append("a", 0, AT, [opened()], [comment()])
    faults.at[boundary] = IO_ERROR
    with pytest.raises(StorageFailure):
        await store.append("a", 1, AT, [answer("a1")], [comment("twice?")])
    faults.at.clear()
    assert [one.event for one in await store.read("a")] == [opened(), answer("a1")]
    await store.append("a", 2, AT, [answer("a2")])
    assert rows_of(two.copy) == rows_of(two.journal)
    assert len(rows_of(two.copy)["comments"]) == 2


async def test_a_copy_whose_disk_is_away_is_not_made_anew_in_its_place(two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    away = two.folder.with_name("away")
    two.folder.rename(away)
    two.folder.mkdir(mode=0o700)
    with pytest.raises(StorageTrouble):
        await store.append("a", 1, AT, [answer()])
    fresh = two.open()
    with pytest.raises(StorageTrouble, match="there is no second copy there"):
        await fresh.append("c", 0, AT, [opened()])
    two.folder.rmdir()
    away.rename(two.folder)
    await fresh.append("c", 0, AT, [opened()])
    assert rows_of(two.copy) == rows_of(two.journal)


async def test_a_folder_is_made_but_not_the_mount_that_it_lies_on(two: Two) -> None:
    store = two.open(folder=two.folder / "not" / "mounted")
    with pytest.raises(StorageTrouble, match="is its disk mounted") as trouble:
        await store.append("a", 0, AT, [opened()])
    assert type(trouble.value) is StorageTrouble
    assert events_in(two.journal) == []


async def test_a_configuration_without_its_copy_writes_nothing(two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    careless = two.open(replicated=False)
    with pytest.raises(StorageTrouble, match="names none"):
        await careless.append("a", 1, AT, [answer()])
    assert len(await careless.read("a")) == 1


async def test_the_copy_itself_is_read_but_never_written(two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    copy = SqliteStore(two.copy)
    assert await copy.read("a") == await store.read("a")
    with pytest.raises(StorageTrouble, match="cact restore makes an event of it"):
        await copy.append("a", 1, AT, [answer()])
    await copy.close()


async def test_an_old_journal_put_back_is_refused(two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    await two.close()
    backup = two.journal.with_name("backup")
    shutil.copy(two.journal, backup)
    store = two.open()
    await store.append("a", 1, AT, [answer("acknowledged")])
    await two.close()
    shutil.copy(backup, two.journal)
    store = two.open()
    with pytest.raises(StorageTrouble, match=r"an old one was put back here \(restore the event"):
        await store.append("a", 1, AT, [answer("another")])
    detach(two.journal, two.replica(), by="Sri", reason="try")
    with pytest.raises(StorageTrouble, match="an old one was put back"):
        attach(two.journal, two.replica(), by="Sri")
    assert len(events_in(two.copy)) == 2


async def test_a_journal_that_parted_from_its_copy_is_refused(two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    await two.close()
    backup = two.journal.with_name("backup")
    shutil.copy(two.journal, backup)
    store = two.open()
    await store.append("a", 1, AT, [answer("acknowledged")])
    await two.close()
    shutil.copy(backup, two.journal)
    # As if the host had gone on with another copy, of the same past.
    aside = two.folder.with_name("aside")
    aside.mkdir(mode=0o700)
    shutil.copy(backup, aside / "cact.db")
    with closing(sqlite3.connect(aside / "cact.db")) as database:
        database.execute("UPDATE replication SET role = 'copy'")
        database.commit()
    await two.open(folder=aside).append("a", 1, AT, [answer("another")])
    await two.close()
    store = two.open()
    with pytest.raises(StorageTrouble, match="have parted"):
        await store.append("a", 2, AT, [answer("more")])
    assert len(events_in(two.copy)) == 2


async def test_a_copy_of_another_journal_is_left_alone(two: Two, tmp_path: Path) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    other = SqliteStore(tmp_path / "other.db", replica=two.replica())
    with pytest.raises(StorageTrouble, match="the second copy of another journal"):
        await other.append("x", 0, AT, [opened()])
    await other.close()
    assert rows_of(two.copy) == rows_of(two.journal)


async def test_detaching_is_the_one_way_to_go_on_and_is_on_record(two: Two) -> None:
    faults = Faults()
    store = two.open(faults)
    await store.append("a", 0, AT, [opened()])
    faults.at["replica.before-send"] = IO_ERROR
    with pytest.raises(StorageFailure):
        await store.append("a", 1, AT, [answer("a1")])
    detach(two.journal, two.replica(), by="Sri Lestari", reason="disk pulled out")
    # A process that runs since before goes on by itself, and what was in doubt counts.
    assert len(await store.read("a")) == 2
    await store.append("a", 2, AT, [answer("a2")])
    found = await store.second_copy()
    assert (found.state, found.by, found.detail) == (
        CopyState.DETACHED,
        "Sri Lestari",
        "disk pulled out",
    )
    assert len(events_in(two.copy)) == 1
    standing = two.replica().standing()
    assert standing is not None
    assert standing.copy is CopyState.DETACHED
    faults.at.clear()
    attach(two.journal, two.replica(), by="Budi")
    await store.append("a", 3, AT, [answer("a3")])
    assert rows_of(two.copy) == rows_of(two.journal)
    assert [row[2:4] for row in rows_of(two.copy)["replica_log"]] == [
        ("Sri Lestari", "detached"),
        ("Budi", "attached"),
    ]
    with pytest.raises(StorageTrouble, match="it is attached"):
        attach(two.journal, two.replica(), by="Budi")


@pytest.mark.parametrize("boundary", ["replica.attaching", "replica.copied"])
async def test_a_first_copy_that_fails_is_made_by_who_writes_next(boundary: str, two: Two) -> None:
    faults = Faults()
    store = two.open(faults)
    faults.at[boundary] = FULL
    with pytest.raises(StorageTrouble) as trouble:
        await store.append("a", 0, AT, [opened()])
    assert type(trouble.value) is StorageTrouble
    assert events_in(two.journal) == []
    faults.at.clear()
    await two.open().append("a", 0, AT, [opened()])
    assert rows_of(two.copy) == rows_of(two.journal)


async def test_a_failed_attaching_leaves_the_journal_as_it_was(two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    detach(two.journal, two.replica(), by="Sri", reason="maintenance")
    with pytest.raises(StorageTrouble, match="is its disk mounted"):
        attach(two.journal, FolderReplica(two.folder / "no" / "disk"), by="Sri")
    # Nor does the copy that is full, which is found out late.
    full = FolderReplica(two.folder, probe=raising("replica.before-write", FULL))
    with pytest.raises(StorageTrouble, match="the disk is full"):
        attach(two.journal, full, by="Sri")
    await store.append("a", 1, AT, [answer()])
    known = await store.second_copy()
    assert (known.state, known.detail) == (CopyState.DETACHED, "maintenance")
    assert [act.act for act in report(two.journal).acts][-2:] == [FAILED, FAILED]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE events",
        "ATTACH '/tmp/x' AS x",
        "PRAGMA journal_mode = OFF",
        "UPDATE replication SET term = 9",
        "INSERT INTO outbox VALUES (1, '', 1, '')",
        "SELECT load_extension('x')",
        "no sql at all",
    ],
)
async def test_what_is_sent_can_change_rows_and_nothing_else(statement: str, two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    before = rows_of(two.copy)
    replica = two.replica()
    there = replica.standing()
    assert there is not None
    sent = Transaction(
        journal=there.journal,
        term=there.term,
        number=there.number + 1,
        previous=there.digest,
        body=f'[["{statement}",[[]]]]'.encode(),
    )
    with pytest.raises(StorageTrouble):
        replica.apply(sent)
    assert replica.standing() == there
    replica.close()
    assert rows_of(two.copy) == before


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", ""])
def test_a_file_of_the_event_stays_in_its_folder(name: str, two: Two) -> None:
    with pytest.raises(StorageTrouble, match="leads out of"):
        two.replica().equip({name: b"x"})


@pytest.mark.parametrize(
    ("boundary", "told"),
    [("append.written", False), ("replica.before-send", False), ("replica.acknowledged", True)],
)
async def test_a_host_that_slept_through_the_restoring_tells_nothing_that_is_not_there(
    boundary: str, *, told: bool, two: Two, tmp_path: Path
) -> None:
    tired = False

    def sleep(name: str) -> None:
        if tired and name == boundary and not (tmp_path / "new.db").exists():
            promote(two.copy, tmp_path / "new.db", by="Sri")

    store = two.open(sleep)
    await store.append("a", 0, AT, [opened()])
    tired = True
    if told:
        await store.append("a", 1, AT, [answer("a1")])
    else:
        with pytest.raises(StorageFailure, match="goes on elsewhere"):
            await store.append("a", 1, AT, [answer("a1")])
        with pytest.raises(StorageTrouble, match="goes on elsewhere"):
            await store.read("a")
    assert len(events_in(tmp_path / "new.db")) == (2 if told else 1)
    with pytest.raises(StorageTrouble, match="goes on elsewhere"):
        await store.append("b", 0, AT, [opened()])
