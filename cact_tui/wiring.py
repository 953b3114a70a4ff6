"""The composition root: files, store, clocks and the flow put together."""

from __future__ import annotations

import asyncio
import logging
import platform
import secrets
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from cact_tui import __version__
from cact_tui.clock import SystemClock
from cact_tui.config.files import CONFIGURATION, FolderFiles, PinnedFiles
from cact_tui.config.materials import load_materials
from cact_tui.config.proved import ProvedMarks
from cact_tui.delivery.reference import new_reference
from cact_tui.delivery.services import Exam, Services
from cact_tui.errors import ChainBroken, Problems
from cact_tui.journal.opening import open_store
from cact_tui.journal.replica import CopyState
from cact_tui.journal.watch import Watch
from cact_tui.second_copy import equip, equipment, replica_of
from cact_tui.sessions.events import ENDED, Build, SessionOpened
from cact_tui.sessions.plan import BatteryPlan
from cact_tui.sessions.states import Status

if TYPE_CHECKING:
    from pathlib import Path

    from textual.driver import Driver

    from cact_tui.config.settings import Materials, Participant
    from cact_tui.journal.protocol import Recorded, Store
    from cact_tui.proctoring.acts import Acts
    from cact_tui.proctoring.board.boards import Boards
    from cact_tui.proctoring.board.outline import Outline
    from cact_tui.proctoring.board.window import BoardWindow
    from cact_tui.proctoring.door import Door
    from cact_tui.proctoring.papers.heads import HeadKeeper
    from cact_tui.proctoring.papers.writing import Papers
    from cact_tui.proctoring.paths import Paths
    from cact_tui.proctoring.roster import Roster
    from cact_tui.proctoring.sittings import Sittings
    from cact_tui.results.tree import Result
    from cact_tui.signing import SigningKey
    from cact_tui.tui.proctor.app import ProctorApp

Probe = Callable[[str], None]

_log = logging.getLogger(__name__)


def read_event(path: Path, problems: Problems, *, anew: bool = False) -> Materials | None:
    """Return the materials of a configuration file, or None with problems recorded.

    Files that this program found good before are not proved again, unless `anew`; their warnings
    are not repeated then.
    """
    folder = path.parent
    files = FolderFiles(folder, path.name)
    first_look = Problems()
    materials = load_materials(files, CONFIGURATION, first_look, caches_in=folder, check=False)
    if materials is not None and not anew and _marks(folder, materials).has(materials.documents):
        problems.extend(first_look)
        return materials
    materials = load_materials(files, CONFIGURATION, problems, caches_in=folder)
    if materials is not None:
        _marks(folder, materials).add(materials.documents)
    return materials


def _marks(folder: Path, materials: Materials) -> ProvedMarks:
    return ProvedMarks(folder / materials.store.cache)


def exam_of(materials: Materials) -> Exam:
    """Return materials bound to a plan."""
    plan = BatteryPlan(battery=materials.battery, banks=materials.banks, keys=materials.keys)
    return Exam(materials=materials, plan=plan)


def new_seed() -> str:
    """Return the seed of a new session: 128 random bits in hex."""
    return secrets.token_hex(16)


