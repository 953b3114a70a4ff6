"""What a solver of shadow tests takes and gives, and the built-in one."""

from collections.abc import Sequence
from typing import Any, Protocol

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.shadow.branching import End, searched, whole
from cact_tui.psychometrics.shadow.simplex import Bases, Optima, Program
from cact_tui.psychometrics.shadow.slots import Slots, Tasks

SOLVED, INFEASIBLE, FAILED = range(3)
CERTAIN = 1e-9
"""A solution this close to its bound is the best there is; costs are about 1."""


@attrs.frozen(kw_only=True, eq=False)
class Start:
    """Where the last problem of an examinee ended.

    Attributes:
        x: Its solution, (N,).
        basis: What its solver can start from.
    """

    x: FloatArray
    basis: Any


@attrs.frozen(kw_only=True, eq=False)
class Solved:
    """The answers to E problems.

    Attributes:
        x: The solutions, (E, N).
        bound: No solution is worth more, (E,).
        state: ``SOLVED``, ``INFEASIBLE`` or ``FAILED``, (E,).
        nodes: How many branches were looked at, (E,); 0: the linear program had a whole solution.
        starts: Where the next problems of the same examinees may start.
    """

    x: FloatArray
    bound: FloatArray
    state: IntArray
    nodes: IntArray
    starts: tuple[Start | None, ...]


class Solver(Protocol):
    """Finds the best whole solutions; the solution does not depend on the start."""

    def solve(self, tasks: Tasks, starts: Sequence[Start | None]) -> Solved:
        """Return the answers to E problems, each with a start or None."""


@attrs.frozen(eq=False)
class BatchSolver:
    """The built-in solver: a batch of linear programs, then a search where one is not whole."""

    slots: Slots
    program: Program

    @classmethod
    def of(cls, slots: Slots) -> "BatchSolver":
        """Return the solver of a blueprint's problems."""
        return cls(slots, Program.over(slots.matrix))

    def solve(self, tasks: Tasks, starts: Sequence[Start | None]) -> Solved:
        """Return the answers to E problems, each with a start or None."""
        lower = np.hstack((tasks.lower, tasks.least))
        upper = np.hstack((tasks.upper, tasks.most))
        found = self.program.solve(tasks.costs, lower, upper, self._bases(starts))
        x, bound = found.x, found.bound
        state = np.where(found.infeasible, INFEASIBLE, np.where(found.failed, FAILED, SOLVED))
        nodes = np.zeros(len(tasks), dtype=np.int64)
        broken = (state == SOLVED) & ~whole(x, self.slots.integral)
        rows = np.flatnonzero(broken)
        for row, end in zip(rows.tolist(), self._searched(tasks, found, starts, rows), strict=True):
            bound[row], nodes[row] = end.bound, end.nodes
            if end.x is not None:
                x[row] = end.x
            if end.x is None or not end.finished:
                state[row] = INFEASIBLE if end.finished else FAILED
        x[:, self.slots.integral] = np.rint(x[:, self.slots.integral])
        value = (tasks.costs * x).sum(axis=1)
        state[(state == SOLVED) & (bound - value > CERTAIN)] = FAILED
        return Solved(
            x=x,
            bound=bound,
            state=state,
            nodes=nodes,
            starts=tuple(
                Start(x=x[row], basis=found.bases.some(np.array([row])))
                if state[row] == SOLVED
                else None
                for row in range(len(tasks))
            ),
        )

    def _searched(
        self, tasks: Tasks, found: Optima, starts: Sequence[Start | None], rows: IntArray
    ) -> list[End]:
        """Return the ends of the searches of some problems."""
        if not len(rows):
            return []
        before = [None if (start := starts[row]) is None else start.x for row in rows.tolist()]
        return searched(self.slots, tasks.some(rows), found.some(rows), before)

    def _bases(self, starts: Sequence[Start | None]) -> Bases:
        clean = self.program.fresh(1)
        given = [clean if start is None else start.basis for start in starts]
        return Bases(
            **{
                field.name: np.concatenate([getattr(basis, field.name) for basis in given])
                for field in attrs.fields(Bases)
            }
        )
