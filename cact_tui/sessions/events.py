"""The events of a session: decisions as they were made, the only truth about it.

Every event is a frozen record of strings, whole numbers, floats, booleans, None, and tuples or
string-keyed mappings of these. Fields are never renamed or removed; a new one has a default, and
`SCHEMA` counts changes of meaning. Events carry opaque ids only: names, numbers and comments sit in
an erasable table and are referenced by salted digests, so a purge breaks no chain. Those
that end a session are defined in `endings`; everybody takes all of them from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from cact_tui.sessions.endings import (
    ENDED,
    INVALIDATED,
    Ending,
    Reopened,
    SessionCanceled,
    SessionFinished,
    SessionInvalidated,
    SessionTerminated,
    SessionWithdrawn,
)

__all__ = [
    "ENDED",
    "INVALIDATED",
    "Reopened",
    "SessionCanceled",
    "SessionFinished",
    "SessionInvalidated",
    "SessionTerminated",
    "SessionWithdrawn",
]

SCHEMA = 1


@frozen(kw_only=True)
class Estimate:
    """An ability estimate. `theta` and `se` are on the scale's metric, bit for bit as computed."""

    theta: float
    se: float
    method: str
    fell_back: bool = False
    at_edge: bool = False


@frozen(kw_only=True)
class Prior:
    """A normal prior of an estimate, by name."""

    name: str
    mean: float
    sd: float


@frozen(kw_only=True)
class ItemTiming:
    """Times of one item in milliseconds, counted only while it was really shown.

    `shown` is charged to the section; `last_page` and `first_choice` are when the last page was
    first seen and when an option was first chosen, None if never; `uncharged` is time that passed
    with the item exposed but not charged (gaps, pauses); `changes` counts changes of choice.
    """

    shown: int = 0
    last_page: int | None = None
    first_choice: int | None = None
    uncharged: int = 0
    changes: int = 0
    pages: int = 1


@frozen(kw_only=True)
class Build:
    """What computed: versions of cact_tui, Python, numpy and the platform."""

    version: str
    python: str
    numpy: str
    platform: str


@frozen(kw_only=True)
class SessionOpened:
    """A session begins, with everything needed to prove it again.

    `documents` maps a role (`config`, `bank:ID`, `key:ID`, `standard:SCALE`, …) to the SHA-256 of
    the exact bytes stored; `plugins` maps `section.slot` to name, distribution and version.
    """

    participant: str
    sitting: str
    seed: str
    language: str
    documents: Mapping[str, str]
    plugins: Mapping[str, str]
    build: Build
    mode: str = "screen"
    rehearsal: bool = False
    position_group: str | None = None
    schema: int = SCHEMA


@frozen(kw_only=True)
class Attached:
    """A terminal signed in; any earlier connection has lost the session.

    `away_ms` is the time since the session was last seen alive, 0 at the first sign-in;
    `cut` says that the connection before it ended without a leave. `seat`, `address` and `client`
    (its program and version) are what a hall knows of the terminal, empty elsewhere.
    """

    connection: str
    mode: str
    terminal: str
    columns: int
    rows: int
    charset: str
    colours: str
    away_ms: int = 0
    cut: bool = False
    seat: str = ""
    address: str = ""
    client: str = ""


@frozen(kw_only=True)
class IdentityConfirmed:
    """The participant confirmed identity and receipt of the privacy notice."""

    word: str
    notice: str
    language: str


@frozen(kw_only=True)
class IdentityChecked:
    """A proctor looked at the participant's papers. `outcome` is `confirmed` or `refused`."""

    outcome: str
    by: str
    reason: str = ""


@frozen(kw_only=True)
class AuthorisationRequired:
    """The session waits until somebody authorises it (again).

    `reason` is `away`, `cuts`, or `identity` after a refused identity.
    """

    reason: str


@frozen(kw_only=True)
class Authorised:
    """The session may go on. `by` is `self` or a proctor's name."""

    by: str


@frozen
class RulesRead:
    """The participant saw the last page of rules."""


@frozen(kw_only=True)
class PracticeFinished:
    """Practice ended after so many answers; none is scored or kept."""

    answers: int


@frozen(kw_only=True)
class SectionStarted:
    """A section begins. `start` is the theta to choose from.

    `seconds` is its budget (None: none), with its share of extra time for the whole session.
    """

    section: str
    index: int
    seconds: int | None
    start: Estimate
    prior: Prior
    rule: str
    draws: tuple[float, ...]


