"""The dual simplex method for linear programs whose variables are all bounded, a batch at a time.

Maximise c x where A x - s = 0 and l <= (x, s) <= u. As every variable is bounded at both ends, any
basis is made dual feasible by putting each nonbasic variable at the end that its reduced cost asks
for; so the last basis is always a start, whatever happened to costs and bounds. The leaving row is
the steepest (Forrest & Goldfarb 1992, weights computed anew from the inverse), and the ratio test
flips bounds (Maros 2003). E programs over the same A are solved in step, because a batch costs
little more than one program.
"""

from typing import Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.shadow.matrices import Matrix, Shared

FEASIBLE = 1e-9
"""How far a variable may be outside its bounds."""
SMALLEST_PIVOT = 1e-7
MOST_PIVOTS = 2_000
"""After so many pivots a program is given up."""
FRESH = 60
"""After so many pivots the inverse of a basis is computed anew."""
NEAREST = 8
"""Variables that the ratio test looks at before it looks at all."""
GOING, OPTIMAL, INFEASIBLE, FAILED = range(4)


@attrs.define(kw_only=True, eq=False)
class Bases:
    """Where programs stand.

    Attributes:
        basic: The basic variables, (E, m); N + r is the sum of row r.
        inverse: The inverses of their columns of [A, -I], (E, m, m).
        high: Which variables are at their upper bounds, (E, N + m).
        pivots: How often each inverse was updated since it was computed, (E,).
    """

    basic: IntArray
    inverse: FloatArray
    high: BoolArray
    pivots: IntArray

    def some(self, rows: IntArray) -> Self:
        """Return copies of some."""
        return type(self)(
            basic=self.basic[rows],
            inverse=self.inverse[rows],
            high=self.high[rows],
            pivots=self.pivots[rows],
        )


@attrs.frozen(kw_only=True, eq=False)
class Optima:
    """What E programs came to.

    Attributes:
        x: The solutions, (E, N); of no use where ``failed`` or ``infeasible``.
        bound: No solution is worth more than this, (E,): sum of the best that each variable can
            add at the prices of the last basis. It needs no trust in that basis.
        reduced: Reduced costs of the columns, (E, N).
        infeasible: Where there is no solution, (E,).
        failed: Where the method was given up, (E,).
        bases: Where it ended.
    """

    x: FloatArray
    bound: FloatArray
    reduced: FloatArray
    infeasible: BoolArray
    failed: BoolArray
    bases: Bases

    def some(self, rows: IntArray) -> Self:
        """Return copies of some."""
        return type(self)(
            x=self.x[rows],
            bound=self.bound[rows],
            reduced=self.reduced[rows],
            infeasible=self.infeasible[rows],
            failed=self.failed[rows],
            bases=self.bases.some(rows),
        )


@attrs.frozen(eq=False)
class Program:
    """Programs over the same rows, or over rows of their own."""

    matrix: Matrix

    @classmethod
    def over(cls, matrix: FloatArray) -> Self:
        """Return the programs over rows A, (m, N)."""
        whole = np.hstack((matrix, -np.eye(len(matrix))))
        return cls(Shared(np.ascontiguousarray(whole)))

    def fresh(self, n: int) -> Bases:
        """Return n bases of the row sums alone, from which any program can start."""
        m, width = self.matrix.shape
        return Bases(
            basic=np.tile(np.arange(width - m, width), (n, 1)),
            inverse=np.tile(-np.eye(m), (n, 1, 1)),
            high=np.zeros((n, width), dtype=np.bool_),
            pivots=np.zeros(n, dtype=np.int64),
        )

    def solve(
        self, costs: FloatArray, lower: FloatArray, upper: FloatArray, bases: Bases
    ) -> Optima:
        """Return the optima of E programs.

        Args:
            costs: Costs of the columns, (E, N).
            lower: Lower bounds of the columns, then of the row sums, (E, N + m), finite.
            upper: Their upper bounds, (E, N + m), finite.
            bases: Where to start; they are used up.
        """
        costs = np.pad(costs, ((0, 0), (0, self.matrix.shape[0])))
        self._refresh(bases)
        run = _Run.started(self.matrix, costs, lower, upper, bases)
        status = np.full(len(costs), FAILED)
        active = np.arange(len(costs))
        for _ in range(MOST_PIVOTS):
            state = run.pivot(active)
            if (state != GOING).any():
                status[active] = np.where(state == GOING, FAILED, state)
                active = active[state == GOING]
            if not len(active):
                break
        return run.optima(status)

    def _refresh(self, bases: Bases) -> None:
        """Compute anew the inverses that were updated often."""
        for row in np.flatnonzero(bases.pivots >= FRESH).tolist():
            try:
                bases.inverse[row] = np.linalg.inv(self.matrix.basic(row, bases.basic[row]))
                bases.pivots[row] = 0
            except np.linalg.LinAlgError:
                clean = self.fresh(1)
                bases.basic[row], bases.inverse[row] = clean.basic[0], clean.inverse[0]
                bases.high[row], bases.pivots[row] = clean.high[0], 0


