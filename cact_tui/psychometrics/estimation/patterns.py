"""What a pattern of answers alone says about an estimate."""

import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.pool import Pool

LARGEST_VARIANCE_RATIO = 0.5
"""Above this ratio of error variance to prior variance the prior says more than the data."""


def constant(pool: Pool, items: IntArray, categories: IntArray) -> BoolArray:
    """Return where the likelihood has no maximum but at an end of the line, (E,).

    That is where all scored answers are in the categories that gain from ever lower theta, or all
    in those that gain from ever higher theta, or none is scored. They are category 0 and the
    highest one, unless the model says which with a method ``extremes``, as the NRM does.
    """
    unscored = (items < 0) | (categories < 0)
    lowest, highest = categories == 0, categories == pool.n_categories[items] - 1
    for group in pool.groups:
        if hasattr(group.model, "extremes"):
            row = np.minimum(np.searchsorted(group.rows, items), len(group.rows) - 1)
            here = group.rows[row] == items
            picked = row[here], categories[here]
            down, up = group.model.extremes(group.packed)
            lowest[here], highest[here] = down[picked], up[picked]
    return np.asarray((unscored | lowest).all(axis=1) | (unscored | highest).all(axis=1))


def prior_dominates(
    pool: Pool, items: IntArray, categories: IntArray, se: FloatArray, prior_sd: float
) -> BoolArray:
    """Return where the prior more than the data would make an estimate, (E,)."""
    wide = se * se > LARGEST_VARIANCE_RATIO * prior_sd * prior_sd
    return np.asarray(wide | constant(pool, items, categories))
