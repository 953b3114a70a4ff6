"""What a proctor may know of one session: no answer, no text, no score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.sessions import events as e
from cact_tui.sessions.states import TERMINAL, Identity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen(kw_only=True)
class Moment:
    """One line of a timeline: an event by its name, when (wall ms), by whom, why and what of it.

    `detail` is a seat, a section, seconds or a word of the journal; never an answer.
    """

    at: int
    kind: str
    by: str = ""
    reason: str = ""
    detail: str = ""


@frozen(kw_only=True)
class SectionProgress:
    """How far a section is. `used_ms` is charged for closed items, `extra` in seconds."""

    section: str
    began: int
    seconds: int | None
    extra: int = 0
    answered: int = 0
    closed: int = 0
    used_ms: int = 0
    ended: str = ""


@frozen(kw_only=True)
class Pace:
    """How long one item was on the screen before its answer, in ms; `at` is when it was given."""

    item: str
    at: int
    shown_ms: int
    uncharged_ms: int


@frozen(kw_only=True)
class Visit:
    """One sign-in at one terminal, as the journal knows it."""

    at: int
    seat: str
    address: str
    client: str
    terminal: str
    columns: int
    rows: int
    mode: str
    away_ms: int
    cut: bool


@frozen(kw_only=True)
class Words:
    """That somebody wrote something; the words themselves are elsewhere, and erasable.

    `by` is empty for the participant; `read` is when a message was acknowledged, 0 for not yet.
    """

    at: int
    digest: str
    by: str = ""
    read: int = 0


@frozen(kw_only=True)
class Rest:
    """A break: when it began, how long it may be, how long it was (None: it goes on)."""

    at: int
    seconds: int
    rested_ms: int | None = None


@frozen(kw_only=True)
class Check:
    """What was found of somebody's papers, by whom, when."""

    at: int
    outcome: Identity
    by: str


@frozen(kw_only=True)
class Record:
    """One session as a proctor may know it.

    Times are wall ms; `seen_at` is that of the last event that the participant's own terminal
    caused, `last_at` of the last of all. `item` is the id of the item on the screen, `shown_seq`
    its event; `held` is the pause or wait that holds the test. `called` is the last call for a
    proctor; `backwards_ms` the largest step back that the times of events made, at `backwards_at`.
    `head` is the digest of the last event.
    """

    session: str
    seq: int = 0
    head: str = ""
    opened: e.SessionOpened | None = None
    began_at: int = 0
    ended_at: int = 0
    last_at: int = 0
    seen_at: int = 0
    status: Status = Status.AWAITING
    rules_read: bool = False
    resting: bool = False
    held: Moment | None = None
    connection: str = ""
    seat: str = ""
    check: Check | None = None
    item: str = ""
    shown_seq: int = 0
    shown_at: int = 0
    called: int = 0
    sections: tuple[SectionProgress, ...] = ()
    paces: tuple[Pace, ...] = ()
    visits: tuple[Visit, ...] = ()
    second_seat: Moment | None = None
    comments: tuple[Words, ...] = ()
    messages: tuple[Words, ...] = ()
    irregularities: tuple[Moment, ...] = ()
    grants: tuple[Moment, ...] = ()
    rests: tuple[Rest, ...] = ()
    timeline: tuple[Moment, ...] = ()
    extra: int = 0
    backwards_ms: int = 0
    backwards_at: int = 0

    @property
    def ended(self) -> bool:
        """Return whether nobody goes on with it."""
        return self.status in TERMINAL

    @property
    def counts(self) -> bool:
        """Return whether it is a test of who it was opened for."""
        return self.status is not Status.INVALIDATED

    @property
    def running(self) -> SectionProgress | None:
        """Return the section that has begun and not ended."""
        last = self.sections[-1] if self.sections else None
        return last if last is not None and not last.ended else None

    @property
    def answered(self) -> int:
        """Return the number of items answered in all sections."""
        return sum(section.answered for section in self.sections)

    @property
    def used_ms(self) -> int:
        """Return the milliseconds charged for all closed items."""
        return sum(section.used_ms for section in self.sections)


def counting(tests: Iterable[Record]) -> Record | None:
    """Return which of one participant's tests counts: the newest that is not invalid, if any.

    Where all are invalid it is the newest; None without any.
    """
    return max(tests, key=lambda one: (one.counts, one.began_at, one.session), default=None)
