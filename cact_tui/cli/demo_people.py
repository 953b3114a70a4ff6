"""Simulated people at the terminals of a demonstration: they see, think and press keys over SSH.

What they press travels as any participant's keys do. Only their eyes are borrowed: they read the
view that the hall holds for their seat instead of the bytes of a screen.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import asyncssh
from attrs import frozen

from cact_tui.banks.items import Form
from cact_tui.delivery.views import (
    ConfirmView,
    EndView,
    IdentityView,
    ItemView,
    LanguageView,
    MessageView,
    PassageView,
    Standstill,
    StandstillView,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cact_tui.delivery.face import Flow

ENTER, NEXT_PAGE = "\r", "\x1b[6~"
CALL, COMMENT = "\x1b[20~", "\x1bOS"
LETTERS = "abcdefghij"
NOTICE = 0.6
"""Seconds to see that something new is there; screens ignore keys that come sooner."""

PATIENCE = 3.0
"""Seconds after which somebody presses again what seems to have been lost."""

STROKE = 0.3
"""Seconds between two keys: a screen that is new takes none for a moment."""

READING = 12.0
"""Seconds to read a text, before the demonstration's speed."""

_PAGES = 6
_COMMENTS = ("Layar sempat berkedip.", "Soal ini kurang jelas.", "Kursi saya goyang.")


@frozen(kw_only=True)
class Manners:
    """How people behave: chances per item, and the speed at which everything goes."""

    speed: float
    calls: float = 0.05
    comments: float = 0.03
    cuts: float = 0.02
    hasty: float = 0.1


@frozen(kw_only=True)
class Line:
    """How a seat reaches the hall."""

    port: int
    host_key: Any


class _Keyboard(asyncssh.SSHClientSession[bytes]):
    """The near end of a terminal: takes keys, throws away what is drawn."""

    def __init__(self) -> None:
        self.channel: asyncssh.SSHClientChannel[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self.channel = chan

    def press(self, keys: str) -> None:
        if self.channel is not None and not self.channel.is_closing():
            self.channel.write(keys.encode())


class Person:
    """One simulated participant, at one seat."""

    def __init__(
        self,
        number: str,
        *,
        seat: str,
        mind: Callable[[ItemView], tuple[str, ...]],
        expected: Mapping[str, int],
        eyes: Mapping[str, Flow],
        manners: Manners,
    ) -> None:
        self._seat = seat
        self._number = number
        self._mind = mind
        self._expected = expected
        self._eyes = eyes
        self._manners = manners
        self._chance = random.Random(number)  # noqa: S311 - the same person each time
        self._hasty = self._chance.random() < manners.hasty
        self._keys = _Keyboard()
        self.done = False

    async def live(self, line: Line) -> None:
        """Sit down, take the test, come back after every cut, until it has ended."""
        await asyncio.sleep(self._chance.random() * 4)
        while not self.done:
            with suppress(OSError, asyncssh.Error):
                await self._sit(line)
            if not self.done:
                await asyncio.sleep((5 + self._chance.random() * 60) / self._manners.speed)

    async def _sit(self, line: Line) -> None:
        self._keys = _Keyboard()
        async with asyncssh.connect(
            "127.0.0.1",
            line.port,
            username=f"seat-{self._seat}",
            client_keys=[],
            known_hosts=([line.host_key], [], []),
            agent_path=None,
            config=[],
        ) as connection:
            await connection.create_session(
                lambda: self._keys,
                term_type="xterm-256color",
                term_size=(80, 24),
                encoding=None,
            )
            await self._take(connection)

    async def _take(self, connection: asyncssh.SSHClientConnection) -> None:
        """Do what each view asks, until the end or a cut."""
        while not connection.is_closed():
            view = await self._seen()
            if isinstance(view, EndView):
                self.done = True
                return
            if isinstance(view, ItemView) and self._chance.random() < self._manners.cuts:
                connection.abort()
                return
            await self._act(view)
            await self._until_other(view)

    async def _seen(self) -> View:
        """Return what is on the screen once it has been looked at."""
        await asyncio.sleep(NOTICE)
        while self._seat not in self._eyes:  # noqa: ASYNC110 - eyes have no event to wait for
            await asyncio.sleep(NOTICE)
        return self._eyes[self._seat].view

    async def _until_other(self, view: View) -> None:
        waited = 0.0
        while self._eyes[self._seat].view == view and waited < PATIENCE:
            await asyncio.sleep(0.2)
            waited += 0.2

    async def _act(self, view: View) -> None:
        match view:
            case LanguageView():
                await self._type("1")
            case IdentityView():
                await self._type(self._number)
                await self._type(ENTER)
            case PassageView():
                await asyncio.sleep(READING * self._chance.random() / self._manners.speed)
                await self._type(NEXT_PAGE * _PAGES, ENTER)
            case ConfirmView():
                await self._type(NEXT_PAGE * _PAGES, view.word, ENTER)
            case MessageView():
                await asyncio.sleep(READING / self._manners.speed)
                await self._type(ENTER)
            case StandstillView(why=Standstill.LEFT):
                await self._type(ENTER)
            case ItemView():
                await self._think(view)
                await self._answer(view)

    async def _think(self, view: ItemView) -> None:
        """Take as long as people take: lognormal around what the item is expected to need."""
        hurry = 0.1 if self._hasty or view.practice else 1.0
        usual = self._expected.get(view.item, 30) * hurry
        seconds = usual * self._chance.lognormvariate(-0.1, 0.5)
        await asyncio.sleep(seconds / self._manners.speed)
        if view.practice:
            return
        if self._chance.random() < self._manners.calls:
            await self._type(CALL, ENTER)
        if self._chance.random() < self._manners.comments:
            await self._type(COMMENT, self._chance.choice(_COMMENTS), ENTER)

    async def _answer(self, view: ItemView) -> None:
        given = self._mind(view)
        keys = given[0] if view.form is Form.NUMERIC else _letters(view, given)
        await self._type(NEXT_PAGE * _PAGES, keys, ENTER, ENTER)

    async def _type(self, *strokes: str) -> None:
        for keys in strokes:
            self._keys.press(keys)
            await asyncio.sleep(STROKE)


def _letters(view: ItemView, given: tuple[str, ...]) -> str:
    """Return the letters under which options stand on the screen."""
    shown = [option.id for option in view.options]
    return "".join(LETTERS[shown.index(one)] for one in given)
