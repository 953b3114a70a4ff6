"""`cact serve` as a process, met with OpenSSH's client, with dropbear's, and with kill -9."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cact_tui.sessions.events import ItemShown
from tests.crash.event import CACT, demonstration
from tests.e2e.person import PATIENCE, Person
from tests.e2e.record import Record
from tests.e2e.taking import Candidate
from tests.e2e.test_ssh import free_port
from tests.terminal.seat import Seat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def hall(folder: Path, *, workers: int = 1) -> Iterator[tuple[Path, int, subprocess.Popen[str]]]:
    """Run a hall; give its configuration, port and process."""
    config, port = demonstration(folder / "event", shorter=True), free_port()
    with config.open("a") as file:
        file.write(
            f'\n[hall]\nport = {port}\nnetworks = ["127.0.0.0/8"]\nlog = "var/hall.log"\n'
            f"participants = {4 * workers}\nparticipants_per_worker = 4\n"
        )
    process = subprocess.Popen(
        [CACT, "serve", "--config", config], stdout=subprocess.PIPE, text=True
    )
    try:
        wait_for(port)
        yield config, port, process
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        process.stdout.close()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                assert connection.recv(8) == b"SSH-2.0-"
                return
        except OSError:
            assert time.monotonic() < deadline, "the hall does not answer"
            time.sleep(0.05)


@contextmanager
def at_a_seat(command: list[str], folder: Path, term: str) -> Iterator[Person]:
    environment = {"TERM": term, "LANG": "C.UTF-8", "HOME": str(folder), "PATH": os.defpath}
    seat = Seat(command, environment, (80, 24))
    try:
        yield Person(seat)
    finally:
        seat.process.kill()
        seat.process.wait()
        os.close(seat.leader)


def openssh(port: int, folder: Path, seat: str = "seat-07") -> list[str]:
    options = {
        "UserKnownHostsFile": folder / "known",
        "StrictHostKeyChecking": "accept-new",
        "LogLevel": "ERROR",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return [tool("ssh"), "-F", "none", "-p", str(port), *words, f"{seat}@127.0.0.1"]


def dropbear(port: int, seat: str = "seat-08") -> list[str]:
    return [tool("dbclient"), "-y", "-y", "-t", "-p", str(port), f"{seat}@127.0.0.1"]


def tool(name: str) -> str:
    found = shutil.which(name)
    assert found is not None, f"install {name}; .ci/run names the package"
    return found


def test_openssh_and_dropbear_take_the_same_test_one_after_the_other(tmp_path: Path) -> None:
    with hall(tmp_path) as (config, port, _):
        record = Record(config)
        with at_a_seat(openssh(port, tmp_path), tmp_path, "xterm-256color") as person:
            me = Candidate(person, "en")
            me.sign_in()
            me.prepare()
            me.look_at(record)
            me.answer()
            me.wait_until_saved(1)
        shown = record.shown
        with at_a_seat(dropbear(port), tmp_path, "vt220") as person:
            me = Candidate(person, "en")
            me.come_back()
            me.look_at(record)
            assert record.shown == shown
            me.answer()
            me.wait_until_saved(2)
        record.check_answers(2)


@pytest.mark.parametrize("command", ["exec", "sftp", "forward"])
def test_openssh_gets_nothing_but_the_test(tmp_path: Path, command: str) -> None:
    with hall(tmp_path) as (_, port, _process):
        ssh = openssh(port, tmp_path)
        words = {
            "exec": [*ssh, "cat /etc/passwd"],
            "sftp": [*ssh[:-1], "-s", ssh[-1], "sftp"],
            "forward": [*ssh[:-1], "-W", f"127.0.0.1:{port}", ssh[-1]],
        }[command]
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
        assert done.returncode != 0
        assert not done.stdout


def test_a_session_goes_on_in_another_worker_when_its_own_is_killed(tmp_path: Path) -> None:
    with hall(tmp_path, workers=2) as (config, port, process):
        record = Record(config)
        with at_a_seat(openssh(port, tmp_path), tmp_path, "xterm-256color") as person:
            me = Candidate(person, "en")
            me.sign_in()
            me.prepare()
            shown = record.shown
            workers = children(process.pid)
            assert len(workers) == 2
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            person.wait_until(lambda: person.seat.process.poll() is not None)
        wait_for(port)
        deadline = time.monotonic() + PATIENCE
        while len(children(process.pid)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        with at_a_seat(openssh(port, tmp_path, "seat-09"), tmp_path, "linux") as person:
            me = Candidate(person, "en")
            me.come_back()
            me.look_at(record)
        assert len(record.of(ItemShown)) == 1
        assert record.shown == shown
        lines = (config.parent / "var" / "hall.log").read_text().splitlines()
        events = [json.loads(line)["event"] for line in lines]
        assert events.count("worker-died") == 2
        assert events.count("worker-started") == 4


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123
        return [int(word) for word in file.read().split()]


def test_the_preflight_is_a_list_and_says_no_with_2(tmp_path: Path) -> None:
    config = demonstration(tmp_path / "event")
    check = [str(CACT), "serve", "--check", "--config", str(config)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.search(r"^\[NO\] networks .*hall\.networks", done.stdout, re.MULTILINE)
    with config.open("a") as file:
        file.write(f'\n[hall]\nport = {free_port()}\nnetworks = ["10.20.1.0/24"]\n')
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("ready\n")
    for name in ("event", "host key", "port", "disk", "open files", "clock", "roster"):
        assert f"] {name}" in done.stdout


def test_a_faulty_hall_table_is_named_by_line(tmp_path: Path) -> None:
    config = demonstration(tmp_path / "event")
    with config.open("a") as file:
        file.write('\n[hall]\nport = 70000\nnetworks = ["10.20.1.7/24"]\nprot = 1\n')
    done = subprocess.run(
        [CACT, "serve", "--config", config], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "hall.port" in done.stderr
    assert "hall.networks[0]" in done.stderr
    assert "prot" in done.stderr
    assert "Traceback" not in done.stderr
