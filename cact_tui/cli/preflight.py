"""`cact serve --check`: the list that is gone through before a hall opens."""

from __future__ import annotations

import asyncio
import resource
import shutil
import socket
from typing import TYPE_CHECKING, Final

from attrs import frozen

from cact_tui.cli.console import Exit, say
from cact_tui.clock import SystemClock, iso
from cact_tui.errors import CactError, Problems, StorageTrouble
from cact_tui.journal.replica import CopyState
from cact_tui.second_copy import on_the_same_disk
from cact_tui.ssh.host_keys import NoHostKey, fingerprint, host_key, read_seat_keys
from cact_tui.ssh.proctors import read_proctors
from cact_tui.wiring import Event, read_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cact_tui.config.settings import Materials

MEGABYTE: Final = 2**20
DISK_PER_PARTICIPANT: Final = 2 * MEGABYTE
"""Bytes of journal, results and log of one test, generously: some 0.3 MB were measured."""

DISK_AT_LEAST: Final = 500 * MEGABYTE
FILES_PER_VISIT: Final = 2
SPARE_FILES: Final = 100
EARLIEST_MS: Final = 1_767_225_600_000
"""2026-01-01: a clock that says less was never set."""

AHEAD_MS: Final = 60_000
DRIFT_HINT: Final = "set the clock (timedatectl); what was recorded before lies in the future"


@frozen
class Finding:
    """One line of the list: what was looked at, whether it is good, and what was found."""

    name: str
    good: bool
    found: str
    cure: str = ""

    def __str__(self) -> str:
        """Return the line as it is printed."""
        cure = f" ({self.cure})" if self.cure else ""
        return f"[{'ok' if self.good else 'NO':>2}] {self.name:<12} {self.found}{cure}"


def preflight(path: Path) -> int:
    """Print the list; return 0 when all is good, else 2."""
    findings = tuple(_findings(path))
    for finding in findings:
        say(str(finding))
    wrong = sum(not finding.good for finding in findings)
    say("ready" if not wrong else f"not ready: {wrong} of {len(findings)}")
    return Exit.BAD_INPUT if wrong else Exit.GOOD


def _findings(path: Path) -> Iterator[Finding]:
    problems = Problems()
    materials = read_event(path, problems, anew=True)
    yield from _of_problems("event", problems, "banks, keys, standards and lengths agree")
    if materials is None:
        return
    yield from _way_in(path.parent, materials)
    yield _host_key(path.parent / materials.hall.host_key)
    yield _port(materials)
    yield _disk(path.parent, materials)
    yield _open_files(materials)
    yield from asyncio.run(_of_journal(path, materials))


def _of_problems(name: str, problems: Problems, good: str) -> Iterable[Finding]:
    """Return one line for each error, and one for what is only worth knowing."""
    for error in problems.errors:
        yield Finding(name, False, str(error))
    for warning in problems.warnings:
        yield Finding(name, True, str(warning))
    if not len(problems):
        yield Finding(name, True, good)


def _way_in(folder: Path, materials: Materials) -> Iterable[Finding]:
    hall, problems = materials.hall, Problems()
    seats = read_seat_keys(folder / hall.seat_keys, problems) if hall.seat_keys else {}
    yield from _of_problems("seats", problems, f"{len(seats)} seat keys")
    networks = ", ".join(map(str, hall.networks)) or "none"
    some = bool(hall.networks or seats)
    cure = "" if some else 'write hall.networks = ["10.20.1.0/24"], or give seat keys'
    yield Finding("networks", some, f"seats need no key from: {networks}", cure)
    if hall.listen.startswith("127.") and hall.networks:
        yield Finding("listen", True, f"only this host reaches {hall.listen}")
    problems = Problems()
    proctors = read_proctors(folder / hall.proctors, problems) if hall.proctors else {}
    if problems.errors:
        yield from _of_problems("proctors", problems, "")
    else:
        needed = materials.battery.authorisation == "proctor"
        cure = "" if proctors or not needed else "name a file in hall.proctors"
        yield Finding("proctors", not cure, f"{len(proctors)} may sign in", cure)


