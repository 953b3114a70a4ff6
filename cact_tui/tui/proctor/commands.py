"""The keys of a proctor's screen: which act, what is asked first, for whom. Pure."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.i18n import translator
from cact_tui.proctoring.board.duty import Act

if TYPE_CHECKING:
    from collections.abc import Mapping


class Step(StrEnum):
    """What is asked before an order is given."""

    REASON = "reason"
    MINUTES = "minutes"
    MESSAGE = "message"
    SEAT = "seat"
    SITTING = "sitting"
    FIELD = "field"
    VALUE = "value"
    FORM = "form"
    YES = "yes"


class Whom(StrEnum):
    """Whom an act is for."""

    CHOSEN = "chosen"
    """The marked ones, or the one under the cursor."""
    ONE = "one"
    """The one under the cursor alone."""
    ROOM = "room"
    """Everybody whose test is open."""
    NOBODY = "nobody"
    """Somebody who is not there yet."""


@frozen(kw_only=True)
class Command:
    """An act with its key, what is asked first, and for whom it is.

    `reason` is given already; where a room goes on, it is that of those who may.
    """

    key: str
    act: Act
    steps: tuple[Step, ...] = ()
    whom: Whom = Whom.CHOSEN
    reason: str = ""


_POWER = "environment.power_outage"

_ALL = (
    Command(key="i", act=Act.AUTHORISE),
    Command(key="o", act=Act.CONFIRM),
    Command(key="x", act=Act.REFUSE, steps=(Step.REASON,)),
    Command(key="n", act=Act.PIN, whom=Whom.ONE),
    Command(key="j", act=Act.PAUSE, steps=(Step.REASON,)),
    Command(key="l", act=Act.RESUME),
    Command(key="p", act=Act.MESSAGE, steps=(Step.MESSAGE,)),
    Command(key="w", act=Act.EXTEND, steps=(Step.MINUTES, Step.REASON)),
    Command(key="k", act=Act.REPORT, steps=(Step.REASON,)),
    Command(key="v", act=Act.ATTEND),
    Command(key="m", act=Act.MOVE, steps=(Step.SEAT, Step.REASON), whom=Whom.ONE),
    Command(key="c", act=Act.UNLOCK, steps=(Step.REASON,)),
    Command(key="t", act=Act.TERMINATE, steps=(Step.REASON, Step.YES)),
    Command(key="F", act=Act.PAUSE, whom=Whom.ROOM, reason=_POWER),
    Command(key="G", act=Act.RESUME, whom=Whom.ROOM, reason=_POWER),
    Command(key="B", act=Act.MESSAGE, steps=(Step.MESSAGE,), whom=Whom.ROOM),
    Command(key="r", act=Act.REOPEN, steps=(Step.REASON,)),
    Command(key="+", act=Act.WALK_IN, steps=(Step.FORM, Step.REASON), whom=Whom.NOBODY),
    Command(key="e", act=Act.CORRECT, steps=(Step.FIELD, Step.VALUE, Step.REASON), whom=Whom.ONE),
    Command(key="h", act=Act.WRONG_PERSON, steps=(Step.REASON, Step.YES), whom=Whom.ONE),
    Command(key="z", act=Act.RESCHEDULE, steps=(Step.SITTING, Step.REASON)),
)
COMMANDS: Mapping[str, Command] = {one.key: one for one in _ALL}
"""Every act by its key; a capital is for the whole room."""


@cache
def acts(language: str) -> Mapping[str, str]:
    """Return what each key does, in the order in which help tells it."""
    _ = translator(language).gettext
    return {
        "i": _("authorise"),
        "o": _("papers in order"),
        "x": _("papers refused"),
        "n": _("new PIN"),
        "j": _("pause"),
        "l": _("let go on"),
        "p": _("message"),
        "w": _("extra time"),
        "k": _("irregularity"),
        "v": _("attended to"),
        "m": _("move to a seat"),
        "c": _("clear lockout"),
        "t": _("terminate"),
        "F": _("pause THE ROOM"),
        "G": _("let THE ROOM go on"),
        "B": _("message to THE ROOM"),
        "r": _("reopen"),
        "+": _("walk-in"),
        "e": _("correct identity"),
        "h": _("wrong person"),
        "z": _("reschedule"),
    }


@cache
def ways(language: str) -> Mapping[str, str]:
    """Return the keys that only look."""
    _ = translator(language).gettext
    return {
        _("arrows"): _("choose"),
        _("Space"): _("mark"),
        "a": _("mark all, or none"),
        "0–8": _("show only these"),
        "/": _("search seat, number, name"),
        "d": _("seat map or table"),
        "Enter": _("details in full"),
        "s": _("next sitting"),
        "u": _("mute the bell"),
        "y": _("Bahasa Indonesia / English"),
        "Esc": _("back, and show all"),
        "q": _("close this screen"),
    }


@cache
def announced(language: str) -> Mapping[Act, str]:
    """Return what is about to be done, and to whom: `{who}`."""
    _ = translator(language).gettext
    return {
        Act.REFUSE: _("Refuse the papers of {who}"),
        Act.PAUSE: _("Pause {who}"),
        Act.MESSAGE: _("Message to {who}"),
        Act.EXTEND: _("Extra time for {who}"),
        Act.REPORT: _("Irregularity of {who}"),
        Act.MOVE: _("Move {who} to another seat"),
        Act.UNLOCK: _("Clear the lockout of {who}"),
        Act.TERMINATE: _("End the test of {who} for good"),
        Act.REOPEN: _("Reopen the test of {who}"),
        Act.WALK_IN: _("Register a walk-in"),
        Act.CORRECT: _("Correct what is registered of {who}"),
        Act.WRONG_PERSON: _("Somebody else took the test of {who}: invalid for good"),
        Act.RESCHEDULE: _("Expect {who} in another sitting"),
    }


@cache
def done(language: str) -> Mapping[Act, str]:
    """Return what was done, for a note: `{n}` is how many it changed something for."""
    _ = translator(language).gettext
    return {
        Act.AUTHORISE: _("{n} authorised"),
        Act.CONFIRM: _("{n}: papers in order"),
        Act.REFUSE: _("{n}: papers refused"),
        Act.PIN: _("{n}: new PIN"),
        Act.PAUSE: _("{n} paused"),
        Act.RESUME: _("{n} may go on"),
        Act.MESSAGE: _("message sent to {n}"),
        Act.EXTEND: _("extra time for {n}"),
        Act.MOVE: _("{n} moved"),
        Act.REPORT: _("{n}: irregularity recorded"),
        Act.ATTEND: _("{n} attended to"),
        Act.UNLOCK: _("{n}: lockout cleared"),
        Act.TERMINATE: _("{n} terminated"),
        Act.REOPEN: _("{n} reopened: authorise them to go on"),
        Act.WALK_IN: _("{n} registered"),
        Act.CORRECT: _("{n} corrected"),
        Act.WRONG_PERSON: _("{n}: test invalid; see papers, then give a new PIN"),
        Act.RESCHEDULE: _("{n} rescheduled"),
    }
