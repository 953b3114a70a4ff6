"""How sittings and who sits in them are told on the command line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cact_tui.sessions.events import ENDED, INVALIDATED

if TYPE_CHECKING:
    from cact_tui.journal.roster import Sitting
    from cact_tui.proctoring.sittings import Seated
    from cact_tui.sessions.states import SessionState


def by_state(one: Sitting, seated: tuple[Seated, ...]) -> str:
    """Return a sitting on one line, with how many are how far."""
    counts = Counter(_far(who) for who in seated)
    told = ", ".join(f"{counts[word]} {word}" for word in ("absent", "open", "ended"))
    return f"{one.id}  {one.state}  {one.date} {one.room} wave {one.wave}  {told}"


def _far(who: Seated) -> str:
    if who.entry is None or who.entry.last_event == INVALIDATED:
        return "absent"
    return "ended" if who.entry.last_event in ENDED else "open"


def line(one: Seated, state: SessionState | None) -> str:
    """Return who sits where, and how far the test is."""
    who = one.registration
    words = [who.number, f"seat {who.seat or '-'}", who.name, one.session or "-"]
    words.append(str(state.status) if state else "absent")
    if state is not None and state.running is not None:
        words.append(f"section {len(state.sections)}, {state.running.answered} answered")
    return "  ".join(words)


def plain(one: Seated, state: SessionState | None) -> dict[str, object]:
    """Return the same for a program; never an answer or a score."""
    who = one.registration
    return {
        "number": who.number,
        "name": who.name,
        "seat": who.seat,
        "identification": str(who.identification),
        "session": one.session or None,
        "state": str(state.status) if state else None,
        "section": state.running.started.section if state and state.running else None,
        "answered": state.answered if state else 0,
        "extra_seconds": state.extra_seconds if state else 0,
        "last_seen": one.seen.at if one.seen else None,
    }
