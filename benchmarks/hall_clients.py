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

    `keys` from a key to its frame, `saved` from sending an answer to the word that it is durable
    (`sent` is when each of those was sent), `items` from sending to the next item; `late` is the
    delay of the clients' own loop, which is in all three. `lost` says which keys had no answer, and
    what stood on the screen instead.
    """

    keys: list[float] = field(factory=list)
    sent: list[float] = field(factory=list)
    saved: list[float] = field(factory=list)
    items: list[float] = field(factory=list)
    late: list[float] = field(factory=list)
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
class Awaited:
    """What is to come: words on the screen, and bytes that cannot come without them.

    `painted` says that what comes until then is what a key paints.
    """

    words: str
    sign: bytes
    came: asyncio.Future[float]
    painted: bool = False


def quantiles(seconds: Sequence[float]) -> str:
    """Return the median, p95, p99 and the greatest, in milliseconds."""
    if len(seconds) < 2:  # noqa: PLR2004 - quantiles need two
        return "(too few)"
    cuts = statistics.quantiles(seconds, n=100)
    found = (statistics.median(seconds), cuts[94], cuts[98], max(seconds))
    return "p50 {:6.1f} p95 {:6.1f} p99 {:6.1f} max {:6.1f} ms".format(*(s * 1000 for s in found))


class Seat(asyncssh.SSHClientSession[bytes]):
    """A terminal in the hall and who sits at it.

    `hands` are free between two keys: whoever holds them keeps this one from pressing any.
    """

    def __init__(self, number: int, port: int, way: Way | None = None) -> None:
        self._name = f"seat-{number:03}"
        self.number = f"{number:04}"
        self.hands = asyncio.Lock()
        self._port = port
        self._way = WAY if way is None else way
        self._connection: asyncssh.SSHClientConnection | None = None
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._reading = True
        self._came = asyncio.Event()
        self._figures: Figures | None = None
        self._awaited: list[Awaited] = []
        self._unread = bytearray()
        self._answers = 0
        self._presses = random.randrange(10)  # noqa: S311 - a load, no secret
        self._chosen = False

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
        for _ in range(400):
            text = "\n".join(self._screen.display).replace("]>", "] ")
            if "answered 0" in text:
                self._reading = False
                return
            self._send(_keys_for(text, self.number, self._way))
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
        while time.perf_counter() < end:
            began = time.perf_counter()
            async with self.hands:
                await self._press_next(figures)
            await asyncio.sleep(max(0.0, began + every - time.perf_counter()))

    async def _press_next(self, figures: Figures) -> None:
        self._presses += 1
        if self._presses % 10 or not self._chosen:  # Enter without an answer only asks for one
            letter = "abcd"[self._presses % 4]
            self._chosen |= await self._press(letter, f"(*) {letter.upper()} ", b"(", figures)
        elif await self._press("\r", "Send answer", b"Send answer", figures):
            await asyncio.sleep(HASTE)
            self._chosen = not await self._send_answer(figures)

    async def _press(self, key: str, words: str, sign: bytes, figures: Figures) -> bool:
        """Press a key and wait for what it does; return whether that came."""
        pressed, awaited = time.perf_counter(), self.expect(words, sign)
        awaited.painted = True
        self._send(key)
        came = await self.in_time(awaited, key, figures)
        if came:
            figures.keys.append(came - pressed)
        return bool(came)

    async def _send_answer(self, figures: Figures) -> bool:
        """Confirm the answer; wait for the word that it is durable, and for the next item."""
        self._answers += 1
        pressed = time.perf_counter()
        saved = self.expect(f"answer {self._answers} saved", SAVED)
        item = self.expect(f"Item {self._answers + 1} ", OPTION)
        self._send("\r")
        for awaited, taken in ((saved, figures.saved), (item, figures.items)):
            came = await self.in_time(awaited, "Enter", figures)
            if not came:
                return False
            taken.append(came - pressed)
            if awaited is saved:
                figures.sent.append(pressed)
        return True

    def expect(self, words: str, sign: bytes) -> Awaited:
        """Return what is waited for from now on."""
        awaited = Awaited(words, sign, asyncio.get_running_loop().create_future())
        self._awaited.append(awaited)
        return awaited

    def expect_item(self) -> Awaited:
        """Return the item on the screen as waited for, to come back."""
        return self.expect(f"Item {self._answers + 1} ", OPTION)

    async def acknowledge(self, figures: Figures) -> None:
        """Say that a message was read; wait until the item is back."""
        await asyncio.sleep(HASTE)
        item = self.expect_item()
        self._send("\r")
        await self.in_time(item, "Enter", figures)

    async def in_time(self, awaited: Awaited, key: str, figures: Figures) -> float:
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
        if open_ and open_[0].painted:
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


Way = tuple[tuple[str, str, str], ...]

WAY: Way = (
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

SITTING: Way = (
    ("Choose a language", "", "2"),
    ("WHO ARE YOU?", "NUMBER", "NUMBER"),
    ("WAITING FOR AUTHORISATION", "", ""),
    *(step for step in WAY if step[0] != "WHO ARE YOU?"),
)
"""The same where the number alone is asked for, and a proctor lets people begin."""


def _keys_for(text: str, number: str, way: Way) -> str:
    for there, yet, keys in way:
        wanted = yet.replace("NUMBER", number)
        if there in text and not (wanted and wanted in text):
            return keys.replace("NUMBER", number)
    return "\r"
