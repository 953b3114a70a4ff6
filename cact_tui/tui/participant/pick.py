"""A list to choose from by digit, or by arrows and Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.tui.lines import Line, cut, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.tui.keys import Key

_DIGITS = "123456789"


@frozen
class Pick:
    """How many there are, where the arrows stand, and what a digit chose (-1 for nothing)."""

    count: int
    at: int = 0
    by_digit: int = -1

    def press(self, key: Key) -> Pick:
        """Return the list after a key."""
        digit = _DIGITS.find(key.character) if key.character else -1
        if 0 <= digit < self.count:
            return evolve(self, at=digit, by_digit=digit)
        step = (key.name == "down") - (key.name == "up")
        return Pick(self.count, min(max(self.at + step, 0), max(self.count - 1, 0)))


def pick_lines(
    labels: Sequence[str],
    pick: Pick,
    columns: int,
    rows: int,
    marks: tuple[str, str] = (">", " "),
) -> tuple[Line, ...]:
    """Return the choices; `marks` stand before the one that the arrows stand on and the others.

    Where there are more than fit, the part around it is shown.
    """
    start = min(max(pick.at - rows // 2, 0), max(len(labels) - rows, 0))
    shown = list(enumerate(labels))[start : start + rows]
    on, off = marks
    return tuple(
        _row(on if number == pick.at else off, number, label, columns) for number, label in shown
    )


def _row(mark: str, number: int, label: str, columns: int) -> Line:
    digit = _DIGITS[number] if number < len(_DIGITS) else " "
    return cut(line(f"{mark} {digit}  {label}"), columns)
