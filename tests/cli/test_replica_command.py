"""`cact replica` and `cact restore` as an operator meets them; a host that comes back is fenced."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cact_tui.cli.preflight import preflight
from cact_tui.delivery import actions as a
from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.views import ConfirmView, ItemView
from cact_tui.errors import Problems, StorageTrouble
from cact_tui.sessions.events import ItemShown, ResponseGiven
from cact_tui.wiring import Event, read_event
from tests.crash.event import small_event

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.journal.protocol import Recorded

TERMINAL = Terminal(
    mode="screen", terminal="xterm", columns=80, rows=24, charset="utf8", colours="16", seat="07"
)
BY = ("--by", "Sri Lestari")


@pytest.fixture
def event(tmp_path: Path) -> Path:
    """An event whose second copy lies beside it, its host and proctors with keys."""
    config = small_event(tmp_path / "event")
    text = config.read_text(encoding="utf-8")
    text = text.replace("[materials]", f'replica = "{tmp_path}/second"\n[materials]', 1)
    config.write_text(text, encoding="utf-8")
    return config


def cact(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cact_tui", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def good(folder: Path, *arguments: str) -> str:
    done = cact(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Seat:
    """A participant who answers as far as a test wants."""

    def __init__(self, config: Path) -> None:
        materials = read_event(config, Problems())
        assert materials is not None
        self.event = Event(config, materials)
        services = self.event.services(None, seed=lambda: "5" * 32)
        self.flow = ParticipantFlow(services, TERMINAL)

    async def sit_down(self) -> ItemView:
        await self.flow.start()
        await self.flow.act(a.ChooseLanguage("id"))
        await self.flow.act(a.Identify(number="0231", name="Siti"))
        return await self.to_item()

    async def to_item(self) -> ItemView:
        async with asyncio.timeout(20):
            while not (isinstance(self.flow.view, ItemView) and not self.flow.view.practice):
                view = self.flow.view
                if isinstance(view, ItemView):
                    await self.answer("practice")
                elif isinstance(view, ConfirmView):
                    await self.flow.act(a.Confirm(view.word))
                else:
                    await self.flow.act(a.Continue())
        return self.flow.view

    async def answer(self, name: str) -> None:
        view = self.flow.view
        assert isinstance(view, ItemView)
        self.flow.appeared()
        given = tuple(option.id for option in view.options[: view.choose])
        await self.flow.act(
            a.Respond(answer=name, item=view.item, position=view.position, given=given or ("1",))
        )

    async def events(self) -> tuple[Recorded, ...]:
        (entry,) = await self.event.store.sessions()
        return await self.event.store.read(entry.session)


async def test_an_event_goes_on_elsewhere_at_the_same_item_and_the_old_host_is_fenced(
    event: Path, tmp_path: Path
) -> None:
    old = Seat(event)
    await old.sit_down()
    for name in ("a1", "a2", "a3"):
        await old.answer(name)
        await old.to_item()
    item, before = old.flow.view, await old.events()
    assert isinstance(item, ItemView)
    # The host hangs; nobody could ask it to close. Its disk is not at hand.
    spare = tmp_path / "spare"
    said = await asyncio.to_thread(
        good, tmp_path, "restore", "--from", "second", "--to", "spare", *BY
    )
    assert "proved      1 sessions" in said
    assert re.search(r"restored in \d+\.\d s", said)
    new = Seat(spare / "config.toml")
    assert await new.events() == before
    shown = await new.sit_down()
    assert (shown.item, shown.position) == (item.item, item.position)
    after = await new.events()
    assert after[: len(before)] == before
    thetas = [one.event.estimate for one in after if isinstance(one.event, ItemShown)]
    assert thetas == [one.event.estimate for one in before if isinstance(one.event, ItemShown)]
    # The old host comes back: it may have the answer, but acknowledges nothing any more.
    (entry,) = await old.event.store.sessions()
    for _ in range(2):
        with pytest.raises(StorageTrouble, match="was restored from it and goes on elsewhere"):
            await old.event.store.append(entry.session, len(before), 1, [before[1].event])
    fenced = await asyncio.to_thread(cact, event.parent, "replica", "status")
    assert fenced.returncode == 1
    assert "goes on elsewhere" in fenced.stdout
    # Nor can anybody there give the copy up, and so go on unseen.
    given_up = await asyncio.to_thread(
        cact, event.parent, "replica", "detach", "--reason", "hurry", *BY
    )
    assert given_up.returncode == 3
    assert "goes on elsewhere" in given_up.stderr
    await new.answer("a4")
    recorded = [one.event for one in await new.events()]
    answers = [event.answer for event in recorded if isinstance(event, ResponseGiven)]
    assert answers == ["a1", "a2", "a3", "a4"]
    # The spare host takes a copy of its own where the old one was, and the old host stays out.
    await asyncio.to_thread(good, spare, "replica", "attach", *BY)
    await new.to_item()
    await new.answer("a5")
    with pytest.raises(StorageTrouble, match="goes on elsewhere"):
        await old.event.store.append(entry.session, len(before), 1, [before[1].event])
    for seat in (old, new):
        await seat.event.store.close()


def test_a_copy_makes_one_event_and_says_who_made_it(event: Path, tmp_path: Path) -> None:
    good(event.parent, "take", "--rehearse", "--seed", "7")
    good(tmp_path, "restore", "--from", "second", "--to", "spare", "--by", "Budi")
    assert good(tmp_path, "verify", "--config", "spare/config.toml")
    twice = cact(tmp_path, "restore", "--from", "second", "--to", "again", *BY)
    assert twice.returncode == 3
    assert "the event was restored from it by Budi already" in twice.stderr
    assert not list((tmp_path / "again").iterdir())
    good(tmp_path, "restore", "--from", "second", "--to", "again", "--again", *BY)
    full = cact(tmp_path, "restore", "--from", "second", "--to", "spare", "--again", *BY)
    assert "there is something in it" in full.stderr


def test_everything_that_a_hall_needs_goes_along(event: Path, tmp_path: Path) -> None:
    folder = event.parent
    for name in ("var/host_key", "var/signing.key", "proctors.toml", "keys/07.pub"):
        (folder / name).parent.mkdir(exist_ok=True, mode=0o700)
        (folder / name).write_text(name, encoding="utf-8")
    text = event.read_text(encoding="utf-8")
    hall = '[hall]\nproctors = "proctors.toml"\nseat_keys = "keys"\n'
    event.write_text(f"{text}\n{hall}", encoding="utf-8")
    missing = cact(tmp_path, "restore", "--from", "second", "--to", "spare", *BY)
    assert "there is no second copy" in missing.stderr
    good(folder, "replica", "attach", *BY)
    said = good(tmp_path, "restore", "--from", "second", "--to", "spare", *BY)
    assert "missing" not in said
    for path in (tmp_path / "spare").rglob("*"):
        mode = 0o700 if path.is_dir() else 0o600
        assert path.stat().st_mode & 0o777 == mode, path
    for name in ("var/host_key", "var/signing.key", "proctors.toml", "keys/07.pub"):
        assert (tmp_path / "spare" / name).read_text(encoding="utf-8") == name
    assert (tmp_path / "spare" / "config.toml").read_bytes() == event.read_bytes()


def test_without_them_the_pinned_files_are_taken_and_what_lacks_is_said(
    event: Path, tmp_path: Path
) -> None:
    good(event.parent, "take", "--rehearse", "--seed", "7")
    assert not (tmp_path / "second" / "event").exists()
    elsewhere = tmp_path / "kept" / "var"
    elsewhere.mkdir(parents=True)
    said = good(tmp_path, "restore", "--from", "second", "--to", "spare", *BY)
    assert "from what the newest session pinned" in said
    assert "missing     var/host_key" in said
    for name in ("host_key", "signing.key"):
        (elsewhere / name).write_text("kept", encoding="utf-8")
    (elsewhere / "cact.db").write_bytes(b"SQLite format 3\0")
    with_keys = ("--event", "kept", "--again", *BY)
    said = good(tmp_path, "restore", "--from", "second", "--to", "other", *with_keys)
    assert "missing" not in said
    assert (tmp_path / "other" / "var" / "host_key").read_text(encoding="utf-8") == "kept"


def test_given_up_and_taken_up_it_is_on_record_and_the_preflight_says_so(
    event: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def line() -> str:
        preflight(event)
        found = re.search(r"^\[.*second copy.*$", capsys.readouterr().out, re.MULTILINE)
        assert found is not None
        return found[0]

    assert "[ok]" in line()
    assert "state" not in line()
    reason = ("--reason", "the disk failed")
    good(event.parent, "replica", "detach", *reason, *BY)
    found = line()
    assert "[ok]" in found
    assert "Sri Lestari: the disk failed" in found
    status = cact(event.parent, "replica", "status")
    assert status.returncode == 1
    assert "detached by Sri Lestari: the disk failed" in status.stdout
    stale = cact(tmp_path, "restore", "--from", "second", "--to", "spare", "--event", "event", *BY)
    assert "Sri Lestari gave it up (the disk failed)" in stale.stderr
    good(event.parent, "replica", "attach", *BY)
    assert (
        good(event.parent, "replica", "status").splitlines()[0].startswith("second copy attached")
    )
    shutil.move(tmp_path / "second", tmp_path / "away")
    found = line()
    assert "[NO]" in found
    assert "is its disk mounted?" in found


def test_a_configuration_without_one_says_what_to_write(event: Path) -> None:
    text = re.sub(r"(?m)^replica = .*\n", "", event.read_text(encoding="utf-8"))
    event.write_text(text, encoding="utf-8")
    done = cact(event.parent, "replica", "attach", *BY)
    assert done.returncode == 3
    assert 'write store.replica = "/mnt/second/cact"' in done.stderr


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('replica = "ssh://spare"', "is no place for a second copy"),
        ('replica = "ssh://r@spare:70000"', "is no place for a second copy"),
        ('replica = "http://r@spare"', "is no place for a second copy"),
        ('replica = "ssh://r@spare:2223"', "store.replica_host_key: is missing"),
    ],
)
def test_a_place_that_is_none_is_told_with_its_line(lines: str, words: str, event: Path) -> None:
    text = re.sub(r"(?m)^replica = .*$", lines, event.read_text(encoding="utf-8"))
    event.write_text(text, encoding="utf-8")
    done = cact(event.parent, "check")
    assert done.returncode == 2
    assert words in done.stderr + done.stdout
