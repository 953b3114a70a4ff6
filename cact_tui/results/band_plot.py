"""A band on its scale, drawn with plain characters: cuts, interval, estimate."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.text import pad

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN = 1.0
"""How much of the scale is drawn beyond the outermost cut or end of the band."""


@frozen
class Axis:
    """A stretch of the theta scale on so many columns."""

    low: float
    high: float
    columns: int

    def column(self, theta: float) -> int:
        """Return the column of a theta; ends of the axis take what lies beyond."""
        share = (theta - self.low) / (self.high - self.low)
        return min(self.columns - 1, max(0, round(share * (self.columns - 1))))


def band_plot(
    cuts: Sequence[float],
    levels: Sequence[int],
    band: tuple[float, float],
    theta: float,
    columns: int,
) -> tuple[str, str, str]:
    """Return three lines: levels, the axis with `|` cuts, `=` band and `*` estimate, thetas.

    Args:
        cuts: Cut points, ascending; none draws the band alone.
        levels: The levels between the cuts, one more than cuts.
        band: The interval.
        theta: The estimate.
        columns: The width.
    """
    ends = (*cuts, *band, theta)
    axis = Axis(min(ends) - MARGIN, max(ends) + MARGIN, columns)
    bounds = (axis.low, *cuts, axis.high)
    middles = [(low + high) / 2 for low, high in pairwise(bounds)]
    names = [(middle, str(level)) for middle, level in zip(middles, levels, strict=False)]
    marks = cuts or band
    return (
        _labels(axis, names if cuts else []),
        _line(axis, cuts, band, theta),
        _labels(axis, [(mark, f"{mark:.1f}") for mark in marks]),
    )


def _line(axis: Axis, cuts: Sequence[float], band: tuple[float, float], theta: float) -> str:
    cells = ["-"] * axis.columns
    low, high = (axis.column(end) for end in band)
    cells[low : high + 1] = "=" * (high - low + 1)
    for cut in cuts:
        cells[axis.column(cut)] = "|"
    cells[low], cells[high] = "[", "]"
    cells[axis.column(theta)] = "*"
    return "".join(cells)


def _labels(axis: Axis, labels: Sequence[tuple[float, str]]) -> str:
    """Return labels centred on their places; one that would touch the one before is left out."""
    line = ""
    for theta, label in labels:
        start = max(0, axis.column(theta) - len(label) // 2)
        if start > len(line) or not line:
            line = f"{line:<{start}}{label}"
    return pad(line, axis.columns).rstrip()
