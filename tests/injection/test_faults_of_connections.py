"""R10: an exception in anything that the SSH library calls; other connections go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import asyncssh
import pytest

from cact_tui.ssh.stray_faults import stray_faults_told
from tests.crash.event import small_event
from tests.injection.visits import CANARY, Trap, functions
from tests.ssh.house import House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

ROOMS: Final = (
    "cact_tui.ssh.access",
    "cact_tui.ssh.attempts",
    "cact_tui.ssh.connection",
    "cact_tui.ssh.hall",
    "cact_tui.ssh.terminal_session",
)
TARGETS: Final = {one.label: one for one in functions(*ROOMS)}
TYPICAL: Final = (
    "ssh.connection:Connection.begin_auth",
    "ssh.connection:Connection.auth_completed",
    "ssh.terminal_session:TerminalSession.data_received",
)


async def visit(house: House) -> str:
    """Come, try a password, look, press, and go; return all that a client was told."""
    told = b""
    for username, options in (
        ("budi", {"password": "guess"}),
        ("sri", {"client_keys": [house.proctor_key]}),
        ("seat-07", {}),
    ):
        try:
            async with asyncio.timeout(8):
                visitor = await Visitor.at(house, username, **options)
                for keys in (b"2", b"\x1b", b"\r"):
                    visitor.send(keys)
                    await asyncio.sleep(0.02)
                visitor.resize(100, 30)
                await asyncio.sleep(0.05)
                told += visitor.sent
                visitor.cut()
        except (asyncssh.Error, OSError, TimeoutError, AssertionError) as fault:
            told += str(fault).encode()
    return told.decode(errors="replace")


async def fails(house: House, neighbour: Visitor, label: str) -> int:
    trap = Trap(TARGETS[label], everybody=True)
    with trap.set():
        trap.armed = True
        told = await visit(house)
        trap.armed = False
    assert CANARY not in told
    before = len(neighbour.terminal.sent)
    neighbour.send(b"\x1b[B" if neighbour.sees("> 1") else b"\x1b[A")
    await neighbour.until(lambda: len(neighbour.terminal.sent) > before)
    again = await Visitor.at(house, "seat-08")
    await again.until(lambda: again.sees("Choose a language"))
    again.cut()
    house.log()
    return trap.sprung


@pytest.mark.parametrize(
    "labels", [TYPICAL, pytest.param(tuple(TARGETS), marks=pytest.mark.campaign)]
)
async def test_a_fault_of_a_connection_ends_no_other_one_and_tells_no_key(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], labels: tuple[str, ...]
) -> None:
    failed, wrong = 0, {}
    async with House(small_event(tmp_path / "event")) as house:
        with stray_faults_told(house.hall.log, asyncio.get_running_loop()):
            neighbour = await Visitor.at(house, "seat-09")
            await neighbour.until_sees("Choose a language")
            for label in labels:
                try:
                    failed += bool(await fails(house, neighbour, label))
                except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 - all are shown
                    wrong[label] = f"{type(fault).__name__}: {fault}"[:400]
    with capfd.disabled():
        print(f"\nR10 connections: {failed} of {len(labels)} functions failed")
    assert not wrong, wrong
    assert failed >= min(len(labels), 30)
    assert CANARY not in house.log_path.read_text()
    assert CANARY not in "".join(capfd.readouterr())
