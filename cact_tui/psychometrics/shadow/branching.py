"""Branch and bound over slots, where linear programs have no whole solutions.

Until a whole solution is found the deepest node comes first, after that the one with the highest
bound. A slot that is neither taken nor left parts its class:
either it and all better slots are taken, or it and all worse ones are left (any best test takes the
best items of a class). The last shadow test is the first to beat, and the columns that reduced
costs decide against it are dropped before the search. The searches of a batch go in step, so that
their linear programs are solved at once.
"""

import heapq
from collections.abc import Sequence
from itertools import count

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.shadow.matrices import Own
from cact_tui.psychometrics.shadow.simplex import Bases, Optima, Program
from cact_tui.psychometrics.shadow.slots import Slots, Tasks

WHOLE = 1e-7
"""How far from a whole number a column may be."""
SAME = 1e-12
"""Bounds this close to the best test found do not promise a better one."""
FEASIBLE = 1e-9
MOST_NODES = 2_000
"""After so many nodes a search is given up, and HiGHS asked."""
AT_ONCE = 64
"""Searches that go in step; those of like size do."""


def whole(x: FloatArray, integral: BoolArray) -> BoolArray:
    """Return whether all columns that must be whole are, (E,)."""
    part = x[:, integral]
    return np.asarray((np.abs(part - np.rint(part)) <= WHOLE).all(axis=1))


@attrs.frozen(kw_only=True, eq=False)
class End:
    """What a search came to.

    Attributes:
        x: The best solution, (N,), or None.
        bound: No solution is worth more.
        finished: Whether the search came to its end.
        nodes: How many nodes were looked at.
    """

    x: FloatArray | None
    bound: float
    finished: bool
    nodes: int


def searched(
    slots: Slots, tasks: Tasks, roots: Optima, before: Sequence[FloatArray | None]
) -> list[End]:
    """Return the ends of E searches.

    Args:
        slots: The columns and rows.
        tasks: The problems.
        roots: Their linear programs, solved.
        before: The last shadow test of each, (N,), or None.
    """
    searches = [_Search.of(slots, tasks, roots, row, before[row]) for row in range(len(tasks))]
    sizes = np.array([len(search.columns).bit_length() for search in searches])
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size).tolist()
        for first in range(0, len(alike), AT_ONCE):
            _in_step([searches[row] for row in alike[first : first + AT_ONCE]])
    return [search.end() for search in searches]


def _in_step(searches: "list[_Search]") -> None:
    """Take searches to their ends, their linear programs solved at once."""
    width = max(len(search.columns) for search in searches)
    matrices = np.stack([search.matrix(width) for search in searches])
    for search in searches:
        search.widen(width)
    active = list(range(len(searches)))
    while active := [number for number in active if searches[number].going]:
        parts = [(number, part) for number in active for part in searches[number].parts()]
        if not parts:
            continue
        which = np.array([number for number, _ in parts])
        lower = np.stack([part.lower for _, part in parts])
        upper = np.stack([part.upper for _, part in parts])
        costs = np.stack([searches[number].costs for number in which.tolist()])
        bases = Bases(
            **{
                field.name: np.concatenate([getattr(part.bases, field.name) for _, part in parts])
                for field in attrs.fields(Bases)
            }
        )
        found = Program(Own(matrices, which)).solve(costs, lower, upper, bases)
        for place, (number, part) in enumerate(parts):
            searches[number].take(found, place, part)


@attrs.frozen(kw_only=True, eq=False)
class _Node:
    """A linear program: its bounds and, once solved, its solution; `bases` is where to start."""

    bound: float
    lower: FloatArray
    upper: FloatArray
    x: FloatArray
    reduced: FloatArray
    bases: Bases
    depth: int = 0


