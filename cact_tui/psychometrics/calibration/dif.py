"""Differential item functioning: does an item mean the same to every group?

Likelihood-ratio test (Thissen, Steinberg & Wainer 1993): the model in which all items are the same
for all groups, whose distributions of theta are estimated, against the model in which one item has
parameters of its own in each group; all other items anchor. With p parameters and G groups

    LR = 2 (log L of the wider model - log L of the narrower),    df = (G - 1) p

The test says whether there is a difference, `matching` how large it is; with many people a
negligible difference is significant. Where many items differ, the anchors themselves do: judge the
worst first, take it out, and test again.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.chi_square import survival
from cact_tui.psychometrics.calibration.climbing import EMSettings, climb
from cact_tui.psychometrics.calibration.design import Design, Point
from cact_tui.psychometrics.calibration.estimation import Calibration
from cact_tui.psychometrics.calibration.matching import (
    EffectSize,
    mantel_haenszel,
    ordinal_regression,
    standing,
    strata,
)
from cact_tui.psychometrics.calibration.patterns import MISSING, Patterns

DEFAULT_SETTINGS = EMSettings(tolerance=1e-4)
"""LR is off by the square of the distance to the maximum: .001 at most."""


@attrs.frozen(kw_only=True)
class ItemDif:
    """What is known of an item between groups.

    Attributes:
        statistic: LR, None where a group did not choose some category, or the item is fixed.
        df: Its degrees of freedom.
        p: Its p-value; NaN without a statistic.
        effect: How large the difference is, None where that cannot be told.
    """

    statistic: float | None
    df: int
    p: float
    effect: EffectSize | None


def dif(calibration: Calibration, settings: EMSettings = DEFAULT_SETTINGS) -> tuple[ItemDif, ...]:
    """Return the differences between the groups of a calibration, item by item.

    Args:
        calibration: Estimates with two groups or more, group 0 being the reference.
        settings: How EM runs for each item's wider model.
    """
    values = standing(calibration)
    return tuple(
        _item_dif(calibration, item, settings, _effect(calibration, item, values))
        for item in range(len(calibration.items))
    )


def _item_dif(
    calibration: Calibration, item: int, settings: EMSettings, effect: EffectSize | None
) -> ItemDif:
    rows = calibration.design.rows(calibration.place.point)
    groups = _groups_that_answered(calibration, item)
    if item not in rows or len(groups) < 2:  # noqa: PLR2004 - groups to compare
        return ItemDif(statistic=None, df=0, p=float("nan"), effect=effect)
    df = (len(groups) - 1) * len(rows[item])
    wider = _wider(calibration, item, groups)
    if wider is None:
        return ItemDif(statistic=None, df=df, p=float("nan"), effect=effect)
    ended = climb(*wider, settings)
    # Without priors: the prior of c counts once more for each copy of the item.
    gained = ended.place.expected.log_likelihood - calibration.log_likelihood
    statistic = max(0.0, 2 * gained)
    return ItemDif(statistic=statistic, df=df, p=survival(statistic, df), effect=effect)


def _groups_that_answered(calibration: Calibration, item: int) -> IntArray:
    patterns = calibration.design.patterns
    return np.unique(patterns.group[patterns.categories[:, item] >= 0])


def _wider(calibration: Calibration, item: int, groups: IntArray) -> tuple[Design, Point] | None:
    """Return design and start of the model in which each group has an item of its own.

    The item becomes one for each group, which the other groups did not answer. None where a group
    did not choose some category.
    """
    old = calibration.design
    own = _own_columns(old.patterns, item, groups)
    others = np.delete(np.arange(len(old.items)), item)
    responses = np.concatenate((old.patterns.categories[:, others], own), axis=1)
    items = [old.items[other] for other in others] + [old.items[item]] * len(groups)
    patterns = attrs.evolve(
        old.patterns,
        categories=responses,
        n_categories=np.array([one.n_categories for one in items]),
    )
    design = Design.of(patterns, items, old.theta)
    counts = patterns.cell_counts
    if any((counts[block.cells] == 0).any() for block in design.blocks):
        return None
    point = calibration.place.point
    rows = old.rows(point)
    positions = [*others, *[item] * len(groups)]
    start = {new: rows[before] for new, before in enumerate(positions) if before in rows}
    return design, design.assembled(start, point.mean, point.sd)


def _own_columns(patterns: Patterns, item: int, groups: IntArray) -> IntArray:
    """Return the answers to an item with a column for each group, (R, len(groups))."""
    mine = patterns.group[:, None] == groups
    return np.where(mine, patterns.categories[:, [item]], MISSING)


def _effect(calibration: Calibration, item: int, values: FloatArray) -> EffectSize | None:
    patterns = calibration.design.patterns
    answered = patterns.categories[:, item] >= 0
    category, group = patterns.categories[answered, item], patterns.group[answered]
    count, own = patterns.count[answered], values[answered]
    K = int(patterns.n_categories[item])
    if K > 2:  # noqa: PLR2004 - graded
        return ordinal_regression(category, group, own, count, K)
    layer = strata(own, count)
    found = [
        mantel_haenszel(category, group, layer, count, int(focal))
        for focal in np.unique(group)
        if focal > 0
    ]
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: (one.grade, abs(one.value)), default=None)
