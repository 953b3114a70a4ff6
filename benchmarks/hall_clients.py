"""One client at a seat: signs in by what it reads on its screen, then only counts."""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import time
from typing import TYPE_CHECKING

import asyncssh
import pyte
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE = 60.0
HASTE = 0.25
"""Seconds that a person needs to see a screen; sooner keys are ignored."""

TICK = re.compile(rb"(?:\x1b\[[0-9;]*[mHC])*\x1b\[1;\d+H[0-9:;\x1b\[mHC]{1,30}")
"""What a clock's second consists of, with nothing else."""

SAVED, OPTION = b"saved", b"( )"

SECONDS_TO_ANSWER = 5.0
"""Seconds without an answer after which a key counts as lost."""


@define
class Figures:
    """What was measured, in seconds and bytes.

    `keys` from a key to its frame, `saved` from sending an answer to the word that it is durable,
    `items` from sending to the next item. `lost` says which keys had no answer, and what stood on
    the screen instead.
    """

    keys: list[float] = field(factory=list)
    saved: list[float] = field(factory=list)
    items: list[float] = field(factory=list)
    key_bytes: int = 0
    ticks: int = 0
    tick_bytes: int = 0
    lost: list[str] = field(factory=list)

    @property
    def bytes_per_key(self) -> float:
        """Return the mean bytes of what a key painted."""
        return self.key_bytes / max(len(self.keys), 1)

    @property
    def bytes_per_tick(self) -> float:
        """Return the mean bytes of a second of the clock."""
        return self.tick_bytes / max(self.ticks, 1)


@define
class _Awaited:
    """What a key leads to: words on the screen, and bytes that cannot come without them."""

    words: str
    sign: bytes
    came: asyncio.Future[float]


def quantiles(seconds: Sequence[float]) -> str:
    """Return the median, p95, p99 and the greatest, in milliseconds."""
    if len(seconds) < 2:  # noqa: PLR2004 - quantiles need two
        return "(too few)"
    cuts = statistics.quantiles(seconds, n=100)
    found = (statistics.median(seconds), cuts[94], cuts[98], max(seconds))
    return "p50 {:6.1f} p95 {:6.1f} p99 {:6.1f} max {:6.1f} ms".format(*(s * 1000 for s in found))


