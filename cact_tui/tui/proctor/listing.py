"""Which rows are shown, in which order, and which one is chosen. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.proctoring.board.rows import Row
from cact_tui.proctoring.signals import SignalKind
from cact_tui.tui.proctor.head import Sieve, passes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.board.rows import Snapshot

_ORDER = {kind: place for place, kind in enumerate(SignalKind)}


@frozen(kw_only=True)
class Listing:
    """The rows of a snapshot as somebody looks at them.

    `chosen` is the key of the row under the cursor, which follows the person when the order
    changes; `top` the first row that is seen; `marked` are the keys of a group.
    """

    rows: tuple[Row, ...] = ()
    sieve: Sieve = Sieve.ALL
    search: str = ""
    chosen: str = ""
    marked: frozenset[str] = frozenset()
    top: int = 0
    by_seat: bool = False

    def see(self, snapshot: Snapshot) -> Listing:
        """Return it with the rows of another snapshot."""
        here = {row.key for row in snapshot.rows}
        found = evolve(
            self, rows=_ordered(snapshot.rows, self), marked=frozenset(self.marked & here)
        )
        return found.choosing(self.index)

    def choosing(self, index: int) -> Listing:
        """Return it with the chosen row kept, or the one at an index where that is gone.

        Where no row is shown the cursor keeps its person for when some are again.
        """
        if not self.rows or any(row.key == self.chosen for row in self.rows):
            return self
        return evolve(self, chosen=self.rows[min(max(index, 0), len(self.rows) - 1)].key)

    @property
    def index(self) -> int:
        """Return the place of the chosen row, 0 without one."""
        return next((n for n, row in enumerate(self.rows) if row.key == self.chosen), 0)

    @property
    def row(self) -> Row | None:
        """Return the chosen row."""
        return next((row for row in self.rows if row.key == self.chosen), None)

    def moved(self, steps: int) -> Listing:
        """Return it with the cursor so many rows further."""
        if not self.rows:
            return self
        index = min(max(self.index + steps, 0), len(self.rows) - 1)
        return evolve(self, chosen=self.rows[index].key)

    def mark(self) -> Listing:
        """Return it with the chosen row marked, or not any more, and the cursor one further."""
        return evolve(self, marked=self.marked ^ {self.chosen}).moved(1) if self.row else self

    def mark_all(self) -> Listing:
        """Return it with all rows shown marked; with none where they all were."""
        shown = frozenset(row.key for row in self.rows)
        return evolve(self, marked=frozenset() if shown <= self.marked else self.marked | shown)

    def in_view(self, height: int) -> Listing:
        """Return it scrolled so that the chosen row is among `height` rows."""
        index = self.index
        last = max(len(self.rows) - height, 0)
        top = min(max(self.top, index - height + 1), index, last)
        return self if top == self.top else evolve(self, top=top)


def _ordered(rows: Sequence[Row], listing: Listing) -> tuple[Row, ...]:
    """Return the rows to be shown: incidents first, the most urgent one on top, else by seat."""
    wanted = listing.search.casefold()
    kept = [row for row in rows if passes(row, listing.sieve) and _matches(row, wanted)]
    return tuple(kept) if listing.by_seat else tuple(sorted(kept, key=_urgency))


def _urgency(row: Row) -> int:
    """Return a row's place among incidents; sorting is stable, so seats keep their order."""
    incident = row.incident
    return _ORDER[incident.kind] if incident else len(_ORDER)


def _matches(row: Row, wanted: str) -> bool:
    if not wanted:
        return True
    return (
        row.seat.casefold() == wanted
        or wanted in row.number.casefold()
        or wanted in row.name.casefold()
    )
