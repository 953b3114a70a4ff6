"""The state of a session: a fold over its events, with no clock, disk or screen."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from cact_tui.sessions.events import (
    Estimate,
    ItemShown,
    SectionStarted,
    SessionOpened,
    TimeExtended,
)


class Status(StrEnum):
    """Whether the test may go on; connection is a separate fact, never a status."""

    AWAITING = "awaiting"
    AUTHORIZED = "authorized"
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    CANCELED = "canceled"
    INVALIDATED = "invalidated"


TERMINAL = frozenset(
    {
        Status.FINISHED,
        Status.TERMINATED,
        Status.WITHDRAWN,
        Status.CANCELED,
        Status.INVALIDATED,
    }
)
"""Left only by an explicit, recorded reopen, `INVALIDATED` by nothing."""


class Phase(StrEnum):
    """Where in the battery the participant stands while the status allows to go on."""

    RULES = "rules"
    PRACTICE = "practice"
    INTRODUCTION = "introduction"
    CHOOSING = "choosing"
    ITEM = "item"
    BREAK = "break"
    COMPLETE = "complete"


class ItemState(StrEnum):
    """How an item that was shown ended. Only `answered` has a score category."""

    ANSWERED = "answered"
    OMITTED = "omitted"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What an item is shown for: to count, or to be calibrated and never count."""

    SCORED = "scored"
    PRETEST = "pretest"


class Identity(StrEnum):
    """What a proctor found of the participant's papers."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Grant(StrEnum):
    """Why extra time was granted: an accommodation, or something that went wrong."""

    PLANNED = "planned"
    INCIDENT = "incident"


class ClockReason(StrEnum):
    """Why a section ended when the clock, not a rule, ended it: its own budget or the battery's."""

    TIME = "time"
    BATTERY_TIME = "battery_time"


@frozen(kw_only=True)
class ItemRecord:
    """One item that was shown and closed. `category` is None unless answered.

    `role` is a `Role`; estimates, rules and lengths know nothing of items that do not count.
    """

    item: str
    state: ItemState
    given: tuple[str, ...]
    category: int | None
    shown_ms: int
    role: str = Role.SCORED.value


@frozen(kw_only=True)
class SectionState:
    """One section begun: how, what was answered, how it ended.

    `extra` is the seconds granted since it began.
    """

    started: SectionStarted
    records: tuple[ItemRecord, ...] = ()
    interim: Estimate | None = None
    ended: str | None = None
    extra: int = 0

    @property
    def answered(self) -> int:
        """Return the number of items answered, whatever they were shown for."""
        return sum(record.state is ItemState.ANSWERED for record in self.records)

    @property
    def seconds(self) -> int | None:
        """Return the budget with what was added to it, None without one."""
        planned = self.started.seconds
        return None if planned is None else planned + self.extra

    @property
    def used_ms(self) -> int:
        """Return the milliseconds charged for the items closed so far."""
        return sum(record.shown_ms for record in self.records)


@frozen(kw_only=True)
class SessionState:
    """Everything that decides what may happen next in one session.

    `cuts` counts lost connections since the last authorisation; `practice` says whether the battery
    has practice items; `shown_seq` is the sequence number of `shown`. `held_for` is the reason of a
    pause or a wait; `seat` where the participant sits as far as known; `identity` the last outcome
    of a check. `unread` are messages not acknowledged yet, oldest first, `sent` all of them;
    `grants` is all extra time.
    """

    session: str
    seq: int = 0
    status: Status = Status.AWAITING
    phase: Phase = Phase.RULES
    opened: SessionOpened | None = None
    connection: str | None = None
    cuts: int = 0
    sections: tuple[SectionState, ...] = ()
    shown: ItemShown | None = None
    shown_seq: int = 0
    answers: frozenset[str] = field(default=frozenset(), repr=False)
    paused_by: str | None = None
    practice: bool = True
    held_for: str = ""
    seat: str = ""
    identity: Identity | None = None
    unread: tuple[str, ...] = ()
    sent: frozenset[str] = frozenset()
    grants: tuple[TimeExtended, ...] = ()

    @property
    def section(self) -> SectionState | None:
        """Return the section begun last."""
        return self.sections[-1] if self.sections else None

    @property
    def running(self) -> SectionState | None:
        """Return the section that has begun and not ended."""
        section = self.section
        return section if section is not None and section.ended is None else None

    @property
    def extra_seconds(self) -> int:
        """Return all extra time, by which the battery's budget grows."""
        return sum(grant.seconds for grant in self.grants)

    @property
    def planned_seconds(self) -> int:
        """Return the extra time of the whole session, of which each section takes its share."""
        return sum(grant.seconds for grant in self.grants if grant.section is None)

    @property
    def answered(self) -> int:
        """Return the number of items answered in all sections."""
        return sum(section.answered for section in self.sections)
