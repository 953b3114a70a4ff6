"""The drill: a hall's host is killed and lost, the spare host goes on, a seat finds its item."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from cact_tui.journal.sqlite import SqliteStore
from cact_tui.sessions.events import Authorised, IrregularityRecorded, ItemShown, RulesRead
from tests.crash.event import CACT, demonstration
from tests.e2e.person import at_a_terminal, kill
from tests.e2e.record import Record
from tests.e2e.taking import Candidate
from tests.e2e.test_ssh import free_port, wait_for
from tests.journal.samples import AT, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.person import Person

OTHERS, EVENTS = 250, 60
"""Sessions that lie in the journal already, and what is on record of each."""


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program; it is killed at the end."""
    process = subprocess.Popen(
        [str(CACT), *arguments], stdout=subprocess.PIPE, stderr=None, text=True
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def said(process: subprocess.Popen[str], words: str) -> str:
    """Return the line with words in it."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"it never said {words}")


def cact(*arguments: str) -> str:
    done = subprocess.run([str(CACT), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hall(folder: Path, port: int) -> Path:
    """Lay out a hall in which anybody may sit down."""
    config = demonstration(folder, shorter=True)
    text = config.read_text(encoding="utf-8")
    text += f'\n[hall]\nport = {port}\nnetworks = ["127.0.0.0/8"]\nlog = "var/hall.log"\n'
    config.write_text(text, encoding="utf-8")
    return config


async def fill(journal: Path) -> None:
    """Put on record what a large hall has after half an hour."""
    store = SqliteStore(journal)
    rest = [IrregularityRecorded(code="other", detail="x" * 200) for _ in range(EVENTS)]
    for number in range(OTHERS):
        first = (opened(f"p{number}", "elsewhere"), Authorised(by="self"), RulesRead())
        await store.append(f"S-{number}", 0, AT, (*first, *rest))
    await store.close()


def seat(port: int, known_hosts: Path) -> list[str]:
    ssh = shutil.which("ssh")
    assert ssh is not None
    options = ("-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={known_hosts}")
    return [ssh, "-tt", "-F", "none", *options, "-p", str(port), "seat-07@127.0.0.1"]


def answer_two(person: Person, record: Record) -> None:
    """Sign in, practise, answer two items and have the third on the screen."""
    me = Candidate(person)
    me.sign_in()
    me.prepare()
    for count in (1, 2):
        me.look_at(record)
        me.answer()
        me.wait_until_saved(count)


class Again(Candidate):
    """A participant who signs in again: the privacy notice was read before."""

    def read(self, title: str) -> None:
        """Read nothing but what is asked for until it is confirmed."""
        self.person.press_until("enter", lambda: self.sees("IS THIS YOU?"))


@pytest.mark.campaign
async def test_a_hall_is_lost_and_a_seat_goes_on_at_the_spare_host(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    config = hall(tmp_path / "event", port)
    await fill(tmp_path / "event" / "var" / "cact.db")
    keys, spare, known = (tmp_path / name for name in ("keys", "spare", "known_hosts"))
    keys.write_text(cact("replica", "key", "--config", str(config)), encoding="utf-8")
    receive = ("--folder", str(spare), "--keys", str(keys), "--listen", "127.0.0.1", "--port", "0")
    with running("replica", "serve", *receive) as receiving:
        there = said(receiving, "listening").rsplit(" ", 1)[1].strip()
        line = said(receiving, "replica_host_key").partition(": ")[2]
        text = config.read_text(encoding="utf-8")
        place = f'replica = "ssh://replica@127.0.0.1:{there}"\n{line}'
        config.write_text(text.replace("[store]\n", f"[store]\n{place}", 1), encoding="utf-8")
        with running("serve", "--config", str(config)) as serving:
            pin = said(serving, "pin it at every seat").partition(": ")[2]
            known.write_text(pin.replace("HOST", "127.0.0.1"), encoding="utf-8")
            wait_for(port)
            record = Record(config)
            with at_a_terminal(seat(port, known)) as person:
                answer_two(person, record)
                shown, before = record.shown, record.recorded()
                began = time.monotonic()
                serving.kill()
                kill(person)
        shutil.rmtree(tmp_path / "event")
        restored = cact("restore", "--from", str(spare), "--to", str(tmp_path / "new"))
        by_then = time.monotonic() - began
        assert f"proved      {OTHERS + 1} sessions" in restored
        assert "missing" not in restored
        config = tmp_path / "new" / "config.toml"
        with running("serve", "--config", str(config)) as serving:
            said(serving, "pin it at every seat")
            wait_for(port)
            open_by_then = time.monotonic() - began
            record = Record(config)
            with at_a_terminal(seat(port, known)) as person:
                me = Again(person)
                me.sign_in()
                person.wait_until(lambda: me.on_item)
                until_item = time.monotonic() - began
                me.look_at(record)
                assert record.shown == shown
                me.answer()
                me.wait_until_saved(3)
    assert record.recorded()[: len(before)] == before
    assert record.of(ItemShown)[2] == shown
    record.check_answers(3)
    took = re.search(r"restored in ([\d.]+) s", restored)
    assert took is not None
    with capsys.disabled():
        print(
            f"\nafter the kill: restored {by_then:.1f} s (the command itself {took[1]} s), open "
            f"{open_by_then:.1f} s, a participant on the same item {until_item:.1f} s"
        )
