"""R9: whatever stands in a view, the participant's terminal gets text and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, get_args

import pytest

from cact_tui.delivery.views import ItemView, View
from cact_tui.terminal.driver import Line
from cact_tui.terminal.profiles import profile_for
from cact_tui.tui.participant.app import ParticipantApp
from tests.injection.hostile import (
    NOTHING,
    PAYLOADS,
    TOGETHER,
    Marks,
    only_lines,
    only_ours,
    payload,
    poisoned,
)
from tests.plain.script import ALL_VIEWS, PAUSED, FakeFlow, scripted
from tests.terminal.emulator import Emulator
from tests.tui.participant_flow import HastyClock, ScriptedFlow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.app import App

TERMS = ("xterm-256color", "vt220")
KEEP = frozenset({"language"})
UNSHOWN = {
    "Choice.id": "names a choice to the program",
    "ItemView.item": "names an item to the program",
    "MessageView.message": "names a message to the program",
}
CASES = [
    (TOGETHER, "xterm-256color"),
    (NOTHING, "vt220"),
    *(
        pytest.param(name, term, marks=pytest.mark.campaign)
        for name in (TOGETHER, *PAYLOADS)
        for term in TERMS
    ),
]
KEYS = ("\x1bOP", "\x1b", "\x1bOQ", "\x1b", "\x1bOR", " ", " ", "\x1b[6~", "b", "\x1b[B")
PASTING = ("\x1bOS", "\x1b[200~{}\x1b[201~", "\x1b", "x", "\x1b[200~{}\x1b[201~")


class Desk:
    """The participant's app on an emulated terminal of some kind."""

    def __init__(self, term: str, size: tuple[int, int] = (80, 24), *, reads: bool = False) -> None:
        """Sit down; `reads` keeps what stands on the screen, as far as pyte can tell."""
        self.profile = profile_for(term, {"LANG": "C.UTF-8"})
        self.emulator = Emulator(*size)
        self.line = Line(self.emulator, self.profile, size)
        self.flow = ScriptedFlow([ALL_VIEWS[0]])
        self.seen: list[str] = []
        self._reads = reads

    async def settle(self, app: App[Any]) -> None:
        """Let the screen come to rest and read it."""
        for _ in range(3):
            painted = asyncio.Event()
            if not app.call_after_refresh(painted.set):
                break
            await asyncio.wait_for(painted.wait(), 5)
        await asyncio.sleep(0)
        if self._reads:
            self.seen.append(self.emulator.text)

    async def press(self, app: App[Any], keys: str) -> None:
        """Send keys."""
        self.line.feed(keys.encode("utf-8", "surrogatepass"))
        await self.settle(app)


@asynccontextmanager
async def desk(term: str, *, reads: bool) -> AsyncIterator[tuple[Desk, ParticipantApp, list[str]]]:
    found, faults = Desk(term, reads=reads), list[str]()
    app = ParticipantApp(
        found.flow,
        HastyClock(),
        found.line.driver_class,
        on_incident=lambda _, error: faults.append(repr(error)),
    )
    running = asyncio.ensure_future(app.run_async(mouse=False))
    await asyncio.wait_for(found.line.shown.wait(), 10)
    yield found, app, faults
    app.exit()
    await running


def test_there_is_a_view_of_every_kind() -> None:
    assert {type(view) for view in ALL_VIEWS} == set(get_args(View))


@pytest.mark.parametrize(("name", "term"), CASES)
async def test_no_text_of_any_view_acts_on_a_terminal(name: str, term: str) -> None:
    marks = Marks()
    async with desk(term, reads=name == NOTHING) as (at, app, faults):
        for number, view in enumerate(ALL_VIEWS):
            made = poisoned(view, marks.before(payload(name)), KEEP)
            at.flow.show(PAUSED)
            await at.settle(app)
            at.flow.show(made)
            await at.settle(app)
            keys = KEYS + (PASTING if isinstance(view, ItemView) or not number % 5 else ())
            for one in keys:
                await at.press(app, one.format(payload(name)))
        at.flow.tick(60, marks.before(payload(name))("ClockReading.warning"), forced=True)
        await at.settle(app)
    assert not faults
    assert only_ours(b"".join(at.emulator.sent), at.profile)
    if name == NOTHING:
        assert marks.unseen("\n".join(at.seen)) == set(UNSHOWN)


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("name", [*PAYLOADS, TOGETHER, NOTHING])
async def test_no_text_of_any_view_acts_on_a_terminal_in_plain_mode(
    name: str,
    ascii_only: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    marks = Marks()
    said = ""
    for view in ALL_VIEWS:
        made = poisoned(view, marks.before(payload(name)), KEEP)
        flow = FakeFlow(made)
        lines = ["help", "case", "time", "note", payload(name), "", "b", payload(name), ""]
        text, _ = await scripted(flow, lines, ascii_only=ascii_only)
        said += text
    assert only_lines(said)
    assert said.isascii() or not ascii_only
    if name == NOTHING:
        assert marks.unseen(said) == set(UNSHOWN)
