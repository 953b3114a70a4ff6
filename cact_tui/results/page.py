"""A result as a page for the command line, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.results.profile_text import profile_text
from cact_tui.text import clean, clean_line, pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cact_tui.results.reading import StoredResult
    from cact_tui.results.tree import Counts, Result, SectionResult

UNKNOWN = "-"
LABEL_COLUMNS = 14


def result_page(result: Result) -> str:
    """Return everything but the single items of a result."""
    return clean("\n".join([*_head(result), "", *_sections(result), "", *_foot(result)]))


def result_lines(stored: Sequence[StoredResult]) -> tuple[str, ...]:
    """Return a table of results, a line each under a heading."""
    rows = [tuple(clean_line(cell, 40) for cell in _row(one.result)) for one in stored]
    table = [("REFERENCE", "V", "STATUS", "SESSION", "NUMBER", "SITTING", "ANSWERED", ""), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return tuple(
        "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.reference,
        str(result.version),
        result.status,
        result.session.state,
        result.participant.number or UNKNOWN,
        result.event.sitting,
        str(result.counts.answered),
        (result.label or "").upper(),
    )


def _head(result: Result) -> Iterator[str]:
    person, session = result.participant, result.session
    if result.label:
        reasons = ", ".join(result.trial_reasons)
        said = f"{result.label.upper()}: a trial ({reasons}); nothing may be decided from it"
        yield clean_line(said, 400)
        yield ""
    yield _fact("Reference", f"{result.reference}, version {result.version}, {result.status}")
    yield _fact("Participant", _person(person.number, person.name, person.nip))
    yield _fact("Position group", person.position_group)
    yield _fact("Event", f"{result.event.id} ({result.event.purpose}), {result.event.sitting}")
    yield _fact("Session", f"{session.state}, {session.language}, {session.mode}")
    yield _fact("Opened", session.opened.local or session.opened.utc)
    if session.finished:
        yield _fact("Finished", session.finished.local or session.finished.utc)
    if session.valid_until and not result.trial:
        yield _fact("Valid until", session.valid_until)
    yield _fact("Evidence", f"{result.evidence.parameters}, standard {result.evidence.standard}")
    yield _fact("Items", _counts(result.counts))


def _sections(result: Result) -> Iterator[str]:
    yield "SECTIONS"
    for section in result.sections:
        state = section.state.replace("_", " ")
        yield clean_line(f"{section.id}: {state}{_stop(section)}", 400)
        yield f"  {_counts(section.counts)}; {_time(section)}"
    yield ""
    yield "PROFILE"
    yield profile_text(result.profile, "en")


def _foot(result: Result) -> Iterator[str]:
    incidents = result.incidents
    yield _fact("Standstills", str(len(incidents.standstills)))
    yield _fact("Connections", str(len(incidents.connections)))
    for extra in incidents.extra_time:
        where = f"in {extra.section}" if extra.section else "for the whole session"
        words = f"{_minutes(extra.seconds)} {where}, {extra.kind}, by {extra.by}"
        yield _fact("Extra time", f"{extra.at.utc} {clean_line(words)}")
    for check in incidents.identity_checks:
        yield _fact("Papers", f"{check.at.utc} {clean_line(f'{check.outcome} by {check.by}')}")
    if incidents.messages:
        yield _fact("Messages", f"{incidents.messages} by proctors")
    for one in incidents.irregularities:
        text = clean_line(f"{one.code}: {one.detail} ({one.by})")
        yield _fact("Irregularity", f"{one.at.utc} {text}")
    for comment in incidents.comments:
        yield _fact("Comment", clean_line(comment.text or "(erased)", 400))
    yield _fact("Computed by", f"cact_tui {result.proof.build.version}")
    yield _fact("Chain head", f"event {result.chain.seq}, {result.chain.digest}")


def _fact(label: str, value: str | None) -> str:
    return f"{label:<{LABEL_COLUMNS}} {clean_line(value or UNKNOWN, 400)}"


def _person(number: str | None, name: str | None, nip: str | None) -> str:
    known = [part for part in (number, name, nip) if part]
    return " · ".join(known) if known else "erased or unknown"


def _stop(section: SectionResult) -> str:
    return f" by {section.stop_reason}" if section.stop_reason else ""


def _counts(counts: Counts) -> str:
    others = (
        (counts.omitted, "omitted"),
        (counts.timed_out, "timed out"),
        (counts.interrupted, "interrupted"),
        (counts.withdrawn, "withdrawn"),
        (counts.open, "open"),
        (counts.not_reached, "not reached"),
        (counts.pretest, "pretest"),
    )
    found = [f"{number} {name}" for number, name in others if number]
    return ", ".join([f"{counts.answered} answered", *found])


def _time(section: SectionResult) -> str:
    used = _minutes(section.used_ms // 1000)
    if section.budget_seconds is None:
        return f"{used} used, no limit"
    return f"{used} of {_minutes(section.budget_seconds)} used"


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
