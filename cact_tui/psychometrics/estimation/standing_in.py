"""Estimates of another estimator where the first has none."""

from collections.abc import Callable

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.protocols import Estimates


def with_stand_in(estimates: Estimates, other: Callable[[IntArray], Estimates]) -> Estimates:
    """Return the estimates, with those of another estimator where they have fallen back.

    ``fallback`` becomes the name of the method that was really used. If the other estimator had no
    answer either for some examinees of a batch, both names are given, as ``wle/eap``.

    Args:
        estimates: The estimates of the first estimator.
        other: Makes the other one's estimates of some examinees, by their rows; asked only if
            there are any.
    """
    rows = np.flatnonzero(estimates.fell_back)
    if not rows.size:
        return estimates
    spare = other(rows)
    again = spare.fell_back
    names = [spare.method] * bool((~again).any()) + [spare.fallback] * bool(again.any())
    theta, se = estimates.theta.copy(), estimates.se.copy()
    dominated = estimates.prior_dominates.copy()
    theta[rows], se[rows], dominated[rows] = spare.theta, spare.se, spare.prior_dominates
    return attrs.evolve(
        estimates, theta=theta, se=se, prior_dominates=dominated, fallback="/".join(names)
    )
