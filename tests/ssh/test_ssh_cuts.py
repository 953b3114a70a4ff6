"""R6: the line is cut after every keystroke of whole tests, in three ways.

Each life of a participant is one keystroke longer than the last until the test gets ahead; what
was pressed last is in doubt, as in a hall. Then the participant comes back at another seat.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import pytest
from attrs import define, field

from cact_tui.sessions.events import ItemShown, ResponseGiven
from cact_tui.ssh import limits
from tests.crash.event import small_event
from tests.e2e.record import Record
from tests.ssh.house import House
from tests.ssh.link import Link
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.delivery.flow import ParticipantFlow

Kind = TypeVar("Kind")

SEED = 20
BACK_SECONDS = 2.0
"""From the connection to the first screen and from the agreement to where the test was left."""

KEEPALIVE_SECONDS = 0.3
"""Instead of 15; with three questions a dead line is noticed in four times as long."""

NOTICED_SECONDS = KEEPALIVE_SECONDS * (limits.KEEPALIVE_COUNT + 1) + 3.0
"""With what a busy machine may add; a line that nobody asks is dead for minutes unnoticed."""

LONGEST_WAY = 8
"""Keystrokes in which every screen is left behind; a longer way is gone without a cut."""

Way = Literal["reset", "silence", "stall"]


@define
class Found:
    """What was counted: cuts, seconds to be back, seconds until a dead line was noticed."""

    cuts: int = 0
    back: list[float] = field(factory=list)
    noticed: list[float] = field(factory=list)
    finished: int = 0

    def say(self, way: Way) -> None:
        """Print it."""
        print(
            f"R6 {way}: {self.cuts} cuts, {self.finished} tests finished, back {_spread(self.back)}"
        )
        if self.noticed:
            asked = f"{limits.KEEPALIVE_COUNT} questions every {KEEPALIVE_SECONDS:g} s"
            print(f"   the hall noticed ({asked}) {_spread(self.noticed)}")


def _spread(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return f"{seconds}"
    cuts = statistics.quantiles(seconds, n=20)
    return f"p50 {cuts[9]:.2f} p95 {cuts[18]:.2f} max {max(seconds):.2f} s"


@pytest.mark.parametrize("count", [3, pytest.param(500, marks=pytest.mark.campaign)])
async def test_a_line_cut_after_any_keystroke_loses_doubles_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Cut so many lines in each way, two participants' in each way beside one another."""
    monkeypatch.setattr(limits, "KEEPALIVE_SECONDS", KEEPALIVE_SECONDS)
    found = {way: Found() for way in get_args(Way)}
    async with House(small_event(tmp_path / "event")) as house:
        numbers = iter(range(1, 1000))

        async def sit(way: Way) -> None:
            while found[way].cuts < count:
                await _Sitting(house, f"{next(numbers):04}", way, found[way]).run(count)

        async with asyncio.TaskGroup() as sitters:
            for way in get_args(Way) * 2:
                sitters.create_task(sit(way))
        _check(Record(house.config))
    for way, one in found.items():
        one.say(way)
    for one in found.values():
        assert one.cuts >= count
        assert statistics.median(one.back) < BACK_SECONDS
        assert all(seconds < NOTICED_SECONDS for seconds in one.noticed)


def _check(record: Record) -> None:
    """Every answer once, for what was shown, and nothing shown twice, in each session."""
    sessions: dict[str, list[object]] = {}
    for one in record.recorded():
        sessions.setdefault(one.session, []).append(one.event)
    for events in sessions.values():
        shown = [event.item for event in events if isinstance(event, ItemShown)]
        given = [event for event in events if isinstance(event, ResponseGiven)]
        assert len(set(shown)) == len(shown)
        assert [event.item for event in given] == shown[: len(given)]
        assert len({event.answer for event in given}) == len(given)


