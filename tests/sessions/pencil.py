"""What a supervisor with a pencil and a clock would note down of a session."""

from __future__ import annotations

import hypothesis.strategies as st
from attrs import define, field

SECTIONS = 3
ENOUGH = 2
"""Items of a section after which a course that simply goes on ends it."""
BREAK_AFTER_FIRST = 60
PROCTORS = ("Ani", "Budi")
NEWEST = -1
PICK = st.sampled_from([NEWEST] * 6 + [0, 1, 2])
"""Which connection does something: mostly the newest, else an older one or a stranger's."""
RARELY = st.integers(0, 14).map(lambda number: number == 7)
"""For what ends a course."""


@define
class Model:
    """What a supervisor with a pencil would note down.

    `gate` says whether the test may go on: `waiting`, `open`, or the name of who holds it;
    `place` is where the participant stands; `sections` counts items closed per section; `screen`
    is the item on the screen and its position. `papers` is what was found of them; `unread` and
    `sent` are messages; `granted` is extra seconds by grant, `late` those of the section that runs.
    `shown_ms` is for how long the item on the screen could be answered, `charged` what each section
    was charged for those that are closed.
    """

    hall: bool
    practice: bool
    may_leave: bool
    begun: bool = False
    end: str = ""
    gate: str = "waiting"
    place: str = "rules"
    newest: str = ""
    cuts: int = 0
    sections: list[int] = field(factory=list)
    answered: int = 0
    screen: tuple[str, int] | None = None
    taken: set[str] = field(factory=set)
    events: int = 0
    papers: str | None = None
    seat: str = ""
    unread: list[str] = field(factory=list)
    sent: set[str] = field(factory=set)
    granted: dict[str, int] = field(factory=dict)
    late: int = 0
    shown_ms: int = 0
    charged: list[int] = field(factory=list)

    @property
    def runs(self) -> bool:
        return self.place in ("choosing", "item")

    def refusal(self, connection: str | None, *, steps_on: bool) -> str:
        """Return why nobody can do this now, whatever it is in detail; empty when one can."""
        if not self.begun:
            return "not_open"
        if self.end:
            return "invalidated" if self.end == "invalidated" else "ended"
        if connection not in (None, self.newest):
            return "taken_over"
        if steps_on and self.gate != "open":
            return "not_authorised" if self.gate == "waiting" else "paused"
        return ""

    def authorise(self) -> None:
        self.gate, self.cuts = "open", 0

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass; it counts while there is an item and nobody holds the test."""
        if self.screen and self.gate == "open" and not self.end:
            self.shown_ms += milliseconds

    def start_section(self) -> None:
        self.place, self.late = "choosing", 0
        self.sections.append(0)
        self.charged.append(0)

    def close_screen(self, *, time_known: bool = True) -> None:
        self.screen = None
        self.sections[-1] += 1
        self.charged[-1] += self.shown_ms if time_known else 0
        self.shown_ms = 0
        self.place = "choosing"
