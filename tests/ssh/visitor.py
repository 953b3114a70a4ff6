"""A visitor at a terminal over SSH: reads a pyte screen, presses keys, waits."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import asyncssh

from tests.terminal.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.ssh.house import House
    from tests.ssh.outside import Outside

PATIENCE = 20.0
REACTION = 0.25
"""Seconds a person needs to see what is new; the screens ignore sooner keys."""

QUIET = 0.08
STATUS_REQUEST, STATUS = b"\x1b[5n", b"\x1b[0n"
"""What a terminal is asked after a frame, and what each of them answers."""

ITEM = re.compile(r"(answered|terjawab) \d+ . (at most|paling banyak) \d+")


class Visitor(asyncssh.SSHClientSession[bytes]):
    """One session on one connection."""

    def __init__(self, size: tuple[int, int] = (80, 24)) -> None:
        self.terminal = Emulator(*size)
        self.ended = False
        self.status: int | None = None
        """The exit status once it came."""
        self.moved = 0.0
        """When something came last, by the loop's clock."""
        self._news = asyncio.Event()
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self.connection: asyncssh.SSHClientConnection | None = None

    @classmethod
    async def at(
        cls,
        house: House | Outside,
        username: str = "seat-07",
        *,
        term: str = "xterm-256color",
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Visitor:
        """Connect with a terminal and see what comes."""
        visitor = cls()
        visitor.connection = await house.connect(username, **options)
        await visitor.open(term, environment)
        return visitor

    async def open(
        self, term: str = "xterm-256color", environment: Mapping[str, str] | None = None
    ) -> None:
        """Open the session on a connection."""
        assert self.connection is not None
        await self.connection.create_session(
            lambda: self,
            term_type=term,
            term_size=(80, 24),
            encoding=None,
            env=[*(environment or {"LANG": "C.UTF-8"}).items()],
        )

    # asyncssh

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self.moved = asyncio.get_running_loop().time()
        self.terminal.write(data)
        if STATUS_REQUEST in data:
            self.send(STATUS)
        self._news.set()

    def exit_status_received(self, status: int) -> None:
        self.status = status

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True

    # The screen

    @property
    def text(self) -> str:
        """Return the screen."""
        return self.terminal.text

    @property
    def words(self) -> str:
        """Return the screen as running text."""
        return " ".join(self.text.split())

    @property
    def sent(self) -> bytes:
        """Return every byte that came."""
        return b"".join(self.terminal.sent)

    def sees(self, text: str) -> bool:
        """Return whether a text stands on the screen."""
        return text in self.text or text in self.words

    async def until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until something holds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while not holds():
            assert loop.time() < end, f"in vain before\n{self.text}"
            await asyncio.sleep(0.02)

    async def until_comes(self, holds: Callable[[], bool], patience: float = PATIENCE) -> float:
        """Wait until what comes makes something hold; return when it came."""
        end = asyncio.get_running_loop().time() + patience
        while not holds():
            self._news.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._news.wait()
            except TimeoutError:
                raise AssertionError(f"in vain before\n{self.text}") from None
        return self.moved

    async def until_sees(self, text: str) -> None:
        """Wait until a text stands on the screen, and it has come to rest."""
        await self.until(lambda: self.sees(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing moves, and as long as a person looks."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(REACTION)
        while loop.time() - self.moved < QUIET:  # noqa: ASYNC110 - quiet is no event
            await asyncio.sleep(0.02)

    # The keyboard

    def send(self, data: bytes) -> None:
        """Send bytes."""
        assert self._channel is not None
        self._channel.write(data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        assert self._channel is not None
        self._channel.change_terminal_size(columns, rows)

    async def press(self, keys: str) -> None:
        """Send keys and wait for what they do."""
        self.send(keys.encode())
        await self.settle()

    def cut(self) -> None:
        """Cut the line without a word."""
        assert self.connection is not None
        self.connection.abort()

    # The test, in English

    async def sign_in(self, number: str = "0231", name: str = "SITI RAHMAWATI") -> None:
        """Go from the first screen to the rules, or to where the test was left."""
        await self.identify(number, name)
        await self.agree()

    async def identify(self, number: str = "0231", name: str = "SITI RAHMAWATI") -> None:
        """Go from the first screen to the question whether all is right."""
        await self.until_sees("Choose a language")
        await self.press("2")
        await self.until_sees("WHO ARE YOU?")
        await self.press(number)
        await self.press("\r")
        await self.press(name)
        await self.press("\r")
        await self.press("3")
        await self.press_until(
            "\r",
            lambda: self.sees("PRIVACY NOTICE") or self.sees("IS THIS YOU?") or self.finished,
        )
        if not self.finished:
            await self.press_until("\r", lambda: self.sees("IS THIS YOU?"))

    async def agree(self) -> None:
        """Type the word of agreement."""
        await self.until_sees("IS THIS YOU?")
        await self.press("AGREE")
        await self.press_until("\r", lambda: not self.sees("IS THIS YOU?"))

    async def press_until(self, keys: str, holds: Callable[[], bool]) -> None:
        """Press keys again and again."""
        for _ in range(40):
            if holds():
                return
            await self.press(keys)
        assert holds(), self.text

    async def step(self) -> None:
        """Do what the screen asks for."""
        text = self.text
        if "Send answer" in text:
            await self.press("\r")
        elif "Your answer:" in text:
            await self.press("12\r")
        elif "[ ] A" in text or "[ ]>A" in text:
            await self.press("ab\r")
        elif "( ) A" in text or "( )>A" in text:
            await self.press("b\r")
        else:
            await self.press(" " if "page 1 of" in text else "\r")

    def keystroke(self) -> str:
        """Return the one key that leads on."""
        text = self.text
        marked = re.findall(r"\[x\][ >]([A-H]) ", text)
        if "Send answer" in text:
            return "\r"
        if "Your answer:" in text:
            return "\r" if re.search(r"Your answer:\W*\d", text) else "1"
        if "[ ] " in text or "[ ]>" in text:
            return "ab"[len(marked)] if len(marked) < 2 else "\r"
        if re.search(r"\( \)[ >]A ", text) and "(*)" not in text:
            return "b"
        return " " if "page 1 of" in text else "\r"

    async def go_to_an_item(self) -> None:
        """Go on until a scored item is on the screen."""
        for _ in range(80):
            if self.on_item:
                return
            await self.step()
        assert self.on_item, self.text

    @property
    def finished(self) -> bool:
        """Return whether the test is over, or the person was told so at the door."""
        return self.sees("FINISHED") or self.sees("has finished the test")

    def marked(self, letter: str) -> bool:
        """Return whether an option is chosen."""
        return re.search(rf"\(\*\)[ >]{letter.upper()} ", self.text) is not None

    @property
    def on_item(self) -> bool:
        """Return whether a scored item is on the screen."""
        return ITEM.search(self.text) is not None