class _Sitting:
    """One participant, from the sign-in to the end of the test, or of the cuts."""

    def __init__(self, house: House, number: str, way: Way, found: Found) -> None:
        self._house, self._number, self._way, self._found = house, number, way, found
        self._draw = random.Random(f"{SEED} {number} {way}")  # noqa: S311 - moments, no secret
        self._record = Record(house.config)
        self._lives = 0

    async def run(self, count: int) -> None:
        """Live, be cut, come back; each time a keystroke longer, until the screen is another."""
        keystrokes, place = 1, ""
        while self._found.cuts < count:
            async with Link(self._house.port) as link:
                visitor = await self._arrive(link)
                if visitor.finished:
                    self._found.finished += 1
                    return
                now = self._place(visitor)
                keystrokes = keystrokes + 1 if now == place else 1
                place = now
                await self._live(visitor, link, keystrokes)

    async def _live(self, visitor: Visitor, link: Link, keystrokes: int) -> None:
        """Press so many keys; the line goes with the last of them."""
        if keystrokes > LONGEST_WAY:
            await visitor.step()
        for _ in range(keystrokes - 1):
            await visitor.press(visitor.keystroke())
        answers = self._answers()
        visitor.send(visitor.keystroke().encode())
        await asyncio.sleep(self._draw.uniform(0, 0.05))
        await self._lose(visitor, link)
        assert self._answers()[: len(answers)] == answers
        self._found.cuts += 1

    async def _lose(self, visitor: Visitor, link: Link) -> None:
        """Lose the line; every second time wait until the hall knows, else come back at once."""
        {"reset": link.cut, "silence": link.fall_silent, "stall": link.stall}[self._way]()
        if self._way != "reset" and self._lives % 2:
            loop = asyncio.get_running_loop()
            began = loop.time()
            await self._house.until(lambda: not vars(self._flow))
            self._found.noticed.append(loop.time() - began)
        visitor.cut()

    async def _arrive(self, link: Link) -> Visitor:
        """Sit down at another seat and sign in; count what the machine took of it."""
        self._lives += 1
        loop = asyncio.get_running_loop()
        began = loop.time()
        visitor = await Visitor.at(self._house, f"seat-{self._seat}", port=link.port)
        connected = await visitor.until_comes(lambda: visitor.sees("Choose a language")) - began
        await visitor.identify(self._number)
        if visitor.finished:
            return visitor
        await visitor.until_sees("IS THIS YOU?")
        visitor.send(b"AGREE")
        await visitor.until_sees("[AGREE_")
        began = loop.time()
        visitor.send(b"\r")
        came = await visitor.until_comes(lambda: not visitor.sees("IS THIS YOU?"))
        if self._lives > 1:
            self._found.back.append(connected + came - began)
        self._flow = self._flow_at_the_seat()
        self._session = self._flow.session
        await visitor.settle()
        self._compare(visitor)
        return visitor

    def _compare(self, visitor: Visitor) -> None:
        """What is on the screen is the item on record, behind the answers on record."""
        shown, answered = self._mine(ItemShown), self._mine(ResponseGiven)
        if visitor.on_item:
            assert len(shown) == len(answered) + 1
        if visitor.on_item and visitor.sees("( )"):
            texts = self._record.texts_of(shown[-1], "en")
            assert any(text[:20] in visitor.words for text in texts), visitor.text

    # The participant's own

    @property
    def _seat(self) -> str:
        return f"{self._number}{self._lives % 9}"

    def _flow_at_the_seat(self) -> ParticipantFlow:
        """Return what leads the participant at the seat now."""
        return next(
            flow
            for flow in reversed(self._house.flows)
            if vars(flow) and flow._terminal.seat == self._seat
        )

    def _mine(self, kind: type[Kind]) -> list[Kind]:
        return [
            one.event
            for one in self._record.recorded()
            if one.session == self._session and isinstance(one.event, kind)
        ]

    def _answers(self) -> list[str]:
        return [given.answer for given in self._mine(ResponseGiven)]

    def _place(self, visitor: Visitor) -> str:
        """Return what is on the screen but for clocks."""
        return re.sub(r"\d+:\d\d(:\d\d)?", "", visitor.words)
