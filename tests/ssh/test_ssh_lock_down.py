"""What the hall refuses."""

from __future__ import annotations

import asyncio
import random
import re
from ipaddress import ip_network
from typing import TYPE_CHECKING

import asyncssh
import pytest

from cact_tui.ssh import limits
from cact_tui.ssh.attempts import FAILURES
from cact_tui.ssh.terminal_session import TerminalSession
from tests.crash.event import small_event
from tests.ssh.house import PASSWORD, House
from tests.ssh.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path


async def test_commands_subsystems_sftp_and_scp_are_refused(house: House) -> None:
    connection = await house.connect()
    with pytest.raises(asyncssh.ChannelOpenError):
        await connection.run("ls", check=True)
    for attempt in ("sftp", "netconf"):
        connection = await house.connect()
        with pytest.raises((asyncssh.Error, OSError)):
            await connection.create_process(subsystem=attempt)
    connection = await house.connect()
    with pytest.raises((asyncssh.Error, OSError)):
        await asyncssh.scp((connection, "/etc/hostname"), "/dev/null")


async def test_no_forwarding_of_any_kind_is_opened(house: House, tmp_path: Path) -> None:
    connection = await house.connect()
    with pytest.raises(asyncssh.ChannelOpenError):
        await connection.open_connection("127.0.0.1", house.port)
    with pytest.raises(asyncssh.ChannelOpenError):
        await connection.open_unix_connection(str(tmp_path / "socket"))
    with pytest.raises(asyncssh.ChannelListenError):
        await connection.start_server(lambda *_: None, "127.0.0.1", 0)
    with pytest.raises(asyncssh.ChannelListenError):
        await connection.start_unix_server(lambda *_: None, str(tmp_path / "listener"))
    assert not (tmp_path / "listener").exists()


async def test_a_connection_has_one_session_and_no_second_one(house: House) -> None:
    visitor = await Visitor.at(house)
    await visitor.until_sees("Choose a language")
    assert visitor.connection is not None
    with pytest.raises(asyncssh.ChannelOpenError):
        await visitor.connection.create_session(Visitor, term_type="vt220", encoding=None)


async def test_variables_that_tell_no_character_set_are_refused(house: House) -> None:
    environment = {"LD_PRELOAD": "x", "TEXTUAL_DEBUG": "1", "LANG": "id_ID.UTF-8"}
    visitor = await Visitor.at(house, environment=environment)
    await visitor.until_sees("Choose a language")
    (task,) = house.hall._visits
    assert task._session.variables == {"LANG": "id_ID.UTF-8"}


async def test_a_terminal_s_name_is_made_harmless_before_anybody_keeps_it(house: House) -> None:
    visitor = await Visitor.at(house, term="xterm\x1b]0;x\x07-256color" + "y" * 500)
    await visitor.until_sees("Choose a language")
    (terminal,) = (flow._terminal.terminal for flow in house.flows)
    assert terminal.isprintable()
    assert len(terminal) <= 40


async def test_a_seat_from_elsewhere_needs_its_key(tmp_path: Path) -> None:
    config = small_event(tmp_path / "event")
    async with House(config, networks=(ip_network("10.20.0.0/16"),)) as house:
        with pytest.raises(asyncssh.PermissionDenied):
            await house.connect("seat-09")
        with pytest.raises(asyncssh.PermissionDenied):
            await house.connect("seat-08", client_keys=[house.seat_key])
        visitor = await Visitor.at(house, "seat-09", client_keys=[house.seat_key])
        await visitor.until_sees("Choose a language")


async def test_a_connection_is_cut_at_the_third_wrong_password(house: House) -> None:
    tried = []

    class Guesser(asyncssh.SSHClient):
        def password_auth_requested(self) -> str:
            tried.append(1)
            return f"wrong {len(tried)}"

    with pytest.raises((asyncssh.DisconnectError, asyncssh.PermissionDenied)):
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
    assert len(tried) <= limits.ATTEMPTS_PER_CONNECTION
    assert [e["what"] for e in house.log() if e["event"] == "refused"] == ["wrong password"] * 3


async def test_an_account_is_locked_after_wrong_passwords_and_its_key_still_opens(
    house: House,
) -> None:
    for _ in range(FAILURES):
        with pytest.raises((asyncssh.DisconnectError, asyncssh.PermissionDenied)):
            await house.connect("budi", password="wrong")  # noqa: S106 - the point
    with pytest.raises((asyncssh.DisconnectError, asyncssh.PermissionDenied)):
        await house.connect("budi", password=PASSWORD)
    assert house.log()[-1]["what"] == "locked out"
    sri = await house.connect("sri", client_keys=[house.proctor_key])
    sri.close()
    seat = await Visitor.at(house)
    await seat.until_sees("Choose a language")