def _host_key(path: Path) -> Finding:
    if not path.exists():
        return Finding("host key", True, f"{path} will be made; pin it at the seats afterwards")
    try:
        return Finding("host key", True, fingerprint(host_key(path)))
    except NoHostKey as fault:
        return Finding("host key", False, str(fault))


def _port(materials: Materials) -> Finding:
    hall = materials.hall
    where = f"{hall.listen} port {hall.port}"
    family = socket.AF_INET6 if ":" in hall.listen else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((hall.listen, hall.port))
        except OSError as error:
            cure = "end what uses it, or change hall.port or hall.listen"
            return Finding("port", False, f"{where}: {error.strerror}", cure)
    return Finding("port", True, f"{where} is free")


def _disk(folder: Path, materials: Materials) -> Finding:
    free = shutil.disk_usage(folder).free
    needed = max(DISK_AT_LEAST, materials.hall.participants * DISK_PER_PARTICIPANT)
    found = f"{free // MEGABYTE} MB free, {needed // MEGABYTE} MB wanted"
    return Finding("disk", free >= needed, found, "" if free >= needed else "free space on it")


def _open_files(materials: Materials) -> Finding:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    hall = materials.hall
    visits = min(hall.participants, hall.participants_per_worker)
    needed = FILES_PER_VISIT * visits + SPARE_FILES
    good = limit >= needed
    cure = "" if good else f"ulimit -n {needed}, or LimitNOFILE= in the unit"
    return Finding("open files", good, f"limit {limit}, {needed} wanted", cure)


async def _of_journal(path: Path, materials: Materials) -> list[Finding]:
    try:
        event = Event(path, materials)
    except CactError as fault:
        return [Finding("journal", False, str(fault))]
    try:
        return [await _clock(event), await _second_copy(event), *await _roster(event)]
    except CactError as fault:
        return [Finding("journal", False, str(fault))]
    finally:
        await event.store.close()


async def _clock(event: Event) -> Finding:
    """Compare the clock with the newest sign of life on record."""
    now = SystemClock().wall_ms()
    newest = max((row.at for row in await event.store.checkpoints()), default=0)
    good = now >= max(EARLIEST_MS, newest - AHEAD_MS)
    return Finding("clock", good, iso(now), "" if good else DRIFT_HINT)


async def _second_copy(event: Event) -> Finding:
    """Have the second copy agree with the journal; the first time, this makes it."""
    name, settings = "second copy", event.exam.materials.store.second_copy
    known = await event.store.second_copy()
    if known.state is CopyState.DETACHED:
        found = f"none since {iso(known.since)}, {known.by}: {known.detail}"
        return Finding(name, True, found, "cact replica attach, when there is one again")
    if not settings.place and known.state is CopyState.NONE:
        return Finding(name, True, "none: an answer is safe when this disk has it")
    try:
        await event.store.agree()
    except StorageTrouble as trouble:
        return Finding(name, False, str(trouble))
    if on_the_same_disk(event.folder, event.journal, settings):
        return Finding(name, True, f"{settings.place} has all, but lies on the journal's own disk")
    return Finding(name, True, f"{settings.place} has all; answers wait for it")


async def _roster(event: Event) -> Iterable[Finding]:
    policy = event.exam.materials.policy
    proctored = event.exam.materials.battery.authorisation == "proctor"
    sittings = await event.sittings().all()
    if not proctored and policy.sign_in != "pin" and not sittings:
        return (Finding("roster", True, "anybody may sit down (policy.authorisation = self)"),)
    findings = []
    for sitting in sittings:
        seated = await event.sittings().seated(sitting.id)
        found = f"{sitting.id}: {len(seated)} expected, {sitting.state}"
        findings.append(Finding("roster", bool(seated), found, "" if seated else "import a list"))
    return findings or (Finding("roster", False, "no sitting yet", "cact roster import"),)
