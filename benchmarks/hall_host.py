"""The host under load: `cact serve` on an event of its own; and a process per seat beside it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from benchmarks.hall_sitting import Sitting

REPOSITORY = Path(__file__).resolve().parent.parent
CACT = str(REPOSITORY / ".venv/bin/cact")
ITEMS = 30
"""Of a section under load: whoever has answered all has no key to press any more."""

_TICKS = os.sysconf("SC_CLK_TCK")


class Host:
    """A running `cact serve` in a folder of its own.

    With proctors the participants are those of an open sitting, and wait to be authorised.
    """

    def __init__(self, folder: Path, workers: int, sitting: Sitting | None = None) -> None:
        self.folder = folder
        self.port = _free_port()
        _lay_out(folder, self.port, workers)
        if sitting is not None:
            sitting.lay_out(folder)
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [CACT, "serve", "--config", str(folder / "config.toml")],
            stdout=self._log,
            stderr=self._log,
        )

    async def ready(self) -> None:
        """Wait until the host listens."""
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                await asyncio.sleep(1)
                return
        raise TimeoutError((self.folder / "log").read_text())

    def memory(self) -> int:
        """Return the bytes that the host's processes have for themselves."""
        return sum(_private(pid) for pid in self._pids())

    def processor_seconds(self) -> float:
        """Return the processor time of the host's processes so far."""
        return sum(_processor(pid) for pid in self._pids())

    def stop(self) -> None:
        """End the host."""
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def _pids(self) -> list[int]:
        own = self._process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text()
        return [own, *map(int, children.split())]


def _private(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kb) * 1024 for kb in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", rollup))


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _lay_out(folder: Path, port: int, workers: int) -> None:
    """Write an event of single choices, so that every key paints and every answer is one key.

    No section ends before its last item, so that there is always one to answer.
    """
    shutil.copytree(REPOSITORY / "item_banks", folder / "item_banks")
    for key in folder.glob("item_banks/*.key.toml"):
        key.chmod(0o600)
    bank = folder / "item_banks" / "literasi_digital.toml"
    head, *items = bank.read_text(encoding="utf-8").split("\n[[item]]")
    for number, item in enumerate(items):
        if 'form = "single_choice"' not in item or "\nstimulus = " in item:
            suspended = 'status = "suspended"'
            items[number] = re.sub(r'(?m)^status = "operational"', suspended, item)
    bank.write_text("\n[[item]]".join((head, *items)), encoding="utf-8")
    text = (REPOSITORY / "config.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(content|practice) = .*\n", "", text)
    length = f"min_items = {ITEMS}\nmax_items = {ITEMS}"
    text = re.sub(r"(?m)^min_items = .*\nmax_items = .*$", length, text)
    text = re.sub(r'timezone = "[^"]*"', 'timezone = "UTC"', text)
    text += (
        f'\n[hall]\nport = {port}\nnetworks = ["127.0.0.0/8"]\n'
        f"participants = {300 * workers}\nparticipants_per_worker = 300\n"
    )
    (folder / "config.toml").write_text(text, encoding="utf-8")


def processes_per_seat(folder: Path, count: int) -> None:
    """Run the same screens with a process per seat; print key to frame and memory."""
    terminals = []
    for number in range(count):
        event = folder / f"seat{number}"
        event.mkdir()
        shutil.copytree(folder / "item_banks", event / "item_banks")
        shutil.copy(folder / "config.toml", event)
        terminals.append(PseudoTerminal([CACT, "take"], event))
    starts = [terminal.started("English") for terminal in terminals]
    memory = [_private(terminal.pid) for terminal in terminals]
    time.sleep(0.3)
    times = [terminal.press(key) for key in ("\x1b[B", "\x1b[A") * 3 for terminal in terminals]
    for terminal in terminals:
        terminal.close()
    print(
        f"a process per seat ({count})    start p50 {statistics.median(starts) * 1000:.0f} ms, "
        f"key p50 {statistics.median(times) * 1000:.1f} ms, "
        f"memory {statistics.mean(memory) / 2**20:.1f} MB per participant"
    )
