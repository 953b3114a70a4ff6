"""Everything on record beside items and estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from cact_tui.results.incident_records import (
    CommentResult,
    Confirmation,
    Connection,
    Ending,
    ExtraTime,
    IdentityCheck,
    Incidents,
    Irregularity,
    ProctorCall,
    Reopening,
    Standstill,
)
from cact_tui.results.moments import moment
from cact_tui.sessions import events as e
from cact_tui.sessions.states import Grant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cact_tui.journal.protocol import Comment, Recorded
    from cact_tui.results.moments import Moment

Kind = TypeVar("Kind")


def incidents(
    recorded: Sequence[Recorded], comments: Sequence[Comment], timezone: str
) -> Incidents:
    """Return everything that happened beside items and estimates."""
    log = _Log(recorded, timezone)
    return Incidents(
        endings=tuple(_endings(log)),
        reopenings=tuple(
            Reopening(at=at, by=event.by, reason=event.reason) for at, event in log.of(e.Reopened)
        ),
        standstills=_standstills(log),
        irregularities=tuple(
            Irregularity(at=at, code=event.code, detail=event.detail, by=event.by)
            for at, event in log.of(e.IrregularityRecorded)
        ),
        proctor_calls=tuple(
            ProctorCall(at=at, item=event.item) for at, event in log.of(e.ProctorCalled)
        ),
        comments=_comments(log, comments),
        connections=tuple(_connections(log)),
        confirmations=tuple(
            Confirmation(at=at, word=event.word, notice=event.notice, language=event.language)
            for at, event in log.of(e.IdentityConfirmed)
        ),
        extra_time=tuple(_extra_time(log)),
        identity_checks=tuple(
            IdentityCheck(at=at, outcome=event.outcome, by=event.by, reason=event.reason or None)
            for at, event in log.of(e.IdentityChecked)
        ),
        messages=sum(1 for _ in log.of(e.MessageSent)),
    )


class _Log:
    """The events of a session with their moments."""

    def __init__(self, recorded: Sequence[Recorded], timezone: str) -> None:
        self.entries: tuple[tuple[Moment, e.Event], ...] = tuple(
            (moment(entry.at, timezone), entry.event) for entry in recorded
        )

    def of(self, kind: type[Kind]) -> Iterator[tuple[Moment, Kind]]:
        """Yield the events of one kind."""
        return ((at, event) for at, event in self.entries if isinstance(event, kind))


def _endings(log: _Log) -> Iterator[Ending]:
    for at, event in log.entries:
        match event:
            case e.SessionFinished():
                yield Ending(at=at, status="finished")
            case e.SessionTerminated():
                yield Ending(at=at, status="terminated", by=event.by, reason=event.reason)
            case e.SessionWithdrawn():
                yield Ending(at=at, status="withdrawn", reason=event.reason)
            case e.SessionCanceled():
                yield Ending(at=at, status="canceled", by=event.by, reason=event.reason)
            case e.SessionInvalidated():
                yield Ending(at=at, status="invalidated", by=event.by, reason=event.reason)
            case _:
                pass


_TERMINAL = (
    e.SessionFinished,
    e.SessionTerminated,
    e.SessionWithdrawn,
    e.SessionCanceled,
    e.SessionInvalidated,
)


def _standstills(log: _Log) -> tuple[Standstill, ...]:
    """Return pauses, waits for authorisation and breaks; whatever is open ends with the session."""
    found: list[Standstill] = []
    for at, event in log.entries:
        begun = _begun(at, event)
        if begun is not None:
            found.append(begun)
            continue
        kinds = _ends(event)
        if kinds:
            by = event.by if isinstance(event, (e.Resumed, e.Authorised)) else None
            found = [_closed(one, at, by) if one.kind in kinds else one for one in found]
    return tuple(found)


def _begun(at: Moment, event: e.Event) -> Standstill | None:
    match event:
        case e.Paused():
            return _standstill("pause", at, event.reason, event.by)
        case e.AuthorisationRequired():
            return _standstill("authorisation", at, event.reason)
        case e.BreakStarted():
            return _standstill("break", at, f"at most {event.seconds} s")
        case _:
            return None


def _standstill(kind: str, at: Moment, reason: str, by: str | None = None) -> Standstill:
    return Standstill(kind=kind, since=at, until=None, by=by, reason=reason, ended_by=None)


def _ends(event: e.Event) -> tuple[str, ...]:
    """Return the kinds of standstill that an event ends."""
    match event:
        case e.Resumed():
            return ("pause",)
        case e.Authorised():
            return ("pause", "authorisation")
        case e.BreakEnded():
            return ("break",)
        case _:
            return ("pause", "authorisation", "break") if isinstance(event, _TERMINAL) else ()


def _closed(one: Standstill, at: Moment, by: str | None) -> Standstill:
    return one if one.until else evolve(one, until=at, ended_by=by)


def _extra_time(log: _Log) -> Iterator[ExtraTime]:
    for at, event in log.of(e.TimeExtended):
        # Why somebody needs an accommodation is no part of a result, whatever a proctor wrote.
        planned = event.kind == Grant.PLANNED
        yield ExtraTime(
            at=at,
            seconds=event.seconds,
            kind=event.kind,
            section=event.section,
            by=event.by,
            reason=None if planned else event.reason,
        )


def _comments(log: _Log, comments: Sequence[Comment]) -> tuple[CommentResult, ...]:
    texts = {comment.digest: comment.text for comment in comments}
    return tuple(
        CommentResult(at=at, item=event.item, digest=event.digest, text=texts.get(event.digest))
        for at, event in log.of(e.CommentMade)
    )


def _connections(log: _Log) -> Iterator[Connection]:
    for at, event in log.of(e.Attached):
        yield Connection(
            at=at,
            connection=event.connection,
            mode=event.mode,
            terminal=event.terminal,
            columns=event.columns,
            rows=event.rows,
            charset=event.charset,
            colours=event.colours,
            away_ms=event.away_ms,
            cut=event.cut,
        )
