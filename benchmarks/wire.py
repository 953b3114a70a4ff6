"""A hall at the end of a slow line: what a terminal waits for, and how many bytes that is.

The line is a loopback proxy that hands on so many bytes a second each way and holds next to none.
Beside it what a stock Textual app writes for a question of the same size, over the same line
without SSH: its bytes divided by the rate.

  python -m benchmarks.wire --baud 9600
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from benchmarks.pseudo_terminal import PseudoTerminal
from tests.crash.event import small_event
from tests.ssh.house import House
from tests.ssh.link import Link
from tests.ssh.visitor import Visitor

BITS_PER_BYTE = 10
"""A start bit, eight bits and a stop bit."""

KEYS = 12
BETWEEN_KEYS = 1.0
HELD_KEYS, HELD_SECONDS = 30, 3.0
STOCK_APP = Path(__file__).with_name("stock_app.py")
KEY_GOAL, START_GOAL = 0.4, 4.0


@frozen(kw_only=True)
class Slow:
    """What was measured at a terminal, in seconds and bytes."""

    handshake: float
    handshake_bytes: tuple[int, int]
    first_screen: float
    first_bytes: int
    keys: Sequence[float]
    key_bytes: float
    late: float
    """From the release of a held key to its frame."""

    @property
    def good(self) -> bool:
        """Return whether the goals are met; a key that meets a second of the clock waits for it."""
        return statistics.median(self.keys) <= KEY_GOAL and self.first_screen <= START_GOAL


def main() -> int:
    """Measure and print; the exit code says whether the goals for 9600 baud are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baud", type=int, default=9600)
    options = parser.parse_args()
    rate = options.baud / BITS_PER_BYTE
    # A client that is killed leaves farewells on the line, of which asyncio warns.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    print(f"{options.baud} baud, {rate:.0f} bytes a second each way")
    with tempfile.TemporaryDirectory() as folder:
        slow = asyncio.run(_hall(small_event(Path(folder) / "event"), rate, Path(folder)))
        stock(rate, Path(folder))
    return 0 if slow.good or options.baud < 9600 else 1  # noqa: PLR2004 - what the goals are for


async def _hall(config: Path, rate: float, folder: Path) -> Slow:
    async with House(config) as house:
        await _prepare(house)
        slow = await measure(house, rate)
        _print(slow)
        async with Link(house.port, rate=rate) as link:
            took = await asyncio.to_thread(_openssh, link.port, folder)
            print(f"OpenSSH, its start to a whole screen   {took:6.2f} s, handshake included")
    return slow


async def _prepare(house: House) -> None:
    """Bring somebody to an item of at least four options over a fast line."""
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    while not (visitor.on_item and visitor.sees("( ) D")):
        await visitor.step()
    visitor.cut()
    await house.until(lambda: house.hall.visits == 0)


async def measure(house: House, rate: float) -> Slow:
    """Come back over a slow line to the item that somebody has left; press keys there."""
    loop = asyncio.get_running_loop()
    async with Link(house.port, rate=rate) as link:
        began = loop.time()
        visitor = Visitor()
        visitor.connection = await house.connect(port=link.port)
        met, handshake = loop.time(), (link.up, link.down)
        await visitor.open()
        first = await visitor.until_comes(lambda: visitor.sees("pilih / choose"))
        first_bytes = link.down - handshake[1]
        await visitor.sign_in()
        await visitor.until(lambda: visitor.on_item)
        await visitor.settle()
        keys = [await _key(visitor, link, "abcd"[number % 4]) for number in range(KEYS)]
        late = await _hold(visitor)
        visitor.cut()
    return Slow(
        handshake=met - began,
        handshake_bytes=handshake,
        first_screen=first - met,
        first_bytes=first_bytes,
        keys=[seconds for seconds, _ in keys],
        key_bytes=statistics.median(count for _, count in keys),
        late=late,
    )


async def _key(visitor: Visitor, link: Link, key: str) -> tuple[float, int]:
    """Press a key; return the seconds and the bytes until its frame has come, which comes whole."""
    began, before = asyncio.get_running_loop().time(), link.down
    visitor.send(key.encode())
    came = await visitor.until_comes(lambda: visitor.marked(key))
    taken = came - began, link.down - before
    await asyncio.sleep(BETWEEN_KEYS)
    return taken


async def _hold(visitor: Visitor) -> float:
    """Hold keys down; return the seconds from letting go until the last of them is seen."""
    for number in range(HELD_KEYS):
        visitor.send(b"abc"[number % 3 :][:1])
        await asyncio.sleep(HELD_SECONDS / HELD_KEYS)
    visitor.send(b"d")
    released = asyncio.get_running_loop().time()
    return await visitor.until_comes(lambda: visitor.marked("d")) - released


def _openssh(port: int, folder: Path) -> float:
    """Return the seconds from the start of OpenSSH's client to the first whole screen."""
    ssh = shutil.which("ssh")
    if ssh is None:
        return float("nan")
    options = ("StrictHostKeyChecking=no", f"UserKnownHostsFile={folder / 'known'}")
    words = [word for option in options for word in ("-o", option)]
    command = [ssh, "-F", "none", "-q", "-p", str(port), *words, "seat-08@127.0.0.1"]
    terminal = PseudoTerminal(command, folder)
    try:
        return terminal.started("English")
    finally:
        terminal.close()


def stock(rate: float, folder: Path) -> None:
    """Print what a stock Textual app writes at its start and for a key."""
    terminal = PseudoTerminal([sys.executable, str(STOCK_APP)], folder)
    terminal.started("English")
    start, keys = terminal.received, []
    for number in range(KEYS):
        before = terminal.received
        terminal.press("\x1b[A" if number % 2 else "\x1b[B")
        keys.append(terminal.received - before)
    terminal.close()
    key = statistics.median(keys)
    print(
        f"stock Textual app, without SSH         start {start} B = {start / rate:.2f} s, "
        f"key {key:.0f} B = {key / rate:.2f} s"
    )


def _print(slow: Slow) -> None:
    up, down = slow.handshake_bytes
    print(
        f"handshake and sign-in (asyncssh)       {slow.handshake:6.2f} s  {up} B up, {down} B down"
    )
    print(
        f"then to the first whole screen         {slow.first_screen:6.2f} s  "
        f"{slow.first_bytes} B   (goal {START_GOAL:g} s)"
    )
    print(
        f"key to frame                           p50 {statistics.median(slow.keys):.2f} "
        f"max {max(slow.keys):.2f} s  {slow.key_bytes:.0f} B a key   (goal {KEY_GOAL:g} s)"
    )
    print(
        f"after {HELD_KEYS} keys in {HELD_SECONDS:g} s the last is seen    {slow.late:6.2f} s later"
    )


if __name__ == "__main__":
    sys.exit(main())
