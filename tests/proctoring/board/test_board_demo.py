"""The demonstration is a living hall: people come by SSH, are let in, and go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.cli import demo_hall, demo_people
from cact_tui.cli.demo_hall import DemoHall, prepare
from cact_tui.cli.demo_people import Manners
from cact_tui.errors import Problems
from cact_tui.proctoring.board.rows import Standing
from cact_tui.proctoring.signals import SignalKind
from cact_tui.wiring import read_event
from tests.crash.event import small_event

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from cact_tui.proctoring.board.reader import BoardReader
    from cact_tui.proctoring.board.record import Visit


async def _until_at_work(board: BoardReader) -> set[str]:
    """Wait until two of three are at work and the last one waits for whoever watches."""
    async with asyncio.timeout(60):
        while True:
            rows = (await board.look()).rows
            standings = [str(row.standing) for row in rows]
            at_work = sum(one in (Standing.ACTIVE, Standing.READY) for one in standings)
            if at_work == 2 and Standing.WAITING in standings:
                return {visit.client for visit in await _visits(board)}
            await asyncio.sleep(0.5)


async def _visits(board: BoardReader) -> list[Visit]:
    rows = (await board.look()).rows
    details = [await board.detail(row.key) for row in rows]
    return [visit for one in details if one for visit in one.visits]


async def _until_trouble(board: BoardReader) -> None:
    """Wait until somebody has called, somebody has left words, and somebody was cut off."""
    seen = set[str]()
    async with asyncio.timeout(60):
        while seen < {"call", "comment", "cut"}:
            rows = (await board.look()).rows
            seen |= {"call" for row in rows for one in row.signals if one.kind is SignalKind.CALL}
            details = [one for row in rows if (one := await board.detail(row.key))]
            seen |= {"comment" for one in details if one.notes}
            seen |= {"cut" for one in details for visit in one.visits if visit.cut}
            await asyncio.sleep(0.5)


def _prepared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the configuration of a demonstration in which nobody wastes time."""
    monkeypatch.setattr(demo_hall, "PATIENCE", 0.0)
    monkeypatch.setattr(demo_people, "NOTICE", 0.3)
    config = small_event(folder / "event")
    materials = read_event(config, Problems())
    assert materials is not None
    return prepare(config, materials, folder / "demo", 100)


async def test_people_call_leave_words_and_are_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _prepared(tmp_path, monkeypatch)
    hall = DemoHall(made, 3, Manners(speed=1000, cuts=0.3, calls=1, comments=1))
    await hall.open()
    try:
        await _until_trouble(await hall.event.boards().choose())
    finally:
        await hall.close()


async def test_people_come_over_ssh_and_all_but_one_are_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _prepared(tmp_path, monkeypatch)
    hall = DemoHall(made, 3, Manners(speed=100, cuts=0, calls=0, comments=0))
    await hall.open()
    try:
        board = await hall.event.boards().choose()
        clients = await _until_at_work(board)
        assert all("AsyncSSH" in one for one in clients)
        last = (await board.look()).rows[-1]
        assert (last.seat, last.standing) == ("03", Standing.WAITING)
    finally:
        await hall.close()
    assert (tmp_path / "event" / "config.toml").read_text() != made.read_text()
