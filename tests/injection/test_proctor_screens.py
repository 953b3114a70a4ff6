"""R9: whatever stands in a room's rows, proctors and waiting rooms see text and nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from cact_tui.proctoring.board.duty import Told
from cact_tui.proctoring.signals import Alarm, AlarmKind
from cact_tui.tui.board import BoardApp
from cact_tui.tui.proctor import commands
from cact_tui.tui.proctor.app import ProctorApp
from tests.injection.hostile import (
    NOTHING,
    PAYLOADS,
    TOGETHER,
    Marks,
    only_ours,
    payload,
    poisoned,
)
from tests.injection.test_participant_screens import TERMS, Desk
from tests.tui.proctor.scene import ScriptedWindow, detail, people, row, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

    from cact_tui.proctoring.board.rows import Detail, Snapshot

KEEP = frozenset(
    {
        "timezone",
        "language",
        "Row.key",
        "Moment.kind",
        "Visit.mode",
        "Row.identified",
        "Place.state",
        "Place.id",
    }
)
"""What the program itself chose from a few words, or asks by."""

UNSHOWN = {
    "Detail.item": "is carried into an irregularity that is reported",
    "Detail.unit": "is told where there is room",
    "Progress.reason": "as a moment's reason",
    "Told.code": "is told in words where it is a known refusal",
    "Row.session": "names a test to the program; the results are found by it",
    "Row.held_for": "is told with the state of one who is paused",
    "Moment.reason": "is told in words where it is a known reason",
    "Place.date": "is told of other sittings in the dialog that reschedules",
    "Place.room": "as above",
}
SIZES = ((80, 24), (132, 43))
CASES = [
    (TOGETHER, "xterm-256color", SIZES[0]),
    (NOTHING, "vt220", SIZES[1]),
    *(
        pytest.param(name, term, size, marks=pytest.mark.campaign)
        for name in (TOGETHER, *PAYLOADS)
        for term in TERMS
        for size in SIZES
    ),
]
ACTS = "".join(commands.COMMANDS)
WAYS = ("d", "\x1b[B", "a", "?", "\x1b", "\r", " ", "\x1b[6~", "\x1b", "/", "{}", "\r", "\x1b")


def scene(make: Callable[[str], str]) -> tuple[Snapshot, Detail]:
    """Return a room of three, one of them in every kind of trouble, and all about that one."""
    alarm = Alarm(kind=AlarmKind.DISK, since=0, detail="")
    shown = snapshot((people()[6], people()[24], row(3)), alarms=(alarm,))
    made: Snapshot = poisoned(shown, make, KEEP)
    whole = detail(made.rows[0])
    plain = evolve(
        whole, timeline=tuple(one for one in whole.timeline if one.kind != "TimeExtended")
    )
    found: Detail = poisoned(plain, make, KEEP | {"Detail.row", "Detail.grants"})
    # What a grant says in detail is its seconds.
    grants = poisoned(plain.grants, make, KEEP | {"Moment.detail"})
    return made, evolve(found, grants=grants)


class Hostile(ScriptedWindow):
    """A room full of hostile text, where acts are refused with more of it."""

    def __init__(self, make: Callable[[str], str]) -> None:
        shown, found = scene(make)
        super().__init__(shown, chief=True)
        self.details = {one.key: found for one in shown.rows}
        self.outcome = lambda order: tuple(
            Told(row=one, done=False, code=make("Told.code"), why=make("Told.why"))
            for one in order.rows or shown.rows[:1]
        )
        self._make = make

    @property
    def name(self) -> str:
        return self._make("Window.name")


async def run(at: Desk, app: App[Any], keys: tuple[str, ...], text: str, faults: list[str]) -> None:
    running = asyncio.ensure_future(app.run_async(mouse=False))
    await asyncio.wait_for(at.line.shown.wait(), 10)
    await at.settle(app)
    for one in keys:
        await at.press(app, one.format(text) if "{" in one else one)
    app.exit()
    await running
    assert not faults
    assert only_ours(b"".join(at.emulator.sent), at.profile)


@pytest.mark.parametrize(("name", "term", "size"), CASES)
async def test_no_text_of_a_room_acts_on_a_proctors_terminal(
    name: str, term: str, size: tuple[int, int]
) -> None:
    marks, at, faults = Marks(), Desk(term, size, reads=name == NOTHING), list[str]()
    window = Hostile(marks.before(payload(name)))
    app = ProctorApp(
        window, at.line.driver_class, on_incident=lambda _, error: faults.append(repr(error))
    )
    asked = tuple(
        key
        for act in ACTS
        for key in (act, "\x1b[200~{}\x1b[201~", "1", "1", "\r", "\r", "\x1b", "\x1b")
    )
    await run(at, app, (*WAYS, *asked), payload(name), faults)
    assert window.orders
    if name == NOTHING and size == SIZES[1]:
        unseen = marks.unseen("\n".join(at.seen))
        assert unseen <= set(UNSHOWN), unseen


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("name", [*PAYLOADS, TOGETHER])
async def test_no_text_of_a_room_acts_on_the_waiting_rooms_terminal(name: str, term: str) -> None:
    at = Desk(term)
    window = Hostile(Marks().before(payload(name)))
    await run(at, BoardApp(window, at.line.driver_class), ("x",), "", [])
