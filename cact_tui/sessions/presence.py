"""Which events tell that a participant's terminal was there; what proctors do does not. Pure."""

from __future__ import annotations

from cact_tui.sessions import events as e

_ALIVE = (
    e.SessionOpened,
    e.Attached,
    e.IdentityConfirmed,
    e.RulesRead,
    e.PracticeFinished,
    e.SectionStarted,
    e.ItemShown,
    e.ResponseGiven,
    e.SectionEnded,
    e.BreakStarted,
    e.BreakEnded,
    e.ProctorCalled,
    e.CommentMade,
    e.MessageAcknowledged,
    e.SessionFinished,
    e.SessionWithdrawn,
)

_OWN = frozenset({"participant", "self"})
"""Under whose names a participant pauses and goes on."""


def sign_of_life(event: e.Event) -> bool:
    """Return whether only the participant's own terminal can have caused an event."""
    return isinstance(event, _ALIVE) or getattr(event, "by", "") in _OWN
