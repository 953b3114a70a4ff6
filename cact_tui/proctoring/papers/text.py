"""The minutes as lines of text, in Indonesian first and in English after it."""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cact_tui.i18n import pick, translator
from cact_tui.proctoring.papers import words
from cact_tui.text import clean, clean_line, pad, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cact_tui.proctoring.papers.absences import Absence
    from cact_tui.proctoring.papers.minutes import Attendance, Minutes, Rescheduled
    from cact_tui.proctoring.papers.occurrences import Occurrence

COLUMNS = 90
LANGUAGES = ("id", "en")
_SIGNERS = 2
_SET_IN = " " * 4
_LONGEST_NUMBER, _LONGEST_SEAT = 20, 12
"""Characters of a number and of a seat that one line of the attendance list holds."""


def minutes_text(minutes: Minutes) -> str:
    """Return the whole paper as text."""
    parts = ["\n".join(minutes_lines(minutes, language)) for language in LANGUAGES]
    return f"\n\n{'=' * COLUMNS}\n\n".join(parts) + "\n"


def minutes_lines(minutes: Minutes, language: str) -> tuple[str, ...]:
    """Return the minutes in one language, in lines of at most `COLUMNS` characters.

    What goes on from the line above is set in, so that no name or detail looks like a line.
    """
    writer = _Writer(minutes, language)
    return tuple(piece for line in writer.lines() for piece in _folded(line, COLUMNS))


def _folded(text: str, columns: int) -> tuple[str, ...]:
    line = clean(text).replace("\n", " ")
    if width(line) <= columns:
        return (line,)
    first, *rest = wrap(line, columns - len(_SET_IN))
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
        if self._minutes.rescheduled:
            yield from self._section(_("RESCHEDULED TO ANOTHER SITTING"), self._rescheduled())
        if self._minutes.invalid:
            yield from self._section(_("TESTS THAT SOMEBODY ELSE SAT"), self._invalid())
        if self._minutes.damaged:
            yield from self._section(_("TESTS THAT ARE NOT WHAT WAS WRITTEN"), self._damaged())
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
            (_("Rescheduled"), self._counted(minutes.rescheduled)),
        )

    def _labelled(self, *pairs: tuple[str, str]) -> Iterable[str]:
        wide = max(len(label) for label, _value in pairs) + 2
        for label, value in pairs:
            yield f"{label:{wide}}{value}"

    def _counted(self, people: Sequence[Attendance | Rescheduled]) -> str:
        numbers = ", ".join(clean_line(one.number) for one in people)
        return f"{len(people)}: {numbers}" if people else "0"

    def _attendance(self) -> Iterable[str]:
        _ = self._
        people = self._minutes.attendance
        if not people:
            return
        head = (
            *(_("Number"), _("Name"), _("Seat"), _("Identity")),
            *(_("From"), _("To"), _("State")),
        )
        rows = [head, *map(self._attended, people)]
        number = min(max(width(row[0]) for row in rows), _LONGEST_NUMBER) + 1
        seat = min(max(width(row[2]) for row in rows), _LONGEST_SEAT) + 1
        others = (seat, 10, 6, 7, 15)
        widths = (number, COLUMNS - number - sum(others), *others)
        for row in rows:
            yield from _row(row, widths)

    def _attended(self, one: Attendance) -> tuple[str, ...]:
        known = words.identities(self._)
        return (
            clean_line(one.number),
            clean_line(one.name, len(one.name)),
            clean_line(one.seat) or "-",
            known.get(one.identification, clean_line(one.identification)),
            self._time(one.arrived_at),
            self._time(one.ended_at),
            self._state(one),
        )

    def _rescheduled(self) -> Iterable[str]:
        for one in self._minutes.rescheduled:
            name = clean_line(one.name, len(one.name))
            yield self._told(
                *(self._time(one.at), one.number, name, one.session),
                *(one.sitting, self._why(one.reason), one.by),
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

    def _damaged(self) -> Iterable[str]:
        _ = self._
        told = _("{number} ({seat}), test {test}: event {n} is not what was written, or is missing")
        for one in self._minutes.damaged:
            yield told.format(number=one.number, seat=one.seat or "-", test=one.session, n=one.seq)
        yield _("Nothing else is told of these tests here, and the seal does not cover them.")
        yield _("Restore them from the second copy, then close the sitting once more.")

    def _state(self, one: Attendance) -> str:
        _ = self._
        if not one.present:
            return _("absent")
        late = ", " + _("late") if one.late else ""
        return words.states(_).get(one.status, _("open")) + late

    def _absences(self) -> Iterable[str]:
        kinds = words.absences(self._)
        for one in self._minutes.absences:
            span = f"{self._time(one.since)} - {self._time(one.until)}"
            who = _at_seat(one)
            yield self._told(span, who, kinds[one.kind], self._why(one.reason), one.by)

    def _occurrences(self) -> Iterable[str]:
        kinds = words.occurrences(self._)
        for one in self._minutes.occurrences:
            by = "" if one.by in ("system", "participant") else one.by
            yield self._told(
                self._time(one.at),
                _at_seat(one),
                kinds.get(one.kind, one.kind),
                self._why(one.reason),
                self._detail(one),
                by,
            )

    def _detail(self, one: Occurrence) -> str:
        """Return what of an occurrence is not in its kind."""
        _ = self._
        if one.kind == "TimeExtended":
            return _("{n} s").format(n=one.detail)
        if one.kind == "corrected":
            known = words.fields(_)
            fields = [known.get(name, name) for name in one.detail.split(", ")]
            return ", ".join(dict.fromkeys(fields))
        return "" if one.kind == "IdentityChecked" else one.detail

    def _why(self, code: str) -> str:
        return words.reason(code, self._)

    def _told(self, *parts: str) -> str:
        """Return parts of a line that are not empty, each harmless."""
        return "  ".join(filter(None, (clean_line(part, len(part)) for part in parts)))

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
        """Return the time of the day, with the date on any other than the sitting's."""
        moment = self._moment(at)
        return moment.removeprefix(f"{self._minutes.date} ")

    def _moment(self, at: int) -> str:
        if not at:
            return "-"
        zone = ZoneInfo(self._minutes.timezone)
        return datetime.fromtimestamp(at / 1000, zone).strftime("%Y-%m-%d %H:%M")


def _at_seat(one: Absence | Occurrence) -> str:
    return f"{one.number} ({one.seat or '-'})"


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    """Return a row of a table; what a column does not hold goes on below, in that column."""
    first, *others = zip(cells, widths, strict=True)
    further = [wrap(cell, wide - 1) for cell, wide in others]
    for pieces in zip_longest(_folded(first[0], first[1] - 1), *further, fillvalue=""):
        pairs = zip(pieces, widths, strict=True)
        yield "".join(f"{pad(piece, wide - 1)} " for piece, wide in pairs).rstrip()
