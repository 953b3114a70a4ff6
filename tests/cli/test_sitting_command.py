"""`cact roster` and `cact sitting` as scripts meet them, and a screen that follows them."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cact_tui.cli.main import main
from cact_tui.delivery import actions as a
from cact_tui.delivery.face import Terminal
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.views import (
    ConfirmView,
    EndView,
    ItemView,
    MessageView,
    PassageView,
    StandstillView,
)
from cact_tui.errors import Problems
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.views import View
    from cact_tui.proctoring.board.rows import Snapshot

REPOSITORY = Path(__file__).parents[2]
SITTING = "2026-11-24-aula-barat-1"
BY = ("--by", "Sri Lestari")
ROSTER = """\
number,name,nip,position_group,seat,date,room,wave,extra_time,mode
0231,Siti Rahmawati,19870412 201012 2 001,pelaksana,07,2026-11-24,Aula Barat,1,,
0243,"Tewu, Yohanes",,pengawas,19,2026-11-24,Aula Barat,1,30%,plain
"""
TERMINAL = Terminal(
    mode="screen",
    terminal="xterm",
    columns=80,
    rows=24,
    charset="utf8",
    colours="16",
    seat="07",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hall")
    shutil.copytree(REPOSITORY / "item_banks", folder / "item_banks")
    for key in folder.glob("item_banks/*.key.toml"):
        key.chmod(0o600)
    text = (REPOSITORY / "config.toml").read_text(encoding="utf-8")
    hall = text.replace('authorisation = "self"', 'authorisation = "proctor"')
    (folder / "config.toml").write_text(hall, encoding="utf-8")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    assert "2 new" in good(folder, "roster", "import", "roster.csv", *BY)
    return folder


@pytest.fixture
def hall(made: Path, tmp_path: Path) -> Path:
    """A hall of its own with the roster taken in."""
    folder = tmp_path / "hall"
    shutil.copytree(made, folder)
    return folder


def cact(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cact_tui", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def good(folder: Path, *arguments: str) -> str:
    done = cact(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("command", ["roster", "sitting"])
def test_each_command_explains_itself_with_an_example(command: str, tmp_path: Path) -> None:
    assert f"cact {command} " in good(tmp_path, command, "--help").split("examples:")[1]


def test_a_morning_from_the_roster_to_the_cards(hall: Path) -> None:
    assert "2 as they were" in good(hall, "roster", "import", "roster.csv", *BY)
    listed = json.loads(good(hall, "roster", "list", "--json"))
    assert [(one["number"], one["seat"], one["mode"]) for one in listed] == [
        ("0231", "07", "screen"),
        ("0243", "19", "plain"),
    ]
    assert "planned" in good(hall, "sitting", "list")
    good(hall, "sitting", "open", SITTING, *BY)
    said = good(hall, "roster", "pin", "--sitting", SITTING, *BY, "--cards", "cards.pdf")
    assert "2 cards" in said
    assert (hall / "cards.pdf").stat().st_mode & 0o777 == 0o600
    assert (hall / "cards.pdf").read_bytes().startswith(b"%PDF-1.4")
    assert "PIN " in good(hall, "roster", "pin", "--number", "0231", *BY)
    assert "confirmed" in good(hall, "roster", "list")
    assert good(hall, "sitting", "close", SITTING, *BY) == f"{SITTING}: closed\n"


def test_a_roster_with_a_mistake_is_not_taken_in_at_all(hall: Path) -> None:
    (hall / "bad.csv").write_text(ROSTER + "0231,=1+1,,,07,24.11.2026,Aula Barat,1,,\n")
    done = cact(hall, "roster", "import", "bad.csv", *BY)
    assert done.returncode == 2
    assert "bad.csv:4: number: 0231 is given twice" in done.stderr
    assert 'bad.csv:4: name: begins with "="' in done.stderr
    assert "bad.csv:4: date: 24.11.2026 is no date" in done.stderr
    assert "Traceback" not in done.stderr
    assert "2 expected" in good(hall, "roster", "list")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("sitting", "open", "nowhere", *BY), 1, "no sitting nowhere"),
        (("sitting", "close", SITTING, *BY), 1, "never opened"),
        (("sitting", "pause", "--all", "--reason", "noise", *BY), 1, "open sittings: none"),
        (("sitting", "pause", "--all", "--reason", "bored", *BY), 2, "no such reason"),
        (("sitting", "authorise", "--all", "--by", "self"), 2, "give your own"),
        (("sitting", "pause", "--all", *BY), 2, "--reason"),
        (("sitting", "authorise", *BY), 2, "--seat"),
        (("roster", "pin", "--number", "999", *BY), 1, "nobody has the number 999"),
        (("roster", "pin", "--number", "0231", *BY, "--cards", "x.doc"), 2, ".pdf nor .txt"),
        (("roster", "import", "nofile.csv", *BY), 2, "nofile.csv: does not exist"),
    ],
)
def test_what_cannot_be_done_is_said_with_an_exit_code(
    hall: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = cact(hall, *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


async def later(folder: Path, *arguments: str) -> str:
    return await asyncio.to_thread(good, folder, *arguments)


async def follows(flow: ParticipantFlow, wanted: Callable[[View], bool]) -> float:
    """Return the seconds until the screen shows what is wanted."""
    came, began = asyncio.Event(), time.monotonic()
    flow.listen(lambda view: came.set() if wanted(view) else None, lambda _: None)
    if not wanted(flow.view):
        await asyncio.wait_for(came.wait(), 10)
    return time.monotonic() - began


def is_a(kind: type) -> Callable[[View], bool]:
    return lambda view: isinstance(view, kind)


def stands(why: str) -> Callable[[View], bool]:
    return lambda view: isinstance(view, StandstillView) and view.why == why


async def sign_in(event: Event, pin: str) -> ParticipantFlow:
    flow = ParticipantFlow(event.services(None, hall=True), TERMINAL)
    await flow.start()
    await flow.act(a.ChooseLanguage("id"))
    await flow.act(a.Identify(number="0231", pin=pin))
    assert isinstance(flow.view, PassageView), flow.view
    await flow.act(a.Continue())
    assert isinstance(flow.view, ConfirmView)
    await flow.act(a.Confirm(flow.view.word))
    return flow


async def to_item(flow: ParticipantFlow) -> ItemView:
    while not (isinstance(flow.view, ItemView) and not flow.view.practice):
        if isinstance(flow.view, ItemView):
            await flow.act(
                a.Respond(
                    answer=os.urandom(8).hex(),
                    item=flow.view.item,
                    position=flow.view.position,
                    given=("1",),
                )
            )
        else:
            await flow.act(a.Continue())
    return flow.view


async def test_a_screen_follows_what_other_processes_do(hall: Path) -> None:
    await later(hall, "sitting", "open", SITTING, *BY)
    card = await later(hall, "roster", "pin", "--number", "0231", *BY)
    pin = next(line for line in card.splitlines() if line.startswith("PIN")).split("PIN")[1]
    materials = read_event(hall / "config.toml", Problems())
    assert materials is not None
    event = Event(hall / "config.toml", materials)
    services = event.services(None, hall=True)
    assert services.sign_in is not None
    assert services.sign_in.asks_pin  # the default of a hall
    flow = await sign_in(event, pin.replace(" ", ""))
    assert stands("awaiting")(flow.view)
    assert "1 of 2" in await later(hall, "sitting", "authorise", "--all", *BY)
    delays = [await follows(flow, is_a(PassageView))]
    await to_item(flow)
    flow.appeared()
    await later(hall, "sitting", "pause", "--seat", "07", "--reason", "power_outage", *BY)
    delays.append(await follows(flow, stands("paused")))
    await later(hall, "sitting", "broadcast", "Listrik padam, 10 menit.", *BY)
    delays.append(await follows(flow, is_a(MessageView)))
    assert isinstance(flow.view, MessageView)
    await flow.act(a.Acknowledge(flow.view.message))
    as_it_was = await later(hall, "sitting", "resume", "--all", "--held-for", "noise", *BY)
    assert "paused (as it was)" in as_it_was
    held_so = ("--all", "--held-for", "power_outage")
    await later(hall, "sitting", "resume", *held_so, *BY)
    delays.append(await follows(flow, is_a(ItemView)))
    ten_minutes = ("--seat", "07", "--minutes", "10", "--reason", "network")
    await later(hall, "sitting", "extend", *ten_minutes, *BY)
    delays.append(await follows(flow, lambda view: "10 menit" in getattr(view, "status", "")))
    refused = await asyncio.to_thread(cact, hall, "sitting", "close", SITTING, *BY)
    assert refused.returncode == 1
    assert "(0231)" in refused.stderr
    await later(hall, "sitting", "terminate", "--all", "--reason", "other", *BY)
    delays.append(await follows(flow, is_a(EndView)))
    assert isinstance(flow.view, EndView)
    assert (hall / "results" / f"{flow.view.reference}.v1.json").exists()
    await later(hall, "sitting", "close", SITTING, *BY)
    await flow.close()
    await event.store.close()
    # From the end of the command, which came after its commit: well within the second.
    assert max(delays) < 0.75, delays


def test_the_log_tells_who_did_what_and_who_looked_at_whom(hall: Path) -> None:
    good(hall, "sitting", "open", SITTING, *BY)
    good(hall, "roster", "pin", "--number", "0231", *BY)
    asyncio.run(_look_at(hall, "0243", "Budi"))
    told = good(hall, "sitting", "log", SITTING).splitlines()
    acts = [line.split("  ")[1:4] for line in told]
    assert ["Sri Lestari", "opened"] in acts
    assert ["Sri Lestari", "pin_issued", "0231"] in acts
    (look,) = json.loads(good(hall, "sitting", "log", SITTING, "--looks", "--json"))
    assert (look["by"], look["act"], look["number"]) == ("Budi", "viewed", "0243")
    assert look["at"].endswith("+07:00")


def test_whoever_lists_a_sitting_by_name_is_on_record_and_who_counts_is_not(hall: Path) -> None:
    assert "planned" in good(hall, "sitting", "list")
    assert json.loads(good(hall, "sitting", "log", SITTING, "--looks", "--json")) == []
    assert "Siti Rahmawati" in good(hall, "sitting", "list", SITTING, "--by", "Budi")
    assert "0243" in good(hall, "sitting", "list", SITTING, "--json")
    assert "0243" in good(hall, "roster", "list", "--by", "Citra")
    looks = json.loads(good(hall, "sitting", "log", SITTING, "--looks", "--json"))
    assert [(one["by"], one["act"], one["number"]) for one in looks] == [
        ("Budi", "viewed", ""),
        (getpass.getuser(), "viewed", ""),
        ("Citra", "viewed", ""),
    ]
    for listing in (("sitting", "list", SITTING), ("roster", "list")):
        assert cact(hall, *listing, "--by", "system").returncode == 2


def test_closing_names_who_is_expected_in_another_sitting(hall: Path) -> None:
    head = ROSTER.partition("\n")[0]
    tomorrow = "0300,Rini Astuti,,pelaksana,07,2026-11-25,Aula Barat,1,,"
    (hall / "more.csv").write_text(f"{head}\n{tomorrow}\n")
    good(hall, "roster", "import", "more.csv", *BY)
    good(hall, "sitting", "open", SITTING, *BY)
    asyncio.run(_reschedule(hall))
    said = good(hall, "sitting", "close", SITTING, *BY)
    assert "0231  is expected in 2026-11-25-aula-barat-1 (without a test, examinee.illness" in said


async def _reschedule(hall: Path) -> None:
    materials = read_event(hall / "config.toml", Problems())
    assert materials is not None
    event = Event(hall / "config.toml", materials)
    to = "2026-11-25-aula-barat-1"
    await event.roster().reschedule("0231", to, by="Ibu Kepala", reason="illness")
    await event.store.close()


async def _look_at(hall: Path, number: str, by: str) -> None:
    """Look at somebody's details as long as a proctor does."""
    materials = read_event(hall / "config.toml", Problems())
    assert materials is not None
    event = Event(hall / "config.toml", materials)
    snapshots: list[Snapshot] = []
    window = event.window(by, chief=False)
    await window.look(snapshots.append, SITTING)
    while not snapshots:  # noqa: ASYNC110 - the board tells when it has read
        await asyncio.sleep(0.02)
    (row,) = [one for one in snapshots[-1].rows if one.number == number]
    await window.looked_at(row)
    window.close()
    await event.store.close()


def test_a_refusal_tells_the_script_why(hall: Path) -> None:
    good(hall, "sitting", "open", SITTING, *BY)
    done = cact(hall, "sitting", "authorise", "--number", "0231", *BY)
    assert done.returncode == 1
    assert "has not signed in yet" in done.stdout
    good(hall, "sitting", "refuse", "--number", "0231", *BY)
    done = cact(hall, "roster", "pin", "--number", "0231", *BY)
    assert done.returncode == 1
    assert "confirm it first" in done.stderr


def test_an_account_without_a_name_can_use_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nameless() -> str:
        raise KeyError(os.getuid())

    monkeypatch.setattr(getpass, "getuser", nameless)
    with pytest.raises(SystemExit) as left:
        main(["sitting", "list", "--help"])
    assert left.value.code == 0
    assert "who looks, for the record" in capsys.readouterr().out
