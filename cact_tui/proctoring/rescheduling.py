"""A test goes on in another sitting: what has to be so first, and what the one that is left knows.

Whoever is rescheduled takes a test along that has begun. It is held from then on until somebody of
the other sitting lets it go on; the sitting that is left keeps in its log who went where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.journal.roster import Registration
from cact_tui.proctoring.troubles import Trouble, Unfit
from cact_tui.sessions.states import TERMINAL, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.journal.roster import LogEntry
    from cact_tui.sessions.states import SessionState

RESCHEDULED, RESCHEDULED_FROM = "rescheduled", "rescheduled_from"
"""Acts in the log of the sitting that is left, and of the other.

`detail` is `SITTING: REASON`, or `SITTING TEST: REASON` where a test went along; a roster file
gives no reason.
"""

_TOOK_PART = frozenset({Status.FINISHED, Status.TERMINATED, Status.WITHDRAWN})
"""Ends that belong to the papers of a sitting for good; a terminated test is reopened first."""


@frozen(kw_only=True)
class Departure:
    """Somebody is expected in another sitting since `at` (wall ms).

    `session` is the test that went along, empty for none.
    """

    who: Registration
    sitting: str
    session: str
    at: int
    by: str
    reason: str


def told(sitting: str, session: str, reason: str) -> str:
    """Return what a log says of somebody's other sitting."""
    return f"{sitting} {session}: {reason}" if session else f"{sitting}: {reason}"


def refuse_going_on(state: SessionState) -> None:
    """Refuse to reschedule a test that its participant may go on with, or took to its end.

    Held is what waits for authorisation or was paused by a proctor: whoever left by himself lifts
    that by coming back, and whoever was cut off goes on when the line is there again.

    Raises:
        Unfit: the test stays in its sitting; says what to do first.
    """
    if state.status in _TOOK_PART:
        raise Unfit(Trouble.TOOK_PART, "took the test in this sitting")
    paused = state.status is Status.PAUSED and state.paused_by != "participant"
    if state.status not in TERMINAL | {Status.AWAITING} and not paused:
        raise Unfit(Trouble.UNDER_WAY, "the test is under way (pause it first)")


def departures(
    sitting: str, log: Iterable[LogEntry], people: Iterable[Registration]
) -> tuple[Departure, ...]:
    """Return who left a sitting and is not expected there again, by its log; in that order."""
    elsewhere = {one.participant: one for one in people if one.sitting != sitting}
    last = {
        entry.participant: entry
        for entry in log
        if entry.act == RESCHEDULED and entry.participant in elsewhere
    }
    found = (_departure(entry, elsewhere[entry.participant]) for entry in last.values())
    return tuple(sorted(found, key=lambda one: one.at))


def _departure(entry: LogEntry, who: Registration) -> Departure:
    there, _, reason = entry.detail.rpartition(": ")
    sitting, _, session = there.partition(" ")
    return Departure(
        who=who, sitting=sitting, session=session, at=entry.at, by=entry.by, reason=reason
    )
