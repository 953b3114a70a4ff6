"""What may be asked of a session. A command is a wish; only events are facts."""

from __future__ import annotations

from attrs import field, frozen

from cact_tui.sessions.events import Attached, Estimate, ItemTiming, Prior, SessionOpened
from cact_tui.sessions.states import Role


@frozen(kw_only=True)
class Open:
    """Open a new session for a participant who confirmed identity and receipt of the notice.

    `checked_by` is the proctor who confirmed the papers before, empty for nobody;
    `planned_seconds` extra time for the whole session, as the roster grants it.
    """

    opened: SessionOpened
    attached: Attached
    word: str
    notice: str
    checked_by: str = ""
    planned_seconds: int = 0


@frozen(kw_only=True)
class Attach:
    """Sign in again at a terminal; takes the session over from any earlier connection.

    `word` is what the participant typed to confirm identity, empty when nothing was asked;
    `another_day` says that the local date changed since the session was last seen.
    """

    attached: Attached
    word: str
    notice: str
    language: str
    another_day: bool = False
    timing: ItemTiming | None = None


@frozen(kw_only=True)
class Authorise:
    """Let a session go on that waits for it."""

    by: str


@frozen(kw_only=True)
class CheckIdentity:
    """Say whether the participant's papers were found in order: `confirmed` or `refused`."""

    outcome: str
    by: str
    reason: str = ""


@frozen(kw_only=True)
class FinishRules:
    """The last page of rules was seen."""

    connection: str


@frozen(kw_only=True)
class FinishPractice:
    """Practice is over."""

    connection: str
    answers: int


@frozen(kw_only=True)
class StartSection:
    """Begin the next section from the start estimate that the engine made."""

    connection: str
    start: Estimate
    prior: Prior
    rule: str
    draws: tuple[float, ...]


@frozen(kw_only=True)
class PresentItem:
    """Show the item that the engine chose; `role` is what for."""

    connection: str
    item: str
    version: int
    digest: str
    language: str
    options: tuple[str, ...]
    estimate: Estimate
    rule: str
    draws: tuple[float, ...]
    order_draws: tuple[float, ...]
    criterion: float
    rank: int
    candidates: tuple[str, ...]
    role: str = Role.SCORED.value
    fallback: bool = False


@frozen(kw_only=True)
class EndSection:
    """End the section for a reason that the engine or the clock gave."""

    connection: str
    reason: str
    interim: Estimate
    final: Estimate
    prior: Prior
    beside: Estimate | None
    fallback: bool = False


@frozen(kw_only=True)
class Answer:
    """Answer the item on the screen. The same `answer` id is never taken twice."""

    connection: str
    answer: str
    item: str
    position: int
    given: tuple[str, ...] = field(repr=False)
    timing: ItemTiming


@frozen(kw_only=True)
class CloseItem:
    """Close the item on the screen without an answer: its time is over."""

    connection: str
    state: str
    timing: ItemTiming


@frozen(kw_only=True)
class EndBreak:
    """Go on after a break."""

    connection: str
    rested_ms: int


@frozen(kw_only=True)
class Pause:
    """Stop the test for now. A participant who leaves pauses it."""

    by: str
    reason: str


@frozen(kw_only=True)
class Resume:
    """Go on after a pause; resuming is its authorisation.

    With `held_for` only what was paused for that reason goes on, as a room does after a power cut.
    """

    by: str
    held_for: str = ""


@frozen(kw_only=True)
class CallProctor:
    """Ask for the proctor."""

    connection: str


@frozen(kw_only=True)
class MakeComment:
    """Comment on the test or the item shown; `digest` references the erasable text."""

    connection: str
    digest: str


@frozen(kw_only=True)
class SendMessage:
    """Write to the participant; `digest` references the erasable text."""

    digest: str
    by: str


@frozen(kw_only=True)
class AcknowledgeMessage:
    """Say that a message was read."""

    connection: str
    digest: str


@frozen(kw_only=True)
class ExtendTime:
    """Grant extra time to the section that runs, or to the `whole` session."""

    grant: str
    seconds: int
    kind: str
    by: str
    reason: str
    whole: bool = False


@frozen(kw_only=True)
class ChangeSeat:
    """Move the participant to another seat."""

    seat: str
    by: str
    reason: str


@frozen(kw_only=True)
class ClearLockout:
    """Put on record that a proctor lets the participant try to sign in again."""

    by: str
    reason: str


@frozen(kw_only=True)
class RecordIrregularity:
    """Put something unusual on record."""

    code: str
    detail: str
    by: str = "system"


@frozen(kw_only=True)
class Terminate:
    """End the test for good, by a proctor; `timing` is what is known of the item on the screen."""

    by: str
    reason: str
    timing: ItemTiming | None = None


@frozen(kw_only=True)
class Withdraw:
    """End the test for good, by the participant."""

    reason: str


@frozen(kw_only=True)
class Cancel:
    """End a session that never began."""

    by: str
    reason: str


@frozen(kw_only=True)
class Invalidate:
    """Declare that somebody else sat the test than who it was opened for; for good."""

    by: str
    reason: str
    timing: ItemTiming | None = None


@frozen(kw_only=True)
class Reopen:
    """Leave a terminal state on purpose; the session waits for authorisation."""

    by: str
    reason: str


Command = (
    Open
    | Attach
    | Authorise
    | CheckIdentity
    | FinishRules
    | FinishPractice
    | StartSection
    | PresentItem
    | EndSection
    | Answer
    | CloseItem
    | EndBreak
    | Pause
    | Resume
    | CallProctor
    | MakeComment
    | SendMessage
    | AcknowledgeMessage
    | ExtendTime
    | ChangeSeat
    | ClearLockout
    | RecordIrregularity
    | Terminate
    | Withdraw
    | Cancel
    | Invalidate
    | Reopen
)
