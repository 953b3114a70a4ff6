"""Shares: so much of the test for each value of a tag."""

from collections.abc import Mapping

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.content.bounds import given_of, unknown
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.structure import CodedTag, Structure

WHOLE = 1e-6
"""Shares may miss 1 by so much."""
NONE = -2
"""No value is due; no item has this code."""


def _sound_shares(_rule: object, _field: object, shares: Mapping[str, float]) -> None:
    for value, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"shares.{value} is {share!r}.", "Give a share from 0 to 1.")
    total = sum(shares.values())
    if abs(total - 1.0) > WHOLE:
        raise ValueError(f"shares add up to {total:g}.", "Give shares that add up to 1.")


@attrs.frozen(kw_only=True)
class Proportions:
    """The next item is of the value that is farthest behind its share (Kingsbury & Zara 1989).

    That is constrained CAT, CCAT: of the values with open items the one with the largest
    share - given / shown (before the first item: the largest share); of several the first in the
    alphabet. Items of the current set may come as well, so that sets are finished. Items without a
    listed value are not given.

    Attributes:
        tag: The tag.
        shares: For each value its share of the test; they add up to 1.
    """

    tag: str
    shares: Mapping[str, float] = attrs.field(validator=_sound_shares)

    def allowed(self, examinees: Examinees) -> BoolArray | None:
        """Return the items of the value that is due, (E, n)."""
        coded = examinees.structure.coded[self.tag]
        shares = _in_order(coded, self.shares)
        behind = shares - given_of(coded, examinees) / np.maximum(examinees.counts, 1)[:, None]
        due = np.where(_has_open(coded, examinees) & (shares > 0), behind, -np.inf)
        value = np.where(due.max(axis=1, initial=-np.inf) > -np.inf, due.argmax(axis=1), NONE)
        return with_current_set(coded.codes == value[:, None], examinees)

    def penalties(self, examinees: Examinees) -> FloatArray | None:  # noqa: ARG002
        """Take nothing off."""
        return None

    def satisfied(self, examinees: Examinees) -> BoolArray:
        """Return True for all, (E,): shares are aimed at, and no minimum is promised."""
        return np.ones(len(examinees), dtype=np.bool_)

    def check(
        self, structure: Structure, available: BoolArray, min_items: int, max_items: int
    ) -> tuple[SettingProblem, ...]:
        """Return unknown tags and values, and values with too few items for the longest test."""
        del min_items
        return check_shares(self.tag, self.shares, structure, available, max_items)


@attrs.frozen(kw_only=True)
class Quotas:
    """Any item of a value whose quota is not filled yet (Leung, Chang & Hau 2003).

    That is modified constrained CAT, MCCAT: the quotas are the shares of the longest test, rounded
    to whole numbers that add up to its length (largest remainders; of equal ones the first in the
    alphabet). Unlike `Proportions` the order of the values is left to the selector. A test that
    ends early may miss its shares; `content.bounds` keeps minima.

    Attributes:
        tag: The tag.
        shares: For each value its share of the longest test; they add up to 1.
    """

    tag: str
    shares: Mapping[str, float] = attrs.field(validator=_sound_shares)

    def allowed(self, examinees: Examinees) -> BoolArray | None:
        """Return the items of values with room, (E, n)."""
        coded = examinees.structure.coded[self.tag]
        room = np.zeros((len(examinees), len(coded.values) + 1), dtype=np.bool_)
        quotas = rounded(_in_order(coded, self.shares), examinees.max_items)
        room[:, :-1] = given_of(coded, examinees) < quotas
        return np.asarray(room[:, coded.codes])

    def penalties(self, examinees: Examinees) -> FloatArray | None:  # noqa: ARG002
        """Take nothing off."""
        return None

    def satisfied(self, examinees: Examinees) -> BoolArray:
        """Return True for all, (E,): quotas are maxima."""
        return np.ones(len(examinees), dtype=np.bool_)

    def check(
        self, structure: Structure, available: BoolArray, min_items: int, max_items: int
    ) -> tuple[SettingProblem, ...]:
        """Return unknown tags and values, and values with too few items for the longest test."""
        del min_items
        return check_shares(self.tag, self.shares, structure, available, max_items)


def rounded(shares: FloatArray, length: int) -> IntArray:
    """Return whole numbers that add up to the length, by largest remainders, (V,)."""
    exact = shares * length
    whole = np.floor(exact + WHOLE).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: max(length - int(whole.sum()), 0)]] += 1
    return whole


def with_current_set(allowed: BoolArray, examinees: Examinees) -> BoolArray:
    """Return what is allowed and the items of the set of the item shown last, (E, n)."""
    if not examinees.structure.n_sets:
        return allowed
    current = examinees.current_set[:, None]
    return np.asarray(allowed | ((examinees.structure.sets == current) & (current >= 0)))


def check_shares(
    tag: str,
    shares: Mapping[str, float],
    structure: Structure,
    available: BoolArray,
    max_items: int,
) -> tuple[SettingProblem, ...]:
    """Return why shares of a tag cannot be had in a test of the full length."""
    if tag not in structure.coded:
        return (unknown("tag", tag, structure.coded),)
    coded = structure.coded[tag]
    problems = [
        unknown(f"shares.{value}", value, coded.values)
        for value in shares
        if value not in coded.values
    ]
    quotas = rounded(_in_order(coded, shares), max_items)
    for value, quota, members in zip(coded.values, quotas, coded.members, strict=True):
        left = int(available[members].sum())
        if left < quota:
            problems.append(
                SettingProblem(
                    key=f"shares.{value}",
                    message=f"asks for {quota} of {max_items} items, but there are {left}.",
                    cure="Lower the share, add items, or lower max_items.",
                )
            )
    return tuple(problems)


def _in_order(coded: CodedTag, shares: Mapping[str, float]) -> FloatArray:
    return np.array([shares.get(value, 0.0) for value in coded.values])


def _has_open(coded: CodedTag, examinees: Examinees) -> BoolArray:
    """Return which values have open items, (E, V)."""
    columns = [examinees.open_items[:, members].any(axis=1) for members in coded.members]
    return np.array(columns, dtype=np.bool_).reshape(len(columns), len(examinees)).T
