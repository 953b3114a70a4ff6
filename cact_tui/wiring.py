"""The composition root: files, store, clocks and the flow put together."""

from __future__ import annotations

import asyncio
import platform
import secrets
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import TYPE_CHECKING

from cact_tui import __version__
from cact_tui.clock import SystemClock
from cact_tui.config.files import CONFIGURATION, FolderFiles, PinnedFiles
from cact_tui.config.materials import load_materials
from cact_tui.config.participants import read_participants
from cact_tui.config.proved import ProvedMarks
from cact_tui.delivery.reference import new_reference
from cact_tui.delivery.services import Exam, Services
from cact_tui.errors import Problems
from cact_tui.journal.opening import open_store
from cact_tui.sessions.events import ENDED, Build, SessionOpened
from cact_tui.sessions.plan import BatteryPlan
from cact_tui.toml_source import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.config.settings import Materials, Participant
    from cact_tui.journal.protocol import Recorded, Store
    from cact_tui.results.tree import Result

Probe = Callable[[str], None]


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
        self.store: Store = open_store(_located(materials.store.url, self.folder), probe=probe)
        self._probe = probe
        self._pinned: dict[tuple[tuple[str, str], ...], Exam] = {
            _key(materials.documents): self.exam
        }

    def services(
        self,
        participants: Mapping[str, Participant] | None,
        *,
        rehearsal: bool = False,
        seed: Callable[[], str] = new_seed,
    ) -> Services:
        """Return what the participant's flow needs."""
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
        )

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

    async def settle(self) -> None:
        """Write the results that an interrupted end still owes."""
        for entry in await self.store.sessions(self.exam.materials.event.id):
            if entry.last_event in ENDED and not self._has_result(entry.session):
                result, _ = await self.result(entry.session)
                await self._write(result)

    async def _write(self, result: Result) -> None:
        from cact_tui.results.writing import write_result

        await asyncio.to_thread(write_result, self.results, result, probe=self._probe)

    def _has_result(self, session: str) -> bool:
        return (self.results / f"{session}.v1.json").exists()


def read_roster(
    path: Path, materials: Materials, problems: Problems
) -> Mapping[str, Participant] | None:
    """Return who is expected, None where the configuration names no list."""
    name = materials.participants
    if not name:
        return None
    place = path.parent / name
    data = read_bytes(place, problems, label=str(place))
    standards = materials.profile.standards
    groups = tuple(standards.groups) if standards else ()
    return {} if data is None else read_participants(data, str(place), groups, problems)


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
