"""The parts of the hall, each by itself."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import stat
import subprocess
from typing import TYPE_CHECKING

import asyncssh
import pytest

from cact_tui.clock import ManualClock
from cact_tui.errors import Problems, StorageTrouble
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.protocol import Checkpoint
from cact_tui.ssh import passwords
from cact_tui.ssh.accounts import SeatAccount, seat_account
from cact_tui.ssh.attempts import (
    FAILURES,
    LOCKED_SECONDS,
    Attempts,
    AttemptsInMemory,
    AttemptsInStore,
)
from cact_tui.ssh.cooked_line import CookedLine
from cact_tui.ssh.gathering import gathering
from cact_tui.ssh.host_keys import NoHostKey, fingerprint, host_key, read_seat_keys
from cact_tui.ssh.limits import Budget
from cact_tui.ssh.logbook import Logbook, fault_facts
from cact_tui.ssh.proctors import read_proctors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "account"),
    [
        ("seat-07", SeatAccount("07")),
        ("seat-A12+plain", SeatAccount("A12", plain=True)),
        ("seat-../../etc", None),
        ("seat-", None),
        ("seat-07+plain ", None),
        ("seat-07\n", None),
        ("root", None),
    ],
)
def test_a_seat_has_a_short_name_of_letters_and_digits(
    name: str, account: SeatAccount | None
) -> None:
    assert seat_account(name) == account


def test_a_password_hash_is_scrypt_as_the_standard_library_computes_it() -> None:
    text = passwords.hashed("rahasia")
    _, n, r, p, salt, digest = text.split("$")
    expected = hashlib.scrypt(
        b"rahasia",
        salt=base64.b64decode(salt),
        n=int(n),
        r=int(r),
        p=int(p),
        maxmem=2**28,
        dklen=32,
    )
    assert base64.b64decode(digest) == expected
    assert passwords.well_formed(text)
    assert passwords.matches("rahasia", text)
    assert not passwords.matches("Rahasia", text)
    assert not passwords.matches("", "")


@pytest.mark.parametrize(
    "text", ["", "rahasia", "scrypt$1024$8$1$AAAA$AAAA", "scrypt$32768$8$1$A$A", "scrypt$x"]
)
def test_what_is_no_hash_of_bearable_cost_is_refused(text: str) -> None:
    assert not passwords.well_formed(text)


@pytest.mark.parametrize("kind", ["memory", "store"])
async def test_five_tries_lock_account_and_address_for_five_minutes(kind: str) -> None:
    clock = ManualClock()
    attempts: Attempts = AttemptsInMemory(clock)
    if kind == "store":
        attempts = AttemptsInStore(MemoryStore(), clock, attempts)
    tried = [await attempts.allowed("budi", "10.0.0.1") for _ in range(FAILURES + 1)]
    assert tried == [True] * FAILURES + [False]
    assert not await attempts.allowed("budi", "10.0.0.2")
    assert not await attempts.allowed("sri", "10.0.0.1")
    assert await attempts.allowed("sri", "10.0.0.2")
    clock.advance(LOCKED_SECONDS + 1)
    assert await attempts.allowed("budi", "10.0.0.1")


async def test_a_right_password_wipes_the_slate() -> None:
    attempts = AttemptsInMemory(ManualClock())
    for _ in range(FAILURES - 1):
        await attempts.allowed("budi", "10.0.0.1")
    await attempts.forgive("budi", "10.0.0.1")
    assert all([await attempts.allowed("budi", "10.0.0.1") for _ in range(FAILURES)])


def test_a_budget_lets_a_burst_through_and_then_its_rate() -> None:
    budget = Budget(0.0, rate=100, burst=1000)
    assert budget.spend(1000, 0.0) == 0
    assert budget.spend(50, 0.0) == pytest.approx(0.5)
    assert budget.spend(50, 1.0) == 0
    assert budget.spend(0, 1000.0) == 0
    assert budget.spend(1100, 1000.0) == pytest.approx(1.0)


class _Wire:
    """A channel that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""
        self.backlog = 0

    def write(self, data: bytes) -> None:
        self.data += data


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (b"abc\r", "abc"),
        (b"abc\r\n", "abc"),
        (b"abx\x7fc\n", "abc"),
        (b"nothing\x15abc\r", "abc"),
        (b"a\x1b[Db\x1b[3~c\x1bOP\r", "abc"),
        (b"a\x03b\x1ac\x13\r", "abc"),
        ("né".encode() + b"\x7fe\r", "ne"),
        (b"\x7f\x7fabc\r", "abc"),
    ],
)
def test_a_line_is_edited_as_a_terminal_would(typed: bytes, line: str) -> None:
    wire = _Wire()
    cooked = CookedLine(wire, echo=True, ascii_only=False)
    for byte in typed:
        cooked.feed(bytes([byte]))
    assert cooked.take() == line
    assert cooked.take() is None
    assert b"\x1b" not in wire.data
    assert wire.data.endswith(b"\r\n")