class Event:
    """One event on this host: its files, its store and its results."""

    def __init__(self, path: Path, materials: Materials, *, probe: Probe = lambda _: None) -> None:
        self.folder = path.parent
        self.exam = exam_of(materials)
        self.results = self.folder / materials.store.results
        self.config = path
        self.journal = self.folder / materials.store.url.partition(":")[2]
        self.store: Store = open_store(
            _located(materials.store.url, self.folder),
            probe=probe,
            replica=replica_of(self.folder, materials.store.second_copy, probe=probe),
        )
        self.watch = Watch(self.store)
        self._probe = probe
        self._boards: Boards | None = None
        self._paths: Paths | None = None
        self._pinned: dict[tuple[tuple[str, str], ...], Exam] = {
            _key(materials.documents): self.exam
        }

    def services(
        self,
        participants: Mapping[str, Participant] | None,
        *,
        rehearsal: bool = False,
        seed: Callable[[], str] = new_seed,
        hall: bool = False,
    ) -> Services:
        """Return what the participant's flow needs; a `hall` lets in whom its roster names.

        At a hall's terminals no unfinished test is offered to whoever comes by.
        """
        return Services(
            store=self.store,
            clock=SystemClock(),
            exam=self.exam,
            pinned=self.pinned,
            finish=self.finish,
            participants=participants,
            build=build(),
            seed=seed,
            reference=new_reference,
            rehearsal=rehearsal,
            sign_in=self._door() if hall else None,
            watch=self.watch,
        )

    def _door(self) -> Door:
        from cact_tui.proctoring.door import Door

        materials = self.exam.materials
        proctored = materials.battery.authorisation == "proctor"
        return Door(
            self.store, SystemClock(), materials.event, materials.policy, proctored=proctored
        )

    def acts(self) -> Acts:
        """Return what proctors do to sessions of this event."""
        from cact_tui.proctoring.acts import Acts

        return Acts(self.paths())

    def paths(self) -> Paths:
        """Return the write paths of this event's sessions; one set per process, whoever acts."""
        from cact_tui.proctoring.paths import Paths

        if self._paths is None:
            self._paths = Paths(
                store=self.store, clock=SystemClock(), pinned=self.pinned, publish=self.watch.notify
            )
        return self._paths

    def sittings(self) -> Sittings:
        """Return the sittings of this event."""
        from cact_tui.proctoring.sittings import Sittings

        event = self.exam.materials.event.id
        return Sittings(store=self.store, clock=SystemClock(), event=event)

    def roster(self, acts: Acts | None = None) -> Roster:
        """Return the roster of this event."""
        from cact_tui.proctoring.roster import Roster

        acts, clock = acts or self.acts(), SystemClock()
        event, groups = self.exam.materials.event.id, self.exam.materials.position_groups
        return Roster(store=self.store, clock=clock, event=event, acts=acts, groups=groups)

    def boards(self) -> Boards:
        """Return the proctors' boards of this event; one per process, whoever looks."""
        from cact_tui.proctoring.board.boards import Boards
        from cact_tui.proctoring.board.reader import Sources

        if self._boards is None:
            materials = self.exam.materials
            sources = Sources(
                store=self.store,
                clock=SystemClock(),
                event=materials.event.id,
                timezone=materials.event.timezone,
                settings=materials.proctor,
                outline=self._outline,
                hand_on=self.paths().take_up,
                free_mb=lambda: shutil.disk_usage(self.folder).free // 1_000_000,
            )
            self._boards = Boards(sources)
        return self._boards

    def window(self, name: str, *, chief: bool) -> BoardWindow:
        """Return what a proctor's screen is given; `name` is recorded with every act."""
        from cact_tui.proctoring.board.duty import Duty
        from cact_tui.proctoring.board.window import BoardWindow
        from cact_tui.results.telling import told

        boards, acts = self.boards(), self.acts()
        duty = Duty(
            name=name,
            chief=chief,
            acts=acts,
            roster=self.roster(acts),
            board=boards.of(self.exam.materials.event.id),
            groups=self.exam.materials.position_groups,
            settle=self.settle,
        )
        sees = self.exam.materials.proctor.tells_results(chief=chief)
        return BoardWindow(boards, duty, partial(told, self.results) if sees else None)

    def proctor_screen(
        self,
        name: str,
        driver_class: type[Driver],
        on_incident: Callable[[str, Exception], object],
        *,
        chief: bool,
        sitting: str = "",
        language: str = "",
    ) -> ProctorApp:
        """Return the screen of a proctor for a terminal, here or at the end of an SSH line."""
        from cact_tui.tui.proctor.app import ProctorApp

        languages = self.exam.materials.event.languages
        return ProctorApp(
            self.window(name, chief=chief),
            driver_class,
            sitting=sitting,
            language=language or languages[0],
            on_incident=on_incident,
        )

    async def papers(self, sitting: str, *, by: str) -> Papers:
        """Write the papers of a sitting, signed where that is possible, and put the seal on record.

        Raises:
            NotFound: there is no such sitting.
            StorageTrouble: they could not be written.
        """
        from cact_tui.proctoring.papers import minutes
        from cact_tui.proctoring.papers.writing import write_papers

        materials, now = self.exam.materials, SystemClock().wall_ms()
        found = await self.sittings().get(sitting)
        told = minutes.Event(
            id=materials.event.id,
            title=materials.event.title,
            timezone=materials.event.timezone,
            late_minutes=materials.policy.late_minutes,
        )
        gathered = await minutes.gather(self.store, told, found, at=now, by=by)
        key = self._signing_key()
        papers = await asyncio.to_thread(write_papers, self.results / "papers", gathered, key)
        await self.sittings().note(sitting, "sealed", by=by, detail=papers.root)
        return papers

    def head_keeper(self) -> HeadKeeper | None:
        """Return what signs heads while a hall is open; None where nothing can be signed."""
        from cact_tui.proctoring.papers.heads import HeadKeeper

        key, settings = self._signing_key(), self.exam.materials.proctor
        if key is None:
            return None
        names = (settings.heads, settings.heads_copy)
        places = [self.folder / name for name in names if name]
        return HeadKeeper(self.store, SystemClock(), key, places)

    def _signing_key(self) -> SigningKey | None:
        """Return the key of this host, made at the first call; None without the library."""
        from cact_tui.signing import CannotSign, signing_key

        try:
            return signing_key(self.folder / self.exam.materials.proctor.signing_key)
        except CannotSign:
            return None

    async def _outline(self, documents: Mapping[str, str]) -> Outline:
        from cact_tui.proctoring.board.outline import outline_of

        return outline_of(await self.pinned(documents))

    async def pinned(self, documents: Mapping[str, str]) -> Exam:
        """Return the exam that a session was opened with, from the bytes it pinned.

        Raises:
            BadInput: the pinned bytes cannot be used by this version.
            NotFound: some were never pinned.
        """
        key = _key(documents)
        if key not in self._pinned:
            contents = {
                name: await self.store.document(digest) for name, digest in documents.items()
            }
            problems = Problems()
            files = PinnedFiles(contents)
            materials = load_materials(files, CONFIGURATION, problems, check=False)
            problems.raise_errors()
            if materials is not None:
                self._pinned[key] = exam_of(materials)
        return self._pinned[key]

    async def finish(self, session: str, exam: Exam, language: str) -> str:
        """Write the result of an ended session; return the profile where it may be shown."""
        from cact_tui.results.profile import may_show_participant
        from cact_tui.results.profile_text import profile_text

        result, recorded = await self.result(session, exam)
        await self._write(result)
        if result.session.state == Status.INVALIDATED:
            return ""
        opened = recorded[0].event
        rehearsal = isinstance(opened, SessionOpened) and opened.rehearsal
        if not may_show_participant(exam.materials, rehearsal=rehearsal):
            return ""
        return profile_text(result.profile, language)

    async def result(
        self, session: str, exam: Exam | None = None
    ) -> tuple[Result, tuple[Recorded, ...]]:
        """Return the result of a session as its events give it, and the events."""
        from cact_tui.results.build import build_result

        recorded = await self.store.read(session)
        opened = recorded[0].event if recorded else None
        if not isinstance(opened, SessionOpened):
            raise TypeError(f"session {session} does not begin with SessionOpened")
        exam = exam or await self.pinned(opened.documents)
        identity = await self.store.identity(opened.participant)
        comments = await self.store.comments(session)
        return build_result(recorded, exam.materials, identity, comments), recorded

    async def equip_second_copy(self) -> None:
        """Send the event's files to the second copy, where one is attached.

        Raises:
            StorageTrouble: it does not take them.
        """
        materials = self.exam.materials
        replica = replica_of(self.folder, materials.store.second_copy)
        if replica is None:
            return
        await self.store.agree()
        if (await self.store.second_copy()).state is CopyState.ATTACHED:
            await asyncio.to_thread(equip, replica, equipment(self.config, materials))

    async def settle(self) -> None:
        """Write the results that are owed: of an interrupted end, or of an end since the last.

        What lacks only its signature is made anew from the journal before it is signed. A session
        that is not what was written gets none, and keeps no other from its own.
        """
        from cact_tui.results.names import owed

        event = self.exam.materials.event.id
        own = {event, *(sitting.id for sitting in await self.store.roster.sittings(event))}
        ends = {
            entry.session: entry.seq
            for entry in await self.store.sessions()
            if entry.sitting in own and entry.last_event in ENDED
        }
        key = self._signing_key
        for session in await asyncio.to_thread(owed, self.results, ends, lambda: bool(key())):
            try:
                await self._write((await self.result(session))[0])
            except ChainBroken as broken:
                _log.warning("no result: %s", broken)

    async def _write(self, result: Result) -> None:
        from cact_tui.results.keeping import keep

        write = partial(keep, self.results, result, self._signing_key, probe=self._probe)
        await asyncio.to_thread(write)


def build() -> Build:
    """Return what computes here."""
    return Build(
        version=__version__,
        python=platform.python_version(),
        numpy=metadata.version("numpy"),
        platform=f"{platform.system()} {platform.machine()}",
    )


def _located(url: str, folder: Path) -> str:
    """Return a store's URL with its path relative to the configuration's folder."""
    scheme, _, rest = url.partition(":")
    return f"{scheme}:{folder / rest}" if scheme == "sqlite" else url


def _key(documents: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(documents.items()))
