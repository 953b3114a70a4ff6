"""What a result tells beside items and estimates, as records."""

from __future__ import annotations

from attrs import field, frozen

from cact_tui.results.moments import Moment


@frozen(kw_only=True)
class Ending:
    """How a session ended: its status, by whom and why where somebody ended it."""

    at: Moment
    status: str
    by: str | None = None
    reason: str | None = None


@frozen(kw_only=True)
class Standstill:
    """The test stood still: `kind` is `pause`, `authorisation` or `break`."""

    kind: str
    since: Moment
    until: Moment | None
    by: str | None
    reason: str
    ended_by: str | None


@frozen(kw_only=True)
class Irregularity:
    """Something unusual. It never changed a score."""

    at: Moment
    code: str
    detail: str
    by: str


@frozen(kw_only=True)
class ProctorCall:
    """The participant asked for the proctor."""

    at: Moment
    item: str | None


@frozen(kw_only=True)
class ExtraTime:
    """Extra time was granted: to a section, or to the whole session (None).

    `kind` is `planned` (an accommodation, whose reason is nobody's business) or `incident`.
    """

    at: Moment
    seconds: int
    kind: str
    section: str | None
    by: str
    reason: str | None


@frozen(kw_only=True)
class IdentityCheck:
    """A proctor looked at the participant's papers: `outcome` is `confirmed` or `refused`."""

    at: Moment
    outcome: str
    by: str
    reason: str | None


@frozen(kw_only=True)
class CommentResult:
    """A participant's comment; `text` is None once erased."""

    at: Moment
    item: str | None
    digest: str
    text: str | None = field(repr=False)


@frozen(kw_only=True)
class Connection:
    """A terminal signed in."""

    at: Moment
    connection: str
    mode: str
    terminal: str
    columns: int
    rows: int
    charset: str
    colours: str
    away_ms: int
    cut: bool


@frozen(kw_only=True)
class Confirmation:
    """Identity and receipt of the notice were confirmed; `notice` is the notice's digest."""

    at: Moment
    word: str
    notice: str
    language: str


@frozen(kw_only=True)
class Reopening:
    """A terminal status was left on purpose."""

    at: Moment
    by: str
    reason: str


@frozen(kw_only=True)
class Incidents:
    """Everything on record beside items and estimates, in its order.

    `messages` is how many messages proctors sent; their words are not the result's.
    """

    endings: tuple[Ending, ...]
    reopenings: tuple[Reopening, ...]
    standstills: tuple[Standstill, ...]
    irregularities: tuple[Irregularity, ...]
    proctor_calls: tuple[ProctorCall, ...]
    comments: tuple[CommentResult, ...]
    connections: tuple[Connection, ...]
    confirmations: tuple[Confirmation, ...]
    extra_time: tuple[ExtraTime, ...] = ()
    identity_checks: tuple[IdentityCheck, ...] = ()
    messages: int = 0
