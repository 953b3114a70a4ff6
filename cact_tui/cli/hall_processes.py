"""What the processes of a hall do: serve seats, serve proctors, keep the others running."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from cact_tui.cli.console import Exit, say
from cact_tui.clock import SystemClock
from cact_tui.config.settings import Materials
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.errors import StorageTrouble
from cact_tui.ssh.access import Access
from cact_tui.ssh.attempts import AttemptsInStore
from cact_tui.ssh.desk import Desk
from cact_tui.ssh.doors import Doors, StaffDoors
from cact_tui.ssh.gathering import gathering
from cact_tui.ssh.hall import Hall
from cact_tui.ssh.host_keys import fingerprint, host_key, known_hosts_line
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.staff_room import STAFF
from cact_tui.ssh.staff_room.room import StaffRoom
from cact_tui.ssh.tuning import hand_over_soon, set_everything_aside
from cact_tui.ssh.workers import Supervisor, bound_socket, this_program, until_told_to_stop
from cact_tui.wiring import Event

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    import asyncssh

    from cact_tui.config.hall import HallSettings

_FIRST: Final = ("", "1")
"""The processes that sign heads: the only one there is, or the first worker."""


@frozen(kw_only=True, eq=False)
class HallPlace:
    """The hall that all its processes serve: its files, who may come in, its log."""

    config: Path
    materials: Materials
    access: Access
    log: Logbook

    @property
    def hall(self) -> HallSettings:
        """Return the hall's settings."""
        return self.materials.hall

    @property
    def folder(self) -> Path:
        """Return the event's folder."""
        return self.config.parent

    def event(self) -> Event:
        """Return the event, with a store of this process."""
        return Event(self.config, self.materials)

    def host_key(self) -> asyncssh.SSHKey:
        """Return the host's key, made at the first call."""
        return host_key(self.folder / self.hall.host_key)


def serving(place: HallPlace, process: str, room: Path | None) -> Coroutine[None, None, int]:
    """Return what a process does for the hall; only a supervisor gives it a name."""
    if process == STAFF and room is not None:
        return _serve_staff(place, room)
    if process:
        return _serve_seats(place, process, room)
    return _serve_with_workers(place) if place.hall.workers > 1 else _serve_alone(place)


# Seats


async def _serve_alone(place: HallPlace) -> int:
    """Serve every seat from this process, and have another one serve the proctors."""
    with _staff_room(place) as room:
        supervisor = Supervisor(_commands(place, 0, room), place.log)
        running = asyncio.create_task(supervisor.run())
        try:
            code = await _serve_seats(place, "", room)
        finally:
            supervisor.stop()
            late = await running
    return Exit.TROUBLE if late else code


async def _serve_seats(place: HallPlace, process: str, room: Path | None) -> int:
    """Serve until told to stop; proctors go to the `room`, if there is one."""
    event, log, settings = place.event(), place.log, place.hall
    attempts = AttemptsInStore(event.store, SystemClock(), place.access.attempts)
    hall = Hall(
        access=evolve(place.access, attempts=attempts),
        doors=_doors(event, room),
        log=log,
        host_key=place.host_key(),
        most_visits=settings.participants,
    )
    try:
        await event.settle()
        await hall.open(bound_socket(settings.listen, settings.port))
        hall.have_the_process()
        keeper = event.head_keeper() if process in _FIRST else None
        keeping = asyncio.create_task(keeper.run()) if keeper is not None else None
        if process in _FIRST:  # now the keys of the host and of its heads are there
            await _equip(event, log)
        log.tell("open", listen=settings.listen, port=settings.port)
        if not process:
            _announce(place)
        log.tell("closing", reason=await until_told_to_stop(orphaned=bool(process)))
        await hall.close()
        if keeper is not None and keeping is not None:
            keeper.stop()
            await keeping
    finally:
        await event.store.close()
    return Exit.GOOD


def _announce(place: HallPlace) -> None:
    key = place.host_key()
    say(f"listening on {place.hall.listen} port {place.hall.port}")
    say(f"host key {fingerprint(key)}")
    say(f"pin it at every seat: {known_hosts_line(key, place.hall.port)}")
    sys.stdout.flush()


async def _equip(event: Event, log: Logbook) -> None:
    """Send the event's files to the second copy; the hall is open whether it takes them or not."""
    try:
        await event.equip_second_copy()
    except StorageTrouble as trouble:
        log.tell("no-second-copy", reason=trouble.reason)


def _doors(event: Event, room: Path | None) -> Doors:
    """Return what the hall opens onto."""
    found = event.services(None, hall=True)
    services = evolve(found, store=gathering(found.store))
    return Doors(
        clock=services.clock,
        participant=lambda terminal: ParticipantFlow(services, terminal),
        staff=room or StaffDoors(),
    )


# Proctors


async def _serve_staff(place: HallPlace, room: Path) -> int:
    """Serve the proctors whom the hall sends to the room, until told to stop."""
    event = place.event()
    try:
        staff = StaffRoom(_staff_doors(event), place.log)
        await staff.open(room)
        set_everything_aside()
        hand_over_soon()
        place.log.tell("open", room=True)
        place.log.tell("closing", reason=await until_told_to_stop(orphaned=True))
        await staff.close()
    finally:
        await event.store.close()
    return Exit.GOOD


def _staff_doors(event: Event) -> StaffDoors:
    """Return what proctors come for."""
    acts, language = event.acts(), event.exam.materials.event.languages[0]
    return StaffDoors(
        screen=lambda proctor, driver, on_incident: event.proctor_screen(
            proctor.name, driver, on_incident, chief=proctor.chief
        ),
        desk=lambda proctor: Desk(event.sittings(), acts, proctor, language=language),
    )


# Processes


async def _serve_with_workers(place: HallPlace) -> int:
    """Keep the workers running until told to stop."""
    # Held, not listened on: the port stays ours while workers come and go.
    with _staff_room(place) as room, bound_socket(place.hall.listen, place.hall.port):
        _announce(place)
        supervisor = Supervisor(_commands(place, place.hall.workers, room), place.log)
        running = asyncio.create_task(supervisor.run())
        place.log.tell("closing", reason=await until_told_to_stop())
        supervisor.stop()
        late = await running
    await _sign_the_rest(place.event())
    return Exit.TROUBLE if late else Exit.GOOD


@contextmanager
def _staff_room(place: HallPlace) -> Iterator[Path | None]:
    """Give the path of the staff room's socket; None where no proctor can come in."""
    if not place.access.proctors:
        yield None
        return
    with TemporaryDirectory(prefix="cact-") as folder:
        yield Path(folder, STAFF)


def _commands(place: HallPlace, workers: int, room: Path | None) -> dict[str, tuple[str, ...]]:
    """Return what starts the hall's other processes, by their names."""
    there = ("--room", str(room)) if room else ()
    names = [*map(str, range(1, workers + 1)), *((STAFF,) if room else ())]
    config = str(place.config)
    return {
        name: this_program("serve", "--config", config, "--process", name, *there) for name in names
    }


async def _sign_the_rest(event: Event) -> None:
    """Sign what other workers wrote after the one that keeps heads had stopped."""
    try:
        keeper = event.head_keeper()
        if keeper is not None:
            keeper.stop()
            await keeper.run()
    finally:
        await event.store.close()
