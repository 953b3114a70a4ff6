"""Campaigns against a hall: cut lines (R6), noise (R8), wrong credentials (R11).

A fast subset of each runs in every check; `make campaign` runs the numbers of the bar.
"""

from __future__ import annotations

import asyncio
import random
import statistics
from typing import TYPE_CHECKING

import asyncssh
import pytest

from cact_tui.sessions.events import ItemShown, ResponseGiven
from cact_tui.ssh import limits
from tests.e2e.record import Record
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from tests.ssh.house import House

SEED = 20


@pytest.mark.parametrize("count", [12, pytest.param(500, marks=pytest.mark.campaign)])
async def test_cuts_at_any_moment_lose_and_double_no_answer(house: House, count: int) -> None:
    """R6: the line is cut after a random number of keys; whatever was on its way is in doubt."""
    draw = random.Random(SEED)  # noqa: S311 - moments, no secret
    record = Record(house.config)
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    await visitor.go_to_an_item()
    for cut in range(count):
        for _ in range(draw.randrange(4)):
            if not visitor.sees("FINISHED"):
                await visitor.step()
        if visitor.sees("FINISHED"):
            break
        visitor.send(draw.choice([b"b", b"\r", b"b\r", b"\x1b", b"\x1b[", b" "]))
        await asyncio.sleep(draw.uniform(0, 0.05))
        visitor.cut()
        shown = record.of(ItemShown)
        visitor = await Visitor.at(house, f"seat-{cut % 50:02}")
        await visitor.until_sees("Choose a language")
        await visitor.press("3")
        await visitor.agree()
        await visitor.settle()
        assert record.of(ItemShown)[: len(shown)] == shown
    answers = record.of(ResponseGiven)
    record.check_answers(len(answers))


@pytest.mark.parametrize("count", [120, pytest.param(10_000, marks=pytest.mark.campaign)])
async def test_noise_on_many_lines_leaves_a_neighbour_s_keys_fast(house: House, count: int) -> None:
    """R8: fuzzed streams over real SSH; a neighbour's key still paints."""
    draw = random.Random(SEED)  # noqa: S311 - noise, no secret
    neighbour = await Visitor.at(house, "seat-99")
    await neighbour.until_sees("Choose a language")
    took: list[float] = []
    per_line = 60
    for _ in range(0, count, per_line):
        noisy = await Visitor.at(house, "seat-01")
        await noisy.until(lambda: bool(noisy.terminal.sent))  # noqa: B023 - awaited at once
        for _ in range(per_line):
            noisy.send(_noise(draw))
            noisy.resize(draw.randrange(2**32), draw.randrange(2**32))
        took.append(await _painted(neighbour))
        noisy.cut()
    p99 = statistics.quantiles([*took, *took], n=100)[98]
    print(f"R8: {count} streams, a neighbour's key p99 {p99 * 1000:.0f} ms")
    assert not [line for line in house.log() if line["event"] in {"incident", "fault"}]
    await neighbour.until_sees("Choose a language")


def _noise(draw: random.Random) -> bytes:
    pieces = [
        draw.randbytes(draw.randrange(1, 80)),
        b"\x1b[200~" + draw.randbytes(40),
        b"\x1b[" + str(draw.randrange(10**20)).encode() + b"u",
        b"\x1b[:u\x1b[1114112u\xff\xfe",
        b"\x1b]0;" + draw.randbytes(40),
        b"\x1b[48;%d;%d;0;0t" % (draw.randrange(10**6), draw.randrange(10**6)),
    ]
    # Esc opens the menu, where a digit may leave: the line ends, as it would for anybody.
    return draw.choice(pieces)


async def _painted(visitor: Visitor) -> float:
    """Press a key that moves the mark; return the seconds until something came."""
    loop = asyncio.get_running_loop()
    before, began = len(visitor.terminal.sent), loop.time()
    visitor.send(b"\x1b[B" if visitor.sees("> 1") else b"\x1b[A")
    await visitor.until(lambda: len(visitor.terminal.sent) > before)
    return loop.time() - began


@pytest.mark.parametrize("count", [30, pytest.param(5000, marks=pytest.mark.campaign)])
async def test_wrong_credentials_are_cut_at_three_and_concern_nobody_else(
    house: House, count: int
) -> None:
    """R11: so many wrong passwords, on as few connections as the hall lets them be tried."""
    seat = await Visitor.at(house)
    await seat.until_sees("Choose a language")
    tried = connections = 0

    class Guesser(asyncssh.SSHClient):
        def password_auth_requested(self) -> str:
            nonlocal tried
            tried += 1
            return f"guess {tried}"

    while tried < count:
        connections += 1
        with pytest.raises((asyncssh.Error, OSError)):
            await asyncssh.create_connection(
                Guesser,
                "127.0.0.1",
                house.port,
                username="budi",
                known_hosts=None,
                client_keys=[],
                agent_path=None,
                config=[],
            )
    refused = [line for line in house.log() if line["event"] == "refused"]
    print(f"R11: {tried} passwords on {connections} connections")
    assert connections * limits.ATTEMPTS_PER_CONNECTION >= tried
    assert sum(line["what"] == "wrong password" for line in refused) == 5
    assert sum(line["what"] == "locked out" for line in refused) >= count - 5 - 3
    assert await _painted(seat) < 5
    sri = await house.connect("sri", client_keys=[house.proctor_key])
    assert sri.get_extra_info("username") == "sri"