@attrs.frozen(eq=False)
class _Step:
    """A change of basis: rows that leave and whether upwards (1) or downwards (-1), what enters."""

    leaving: IntArray
    entering: IntArray
    alpha: FloatArray
    rise: FloatArray
    high: BoolArray


@attrs.frozen(kw_only=True, eq=False)
class _Run:
    """Programs that are being solved.

    `x` has the values of the nonbasic variables and 0 for the basic ones, whose values are `level`;
    `free` says which variables may enter: neither basic nor fixed. `steep` has the squared lengths
    of the rows of the inverses.
    """

    matrix: Matrix
    costs: FloatArray
    lower: FloatArray
    upper: FloatArray
    bases: Bases
    x: FloatArray
    level: FloatArray
    steep: FloatArray
    reduced: FloatArray
    free: BoolArray

    @classmethod
    def started(
        cls,
        matrix: Matrix,
        costs: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        bases: Bases,
    ) -> Self:
        reduced = _reduced(matrix, costs, bases)
        np.put_along_axis(reduced, bases.basic, 0.0, axis=1)
        bases.high = (reduced > 0) | ((reduced == 0) & bases.high)
        x = np.where(bases.high, upper, lower)
        np.put_along_axis(x, bases.basic, 0.0, axis=1)
        free = upper > lower
        np.put_along_axis(free, bases.basic, False, axis=1)
        return cls(
            matrix=matrix,
            costs=costs,
            lower=lower,
            upper=upper,
            bases=bases,
            x=x,
            level=_levels(matrix, np.arange(len(x)), x, bases.inverse),
            steep=_squares(bases.inverse),
            reduced=reduced,
            free=free,
        )

    def pivot(self, rows: IntArray) -> IntArray:
        """Take one step in some programs; return how each of them stands, (R,)."""
        basic, level = self.bases.basic[rows], self.level[rows]
        below = self.lower[rows[:, None], basic] - level
        off = np.maximum(below, level - self.upper[rows[:, None], basic])
        state = np.where(off.max(axis=1) > FEASIBLE, GOING, OPTIMAL)
        going = np.flatnonzero(state == GOING)
        if not len(going):
            return state
        off, below, rows = off[going], below[going], rows[going]
        leaving = (off * np.abs(off) / self.steep[rows]).argmax(axis=1)
        each = np.arange(len(rows))
        rise = np.where(below[each, leaving] > 0, 1.0, -1.0)
        alpha = self.matrix.across(rows, self.bases.inverse[rows, leaving])
        entering, high, found = self._entering(rows, alpha, rise, off[each, leaving])
        state[going[~found]] = INFEASIBLE
        if found.all():
            self._exchange(rows, _Step(leaving, entering, alpha, rise, high))
        elif found.any():
            step = _Step(leaving[found], entering[found], alpha[found], rise[found], high[found])
            self._exchange(rows[found], step)
        return state

    def _entering(
        self, rows: IntArray, alpha: FloatArray, rise: FloatArray, off: FloatArray
    ) -> tuple[IntArray, BoolArray, BoolArray]:
        """Return what enters, what is high after flips, and whether anything can enter."""
        high = self.bases.high[rows]
        helps = np.where(high, alpha, -alpha)
        helps *= rise[:, None]
        may = self.free[rows] & (helps > SMALLEST_PIVOT)
        ratio = np.full_like(alpha, np.inf)
        np.divide(np.abs(self.reduced[rows]), helps, out=ratio, where=may)
        width = min(NEAREST, all_of_them := alpha.shape[-1])
        while True:
            near = _smallest(ratio, width)
            room = np.where(np.take_along_axis(may, near, axis=1), 1.0, 0.0)
            here = rows[:, None]
            room *= np.take_along_axis(helps, near, axis=1)
            room *= self.upper[here, near] - self.lower[here, near]
            enough = room.cumsum(axis=1) >= off[:, None] - FEASIBLE
            place = enough.argmax(axis=1)
            each = np.arange(len(rows))
            found = enough[each, place]
            if width == all_of_them or found.all():
                break
            width = all_of_them
        flipped = (np.arange(width) < place[:, None]) & (room > 0)
        row, column = np.nonzero(flipped)
        high[row, near[row, column]] ^= True
        return near[each, place], high, found

    def _exchange(self, rows: IntArray, step: _Step) -> None:
        """Bring the entering variables into the bases of some programs."""
        bases, each = self.bases, np.arange(len(rows))
        leaving, entering, high, falls = step.leaving, step.entering, step.high, step.rise < 0
        left = bases.basic[rows, leaving]
        change = self.reduced[rows, entering] / step.alpha[each, entering]
        reduced = self.reduced[rows] - change[:, None] * step.alpha
        reduced[each, entering], reduced[each, left] = 0.0, -change
        self.reduced[rows] = reduced
        high[each, left] = falls
        flipped = high != bases.high[rows]
        lower, upper = self.lower[rows], self.upper[rows]
        x = self.x[rows]
        row, column = np.nonzero(flipped)
        x[row, column] = np.where(high[row, column], upper[row, column], lower[row, column])
        x[each, left] = np.where(falls, upper[each, left], lower[each, left])
        x[each, entering] = 0.0
        self.x[rows] = x
        bases.high[rows] = high
        self.free[rows, entering] = False
        self.free[rows, left] = upper[each, left] > lower[each, left]
        bases.basic[rows, leaving] = entering
        bases.pivots[rows] += 1
        inverse = bases.inverse[rows]
        entry = self.matrix.columns(rows, entering)
        column_in = (inverse @ entry[:, :, None])[:, :, 0]
        pivot_row = inverse[each, leaving] / column_in[each, leaving][:, None]
        inverse -= column_in[:, :, None] * pivot_row[:, None, :]
        inverse[each, leaving] = pivot_row
        bases.inverse[rows] = inverse
        self.steep[rows] = _squares(inverse)
        self.level[rows] = _levels(self.matrix, rows, x, inverse)

    def optima(self, status: IntArray) -> Optima:
        """Return what was found."""
        x = self.x.copy()
        np.put_along_axis(x, self.bases.basic, self.level, axis=1)
        reduced = _reduced(self.matrix, self.costs, self.bases)
        bound = np.where(reduced > 0, reduced * self.upper, reduced * self.lower).sum(axis=1)
        n = x.shape[1] - self.matrix.shape[0]
        return Optima(
            x=x[:, :n],
            bound=bound,
            reduced=reduced[:, :n],
            infeasible=status == INFEASIBLE,
            failed=status == FAILED,
            bases=self.bases,
        )


def _reduced(matrix: Matrix, costs: FloatArray, bases: Bases) -> FloatArray:
    """Return reduced costs, (E, N + m)."""
    basic = np.take_along_axis(costs, bases.basic, axis=1)
    prices = (basic[:, None, :] @ bases.inverse)[:, 0, :]
    return costs - matrix.across(np.arange(len(costs)), prices)


def _levels(matrix: Matrix, rows: IntArray, x: FloatArray, inverse: FloatArray) -> FloatArray:
    """Return the values of the basic variables, (R, m)."""
    return -(inverse @ matrix.sums(rows, x)[:, :, None])[:, :, 0]


def _squares(inverse: FloatArray) -> FloatArray:
    """Return the squared lengths of the rows of inverses, (E, m)."""
    return np.asarray(np.einsum("erk,erk->er", inverse, inverse))


def _smallest(values: FloatArray, width: int) -> IntArray:
    """Return where the smallest values of each row are, ascending, (E, width)."""
    if width == values.shape[1]:
        return np.argsort(values, axis=1, kind="stable")
    near = np.argpartition(values, width - 1, axis=1)[:, :width]
    order = np.take_along_axis(values, near, axis=1).argsort(axis=1, kind="stable")
    return np.take_along_axis(near, order, axis=1)
