"""The head of a proctor's screen: which sitting, what time, how many are how far. Pure."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.proctoring.board.rows import Standing
from cact_tui.text import clean_line, width
from cact_tui.tui.lines import Line, Span, Tone, spread
from cact_tui.tui.proctor import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cact_tui.proctoring.board.rows import Row, Snapshot


class Sieve(StrEnum):
    """Which rows are shown; the digit that chooses it is its place here."""

    ALL = "all"
    INCIDENTS = "incidents"
    WAITING = "waiting"
    READY = "ready"
    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"
    ENDED = "ended"
    ABSENT = "absent"


SIEVES = tuple(Sieve)

_ENDED = frozenset({Standing.FINISHED, Standing.TERMINATED, Standing.WITHDRAWN, Standing.CANCELED})
_KEEPS: Mapping[Sieve, frozenset[Standing]] = {
    Sieve.ALL: frozenset(Standing),
    Sieve.WAITING: frozenset({Standing.WAITING}),
    Sieve.READY: frozenset({Standing.READY}),
    Sieve.ACTIVE: frozenset({Standing.ACTIVE, Standing.RESTING}),
    Sieve.PAUSED: frozenset({Standing.PAUSED}),
    Sieve.GONE: frozenset({Standing.GONE}),
    Sieve.ENDED: _ENDED,
    # Whose test somebody else sat has none yet.
    Sieve.ABSENT: frozenset({Standing.ABSENT, Standing.INVALIDATED}),
}


def passes(row: Row, sieve: Sieve) -> bool:
    """Return whether a row is shown."""
    if sieve is Sieve.INCIDENTS:
        return row.incident is not None
    return row.standing in _KEEPS[sieve]


def title_line(snapshot: Snapshot, columns: int, language: str, *, muted: bool, by: str) -> Line:
    """Return the first line: the sitting and the room's clock."""
    _ = translator(language).gettext
    place = snapshot.place
    if place.room:
        told = _("WAVE {wave} · {room} · {date}").format(
            wave=place.wave, room=clean_line(place.room), date=place.date
        )
    else:
        told = clean_line(place.id).upper()
    parts = [f" {told}"]
    if snapshot.opened_at:
        opened = words.time_of_day(snapshot.opened_at, snapshot.timezone)
        parts.append(_("opened {time}").format(time=opened))
    if place.state != "open":
        parts.append(_("closed") if place.state == "closed" else _("not open yet"))
    bell = _("bell muted") + " · " if muted else ""
    clock = words.time_of_day(snapshot.at, snapshot.timezone)
    return spread(
        (Span("   ".join(parts), Tone.STRONG),),
        (Span(f"{bell}{clean_line(by)} · "), Span(f"{clock} ", Tone.STRONG)),
        columns,
    )


def count_line(snapshot: Snapshot, columns: int, language: str, sieve: Sieve) -> Line:
    """Return how many there are of each, with the digit that shows only those.

    Where that is too long, first those of whom there is nobody are left out, then letters.
    """
    _ = translator(language).gettext
    named = {
        Sieve.ALL: _("all"),
        Sieve.INCIDENTS: _("incidents"),
        Sieve.WAITING: _("waiting"),
        Sieve.READY: _("ready"),
        Sieve.ACTIVE: _("active"),
        Sieve.PAUSED: _("paused"),
        Sieve.GONE: _("cut off"),
        Sieve.ENDED: _("ended"),
        Sieve.ABSENT: _("absent"),
    }
    counts = counted(snapshot)
    some = {one: name for one, name in named.items() if counts[one] or one is sieve}
    for names, letters, gap in (
        (named, 20, 2),
        (some, 20, 2),
        (some, 6, 2),
        (some, 4, 1),
        (some, 3, 1),
    ):
        short = {one: name[:letters].rstrip() for one, name in names.items()}
        spans = _counts(counts, short, sieve, " " * gap)
        if sum(width(span.text) for span in spans) <= columns:
            break
    return spans


def counted(snapshot: Snapshot) -> Mapping[Sieve, int]:
    """Return how many rows each sieve would show."""
    standings = Counter(row.standing for row in snapshot.rows)
    counts = {one: sum(standings[kept] for kept in keeps) for one, keeps in _KEEPS.items()}
    counts[Sieve.INCIDENTS] = sum(row.incident is not None for row in snapshot.rows)
    return counts


def _counts(
    counts: Mapping[Sieve, int], named: Mapping[Sieve, str], sieve: Sieve, gap: str
) -> Line:
    spans: list[Span] = [Span(" ")]
    for one, name in named.items():
        digit = SIEVES.index(one)
        tone = Tone.PLAIN
        if one is sieve:
            tone = Tone.ASK
        elif counts[one] and one in (Sieve.INCIDENTS, Sieve.GONE):
            tone = Tone.ALERT
        elif not counts[one]:
            tone = Tone.QUIET
        spans += [Span(f"{digit} {name}:{counts[one]}", tone), Span(gap)]
    return tuple(spans[:-1])