async def test_a_proctor_signs_in_with_a_password_or_a_key(house: House) -> None:
    for name, proof in (
        ("budi", {"password": PASSWORD}),
        ("sri", {"client_keys": [house.proctor_key]}),
    ):
        visitor = await Visitor.at(house, name, **proof)
        await visitor.until_sees("cact sitting")


async def test_who_offers_one_account_s_key_and_signs_in_to_another_is_the_other(
    house: House,
) -> None:
    """GHSA-pchf-49fh-w34r: an identity bound when a key is offered would be sri here."""
    offered = []

    class Changer(asyncssh.SSHClient):
        def public_key_auth_requested(self) -> asyncssh.SSHKey | None:
            offered.append(1)
            return house.proctor_key if len(offered) == 1 else None

    with pytest.raises((asyncssh.DisconnectError, asyncssh.PermissionDenied)):
        await house.connect("budi", client_factory=Changer, password="wrong")  # noqa: S106
    assert not [e for e in house.log() if e["event"] == "connected"]


async def test_an_unknown_name_cannot_sign_in_and_is_not_logged(house: House) -> None:
    with pytest.raises((asyncssh.DisconnectError, asyncssh.PermissionDenied)):
        await house.connect("hunter2", password="hunter2")  # noqa: S106
    assert "hunter2" not in house.log_path.read_text()


async def test_the_door_holds_only_so_many_who_have_not_signed_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UNAUTHENTICATED_LIMIT", 3)
    waiting = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(3)]
    await house.until(lambda: len(house.hall._at_the_door) == 3)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    for _, one in waiting:
        one.close()
    await house.until(lambda: not house.hall._at_the_door)
    visitor = await Visitor.at(house)
    await visitor.until_sees("Choose a language")


async def test_noise_from_one_terminal_keeps_its_neighbour_alive(house: House) -> None:
    draw = random.Random(7)  # noqa: S311 - noise, no secret
    noisy, neighbour = await Visitor.at(house), await Visitor.at(house, "seat-08")
    await noisy.until_sees("Choose a language")
    await neighbour.until_sees("Choose a language")
    for number in range(60):
        noise = draw.randbytes(60) if number % 3 else b"\x1b[200~" + draw.randbytes(200)
        noisy.send(noise + b"\x1b[99999999999999999999u\x1b[48;20000;20000;1;1t")
        noisy.resize(draw.randrange(1, 2**31), draw.randrange(1, 2**31))
    await neighbour.press("2")
    await neighbour.until_sees("WHO ARE YOU?")
    assert house.hall.visits >= 1
    assert not [e for e in house.log() if e["event"] in {"incident", "fault"}]


async def test_a_flood_of_input_waits_on_the_client_s_side(house: House) -> None:
    noisy = await Visitor.at(house)
    await noisy.until_sees("Choose a language")
    (visit,) = house.hall._visits
    session = visit._session
    assert isinstance(session, TerminalSession)
    taken: list[int] = []
    line = session._terminal
    assert line is not None
    feed = line.feed

    def count(data: bytes) -> None:
        taken.append(len(data))
        feed(data)

    line.feed = count  # type: ignore[method-assign]
    began = asyncio.get_running_loop().time()
    noisy.send(b"x" * 500_000)
    await house.until(lambda: sum(taken) >= limits.INPUT_BURST)
    took = asyncio.get_running_loop().time() - began
    allowed = limits.INPUT_BURST + took * limits.INPUT_PER_SECOND + limits.PACKET
    assert sum(taken) <= allowed
    assert len(session._unread) <= limits.WINDOW + limits.PACKET


async def test_every_option_of_the_bank_s_key_stays_off_the_line_and_out_of_the_log(
    house: House,
) -> None:
    """The rationale of every key is the canary: no screen has any business with it."""
    canaries = _rationales(house.config.parent / "item_banks")
    assert len(canaries) > 50
    visitor = await Visitor.at(house)
    await visitor.sign_in()
    seen = [house.log_path.read_text()]
    for _ in range(25):
        await visitor.step()
        seen.append(visitor.words)
    seen.append(re.sub(r"(?:\x1b\[[0-9;?]*[A-Za-z]|\s)+", " ", visitor.sent.decode()))
    assert not [text for text in canaries if any(text in one for one in seen)]


def _rationales(folder: Path) -> list[str]:
    """Return the explanations that stand in the key files, and only there."""
    found = []
    for path in folder.glob("*.key.toml"):
        found += re.findall(r'(?m)^\w+ = "([^"]{30,})"', path.read_text(encoding="utf-8"))
    return found
