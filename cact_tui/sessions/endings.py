"""The events that end a session, and the one that leaves an end again.

`events` describes what an event is, and everybody takes these from there.
"""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class SessionFinished:
    """All sections ended."""


@frozen(kw_only=True)
class SessionTerminated:
    """A proctor ended the test for good."""

    by: str
    reason: str


@frozen(kw_only=True)
class SessionWithdrawn:
    """The participant gave the test up for good."""

    reason: str


@frozen(kw_only=True)
class SessionCanceled:
    """The session ended before it began."""

    by: str
    reason: str


@frozen(kw_only=True)
class SessionInvalidated:
    """Somebody else sat the test than who it was opened for: it counts for nobody, for good.

    It may follow another end. Whoever the test was opened for may then be opened another one.
    """

    by: str
    reason: str


@frozen(kw_only=True)
class Reopened:
    """A terminal state was left on purpose."""

    by: str
    reason: str


Ending = (
    SessionFinished
    | SessionTerminated
    | SessionWithdrawn
    | SessionCanceled
    | SessionInvalidated
    | Reopened
)

INVALIDATED = SessionInvalidated.__name__
"""The last event of a session that counts for nobody."""

ENDED = frozenset(
    {"SessionFinished", "SessionTerminated", "SessionWithdrawn", "SessionCanceled", INVALIDATED}
)
"""Last events of sessions that nobody goes on with."""
