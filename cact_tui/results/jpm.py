"""The job person match (JPM) and its category, only from the full competency set."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from cact_tui.i18n import pick
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.results import wording
from cact_tui.results.findings import (
    CategoryChance,
    Interval,
    JobMatch,
    LevelFinding,
    Reason,
    ScaleProfile,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cact_tui.config.settings import CategoryRules, ProfileRules


@frozen(kw_only=True)
class Counted:
    """A scale that counts: its level and the standard that somebody could fail."""

    scale: str
    level: LevelFinding
    required: int


@frozen(kw_only=True)
class Totals:
    """The distribution of the sum of levels: P(sum = lowest + i) = `chances[i]`."""

    lowest: int
    chances: FloatArray

    @property
    def sums(self) -> FloatArray:
        """Return the sums that may occur, ascending."""
        return np.asarray(self.lowest + np.arange(len(self.chances)), dtype=np.float64)

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the shortest-stepped central interval of sums with at least this probability."""
        below = self.chances.cumsum()
        tail = (1.0 - confidence) / 2.0
        low = int(np.searchsorted(below, tail, side="right"))
        high = int(np.searchsorted(below, 1.0 - tail - 1e-12, side="left"))
        last = len(self.sums) - 1
        return float(self.sums[min(low, last)]), float(self.sums[min(high, last)])


def job_match(
    scales: Sequence[ScaleProfile], rules: ProfileRules, position_group: str | None
) -> JobMatch:
    """Return the job person match, or every reason for which it is withheld."""
    by_scale = {one.scale: one for one in scales}
    reasons = (*_twice(scales), *_withheld(by_scale, rules, position_group))
    if reasons:
        return _without(reasons)
    standard = _standard(rules, position_group)
    found = [(scale, by_scale[scale], required) for scale, required in standard.items()]
    tested = [
        Counted(scale=scale, level=one.level, required=required)
        for scale, one, required in found
        if one.level and one.standard and not one.standard.untested
    ]
    untested = tuple(scale for scale, one, _ in found if one.standard and one.standard.untested)
    if not tested:
        return _without((wording.reason(wording.NOTHING_TESTED),), untested=untested)
    return _matched(tested, untested, rules)


def totals(tested: Sequence[Counted], *, capped: bool) -> Totals:
    """Return the distribution of the sum of levels over the joint posterior.

    Scales are estimated independently, so the joint posterior is their product and the
    distribution of the sum is the convolution of the scales' level probabilities; with `capped` a
    level counts at most as much as its standard.
    """
    chances = np.ones(1)
    for one in tested:
        chances = np.convolve(chances, _capped(one) if capped else _free(one))
    return Totals(lowest=sum(one.level.lowest_level for one in tested), chances=chances)


def _free(one: Counted) -> FloatArray:
    return np.array([chance.probability for chance in one.level.chances])


def _capped(one: Counted) -> FloatArray:
    free = _free(one)
    cap = one.required - one.level.lowest_level
    return np.append(free[:cap], free[cap:].sum())


def _withheld(
    by_scale: Mapping[str, ScaleProfile], rules: ProfileRules, position_group: str | None
) -> tuple[Reason, ...]:
    if rules.standards is None:
        return (wording.reason(wording.NO_STANDARDS),)
    if not position_group:
        return (wording.reason(wording.NO_GROUP),)
    if position_group not in rules.standards.groups:
        return (wording.reason(wording.UNKNOWN_GROUP, about=position_group),)
    found = (_missing(by_scale, scale) for scale in rules.standards.full_set)
    return tuple(one for one in found if one)


def _twice(scales: Sequence[ScaleProfile]) -> tuple[Reason, ...]:
    """Return each scale that two sections measured: which of them would count?"""
    counts = Counter(one.scale for one in scales)
    return tuple(
        wording.reason(wording.MEASURED_TWICE, scale=scale, about=scale)
        for scale, number in counts.items()
        if number > 1
    )


