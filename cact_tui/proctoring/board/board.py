"""The projection of a sitting: records, registrations and saved times made into rows. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.delivery.heartbeat import CHECKPOINT_SECONDS
from cact_tui.journal.protocol import Checkpoint
from cact_tui.journal.roster import Identification as Papers
from cact_tui.proctoring.board import rows as r
from cact_tui.proctoring.board.folding import after
from cact_tui.proctoring.board.outline import NO_OUTLINE, Outline
from cact_tui.proctoring.board.record import Record, counting
from cact_tui.proctoring.signals import Custom, gone, last_seen, network, of_papers, signals
from cact_tui.sessions.states import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cact_tui.config.proctor import ProctorSettings
    from cact_tui.journal.protocol import Recorded
    from cact_tui.journal.roster import Registration
    from cact_tui.proctoring.board.record import SectionProgress

CUSTOM_FROM = 5
"""Tests from which on a room has a custom, …"""

CUSTOM_SHARE = 0.8
"""… if so large a share of them agrees."""


class Board:
    """Keeps a record of each session and makes rows of them.

    Fed with events as they come, in the order of each session; an event that was taken before is
    passed over. Rows are made when they are asked for: what did not change is an equal row.
    """

    def __init__(self, settings: ProctorSettings) -> None:
        self._settings = settings
        self._records: dict[str, Record] = {}
        self._sessions: dict[str, frozenset[str]] = {}
        self._outlines: dict[str, Outline] = {}
        self._saved: Mapping[str, Checkpoint] = {}
        self._people: Mapping[str, Registration] = {}
        self.attended: dict[str, int] = {}
        """When somebody last attended to a participant, wall ms."""

    # What comes in

    def seq(self, session: str) -> int:
        """Return the last event taken of a session, 0 before any."""
        record = self._records.get(session)
        return record.seq if record else 0

    def take(self, recorded: Iterable[Recorded]) -> None:
        """Take further events of sessions."""
        for one in recorded:
            record = self._records.get(one.session) or Record(session=one.session)
            if one.seq != record.seq + 1:
                continue
            record = after(record, one)
            self._records[one.session] = record
            if record.opened is not None:
                known = self._sessions.get(record.opened.participant, frozenset())
                self._sessions[record.opened.participant] = known | {one.session}

    def expect(self, people: Sequence[Registration]) -> None:
        """Take who is expected, as registered now."""
        self._people = {one.participant: one for one in people}

    def remember(self, saved: Sequence[Checkpoint]) -> None:
        """Take the times saved last."""
        self._saved = {one.session: one for one in saved}

    def outline(self, session: str, outline: Outline) -> None:
        """Take what kind of test a session is."""
        self._outlines[session] = outline

    # What comes out

    def record(self, participant: str) -> Record | None:
        """Return the record of a participant's test that counts, else of the newest."""
        return counting(self.tests(participant))

    def tests(self, participant: str) -> tuple[Record, ...]:
        """Return the records of all tests of a participant, in the order of their opening."""
        own = (self._records[one] for one in self._sessions.get(participant, ()))
        return tuple(sorted(own, key=lambda one: (one.began_at, one.session)))

    @property
    def records(self) -> Mapping[str, Record]:
        """Return the record of every session taken so far, by its reference."""
        return self._records

    @property
    def people(self) -> tuple[Registration, ...]:
        """Return who is expected."""
        return tuple(self._people.values())

    def rows(self, now: int) -> tuple[r.Row, ...]:
        """Return a row for everybody expected, by seat and number; `now` is wall ms."""
        custom = self._custom()
        made = (self._row(who, now, custom) for who in self._people.values())
        return tuple(sorted(made, key=lambda row: (not row.seat, natural(row.seat), row.number)))

    def detail(self, participant: str, now: int, words: Mapping[str, str]) -> r.Detail | None:
        """Return all about one participant; `words` are the texts by digest, as far as kept."""
        who = self._people.get(participant)
        if who is None:
            return None
        row = self._row(who, now, self._custom())
        record = self.record(participant) or Record(session="")
        earlier = tuple(one for one in self.tests(participant) if one is not record)
        return _detail(row, who, self._view(record), earlier, words)

    def _row(self, who: Registration, now: int, custom: Custom) -> r.Row:
        record = self.record(who.participant)
        if record is None:
            return r.Row(
                key=who.participant,
                session="",
                seat=who.seat,
                number=who.number,
                name=who.name,
                identified=str(who.identification),
                standing=r.Standing.ABSENT,
                signals=of_papers(who),
            )
        view = self._view(record)
        left = view.left(now)
        found = signals(
            record,
            view.saved,
            now,
            left=left,
            outline=view.outline,
            custom=custom,
            settings=self._settings,
            attended=self.attended.get(who.participant, 0),
        )
        running = record.sections[-1] if record.sections else None
        place = view.place(running)
        silent = (now - last_seen(record, view.saved)) // 1000 if not record.ended else 0
        return r.Row(
            key=who.participant,
            session=record.session,
            seat=record.seat or who.seat,
            number=who.number,
            name=who.name,
            identified=_identified(who, record),
            standing=_standing(record, view.saved),
            held_for=record.held.reason if record.held else "",
            section=place + 1 if running else 0,
            sections=len(view.outline.sections),
            title=view.outline.sections[place].title if running and place >= 0 else {},
            answered=running.answered if running else 0,
            answered_in_all=record.answered,
            at_most=view.outline.sections[place].at_most if running and place >= 0 else 0,
            left=left,
            silent=silent if silent > self._settings.silent_seconds else 0,
            signals=found if record.counts else of_papers(who),
        )

    def _view(self, record: Record) -> _View:
        return _View(
            record=record,
            saved=self._saved.get(record.session),
            outline=self._outlines.get(record.session, NO_OUTLINE),
        )

    def _custom(self) -> Custom:
        """Return what nearly everybody in the room has in common."""
        visits = [one.visits[-1] for one in self._records.values() if one.visits]
        return Custom(
            network=_common([network(one.address) for one in visits if one.address]),
            client=_common([one.client for one in visits if one.client]),
        )