class Seat(asyncssh.SSHClientSession[bytes]):
    """A terminal in the hall and who sits at it."""

    def __init__(self, number: int, port: int) -> None:
        self._name = f"seat-{number:03}"
        self._number = f"{number:04}"
        self._port = port
        self._connection: asyncssh.SSHClientConnection | None = None
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._reading = True
        self._came = asyncio.Event()
        self._figures: Figures | None = None
        self._awaited: list[_Awaited] = []
        self._unread = bytearray()
        self._answers = 0

    # The line

    async def connect(self) -> float:
        """Connect; return the seconds until the first frame has come."""
        began = time.perf_counter()
        self._connection = await asyncssh.connect(
            "127.0.0.1",
            self._port,
            username=self._name,
            known_hosts=None,
            client_keys=[],
            config=[],
            agent_path=None,
        )
        await self._connection.create_session(
            lambda: self, term_type="xterm-256color", term_size=(80, 24), encoding=None
        )
        while "English" not in "".join(self._screen.display):
            await self._more()
        return time.perf_counter() - began

    def hang_up(self) -> None:
        """Cut the line."""
        if self._connection is not None:
            self._connection.abort()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Keep the channel."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Read the screen on the way to the item; afterwards only tell keys from ticks."""
        del datatype
        if self._reading:
            self._stream.feed(data)
            self._came.set()
        elif self._figures is not None:
            self._count(data, self._figures)

    # On the way

    async def go_to_an_item(self) -> None:
        """Press what the screens ask for until a scored item is there."""
        for _ in range(120):
            text = "\n".join(self._screen.display).replace("]>", "] ")
            if "answered 0" in text:
                self._reading = False
                return
            self._send(_keys_for(text, self._number))
            await self._settle()
        raise TimeoutError(f"{self._name} came to no item:\n{text}")

    async def _settle(self) -> None:
        """Wait until nothing more comes, and as long as a person needs to look."""
        end = time.perf_counter() + HASTE
        while (left := end - time.perf_counter()) > 0:
            try:
                await asyncio.wait_for(self._more(), left)
            except TimeoutError:
                return

    async def _more(self) -> None:
        self._came.clear()
        await asyncio.wait_for(self._came.wait(), PATIENCE)

    def _send(self, keys: str) -> None:
        if self._channel is not None:
            self._channel.write(keys.encode())

    # Under load

    async def press_keys_until(self, end: float, every: float, figures: Figures) -> None:
        """Press a key every so many seconds, an answer every tenth time."""
        self._figures = figures
        await asyncio.sleep(random.uniform(0, every))  # noqa: S311 - a load, no secret
        count = random.randrange(10)  # noqa: S311 - as above
        chosen = False
        while time.perf_counter() < end:
            count += 1
            began = time.perf_counter()
            if count % 10 or not chosen:  # Enter before there is an answer only asks for one
                letter = "abcd"[count % 4]
                chosen |= await self._press(letter, f"(*) {letter.upper()} ", b"(", figures)
            elif await self._press("\r", "Send answer", b"Send answer", figures):
                await asyncio.sleep(HASTE)
                chosen = not await self._send_answer(figures)
            await asyncio.sleep(max(0.0, began + every - time.perf_counter()))

    async def _press(self, key: str, words: str, sign: bytes, figures: Figures) -> bool:
        """Press a key and wait for what it does; return whether that came."""
        pressed, awaited = time.perf_counter(), self._await(words, sign)
        self._send(key)
        came = await self._in_time(awaited, key, figures)
        if came:
            figures.keys.append(came - pressed)
        return bool(came)

    async def _send_answer(self, figures: Figures) -> bool:
        """Confirm the answer; wait for the word that it is durable, and for the next item."""
        self._answers += 1
        pressed = time.perf_counter()
        saved = self._await(f"answer {self._answers} saved", SAVED)
        item = self._await(f"Item {self._answers + 1} ", OPTION)
        self._send("\r")
        for awaited, taken in ((saved, figures.saved), (item, figures.items)):
            came = await self._in_time(awaited, "Enter", figures)
            if not came:
                return False
            taken.append(came - pressed)
        return True

    def _await(self, words: str, sign: bytes) -> _Awaited:
        awaited = _Awaited(words, sign, asyncio.get_running_loop().create_future())
        self._awaited.append(awaited)
        return awaited

    async def _in_time(self, awaited: _Awaited, key: str, figures: Figures) -> float:
        """Return when something came; 0 if it did not, which is put on record."""
        try:
            return await asyncio.wait_for(awaited.came, SECONDS_TO_ANSWER)
        except TimeoutError:
            seen = " / ".join(line.strip() for line in self._text().split("\n") if line.strip())
            figures.lost.append(f"{self._name}: {key!r} without {awaited.words!r}: {seen}")
            return 0.0
        finally:
            self._awaited.remove(awaited)

    def _count(self, data: bytes, figures: Figures) -> None:
        now = time.perf_counter()
        self._unread += data
        if TICK.fullmatch(data):
            figures.ticks += 1
            figures.tick_bytes += len(data)
            return
        open_ = [awaited for awaited in self._awaited if not awaited.came.done()]
        if open_ and open_[0].sign not in (SAVED, OPTION):
            figures.key_bytes += len(data)
        for awaited in open_:
            # Only what changes is sent: words whose cells stood there before do not come again.
            if awaited.sign in data or awaited.words in self._text():
                awaited.came.set_result(now)

    def _text(self) -> str:
        """Return what stands on the screen; read only when it is needed, for it is slow."""
        self._stream.feed(bytes(self._unread))
        self._unread.clear()
        return "\n".join(self._screen.display)


WAY = (
    ("Choose a language", "", "2"),
    ("WHO ARE YOU?", "NUMBER", "NUMBER"),
    ("WHO ARE YOU?", "SITI", "\rSITI"),
    ("WHO ARE YOU?", "(*) 4", "\r4"),
    ("WHO ARE YOU?", "", "\r"),
    ("IS THIS YOU?", "agree", "agree"),
    ("IS THIS YOU?", "", "\r"),
    ("page 1 of", "", " "),
    ("page 2 of 3", "", " "),
    ("Send answer", "", "\r"),
    ("choose 2", "[x] A", "a"),
    ("choose 2", "[x] B", "b"),
    ("choose 2", "", "\r"),
    ("Your answer:", "[3", "3"),
    (") A  ", "(*)", "b"),
    ("", "", "\r"),
)
"""What to press when the first text stands on the screen and the second does not yet."""


def _keys_for(text: str, number: str) -> str:
    for there, yet, keys in WAY:
        wanted = yet.replace("NUMBER", number)
        if there in text and not (wanted and wanted in text):
            return keys.replace("NUMBER", number)
    return "\r"
