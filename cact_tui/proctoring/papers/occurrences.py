"""What happened in a sitting: acts and irregularities, in tests and beside them. Pure.

A test tells its own by its events; what was done to somebody who had none, and to the roster, is in
the sitting's log. What stands in both is told once, as the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from cact_tui.proctoring.lockouts import CLEARED, LOCKED_OUT, PIN_ISSUED
from cact_tui.proctoring.rescheduling import RESCHEDULED, RESCHEDULED_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cact_tui.journal.roster import LogEntry, Registration
    from cact_tui.proctoring.board.record import Record

REPEATED_MS = 10_000
"""Within so long after a line of the log an event says the same once more."""


@frozen(kw_only=True)
class Occurrence:
    """An irregularity or an act: who did it when (wall ms), why, and what of it.

    `kind` is an event by its name, or an act by its word in the sitting's log. `number` is the
    opaque id of whoever was erased.
    """

    number: str = field(repr=False)
    seat: str
    at: int
    kind: str
    by: str
    reason: str
    detail: str = ""


_RECORDED = frozenset(
    {
        "IrregularityRecorded",
        "TimeExtended",
        "SeatChanged",
        "LockoutCleared",
        "SessionTerminated",
        "SessionWithdrawn",
        "SessionCanceled",
        "SessionInvalidated",
        "Reopened",
        "ProctorCalled",
    }
)


def in_test(who: Registration, record: Record) -> Iterable[Occurrence]:
    """Return what happened in a test."""
    for one in record.timeline:
        refused = one.kind == "IdentityChecked" and one.detail == "refused"
        if one.kind in _RECORDED or refused:
            yield Occurrence(
                number=who.number,
                seat=record.seat or who.seat,
                at=one.at,
                kind=one.kind,
                by=one.by,
                reason=one.reason,
                detail=one.detail,
            )


_LOGGED = frozenset(
    {
        "registered",
        "corrected",
        RESCHEDULED,
        RESCHEDULED_FROM,
        "moved",
        PIN_ISSUED,
        LOCKED_OUT,
        CLEARED,
        "identity_refused",
    }
)

_SAYS_WHY_OF = {"walk_in": "registered", "correction": "corrected"}
"""Lines of the log that say why an earlier one was written."""

_EVENTS = {
    "moved": "SeatChanged",
    CLEARED: "LockoutCleared",
    "identity_refused": "IdentityChecked",
}
"""Acts that are an event, too, where there is a test."""


def beside_tests(
    log: Sequence[LogEntry], people: Mapping[str, Registration], told: Sequence[Occurrence]
) -> Iterable[Occurrence]:
    """Return what the log says of people (by participant) and `told` does not say already.

    A PIN is told of where it replaced another one: the first goes with the check of identity.
    """
    for one in _with_reasons(_without_first_pins(log), people):
        if not any(_repeats(event, one) for event in told):
            yield one


def _without_first_pins(log: Iterable[LogEntry]) -> Iterable[LogEntry]:
    have: set[str] = set()
    for entry in log:
        if entry.act != PIN_ISSUED or entry.participant in have:
            yield entry
        else:
            have.add(entry.participant)


def _with_reasons(
    log: Iterable[LogEntry], people: Mapping[str, Registration]
) -> Iterable[Occurrence]:
    """Return what is told of a log, with the reasons that later lines give."""
    found: list[Occurrence] = []
    for entry in log:
        if entry.act in _LOGGED:
            found.append(_occurrence(entry, people))
        elif entry.act in _SAYS_WHY_OF:
            _explain(found, entry, _occurrence(entry, people).number)
    return found


def _explain(found: list[Occurrence], entry: LogEntry, number: str) -> None:
    """Put the reason that a line gives to the newest of its sort by the same proctor."""
    kind = _SAYS_WHY_OF[entry.act]
    for place in range(len(found) - 1, -1, -1):
        one = found[place]
        if (one.kind, one.number, one.by, one.reason) == (kind, number, entry.by, ""):
            found[place] = evolve(one, reason=entry.detail)
            return


def _occurrence(entry: LogEntry, people: Mapping[str, Registration]) -> Occurrence:
    who = people.get(entry.participant)
    reason, detail = _why_and_what(entry)
    here = who is not None and who.sitting == entry.sitting
    return Occurrence(
        number=who.number if who else entry.participant,
        seat=who.seat if who and here else "",
        at=entry.at,
        kind=entry.act,
        by=entry.by,
        reason=reason,
        detail=detail,
    )


def _why_and_what(entry: LogEntry) -> tuple[str, str]:
    """Return why something was done, and what of it, as a line of the log has them."""
    if entry.act in (RESCHEDULED, RESCHEDULED_FROM, "moved"):
        detail, _, reason = entry.detail.rpartition(": ")
        return reason, detail
    if entry.act in ("corrected", LOCKED_OUT):
        return "", entry.detail
    return entry.detail, ""


def _repeats(event: Occurrence, one: Occurrence) -> bool:
    same = (event.kind, event.number, event.by, event.reason) == (
        _EVENTS.get(one.kind),
        one.number,
        one.by,
        one.reason,
    )
    return same and 0 <= event.at - one.at <= REPEATED_MS
