"""The minutes of a sitting (*berita acara*): who was there, what happened, which journal says so.

Gathered from committed events, the roster and the sitting's log; never an answer or a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from cact_tui.errors import ChainBroken
from cact_tui.journal.roster import Identification, Registration
from cact_tui.proctoring.board.folding import after
from cact_tui.proctoring.board.record import Record, counting
from cact_tui.proctoring.papers.absences import Absence, absences
from cact_tui.proctoring.papers.merkle import sitting_root
from cact_tui.proctoring.papers.occurrences import Occurrence, beside_tests, in_test
from cact_tui.proctoring.rescheduling import departures
from cact_tui.proctoring.sittings import VIEWED
from cact_tui.sessions.states import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cact_tui.journal.protocol import Checkpoint, Store
    from cact_tui.journal.roster import LogEntry, Sitting
    from cact_tui.proctoring.rescheduling import Departure

MINUTE_MS = 60_000

DAMAGED = "damaged"
"""The state of a test that is not what was written."""


@frozen(kw_only=True)
class Attendance:
    """One line of the attendance list. Times are wall ms, 0 for never.

    `identification` is `pending`, `confirmed` or `refused`, empty where only a damaged test could
    tell; `status` the state of the test in the end or `damaged`, empty where there was none; `late`
    says that it began after the last moment.
    """

    number: str = field(repr=False)
    name: str = field(repr=False)
    seat: str
    identification: str
    checked_by: str
    session: str
    arrived_at: int
    ended_at: int
    status: str
    answered: int
    late: bool
    extra_seconds: int
    extra_minutes: int
    extra_percent: int

    @property
    def present(self) -> bool:
        """Return whether there was a test of who is expected, not of somebody else."""
        return bool(self.session) and self.status != Status.INVALIDATED


@frozen(kw_only=True)
class Rescheduled:
    """Somebody who was expected here, and now in another `sitting`: since when, by whom, why.

    `session` is the test that goes on there, empty where none had begun.
    """

    number: str = field(repr=False)
    name: str = field(repr=False)
    session: str
    sitting: str
    at: int
    by: str
    reason: str


@frozen(kw_only=True)
class Damaged:
    """A test of which event `seq` is not what was written, so that nothing of it is told here."""

    number: str = field(repr=False)
    seat: str
    session: str
    seq: int
    reason: str


@frozen(kw_only=True)
class SealedHead:
    """The last event of a session and its digest (hex)."""

    session: str
    seq: int
    digest: str


@frozen(kw_only=True)
class Minutes:
    """Everything that the minutes of one sitting say. `root` is over `heads`, in hex.

    `invalid` are tests that somebody else sat under a number, `rescheduled` who was expected here
    and is no longer; `heads` has all tests but the `damaged` ones. What happened is in the order
    of time.
    """

    event: str
    title: Mapping[str, str]
    timezone: str
    sitting: str
    date: str
    room: str
    wave: int
    opened_at: int
    closed_at: int
    written_at: int
    written_by: str
    proctors: tuple[str, ...]
    attendance: tuple[Attendance, ...]
    invalid: tuple[Attendance, ...]
    rescheduled: tuple[Rescheduled, ...]
    damaged: tuple[Damaged, ...]
    absences: tuple[Absence, ...]
    occurrences: tuple[Occurrence, ...]
    heads: tuple[SealedHead, ...]
    root: str

    @property
    def present(self) -> tuple[Attendance, ...]:
        """Return whoever had a test that counts."""
        return tuple(one for one in self.attendance if one.present)

    @property
    def absent(self) -> tuple[Attendance, ...]:
        """Return whoever had none."""
        return tuple(one for one in self.attendance if not one.present)


@frozen(kw_only=True)
class Event:
    """What the minutes say of the event itself. `late_minutes` is 0 where nobody is late."""

    id: str
    title: Mapping[str, str]
    timezone: str
    late_minutes: int


async def gather(store: Store, event: Event, sitting: Sitting, *, at: int, by: str) -> Minutes:
    """Return the minutes of a sitting as the journal has them now; `at` is wall ms.

    Raises:
        StorageTrouble: the store cannot be read.
    """
    everybody = await store.roster.registrations(event.id)
    people = {one.participant: one for one in everybody if one.sitting == sitting.id}
    log = await store.roster.log(sitting.id)
    gone = departures(sitting.id, log, everybody)
    here = [
        (people[entry.participant], entry.session)
        for entry in await store.sessions()
        if entry.participant in people
    ]
    elsewhere = [(one.who, one.session) for one in gone if one.session]
    pairs, damaged = await _read(store, here)
    taken_along, damaged_elsewhere = await _read(store, elsewhere)
    records = [record for _who, record in pairs]
    saved = {one.session: one for one in await store.checkpoints()}
    heads = tuple(
        SealedHead(session=one.session, seq=one.seq, digest=one.head)
        for one in sorted(
            (record for _who, record in (*pairs, *taken_along)), key=lambda one: one.session
        )
    )
    return Minutes(
        event=event.id,
        title=event.title,
        timezone=event.timezone,
        sitting=sitting.id,
        date=sitting.date,
        room=sitting.room,
        wave=sitting.wave,
        opened_at=sitting.opened_at,
        closed_at=sitting.closed_at,
        written_at=at,
        written_by=by,
        proctors=_proctors(records, log),
        attendance=_attended(people.values(), pairs, damaged, event, sitting),
        invalid=tuple(
            _attendance(who, one, event, sitting) for who, one in pairs if not one.counts
        ),
        rescheduled=tuple(map(_rescheduled, gone)),
        damaged=(*damaged, *damaged_elsewhere),
        absences=_absences(pairs, saved, at),
        occurrences=_occurrences(pairs, log, everybody),
        heads=heads,
        root=sitting_root([(one.session, one.seq, one.digest) for one in heads]),
    )


async def _read(
    store: Store, tests: Iterable[tuple[Registration, str]]
) -> tuple[list[tuple[Registration, Record]], list[Damaged]]:
    """Return what tests consist of, and those that are not what was written."""
    sound, damaged = [], []
    for who, session in tests:
        try:
            sound.append((who, await _record(store, session)))
        except ChainBroken as broken:
            damaged.append(
                Damaged(
                    number=who.number,
                    seat=who.seat,
                    session=session,
                    seq=broken.seq,
                    reason=broken.reason,
                )
            )
    return sound, damaged


async def _record(store: Store, session: str) -> Record:
    record = Record(session=session)
    for one in await store.read(session):
        record = after(record, one)
    return record


def _attended(
    people: Iterable[Registration],
    pairs: Sequence[tuple[Registration, Record]],
    damaged: Iterable[Damaged],
    event: Event,
    sitting: Sitting,
) -> tuple[Attendance, ...]:
    """Return the attendance list; a test that nothing can be told of counts as one."""
    tests: dict[str, list[Record]] = {}
    for who, record in pairs:
        tests.setdefault(who.participant, []).append(record)
    unknown = {one.number: one.session for one in damaged}
    found = []
    for who in people:
        counts = counting(tests.get(who.participant, ()))
        line = _attendance(who, counts, event, sitting)
        if who.number in unknown and not line.present:
            known = "" if who.identification is Identification.PENDING else line.identification
            line = evolve(line, session=unknown[who.number], status=DAMAGED, identification=known)
        found.append(line)
    return tuple(found)


def _attendance(
    who: Registration, record: Record | None, event: Event, sitting: Sitting
) -> Attendance:
    checked = record.check if record else None
    known = str(who.identification)
    if who.identification is Identification.PENDING and checked is not None:
        known = str(checked.outcome)
    last_moment = sitting.opened_at + event.late_minutes * MINUTE_MS
    arrived = record.began_at if record else 0
    return Attendance(
        number=who.number,
        name=who.name,
        seat=record.seat if record and record.seat else who.seat,
        identification=known,
        checked_by=checked.by if checked else who.checked_by,
        session=record.session if record else "",
        arrived_at=arrived,
        ended_at=record.ended_at if record else 0,
        status=str(record.status) if record else "",
        answered=record.answered if record else 0,
        late=bool(event.late_minutes and arrived > last_moment),
        extra_seconds=record.extra if record else 0,
        extra_minutes=who.extra_minutes,
        extra_percent=who.extra_percent,
    )


def _proctors(records: Iterable[Record], log: Iterable[LogEntry]) -> tuple[str, ...]:
    """Return everybody who acted as a proctor, by name; looking is no act."""
    nobody = {"", "self", "participant", "system", "roster"}
    names = {one.by for record in records for one in record.timeline}
    names |= {entry.by for entry in log if entry.act != VIEWED}
    return tuple(sorted(names - nobody))


def _rescheduled(one: Departure) -> Rescheduled:
    return Rescheduled(
        number=one.who.number,
        name=one.who.name,
        session=one.session,
        sitting=one.sitting,
        at=one.at,
        by=one.by,
        reason=one.reason,
    )


def _absences(
    pairs: Sequence[tuple[Registration, Record]], saved: Mapping[str, Checkpoint], at: int
) -> tuple[Absence, ...]:
    found = (one for who, test in pairs for one in absences(who, test, saved.get(test.session), at))
    return tuple(sorted(found, key=lambda one: one.since))


def _occurrences(
    pairs: Sequence[tuple[Registration, Record]],
    log: Sequence[LogEntry],
    everybody: Sequence[Registration],
) -> tuple[Occurrence, ...]:
    told = [one for who, test in pairs for one in in_test(who, test)]
    people = {who.participant: who for who in everybody}
    found = (*told, *beside_tests(log, people, told))
    return tuple(sorted(found, key=lambda one: one.at))
