"""Who was out of the test, and for how long: breaks, pauses, waits, lost connections. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from cact_tui.delivery.heartbeat import CHECKPOINT_SECONDS
from cact_tui.journal.roster import Registration
from cact_tui.proctoring.board.record import Record
from cact_tui.sessions.events import ENDED, INVALIDATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.journal.protocol import Checkpoint
    from cact_tui.proctoring.board.record import Moment

SILENT_MS = round(4 * CHECKPOINT_SECONDS * 1000)
"""Without a sign of life for longer a terminal is taken to be gone."""


@frozen(kw_only=True)
class Absence:
    """Somebody was out of the test for a while. Times are wall ms.

    `kind` is `break`, `left`, `paused`, `cut`, `gone` (a cut that nobody came back from) or
    `waited` (for authorisation, after an interruption). `by` is who paused, or who ended the wait.
    `until` is the end of the test where nobody came back, 0 where it has none.
    """

    number: str = field(repr=False)
    seat: str
    kind: str
    since: int
    until: int
    by: str = ""
    reason: str = ""


def absences(
    who: Registration, record: Record, saved: Checkpoint | None, at: int
) -> tuple[Absence, ...]:
    """Return when somebody was out of a test, as known at `at` (wall ms).

    `saved` is the last used time on record, which is a sign of life of the terminal.
    """
    of = _Of(who=who, record=record)
    found = (*of.breaks(), *of.cuts(), *of.pauses(), *of.waits())
    left = any(one.kind == "left" and one.until == record.ended_at for one in found)
    if left or saved is None or _stayed(record):
        return found
    return (*found, *of.gone(saved, at))


def _stayed(record: Record) -> bool:
    """Return whether the participant brought the test to its end, so was there."""
    ends = [one.kind for one in record.timeline if one.kind in ENDED - {INVALIDATED}]
    return record.ended and ends[-1:] in (["SessionFinished"], ["SessionWithdrawn"])


@frozen(kw_only=True)
class _Of:
    """The absences of one person from one test."""

    who: Registration
    record: Record

    def absence(
        self, kind: str, since: int, until: int, *, by: str = "", reason: str = ""
    ) -> Absence:
        return Absence(
            number=self.who.number,
            seat=self.record.seat or self.who.seat,
            kind=kind,
            since=since,
            until=until,
            by=by,
            reason=reason,
        )

    def breaks(self) -> Iterable[Absence]:
        for rest in self.record.rests:
            ended = None if rest.rested_ms is None else rest.at + rest.rested_ms
            yield self.absence("break", rest.at, ended or self.record.ended_at)

    def cuts(self) -> Iterable[Absence]:
        """Return cuts that a sign-in ended."""
        for visit in self.record.visits:
            if visit.cut:
                yield self.absence("cut", visit.at - visit.away_ms, visit.at)

    def gone(self, saved: Checkpoint, at: int) -> Iterable[Absence]:
        """Return a cut that nobody came back from."""
        since = max(saved.at, self.record.seen_at)
        end = self.record.ended_at or at
        silent = SILENT_MS if saved.connection or saved.at < since else 0
        if end - since > silent:
            yield self.absence("gone", since, self.record.ended_at)

    def pauses(self) -> Iterable[Absence]:
        for held, let_go in _holds(self.record, "Paused"):
            until = let_go.at if let_go else self.record.ended_at
            if held.by == "participant":
                yield self.absence("left", held.at, until)
            else:
                yield self.absence("paused", held.at, until, by=held.by, reason=held.reason)

    def waits(self) -> Iterable[Absence]:
        """Return waits that somebody had to end; what authorises itself is no wait."""
        for held, let_go in _holds(self.record, _WAITS):
            by, until = (let_go.by, let_go.at) if let_go else ("", self.record.ended_at)
            if by != "self":
                yield self.absence("waited", held.at, until, by=by, reason=held.reason)


_WAITS = "AuthorisationRequired"

_LET_GO = frozenset(
    {
        "Resumed",
        "Authorised",
        "SessionTerminated",
        "SessionWithdrawn",
        "SessionCanceled",
        "SessionInvalidated",
    }
)


def _holds(record: Record, kind: str) -> Iterable[tuple[Moment, Moment | None]]:
    """Return what held the test, each with what let it go; None where nothing did.

    A pause is over, too, when its participant is back and waits.
    """
    held: Moment | None = None
    for one in record.timeline:
        if one.kind == kind:
            held = held or one
        elif held is not None and one.kind in (*_LET_GO, _WAITS):
            yield held, one
            held = None
    if held is not None:
        yield held, None
