"""A room full of people for the proctor's screen, and a window on it that does what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from cact_tui.proctoring.board.duty import CHIEFLY, Told
from cact_tui.proctoring.board.record import Moment, Rest, Visit
from cact_tui.proctoring.board.rows import (
    Detail,
    Identification,
    Note,
    Part,
    Place,
    Progress,
    Row,
    Snapshot,
    Standing,
)
from cact_tui.proctoring.signals import Alarm, AlarmKind, Signal, SignalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cact_tui.proctoring.board.duty import Act, Order

AT = 1_708_400_820_000
"""10:47 in Jakarta, 20 February 2024."""

MINUTE = 60_000
TITLE = {"id": "Literasi Digital", "en": "Digital Literacy"}
OTHER = {"id": "Mengelola Perubahan", "en": "Managing Change"}
PLACES = (
    Place(id="2024-02-20-ruang-a-2", date="2024-02-20", room="Ruang A", wave=2, state="open"),
    Place(id="2024-02-21-ruang-a-1", date="2024-02-21", room="Ruang A", wave=1, state="planned"),
)
NAMES = (
    "AHMAD FAUZI",
    "DEWI KARTIKA",
    "MARIA L. DARSONO",
    "YOHANES TEWU",
    "SITI RAHMAWATI",
    "BUDI SANTOSO",
    "I MADE WIJAYA",
    "NURUL HIDAYAH",
)


def row(number: int, **changes: Any) -> Row:
    """Return somebody at work."""
    base = Row(
        key=f"p-{number}",
        session=f"K7QF-{number:04}",
        seat=f"{number:02}",
        number=f"{224 + number:04}",
        name=NAMES[number % len(NAMES)],
        identified="confirmed",
        standing=Standing.ACTIVE,
        section=2,
        sections=2,
        title=TITLE,
        answered=number % 20,
        at_most=20,
        answered_in_all=number % 20,
        left=900 + 10 * number,
    )
    return evolve(base, **changes)


def signal(kind: SignalKind, minutes: int = 1, detail: str = "") -> Signal:
    """Return a signal of some minutes ago."""
    return Signal(kind=kind, since=AT - minutes * MINUTE, detail=detail)


def people() -> tuple[Row, ...]:
    """Return thirty people, some of them in trouble."""
    rows = {number: row(number) for number in range(1, 31)}
    rows[7] = row(
        7,
        standing=Standing.GONE,
        signals=(signal(SignalKind.GONE), signal(SignalKind.RECONNECTS, 1, "3")),
        silent=42,
    )
    rows[19] = row(19, signals=(signal(SignalKind.CALL),), title=OTHER, section=1, at_most=14)
    rows[22] = row(22, signals=(signal(SignalKind.TOO_FAST, 2, "4/10"),))
    rows[25] = row(25, standing=Standing.PAUSED, held_for="environment.noise")
    blank: dict[str, Any] = {"section": 0, "answered": 0, "at_most": 0, "left": None, "title": {}}
    rows[26] = row(26, standing=Standing.WAITING, **blank)
    rows[27] = row(27, standing=Standing.READY, **blank)
    rows[28] = row(28, standing=Standing.FINISHED)
    rows[29] = row(29, signals=(signal(SignalKind.TIME_LOW),), left=200)
    rows[30] = row(30, standing=Standing.ABSENT, session="", **blank)
    return tuple(rows.values())


def by_nip() -> tuple[Row, ...]:
    """Return the thirty people under numbers of eighteen digits."""
    return tuple(
        evolve(one, number=f"19{70 + n % 29}0412201001{n % 2 + 1}{n:03}")
        for n, one in enumerate(people(), 1)
    )


def snapshot(rows: Iterable[Row] = (), **changes: Any) -> Snapshot:
    """Return the room at one moment."""
    base = Snapshot(
        at=AT,
        place=PLACES[0],
        timezone="Asia/Jakarta",
        opened_at=AT - 42 * MINUTE,
        rows=tuple(rows) or people(),
        places=PLACES,
    )
    return evolve(base, **changes)


FULL_DISK = Alarm(kind=AlarmKind.DISK, since=AT - MINUTE, detail="41 MB")


def detail(one: Row, **changes: Any) -> Detail:
    """Return all about somebody."""
    visit = Visit(
        at=AT - 40 * MINUTE,
        seat=one.seat,
        address="10.20.1.17",
        client="OpenSSH_9.2p1",
        terminal="linux",
        columns=80,
        rows=24,
        mode="screen",
        away_ms=0,
        cut=False,
    )
    base = Detail(
        row=one,
        nip="198704122010012001",
        identification=Identification(outcome="confirmed", by="BUDI", at=AT - 55 * MINUTE),
        began_at=AT - 40 * MINUTE,
        seen_at=AT - 2000,
        language="id",
        item="LD-017",
        sections=(
            Progress(title=OTHER, part=Part.ENDED, answered=12, at_most=14, used=900, seconds=2100),
            Progress(
                title=TITLE, part=Part.RUNNING, answered=7, at_most=20, used=540, seconds=1800
            ),
        ),
        paces=(21.0, 30.5, 28.0, 61.0, 19.0, 22.0, 8.0, 35.0, 24.0),
        visits=(visit, evolve(visit, at=AT - 20 * MINUTE, away_ms=31_000, cut=True)),
        notes=(
            Note(at=AT - 9 * MINUTE, text="Layar berkedip."),
            Note(at=AT - 8 * MINUTE, text="Kami periksa.", by="BUDI", read=AT - 7 * MINUTE),
        ),
        irregularities=(
            Moment(
                at=AT - 7 * MINUTE,
                kind="IrregularityRecorded",
                by="BUDI",
                reason="technical.network",
                detail="item LD-017",
            ),
        ),
        grants=(
            Moment(
                at=AT - 6 * MINUTE,
                kind="incident",
                by="BUDI",
                reason="technical.network",
                detail="300",
            ),
        ),
        rests=(Rest(at=AT - 25 * MINUTE, seconds=300, rested_ms=120_000),),
        timeline=(
            Moment(at=AT - 40 * MINUTE, kind="SessionOpened"),
            Moment(at=AT - 40 * MINUTE, kind="Attached", detail=one.seat),
            Moment(at=AT - 38 * MINUTE, kind="Authorised", by="BUDI"),
            Moment(at=AT - 36 * MINUTE, kind="SectionStarted", detail="perubahan"),
            Moment(at=AT - 6 * MINUTE, kind="TimeExtended", by="BUDI", detail="300"),
        ),
    )
    return evolve(base, **changes)


class ScriptedWindow:
    """Shows snapshots that a test pushes, keeps the orders that it is given."""

    def __init__(self, shown: Snapshot | None = None, *, chief: bool = False) -> None:
        self.shown = shown or snapshot()
        self.orders: list[Order] = []
        self.looked: list[str] = []
        self.sittings: list[str] = []
        self.closed = False
        self.outcome: Callable[[Order], tuple[Told, ...]] = _obeyed
        self.details: dict[str, Detail] = {}
        self._chief = chief
        self._tell: Callable[[Snapshot], None] = lambda _: None

    @property
    def name(self) -> str:
        return "Sri Lestari"

    @property
    def groups(self) -> tuple[str, ...]:
        return ("pelaksana", "pengawas", "administrator")

    def may(self, act: Act) -> bool:
        return self._chief or act not in CHIEFLY

    async def look(self, on_snapshot: Callable[[Snapshot], None], sitting: str = "") -> None:
        self.sittings.append(sitting)
        self._tell = on_snapshot
        on_snapshot(self.shown)

    def push(self, shown: Snapshot) -> None:
        """Tell another snapshot."""
        self.shown = shown
        self._tell(shown)

    async def detail(self, key: str) -> Detail | None:
        found = next((one for one in self.shown.rows if one.key == key), None)
        return self.details.get(key) or (detail(found) if found else None)

    async def carry_out(self, order: Order) -> tuple[Told, ...]:
        self.orders.append(order)
        return self.outcome(order)

    async def looked_at(self, row: Row) -> None:
        self.looked.append(row.key)

    def close(self) -> None:
        self.closed = True


def _obeyed(order: Order) -> tuple[Told, ...]:
    return tuple(Told(row=one, done=True) for one in order.rows)
