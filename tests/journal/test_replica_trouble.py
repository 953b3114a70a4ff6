"""A second copy that cannot be used: told of itself, not of the journal, and never in the way."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cact_tui.errors import StorageTrouble
from cact_tui.journal.replica import CopyState, Standing
from cact_tui.journal.sqlite.arrangement import attach, detach, promote, report
from cact_tui.journal.sqlite.committer import Committer
from cact_tui.journal.sqlite.copying import plain_copy
from cact_tui.journal.sqlite.folder_replica import FolderReplica
from tests.journal.samples import AT, answer, opened
from tests.journal.test_replica import FULL, Two, two

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from cact_tui.journal.sqlite.recorder import Recorder

__all__ = ["two"]


def spoil(copy: Path) -> None:
    """Overwrite a copy with what is no database."""
    for name in ("-wal", "-shm"):
        copy.with_name(copy.name + name).unlink(missing_ok=True)
    copy.write_bytes(b"no database " * 1000)


async def attached(two: Two) -> None:
    """Write one event to both."""
    await two.open().append("a", 0, AT, [opened()])
    await two.close()


@pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")
async def test_a_damaged_copy_is_told_of_itself_and_leaves_no_file_open(two: Two) -> None:
    await attached(two)
    spoil(two.copy)
    store = two.open()
    counts = []
    for _ in range(3):
        with pytest.raises(StorageTrouble, match="damaged") as told:
            await store.append("a", 1, AT, [answer()])
        assert told.value.path == str(two.copy)
        counts.append(len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - of this process
    assert counts[0] == counts[-1]
    with pytest.raises(StorageTrouble, match="damaged"):
        two.replica().standing()


async def test_a_damaged_copy_can_be_given_up(two: Two) -> None:
    await attached(two)
    spoil(two.copy)
    assert not detach(two.journal, two.replica(), by="Sri Lestari", reason="damaged")
    await two.open(replicated=False).append("a", 1, AT, [answer()])


async def test_a_copy_whose_disk_cannot_be_read_can_be_given_up(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    await attached(two)
    exists = Path.exists

    def sick(path: Path) -> bool:
        if path.is_relative_to(two.folder):
            raise OSError(errno.EIO, "Input/output error")
        return exists(path)

    monkeypatch.setattr(Path, "exists", sick)
    assert not detach(two.journal, two.replica(), by="Sri Lestari", reason="the disk failed")
    assert report(two.journal).here.copy is CopyState.DETACHED


async def test_an_empty_mount_is_not_taken_for_a_copy_that_was_told(two: Two) -> None:
    await attached(two)
    two.folder.rename(two.folder.with_name("away"))
    two.folder.mkdir()
    assert not detach(two.journal, two.replica(), by="Sri Lestari", reason="unplugged")
    assert not list(two.folder.iterdir())


async def test_the_copy_of_another_journal_is_not_told(two: Two, tmp_path: Path) -> None:
    await attached(two)
    other = Two(tmp_path / "other")
    other.journal.parent.mkdir(parents=True)
    await other.open(replicated=False).append("b", 0, AT, [opened()])
    assert not detach(other.journal, two.replica(), by="Sri Lestari", reason="disk pulled out")
    standing = two.replica().standing()
    assert standing is not None
    assert standing.copy is CopyState.ATTACHED
    await other.close()


async def test_a_copy_whose_attaching_failed_at_the_end_knows_that_it_is_none(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await attached(two)
    detach(two.journal, two.replica(), by="Sri Lestari", reason="disk pulled out")
    replace = FolderReplica.replace

    def lose_the_answer(copy: FolderReplica, *given: Any) -> None:
        replace(copy, *given)
        raise StorageTrouble(copy.place, "it does not answer in time", "look at the line")

    monkeypatch.setattr(FolderReplica, "replace", lose_the_answer)
    with pytest.raises(StorageTrouble, match="in time"):
        attach(two.journal, two.replica(), by="Budi")
    await two.open().append("a", 1, AT, [answer()])
    with pytest.raises(StorageTrouble, match="Budi gave it up"):
        promote(two.copy, tmp_path / "restored.db", by="Sri Lestari")


def test_half_a_copy_is_not_left_behind(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as no_journal,
        pytest.raises(sqlite3.OperationalError, match="no such table"),
    ):
        plain_copy(no_journal, tmp_path / "whole.db", Standing())
    assert not list(tmp_path.iterdir())


async def test_of_two_who_restore_at_once_one_is_refused(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await attached(two)
    arrange = Committer.arrange
    told: list[str] = []

    def meanwhile(committer: Committer, work: Callable[[Recorder], Any]) -> Any:
        done = arrange(committer, work)
        if not told:  # the lock was just given back
            told.append("")
            with pytest.raises(StorageTrouble) as refused:
                promote(two.copy, tmp_path / "second.db", by="Budi")
            told.append(refused.value.reason)
        return done

    monkeypatch.setattr(Committer, "arrange", meanwhile)
    promote(two.copy, tmp_path / "first.db", by="Sri Lestari")
    assert told[1] == "the event was restored from it by Sri Lestari already"


async def test_a_transaction_that_failed_leaves_nothing_to_grow(two: Two) -> None:
    store = two.open()
    await store.append("a", 0, AT, [opened()])
    write = store._writer

    def full(_: Connection) -> None:
        raise FULL

    with pytest.raises(StorageTrouble):
        await write.submit(full)
    detach(two.journal, two.replica(), by="Sri Lestari", reason="disk pulled out")
    await store.append("a", 1, AT, [answer()])
    connection = write._committer._connection
    assert connection is not None
    assert connection.noted is None