def _missing(by_scale: Mapping[str, ScaleProfile], scale: str) -> Reason | None:
    """Return why a scale of the full set keeps the match from being made."""
    one = by_scale.get(scale)
    if one is None:
        return wording.reason(wording.NOT_IN_BATTERY, scale=scale, about=scale)
    if not one.measured:
        return wording.reason(wording.UNMEASURED, scale=scale, about=scale)
    return one.level_withheld if one.level is None else None


def _standard(rules: ProfileRules, position_group: str | None) -> Mapping[str, int]:
    """Return the standard levels of the full set for a group known to be there."""
    if rules.standards is None or position_group is None:
        return {}
    group = rules.standards.groups[position_group].standard
    return {scale: group[scale] for scale in rules.standards.full_set}


def _achieved(one: Counted, *, capped: bool) -> int:
    return min(one.level.level, one.required) if capped else one.level.level


def _without(reasons: tuple[Reason, ...], untested: tuple[str, ...] = ()) -> JobMatch:
    return JobMatch(
        value=None,
        expected=None,
        interval=None,
        achieved=None,
        required=None,
        capped=None,
        scales=(),
        untested=untested,
        standards_digest=None,
        reasons=reasons,
        category_set=None,
        category=None,
        categories=(),
        minimum_probability=None,
        inconclusive=None,
        worst_gap=None,
        worst_gap_scale=None,
    )


def _matched(tested: Sequence[Counted], untested: tuple[str, ...], rules: ProfileRules) -> JobMatch:
    categories = rules.categories
    capped = categories.cap_overachievement if categories else False
    required = sum(one.required for one in tested)
    achieved = sum(_achieved(one, capped=capped) for one in tested)
    distribution = totals(tested, capped=capped)
    low, high = distribution.interval(rules.confidence)
    worst = min(tested, key=lambda one: (one.level.level - one.required, one.scale))
    chances = _category_chances(distribution, required, categories) if categories else ()
    named, inconclusive = _category(Fraction(100 * achieved, required), chances, categories)
    return JobMatch(
        value=100.0 * achieved / required,
        expected=float(distribution.chances @ distribution.sums) * 100.0 / required,
        interval=Interval(
            low=100.0 * low / required,
            high=100.0 * high / required,
            confidence=rules.confidence,
            method="joint posterior, scales independent",
        ),
        achieved=achieved,
        required=required,
        capped=capped,
        scales=tuple(one.scale for one in tested),
        untested=untested,
        standards_digest=rules.standards.digest if rules.standards else None,
        reasons=(),
        category_set=categories.id if categories else None,
        category=named,
        categories=chances,
        minimum_probability=categories.minimum_probability if categories else None,
        inconclusive=inconclusive,
        worst_gap=worst.level.level - worst.required,
        worst_gap_scale=worst.scale,
    )


def _category_chances(
    distribution: Totals, required: int, categories: CategoryRules
) -> tuple[CategoryChance, ...]:
    """Return the probability of each category, highest first."""
    places = [
        band_of(Fraction(100 * int(total), required), categories) for total in distribution.sums
    ]
    return tuple(
        CategoryChance(
            name=band.name,
            at_least=float(band.at_least),
            probability=float(
                sum(
                    chance
                    for chance, place in zip(distribution.chances, places, strict=True)
                    if place == index
                )
            ),
        )
        for index, band in enumerate(categories.bands)
    )


def band_of(match: Fraction, categories: CategoryRules) -> int:
    """Return the index of the first band whose `at_least` is reached, in exact arithmetic."""
    reached = (
        index
        for index, band in enumerate(categories.bands)
        if match >= Fraction(str(band.at_least))
    )
    return next(reached, len(categories.bands) - 1)


def _category(
    match: Fraction, chances: Sequence[CategoryChance], categories: CategoryRules | None
) -> tuple[Mapping[str, str] | None, Reason | None]:
    """Return the category of the match, or why it is not conclusive."""
    if categories is None:
        return None, None
    found = chances[band_of(match, categories)]
    if found.probability >= categories.minimum_probability:
        return found.name, None
    return None, wording.reason(
        wording.INCONCLUSIVE,
        found=found.probability,
        needed=categories.minimum_probability,
        about=pick(found.name, "en"),
    )
