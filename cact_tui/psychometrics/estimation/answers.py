"""The scored answers of a batch, and sums over them of what the models say at one point each."""

from collections.abc import Callable
from functools import reduce
from typing import Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.pool import TINY, ModelGroup, Pool
from cact_tui.psychometrics.protocols import Model


@attrs.frozen(kw_only=True, eq=False)
class Part:
    """The answers to items of one model and number of categories.

    Attributes:
        n: The number of examinees, E.
        model: Their model.
        packed: The items' parameters, (m, p).
        D: Their scaling constants, (m,).
        examinee: Who gave each answer, (m,).
        answered: Picks from figures (m, K) those of the categories answered.
    """

    n: int
    model: Model
    packed: FloatArray
    D: FloatArray
    examinee: IntArray
    answered: tuple[IntArray, IntArray]

    def added(self, values: FloatArray) -> FloatArray:
        """Return sums over each examinee's answers, (m,) to (E,)."""
        sums = np.bincount(self.examinee, weights=values, minlength=self.n)
        return sums.astype(np.float64, copy=False)


Terms = Callable[[Part, FloatArray], tuple[FloatArray, ...]]
"""What each answer of a part contributes at a theta for each answer, (m,) arrays."""


@attrs.frozen(kw_only=True, eq=False)
class Answers:
    """The scored answers of E examinees.

    Attributes:
        pool: The items.
        items: Positions in the pool, (E, L).
        categories: Categories, (E, L).
        given: Who has given a scored answer, (E,).
        parts: The answers by model and number of categories, one part at least.
    """

    pool: Pool
    items: IntArray
    categories: IntArray
    given: BoolArray
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, pool: Pool, items: IntArray, categories: IntArray) -> Self:
        """Return the scored answers among (E, L)."""
        examinee, order = pool.scored(items, categories).nonzero()
        item, category = items[examinee, order], categories[examinee, order]
        n, groups = len(items), pool.groups
        if len(groups) == 1:
            parts = [_part(n, groups[0], item, examinee, category)]
        else:
            parts = [
                _part(n, group, row[chosen], examinee[chosen], category[chosen])
                for group in groups
                for row, chosen in [_members(group, item)]
                if chosen.size or group is groups[0]
            ]
        given = np.zeros(n, dtype=np.bool_)
        given[examinee] = True
        return cls(pool=pool, items=items, categories=categories, given=given, parts=tuple(parts))

    def rows(self, chosen: IntArray) -> Self:
        """Return the answers of some examinees, who may be repeated."""
        return self.of(self.pool, self.items[chosen], self.categories[chosen])

    def derivatives(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the first and second derivative of the log likelihood, (E,) and (E,).

        Args:
            theta: One point for each examinee, (E,).
        """
        score, bend = self.sums(theta, _derivatives)
        return score, bend

    def information(self, theta: FloatArray) -> FloatArray:
        """Return the expected information of the items answered, (E,)."""
        return self.sums(theta, _information)[0]

    def log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Return the log likelihood, (E,)."""
        return self.sums(theta, _log_chances)[0]

    def moments(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return score, I' and J = sum of P' P'' / P over items and categories, (E,) each.

        With s and t the first and second derivative of log P, P' = P s and P'' = P (s^2 + t); so
        J = sum of P s (s^2 + t), and I' = sum of P s (s^2 + 2 t).
        """
        score, rise, skew = self.sums(theta, _moments)
        return score, rise, skew

    def sums(self, theta: FloatArray, terms: Terms) -> list[FloatArray]:
        """Return sums over each examinee's answers of the terms, (E,) each."""
        by_part = [
            [part.added(values) for values in terms(part, theta[part.examinee])]
            for part in self.parts
        ]
        return [reduce(np.add, values) for values in zip(*by_part, strict=True)]


def _derivatives(part: Part, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    first, second = part.model.log_derivatives(part.packed, theta, part.D)
    return first[part.answered], second[part.answered]


def _information(part: Part, theta: FloatArray) -> tuple[FloatArray]:
    return (part.model.information(part.packed, theta, part.D),)


def _log_chances(part: Part, theta: FloatArray) -> tuple[FloatArray]:
    chances = part.model.probabilities(part.packed, theta, part.D)[part.answered]
    return (np.log(np.maximum(chances, TINY)),)


def _moments(part: Part, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    first, second = part.model.log_derivatives(part.packed, theta, part.D)
    slopes = part.model.probabilities(part.packed, theta, part.D) * first
    rise = (slopes * (first**2 + 2.0 * second)).sum(axis=-1)
    skew = (slopes * (first**2 + second)).sum(axis=-1)
    return first[part.answered], rise, skew


def _members(group: ModelGroup, item: IntArray) -> tuple[IntArray, IntArray]:
    """Return where in the group each item would stand, and which of the items do stand there."""
    row = np.minimum(np.searchsorted(group.rows, item), len(group.rows) - 1)
    return row, np.flatnonzero(group.rows[row] == item)


def _part(n: int, group: ModelGroup, row: IntArray, examinee: IntArray, category: IntArray) -> Part:
    return Part(
        n=n,
        model=group.model,
        packed=group.packed[row],
        D=group.D[row],
        examinee=examinee,
        answered=(np.arange(len(category)), category),
    )
