"""The state of a session: a fold over its events, with no clock, disk or screen."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from cact_tui.sessions.events import Estimate, ItemShown, SectionStarted, SessionOpened


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


TERMINAL = frozenset({Status.FINISHED, Status.TERMINATED, Status.WITHDRAWN, Status.CANCELED})
"""Left only by an explicit, recorded reopen."""


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


class ClockReason(StrEnum):
    """Why a section ended when the clock, not a rule, ended it: its own budget or the battery's."""

    TIME = "time"
    BATTERY_TIME = "battery_time"


@frozen(kw_only=True)
class ItemRecord:
    """One item that was shown and closed. `category` is None unless answered."""

    item: str
    state: ItemState
    given: tuple[str, ...]
    category: int | None
    shown_ms: int


@frozen(kw_only=True)
class SectionState:
    """One section begun: how, what was answered, how it ended."""

    started: SectionStarted
    records: tuple[ItemRecord, ...] = ()
    interim: Estimate | None = None
    ended: str | None = None

    @property
    def answered(self) -> int:
        """Return the number of items answered."""
        return sum(record.state is ItemState.ANSWERED for record in self.records)

    @property
    def used_ms(self) -> int:
        """Return the milliseconds charged for the items closed so far."""
        return sum(record.shown_ms for record in self.records)


@frozen(kw_only=True)
class SessionState:
    """Everything that decides what may happen next in one session.

    `cuts` counts lost connections since the last authorisation; `practice` says whether the battery
    has practice items; `shown_seq` is the sequence number of `shown`.
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

    @property
    def section(self) -> SectionState | None:
        """Return the section begun last."""
        return self.sections[-1] if self.sections else None

    @property
    def answered(self) -> int:
        """Return the number of items answered in all sections."""
        return sum(section.answered for section in self.sections)
