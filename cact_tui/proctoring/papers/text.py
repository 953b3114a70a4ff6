"""The minutes as lines of text, in Indonesian first and in English after it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cact_tui.i18n import pick, translator
from cact_tui.sessions.reasons import REASONS
from cact_tui.text import clean, clean_line, pad, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cact_tui.proctoring.papers.minutes import Absence, Attendance, Minutes, Occurrence

COLUMNS = 90
LANGUAGES = ("id", "en")
_SIGNERS = 2
_SET_IN = " " * 4


def minutes_text(minutes: Minutes) -> str:
    """Return the whole paper as text."""
    parts = ["\n".join(minutes_lines(minutes, language)) for language in LANGUAGES]
    return f"\n\n{'=' * COLUMNS}\n\n".join(parts) + "\n"


def minutes_lines(minutes: Minutes, language: str) -> tuple[str, ...]:
    """Return the minutes in one language, in lines of at most `COLUMNS` characters.

    What goes on from the line above is set in, so that no name or detail looks like a line.
    """
    writer = _Writer(minutes, language)
    return tuple(piece for line in writer.lines() for piece in _folded(line))


def _folded(text: str) -> tuple[str, ...]:
    line = clean(text).replace("\n", " ")
    if width(line) <= COLUMNS:
        return (line,)
    first, *rest = wrap(line, COLUMNS - len(_SET_IN))
    return (first, *(f"{_SET_IN}{piece}" for piece in rest))


class _Writer:
    """Writes minutes in one language."""

    def __init__(self, minutes: Minutes, language: str) -> None:
        self._minutes = minutes
        self._language = language
        self._ = translator(language).gettext

    def lines(self) -> Iterable[str]:
        _ = self._
        yield _("MINUTES OF THE SITTING").center(COLUMNS).rstrip()
        yield clean_line(pick(self._minutes.title, self._language)).center(COLUMNS).rstrip()
        yield ""
        yield from self._facts()
        yield from self._section(_("ATTENDANCE"), self._attendance())
        if self._minutes.invalid:
            yield from self._section(_("TESTS THAT SOMEBODY ELSE SAT"), self._invalid())
        yield from self._section(_("BREAKS AND INTERRUPTIONS"), self._absences())
        yield from self._section(_("IRREGULARITIES AND ACTS"), self._occurrences())
        yield from self._section(_("SEAL"), self._seal())
        yield from self._signatures()

    def _section(self, title: str, lines: Iterable[str]) -> Iterable[str]:
        found = list(lines)
        yield ""
        yield title
        yield "-" * len(title)
        yield from found or [self._("none")]

    def _facts(self) -> Iterable[str]:
        _ = self._
        minutes = self._minutes
        late = [one for one in minutes.present if one.late]
        yield from self._labelled(
            (_("Date"), clean_line(minutes.date)),
            (_("Room"), clean_line(minutes.room)),
            (_("Wave"), str(minutes.wave)),
            (_("Opened"), self._time(minutes.opened_at)),
            (_("Closed"), self._time(minutes.closed_at)),
            (_("Time zone"), minutes.timezone),
            (_("Proctors"), ", ".join(map(clean_line, minutes.proctors)) or "-"),
            (_("Registered"), str(len(minutes.attendance))),
            (_("Present"), str(len(minutes.present))),
            (_("Absent"), self._counted(minutes.absent)),
            (_("Late"), self._counted(late)),
        )

    def _labelled(self, *pairs: tuple[str, str]) -> Iterable[str]:
        wide = max(len(label) for label, _value in pairs) + 2
        for label, value in pairs:
            yield f"{label:{wide}}{value}"

    def _counted(self, people: Sequence[Attendance]) -> str:
        numbers = ", ".join(one.number for one in people)
        return f"{len(people)}: {numbers}" if people else "0"

    def _attendance(self) -> Iterable[str]:
        _ = self._
        if not self._minutes.attendance:
            return
        widths = (10, 26, 6, 12, 7, 7, 16)
        head = (
            *(_("Number"), _("Name"), _("Seat"), _("Identity")),
            *(_("From"), _("To"), _("State")),
        )
        yield _row(head, widths)
        for one in self._minutes.attendance:
            yield _row(
                (
                    one.number,
                    clean_line(one.name),
                    one.seat or "-",
                    self._identity(one.identification),
                    self._time(one.arrived_at),
                    self._time(one.ended_at),
                    self._state(one),
                ),
                widths,
            )

    def _invalid(self) -> Iterable[str]:
        _ = self._
        told = _("{number} ({seat}), test {test}, {since} - {until}, {n} answered: invalid")
        for one in self._minutes.invalid:
            yield told.format(
                number=one.number,
                seat=one.seat or "-",
                test=one.session,
                since=self._time(one.arrived_at),
                until=self._time(one.ended_at),
                n=one.answered,
            )

    def _identity(self, outcome: str) -> str:
        _ = self._
        return {
            "pending": _("unchecked"),
            "confirmed": _("in order"),
            "refused": _("refused"),
        }.get(outcome, outcome)

    def _state(self, one: Attendance) -> str:
        _ = self._
        if not one.present:
            return _("absent")
        states = {
            "finished": _("finished"),
            "terminated": _("terminated"),
            "withdrawn": _("withdrawn"),
            "canceled": _("canceled"),
        }
        late = ", " + _("late") if one.late else ""
        return states.get(one.status, _("open")) + late

    def _absences(self) -> Iterable[str]:
        _ = self._
        kinds = {
            "break": _("break"),
            "left": _("left the seat"),
            "paused": _("paused"),
            "cut": _("connection lost"),
        }
        for one in self._minutes.absences:
            yield self._absence(one, kinds[one.kind])

    def _absence(self, one: Absence, kind: str) -> str:
        span = f"{self._time(one.since)} - {self._time(one.until)}"
        parts = [span, f"{one.number} ({one.seat or '-'})", kind, self._why(one.reason)]
        return "  ".join(part for part in (*parts, clean_line(one.by)) if part)

    def _occurrences(self) -> Iterable[str]:
        for one in self._minutes.occurrences:
            yield self._occurrence(one)

    def _occurrence(self, one: Occurrence) -> str:
        _ = self._
        kinds = {
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
        }
        detail = one.detail
        if one.kind == "TimeExtended":
            detail = _("{n} s").format(n=one.detail)
        elif one.kind == "IdentityChecked":
            detail = ""
        by = clean_line(one.by) if one.by not in ("", "system", "participant") else ""
        parts = [
            self._time(one.at),
            f"{one.number} ({one.seat or '-'})",
            kinds.get(one.kind, one.kind),
            self._why(one.reason),
            clean_line(detail),
            by,
        ]
        return "  ".join(part for part in parts if part)

    def _why(self, code: str) -> str:
        """Return a reason in words; a code of the system as it is."""
        return self._(_reason(code)) if code else ""

    def _seal(self) -> Iterable[str]:
        _ = self._
        minutes = self._minutes
        yield _("Sessions: {n}. Root over their last events (SHA-256, RFC 6962):").format(
            n=len(minutes.heads)
        )
        yield minutes.root
        yield _("`cact verify` compares it with the journal.")

    def _signatures(self) -> Iterable[str]:
        _ = self._
        minutes = self._minutes
        yield ""
        written = _("Written {time} by {name}.")
        yield written.format(
            time=self._moment(minutes.written_at), name=clean_line(minutes.written_by)
        )
        yield ""
        signers = (_("Proctor"), _("Chief proctor"))
        half = COLUMNS // _SIGNERS
        yield "".join(pad(one, half) for one in signers).rstrip()
        yield ""
        yield ""
        yield "".join(pad("." * 30, half) for _one in signers).rstrip()

    def _time(self, at: int) -> str:
        return self._at(at, "%H:%M")

    def _moment(self, at: int) -> str:
        return self._at(at, "%Y-%m-%d %H:%M")

    def _at(self, at: int, form: str) -> str:
        if not at:
            return "-"
        return datetime.fromtimestamp(at / 1000, ZoneInfo(self._minutes.timezone)).strftime(form)


def _reason(code: str) -> str:
    """Return the English words of a reason; the screens mark the same words for translation."""
    return REASONS.get(code, code)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "".join(f"{pad(cell, width - 1)} " for cell, width in pairs).rstrip()
