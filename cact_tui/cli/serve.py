"""`cact serve`: one host serves every terminal of a hall over SSH."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.diagnostics import report
from cact_tui.clock import SystemClock
from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.errors import Problems, StorageTrouble
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    from collections.abc import Coroutine

    import asyncssh

    from cact_tui.config.hall import HallSettings
    from cact_tui.config.settings import Materials
    from cact_tui.ssh.access import Access
    from cact_tui.ssh.doors import Doors
    from cact_tui.ssh.logbook import Logbook

_NO_SSH = """\
cact serve: the SSH library is not installed here.
  pip install 'cact-tui[hall]'"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "serve",
        help="serve a hall: every seat connects by SSH",
        description="Seats connect as seat-NN@host from the configured networks or with their "
        "keys, proctors under their own names. SIGTERM closes the hall in good order.",
        epilog="examples:\n  cact serve --check\n  cact serve\n  ssh -p 2222 seat-07@host",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=Path("config.toml"), metavar="PATH")
    parser.add_argument(
        "--check", action="store_true", help="say whether everything is ready, serve nobody"
    )
    parser.add_argument(
        "--hash-password", action="store_true", help="ask for a password, print its hash"
    )
    parser.add_argument("--worker", type=int, default=0, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, or open the hall and keep it open until told to stop."""
    try:
        import asyncssh  # noqa: F401 - whether it is there
    except ImportError:
        complain(_NO_SSH)
        return Exit.TROUBLE
    if options.hash_password:
        return _hash_password()
    if options.check:
        from cact_tui.cli.preflight import preflight

        return preflight(options.config)
    problems = Problems()
    materials = read_event(options.config, problems)
    access = _access(options.config.parent, materials.hall, problems) if materials else None
    if materials is None or access is None or problems.errors:
        report(problems)
        return Exit.BAD_INPUT
    log = _logbook(options.config.parent, materials.hall, options.worker)
    if materials.hall.workers > 1 and not options.worker:
        return asyncio.run(_told(log, _supervise(options.config, materials, log)))
    event = Event(options.config, materials)
    return asyncio.run(_told(log, _serve(event, access, log, worker=options.worker)))


# Putting the hall together


def _access(folder: Path, hall: HallSettings, problems: Problems) -> Access:
    """Return who may come in, with every fault of the files recorded."""
    from cact_tui.ssh.access import Access
    from cact_tui.ssh.attempts import AttemptsInMemory
    from cact_tui.ssh.host_keys import read_seat_keys
    from cact_tui.ssh.proctors import read_proctors

    return Access(
        attempts=AttemptsInMemory(SystemClock()),
        networks=hall.networks,
        seat_keys=read_seat_keys(folder / hall.seat_keys, problems) if hall.seat_keys else {},
        proctors=read_proctors(folder / hall.proctors, problems) if hall.proctors else {},
    )


def _logbook(folder: Path, hall: HallSettings, worker: int) -> Logbook:
    from cact_tui.ssh.logbook import Logbook

    always = {"worker": worker} if worker else {}
    return Logbook(SystemClock(), folder / hall.log if hall.log else None, **always)


def _host_key(folder: Path, hall: HallSettings) -> asyncssh.SSHKey:
    from cact_tui.ssh.host_keys import host_key

    return host_key(folder / hall.host_key)


def _announce(folder: Path, hall: HallSettings) -> None:
    from cact_tui.ssh.host_keys import fingerprint, known_hosts_line

    key = _host_key(folder, hall)
    say(f"listening on {hall.listen} port {hall.port}")
    say(f"host key {fingerprint(key)}")
    say(f"pin it at every seat: {known_hosts_line(key, hall.port)}")
    sys.stdout.flush()


async def _told(log: Logbook, serving: Coroutine[None, None, int]) -> int:
    """Serve; what goes wrong unseen meanwhile is told to the log."""
    from cact_tui.ssh.stray_faults import stray_faults_told

    try:
        with stray_faults_told(log, asyncio.get_running_loop()):
            return await serving
    finally:
        log.close()


async def _serve(event: Event, access: Access, log: Logbook, *, worker: int) -> int:
    """Serve until told to stop."""
    from cact_tui.ssh.attempts import AttemptsInStore
    from cact_tui.ssh.hall import Hall
    from cact_tui.ssh.workers import bound_socket, until_told_to_stop

    settings = event.exam.materials.hall
    attempts = AttemptsInStore(event.store, SystemClock(), access.attempts)
    hall = Hall(
        access=evolve(access, attempts=attempts),
        doors=_doors(event),
        log=log,
        host_key=_host_key(event.folder, settings),
        most_visits=settings.participants,
    )
    try:
        await event.settle()
        await hall.open(bound_socket(settings.listen, settings.port))
        hall.have_the_process()
        keeper = event.head_keeper() if worker <= 1 else None
        keeping = asyncio.create_task(keeper.run()) if keeper is not None else None
        if worker <= 1:  # now the keys of the host and of its heads are there
            await _equip(event, log)
        log.tell("open", listen=settings.listen, port=settings.port)
        if not worker:
            _announce(event.folder, settings)
        log.tell("closing", reason=await until_told_to_stop(orphaned=bool(worker)))
        await hall.close()
        if keeper is not None and keeping is not None:
            keeper.stop()
            await keeping
    finally:
        await event.store.close()
    return Exit.GOOD


async def _equip(event: Event, log: Logbook) -> None:
    """Send the event's files to the second copy; the hall is open whether it takes them or not."""
    try:
        await event.equip_second_copy()
    except StorageTrouble as trouble:
        log.tell("no-second-copy", reason=trouble.reason)


def _doors(event: Event) -> Doors:
    """Return what the hall opens onto."""
    from cact_tui.ssh.accounts import Role
    from cact_tui.ssh.desk import Desk
    from cact_tui.ssh.doors import Doors
    from cact_tui.ssh.gathering import gathering

    found = event.services(None, hall=True)
    services = evolve(found, store=gathering(found.store))
    acts = event.acts()
    return Doors(
        clock=services.clock,
        participant=lambda terminal: ParticipantFlow(services, terminal),
        proctor=lambda proctor, driver, on_incident: event.proctor_screen(
            proctor.name, driver, on_incident, chief=proctor.role is not Role.PROCTOR
        ),
        desk=lambda proctor: Desk(
            event.sittings(), acts, proctor, language=event.exam.materials.event.languages[0]
        ),
    )


async def _supervise(config: Path, materials: Materials, log: Logbook) -> int:
    """Keep the workers running until told to stop."""
    from cact_tui.ssh.workers import Supervisor, bound_socket, this_program, until_told_to_stop

    settings = materials.hall
    command = this_program("serve", "--config", str(config))
    # Held, not listened on: the port stays ours while workers come and go.
    with bound_socket(settings.listen, settings.port):
        _announce(config.parent, settings)
        supervisor = Supervisor(command, settings.workers, log)
        running = asyncio.create_task(supervisor.run())
        log.tell("closing", reason=await until_told_to_stop())
        supervisor.stop()
        late = await running
    await _sign_the_rest(Event(config, materials))
    return Exit.TROUBLE if late else Exit.GOOD


async def _sign_the_rest(event: Event) -> None:
    """Sign what other workers wrote after the one that keeps heads had stopped."""
    try:
        keeper = event.head_keeper()
        if keeper is not None:
            keeper.stop()
            await keeper.run()
    finally:
        await event.store.close()


def _hash_password() -> int:
    from cact_tui.ssh.passwords import hashed

    password = getpass.getpass("Password: ")
    if not password or getpass.getpass("Again: ") != password:
        complain("cact serve: the two are not the same, or there is none")
        return Exit.NO
    say(hashed(password))
    return Exit.GOOD