def test_without_a_terminal_nothing_is_echoed() -> None:
    wire = _Wire()
    cooked = CookedLine(wire, echo=False, ascii_only=True)
    cooked.feed(b"abc\n")
    assert cooked.take() == "abc"
    assert not wire.data
    assert not cooked.interactive


def test_a_line_without_end_stays_bounded() -> None:
    cooked = CookedLine(_Wire(), echo=True, ascii_only=False)
    cooked.feed(b"x" * 1_000_000)
    assert len(cooked._typed) <= 1024


def test_the_host_s_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "host_key"
    key = host_key(path)
    assert host_key(path).public_data == key.public_data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = subprocess.run(["ssh-keygen", "-lf", path], capture_output=True, text=True, check=True)
    assert fingerprint(key) in listed.stdout
    assert [one.name for one in path.parent.iterdir()] == ["host_key"]
    path.chmod(0o644)
    with pytest.raises(NoHostKey, match="chmod 600"):
        host_key(path)


def test_seat_keys_are_read_by_seat_and_strange_files_are_named(tmp_path: Path) -> None:
    public = asyncssh.generate_private_key("ssh-ed25519").export_public_key()
    (tmp_path / "07.pub").write_bytes(public)
    (tmp_path / "notes.txt").write_text("none")
    (tmp_path / "08.pub").write_text("no key")
    problems = Problems()
    assert set(read_seat_keys(tmp_path, problems)) == {"07"}
    assert [problem.path.rpartition("/")[2] for problem in problems] == ["08.pub", "notes.txt"]


def test_every_fault_in_the_file_of_proctors_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "proctors.toml"
    path.write_text(
        'format = 1\n[[proctor]]\nname = "Sri L"\nrole = "chief"\nkeys = ["ssh-ed25519 nonsense"]\n'
        '[[proctor]]\nname = "budi"\nrole = "boss"\npassword = "plain"\n'
        '[[proctor]]\nname = "seat-07"\n'
    )
    problems = Problems()
    assert read_proctors(path, problems) == {}
    said = "\n".join(map(str, problems))
    for line, word in ((3, "name"), (5, "public key"), (8, "role"), (9, "scrypt"), (10, "keys")):
        assert f"proctors.toml:{line}:" in said
        assert word in said
    assert "seat" in said


def test_a_log_line_is_json_and_says_nothing_of_an_error_but_where(tmp_path: Path) -> None:
    log = Logbook(ManualClock(), tmp_path / "log" / "hall.log", worker=2)

    def fail() -> None:
        answer = "C"
        raise ValueError(f"the key is {answer}, by SITI")

    with pytest.raises(ValueError, match="key") as caught:
        fail()
    log.tell("incident", **fault_facts(caught.value), address="\x1b]0;x\x07")
    log.close()
    text = (tmp_path / "log" / "hall.log").read_text()
    line = json.loads(text)
    assert line["fault"] == "ValueError"
    assert line["worker"] == 2
    assert line["frames"][-1].endswith(" fail")
    assert "SITI" not in text
    assert "key is" not in text
    assert "\x1b" not in text
    assert stat.S_IMODE((tmp_path / "log" / "hall.log").stat().st_mode) == 0o600


class _Disk(MemoryStore):
    """A store that says how often checkpoints were written, and may be full."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[int] = []
        self.full = False

    async def checkpoint(self, rows: Sequence[Checkpoint]) -> None:
        if self.full:
            raise StorageTrouble("disk", "full", "free space")
        self.written.append(len(rows))


def _used(session: str) -> Checkpoint:
    return Checkpoint(session=session, seq=1, shown_ms=1, uncharged_ms=0, at=1)


async def test_checkpoints_of_many_sessions_are_one_commit() -> None:
    disk = _Disk()
    store = gathering(disk)
    await asyncio.gather(*(store.checkpoint((_used(name),)) for name in "abcde"))
    assert disk.written == [5]
    await store.checkpoint((_used("a"),))
    assert disk.written == [5, 1]


async def test_everybody_is_told_when_checkpoints_could_not_be_saved() -> None:
    disk = _Disk()
    disk.full = True
    store = gathering(disk)
    saving = [store.checkpoint((_used(name),)) for name in "abc"]
    told = await asyncio.gather(*saving, return_exceptions=True)
    assert [type(one) for one in told] == [StorageTrouble] * 3
    disk.full = False
    await store.checkpoint((_used("a"),))
    assert disk.written == [1]


async def test_who_goes_away_leaves_the_others_checkpoints_to_be_written() -> None:
    disk = _Disk()
    store = gathering(disk)
    first = asyncio.create_task(store.checkpoint((_used("a"),)))
    second = asyncio.create_task(store.checkpoint((_used("b"),)))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert disk.written == [2]


async def test_a_wrong_name_costs_as_much_as_a_wrong_password() -> None:
    loop = asyncio.get_running_loop()
    text = passwords.hashed("x")
    times = []
    for known in (text, ""):
        began = loop.time()
        for _ in range(3):
            passwords.matches("y", known)
        times.append(loop.time() - began)
    assert 0.3 < times[0] / times[1] < 3
