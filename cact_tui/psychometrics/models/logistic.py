"""The logistic function and its complement, both exact in their own tail."""

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray

LARGEST_LOGIT = 700.0
"""Logits are held within +-700, where exp neither overflows nor underflows in double precision."""


def logistic_pair(logit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return L = 1 / (1 + exp(-z)) and M = 1 - L, each to full relative precision.

    M is exp(-z) L and not 1 - L, which would lose all digits in the upper tail.

    Args:
        logit: z, any shape, any finite value; held within +-700.
    """
    odds_against = np.exp(-np.minimum(np.maximum(logit, -LARGEST_LOGIT), LARGEST_LOGIT))
    upper = 1.0 / (1.0 + odds_against)
    return upper, odds_against * upper
