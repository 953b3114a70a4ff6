"""R11: thousands of wrong passwords, keys, names and PINs concern nobody else.

Each connection tries as often as the hall lets it; a neighbour presses keys all the while, and
whoever has the right key or PIN comes in.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import asyncssh
import pytest
from attrs import define, field

from cact_tui.journal.roster import Registration, Sitting
from cact_tui.ssh import attempts, limits
from tests.crash.event import small_event
from tests.ssh.house import House
from tests.ssh.outside import BUSY_P99, NEIGHBOUR_P99, neighbour, p99
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

GUESSERS = ("password", "name", "key")
PIN_SHARE = 50
"""One try in so many is a PIN, which takes as long as it takes to type one."""


@define
class Tried:
    """What was tried so far, and on how many connections."""

    what: Counter[str] = field(factory=Counter)
    connections: int = 0
    most: int = 0
    """The most tries that one connection was given."""


class _Guesser(asyncssh.SSHClient):
    """Offers passwords and keys until it is cut."""

    def __init__(self, way: str, keys: list[asyncssh.SSHKey], tried: Tried) -> None:
        self._way, self._tried = way, tried
        self._keys = iter(keys if way == "key" else ())
        self._own = 0

    def _count(self) -> None:
        self._own += 1
        self._tried.what[self._way] += 1
        self._tried.most = max(self._tried.most, self._own)

    def public_key_auth_requested(self) -> asyncssh.SSHKey | None:
        key = next(self._keys, None)
        if key is not None:
            self._count()
        return key

    def password_auth_requested(self) -> str | None:
        if self._way == "key":
            return None
        self._count()
        return f"guess {self._tried.what.total()}"


@pytest.mark.parametrize(
    ("count", "limit"),
    [(150, BUSY_P99), pytest.param(5000, NEIGHBOUR_P99, marks=pytest.mark.campaign)],
)
async def test_wrong_credentials_are_cut_at_three_and_concern_nobody_else(
    tmp_path: Path, count: int, limit: float
) -> None:
    tried = Tried()
    keys = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(5)]
    async with House(_by_pin(tmp_path / "event"), proctored=True) as house:
        pin = await _furnish(house)
        async with neighbour(house) as pressed, asyncio.TaskGroup() as guessers:
            for way in GUESSERS:
                guessers.create_task(_guess(house, way, keys, tried, count))
            guessers.create_task(_guess_pins(house, tried, count // PIN_SHARE))
            sri = await house.connect("sri", client_keys=[house.proctor_key])
            assert sri.get_extra_info("username") == "sri"
        refused = Counter(line["what"] for line in house.log() if line["event"] == "refused")
        print(
            f"R11: {dict(tried.what)} on {tried.connections} connections, refused {dict(refused)}; "
            f"a neighbour's {len(pressed)} keys p99 {p99(pressed) * 1000:.0f} ms"
        )
        assert tried.what.total() >= count
        assert tried.most == limits.ATTEMPTS_PER_CONNECTION
        assert refused["wrong password"] == attempts.FAILURES
        assert refused["locked out"] >= tried.what["password"] + tried.what["name"] - 2 * len(keys)
        assert refused["unknown key"] == tried.what["key"]
        assert p99(pressed) < limit
        await _comes_in(house, pin)


def _by_pin(folder: Path) -> Path:
    config = small_event(folder)
    by_pin = 'authorisation = "proctor"\nsign_in = "pin"'
    config.write_text(config.read_text().replace('authorisation = "self"', by_pin))
    return config


async def _furnish(house: House) -> str:
    """Open a sitting for two people; return the PIN of the one whose PIN nobody guesses at."""
    sitting = Sitting(id="s1", event="crash", date="2026-02-20", room="Aula", wave=1)
    await house.event.store.append("", 0, 1, (), (sitting,))
    for number, seat in (("0231", "07"), ("0232", "08")):
        who = Registration(
            participant=f"p-{number}",
            event="crash",
            sitting="s1",
            number=number,
            name="SITI",
            seat=seat,
        )
        await house.event.roster().register(who, by="sri")
        card = await house.event.roster().issue_pin(number, by="sri")
    await house.event.sittings().open("s1", by="sri")
    return card.pin


async def _guess(
    house: House, way: str, keys: list[asyncssh.SSHKey], tried: Tried, count: int
) -> None:
    while tried.what[way] < count / len(GUESSERS):
        tried.connections += 1
        username = {"password": "budi", "key": "sri"}.get(way, f"admin{tried.connections}")
        with suppress(asyncssh.Error, OSError):
            await asyncssh.create_connection(
                lambda: _Guesser(way, keys, tried),
                "127.0.0.1",
                house.port,
                username=username,
                known_hosts=None,
                agent_path=None,
                config=[],
                client_keys=[] if way != "key" else None,
            )
            pytest.fail(f"{way} let somebody in")


async def _at_the_door(house: House, seat: str, number: str) -> Visitor:
    visitor = await Visitor.at(house, seat)
    await visitor.until_sees("Choose a language")
    await visitor.press("2")
    await visitor.until_sees("WHO ARE YOU?")
    await visitor.press(number)
    await visitor.press("\r")
    return visitor


async def _guess_pins(house: House, tried: Tried, count: int) -> None:
    """Type wrong PINs at one seat; it comes to be locked, whatever is typed after."""
    visitor = await _at_the_door(house, "seat-07", "0231")
    for _ in range(max(count, 6)):
        await visitor.press("000000")
        await visitor.press("\r")
        assert not visitor.sees("PRIVACY NOTICE")
        await visitor.press("\x7f" * 6)
        tried.what["PIN"] += 1
    assert visitor.sees("Too many failed tries")


async def _comes_in(house: House, pin: str) -> None:
    visitor = await _at_the_door(house, "seat-08", "0232")
    await visitor.press(pin)
    await visitor.press_until("\r", lambda: visitor.sees("PRIVACY NOTICE"))
