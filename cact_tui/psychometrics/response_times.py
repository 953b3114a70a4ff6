"""Response times: answers too fast to have been thought about, and a person's own pace.

Times and expected times are in seconds, (E, L); NaN stands for no time. A flag is a reason to look,
never a verdict, and no score depends on it.

The lognormal model (van der Linden 2006) with the expected time m of the item as its median and one
spread s for all items:

    log t = log m - pace + s e,    e ~ N(0, 1)

A pace of 0 is the expected one, 0.69 is twice as fast. Against the person's own pace, estimated
from the other answers, the residual is a standard normal figure:

    z_i = (log t_i - log m_i + pace_(-i)) / (s sqrt(1 + 1 / (n - 1)))
"""

import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray

SHARE = 0.10
"""An answer within a tenth of the expected time is a guess (NT10: Wise & Ma 2012)."""
LONGEST = 10.0
"""The threshold of a guess is never above 10 seconds (Wise & Ma 2012)."""
SPREAD = 0.5
"""The standard deviation of log times about a person's pace; 0.3 to 0.6 is usual."""
MOST_DEVIANT = -2.576
"""Residuals below this come up in one fitting answer of two hundred."""
HALF = 0.5
"""An answer within half of the expected time may be too fast for a slow person."""


def pace(seconds: FloatArray, expected: FloatArray) -> FloatArray:
    """Return each person's pace, the mean of log(expected / seconds), (E,); NaN without times.

    Args:
        seconds: Times of the answers, above 0, (E, L); NaN where there is none.
        expected: Expected times of the same items, above 0, (E, L).
    """
    gains = np.log(expected / seconds)
    counts = np.isfinite(gains).sum(axis=1)
    return np.where(counts > 0, np.nansum(gains, axis=1) / np.maximum(counts, 1), np.nan)


def residuals(seconds: FloatArray, expected: FloatArray, spread: float = SPREAD) -> FloatArray:
    """Return z, (E, L); NaN where there is no time, or no other time to know the pace by.

    Args:
        seconds: Times of the answers, above 0, (E, L); NaN where there is none.
        expected: Expected times of the same items, above 0, (E, L).
        spread: s, above 0.
    """
    gains = np.log(expected / seconds)
    counts = np.isfinite(gains).sum(axis=1, keepdims=True)
    others = np.where(counts > 1, counts - 1, np.nan)
    own_pace = (np.nansum(gains, axis=1, keepdims=True) - gains) / others
    return np.asarray((own_pace - gains) / (spread * np.sqrt(1.0 + 1.0 / others)))


def guesses(
    seconds: FloatArray, expected: FloatArray, share: float = SHARE, longest: float = LONGEST
) -> BoolArray:
    """Return which answers came too fast for anybody, (E, L).

    They took less than ``share`` of the expected time, and less than ``longest`` seconds. The share
    of the other answers is the response time effort of Wise & Kong (2005).

    Args:
        seconds: Times of the answers, (E, L); NaN where there is none.
        expected: Expected times of the same items, (E, L).
        share: The part of the expected time that makes the threshold, between 0 and 1.
        longest: The highest threshold in seconds.
    """
    return np.asarray(seconds < np.minimum(share * expected, longest))


def too_fast(
    seconds: FloatArray,
    expected: FloatArray,
    spread: float = SPREAD,
    most_deviant: float = MOST_DEVIANT,
) -> BoolArray:
    """Return which answers came too fast, for anybody or for the person who gave them, (E, L).

    An answer is flagged if it is one of the `guesses`, or if it is deviant for the person's own
    pace and took less than half of the expected time besides: whoever is slow everywhere may be
    quick once.

    Args:
        seconds: Times of the answers, (E, L); NaN where there is none.
        expected: Expected times of the same items, (E, L).
        spread: The standard deviation of log times about a person's pace.
        most_deviant: The residual below which an answer is deviant.
    """
    deviant = residuals(seconds, expected, spread) < most_deviant
    return np.asarray(guesses(seconds, expected) | (deviant & (seconds < HALF * expected)))
