"""Shadow tests of a batch: solved, verified against the blueprint, and what is done otherwise."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.shadow.blueprint import Blueprint
from cact_tui.psychometrics.shadow.slots import Slots, Tasks
from cact_tui.psychometrics.shadow.solving import SOLVED, BatchSolver, Solved, Solver, Start

PREFERENCE = 1e-8
"""What coming first in the pool is worth, beside the best item's 1: so there are no ties."""
MEMORY = 32_000_000
"""Bytes that the starts of a solver may take: those of a batch of a thousand."""
AT_ONCE = 256
"""Examinees whose problems are solved in step; more do not gain, and take memory."""
TIMES_A_TEST = 2.0
"""A row off by one costs so many times what a whole test of the best items is worth."""

MET, RETRIED, RELAXED, COMPLETE, NONE = range(5)
"""How a shadow test came about: `ShadowTests.state`."""


@attrs.frozen(kw_only=True, eq=False)
class ShadowTests:
    """The shadow tests of E examinees.

    Attributes:
        items: The items of the tests, those given among them, (E, n).
        state: (E,): ``MET``, by the solver asked first; ``RETRIED``, by HiGHS after that one gave
            up or broke a constraint; ``RELAXED``, no test meets the constraints and this one breaks
            them least; ``COMPLETE``, the test given is as long as it may be, or meets them and
            cannot grow; ``NONE``, not even the length can be reached.
        gap: How far the test may be from the best there is, relative to it, (E,).
        nodes: How many branches were looked at, (E,).
    """

    items: BoolArray
    state: IntArray
    gap: FloatArray
    nodes: IntArray


