"""A hall for a demonstration: an event of its own in a folder, simulated people at every seat."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from ipaddress import ip_network
from itertools import product
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import asyncssh
import tomlkit

from cact_tui.cli.demo_people import Line, Manners, Person
from cact_tui.clock import SystemClock
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.rehearsal import Mind
from cact_tui.errors import BadInput, Problems
from cact_tui.journal.roster import Identification, Registration, Sitting
from cact_tui.proctoring.board.duty import Act, Order
from cact_tui.proctoring.board.rows import Row, Standing
from cact_tui.proctoring.roster import new_participant
from cact_tui.proctoring.roster_file import sitting_id
from cact_tui.ssh.access import Access
from cact_tui.ssh.attempts import AttemptsInMemory
from cact_tui.ssh.doors import Doors
from cact_tui.ssh.hall import Hall
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.workers import bound_socket
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from cact_tui.config.settings import Materials
    from cact_tui.delivery.face import Flow, Terminal
    from cact_tui.journal.protocol import Row as Written

STAFF = "Ani (simulated)"
"""The colleague who lets most people begin, so that a newcomer sees a living hall."""

PATIENCE = 25.0
"""Seconds that somebody waits before the colleague lets them go on."""

_FIRST = ("AHMAD", "DEWI", "MARIA", "YOHANES", "SITI", "BUDI", "NURUL", "I MADE", "RINI", "AGUS")
_LAST = ("FAUZI", "KARTIKA", "DARSONO", "TEWU", "RAHMAWATI", "SANTOSO", "HIDAYAH", "WIJAYA")
_ROOM = "Aula"


def prepare(config: Path, materials: Materials, folder: Path, speed: float) -> Path:
    """Copy an event into a folder as a proctored one; return its configuration there.

    What counts as fast or slow follows the demonstration's speed.
    """
    for name in materials.documents:
        place = folder / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(config.parent / name, place)
        place.chmod(0o600)
    document: Any = tomlkit.parse(config.read_text(encoding="utf-8"))
    document["store"] = {"url": "sqlite:var/cact.db", "results": "results", "cache": "var/cache"}
    document["materials"].pop("participants", None)
    document["policy"]["authorisation"] = "proctor"
    document["policy"]["sign_in"] = "number"
    document["hall"] = {"networks": ["127.0.0.0/8"], "log": "var/hall.log"}
    document["proctor"] = {
        "fast_percent": max(round(20 / speed), 1),
        "fast_answers": 3,
        "disk_free_mb": 50,
    }
    made = folder / "config.toml"
    made.write_text(tomlkit.dumps(document), encoding="utf-8")
    return made


class DemoHall:
    """Opens an event, seats people at it, and closes it again."""

    def __init__(self, config: Path, people: int, manners: Manners) -> None:
        problems = Problems()
        materials = read_event(config, problems)
        if materials is None:
            raise BadInput(tuple(problems))
        self.event = Event(config, materials)
        self._people = people
        self._manners = manners
        self._eyes: dict[str, Flow] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._log = Logbook(SystemClock(), config.parent / materials.hall.log)
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        services = self.event.services(None, rehearsal=True, hall=True)
        self._services = services
        self._hall = Hall(
            access=Access(
                attempts=AttemptsInMemory(SystemClock()), networks=(ip_network("127.0.0.0/8"),)
            ),
            doors=Doors(clock=services.clock, participant=self._flow),
            log=self._log,
            host_key=self._key,
            most_visits=people + 10,
        )
        self._sitting = self._today()

    async def open(self) -> None:
        """Register everybody, open the sitting and the hall, and have people come."""
        people = self._registrations()
        rows: tuple[Written, ...] = (self._sitting, *people)
        await self.event.store.append("", 0, SystemClock().wall_ms(), (), rows)
        await self.event.sittings().open(self._sitting.id, by=STAFF)
        sock = bound_socket("127.0.0.1", 0)
        await self._hall.open(sock)
        line = Line(port=sock.getsockname()[1], host_key=self._key.convert_to_public())
        plan = self.event.exam.plan
        expected = {
            item.id: item.expected_seconds
            for bank in self.event.exam.materials.banks.values()
            for item in bank.items.values()
        }
        for who in people:
            mind = Mind(plan, who.number).answer
            person = Person(
                who.number,
                seat=who.seat,
                mind=mind,
                expected=expected,
                eyes=self._eyes,
                manners=self._manners,
            )
            self._begin(person.live(line))
        self._begin(self._staff())
        keeper = self.event.head_keeper()
        if keeper is not None:
            self._begin(keeper.run())

    async def close(self) -> None:
        """Send everybody home."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._hall.close()
        await self.event.store.close()
        self._log.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _flow(self, terminal: Terminal) -> ParticipantFlow:
        flow = ParticipantFlow(self._services, terminal)
        self._eyes[terminal.seat] = flow
        return flow

    def _today(self) -> Sitting:
        event = self.event.exam.materials.event
        now = datetime.fromtimestamp(SystemClock().wall_ms() / 1000, UTC)
        day = now.astimezone(ZoneInfo(event.timezone)).date().isoformat()
        return Sitting(
            id=sitting_id(day, _ROOM, 1),
            event=event.id,
            date=day,
            room=_ROOM,
            wave=1,
            seats=self._people,
        )

    def _registrations(self) -> tuple[Registration, ...]:
        event = self.event.exam.materials.event
        groups = self.event.exam.materials.position_groups or ("",)
        names = [f"{first} {last}" for last, first in product(_LAST, _FIRST)]
        return tuple(
            Registration(
                participant=new_participant(),
                event=event.id,
                sitting=self._sitting.id,
                number=f"{place:04}",
                name=names[place * 7 % len(names)],
                position_group=groups[place % len(groups)],
                seat=self._seat(place),
                identification=Identification.CONFIRMED,
                checked_by=STAFF,
            )
            for place in range(1, self._people + 1)
        )

    async def _staff(self) -> None:
        """Let those begin who have waited long."""
        window = self.event.window(STAFF, chief=False)
        board = await self.event.boards().choose(self._sitting.id)
        await window.look(lambda _snapshot: None, self._sitting.id)
        waiting: dict[str, float] = {}
        try:
            while True:
                await asyncio.sleep(2)
                rows = board.snapshot.rows if board.snapshot else ()
                for row in self._impatient(rows, waiting):
                    await window.carry_out(Order(act=Act.AUTHORISE, rows=(row,)))
        finally:
            window.close()

    def _impatient(self, rows: Sequence[Row], waiting: dict[str, float]) -> list[Row]:
        """Return who has waited too long; the last seat waits for whoever tries the key."""
        now, found = SystemClock().monotonic(), []
        for row in rows:
            if row.standing is not Standing.WAITING:
                waiting.pop(row.key, None)
                continue
            since = waiting.setdefault(row.key, now)
            patience = PATIENCE if row.held_for else PATIENCE / 5
            if row.seat != self._last_seat and now - since > patience:
                found.append(row)
        return found

    @property
    def _last_seat(self) -> str:
        return self._seat(self._people)

    def _seat(self, place: int) -> str:
        return f"{place:0{max(len(str(self._people)), 2)}}"
