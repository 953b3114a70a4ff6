"""R8: whatever bytes and sizes a terminal sends, the hall stands and no neighbour waits.

The hall is a process of its own; the neighbour presses keys all the while.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING

import asyncssh
import pytest
from attrs import define

from tests.ssh.outside import BUSY_P99, NEIGHBOUR_P99, Outside, neighbour, p99, resident
from tests.ssh.test_ssh_clients import hall
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20
PER_LINE = 50
LINES_AT_ONCE = 2
PATIENCE = 30.0
PASTE = b"\x1b[200~" + b"A paste of a megabyte. \x1b[31m" * 37_450
SIZES = (0, 1, 2, 80, 300, 65_535, 2**31, 2**32 - 1)
GROWTH_MB = 25.0
"""What the caches of a process that meets its first visitors may take, for any count of streams."""


@define
class Sent:
    """Streams that the hall has read, lines that they came on, pastes and sizes beside them."""

    streams: int = 0
    lines: int = 0
    pastes: int = 0
    sizes: int = 0


@pytest.mark.parametrize(
    ("count", "limit"),
    [(600, BUSY_P99), pytest.param(10_000, NEIGHBOUR_P99, marks=pytest.mark.campaign)],
)
async def test_noise_leaves_the_hall_standing_and_a_neighbour_s_keys_fast(
    tmp_path: Path, count: int, limit: float
) -> None:
    sent = Sent()
    with hall(tmp_path) as (config, port, process):
        async with Outside(port) as outside, neighbour(outside) as keys:
            # The first visitors fill caches, and are not what this is about.
            await _line(outside, "seat-9", random.Random(SEED), Sent())  # noqa: S311 - noise
            keys.clear()
            before = resident(process.pid)

            async def make(seat: int) -> None:
                draw = random.Random(SEED + seat)  # noqa: S311 - noise, no secret
                while sent.streams < count:
                    await _line(outside, f"seat-{seat}", draw, sent)

            async with asyncio.TaskGroup() as makers:
                for seat in range(LINES_AT_ONCE):
                    makers.create_task(make(seat))
            grown = resident(process.pid) - before
        assert process.poll() is None
        log = (config.parent / "var" / "hall.log").read_text()
    print(
        f"R8: {sent.streams} streams on {sent.lines} lines, {sent.pastes} pastes of 1 MB, "
        f"{sent.sizes} window sizes; a neighbour's {len(keys)} keys p99 {p99(keys) * 1000:.0f} ms, "
        f"max {max(keys) * 1000:.0f} ms; memory {grown:+.1f} MB"
    )
    assert '"fault"' not in log
    assert '"incident"' not in log
    assert p99(keys) < limit
    assert grown < GROWTH_MB


async def _line(outside: Outside, seat: str, draw: random.Random, sent: Sent) -> None:
    """Open a line, make noise on it until the hall has read it all, and cut it."""
    visitor = await Visitor.at(outside, seat)
    await visitor.until(lambda: bool(visitor.terminal.sent))
    sent.lines += 1
    # Noise may lead to the menu and leave, as it would for anybody: then the line ends early.
    with suppress(OSError, asyncssh.Error):
        for _ in range(PER_LINE):
            visitor.send(_noise(draw))
            visitor.resize(draw.choice(SIZES), draw.choice(SIZES))
            sent.streams += 1
        if draw.random() < 0.2:
            await _bomb(visitor, draw, sent)
        await _read_by_the_hall(visitor)
        if draw.random() < 0.1:
            visitor.send(PASTE)  # the hall reads what its budget allows, and the rest never
            await asyncio.sleep(0.2)
            sent.pastes += 1
    visitor.cut()


async def _bomb(visitor: Visitor, draw: random.Random, sent: Sent) -> None:
    """Send a thousand window sizes within a second."""
    for number in range(1000):
        visitor.resize(draw.choice(SIZES), draw.choice(SIZES))
        sent.sizes += 1
        if not number % 50:
            await asyncio.sleep(0.05)


async def _read_by_the_hall(visitor: Visitor) -> None:
    """Wait for the answer to a request that stands behind all that was sent."""
    assert visitor.connection is not None
    asking = visitor.connection._make_global_request(b"keepalive@openssh.com")
    await asyncio.wait_for(asking, PATIENCE)


def _noise(draw: random.Random) -> bytes:
    """Return one stream."""
    number = str(draw.randrange(10 ** draw.randrange(1, 25))).encode()
    return draw.choice(
        (
            draw.randbytes(draw.randrange(1, 80)),
            bytes(draw.randrange(0x20) for _ in range(12)),
            b"\x00" * draw.randrange(1, 200),
            b"\x1b[" + draw.randbytes(draw.randrange(30)),
            b"\x1b[" + number + draw.choice((b"u", b"~", b"m", b"n", b"R", b";" * 40)),
            b"\x1b[:u\x1b[1114112u\xff\xfe",
            b"\x1b]52;c;" + draw.randbytes(40) + draw.choice((b"", b"\x07", b"\x1b\\")),
            b"\x1bP" + draw.randbytes(60),
            b"\x9b" + draw.randbytes(8) + b"\x90" + draw.randbytes(8),
            b"\x1b[200~" + draw.randbytes(60),
            b"\x1b[201~\x1b[201~",
            b"\x1b[M" + draw.randbytes(3),
            b"\x1b[<%d;%d;%dM" % tuple(draw.randrange(10**6) for _ in range(3)),
            b"\x1b[48;%d;%d;0;0t" % (draw.randrange(10**6), draw.randrange(10**6)),
            draw.choice((b"\xc3", b"\xe2\x82", b"\xf0\x9f", b"\xed\xa0\x80", b"\xc0\xaf")) * 5,
            "\u202e\u0301\ufeff\U0010ffff\u200d".encode() * 4,
        )
    )
