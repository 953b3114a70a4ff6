"""Bounds: at least and at most so many items of each value of a tag."""

import difflib
from collections.abc import Iterable, Mapping

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.enemies import ample, open_counts, spared, without_enemies
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.structure import CodedTag, Structure

UNBOUNDED = np.iinfo(np.int64).max


@attrs.frozen
class NoContentControl:
    """Any item will do."""

    def allowed(self, examinees: Examinees) -> BoolArray | None:  # noqa: ARG002
        """Forbid nothing."""
        return None

    def penalties(self, examinees: Examinees) -> FloatArray | None:  # noqa: ARG002
        """Take nothing off."""
        return None

    def satisfied(self, examinees: Examinees) -> BoolArray:
        """Return True for all, (E,)."""
        return np.ones(len(examinees), dtype=np.bool_)

    def check(
        self,
        structure: Structure,  # noqa: ARG002 - there is nothing to check
        available: BoolArray,  # noqa: ARG002
        min_items: int,  # noqa: ARG002
        max_items: int,  # noqa: ARG002
    ) -> tuple[SettingProblem, ...]:
        """Return no problem."""
        return ()


def _sound_bounds(_rule: object, _field: object, bounds: Mapping[str, tuple[int, int]]) -> None:
    for value, (low, high) in bounds.items():
        if not 0 <= low <= high:
            raise ValueError(
                f"bounds.{value} is [{low}, {high}].", "Give [least, most] with 0 <= least <= most."
            )
    if not bounds:
        raise ValueError("bounds is empty.", "Give [least, most] for each value, or rule 'none'.")


@attrs.frozen(kw_only=True)
class ContentBounds:
    """At least and at most so many items of each value of a tag.

    A value at its maximum is forbidden. As soon as the items left until ``min_items`` are no more
    than the items still missing from the minima, only values with missing items are allowed; so
    all minima are met by ``min_items``. Minima that the open items cannot meet any more force
    nothing. Before that, an item is forbidden if its enemies would take away items that a minimum
    needs. Items shown but unscored count. Values without bounds are free.

    Attributes:
        tag: The tag.
        bounds: {value: (least, most)}.
    """

    tag: str
    bounds: Mapping[str, tuple[int, int]] = attrs.field(validator=_sound_bounds)

    def allowed(self, examinees: Examinees) -> BoolArray | None:
        """Return which items keep all bounds within reach, (E, n)."""
        coded = examinees.structure.coded[self.tag]
        least, most = self.limits(coded)
        given = given_of(coded, examinees)
        missing = np.maximum(least - given, 0)
        within = np.ones((len(examinees), len(most) + 1), dtype=np.bool_)
        within[:, :-1] = given < most
        within &= _unforced(coded, examinees, missing)
        allowed = within[:, coded.codes]
        if not missing.any() or ample(coded, examinees, missing):
            return allowed
        return spared(allowed, coded, examinees, missing)

    def penalties(self, examinees: Examinees) -> FloatArray | None:  # noqa: ARG002
        """Take nothing off: bounds forbid or allow."""
        return None

    def satisfied(self, examinees: Examinees) -> BoolArray:
        """Return whether every value has its minimum, (E,)."""
        coded = examinees.structure.coded[self.tag]
        least, _ = self.limits(coded)
        return np.asarray((given_of(coded, examinees) >= least).all(axis=1))

    def check(
        self, structure: Structure, available: BoolArray, min_items: int, max_items: int
    ) -> tuple[SettingProblem, ...]:
        """Return why the bounds cannot be met.

        The tag or a value is unknown, a minimum has too few items (counting one of items that are
        each other's enemies), the minima add up to more than ``min_items``, or the maxima leave
        fewer than ``max_items`` items.
        """
        if self.tag not in structure.coded:
            return (unknown("tag", self.tag, structure.coded),)
        coded = structure.coded[self.tag]
        strange = [
            unknown(f"bounds.{value}", value, coded.values)
            for value in self.bounds
            if value not in coded.values
        ]
        return (
            *strange,
            *self._scarce(structure, coded, available),
            *self._too_long(min_items),
            *self._too_short(coded, available, max_items),
        )

    def limits(self, coded: CodedTag) -> tuple[IntArray, IntArray]:
        """Return the minima and maxima of the values, (V,) and (V,)."""
        free = (0, UNBOUNDED)
        pairs = [self.bounds.get(value, free) for value in coded.values]
        limits = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return limits[:, 0], limits[:, 1]

    def _scarce(
        self, structure: Structure, coded: CodedTag, available: BoolArray
    ) -> list[SettingProblem]:
        problems = []
        for value, members in zip(coded.values, coded.members, strict=True):
            least, _ = self.bounds.get(value, (0, 0))
            usable = without_enemies(structure, members[available[members]])
            if usable < least:
                problems.append(
                    SettingProblem(
                        key=f"bounds.{value}",
                        message=f"asks for {least} items, but only {usable} can be given together.",
                        cure="Lower the minimum or add items.",
                    )
                )
        return problems

    def _too_long(self, min_items: int) -> list[SettingProblem]:
        total = sum(least for least, _ in self.bounds.values())
        if total <= min_items:
            return []
        return [
            SettingProblem(
                key="bounds",
                message=f"has minima that add up to {total}, above min_items = {min_items}.",
                cure="Lower the minima or raise min_items.",
            )
        ]

    def _too_short(
        self, coded: CodedTag, available: BoolArray, max_items: int
    ) -> list[SettingProblem]:
        _, most = self.limits(coded)
        counts = [available[members].sum() for members in coded.members]
        total = int(np.minimum(most, counts).sum() + available[coded.codes < 0].sum())
        if total >= max_items:
            return []
        return [
            SettingProblem(
                key="bounds",
                message=f"leaves at most {total} items, below max_items = {max_items}.",
                cure="Raise the maxima, add items, or lower max_items.",
            )
        ]


def given_of(coded: CodedTag, examinees: Examinees) -> IntArray:
    """Return how many items of each value were shown, (E, V)."""
    codes = np.where(examinees.items >= 0, coded.codes[examinees.items], -1)
    matches = codes[:, :, None] == np.arange(len(coded.values))
    return np.asarray(matches.sum(axis=1), dtype=np.int64)


def _unforced(coded: CodedTag, examinees: Examinees, missing: IntArray) -> BoolArray:
    """Return which values may come without a minimum being missed, (E, V + 1).

    Args:
        coded: The tag.
        examinees: The batch.
        missing: How many items each value still lacks, (E, V).
    """
    slots = examinees.min_items - examinees.counts
    values = np.ones((len(examinees), missing.shape[1] + 1), dtype=np.bool_)
    if not _pressing(missing, slots).any():
        return values
    reachable = np.minimum(missing, open_counts(coded, examinees.open_items))
    forced = _pressing(reachable, slots)
    values[forced, :-1] = reachable[forced] > 0
    values[forced, -1] = False
    return values


def _pressing(missing: IntArray, slots: IntArray) -> BoolArray:
    """Return where the missing items fill all slots that are left, (E,)."""
    total = missing.sum(axis=1)
    return np.asarray((total > 0) & (total >= slots))


def unknown(key: str, word: str, known: Iterable[str]) -> SettingProblem:
    """Return the problem of a tag or a value that occurs in no item."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return SettingProblem(
        key=key,
        message=f"{word!r} occurs in no item.",
        cure=f"{guess}Known are: {', '.join(known) or 'none'}.",
    )