@frozen(kw_only=True)
class _View:
    """A record with what stands beside it."""

    record: Record
    saved: Checkpoint | None
    outline: Outline

    def place(self, section: SectionProgress | None) -> int:
        """Return a section's index in the battery; -1 for one that is not in it."""
        ids = [one.id for one in self.outline.sections]
        wanted = section.section if section else ""
        return ids.index(wanted) if wanted in ids else -1

    def left(self, now: int) -> int | None:
        """Return the seconds left of whichever budget ends first; `now` is wall ms."""
        record = self.record
        section = record.running
        if section is None:
            return None
        running = self._on_screen(now)
        budgets = []
        if section.seconds is not None:
            budgets.append((section.seconds + section.extra) * 1000 - section.used_ms)
        if self.outline.seconds is not None:
            budgets.append((self.outline.seconds + record.extra) * 1000 - record.used_ms)
        return max((min(budgets) - running) // 1000, 0) if budgets else None

    def _on_screen(self, now: int) -> int:
        """Return the ms charged for the item on the screen: as saved, and what went on since.

        What was not saved yet is taken to be charged, for as long as it is between two savings.
        """
        record, saved = self.record, self.saved
        if not record.item:
            return 0
        known = saved is not None and saved.seq == record.shown_seq
        charged, since = (saved.shown_ms, saved.at) if saved and known else (0, record.shown_at)
        if record.status is not Status.ACTIVE or gone(record, saved):
            return charged
        return charged + min(max(now - since, 0), round(CHECKPOINT_SECONDS * 1000))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts A2 before A10, and numbers before letters."""
    pieces = re.findall(r"\d+|\D+", text)
    return tuple((0, int(one), "") if one.isdecimal() else (1, 0, one.casefold()) for one in pieces)


def _common(found: Sequence[str]) -> str:
    """Return what nearly all have in common; nothing where there is no custom."""
    if len(found) < CUSTOM_FROM:
        return ""
    usual, count = Counter(found).most_common(1)[0]
    return usual if count >= CUSTOM_SHARE * len(found) else ""


_STANDINGS = {
    Status.AWAITING: r.Standing.WAITING,
    Status.AUTHORIZED: r.Standing.READY,
    Status.PAUSED: r.Standing.PAUSED,
    Status.FINISHED: r.Standing.FINISHED,
    Status.TERMINATED: r.Standing.TERMINATED,
    Status.WITHDRAWN: r.Standing.WITHDRAWN,
    Status.CANCELED: r.Standing.CANCELED,
    Status.INVALIDATED: r.Standing.INVALIDATED,
}


def _standing(record: Record, saved: Checkpoint | None) -> r.Standing:
    goes_on = record.status in (Status.ACTIVE, Status.AUTHORIZED)
    if goes_on and gone(record, saved):
        return r.Standing.GONE
    if record.status is Status.ACTIVE:
        return r.Standing.RESTING if record.resting else r.Standing.ACTIVE
    return _STANDINGS[record.status]


def _identified(who: Registration, record: Record) -> str:
    """Return what was found of the papers, in the session or outside it."""
    if record.check is not None and record.counts:
        return str(record.check.outcome)
    return str(who.identification)


def _detail(
    row: r.Row, who: Registration, view: _View, earlier: Sequence[Record], words: Mapping[str, str]
) -> r.Detail:
    record = view.record
    return r.Detail(
        row=row,
        nip=who.nip,
        unit=who.unit,
        identification=_identification(who, record),
        began_at=record.began_at,
        ended_at=record.ended_at,
        seen_at=last_seen(record, view.saved),
        language=record.opened.language if record.opened else "",
        item=record.item,
        held=record.held,
        sections=tuple(_progress(view, place) for place in range(len(view.outline.sections))),
        paces=tuple(one.shown_ms / 1000 for one in record.paces),
        visits=record.visits,
        notes=_notes(record, words),
        irregularities=record.irregularities,
        grants=record.grants,
        planned_minutes=who.extra_minutes,
        planned_percent=who.extra_percent,
        rests=record.rests,
        timeline=record.timeline,
        earlier=tuple(_earlier(one) for one in earlier),
    )


def _earlier(record: Record) -> r.Earlier:
    return r.Earlier(
        session=record.session,
        seat=record.seat,
        began_at=record.began_at,
        ended_at=record.ended_at,
        ended=record.held,
    )


def _identification(who: Registration, record: Record) -> r.Identification:
    if record.check is not None and record.counts:
        check = record.check
        return r.Identification(outcome=str(check.outcome), by=check.by, at=check.at)
    known = who.identification is not Papers.PENDING
    return r.Identification(
        outcome=str(who.identification if known else Papers.PENDING),
        by=who.checked_by,
        at=who.checked_at,
    )


def _progress(view: _View, place: int) -> r.Progress:
    planned = view.outline.sections[place]
    begun = next((one for one in view.record.sections if one.section == planned.id), None)
    if begun is None:
        return r.Progress(title=planned.title, part=r.Part.AHEAD, at_most=planned.at_most)
    return r.Progress(
        title=planned.title,
        part=r.Part.ENDED if begun.ended else r.Part.RUNNING,
        answered=begun.answered,
        at_most=planned.at_most,
        used=begun.used_ms // 1000,
        seconds=None if begun.seconds is None else begun.seconds + begun.extra,
        reason=begun.ended,
    )


def _notes(record: Record, words: Mapping[str, str]) -> tuple[r.Note, ...]:
    found = [
        r.Note(at=one.at, text=words.get(one.digest, ""), by=one.by, read=one.read)
        for one in (*record.comments, *record.messages)
    ]
    return tuple(sorted(found, key=lambda note: note.at))