@attrs.define(eq=False)
class Assembler:
    """Assembles shadow tests of one blueprint from one pool.

    It remembers where the last problems of examinees ended, by the items given, as starts for the
    next. What it assembles does not depend on what it remembers.
    """

    blueprint: Blueprint
    longest: int
    solver: str = "batch"
    _made: dict[str, Any] = attrs.field(factory=dict)
    _starts: dict[bytes, Start] = attrs.field(factory=dict)
    _root: Start | None = None

    def assemble(self, examinees: Examinees) -> ShadowTests:
        """Return the shadow tests of a batch.

        A test has ``min_items`` items until so many are given, then one more than are given, or as
        many more as the blueprint then asks for, up to ``max_items``.
        """
        n = len(examinees)
        tests = ShadowTests(
            items=examinees.administered.copy(),
            state=np.full(n, NONE),
            gap=np.zeros(n),
            nodes=np.zeros(n, dtype=np.int64),
        )
        rows, back = _different(examinees)
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            self._fill(tests, examinees if len(some) == n else examinees.some(some), some)
        for field in attrs.fields(ShadowTests):
            values = getattr(tests, field.name)
            values[:] = values[rows][back]
        return tests

    def _fill(self, tests: ShadowTests, examinees: Examinees, rows: IntArray) -> None:
        """Fill in the tests of some rows: the shortest by the blueprint, or relaxed."""
        problem = _Problem.of(examinees, self._open(examinees))
        counts = examinees.counts
        shortest = np.minimum(np.maximum(examinees.min_items, counts + 1), self.longest)
        full = counts >= self.longest
        tests.state[rows[full]] = COMPLETE
        todo = self._unsolved(tests, problem, rows, np.flatnonzero(~full), (shortest, shortest))
        last = np.full(len(counts), self.longest)
        longer = shortest[todo] < last[todo]
        grown = self._unsolved(tests, problem, rows, todo[longer], (shortest, last))
        todo = np.concatenate((todo[~longer], grown))
        complete = (counts[todo] >= examinees.min_items) & self.blueprint.met(examinees.items[todo])
        tests.state[rows[todo[complete]]] = COMPLETE
        stuck = todo[~complete]
        if len(stuck):
            self._relax(tests, problem.some(stuck), shortest[stuck], rows[stuck])

    def _unsolved(
        self,
        tests: ShadowTests,
        problem: "_Problem",
        rows: IntArray,
        todo: IntArray,
        lengths: tuple[IntArray, IntArray],
    ) -> IntArray:
        """Fill in the tests of those to be done; return those that have none of these lengths."""
        if not len(todo):
            return todo
        low, high = lengths
        done = self._solve(tests, problem.some(todo), (low[todo], high[todo]), rows[todo])
        return todo[~done]

    def _open(self, examinees: Examinees) -> BoolArray:
        """Return which items may come, the order asked for observed, (E, n)."""
        ranks = self.blueprint.ranks
        if ranks is None:
            return examinees.open_items
        reached = np.where(examinees.administered, ranks, -1).max(axis=1, initial=-1)
        return np.asarray(examinees.open_items & (ranks >= reached[:, None]))

    def _solve(
        self,
        tests: ShadowTests,
        problem: "_Problem",
        lengths: tuple[IntArray, IntArray],
        rows: IntArray,
    ) -> BoolArray:
        """Fill in tests that meet the blueprint; return where there are any, (E,)."""
        slots = self._slots()
        tasks = slots.tasks(problem.costs, problem.given, problem.may, lengths, problem.unit)
        done = np.zeros(len(rows), dtype=np.bool_)
        asked = np.flatnonzero(tasks.lower.sum(axis=1) == problem.counts)
        if len(asked) < len(rows):
            tasks = tasks.some(asked)
        if not len(asked):
            return done
        keys = [problem.keys[row] for row in asked.tolist()]
        solved = self._first_solver().solve(tasks, self._taken_starts(keys))
        chosen = slots.chosen(tasks, solved.x)
        good = (solved.state == SOLVED) & self._verified(chosen)
        for place in np.flatnonzero(good).tolist():
            self._remember(keys[place], solved.starts[place])
        _write(tests, rows[asked], chosen, _Marks(good, solved, tasks, MET))
        done[asked] = good
        doubtful = np.flatnonzero(~good)
        if len(doubtful):
            again = tasks.some(doubtful)
            answer = self._highs().whole_program(again)
            chosen = slots.chosen(again, answer.x)
            good = (answer.state == SOLVED) & self._verified(chosen)
            _write(tests, rows[asked[doubtful]], chosen, _Marks(good, answer, again, RETRIED))
            done[asked[doubtful]] = good
        return done

    def _relax(
        self, tests: ShadowTests, problem: "_Problem", lengths: IntArray, rows: IntArray
    ) -> None:
        """Fill in the tests that break the blueprint least."""
        slots = self._once("soft", self._soft_slots)
        both = (lengths, lengths)
        tasks = slots.tasks(problem.costs, problem.given, problem.may, both, problem.unit)
        answer = self._once("soft highs", lambda: _highs(slots)).whole_program(tasks)
        chosen = slots.chosen(tasks, answer.x) | problem.given
        _write(tests, rows, chosen, _Marks(answer.state == SOLVED, answer, tasks, RELAXED))

    def _verified(self, chosen: BoolArray) -> BoolArray:
        """Return whether tests meet every row of the blueprint that must be met, (E,)."""
        sizes = chosen.sum(axis=1)
        items = np.full((len(chosen), int(sizes.max(initial=0))), -1, dtype=np.int64)
        items[np.arange(items.shape[1]) < sizes[:, None]] = np.nonzero(chosen)[1]
        return self.blueprint.met(items)

    def _slots(self) -> Slots:
        slots: Slots = self._once("slots", lambda: Slots.of(self.blueprint, self.longest))
        return slots

    def _soft_slots(self) -> Slots:
        penalty = TIMES_A_TEST * self.longest
        return Slots.of(self.blueprint, self.longest, penalty)

    def _first_solver(self) -> Solver:
        solver: Solver = (
            self._highs()
            if self.solver == "highs"
            else self._once("batch", lambda: BatchSolver.of(self._slots()))
        )
        return solver

    def _highs(self) -> Any:
        return self._once("highs", lambda: _highs(self._slots()))

    def _once(self, name: str, made: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = made()
        return self._made[name]

    def _taken_starts(self, keys: list[bytes]) -> list[Start | None]:
        """Return where the last problems of examinees ended, or else that of a test not begun.

        They are forgotten then: the same items are seldom given twice.
        """
        starts = [self._starts.get(key[:-8], self._root) for key in keys]
        for key in keys:
            self._starts.pop(key[:-8], None)
        return starts

    def _remember(self, key: bytes, start: Start | None) -> None:
        if start is None:
            return
        if not key:
            self._root = start
        rows = len(self._slots().least)
        most = max(MEMORY // (8 * (rows * rows + 2 * len(start.x))), 64)
        while len(self._starts) >= most:
            del self._starts[next(iter(self._starts))]
        self._starts[key] = start


@attrs.frozen(kw_only=True, eq=False)
class _Problem:
    """What the problems of E examinees are made of, as `Slots.tasks` takes it."""

    costs: FloatArray
    given: BoolArray
    may: BoolArray
    unit: FloatArray
    counts: IntArray
    keys: tuple[bytes, ...]

    @classmethod
    def of(cls, examinees: Examinees, may: BoolArray) -> "_Problem":
        given = examinees.administered
        information = examinees.pool.information(examinees.theta)
        unit = 1.0 / np.maximum(information.max(axis=1), 1e-300)
        return cls(
            costs=information * unit[:, None] + _preference(len(examinees.pool)),
            given=given,
            may=may,
            unit=unit,
            counts=examinees.counts,
            keys=tuple(
                row[:count].tobytes()
                for row, count in zip(examinees.items, examinees.counts.tolist(), strict=True)
            ),
        )

    def some(self, rows: IntArray) -> "_Problem":
        if len(rows) == len(self.costs):
            return self
        return _Problem(
            costs=self.costs[rows],
            given=self.given[rows],
            may=self.may[rows],
            unit=self.unit[rows],
            counts=self.counts[rows],
            keys=tuple(self.keys[row] for row in rows.tolist()),
        )


@attrs.frozen(eq=False)
class _Marks:
    """What is written beside tests: which of them are good, and how they came about."""

    good: BoolArray
    solved: Solved
    tasks: Tasks
    state: int


def _write(tests: ShadowTests, rows: IntArray, chosen: BoolArray, marks: _Marks) -> None:
    solved, good = marks.solved, marks.good
    here = rows[good]
    tests.items[here] = chosen[good]
    tests.state[here] = marks.state
    value = (marks.tasks.costs * solved.x).sum(axis=1)[good]
    gap = (solved.bound[good] - value) / np.maximum(np.abs(value), 1e-300)
    tests.gap[here] = np.maximum(gap, 0.0)
    tests.nodes[here] = solved.nodes[good]


def _preference(n: int) -> FloatArray:
    """Return what each item's place in the pool adds, (n,): more for the first, all different."""
    places = np.arange(n)
    before = (places + 0.5 * hashed(np.zeros(1), places)[0]) / n
    return np.asarray(PREFERENCE * (1.0 - before))


def _different(examinees: Examinees) -> tuple[IntArray, IntArray]:
    """Return rows that stand for all, and for each examinee the place of its row among them.

    Before the first item all examinees with one start are the same.
    """
    if len(examinees) == 1:
        return np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    seen: dict[bytes, int] = {}
    rows: list[int] = []
    back: list[int] = []
    barred = examinees.barred
    for row in range(len(examinees)):
        key = examinees.theta[row].tobytes() + examinees.items[row].tobytes()
        key += b"" if barred is None else barred[row].tobytes()
        if key not in seen:
            seen[key] = len(rows)
            rows.append(row)
        back.append(seen[key])
    return np.array(rows), np.array(back)


def _highs(slots: Slots) -> Any:
    from cact_tui.psychometrics.shadow.highs import HighsSolver  # noqa: PLC0415 - a slow import

    return HighsSolver.of(slots)
