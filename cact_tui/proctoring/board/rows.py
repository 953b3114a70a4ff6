"""What a proctor sees, as frozen rows, details and snapshots: no answer, key, text or score."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from cact_tui.proctoring.board.record import Moment, Rest, Visit
from cact_tui.proctoring.signals import INCIDENTS, Alarm, Signal


class Standing(StrEnum):
    """How somebody stands, in the words of the room; each has a mark, a colour and a word."""

    ABSENT = "absent"
    WAITING = "waiting"
    READY = "ready"
    ACTIVE = "active"
    RESTING = "resting"
    PAUSED = "paused"
    GONE = "gone"
    FINISHED = "finished"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    CANCELED = "canceled"
    INVALIDATED = "invalidated"


OPEN = frozenset(
    {
        Standing.WAITING,
        Standing.READY,
        Standing.ACTIVE,
        Standing.RESTING,
        Standing.PAUSED,
        Standing.GONE,
    }
)
"""Of tests that have begun and not ended."""


@frozen(kw_only=True)
class Row:
    """One participant of a sitting.

    `key` is the participant's opaque id and `session` the test's reference, empty before it was
    opened. `identified` is `pending`, `confirmed` or `refused`. `section` counts from 1, 0 before
    the first. `left` is seconds of the running budget, counted on from what was saved last;
    `silent` seconds without a sign of life, 0 while that is ordinary.
    """

    key: str
    session: str
    seat: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    identified: str
    standing: Standing
    held_for: str = ""
    section: int = 0
    sections: int = 0
    title: Mapping[str, str] = field(factory=dict)
    answered: int = 0
    answered_in_all: int = 0
    at_most: int = 0
    left: int | None = None
    silent: int = 0
    signals: tuple[Signal, ...] = ()

    @property
    def open(self) -> bool:
        """Return whether a test was begun and has not ended."""
        return self.standing in OPEN

    @property
    def incident(self) -> Signal | None:
        """Return the most urgent signal that asks for somebody, if there is one."""
        return next((one for one in self.signals if one.kind in INCIDENTS), None)


@frozen(kw_only=True)
class Place:
    """A sitting that may be looked at."""

    id: str
    date: str
    room: str
    wave: int
    state: str


@frozen(kw_only=True)
class Snapshot:
    """A sitting at one moment. `at`, `opened_at` and `closed_at` are wall ms, 0 for never.

    `rows` are in the order of seats, then numbers; `places` are all sittings of the event.
    """

    at: int
    place: Place
    timezone: str
    opened_at: int = 0
    closed_at: int = 0
    rows: tuple[Row, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    places: tuple[Place, ...] = ()


class Part(StrEnum):
    """How far one section is."""

    ENDED = "ended"
    RUNNING = "running"
    AHEAD = "ahead"


@frozen(kw_only=True)
class Progress:
    """One section of a test. `used` is charged seconds, `seconds` the budget with extra time."""

    title: Mapping[str, str]
    part: Part
    answered: int = 0
    at_most: int = 0
    used: int = 0
    seconds: int | None = None
    reason: str = ""


@frozen(kw_only=True)
class Note:
    """Words of or to a participant; `by` is empty for the participant, `read` 0 for not yet."""

    at: int
    text: str = field(repr=False)
    by: str = ""
    read: int = 0


@frozen(kw_only=True)
class Identification:
    """The check of identity: what was found, by whom, when (wall ms, 0 for not yet)."""

    outcome: str
    by: str = ""
    at: int = 0


@frozen(kw_only=True)
class Earlier:
    """A test that somebody else sat under the number; `ended` says who found that, when, why."""

    session: str
    seat: str
    began_at: int
    ended_at: int
    ended: Moment | None


@frozen(kw_only=True)
class Detail:
    """All that a proctor may know of one participant. `paces` are seconds per answer, in order.

    `earlier` are tests opened under the number that count for nobody. `profile` is the result of a
    test that has ended, by language: empty unless the policy lets this proctor see it.
    """

    row: Row
    nip: str = field(default="", repr=False)
    unit: str = field(default="", repr=False)
    identification: Identification
    began_at: int = 0
    ended_at: int = 0
    seen_at: int = 0
    language: str = ""
    item: str = ""
    held: Moment | None = None
    sections: tuple[Progress, ...] = ()
    paces: tuple[float, ...] = ()
    visits: tuple[Visit, ...] = ()
    notes: tuple[Note, ...] = ()
    irregularities: tuple[Moment, ...] = ()
    grants: tuple[Moment, ...] = ()
    planned_minutes: int = 0
    planned_percent: int = 0
    rests: tuple[Rest, ...] = ()
    timeline: tuple[Moment, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    profile: Mapping[str, str] = field(factory=dict, repr=False)
