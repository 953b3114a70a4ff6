"""Pretest items: shown among the others to be calibrated, never scored.

Everything follows from one draw of the examinee that holds for the whole test, and so is the same
whenever it is asked for: at which places of the test pretest items stand, and which ones they are.
They are no part of the pool that rules choose from; lengths, bounds and stop rules count the other
items alone. What is asked of the two draws, one for the places and one for the items, is hashed
from that one.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.problems import SettingProblem

PLACES, ITEMS = 2**40, 2**40 + 1
"""What is hashed from the lasting draw, beyond the position of any item."""


def _in_the_window(plan: "PretestPlan", _field: object, last: int) -> None:
    window = last - plan.first + 1
    if window < plan.items:
        raise ValueError(
            f"last is {last}: places {plan.first} to {last} do not hold {plan.items} items.",
            "Widen the window, or seed fewer items.",
        )


@attrs.frozen(kw_only=True)
class PretestPlan:
    """So many pretest items in each test, at random places of a window.

    Attributes:
        items: How many pretest items each examinee is shown, 1 or more.
        first: The first place that may hold one, counting all items shown from 1. The default
            keeps the first three for items that count.
        last: The last such place. A test that ends before a place is reached leaves its pretest
            item out, and so `check` refuses places beyond the shortest test.
    """

    items: int = attrs.field(default=1, validator=at_least(1))
    first: int = attrs.field(default=4, validator=at_least(1))
    last: int = attrs.field(validator=_in_the_window)

    def check(self, n: int, min_items: int) -> tuple[SettingProblem, ...]:
        """Return why the plan would not be carried out; empty if it will.

        Args:
            n: How many pretest items there are.
            min_items: The shortest test, of items that count.
        """
        problems = []
        if n < self.items:
            problems.append(
                SettingProblem(
                    key="items",
                    message=f"is {self.items}, but there are {n} pretest items.",
                    cure="Seed fewer, or add pilot items.",
                )
            )
        if self.last > min_items + self.items:
            problems.append(
                SettingProblem(
                    key="last",
                    message=f"is {self.last}: a test of {min_items} items that count ends before.",
                    cure=f"Give {min_items + self.items} or less.",
                )
            )
        return tuple(problems)

    def places(self, lasting: FloatArray) -> IntArray:
        """Return at which places pretest items stand, ascending, (E, items), from 1.

        Each set of places of the window has the same chance: they are the first ones of a random
        permutation, made by sorting hashed draws.

        Args:
            lasting: The draw of each examinee that holds for the whole test, (E,).
        """
        own = hashed(lasting, np.array([PLACES]))[:, 0]
        order = hashed(own, np.arange(self.last - self.first + 1)).argsort(axis=1, kind="stable")
        return np.asarray(np.sort(order[:, : self.items], axis=1) + self.first)

    def order(self, lasting: FloatArray, n: int) -> IntArray:
        """Return which pretest items stand at the places, in their order, (E, k).

        They are k = min(items, n) neighbours in a circle of all n, from a random one on, so that
        every item is shown to the same number of examinees but for chance, and each with all its
        neighbours: that is balanced, and needs no count of earlier tests.

        Args:
            lasting: The draw of each examinee that holds for the whole test, (E,).
            n: How many pretest items there are.
        """
        own = hashed(lasting, np.array([ITEMS]))[:, 0]
        start = np.minimum((own * n).astype(np.int64), n - 1)
        return np.asarray((start[:, None] + np.arange(min(self.items, n))) % max(n, 1))

    def due(self, lasting: FloatArray, shown: IntArray, n: int) -> IntArray:
        """Return the pretest item that is to be shown now, or -1 for an item of the pool, (E,).

        Args:
            lasting: The draw of each examinee that holds for the whole test, (E,).
            shown: How many items of both kinds each was shown, (E,).
            n: How many pretest items there are.
        """
        order = self.order(lasting, n)
        places = self.places(lasting)[:, : order.shape[1]]
        now = places == shown[:, None] + 1
        return np.where(now.any(axis=1), (order * now).sum(axis=1), -1)
