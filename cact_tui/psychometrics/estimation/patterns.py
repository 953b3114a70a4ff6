"""What a pattern of answers alone says about an estimate."""

import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.pool import Pool

LARGEST_VARIANCE_RATIO = 0.5
"""Above this ratio of error variance to prior variance the prior says more than the data."""


def constant(pool: Pool, items: IntArray, categories: IntArray) -> BoolArray:
    """Return where all scored answers are the lowest, or all the highest, or none is, (E,)."""
    scored = pool.scored(items, categories)
    lowest = ~scored | (categories == 0)
    highest = ~scored | (categories == pool.n_categories[items] - 1)
    return np.asarray(lowest.all(axis=1) | highest.all(axis=1))


def prior_dominates(
    pool: Pool, items: IntArray, categories: IntArray, se: FloatArray, prior_sd: float
) -> BoolArray:
    """Return where the prior more than the data would make an estimate, (E,)."""
    wide = se * se > LARGEST_VARIANCE_RATIO * prior_sd * prior_sd
    return np.asarray(wide | constant(pool, items, categories))
