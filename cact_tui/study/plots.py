"""Plots that a person can read in a terminal of 76 columns, in plain characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 60
"""Columns of a bar at its longest."""
ROWS = 8
"""Rows of a curve."""


def bars(labels: Sequence[str], values: Sequence[float], words: Sequence[str]) -> list[str]:
    """Return one bar of `#` a line, with its label before and its words behind.

    Args:
        labels: What each bar is.
        values: Their sizes, 0 or more.
        words: Their sizes in words.
    """
    left = max((len(label) for label in labels), default=0)
    right = max((len(word) for word in words), default=0)
    room = max(8, WIDTH + 14 - left - right)
    largest = max(values, default=0.0) or 1.0
    return [
        f"{label:>{left}} {'#' * round(room * value / largest):<{room}} {word:>{right}}".rstrip()
        for label, value, word in zip(labels, values, words, strict=True)
    ]


def curves(across: Sequence[float], lines: Sequence[tuple[str, str, Sequence[float]]]) -> list[str]:
    """Return curves on a grid of characters, with the axis below and a legend.

    Args:
        across: The values of the horizontal axis, ascending, T of them.
        lines: For each curve its mark (one character), its name and its T values, 0 or more; what
            is drawn later covers what is drawn earlier.
    """
    top = max((max(values) for _, _, values in lines), default=0.0) or 1.0
    columns = [round(place * (WIDTH - 1) / max(1, len(across) - 1)) for place in range(len(across))]
    grid = [[" "] * WIDTH for _ in range(ROWS)]
    for mark, _, values in lines:
        for column, value in zip(columns, values, strict=True):
            grid[ROWS - 1 - round((ROWS - 1) * min(value, top) / top)][column] = mark
    rows = [
        f"{top * (ROWS - 1 - number) / (ROWS - 1):7.2f} |{''.join(row)}".rstrip()
        for number, row in enumerate(grid)
    ]
    legend = "   ".join(f"{mark} {name}" for mark, name, _ in lines)
    return [*rows, f"        +{'-' * WIDTH}", _axis(across, columns), f"         {legend}"]


def _axis(across: Sequence[float], columns: Sequence[int]) -> str:
    text = [" "] * (WIDTH + 6)
    step = max(1, (len(across) - 1) // 6)
    for place in range(0, len(across), step):
        label = f"{across[place]:g}"
        start = max(0, columns[place] - len(label) // 2)
        text[start : start + len(label)] = label
    return f"         {''.join(text).rstrip()}"
