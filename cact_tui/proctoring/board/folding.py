"""The fold: what one event makes of a record. Total and pure.

Fed with new events only, one at a time. Options, texts, categories and estimates are read past.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.proctoring.board.record import (
    Check,
    Moment,
    Pace,
    Record,
    Rest,
    SectionProgress,
    Visit,
    Words,
)
from cact_tui.sessions import events as e
from cact_tui.sessions.presence import sign_of_life
from cact_tui.sessions.states import Identity, Status

if TYPE_CHECKING:
    from cact_tui.journal.protocol import Recorded

_QUIET = (e.ItemShown, e.ResponseGiven, e.ItemClosed)
"""Events of every item, which a timeline leaves out."""


def after(record: Record, recorded: Recorded) -> Record:
    """Return the record after one more event."""
    changed = _apply(recorded.event, recorded.at, record)
    back = record.last_at - recorded.at
    if back > record.backwards_ms:
        changed = evolve(changed, backwards_ms=back, backwards_at=recorded.at)
    if not isinstance(recorded.event, _QUIET):
        moment = _moment(recorded.event, recorded.at)
        changed = evolve(changed, timeline=(*changed.timeline, moment))
    if sign_of_life(recorded.event):
        changed = evolve(changed, seen_at=recorded.at)
    return evolve(changed, seq=recorded.seq, head=recorded.digest, last_at=recorded.at)


def _moment(event: e.Event, at: int) -> Moment:
    """Return an event as a line of the timeline: whatever it has of who, why and what."""
    return Moment(
        at=at,
        kind=type(event).__name__,
        by=str(getattr(event, "by", "")),
        reason=str(getattr(event, "reason", "") or getattr(event, "code", "")),
        detail=_detail(event),
    )


def _detail(event: e.Event) -> str:
    found = ""
    match event:
        case e.Attached(seat=seat) | e.SeatChanged(seat=seat):
            found = seat
        case e.SectionStarted(section=section) | e.SectionEnded(section=section):
            found = section
        case e.TimeExtended(seconds=seconds) | e.BreakStarted(seconds=seconds):
            found = str(seconds)
        case e.BreakEnded():
            found = str(event.rested_ms // 1000)
        case e.IdentityChecked():
            found = event.outcome
        case e.IrregularityRecorded():
            found = event.detail
    return found


@singledispatch
def _apply(event: e.Event, at: int, record: Record) -> Record:
    """Facts that stand in the timeline alone."""
    del event, at
    return record


@_apply.register
def _(event: e.SessionOpened, at: int, record: Record) -> Record:
    return evolve(record, opened=event, began_at=at)


@_apply.register
def _(event: e.Attached, at: int, record: Record) -> Record:
    visit = Visit(
        at=at,
        seat=event.seat,
        address=event.address,
        client=event.client,
        terminal=event.terminal,
        columns=event.columns,
        rows=event.rows,
        mode=event.mode,
        away_ms=event.away_ms,
        cut=event.cut,
    )
    moved = event.seat and record.seat and event.seat != record.seat
    elsewhere = Moment(at=at, kind="Attached", detail=f"{record.seat} → {event.seat}")
    return evolve(
        record,
        connection=event.connection,
        seat=event.seat or record.seat,
        visits=(*record.visits, visit),
        second_seat=elsewhere if moved else record.second_seat,
    )


@_apply.register
def _(event: e.IdentityChecked, at: int, record: Record) -> Record:
    return evolve(record, check=Check(at=at, outcome=Identity(event.outcome), by=event.by))


@_apply.register
def _(event: e.AuthorisationRequired, at: int, record: Record) -> Record:
    return evolve(record, status=Status.AWAITING, held=_moment(event, at))


@_apply.register
def _(event: e.Authorised, at: int, record: Record) -> Record:
    del event, at
    return _let_go(record)


@_apply.register
def _(event: e.Resumed, at: int, record: Record) -> Record:
    del event, at
    return _let_go(record)


def _let_go(record: Record) -> Record:
    status = Status.ACTIVE if record.rules_read else Status.AUTHORIZED
    return evolve(record, status=status, held=None)


@_apply.register
def _(event: e.RulesRead, at: int, record: Record) -> Record:
    del event, at
    return evolve(record, rules_read=True, status=Status.ACTIVE)


@_apply.register
def _(event: e.Paused, at: int, record: Record) -> Record:
    return evolve(record, status=Status.PAUSED, held=_moment(event, at))


@_apply.register
def _(event: e.SectionStarted, at: int, record: Record) -> Record:
    begun = SectionProgress(section=event.section, began=at, seconds=event.seconds)
    return evolve(record, sections=(*record.sections, begun))


@_apply.register
def _(event: e.SectionEnded, at: int, record: Record) -> Record:
    del at
    return _with_last(record, evolve(record.sections[-1], ended=event.reason))


@_apply.register
def _(event: e.ItemShown, at: int, record: Record) -> Record:
    return evolve(record, item=event.item, shown_seq=record.seq + 1, shown_at=at)


@_apply.register
def _(event: e.ResponseGiven, at: int, record: Record) -> Record:
    pace = Pace(
        item=event.item,
        at=at,
        shown_ms=event.timing.shown,
        uncharged_ms=event.timing.uncharged,
    )
    last = record.sections[-1]
    counted = evolve(last, answered=last.answered + 1)
    return _closed(evolve(_with_last(record, counted), paces=(*record.paces, pace)), event.timing)


@_apply.register
def _(event: e.ItemClosed, at: int, record: Record) -> Record:
    del at
    return _closed(record, event.timing)


def _closed(record: Record, timing: e.ItemTiming) -> Record:
    last = record.sections[-1]
    used = evolve(last, closed=last.closed + 1, used_ms=last.used_ms + timing.shown)
    return evolve(_with_last(record, used), item="", shown_at=0)


def _with_last(record: Record, section: SectionProgress) -> Record:
    return evolve(record, sections=(*record.sections[:-1], section))


@_apply.register
def _(event: e.BreakStarted, at: int, record: Record) -> Record:
    rest = Rest(at=at, seconds=event.seconds)
    return evolve(record, resting=True, rests=(*record.rests, rest))


@_apply.register
def _(event: e.BreakEnded, at: int, record: Record) -> Record:
    del at
    ended = evolve(record.rests[-1], rested_ms=event.rested_ms)
    return evolve(record, resting=False, rests=(*record.rests[:-1], ended))


@_apply.register
def _(event: e.ProctorCalled, at: int, record: Record) -> Record:
    del event
    return evolve(record, called=at)


@_apply.register
def _(event: e.CommentMade, at: int, record: Record) -> Record:
    return evolve(record, comments=(*record.comments, Words(at=at, digest=event.digest)))


@_apply.register
def _(event: e.MessageSent, at: int, record: Record) -> Record:
    sent = Words(at=at, digest=event.digest, by=event.by)
    return evolve(record, messages=(*record.messages, sent))


@_apply.register
def _(event: e.MessageAcknowledged, at: int, record: Record) -> Record:
    read = tuple(
        evolve(one, read=at) if one.digest == event.digest else one for one in record.messages
    )
    return evolve(record, messages=read)


@_apply.register
def _(event: e.TimeExtended, at: int, record: Record) -> Record:
    grant = Moment(
        at=at, kind=event.kind, by=event.by, reason=event.reason, detail=str(event.seconds)
    )
    sections = tuple(
        evolve(one, extra=one.extra + event.seconds) if one.section == event.section else one
        for one in record.sections
    )
    return evolve(
        record,
        grants=(*record.grants, grant),
        extra=record.extra + event.seconds,
        sections=sections,
    )


@_apply.register
def _(event: e.SeatChanged, at: int, record: Record) -> Record:
    del at
    return evolve(record, seat=event.seat, second_seat=None)


@_apply.register
def _(event: e.IrregularityRecorded, at: int, record: Record) -> Record:
    return evolve(record, irregularities=(*record.irregularities, _moment(event, at)))


@_apply.register
def _(event: e.SessionFinished, at: int, record: Record) -> Record:
    del event
    return _over(record, Status.FINISHED, at)


@_apply.register
def _(event: e.SessionTerminated, at: int, record: Record) -> Record:
    return evolve(_over(record, Status.TERMINATED, at), held=_moment(event, at))


@_apply.register
def _(event: e.SessionWithdrawn, at: int, record: Record) -> Record:
    del event
    return _over(record, Status.WITHDRAWN, at)


@_apply.register
def _(event: e.SessionCanceled, at: int, record: Record) -> Record:
    return evolve(_over(record, Status.CANCELED, at), held=_moment(event, at))


@_apply.register
def _(event: e.SessionInvalidated, at: int, record: Record) -> Record:
    over = _over(record, Status.INVALIDATED, record.ended_at or at)
    return evolve(over, held=_moment(event, at))


def _over(record: Record, status: Status, at: int) -> Record:
    return evolve(record, status=status, ended_at=at, item="", held=None)


@_apply.register
def _(event: e.Reopened, at: int, record: Record) -> Record:
    return evolve(record, status=Status.AWAITING, ended_at=0, held=_moment(event, at))