@attrs.define(kw_only=True, eq=False)
class _Search:
    """The search for the best whole solution of one problem, over the columns still undecided.

    Attributes:
        slots: The columns and rows.
        columns: The columns that are undecided, (K,); the others stay as they are in `fixed`.
        fixed: The values of all columns as far as they are decided, (N,).
        added: What the decided columns are worth.
        costs: What the undecided ones are worth, (K,), padded with 0.
        best: The best solution found, (N,).
        value: What it is worth.
        heap: Nodes that may hold a better one.
        nodes: How many were looked at.
    """

    slots: Slots
    columns: IntArray
    fixed: FloatArray
    added: float
    costs: FloatArray
    root: _Node
    best: FloatArray | None
    value: float
    heap: list[tuple[float, float, int, _Node]] = attrs.field(factory=list)
    nodes: int = 0
    failed: bool = False
    order: "count[int]" = attrs.field(factory=count)

    @classmethod
    def of(
        cls, slots: Slots, tasks: Tasks, roots: Optima, row: int, before: FloatArray | None
    ) -> "_Search":
        """Return a search that has not begun."""
        best = before if before is not None and _fits(slots, tasks, row, before) else None
        costs, x = tasks.costs[row], roots.x[row]
        value = -np.inf if best is None else float(costs @ best)
        n = len(costs)
        spare = float(roots.bound[row]) - value + FEASIBLE
        basic = np.isin(np.arange(n), roots.bases.basic[row])
        decided = (tasks.lower[row] == tasks.upper[row]) | (np.abs(roots.reduced[row]) > spare)
        kept = basic | ~decided
        columns = np.flatnonzero(kept)
        fixed = np.where(kept, 0.0, x)
        sums = slots.matrix @ fixed
        root = _Node(
            bound=float(roots.bound[row]),
            lower=np.append(tasks.lower[row][columns], tasks.least[row] - sums),
            upper=np.append(tasks.upper[row][columns], tasks.most[row] - sums),
            x=x[columns],
            reduced=roots.reduced[row][columns],
            bases=_narrowed(roots.bases, row, columns, n),
        )
        added = float(costs @ fixed)
        return cls(
            slots=slots,
            columns=columns,
            fixed=fixed,
            added=added,
            costs=costs[columns],
            root=root,
            best=best,
            value=value,
        )

    def matrix(self, width: int) -> FloatArray:
        """Return the rows over the undecided columns, padded with columns of 0, (m, width + m)."""
        rows = self.slots.matrix[:, self.columns]
        empty = np.zeros((len(rows), width - len(self.columns)))
        return np.hstack((rows, empty, -np.eye(len(rows))))

    def widen(self, width: int) -> None:
        """Pad what speaks of the undecided columns, and begin with the root."""
        more = width - len(self.columns)
        n, root = len(self.columns), self.root
        bases = root.bases
        basic = np.where(bases.basic >= n, bases.basic + more, bases.basic)
        high = np.insert(bases.high, [n] * more, False, axis=1)
        self.costs = np.append(self.costs, np.zeros(more))
        node = attrs.evolve(
            root,
            lower=np.insert(root.lower, [n] * more, 0.0),
            upper=np.insert(root.upper, [n] * more, 0.0),
            x=np.append(root.x, np.zeros(more)),
            reduced=np.append(root.reduced, np.zeros(more)),
            bases=attrs.evolve(bases, basic=basic, high=high),
        )
        self._push(node)

    @property
    def going(self) -> bool:
        """Whether a better solution may yet be found."""
        return (
            bool(self.heap)
            and self.heap[0][-1].bound > self.value + SAME
            and self.nodes < MOST_NODES
            and not self.failed
        )

    def parts(self) -> list[_Node]:
        """Return those parts of the most promising node that bounds leave possible."""
        node = heapq.heappop(self.heap)[-1]
        lower, upper = self._decided(node)
        taken, left = self._parted(node)
        self.nodes += 2
        some, others = lower.copy(), upper.copy()
        some[taken], others[left] = 1.0, 0.0
        return [
            attrs.evolve(node, lower=low, upper=high)
            for low, high in ((some, upper), (lower, others))
            if (low <= high).all()
        ]

    def take(self, found: Optima, place: int, part: _Node) -> None:
        """Keep a solved part if it may hold a better solution."""
        bound = float(found.bound[place]) + self.added
        if found.infeasible[place] or bound <= self.value + SAME:
            return
        node = _Node(
            bound=bound,
            lower=part.lower,
            upper=part.upper,
            x=found.x[place],
            reduced=found.reduced[place],
            bases=found.bases.some(np.array([place])),
            depth=part.depth + 1,
        )
        self.failed |= bool(found.failed[place])
        own = self.slots.integral[self.columns]
        if not found.failed[place] and whole(node.x[None, : len(own)], own)[0]:
            self._beat(node.x[: len(own)])
        else:
            self._push(node)

    def end(self) -> End:
        """Return what the search came to."""
        finished = not self.failed and not (
            self.heap and self.heap[0][-1].bound > self.value + SAME
        )
        bound = self.value if finished else max([self.value, *(n.bound for *_, n in self.heap)])
        return End(x=self.best, bound=bound, finished=finished, nodes=self.nodes)

    def _push(self, node: _Node) -> None:
        heapq.heappush(self.heap, self._ranked(node))

    def _ranked(self, node: _Node) -> tuple[float, float, int, _Node]:
        depth = -node.depth if self.best is None else 0
        return depth, -node.bound, next(self.order), node

    def _beat(self, x: FloatArray) -> None:
        whole_x = np.where(self.slots.integral[self.columns], np.rint(x), x)
        value = float(self.costs[: len(x)] @ whole_x) + self.added
        if value > self.value:
            first = self.best is None
            self.best, self.value = self.fixed.copy(), value
            self.best[self.columns] = whole_x
            if first:
                self.heap = [self._ranked(node) for *_, node in self.heap]
                heapq.heapify(self.heap)

    def _decided(self, node: _Node) -> tuple[FloatArray, FloatArray]:
        """Return the bounds after fixing what a better solution cannot have otherwise."""
        lower, upper = node.lower.copy(), node.upper.copy()
        if self.best is None:
            return lower, upper
        n = len(self.columns)
        nearest = np.rint(node.x[:n])
        settled = (
            self.slots.integral[self.columns]
            & (np.abs(node.reduced[:n]) > node.bound - self.value + FEASIBLE)
            & (np.abs(node.x[:n] - nearest) <= WHOLE)
        )
        places = np.flatnonzero(settled)
        lower[places] = upper[places] = nearest[settled]
        return lower, upper

    def _parted(self, node: _Node) -> tuple[IntArray, IntArray]:
        """Return the columns taken in one part and those left in the other."""
        n, slots = len(self.columns), self.slots
        part = np.abs(node.x[:n] - np.rint(node.x[:n])) * slots.integral[self.columns]
        chosen = self.columns[int(part.argmax())]
        same = slots.groups[self.columns] == slots.groups[chosen]
        ranks, rank = slots.ranks[self.columns], slots.ranks[chosen]
        return np.flatnonzero(same & (ranks <= rank)), np.flatnonzero(same & (ranks >= rank))


def _fits(slots: Slots, tasks: Tasks, row: int, x: FloatArray) -> bool:
    """Return whether a solution keeps all bounds of a problem."""
    sums = slots.matrix @ x
    return bool(
        (x >= tasks.lower[row] - FEASIBLE).all()
        and (x <= tasks.upper[row] + FEASIBLE).all()
        and (sums >= tasks.least[row] - FEASIBLE).all()
        and (sums <= tasks.most[row] + FEASIBLE).all()
    )


def _narrowed(bases: Bases, row: int, columns: IntArray, n: int) -> Bases:
    """Return a basis over some of n columns, all basic ones among them."""
    own = bases.some(np.array([row]))
    place = np.full(n, -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    structural = own.basic < n
    basic = np.where(structural, place[np.minimum(own.basic, n - 1)], own.basic - n + len(columns))
    high = np.hstack((own.high[:, columns], own.high[:, n:]))
    return attrs.evolve(own, basic=basic, high=high)
