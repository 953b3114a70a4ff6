"""The roster as a spreadsheet: read strictly, compared with what is registered, taken in whole."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from cact_tui.config.csv_table import CsvTable
from cact_tui.config.nip import without_blanks
from cact_tui.config.participants import check_group, check_person
from cact_tui.errors import StaleRow
from cact_tui.journal.roster import LogEntry, Registration, Sitting
from cact_tui.proctoring.names import proctor
from cact_tui.proctoring.rescheduling import RESCHEDULED, RESCHEDULED_FROM, told
from cact_tui.proctoring.roster import new_participant
from cact_tui.sessions.events import INVALIDATED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cact_tui.clock import Clock
    from cact_tui.config.csv_table import CsvLine
    from cact_tui.errors import Problems
    from cact_tui.journal.protocol import Row, Store

REQUIRED = ("number", "name", "date", "room", "wave")
COLUMNS = (
    *REQUIRED,
    "nip",
    "position",
    "position_group",
    "unit",
    "standard",
    "seat",
    "extra_time",
    "mode",
)
SEAT = re.compile(r"[0-9A-Za-z-]{1,12}")
WAVES = 20
MOST_PERCENT, MOST_MINUTES = 300, 480
ATTEMPTS = 20

_NO_FIGURE = "is no extra time"
_FIGURE = re.compile(r"(\d{1,3})\s*(%|)")


@frozen(kw_only=True)
class RosterFile:
    """What a roster file says; nothing of it is registered yet."""

    sittings: tuple[Sitting, ...]
    registrations: tuple[Registration, ...] = field(repr=False)


@frozen(kw_only=True)
class Imported:
    """What an import did: counts of registrations, and who is registered but not in the file."""

    new: int
    changed: int
    same: int
    absent: tuple[Registration, ...] = field(repr=False)


def read_roster_file(
    data: bytes, label: str, event: str, groups: Collection[str], problems: Problems
) -> RosterFile:
    """Return what a roster file says; every fault is recorded with its line and a cure.

    `groups` are the position groups that the event's standards know. The reason of an
    accommodation has no column and no place in one.
    """
    table = CsvTable(label, problems, columns=COLUMNS, required=REQUIRED)
    reading = _Reading(table, event, groups)
    for line in table.lines(data):
        reading.take(line)
    registrations = tuple(reading.registrations.values())
    seats = Counter(one.sitting for one in registrations if one.seat)
    return RosterFile(
        sittings=tuple(evolve(one, seats=seats[one.id]) for one in reading.sittings.values()),
        registrations=registrations,
    )


class _Reading:
    """Takes line after line."""

    def __init__(self, table: CsvTable, event: str, groups: Collection[str]) -> None:
        self._table = table
        self._event = event
        self._groups = groups
        self._nips: dict[str, int] = {}
        self._seats: dict[tuple[str, str], int] = {}
        self.sittings: dict[str, Sitting] = {}
        self.registrations: dict[str, Registration] = {}

    def take(self, line: CsvLine) -> None:
        check_person(self._table, line, self._groups, self.registrations)
        check_group(self._table, line, "standard", self._groups)
        nip = without_blanks(line["nip"])
        self._once(self._nips, nip, line, "nip")
        sitting = self._sitting(line)
        minutes, percent = self._extra_time(line)
        self.registrations[line["number"]] = Registration(
            participant="",
            event=self._event,
            sitting=sitting.id,
            number=line["number"],
            name=line["name"],
            nip=nip,
            position=line["position"],
            position_group=line["position_group"],
            unit=line["unit"],
            standard=line["standard"],
            seat=self._seat(line, sitting),
            extra_minutes=minutes,
            extra_percent=percent,
            plain=self._plain(line),
        )

    def _once(self, seen: dict[str, int], value: str, line: CsvLine, column: str) -> None:
        if value and value in seen:
            message = f"is that of line {seen[value]}"
            self._table.fault(line.number, column, message, "correct one of them")
        elif value:
            seen[value] = line.number

    def _sitting(self, line: CsvLine) -> Sitting:
        """Return the sitting of a line; lines with the same date, room and wave share one."""
        day, wave = line["date"], line["wave"]
        if not _is_date(day):
            cure = "write it like 2026-02-20"
            self._table.fault(line.number, "date", f"{day or 'nothing'} is no date", cure)
        if not line["room"]:
            self._table.fault(line.number, "room", "is empty", "write the name of the room")
        if not (wave.isascii() and wave.isdigit() and 1 <= int(wave) <= WAVES):
            self._table.fault(line.number, "wave", "is no number", f"write 1 to {WAVES}")
            wave = "0"
        made = Sitting(
            id=sitting_id(day, line["room"], int(wave)),
            event=self._event,
            date=day,
            room=line["room"],
            wave=int(wave),
        )
        known = self.sittings.setdefault(made.id, made)
        if known.room != made.room:
            message = f'differs from "{known.room}" in signs only'
            self._table.fault(line.number, "room", message, "write it the same everywhere")
        return known

    def _seat(self, line: CsvLine, sitting: Sitting) -> str:
        seat = line["seat"]
        if seat and not SEAT.fullmatch(seat):
            message = "is no name of a seat"
            self._table.fault(line.number, "seat", message, "use 1 to 12 letters, digits and -")
        taken = self._seats.setdefault((sitting.id, seat), line.number) if seat else line.number
        if taken != line.number:
            message = f"{seat} is taken by line {taken} in this sitting"
            self._table.fault(line.number, "seat", message, "give each a seat of their own")
        return seat

    def _extra_time(self, line: CsvLine) -> tuple[int, int]:
        """Return minutes and percent."""
        text = line["extra_time"]
        figure = _FIGURE.fullmatch(text)
        if not text:
            return 0, 0
        most = MOST_PERCENT if text.endswith("%") else MOST_MINUTES
        if figure is None or not 0 < int(figure[1]) <= most:
            cure = f"write minutes (1 to {MOST_MINUTES}) or percent (30%), and never why"
            self._table.fault(line.number, "extra_time", _NO_FIGURE, cure)
            return 0, 0
        return (0, int(figure[1])) if figure[2] else (int(figure[1]), 0)

    def _plain(self, line: CsvLine) -> bool:
        mode = line["mode"].lower()
        if mode not in ("", "screen", "plain"):
            cure = "write plain for the linear mode, or leave it empty; never why"
            self._table.fault(line.number, "mode", "is unknown", cure)
        return mode == "plain"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def sitting_id(day: str, room: str, wave: int) -> str:
    """Return the id of a sitting, such as `2026-02-20-aula-barat-1`."""
    words = re.sub(r"[^a-z0-9]+", "-", room.lower()).strip("-")
    return f"{day}-{words or 'room'}-{wave}"


async def import_roster(store: Store, clock: Clock, roster: RosterFile, *, by: str) -> Imported:
    """Register what a file says, all of it or nothing; who is not in it stays registered.

    A participant is the one with the same number: what the file says of them replaces what was
    known; the check of their papers, their PIN and their test stay.

    Raises:
        RowConflict: a number or a seat is somebody else's who is not in the file.
        ValueError: the journal has one of the sittings for another event, or somebody would be
            moved to another sitting whose test has begun.
        StorageTrouble: nothing was written.
    """
    for _ in range(ATTEMPTS):
        rows, imported = await _planned(store, clock, roster, proctor(by))
        try:
            await store.append("", 0, clock.wall_ms(), (), rows)
        except StaleRow:
            continue
        return imported
    raise StaleRow("roster", 0, 0)


async def _planned(
    store: Store, clock: Clock, roster: RosterFile, by: str
) -> tuple[tuple[Row, ...], Imported]:
    """Return the rows that make the store say what the file says, and what that changes."""
    event = roster.sittings[0].event if roster.sittings else ""
    known = {one.number: one for one in await store.roster.registrations(event)}
    sittings = await _sittings(store, roster)
    pairs = [(known.get(one.number), one) for one in roster.registrations]
    changes = [(before, _merged(before, after)) for before, after in pairs]
    changed = [(old, new) for old, new in changes if old != new]
    await _refuse_begun(store, changed)
    opened = {one.id for one in await store.roster.sittings(event) if one.opened_at}
    new = sum(before is None for before, _ in changed)
    numbers = {one.number for one in roster.registrations}
    rows: tuple[Row, ...] = (
        *sittings,
        *_without_seats(changed),
        *(_after_seat(before, after) for before, after in changed),
        *_log(changed, opened, clock.wall_ms(), by),
    )
    return rows, Imported(
        new=new,
        changed=len(changed) - new,
        same=len(changes) - len(changed),
        absent=tuple(one for number, one in known.items() if number not in numbers),
    )


async def _refuse_begun(
    store: Store, changed: Iterable[tuple[Registration | None, Registration]]
) -> None:
    """Refuse to move somebody to another sitting whose test has begun."""
    moved = {
        old.participant: old.number for old, new in changed if old and old.sitting != new.sitting
    }
    tests = await store.sessions() if moved else ()
    begun = sorted(
        moved[one.participant]
        for one in tests
        if one.participant in moved and one.last_event != INVALIDATED
    )
    if begun:
        raise ValueError(
            f"the test of {', '.join(begun)} has begun; a file moves nobody to another sitting then"
            " (hold it, and reschedule on the proctor's screen)"
        )


async def _sittings(store: Store, roster: RosterFile) -> tuple[Sitting, ...]:
    """Return the sittings that are new, or have more or fewer seats than before."""
    found = []
    for one in roster.sittings:
        known = await store.roster.sitting(one.id)
        if known is not None and known.event != one.event:
            raise ValueError(f"sitting {one.id} belongs to the event {known.event} in this journal")
        if known is None or known.seats != one.seats:
            found.append(evolve(known, seats=one.seats) if known else one)
    return tuple(found)


def _merged(before: Registration | None, after: Registration) -> Registration:
    """Return what the file says of somebody with what only the store knows."""
    if before is None:
        return evolve(after, participant=new_participant())
    return evolve(
        after,
        participant=before.participant,
        identification=before.identification,
        checked_by=before.checked_by,
        checked_at=before.checked_at,
        revision=before.revision,
    )


def _stands_up(before: Registration | None, after: Registration) -> bool:
    return before is not None and bool(before.seat) and before.seat != after.seat


def _without_seats(
    changed: Iterable[tuple[Registration | None, Registration]],
) -> Iterable[Registration]:
    """Have everybody who changes seats stand up first, so that two may change theirs."""
    return (
        evolve(before, seat="") for before, after in changed if before and _stands_up(before, after)
    )


def _after_seat(before: Registration | None, after: Registration) -> Registration:
    return evolve(after, revision=after.revision + _stands_up(before, after))


def _log(
    changed: Iterable[tuple[Registration | None, Registration]],
    opened: Collection[str],
    at: int,
    by: str,
) -> Iterable[LogEntry]:
    """Return one entry a sitting: how many registrations the import changed in it.

    Whoever leaves a sitting that was opened is told of in both, for their papers.
    """
    tally = Counter[str]()
    moved: list[LogEntry] = []
    for before, after in changed:
        tally.update({after.sitting, before.sitting if before else after.sitting})
        if before and before.sitting != after.sitting and before.sitting in opened:
            for here, there, act in (
                (before.sitting, after.sitting, RESCHEDULED),
                (after.sitting, before.sitting, RESCHEDULED_FROM),
            ):
                who, detail = before.participant, told(there, "", "")
                moved.append(
                    LogEntry(sitting=here, at=at, by=by, act=act, participant=who, detail=detail)
                )
    imported = (
        LogEntry(sitting=sitting, at=at, by=by, act="imported", detail=str(count))
        for sitting, count in tally.items()
    )
    return (*imported, *moved)
