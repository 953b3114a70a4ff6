"""The pool: the items of a section, compiled for fast evaluation.

A pool is a set of items in ascending order of their ids; everything else speaks of an item by its
position in that order. Items of different models stand in one pool: each model evaluates its own
items at once.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import Any, Self, TypeVar

import attrs
import numpy as np

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, read_only
from cact_tui.psychometrics.models.parameters import is_number
from cact_tui.psychometrics.problems import ParameterError, SettingsError
from cact_tui.psychometrics.protocols import Model, Parameters
from cact_tui.psychometrics.tables import RowTable, summed

__all__ = ["ParameterError", "Pool"]

TINY = np.finfo(np.float64).tiny
MOST_DERIVED = 32
"""Derived tables that a pool keeps; a test uses a few."""

Derived = TypeVar("Derived")

Kernel = Callable[[Model, FloatArray, FloatArray, FloatArray], FloatArray]


@attrs.frozen(kw_only=True, eq=False)
class ModelGroup:
    """The items of a pool that share a model and a number of categories.

    Attributes:
        model: Their model.
        rows: Their positions in the pool, ascending, (m,).
        packed: Their parameters as the model packs them, (m, p).
        D: Their scaling constants, (m,).
        n_categories: Their number of categories.
    """

    model: Model
    rows: IntArray
    packed: FloatArray
    D: FloatArray
    n_categories: int


@attrs.frozen(kw_only=True, eq=False)
class Pool:
    """The items of a section.

    Attributes:
        ids: Item ids, ascending and unique; an item's position is its index here.
        models: The name of each item's model.
        D: Scaling constants, (n,).
        n_categories: Numbers of categories, (n,).
        groups: The items by model and number of categories.
    """

    ids: tuple[str, ...]
    models: tuple[str, ...]
    D: FloatArray = attrs.field(repr=False)
    n_categories: IntArray = attrs.field(repr=False)
    groups: tuple[ModelGroup, ...] = attrs.field(repr=False)
    _derived: dict[Hashable, Any] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def compile(
        cls,
        ids: Sequence[str],
        models: Sequence[str],
        parameters: Sequence[Parameters],
        D: float | Sequence[float] = 1.0,
    ) -> Self:
        """Check the items and compile them; the order given does not matter.

        Args:
            ids: Item ids, unique.
            models: The name of each item's model.
            parameters: The parameters of each item under the keys of the bank format.
            D: The scaling constant of all items, or one for each.

        Raises:
            ParameterError: An item cannot be used; it is the first by id.
        """
        constants = [D] * len(ids) if isinstance(D, (int, float)) else list(D)
        items = sorted(zip(ids, models, parameters, constants, strict=True), key=itemgetter(0))
        _check_unique(items)
        found = _loaded(items)
        for item in items:
            _check_item(item, found[item[1]])
        counts = [found[name].n_categories(values) for _, name, values, _ in items]
        return cls(
            ids=tuple(item_id for item_id, *_ in items),
            models=tuple(name for _, name, *_ in items),
            D=read_only(np.array([D for *_, D in items], dtype=np.float64)),
            n_categories=read_only(np.array(counts, dtype=np.int64)),
            groups=_grouped(items, found),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def index(self, item_id: str) -> int:
        """Return the position of an item; KeyError if the pool has none of that id."""
        return self._positions[item_id]

    def derived(self, key: Hashable, made: Callable[[], Derived]) -> Derived:
        """Return what was derived from the pool under a key; it is made once and kept.

        Args:
            key: What it is; it must tell apart everything that is made differently.
            made: How it is made, from the pool and the key alone.
        """
        found: Derived | None = self._derived.get(key)
        if found is None:
            if len(self._derived) >= MOST_DERIVED:
                self._derived.clear()
            found = self._derived[key] = made()
        return found

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {item_id: position for position, item_id in enumerate(self.ids)}

    @cached_property
    def _places(self) -> tuple[IntArray, IntArray]:
        """Return each item's group and its row within that group, (n,) and (n,)."""
        group = np.empty(len(self), dtype=np.int64)
        row = np.empty(len(self), dtype=np.int64)
        for number, members in enumerate(self.groups):
            group[members.rows] = number
            row[members.rows] = np.arange(len(members.rows))
        return group, row

    @cached_property
    def most_categories(self) -> int:
        """The largest number of categories, K."""
        return int(self.n_categories.max(initial=0))

    def probabilities(self, theta: FloatArray) -> FloatArray:
        """Return P(X = k | theta), shape (T, n, K); 0 for categories that an item has not.

        Args:
            theta: Points of theta, (T,).
        """
        chances = np.zeros((len(theta), len(self), self.most_categories))
        for group in self.groups:
            values = group.model.probabilities(group.packed, theta[:, None], group.D)
            chances[:, group.rows, : group.n_categories] = values
        return chances

    def information(self, theta: FloatArray) -> FloatArray:
        """Return the expected Fisher information, shape (T, n), never negative.

        Args:
            theta: Points of theta, (T,).
        """
        points = theta[:, None]
        if len(self.groups) == 1:
            only = self.groups[0]
            return only.model.information(only.packed, points, only.D)
        values = np.empty((len(theta), len(self)))
        for group in self.groups:
            values[:, group.rows] = group.model.information(group.packed, points, group.D)
        return values

    def information_at(self, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return the expected Fisher information of each examinee's own items, shape (E, W).

        Args:
            items: Positions in the pool, (E, W).
            theta: The examinees' points of theta, (E,).
        """
        points = theta[:, None]
        if len(self.groups) == 1:
            only = self.groups[0]
            return only.model.information(only.packed[items], points, only.D[items])
        group_of, row_of = self._places
        values = np.empty(items.shape)
        for number, group in enumerate(self.groups):
            here = (group_of[items] == number).nonzero()
            rows = row_of[items[here]]
            values[here] = group.model.information(
                group.packed[rows], theta[here[0]], group.D[rows]
            )
        return values

    def likelihood(self, item: IntArray, category: IntArray, grid: FloatArray) -> FloatArray:
        """Return the likelihood of one answer of each examinee, scaled by its largest, (E, T).

        Args:
            item: Positions in the pool, (E,); -1: none.
            category: Categories scored, (E,); -1: unscored. Neither has a likelihood but 1.
            grid: Points of theta, (T,).
        """
        table = self._table("likelihood", grid, 1.0)
        scored = self.scored(item, category)
        if scored.all():
            self._fill(table, item, grid, _scaled)
            return table.rows.take(item * table.K + category, axis=0)
        self._fill(table, item[scored], grid, _scaled)
        return table.rows.take(table.index(item, category, scored), axis=0)

    def log_likelihood(self, items: IntArray, categories: IntArray, grid: FloatArray) -> FloatArray:
        """Return the log likelihood of the answers, shape (E, T).

        Args:
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored. Neither contributes anything.
            grid: Points of theta, (T,).
        """
        scored = self.scored(items, categories)
        table = self._table("log likelihood", grid, 0.0)
        self._fill(table, items[scored], grid, _logs)
        return summed(table.rows, table.index(items, categories, scored))

    def _table(self, purpose: str, grid: FloatArray, neutral: float) -> RowTable:
        return self.derived(
            (purpose, grid.tobytes()),
            lambda: RowTable.empty(len(self), self.most_categories, len(grid), neutral),
        )

    def _fill(
        self,
        table: RowTable,
        items: IntArray,
        grid: FloatArray,
        made: Callable[[FloatArray], FloatArray],
    ) -> None:
        """Compute the rows of those items that a table has not got yet."""
        known = table.known[items]
        if known.all():
            return
        new = np.unique(items[~known])
        table.put(new, made(self.item_probabilities(new, grid[None, :]).transpose(0, 2, 1)))

    def scored(self, items: IntArray, categories: IntArray) -> BoolArray:
        """Return which answers count, (E, L).

        Raises:
            ValueError: An answer has a category that its item has not.
        """
        scored = np.asarray((items >= 0) & (categories >= 0))
        if (scored & (categories >= self.n_categories[items])).any():
            raise ValueError("An answer has a category that its item has not.")
        return scored

    def item_probabilities(self, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return P(X = k | theta) of some items, shape (m, T, K), padded with 0.

        Args:
            items: Positions in the pool, (m,).
            theta: Points, (m, T) with a row for each item, or (1, T) for all.
        """
        return self._evaluated(
            lambda model, packed, points, D: model.probabilities(packed, points, D), items, theta
        )

    def item_log_derivatives(
        self, items: IntArray, theta: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return d log P_k / d theta and d2 log P_k / d theta2 of some items, padded with 0.

        Args and shapes are those of `item_probabilities`.
        """
        pair = self._evaluated(
            lambda model, packed, points, D: np.stack(model.log_derivatives(packed, points, D)),
            items,
            theta,
            leading=(2,),
        )
        return pair[0], pair[1]

    def _evaluated(
        self,
        kernel: Kernel,
        items: IntArray,
        theta: FloatArray,
        leading: tuple[int, ...] = (),
    ) -> FloatArray:
        """Return what a kernel says of some items, shape (*leading, m, T, K), padded with 0."""
        group_of, row_of = self._places
        values = np.zeros((*leading, len(items), theta.shape[1], self.most_categories))
        for number, group in enumerate(self.groups):
            chosen = np.flatnonzero(group_of[items] == number)
            if not chosen.size:
                continue
            rows = row_of[items[chosen]]
            points = theta if len(theta) == 1 else theta[chosen]
            answer = kernel(group.model, group.packed[rows, None], points, group.D[rows, None])
            values[..., chosen, :, : group.n_categories] = answer
        return values


def _logs(chances: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.maximum(chances, TINY)))


def _scaled(chances: FloatArray) -> FloatArray:
    """Return likelihoods (m, K, T), each row scaled by its largest; padding stays 0."""
    return np.asarray(chances / np.maximum(chances.max(axis=-1, keepdims=True), TINY))


Item = tuple[str, str, Parameters, float]


def _loaded(items: Sequence[Item]) -> dict[str, Model]:
    """Return the models that the items name, by name."""
    found: dict[str, Model] = {}
    for item_id, name, _, _ in items:
        if name not in found:
            found[name] = _model(item_id, name)
    return found


def _model(item_id: str, name: str) -> Model:
    try:
        model: Model = registry.load(registry.MODELS, name)
    except SettingsError as error:
        unknown = error.problems[0]
        raise ParameterError(item_id, "model", unknown.message, unknown.cure) from error
    return model


def _check_unique(items: Sequence[Item]) -> None:
    for (before, *_), (item_id, *_) in pairwise(items):
        if before == item_id:
            raise ParameterError(item_id, "id", "is used twice.", "Give every item its own id.")


def _check_item(item: Item, model: Model) -> None:
    item_id, _, parameters, D = item
    if not (is_number(D) and D > 0):
        raise ParameterError(item_id, "D", f"is {D!r}.", "Give 1.0 or 1.702.")
    for problem in model.problems(parameters):
        raise ParameterError(item_id, problem.key, problem.message, problem.cure)


def _grouped(items: Sequence[Item], models: Mapping[str, Model]) -> tuple[ModelGroup, ...]:
    members: dict[tuple[str, int], list[int]] = {}
    for position, (_, name, parameters, _) in enumerate(items):
        K = models[name].n_categories(parameters)
        members.setdefault((name, K), []).append(position)
    return tuple(
        _group(models[name], K, rows, [items[row] for row in rows])
        for (name, K), rows in sorted(members.items())
    )


def _group(model: Model, K: int, rows: Sequence[int], items: Sequence[Item]) -> ModelGroup:
    packed = model.pack([parameters for _, _, parameters, _ in items])
    return ModelGroup(
        model=model,
        rows=read_only(np.array(rows, dtype=np.int64)),
        packed=read_only(np.asfortranarray(packed)),
        D=read_only(np.array([D for *_, D in items], dtype=np.float64)),
        n_categories=K,
    )
