"""What the second copy costs: the same appends without one, with one in a folder, with one by SSH.

`python -m benchmarks.replica [--folder PATH]`; the journal is made in the working directory, and
so is the copy in a folder unless it is given a place on another disk. The host of the copy by SSH
is a process of its own on this machine, so its disk is the same and its line is the loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cact_tui.config.second_copy import Address
from cact_tui.journal.sqlite import SqliteStore
from cact_tui.journal.sqlite.folder_replica import FolderReplica
from cact_tui.ssh.host_keys import host_key
from cact_tui.ssh.remote_replica import RemoteReplica
from tests.journal.samples import AT, answer, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cact_tui.journal.replica import Replica

SINGLE = 1000
SESSIONS = 250
ROUNDS = 20


def quantiles(seconds: Sequence[float]) -> str:
    """Return p50, p99 and the greatest in ms."""
    cuts = statistics.quantiles(seconds, n=100)
    found = (statistics.median(seconds), cuts[98], max(seconds))
    return "p50 {:6.2f}  p99 {:6.2f}  max {:6.2f} ms".format(*(one * 1000 for one in found))


async def measure(words: str, folder: Path, replica: Replica | None) -> None:
    """Print what appends take, one at a time and 250 at once."""
    store = SqliteStore(folder / f"{words}.db", replica=replica)
    names = [f"S-{number}" for number in range(SESSIONS)]
    await asyncio.gather(*(store.append(name, 0, AT, [opened()]) for name in names))
    one: list[float] = []
    for number in range(SINGLE):
        began = time.perf_counter()
        await store.append(names[0], number + 1, AT, [answer(f"a{number}")])
        one.append(time.perf_counter() - began)
    together: list[float] = []

    async def timed(name: str, after: int) -> None:
        began = time.perf_counter()
        await store.append(name, after, AT, [answer(f"{name}-{after}")])
        together.append(time.perf_counter() - began)

    for number in range(ROUNDS):
        await asyncio.gather(*(timed(name, number + 1) for name in names[1:]))
    print(f"{words:<8} one at a time  {quantiles(one)}")
    print(f"{'':<8} {SESSIONS - 1} at once    {quantiles(together)}")
    await store.close()


@contextmanager
def spare_host(folder: Path, keys: Path) -> Iterator[tuple[int, str]]:
    """Run a host that receives; give its port and its public key."""
    command = [sys.executable, "-m", "cact_tui", "replica", "serve", "--folder", str(folder)]
    command += ["--keys", str(keys), "--listen", "127.0.0.1", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        lines = process.stdout or ()
        first, second = next(iter(lines)), next(iter(lines))
        yield int(first.rsplit(" ", 1)[1]), second.split('"')[1]
    finally:
        process.terminate()
        process.communicate()


def main() -> None:
    """Measure all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the copy in a folder lies")
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(dir=Path.cwd()))
    second = Path(tempfile.mkdtemp(dir=options.folder or place))
    try:
        asyncio.run(measure("alone", place, None))
        asyncio.run(measure("folder", place, FolderReplica(second / "copy")))
        key = place / "key"
        (place / "keys").write_bytes(host_key(key).export_public_key())
        with spare_host(place / "spare", place / "keys") as (port, public):
            address = Address(user="replica", host="127.0.0.1", port=port)
            replica = RemoteReplica(address, key=key, host_key=public)
            asyncio.run(measure("ssh", place, replica))
    finally:
        shutil.rmtree(second, ignore_errors=True)
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
