"""Standings, signals, reasons and events in words, each with a mark and a tone.

A mark or a colour never stands alone: the word is always beside it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import frozen

from cact_tui.i18n import translator
from cact_tui.proctoring.board.rows import Standing
from cact_tui.proctoring.signals import AlarmKind, SignalKind
from cact_tui.proctoring.troubles import Trouble
from cact_tui.tui.lines import Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cact_tui.proctoring.board.rows import Row


@frozen
class Look:
    """How something is shown: a mark of one cell, a word, a tone."""

    mark: str
    word: str
    tone: Tone = Tone.PLAIN


@cache
def standings(language: str) -> Mapping[Standing, Look]:
    """Return how people stand, in a language."""
    _ = translator(language).gettext
    return {
        Standing.ABSENT: Look("-", _("absent"), Tone.QUIET),
        Standing.WAITING: Look("?", _("waiting"), Tone.WARN),
        Standing.READY: Look("o", _("ready")),
        Standing.ACTIVE: Look(" ", _("active"), Tone.GOOD),
        Standing.RESTING: Look("~", _("on a break")),
        Standing.PAUSED: Look("‖", _("paused"), Tone.WARN),
        Standing.GONE: Look("✗", _("cut off"), Tone.ALERT),
        Standing.FINISHED: Look("✓", _("finished"), Tone.QUIET),
        Standing.TERMINATED: Look("■", _("terminated"), Tone.QUIET),
        Standing.WITHDRAWN: Look("<", _("withdrawn"), Tone.QUIET),
        Standing.CANCELED: Look("/", _("canceled"), Tone.QUIET),
        Standing.INVALIDATED: Look("#", _("invalid"), Tone.WARN),
    }


@cache
def signals(language: str) -> Mapping[SignalKind, Look]:
    """Return what is unusual, in a language."""
    _ = translator(language).gettext
    return {
        SignalKind.CALL: Look("☎", _("is calling"), Tone.ALERT),
        SignalKind.IDENTITY_REFUSED: Look("X", _("ID refused"), Tone.ALERT),
        SignalKind.GONE: Look("✗", _("cut off"), Tone.ALERT),
        SignalKind.SILENT: Look("…", _("silent"), Tone.ALERT),
        SignalKind.SECOND_SEAT: Look("2", _("second seat"), Tone.ALERT),
        SignalKind.RECONNECTS: Look("r", _("reconnects"), Tone.WARN),
        SignalKind.UNUSUAL_ADDRESS: Look("@", _("odd address"), Tone.WARN),
        SignalKind.UNUSUAL_CLIENT: Look("@", _("odd client"), Tone.WARN),
        SignalKind.TOO_FAST: Look("»", _("too fast"), Tone.WARN),
        SignalKind.STALL: Look("z", _("stalled"), Tone.WARN),
        SignalKind.UNCLOCKED: Look("t", _("unclocked"), Tone.WARN),
        SignalKind.CLOCK_JUMP: Look("t", _("clock jumped"), Tone.WARN),
        SignalKind.TIME_LOW: Look("!", _("time low"), Tone.PLAIN),
    }


@cache
def alarms(language: str) -> Mapping[AlarmKind, str]:
    """Return what is wrong with the host, in a language."""
    _ = translator(language).gettext
    return {
        AlarmKind.STORE: _("DATABASE IN TROUBLE"),
        AlarmKind.DISK: _("DISK NEARLY FULL"),
        AlarmKind.CLOCK: _("THE HOST'S CLOCK JUMPED"),
        AlarmKind.SECOND_COPY: _("NO SECOND COPY"),
    }


def look(row: Row, language: str) -> Look:
    """Return how a row is shown: by its most urgent incident, else by how it stands."""
    incident = row.incident
    return signals(language)[incident.kind] if incident else standings(language)[row.standing]


def flags(row: Row, language: str) -> str:
    """Return the marks of whatever a row is not shown by: its standing, and further signals."""
    shown = row.incident
    marks = [signals(language)[one.kind].mark for one in row.signals if one != shown]
    if shown is not None:
        marks.insert(0, standings(language)[row.standing].mark.strip())
        marks = [one for one in marks if one != signals(language)[shown.kind].mark]
    return "".join(dict.fromkeys(marks))


@cache
def reasons(language: str) -> Mapping[str, str]:
    """Return the words of reasons and of their groups."""
    _ = translator(language).gettext
    return {
        "environment": _("Environment"),
        "examinee": _("Participant"),
        "staff": _("Staff"),
        "technical": _("Technical"),
        "other": _("other"),
        "environment.comfort": _("comfort"),
        "environment.disturbance": _("disturbance"),
        "environment.noise": _("noise"),
        "environment.power_outage": _("power outage"),
        "environment.weather": _("weather"),
        "examinee.behaviour": _("behaviour of the participant"),
        "examinee.complaint": _("complaint of the participant"),
        "examinee.id": _("identity papers"),
        "examinee.illness": _("illness"),
        "examinee.late": _("participant late"),
        "examinee.navigation": _("difficulty with the test's keys"),
        "examinee.no_show": _("participant absent"),
        "staff.behaviour": _("behaviour of the staff"),
        "staff.compliance": _("rules not followed by the staff"),
        "staff.error": _("error of the staff"),
        "staff.late": _("staff late"),
        "staff.no_show": _("staff absent"),
        "technical.freezing": _("screen frozen"),
        "technical.launching": _("test does not start"),
        "technical.network": _("network"),
        "technical.printing": _("printing"),
        "technical.workstation": _("workstation"),
        "left": _("left the seat"),
        "away": _("was away too long"),
        "cuts": _("was cut off too often"),
        "identity": _("identity papers"),
        "unclocked_time": _("unclocked time"),
    }


def reason(code: str, language: str) -> str:
    """Return a reason in words; a code that has none as it is."""
    return reasons(language).get(code, code)


@cache
def happenings(language: str) -> Mapping[str, str]:
    """Return the events of a timeline in words."""
    _ = translator(language).gettext
    return {
        "SessionOpened": _("test opened"),
        "Attached": _("signed in"),
        "IdentityConfirmed": _("confirmed who it is"),
        "IdentityChecked": _("papers checked"),
        "AuthorisationRequired": _("waits for authorisation"),
        "Authorised": _("authorised"),
        "RulesRead": _("rules read"),
        "PracticeFinished": _("practice finished"),
        "SectionStarted": _("section begun"),
        "SectionEnded": _("section ended"),
        "BreakStarted": _("break begun"),
        "BreakEnded": _("break ended"),
        "Paused": _("paused"),
        "Resumed": _("resumed"),
        "ProctorCalled": _("called the proctor"),
        "CommentMade": _("wrote a comment"),
        "MessageSent": _("message sent"),
        "MessageAcknowledged": _("message read"),
        "TimeExtended": _("extra time"),
        "SeatChanged": _("moved to another seat"),
        "LockoutCleared": _("lockout cleared"),
        "IrregularityRecorded": _("irregularity"),
        "SessionFinished": _("finished"),
        "SessionTerminated": _("terminated"),
        "SessionWithdrawn": _("withdrawn"),
        "SessionCanceled": _("canceled"),
        "SessionInvalidated": _("somebody else sat the test"),
        "Reopened": _("reopened"),
    }


@cache
def outcomes(language: str) -> Mapping[str, str]:
    """Return what was found of papers, and sorts of extra time, in words."""
    _ = translator(language).gettext
    return {
        "pending": _("not checked yet"),
        "confirmed": _("papers in order"),
        "refused": _("papers refused"),
        "planned": _("planned"),
        "incident": _("incident"),
    }


@cache
def refusals(language: str) -> Mapping[str, str]:
    """Return why an order was refused, by its code."""
    _ = translator(language).gettext
    return {
        "absent": _("has not signed in yet"),
        "took_part": _("took the test in this sitting"),
        "under_way": _("the test is under way (pause it first)"),
        "unknown_group": _("there is no such position group"),
        "chief_only": _("only a chief proctor does this"),
        "seat_taken": _("somebody else has that seat (choose another one)"),
        "number_taken": _("somebody else has that number (look for it, or choose another one)"),
        "bad_nip": _("that is no NIP (18 digits, beginning with the date of birth)"),
        "incomplete": _("a number and a name are needed"),
        "nothing_new": _("there is nothing to correct (write a new value)"),
        "no_words": _("there is nothing to say (write a message)"),
        "too_long": _("extra time is 240 minutes at once at most"),
        "not_found": _("is not there any more (look again)"),
        "changed": _("somebody else changed this at the same moment (look, then order it again)"),
        "storage": _("the database is in trouble; nothing was recorded (order it again)"),
        "uncertain": _("the database is in trouble; look whether it was recorded"),
        "broken": _("the record of this test was changed (call the administrator)"),
        "fault": _("it failed (call the administrator)"),
        "ended": _("the test has ended (reopen it first)"),
        "not_authorised": _("the test waits for authorisation (authorise it instead)"),
        "paused": _("the test is paused (resume it instead)"),
        "out_of_place": _("the test has not ended"),
        "identity_refused": _("the identity was refused (confirm it first)"),
        "no_section": _("no section is running (wait for the next, or grant it to the whole test)"),
        "no_budget": _("the test has no time limit to extend"),
        "no_effect": _(
            "time for the whole test is shared among the sections to come; there is none "
            "(give it for an incident, to the section that runs)"
        ),
        "begun": _("the test has begun (terminate it instead)"),
        "invalidated": _("somebody else sat the test (its participant is opened another one)"),
        "nothing_left": _("the test was taken to its end (nothing is left to go on with)"),
    }


def no_view(trouble: Trouble, language: str) -> str:
    """Return why a sitting is not shown."""
    _ = translator(language).gettext
    if trouble is Trouble.NOT_FOUND:
        return _("there is no such sitting (s shows another one)")
    return _("the sitting cannot be read (choose it again, or call the administrator)")


def time_of_day(at: int, timezone: str) -> str:
    """Return wall ms as HH:MM in a time zone; a dash for never."""
    if not at:
        return "–"
    return datetime.fromtimestamp(at / 1000, ZoneInfo(timezone)).strftime("%H:%M")


def span(seconds: int) -> str:
    """Return seconds as M:SS, or H:MM:SS from an hour on."""
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
