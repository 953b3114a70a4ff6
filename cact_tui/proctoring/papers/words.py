"""What papers call what happened, in the language of a translator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.sessions.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HELD: Mapping[str, str] = {
    "away": "was away too long",
    "cuts": "was cut off too often",
    "identity": "identity papers",
}
"""English words of why a test waited."""


def reason(code: str, translate: Callable[[str], str]) -> str:
    """Return a reason in words; a code that has none as it is.

    The screens mark the same words for translation.
    """
    words = REASONS.get(code) or _HELD.get(code) or code
    return translate(words) if words else ""


def identities(_: Callable[[str], str]) -> Mapping[str, str]:
    """Return what was found of identity papers."""
    return {"pending": _("unchecked"), "confirmed": _("in order"), "refused": _("refused")}


def states(_: Callable[[str], str]) -> Mapping[str, str]:
    """Return how tests end."""
    return {
        "finished": _("finished"),
        "terminated": _("terminated"),
        "withdrawn": _("withdrawn"),
        "canceled": _("canceled"),
        "damaged": _("damaged"),
    }


def absences(_: Callable[[str], str]) -> Mapping[str, str]:
    """Return the kinds of absences."""
    return {
        "break": _("break"),
        "left": _("left the seat"),
        "paused": _("paused"),
        "cut": _("connection lost"),
        "gone": _("connection lost, did not come back"),
        "waited": _("waited for authorisation"),
    }


def occurrences(_: Callable[[str], str]) -> Mapping[str, str]:
    """Return events and acts of a sitting's log."""
    return {
        "IrregularityRecorded": _("irregularity"),
        "TimeExtended": _("extra time"),
        "SeatChanged": _("moved to another seat"),
        "LockoutCleared": _("lockout cleared"),
        "SessionTerminated": _("terminated"),
        "SessionWithdrawn": _("withdrawn"),
        "SessionCanceled": _("canceled"),
        "SessionInvalidated": _("somebody else sat the test"),
        "Reopened": _("reopened"),
        "ProctorCalled": _("called the proctor"),
        "IdentityChecked": _("papers refused"),
        "identity_refused": _("papers refused"),
        "registered": _("walk-in"),
        "corrected": _("registration corrected"),
        "rescheduled": _("rescheduled to another sitting"),
        "rescheduled_from": _("rescheduled from another sitting"),
        "moved": _("moved to another seat"),
        "pin_issued": _("new PIN"),
        "locked_out": _("locked out"),
        "lockout_cleared": _("lockout cleared"),
    }


def fields(_: Callable[[str], str]) -> Mapping[str, str]:
    """Return what of a registration is corrected."""
    return {
        "name": _("name"),
        "nip": _("NIP"),
        "position": _("position"),
        "position_group": _("position group"),
        "unit": _("unit"),
        "standard": _("standard"),
        "extra_minutes": _("extra time"),
        "extra_percent": _("extra time"),
        "plain": _("linear mode"),
    }
