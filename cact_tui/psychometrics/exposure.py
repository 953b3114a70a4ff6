"""How the best items are kept from being given to everybody.

Rules with a figure for each item take it from the settings, as a table from item id to a number, or
to one number for each interval of theta between ``cuts``. `exposure_tuning` finds the tables by
simulation. Items that a table leaves out are not held back.

The progressive and the proportional method are selectors (`selection.chance`): they change what an
item is worth.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray, read_only
from cact_tui.psychometrics.checks import above, ascending, at_least, at_most
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import RuleFaultError, SettingProblem
from cact_tui.psychometrics.protocols import Advice

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules

Table = Mapping[str, float | tuple[float, ...]]
"""For each item id a probability, or one for each interval of theta."""


@attrs.frozen
class NoExposureControl:
    """The best item is given."""

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:  # noqa: ARG002
        """Return advice that asks for nothing."""
        return Advice()


@attrs.frozen
class Randomesque:
    """One of the k best items is drawn (Kingsbury & Zara 1989)."""

    k: int = attrs.field(default=5, validator=at_least(1))

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:  # noqa: ARG002
        """Return advice that asks for the k best items."""
        return Advice(top=self.k)


def _probabilities(rule: "TabledExposure", field: "attrs.Attribute[Table]", table: Table) -> None:
    intervals = len(rule.cuts) + 1
    if not table:
        raise ValueError(f"{field.alias} is empty.", "Find a table by simulation, or use 'none'.")
    for item_id, entry in table.items():
        values = entry if isinstance(entry, tuple) else (entry,)
        if isinstance(entry, tuple) and len(entry) != intervals:
            raise ValueError(
                f"{field.alias}.{item_id} has {len(entry)} numbers for {intervals} intervals.",
                "Give one number, or one for each interval between the cuts.",
            )
        if not all(0 <= value <= 1 for value in values):
            raise ValueError(
                f"{field.alias}.{item_id} is {entry!r}.", "Give probabilities from 0 to 1."
            )


@attrs.frozen(kw_only=True, eq=False)
class TabledExposure:
    """A rule with a probability for each item, and each interval of theta.

    Attributes:
        cuts: Points of theta, ascending; C of them make C + 1 intervals. Without any, probabilities
            hold for all.
        parameters: For each item id a probability, or one for each interval; others have 1.
    """

    cuts: tuple[float, ...] = attrs.field(default=(), validator=ascending)
    parameters: Table = attrs.field(validator=_probabilities)

    def at(self, examinees: Examinees) -> FloatArray:
        """Return the probabilities of all items at the interim estimates, (E, n)."""
        pool = examinees.pool
        table = pool.derived(("exposure", self), lambda: read_only(self.table(pool)))
        return np.asarray(table[intervals(self.cuts, examinees.theta)])

    def table(self, pool: Pool) -> FloatArray:
        """Return the probabilities, (C + 1, n)."""
        table = np.ones((len(self.cuts) + 1, len(pool)))
        for item_id, entry in self.parameters.items():
            table[:, pool.index(item_id)] = entry
        return table

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse ids of no item."""
        return unknown_items(pool, "parameters", self.parameters)


def intervals(cuts: tuple[float, ...], theta: FloatArray) -> IntArray:
    """Return the interval of each theta, like theta; a cut belongs to the interval above it."""
    return np.asarray(np.searchsorted(np.array(cuts, dtype=np.float64), theta, side="right"))


def unknown_items(pool: Pool, key: str, table: Mapping[str, object]) -> tuple[SettingProblem, ...]:
    """Return a problem for each entry of a table that belongs to no item of the pool."""
    known = set(pool.ids)
    return tuple(
        SettingProblem(
            key=f"{key}.{item_id}",
            message="belongs to no item of this section.",
            cure="Correct the id, or leave the entry out.",
        )
        for item_id in table
        if item_id not in known
    )


@attrs.frozen(kw_only=True, eq=False)
class SympsonHetter(TabledExposure):
    """An item, once it is the best, is given with its own probability (Sympson & Hetter 1985).

    With ``cuts`` the probability is that of the interval of the interim estimate (Stocking & Lewis
    1998). An item that was refused may be given at a later step of the same test. If all items are
    refused, the best is given, and ``exposure_ignored`` notes it.
    """

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:  # noqa: ARG002
        """Return the items' probabilities as acceptance."""
        return Advice(acceptance=self.at(examinees))


@attrs.frozen(kw_only=True, eq=False)
class ItemEligibility(TabledExposure):
    """An item is eligible for an examinee, for the whole test, with its own probability.

    (van der Linden & Veldkamp 2004; with ``cuts`` 2007: the experiment is that of the interval of
    the interim estimate, with one draw for all intervals.) The draw is the examinee's lasting one.
    """

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:  # noqa: ARG002
        """Return which items are eligible.

        Raises:
            RuleFaultError: The examinees have no lasting draw.
        """
        if examinees.lasting is None:
            raise RuleFaultError("exposure", "needs a draw that lasts for the whole test.")
        u = hashed(examinees.lasting, np.arange(len(examinees.pool)))
        return Advice(eligible=u < self.at(examinees))


@attrs.frozen(kw_only=True, eq=False)
class RestrictedMaximum:
    """Items that reached a maximum rate of exposure rest (Revuelta & Ponsoda 1998).

    The rates are those of the tests so far; they are counted anew between two sittings.

    Attributes:
        maximum: The highest rate, above 0 and at most 1.
        rates: For each item id the share of examinees who have seen it; others were seen by nobody.
    """

    maximum: float = attrs.field(validator=[above(0), at_most(1)])
    rates: Mapping[str, float] = attrs.field(factory=dict)

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:  # noqa: ARG002
        """Return the items below the maximum as eligible."""
        pool = examinees.pool
        rests = pool.derived(("rests", self), lambda: read_only(self._resting(pool)))
        shape = (len(examinees), len(pool))
        return Advice(eligible=np.broadcast_to(~rests, shape))

    def _resting(self, pool: Pool) -> "np.typing.NDArray[np.bool_]":
        rates = np.array([self.rates.get(item_id, 0.0) for item_id in pool.ids])
        return np.asarray(rates >= self.maximum)

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:
        """Refuse ids of no item, and rates that leave too few items."""
        found = unknown_items(pool, "rates", self.rates)
        left = len(pool) - int(self._resting(pool).sum())
        if left < rules.max_items:
            found += (
                SettingProblem(
                    key="maximum",
                    message=f"leaves {left} items, below max_items = {rules.max_items}.",
                    cure="Raise the maximum, or add items.",
                ),
            )
        return found
