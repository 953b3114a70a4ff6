"""R10: an exception in any function of a visit; the key reaches nobody, and the test goes on.

The functions are found by looking into the rooms, so that a new one is tried by itself. Each raises
whenever the victim's visit calls it, and never for the neighbour at the next seat.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from contextlib import ExitStack
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest
from attrs import define, field

from cact_tui.delivery import heartbeat
from cact_tui.sessions.events import ItemShown, ResponseGiven
from tests.crash.event import small_event
from tests.injection.hostile import texts
from tests.injection.visits import CANARY, House, Person, Target, Trap, functions, with_canary

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cact_tui.sessions.events import Event

ROOMS: Final = (
    "cact_tui.tui.participant",
    "cact_tui.tui.widgets",
    "cact_tui.tui.entry",
    "cact_tui.tui.keys",
    "cact_tui.tui.lines",
    "cact_tui.tui.locked",
    "cact_tui.tui.safe",
    "cact_tui.delivery",
    "cact_tui.sessions.decide",
    "cact_tui.sessions.evolve",
    "cact_tui.ssh.visit",
    "cact_tui.ssh.seat_visit",
    "cact_tui.terminal",
    "cact_tui.text",
    "cact_tui.i18n",
)
TARGETS: Final = {one.label: one for one in functions(*ROOMS)}
TYPICAL: Final = (
    "tui.participant.app:ParticipantApp._redraw",
    "terminal.cells:CellGrid._runs",
    "delivery.heartbeat:Heartbeat._rest_is_over",
    "delivery.conduct:Conduct.act",
)
PATIENCE: Final = 30.0
LEAST: Final = 200
"""A visit calls more functions than that; fewer were not found."""

NET: Final = {
    "ssh.visit:Visit.run": "catches faults of a visit",
    "terminal.driver:ChannelDriver.feed": "all it does is guarded",
    "terminal.driver:ChannelDriver.send_frame": "all it does is guarded",
    "terminal.driver:Line.feed": "hands on to what is guarded",
    "tui.locked:LockedApp._guarded": "catches faults of tasks",
    "tui.locked:LockedApp.on_event": "hands on to what catches faults of keys",
}
"""What catches faults itself, and what it does."""

HARMLESS: Final = {
    "delivery.choosing:off_loop": "a rule that fails is put on record; the built-in rules go on",
}
"""Whose failure nobody has to be told of, and why."""


class Moment(StrEnum):
    """From when on the function fails."""

    WAY_IN = "on the way in"
    ITEM = "at an item"


@define
class Trial:
    """One function that fails for one person, and what is left of it."""

    house: House
    target: Target
    number: str
    moment: Moment
    sprung: int = 0
    incident: str = ""
    _before: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._before = len(self.house.lines())

    async def run(self, neighbour: Person) -> None:
        """Have the function fail, and the person come back; check all that is promised."""
        trap = Trap(self.target)
        with trap.set():
            trap.armed = self.moment is Moment.WAY_IN
            victim = await self.arrive()
            trap.armed = True
            await self.live_on(victim)
            trap.armed = False
        self.sprung = trap.sprung
        self.incident = self._told()
        await self._see_number(victim)
        victim.cut()
        kept = await self._events(ItemShown)
        back = self.house.seat("08")
        await self._come_back(back, kept)
        await self._neighbour_goes_on(neighbour)
        await self._keep_the_secret(victim, back)

    async def arrive(self) -> Person:
        """Go to the first item, or as far as it goes."""
        victim = self.house.seat("07", victim=True)
        await victim.go_on(self.number, lambda: victim.on_item or self._over(victim))
        return victim

    async def live_on(self, victim: Person) -> None:
        """Look at the menu, ask, write, wait some beats, answer; go two items on at most."""
        shown = len(await self._events(ItemShown))
        for keys in ("a", "\x1b", "\x1b", "\x1bOP", "\x1b", "\x1bOS", "x", "\r", "b", "\x1b"):
            if self._over(victim):
                return
            await victim.press(keys)
        for _ in range(14):
            if self._over(victim) or len(await self._events(ItemShown)) > shown + 1:
                return
            await victim.step(self.number)

    def _over(self, victim: Person) -> bool:
        return victim.ended or bool(self._told())

    def _told(self) -> str:
        lines = self.house.lines(self._before)
        return next((str(one["number"]) for one in lines if one["event"] == "incident"), "")

    async def _see_number(self, victim: Person) -> None:
        """Check that whoever was concerned reads the number that the log has."""
        if self.incident:
            async with asyncio.timeout(5):
                while self.incident not in victim.sent.decode():
                    await victim.press("\r")
        else:
            harmless = not self.sprung or self.target.label in HARMLESS
            assert harmless, f"{self.sprung} faults that nobody was told of\n{victim.text}"

    async def _come_back(self, back: Person, kept: list[Any]) -> None:
        """Check that the same item comes again, and can be answered."""
        assert await back.go_on(self.number, lambda: back.on_item), back.text
        shown, answers = await self._events(ItemShown), await self._events(ResponseGiven)
        assert shown[: len(kept)] == kept
        assert len(shown) == len(answers) + 1
        assert len({one.answer for one in answers}) == len(answers)
        for _ in range(40):
            if len(await self._events(ResponseGiven)) > len(answers):
                break
            await back.step(self.number)
        assert len(await self._events(ResponseGiven)) == len(answers) + 1, back.text
        back.cut()

    async def _neighbour_goes_on(self, neighbour: Person) -> None:
        for key in "ab":
            await neighbour.press(key)
            assert f"(*) {key.upper()}" in neighbour.text or f"(*)>{key.upper()}" in neighbour.text

    async def _keep_the_secret(self, *people: Person) -> None:
        for person in people:
            assert CANARY.encode() not in person.sent
        assert CANARY not in self.house.log_path.read_text()
        assert not [one for one in texts(await self._recorded()) if CANARY in one]

    async def _recorded(self) -> list[Event]:
        store = self.house.event.store
        known = await store.find_participant(self.house.event.exam.materials.event.id, self.number)
        if known is None:
            return []
        entries = await store.sessions(participant=known.participant)
        return [one.event for entry in entries for one in await store.read(entry.session)]

    async def _events(self, kind: type[Any]) -> list[Any]:
        return [one for one in await self._recorded() if isinstance(one, kind)]


class Ward:
    """One hall with a neighbour at work, in which function after function fails for a victim."""

    def __init__(self, folder: Path) -> None:
        config = with_canary(small_event(folder))
        text = config.read_text(encoding="utf-8").replace('practice = "latihan"\n', "")
        config.write_text(re.sub(r"(m\w+_items) = 5", r"\1 = 20", text), encoding="utf-8")
        self.house = House(config)
        self.wrong: dict[str, str] = {}
        self.counted: Counter[str] = Counter()
        self._numbers = count(1)

    async def called(self, moment: Moment) -> list[str]:
        """Return the functions that a visit calls in which nothing fails."""
        traps = {label: Trap(target) for label, target in TARGETS.items()}
        with ExitStack() as stack:
            for trap in traps.values():
                stack.enter_context(trap.set())
            trial = Trial(self.house, next(iter(TARGETS.values())), "N0", moment)
            victim = await trial.arrive()
            at_the_item = {label: trap.called for label, trap in traps.items()}
            await trial.live_on(victim)
            victim.cut()
        since = at_the_item if moment is Moment.ITEM else dict.fromkeys(traps, 0)
        called = [label for label, trap in traps.items() if trap.called > since[label]]
        return [label for label in called if label not in NET]

    async def try_all(self, labels: Iterable[str], moment: Moment) -> None:
        """Have functions fail one after the other."""
        with self.house.listening():
            neighbour = self.house.seat("09")
            assert await neighbour.go_on("N00", lambda: neighbour.sees("( ) A", "( )>A"))
            for label in labels:
                trial = Trial(self.house, TARGETS[label], f"N{next(self._numbers)}", moment)
                await self._try(trial, neighbour)
            neighbour.cut()
            await self.house.close()

    async def _try(self, trial: Trial, neighbour: Person) -> None:
        try:
            await asyncio.wait_for(trial.run(neighbour), PATIENCE)
        except Exception as fault:  # noqa: BLE001 - each is shown in the end
            self.wrong[trial.target.label] = f"{type(fault).__name__}: {fault}"
        self.counted["failed"] += bool(trial.sprung)
        self.counted["incidents"] += bool(trial.incident)


@pytest.fixture(autouse=True)
def _fast_hearts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat, "CHECKPOINT_SECONDS", 0.05)
    monkeypatch.setattr(heartbeat, "WATCHED_REFRESH_SECONDS", 0.1)


async def test_a_fault_at_an_item_is_an_incident_and_the_test_goes_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ward = Ward(tmp_path / "event")
    await ward.try_all(TYPICAL, Moment.ITEM)
    assert not ward.wrong, ward.wrong
    assert ward.counted == {"failed": len(TYPICAL), "incidents": len(TYPICAL)}
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.campaign
@pytest.mark.parametrize("moment", Moment)
async def test_every_function_of_a_visit_may_fail(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], moment: Moment
) -> None:
    ward = Ward(tmp_path / "event")
    labels = await ward.called(moment)
    await ward.try_all(labels, moment)
    with capfd.disabled():
        print(f"\nR10 {moment}: {len(labels)} of {len(TARGETS)} functions, {dict(ward.counted)}")
        for label, what in ward.wrong.items():
            print(f"  {label}: {what}", flush=True)
    assert not ward.wrong
    assert len(labels) > LEAST
    assert CANARY not in "".join(capfd.readouterr())


PLAIN: Final = {one.label: one for one in functions("cact_tui.plain", "cact_tui.ssh.cooked_line")}
TYPICAL_PLAIN: Final = ("plain.face:PlainFace._turn", "plain.paper:Paper.say")
LINES: Final = ("2", "{}", "NAMA", "3", "", "AGREE", "", "", "", "", "?", "note", "x", "", "b", "")


async def fails_in_lines(house: House, target: Target, number: str) -> tuple[int, str]:
    """Have a function of the plain mode fail; return how often it did, and the incident told."""
    before = len(house.lines())
    trap = Trap(target)
    with trap.set():
        person = house.seat("07", victim=True, plain=True)
        trap.armed = True
        for line in LINES:
            await person.press(f"{line.format(number)}\r")
            if person.ended:
                break
        await person.settle()
        trap.armed = False
    person.cut()
    numbers = [one["number"] for one in house.lines(before) if one["event"] == "incident"]
    said = person.sent.decode()
    assert CANARY not in said + house.log_path.read_text()
    return trap.sprung, "".join(one for one in map(str, numbers) if one in said)


@pytest.mark.parametrize(
    "labels", [TYPICAL_PLAIN, pytest.param(tuple(PLAIN), marks=pytest.mark.campaign)]
)
async def test_a_fault_in_lines_is_an_incident_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], labels: tuple[str, ...]
) -> None:
    house = House(with_canary(small_event(tmp_path / "event")))
    failed, silent = 0, []
    with house.listening():
        for count_, label in enumerate(labels):
            sprung, told = await fails_in_lines(house, PLAIN[label], f"P{count_}")
            failed += bool(sprung)
            if sprung and not told:
                silent.append(label)
        await house.close()
    with capfd.disabled():
        print(f"\nR10 in lines: {failed} of {len(labels)} functions failed")
    assert failed >= len(labels) // 4
    assert not silent, silent
    assert CANARY not in "".join(capfd.readouterr())
