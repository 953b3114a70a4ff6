"""A hall with a roster, an open sitting and proctors: the program as it runs on a day."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import frozen

from tests.crash.event import CACT, daytime, demonstration
from tests.e2e.person import Person, at_a_terminal
from tests.e2e.taking import Candidate
from tests.e2e.test_ssh import free_port
from tests.ssh.outside import serve
from tests.ssh.test_ssh_clients import tool

if TYPE_CHECKING:
    from collections.abc import Iterator

STAFF = "Budi"
"""Who opens the sitting and gives out the first PINs."""

ACCOUNT = "sri"
"""The proctor's account in the hall."""

PEOPLE = {
    "0231": ("SITI RAHMAWATI", "07"),
    "0240": ("AHMAD FAUZI", "12"),
    "0243": ("YOHANES TEWU", "19"),
    "0250": ("RINI ASTUTI", "20"),
    "0251": ("DEWI KARTIKA", "21"),
}
"""Names and seats by number."""


@frozen
class ProctoredHall:
    """A running hall: where it lies and how it is reached."""

    folder: Path
    config: Path
    port: int
    pins: dict[str, str]
    """The PINs that were given out, by number."""

    def seat(self, seat: str) -> list[str]:
        """Return the command of a seat's terminal."""
        return [*self._ssh(), f"seat-{seat}@127.0.0.1"]

    def account(self) -> list[str]:
        """Return the command of a proctor with a key."""
        return [
            *self._ssh(),
            *("-i", str(self.folder / "proctor"), "-o", "IdentitiesOnly=yes"),
            f"{ACCOUNT}@127.0.0.1",
        ]

    def _ssh(self) -> list[str]:
        options = {
            "UserKnownHostsFile": self.folder / "known",
            "StrictHostKeyChecking": "accept-new",
            "LogLevel": "ERROR",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return [tool("ssh"), "-tt", "-F", "none", "-p", str(self.port), *words]


@contextmanager
def proctored_hall(folder: Path, *expected: str) -> Iterator[ProctoredHall]:
    """Open a sitting and a hall; give PINs to those who are expected first."""
    port = free_port()
    config = _event(folder / "event", port)
    key = folder / "proctor"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text(encoding="utf-8").strip()
    (config.parent / "proctors.toml").write_text(
        f'format = 1\n[[proctor]]\nname = "{ACCOUNT}"\nkeys = ["{public}"]\n', encoding="utf-8"
    )
    sitting = _roster(config)
    _cact(config, "roster", "import", str(config.parent / "roster.csv"))
    _cact(config, "sitting", "open", sitting)
    numbers = [word for number in expected for word in ("--number", number)]
    pins = dict(zip(expected, _pins(_cact(config, "roster", "pin", *numbers)), strict=True))
    process = serve(config, port)
    try:
        yield ProctoredHall(folder=folder, config=config, port=port, pins=pins)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def _event(folder: Path, port: int) -> Path:
    """Lay out the demonstration as a proctored hall without practice."""
    config = demonstration(folder, shorter=True)
    text = config.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^practice = .*\n", "", text)
    text = re.sub(r"(?m)^authorisation = .*$", 'authorisation = "proctor"', text)
    text = re.sub(r"(?m)^(authorisation = .*)$", r'\1\nsign_in = "pin"', text)
    text += (
        f'\n[hall]\nport = {port}\nnetworks = ["127.0.0.0/8"]\nlog = "var/hall.log"\n'
        'proctors = "proctors.toml"\n'
    )
    config.write_text(text, encoding="utf-8")
    return config


def _roster(config: Path) -> str:
    """Write the list of today's sitting; return the sitting's id."""
    today = datetime.now(UTC).astimezone(ZoneInfo(daytime())).date().isoformat()
    lines = [
        f"{number},{name},pelaksana,{seat},{today},Aula,1"
        for number, (name, seat) in PEOPLE.items()
    ]
    head = "number,name,position_group,seat,date,room,wave"
    (config.parent / "roster.csv").write_text("\n".join((head, *lines, "")), encoding="utf-8")
    return f"{today}-aula-1"


def _cact(config: Path, *words: str) -> str:
    command = [str(CACT), *words, "--config", str(config), "--by", STAFF]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _pins(cards: str) -> list[str]:
    return [found.replace(" ", "") for found in re.findall(r"PIN\W+(\d{3} ?\d{3})", cards)]


class Examinee(Candidate):
    """A participant of the roster, with a PIN."""

    def __init__(self, person: Person, number: str) -> None:
        super().__init__(person, "en")
        self.number = number

    def enter(self, pin: str) -> None:
        """Sign in, as far as waiting for the proctor."""
        person = self.person
        person.wait_for("Pilih bahasa", "Choose a language")
        person.press("2")
        person.wait_for("WHO ARE YOU?")
        person.type(self.number)
        person.press("enter")
        person.send(pin)
        person.settle()
        person.press_until("enter", lambda: not self.sees("WHO ARE YOU?"))
        person.press_until("enter", lambda: self.sees("IS THIS YOU?"))
        person.wait_for("IS THIS YOU?", self.number, PEOPLE[self.number][0])
        person.type("AGREE")
        person.press_until("enter", lambda: not self.sees("IS THIS YOU?"))
        person.wait_for("WAITING FOR AUTHORISATION")

    def begin(self) -> None:
        """Go on to the first item."""
        self.wait_for("RULES OF THE TEST")
        self.read("RULES OF THE TEST")
        self.begin_section()
        self.person.settle()


@contextmanager
def seated(hall: ProctoredHall, number: str) -> Iterator[Examinee]:
    """Seat somebody of the roster at a terminal of the hall, by OpenSSH."""
    with at_a_terminal(hall.seat(PEOPLE[number][1])) as person:
        yield Examinee(person, number)
