"""A copy on another host: what is wrong there is said of what it is wrong with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cact_tui.config.second_copy import Address
from cact_tui.errors import StorageTrouble
from cact_tui.ssh.host_keys import host_key
from cact_tui.ssh.remote_source import RemoteSource
from cact_tui.ssh.replica_host import ReplicaHost
from tests.journal.samples import AT, opened
from tests.ssh.test_remote_replica import Hosts, hosts

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["hosts"]


async def test_a_folder_that_cannot_be_made_is_not_told_as_a_missing_key(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_bytes(host_key(tmp_path / "key").export_public_key())
    host = ReplicaHost(tmp_path / "no" / "disk")
    with pytest.raises(StorageTrouble) as told:
        await host.listen(keys, tmp_path / "host_key", "127.0.0.1", 0)
    assert told.value.path == str(tmp_path / "no" / "disk")
    await host.close()


async def test_a_journal_in_the_way_is_seen_before_the_copy_is_used_up(
    hosts: Hosts, tmp_path: Path
) -> None:
    await hosts.open().append("a", 0, AT, [opened()])
    to = tmp_path / "restored.db"
    to.touch()
    address = Address(user="replica", host="127.0.0.1", port=hosts.gate.port)

    def promote() -> int:
        source = RemoteSource(address, key=hosts.key, host_key=hosts.pinned)
        try:
            return source.promote(to, by="Sri Lestari", again=False, stale=False).term
        finally:
            source.close()

    with pytest.raises(StorageTrouble, match="there is a journal already"):
        await asyncio.to_thread(promote)
    to.unlink()
    assert await asyncio.to_thread(promote) == 1