@frozen(kw_only=True)
class ItemShown:
    """The engine's choice and the estimate it was made from.

    `role` is `scored`, or `pretest` for an item that never counts. `estimate` is the interim
    estimate after all earlier answers of the section that count; `draws` feed the selection (of a
    pretest item: the one draw that lasts for the section), `order_draws` the order of options;
    `criterion` is the chosen item's score, `rank` its place (1 = best) among `candidates`, the ids
    the exposure rule drew from. `fallback` says that a plug-in failed and the built-in rule chose.
    """

    section: str
    position: int
    item: str
    version: int
    digest: str
    role: str
    language: str
    options: tuple[str, ...]
    estimate: Estimate
    rule: str
    draws: tuple[float, ...]
    order_draws: tuple[float, ...]
    criterion: float
    rank: int
    candidates: tuple[str, ...]
    fallback: bool = False


@frozen(kw_only=True)
class ResponseGiven:
    """An answer, durable before it is acknowledged. `given` holds option ids or the typed text."""

    answer: str
    section: str
    position: int
    item: str
    given: tuple[str, ...]
    category: int
    timing: ItemTiming


@frozen(kw_only=True)
class ItemClosed:
    """An item that was shown ended without an answer; never a score category."""

    section: str
    position: int
    item: str
    state: str
    timing: ItemTiming


@frozen(kw_only=True)
class SectionEnded:
    """A section ended. `interim` steered it, `final` is reported, `beside` stands next to it.

    `fallback` says that a plug-in had failed and the built-in rules made the estimates.
    """

    section: str
    reason: str
    interim: Estimate
    final: Estimate
    prior: Prior
    beside: Estimate | None = None
    fallback: bool = False


@frozen(kw_only=True)
class BreakStarted:
    """A break between sections of at most so many seconds."""

    seconds: int


@frozen(kw_only=True)
class BreakEnded:
    """The break is over after `rested_ms`."""

    rested_ms: int


@frozen(kw_only=True)
class Paused:
    """The test stands still; no time is charged. `by` is `participant` or a proctor's name."""

    by: str
    reason: str


@frozen(kw_only=True)
class Resumed:
    """The test goes on; resuming is its authorisation."""

    by: str


@frozen(kw_only=True)
class ProctorCalled:
    """The participant asked for the proctor; `item` is what was on the screen."""

    item: str | None = None


@frozen(kw_only=True)
class CommentMade:
    """The participant commented; the text is erasable, `digest` its salted SHA-256."""

    digest: str
    item: str | None = None


@frozen(kw_only=True)
class MessageSent:
    """A proctor wrote to the participant; the text is erasable, `digest` its salted SHA-256."""

    digest: str
    by: str


@frozen(kw_only=True)
class MessageAcknowledged:
    """The participant says to have read a message."""

    digest: str


@frozen(kw_only=True)
class TimeExtended:
    """Extra time, `planned` (an accommodation) or for an `incident`.

    `seconds` lengthen the budget of `section`, and the battery's with it; without a section they
    are the whole session's: the battery's budget grows by them, and each section to come by its
    share. `grant` is an id made once per grant.
    """

    grant: str
    seconds: int
    kind: str
    by: str
    reason: str
    section: str | None = None


@frozen(kw_only=True)
class SeatChanged:
    """The participant was moved to another seat."""

    seat: str
    by: str
    reason: str


@frozen(kw_only=True)
class LockoutCleared:
    """A proctor lets the participant try to sign in again after too many failures."""

    by: str
    reason: str


@frozen(kw_only=True)
class IrregularityRecorded:
    """Something unusual: `code` is a word of the taxonomy, `detail` holds no personal data."""

    code: str
    detail: str
    by: str = "system"


Event = (
    SessionOpened
    | Attached
    | IdentityConfirmed
    | IdentityChecked
    | AuthorisationRequired
    | Authorised
    | RulesRead
    | PracticeFinished
    | SectionStarted
    | ItemShown
    | ResponseGiven
    | ItemClosed
    | SectionEnded
    | BreakStarted
    | BreakEnded
    | Paused
    | Resumed
    | ProctorCalled
    | CommentMade
    | MessageSent
    | MessageAcknowledged
    | TimeExtended
    | SeatChanged
    | LockoutCleared
    | IrregularityRecorded
    | Ending
)

EVENTS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in Event.__args__}
"""Every kind of event by its name in the journal."""
