"""The highest mode of each of many functions of theta: a scan of a grid, then a polish.

A likelihood may have several maxima (Samejima 1973 shows it for the 3PL), so an iteration from one
starting point may end at the wrong one. The scan sees all of them; those that may be the highest
are polished, and the one that is the highest is taken.
"""

import math

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.estimation.curves import Curve
from cact_tui.psychometrics.estimation.grids import equally_spaced

STEP = 0.05
"""The widest step of the scan."""
MOST_STEPS = 40
"""Halvings of a bracket of two steps that bring it below 1e-12."""
CLOSE = 1e-6
"""A last Newton step of this size leaves an error of its square, some 1e-12."""

NOISE = 1e-12
"""Second differences of this size are rounding."""
AROUND = np.arange(-2, 3)
DIFFERENCES = (
    np.array(
        [
            [1.0, -1.0, -6.0, 12.0],
            [-8.0, 16.0, 12.0, -48.0],
            [0.0, -30.0, 0.0, 72.0],
            [8.0, 16.0, -12.0, -48.0],
            [-1.0, -1.0, 6.0, 12.0],
        ]
    )
    / 12.0
)
"""Five values at -2..2 times this are the derivatives 1 to 4 at 0 of the quartic through them."""


@attrs.frozen(kw_only=True, eq=False)
class Modes:
    """Where functions are highest.

    Attributes:
        theta: The highest mode, or the end of the range where there the function is highest, (E,).
        found: Where ``theta`` is a mode, with a slope of zero, (E,).
    """

    theta: FloatArray
    found: BoolArray


def scan_grid(lower: float, upper: float) -> FloatArray:
    """Return equally spaced points of steps of at most 0.05, shape (T,), five at least."""
    nodes = max(5, math.ceil(round((upper - lower) / STEP, 6)) + 1)
    return equally_spaced(lower, upper, nodes)


def highest_modes(grid: FloatArray, heights: FloatArray, curve: Curve) -> Modes:
    """Return the highest mode of each row.

    Args:
        grid: Equally spaced points, (T,).
        heights: The functions on the grid, (E, T).
        curve: The functions.
    """
    rows, nodes = _candidates(heights)
    contested = len(rows) > len(heights)
    start = _vertices(grid, heights, rows, nodes)
    polished = _polished(curve.rows(rows) if contested else curve, grid, nodes, start)
    if not contested:
        return polished
    order = np.lexsort((curve.rows(rows).heights(polished.theta), rows))
    best = order[np.flatnonzero(np.diff(rows[order], append=-1))]
    return Modes(theta=polished.theta[best], found=polished.found[best])


def _candidates(heights: FloatArray) -> tuple[IntArray, IntArray]:
    """Return row and node of each local maximum that may be the row's highest, row by row.

    Of a level stretch the first node counts. Between its neighbours a maximum may be higher than at
    its node by an eighth of the second difference; twice that is allowed for.
    """
    rising = np.empty((len(heights), heights.shape[1] + 1), dtype=np.bool_)
    rising[:, 0], rising[:, -1] = True, False
    np.greater(heights[:, 1:], heights[:, :-1], out=rising[:, 1:-1])
    rows, nodes = (rising[:, :-1] > rising[:, 1:]).nonzero()
    if len(rows) == len(heights):
        return rows, nodes
    last = heights.shape[1] - 1
    here = heights[rows, nodes]
    fall = 2.0 * here - heights[rows, np.maximum(nodes - 1, 0)]
    fall -= heights[rows, np.minimum(nodes + 1, last)]
    may_win = here + 0.25 * fall >= heights.max(axis=1)[rows]
    return rows[may_win], nodes[may_win]


def _vertices(grid: FloatArray, heights: FloatArray, rows: IntArray, nodes: IntArray) -> FloatArray:
    """Return where quartics through five heights are highest, within a step of the nodes."""
    middle = np.minimum(np.maximum(nodes, 2), len(grid) - 3)
    window = heights[rows[:, None], middle[:, None] + AROUND]
    one, two, three, four = (window @ DIFFERENCES).T
    two = np.minimum(two, -NOISE)
    place = -one / two
    place -= (one + place * (two + place * (three / 2.0 + place * four / 6.0))) / two
    offset = nodes - middle
    place = np.minimum(np.maximum(place, offset - 1), offset + 1)
    start = grid[middle] + place * (grid[1] - grid[0])
    return np.asarray(np.minimum(np.maximum(start, grid[0]), grid[-1]))


def _polished(curve: Curve, grid: FloatArray, nodes: IntArray, start: FloatArray) -> Modes:
    """Return modes by Newton's method, kept within the cells around the nodes by bisection."""
    slope, step, near = _newton(curve, start)
    if near.all():
        return Modes(theta=start + step, found=near)
    theta = start
    left, right = grid[np.maximum(nodes - 1, 0)], grid[np.minimum(nodes + 1, len(grid) - 1)]
    for _ in range(MOST_STEPS):
        outward = ((theta <= grid[0]) & (slope <= 0)) | ((theta >= grid[-1]) & (slope >= 0))
        left, right = np.where(slope > 0, theta, left), np.where(slope < 0, theta, right)
        newton = theta + step
        inside = (newton >= left) & (newton <= right)
        theta = np.where(outward, theta, np.where(inside, newton, 0.5 * (left + right)))
        if (near | outward).all():
            break
        slope, step, near = _newton(curve, theta)
    return Modes(theta=theta, found=near)


def _newton(curve: Curve, theta: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return the slopes, Newton's steps, and where these are so small that they are the last.

    Where a curve is not bent downwards, the step is out of reach.
    """
    slope, bend = curve.slopes(theta)
    if bend.max(initial=-1.0) < 0:
        step = -slope / bend
    else:
        step = np.divide(-slope, bend, out=np.full(len(theta), np.inf), where=bend < 0)
    return slope, step, np.asarray(np.abs(step) <= CLOSE)
