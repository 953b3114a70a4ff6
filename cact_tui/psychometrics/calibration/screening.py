"""What to look at before and beside the parameters: rare categories, and categories out of order.

An estimate of a category's parameter rests on the people who chose it; ten are little. And a model
with ordered categories is only meant for an item where higher categories are chosen by people who
do better on all other items.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.estimation import Calibration
from cact_tui.psychometrics.calibration.expectation import normalised
from cact_tui.psychometrics.calibration.patterns import Patterns

SPARSE = 10
"""A category that fewer people chose is sparse."""
CLEAR = 1.645
"""A fall of mean theta by so many standard errors is no accident (one-sided, 5 %)."""


def category_counts(
    responses: IntArray, n_categories: tuple[int, ...]
) -> tuple[tuple[int, ...], ...]:
    """Return how many people chose each category of each item.

    Args:
        responses: Categories, -1 where missing, (N, J).
        n_categories: K of each item.
    """
    patterns = Patterns.of(responses, n_categories)
    ends = np.split(patterns.cell_counts, patterns.first_cell[1:])
    return tuple(tuple(round(count) for count in item.tolist()) for item in ends)


@attrs.frozen(kw_only=True)
class CategoryOrder:
    """How the people in each category of an item do on all other items.

    Attributes:
        means: Mean EAP of theta from the other items, by category; NaN where nobody chose it.
        ascends: Whether no mean is clearly below that of the category before.
    """

    means: tuple[float, ...]
    ascends: bool


def category_order(calibration: Calibration) -> tuple[CategoryOrder, ...]:
    """Return the order of each item's categories by how people do on the other items."""
    design = calibration.design
    joint, table = calibration.log_joint(), calibration.table()
    return tuple(
        _compared(
            rest_posterior(design.patterns, joint, table, item) @ design.theta,
            *answers_to(design.patterns, item),
            int(K),
        )
        for item, K in enumerate(design.patterns.n_categories)
    )


def rest_posterior(
    patterns: Patterns, joint: FloatArray, table: FloatArray, item: int
) -> FloatArray:
    """Return the posterior from all other items of the patterns that answered one, (A, Q).

    Args:
        patterns: The responses.
        joint: Log likelihood plus log weight of all answers, (R, Q).
        table: log P of each cell at each node, (C, Q).
        item: The item.
    """
    answered = np.flatnonzero(patterns.categories[:, item] >= 0)
    cells = patterns.first_cell[item] + patterns.categories[answered, item]
    return normalised(joint[answered] - table[cells])[0]


def answers_to(patterns: Patterns, item: int) -> tuple[IntArray, FloatArray]:
    """Return category and count of the patterns that answered an item, each (A,)."""
    answered = np.flatnonzero(patterns.categories[:, item] >= 0)
    return patterns.categories[answered, item], patterns.count[answered]


def _compared(theta: FloatArray, chosen: IntArray, count: FloatArray, K: int) -> CategoryOrder:
    n = np.bincount(chosen, count, minlength=K)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.bincount(chosen, count * theta, minlength=K) / n
        spread = np.bincount(chosen, count * (theta - means[chosen]) ** 2, minlength=K) / n**2
    seen = n > 0
    falls = np.diff(means[seen]) < -CLEAR * np.sqrt(spread[seen][1:] + spread[seen][:-1])
    return CategoryOrder(means=tuple(means.tolist()), ascends=not bool(falls.any()))
