"""HiGHS behind the interface of the built-in solver: linear programs first, then whole ones.

It is asked where the built-in solver gives up, when blueprints are checked, and where the setting
says so. Importing this module imports ``highspy``; nothing else of the package does.
"""

from collections.abc import Sequence
from typing import Any

import attrs
import highspy
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.shadow.branching import SAME, whole
from cact_tui.psychometrics.shadow.slots import Slots, Tasks
from cact_tui.psychometrics.shadow.solving import FAILED, INFEASIBLE, SOLVED, Solved, Start

SCALE = 1e6
"""Costs are about 1 and may differ by 1e-11; HiGHS tells apart what differs by 1e-7."""
MOST_NODES = 100_000
"""After so many nodes HiGHS gives up; a limit of time would make choices depend on the machine."""


@attrs.frozen(eq=False)
class HighsSolver:
    """HiGHS over the slots of a blueprint, one problem at a time.

    A linear program starts from the examinee's last basis (dual simplex). Where its solution is not
    whole, columns that reduced costs decide against the last shadow test are fixed, and HiGHS
    searches the rest. An answer that breaks a bound is asked for once more without any start.
    """

    slots: Slots
    _model: Any

    @classmethod
    def of(cls, slots: Slots) -> "HighsSolver":
        """Return the solver of a blueprint's problems."""
        return cls(slots, _model(slots))

    def solve(self, tasks: Tasks, starts: Sequence[Start | None]) -> Solved:
        """Return the answers to E problems, each with a start or None."""
        answers = [
            self._one(tasks.some(np.array([row])), start) for row, start in enumerate(starts)
        ]
        return Solved(
            x=np.stack([answer.x for answer in answers]),
            bound=np.array([answer.bound for answer in answers]),
            state=np.array([answer.state for answer in answers]),
            nodes=np.array([answer.nodes for answer in answers]),
            starts=tuple(answer.start for answer in answers),
        )

    def whole_program(self, tasks: Tasks) -> Solved:
        """Return the answers of HiGHS's own search, from nothing."""
        answers = [self._search(tasks.some(np.array([row])), None) for row in range(len(tasks))]
        return Solved(
            x=np.stack([answer.x for answer in answers]),
            bound=np.array([answer.bound for answer in answers]),
            state=np.array([answer.state for answer in answers]),
            nodes=np.array([answer.nodes for answer in answers]),
            starts=(None,) * len(answers),
        )

    def _one(self, task: Tasks, start: Start | None) -> "_Answer":
        _put(self._model, task)
        if start is None:
            self._model.clearSolver()
        else:
            self._model.setBasis(start.basis)
        self._model.run()
        status = self._model.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return _Answer.none(task, INFEASIBLE)
        if status != highspy.HighsModelStatus.kOptimal:
            return self._search(task, None)
        solution, basis = self._model.getSolution(), self._model.getBasis()
        x = np.array(solution.col_value)
        bound = -self._model.getInfo().objective_function_value / SCALE
        if whole(x[None, :], self.slots.integral)[0] and self._keeps(task, x):
            return _Answer(
                self._rounded(x), bound, SOLVED, 0, Start(x=self._rounded(x), basis=basis)
            )
        reduced = -np.array(solution.col_dual) / SCALE
        narrowed = self._decided(task, x, reduced, bound, start)
        answer = self._search(narrowed, start)
        if answer.state != SOLVED:
            answer = self._search(task, None)
        if answer.state != SOLVED:
            return answer
        return attrs.evolve(answer, start=Start(x=answer.x, basis=basis))

    def _decided(
        self, task: Tasks, x: FloatArray, reduced: FloatArray, bound: float, start: Start | None
    ) -> Tasks:
        """Return the task with those columns fixed that no better test can have otherwise."""
        if start is None or not self._keeps(task, start.x):
            return task
        spare = bound - float(task.costs[0] @ start.x) + 1e-9
        nearest = np.rint(x)
        settled = self.slots.integral & (np.abs(reduced) > spare) & (np.abs(x - nearest) < SAME)
        lower, upper = task.lower.copy(), task.upper.copy()
        lower[0, settled] = upper[0, settled] = nearest[settled]
        return attrs.evolve(task, lower=lower, upper=upper)

    def _search(self, task: Tasks, start: Start | None) -> "_Answer":
        """Return what HiGHS finds as a program in whole numbers."""
        model = _model(self.slots, presolve="choose")
        _put(model, task)
        columns = np.flatnonzero(self.slots.integral).astype(np.int32)
        kinds = np.full(len(columns), highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        model.changeColsIntegrality(len(columns), columns, kinds)
        if start is not None:
            before = highspy.HighsSolution()
            before.col_value = start.x.tolist()
            model.setSolution(before)
        model.run()
        status = model.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return _Answer.none(task, INFEASIBLE)
        info = model.getInfo()
        x = self._rounded(np.array(model.getSolution().col_value))
        if status != highspy.HighsModelStatus.kOptimal or not self._keeps(task, x):
            return _Answer.none(task, FAILED)
        bound = max(-info.mip_dual_bound / SCALE, float(task.costs[0] @ x))
        return _Answer(x, bound, SOLVED, max(int(info.mip_node_count), 1), None)

    def _rounded(self, x: FloatArray) -> FloatArray:
        return np.where(self.slots.integral, np.rint(x), x)

    def _keeps(self, task: Tasks, x: FloatArray) -> bool:
        x = self._rounded(x)
        sums = self.slots.matrix @ x
        within = (x >= task.lower[0] - 1e-6) & (x <= task.upper[0] + 1e-6)
        return bool(
            within.all()
            and (sums >= task.least[0] - 1e-6).all()
            and (sums <= task.most[0] + 1e-6).all()
        )


@attrs.frozen(eq=False)
class _Answer:
    """The answer to one problem, as `Solved` has it for a batch."""

    x: FloatArray
    bound: float
    state: int
    nodes: int
    start: Start | None

    @classmethod
    def none(cls, task: Tasks, state: int) -> "_Answer":
        return cls(np.zeros(task.costs.shape[1]), float("inf"), state, 0, None)


class _Silent(highspy.Highs):
    """HiGHS that never writes to the terminal; the usual one prints a banner when it is made."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)


def _model(slots: Slots, presolve: str = "off") -> Any:
    """Return a HiGHS model over the slots; costs and bounds are yet to come."""
    model = _Silent()
    for option, value in (
        ("parallel", "off"),  # and not threads = 1, which fails where another model set more
        ("presolve", presolve),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.0),
        ("mip_max_nodes", MOST_NODES),
    ):
        model.setOptionValue(option, value)
    program = highspy.HighsLp()
    m, n = slots.matrix.shape
    program.num_col_, program.num_row_ = n, m
    program.col_cost_, program.col_lower_ = np.zeros(n), np.zeros(n)
    program.col_upper_ = slots.upper
    program.row_lower_, program.row_upper_ = slots.least, slots.most
    starts, rows, values = _by_columns(slots.matrix)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = starts, rows
    program.a_matrix_.value_ = values
    model.passModel(program)
    return model


def _put(model: Any, task: Tasks) -> None:
    """Give a model the costs and bounds of one problem."""
    (m, n) = task.least.shape[1], task.costs.shape[1]
    columns, rows = np.arange(n, dtype=np.int32), np.arange(m, dtype=np.int32)
    model.changeColsCost(n, columns, -SCALE * task.costs[0])
    model.changeColsBounds(n, columns, task.lower[0], task.upper[0])
    model.changeRowsBounds(m, rows, task.least[0], task.most[0])


def _by_columns(matrix: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the starts, rows and values of a matrix column by column."""
    column, row = np.nonzero(matrix.T)
    starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=matrix.shape[1]))))
    return starts, row, matrix[row, column]
