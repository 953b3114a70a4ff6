"""Who has ended the line before anything was shown: no visit waits for a key that cannot come."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

import pytest

from cact_tui.clock import SystemClock
from cact_tui.ssh.cooked_line import CookedLine
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.terminal_end import TerminalEnd
from cact_tui.ssh.workers import Supervisor
from tests.ssh.test_ssh_clients import openssh

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.ssh.house import House


class _End(TerminalEnd):
    """A terminal's end that takes everything."""

    alive, backlog = True, 0

    @property
    def variables(self) -> Mapping[str, str]:
        return {}

    def write(self, data: bytes) -> None:
        del data

    def end(self, status: int = 0) -> None:
        del status


def test_a_terminal_attached_too_late_is_told_that_nothing_will_come() -> None:
    end, told = _End(), list[str]()
    end._hang_up()
    end.on_gone = lambda: told.append("gone")
    line = CookedLine(end, echo=False, ascii_only=True)
    end.attach(line)
    assert line.ended
    assert told == ["gone"]


@pytest.mark.parametrize("account", ["seat-07", "seat-08+plain"])
async def test_a_client_without_input_is_not_kept_waiting(
    account: str, house: House, tmp_path: Path
) -> None:
    command = openssh(house.port, tmp_path, account)
    client = await asyncio.create_subprocess_exec(
        command[0], "-T", *command[1:], stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(10):
        _, complaints = await client.communicate()
    assert (client.returncode, complaints) == (0, b"")
    await house.until(lambda: not house.hall.visits)


async def test_a_process_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = Logbook(SystemClock(), path)
    program = tmp_path / "program"
    supervisor = Supervisor({"staff": (str(program),)}, log)
    running = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(10):
        while path.read_text().count('"worker-died"') < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        program.write_text("#!/bin/sh\nexec cat\n")
        program.chmod(0o700)
        while '"worker-started"' not in path.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    supervisor.stop()
    assert await running == 0
    log.close()
    assert "No such file or directory" in path.read_text()
