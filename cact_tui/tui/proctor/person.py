"""All about one participant as lines. Pure."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from cact_tui.i18n import pick, translator
from cact_tui.proctoring.board.rows import Part
from cact_tui.text import clean_line, pad, wrap
from cact_tui.tui.lines import BLANK, Line, Span, Tone, line, paragraph, strong
from cact_tui.tui.proctor import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.proctoring.board.record import Moment
    from cact_tui.proctoring.board.rows import Detail, Progress

_LABEL = 12
_TIME = 6
_BARS = "▁▂▃▄▅▆▇█"


def person_lines(
    detail: Detail, columns: int, language: str, *, now: int, timezone: str
) -> tuple[Line, ...]:
    """Return a detail as lines of at most so many columns, the most important first."""
    teller = _Teller(detail, columns, language, now, timezone)
    return tuple(teller.lines())


class _Teller:
    """Tells one detail."""

    def __init__(
        self, detail: Detail, columns: int, language: str, now: int, timezone: str
    ) -> None:
        self._detail = detail
        self._columns = columns
        self._language = language
        self._now = now
        self._timezone = timezone
        self._ = translator(language).gettext

    def lines(self) -> Iterable[Line]:
        yield self._who()
        yield from self._standing()
        yield from self._signals()
        yield from self._identity()
        yield from self._earlier()
        yield from self._progress()
        yield from self._pace()
        yield from self._terminal()
        yield from self._grants()
        yield from self._moments(self._("irregular"), self._detail.irregularities)
        yield from self._notes()
        yield BLANK
        yield from self._profile()
        yield from self._timeline()
        yield from self._visits()

    def _who(self) -> Line:
        row = self._detail.row
        parts = [row.seat or "-", row.number, clean_line(row.name)]
        if self._detail.nip:
            parts.insert(2, f"NIP {clean_line(self._detail.nip)}")
        return strong(" · ".join(parts))

    def _standing(self) -> Iterable[Line]:
        _ = self._
        row, held = self._detail.row, self._detail.held
        seen = words.standings(self._language)[row.standing]
        text = seen.word.upper()
        if held is not None:
            text += " " + _("since {time}").format(time=self._time(held.at))
            why = words.reason(held.reason, self._language)
            text += f" · {why}" if why else ""
        yield self._labelled(_("state"), text, seen.tone)
        if row.silent:
            text = _("last seen {ago} ago").format(ago=words.span(row.silent))
            yield self._labelled("", text, Tone.WARN)

    def _signals(self) -> Iterable[Line]:
        label = self._("signals")
        for one in self._detail.row.signals:
            seen = words.signals(self._language)[one.kind]
            text = f"{seen.mark} {seen.word}  {self._time(one.since)}  {clean_line(one.detail)}"
            yield from self._wrapped(label, text.rstrip(), seen.tone)
            label = ""

    def _identity(self) -> Iterable[Line]:
        found = self._detail.identification
        text = words.outcomes(self._language).get(found.outcome, found.outcome)
        if found.at:
            text += f" ({clean_line(found.by)}, {self._time(found.at)})"
        yield self._labelled(self._("identity"), text)

    def _earlier(self) -> Iterable[Line]:
        _ = self._
        label = _("invalid")
        for one in self._detail.earlier:
            told = [one.session, f"{self._time(one.began_at)}–{self._time(one.ended_at)}"]
            if one.seat:
                told.insert(1, _("seat {seat}").format(seat=clean_line(one.seat)))
            if one.ended is not None:
                told.append(clean_line(one.ended.by))
            yield self._labelled(label, " · ".join(told), Tone.WARN)
            label = ""

    def _progress(self) -> Iterable[Line]:
        sections = self._detail.sections
        if not sections:
            return
        marks = {Part.ENDED: "✓", Part.RUNNING: "▸", Part.AHEAD: " "}
        overview = " ".join(f"{n}{marks[one.part]}" for n, one in enumerate(sections, 1))
        done = sum(one.answered for one in sections)
        at_most = sum(one.at_most for one in sections)
        room = max(self._columns - _LABEL - len(overview) - 4, 8)
        filled = round(room * done / at_most) if at_most else 0
        bar = "█" * filled + "░" * (room - filled)
        yield self._labelled(self._("progress"), f"{bar}  {overview}")
        for number, one in enumerate(sections, 1):
            if one.part is not Part.AHEAD:
                yield self._labelled("", self._section(number, one))

    def _section(self, number: int, one: Progress) -> str:
        title = pick(one.title, self._language)
        budget = f"/{words.span(one.seconds)}" if one.seconds is not None else ""
        time = f"{words.span(one.used)}{budget}"
        return f"{number} {clean_line(title)}  {one.answered}/{one.at_most}  {time}"

    def _pace(self) -> Iterable[Line]:
        paces = self._detail.paces
        if not paces:
            return
        told = self._("median {seconds} s").format(seconds=round(median(paces)))
        room = max(self._columns - _LABEL - len(told) - 2, 5)
        yield self._labelled(self._("time/item"), f"{sparkline(paces[-room:])}  {told}")

    def _terminal(self) -> Iterable[Line]:
        if not self._detail.visits:
            return
        last = self._detail.visits[-1]
        parts = [last.address, last.client, f"{last.terminal} {last.columns}x{last.rows}"]
        if self._detail.language:
            parts.append(clean_line(self._detail.language).upper())
        told = " · ".join(clean_line(one) for one in parts if one)
        yield from self._wrapped(self._("terminal"), told)

    def _grants(self) -> Iterable[Line]:
        _ = self._
        planned = []
        if self._detail.planned_minutes:
            planned.append(_("{n} min").format(n=self._detail.planned_minutes))
        if self._detail.planned_percent:
            planned.append(f"{self._detail.planned_percent}%")
        if planned:
            yield self._labelled(
                _("time added"), _("registered: {time}").format(time=", ".join(planned))
            )
        label = "" if planned else _("time added")
        for one in self._detail.grants:
            kind = words.outcomes(self._language).get(one.kind, one.kind)
            text = f"+{words.span(int(one.detail))}  {kind} · {self._what(one)}"
            yield from self._wrapped(label, text)
            label = ""

    def _moments(self, label: str, moments: Iterable[Moment]) -> Iterable[Line]:
        for one in moments:
            yield from self._wrapped(label, self._what(one))
            label = ""

    def _what(self, one: Moment) -> str:
        """Return why, when and by whom, and what stands beside it."""
        why = words.reason(one.reason, self._language)
        beside = "" if one.detail.isdecimal() else clean_line(one.detail)
        parts = [why, self._time(one.at), clean_line(one.by), beside]
        return " · ".join(part for part in parts if part)

    def _notes(self) -> Iterable[Line]:
        _ = self._
        for one in self._detail.notes:
            who = clean_line(one.by) or _("participant")
            seen = _("read") if one.read else _("not read yet")
            read = f" ({seen})" if one.by else ""
            text = one.text or _("(erased)")
            yield self._labelled(_("words"), f"{self._time(one.at)} {who}{read}:")
            for row in paragraph(text, self._columns - 2):
                yield (Span("  "), *row)

    def _profile(self) -> Iterable[Line]:
        text = self._detail.profile.get(self._language, "")
        if text:
            yield strong(self._("RESULT"))
            yield from paragraph(text, self._columns)
            yield BLANK

    def _timeline(self) -> Iterable[Line]:
        _ = self._
        happenings = words.happenings(self._language)
        for one in reversed(self._detail.timeline):
            what = happenings.get(one.kind, one.kind)
            rest = [
                words.reason(one.reason, self._language) if one.reason else "",
                self._beside(one),
                "" if one.by in ("", "self", "system") else clean_line(one.by),
            ]
            told = " · ".join((what, *(part for part in rest if part)))
            yield from self._hanging(f"{self._time(one.at)} {told}")

    def _beside(self, one: Moment) -> str:
        """Return what stands beside an event: a seat, a section, a time, an outcome."""
        _ = self._
        if one.kind in ("TimeExtended", "BreakStarted", "BreakEnded"):
            return words.span(int(one.detail or 0))
        if one.kind in ("Attached", "SeatChanged") and one.detail:
            return _("seat {seat}").format(seat=clean_line(one.detail))
        return words.outcomes(self._language).get(one.detail, clean_line(one.detail))

    def _visits(self) -> Iterable[Line]:
        visits = self._detail.visits
        if len(visits) < 2:  # noqa: PLR2004 - the one visit stands above
            return
        _ = self._
        yield BLANK
        for one in reversed(visits):
            away = " " + self._("after {time} away").format(time=words.span(one.away_ms // 1000))
            seat = _("seat {seat}").format(seat=one.seat) if one.seat else ""
            parts = [seat, one.address, one.client, one.terminal]
            told = " · ".join(clean_line(part) for part in parts if part)
            yield from self._hanging(f"{self._time(one.at)} {told}{away if one.away_ms else ''}")

    def _hanging(self, text: str) -> Iterable[Line]:
        """Yield what has its time in front; further lines stand below what follows the time."""
        first, *rest = wrap(text, max(self._columns - _TIME, _LABEL))
        yield line(first)
        for piece in rest:
            yield line(" " * _TIME + piece)

    def _wrapped(self, label: str, text: str, tone: Tone = Tone.PLAIN) -> Iterable[Line]:
        """Yield what may be longer than a line, the label beside the first one."""
        for piece in wrap(text, max(self._columns - _LABEL, _LABEL)):
            yield self._labelled(label, piece, tone)
            label = ""

    def _labelled(self, label: str, text: str, tone: Tone = Tone.PLAIN) -> Line:
        return (Span(f"{pad(label, _LABEL - 1)} ", Tone.QUIET), Span(text, tone))

    def _time(self, at: int) -> str:
        return words.time_of_day(at, self._timezone)


def sparkline(seconds: tuple[float, ...]) -> str:
    """Return times as bars, the longest one as the highest."""
    most = max(seconds, default=0.0) or 1.0
    top = len(_BARS) - 1
    return "".join(_BARS[round(top * one / most)] for one in seconds)
