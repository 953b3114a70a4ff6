"""R10: what runs behind the screens of many people goes on after a fault, and says so."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import pytest

from cact_tui.clock import ManualClock
from cact_tui.journal.watch import Watch
from cact_tui.proctoring.board import reader as board_reader
from cact_tui.proctoring.board.board import Board
from cact_tui.proctoring.papers import heads
from cact_tui.proctoring.papers.heads import HeadKeeper
from cact_tui.proctoring.signals import AlarmKind
from cact_tui.signing import signing_key
from cact_tui.tui.board import BoardApp
from cact_tui.tui.locked import EXIT_INCIDENT
from cact_tui.tui.proctor.app import ProctorApp
from tests.delivery.hall import Hall
from tests.injection.hostile import only_ours
from tests.injection.test_participant_screens import Desk
from tests.injection.visits import (
    CANARY,
    Target,
    Trap,
    TrappedError,
    become_victim,
    functions,
)
from tests.proctoring.board.watched import reader
from tests.proctoring.room import Room
from tests.tui.proctor.scene import ScriptedWindow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import App

TARGETS: Final = {one.label: one for one in functions("cact_tui.tui.proctor", "cact_tui.tui.board")}
TYPICAL: Final = (
    "tui.proctor.app:ProctorApp._see",
    "tui.proctor.app:ProctorApp._detail",
    "tui.proctor.app:ProctorApp._carry_out",
    "tui.proctor.room:Room.press",
    "tui.proctor.table:row_line",
    "tui.board:board_lines",
)
HARMLESS: Final = {
    "tui.board:BoardApp._came": "the board's reader logs it and tells the others",
    "tui.proctor.app:ProctorApp._came": "as above",
}
KEYS: Final = (*"d?", "\x1b", "/", "a", "\x1b", " ", *"p", "x", "\r", *"j11", *"w5\r1", *"q")


def failing_once(original: Callable[..., Any], times: int = 1) -> Callable[..., Any]:
    """Return a function that fails so many times, with the canary in its words."""
    left = [times]

    def fail(*given: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise LookupError(CANARY)
        return original(*given, **named)

    return fail


async def test_a_board_that_failed_says_so_to_every_proctor_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(board_reader, "PERIOD", 3 * board_reader.APART)
    room = await Room().furnish()
    board = reader(room)
    snapshots: list[Any] = []
    came = asyncio.Event()

    def see(snapshot: Any) -> None:
        snapshots.append(snapshot)
        came.set()

    monkeypatch.setattr(Board, "expect", failing_once(Board.expect))
    deaf = board.listen(failing_once(snapshots.clear, 100))
    stop = board.listen(see)
    async with asyncio.timeout(5):
        while not snapshots or snapshots[-1].alarms or not snapshots[-1].rows:
            came.clear()
            await came.wait()
    stop()
    deaf()
    assert [one.kind for one in snapshots[0].alarms] == [AlarmKind.STORE]
    assert snapshots[-1].rows
    assert snapshots[0].alarms[0].detail == "LookupError"
    assert "LookupError" in caplog.text
    assert CANARY not in caplog.text + repr(snapshots)


async def test_a_watch_that_failed_goes_on_telling(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hall = Hall()
    watch = Watch(hall.store, seconds=0.01)
    monkeypatch.setattr(hall.store, "changes", failing_once(hall.store.changes, 3))
    news = asyncio.Event()
    stop = watch.listen("REF-1", lambda _: news.set())
    await asyncio.wait_for(news.wait(), 5)
    stop()
    assert caplog.text.count("LookupError") == 3
    assert CANARY not in caplog.text


async def test_who_signs_heads_goes_on_after_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(heads, "LOOK_SECONDS", 0.01)
    hall = Hall()
    await hall.seat().to_item()
    key, place = signing_key(tmp_path / "key"), tmp_path / "heads.jsonl"
    keeper = HeadKeeper(hall.store, ManualClock(), key, [place])
    monkeypatch.setattr(hall.store, "changes", failing_once(hall.store.changes, 3))
    running = asyncio.create_task(keeper.run())
    async with asyncio.timeout(5):
        while not place.exists():  # noqa: ASYNC110 - a file sets no event
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert caplog.text.count("LookupError") == 3
    assert CANARY not in caplog.text


async def fails(target: Target) -> tuple[int, int]:
    """Have a function of a proctor's or a waiting room's screen fail; return (sprung, told)."""
    become_victim()
    at = Desk("xterm-256color")
    told: list[str] = []
    window, driver = ScriptedWindow(chief=True), at.line.driver_class
    app: App[str]
    if target.label.startswith("tui.board"):
        app = BoardApp(window, driver)
    else:
        app = ProctorApp(window, driver, on_incident=lambda number, _: told.append(number))
    trap = Trap(target)
    with trap.set():
        running = asyncio.ensure_future(app.run_async(mouse=False))
        shown = asyncio.ensure_future(at.line.shown.wait())
        await asyncio.wait((running, shown), timeout=10, return_when=asyncio.FIRST_COMPLETED)
        shown.cancel()
        trap.armed = True
        with suppress(TrappedError):
            window.push(window.shown)
        for keys in KEYS:
            if running.done() or told:
                break
            await at.press(app, keys)
        await asyncio.sleep(0.02)
        if told and not running.done():
            at._reads = True
            await at.settle(app)
            assert told[0] in at.seen[-1]
            await at.press(app, "\r")
        app.exit(app.return_value, app.return_code or 0)
        try:
            result = await asyncio.wait_for(running, 10)
        except TrappedError:  # the visit makes an incident of it
            return trap.sprung, trap.sprung
    assert not told or (app.return_code == EXIT_INCIDENT and result == told[0])
    sent = b"".join(at.emulator.sent)
    assert CANARY.encode() not in sent
    assert only_ours(sent, at.profile)
    ended = target.label.startswith("tui.board") and app.return_code == EXIT_INCIDENT
    return trap.sprung, len(told) + ended


@pytest.mark.parametrize("label", TYPICAL)
async def test_a_fault_of_a_proctors_screen_is_an_incident(
    label: str, capfd: pytest.CaptureFixture[str]
) -> None:
    sprung, told = await fails(TARGETS[label])
    assert sprung
    assert told
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.campaign
async def test_every_function_of_a_proctors_screen_may_fail(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    sprung = incidents = 0
    wrong = []
    for label, target in TARGETS.items():
        try:
            called, told = await asyncio.wait_for(fails(target), 30)
        except Exception as fault:  # noqa: BLE001 - each is shown in the end
            wrong.append(f"{label}: {type(fault).__name__}: {fault}")
            continue
        sprung += bool(called)
        incidents += bool(told)
        if called and not told and label not in HARMLESS:
            wrong.append(f"{label}: {called} faults that nobody was told of")
    with capfd.disabled():
        print(f"\nR10 proctors' screens: {sprung} of {len(TARGETS)} failed, {incidents} incidents")
        for one in wrong:
            print(f"  {one}")
    assert not wrong
    assert CANARY not in "".join(capfd.readouterr())
