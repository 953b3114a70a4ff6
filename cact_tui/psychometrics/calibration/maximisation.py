"""The M-step: the parameters of each item that fit its expected counts best.

Fisher scoring with the derivatives of the kernels: with S = d log P / d xi, r_kq the expected
counts, n_q their sum over the categories, and m, W the mean and precision of the item's prior,

    step = (sum n_q P_kq S S' + W)^-1 (sum r_kq S - W (xi - m))

For models linear in their parameters this is Newton's method. All items of a block step together; a
step that lowers an item's own objective is halved, so the M-step never falls.
"""

from collections.abc import Callable

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.blocks import Block
from cact_tui.psychometrics.calibration.kernels import covariances

MOST_STEPS = 12
MOST_HALVINGS = 25
SMALL_STEP = 1e-9
LONGEST_STEP = 2.0
"""No parameter moves further at once: far away the quadratic approximation is worthless."""
RIDGE = 1e-9
"""Added to the information, relative to its diagonal, so that it can be inverted."""
ROUNDING = 1e-13
"""A fall below this share of the objective is rounding."""


def maximise(block: Block, xi: FloatArray, theta: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the parameters (J, p) that maximise the objective of each item of a block.

    Args:
        block: The items.
        xi: Where to begin, (J, p).
        theta: Nodes, (Q,).
        counts: Expected counts, (J, K, Q).
    """

    def objective(xi: FloatArray) -> FloatArray:
        return block.objective(xi, theta, counts)

    value = objective(xi)
    for _ in range(MOST_STEPS):
        step = _step(block, xi, theta, counts)
        xi, value = _halved(objective, xi, value, step)
        if np.abs(step).max(initial=0.0) < SMALL_STEP:
            break
    return xi


def _step(block: Block, xi: FloatArray, theta: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the scoring step of each item, (J, p), no parameter's longer than `LONGEST_STEP`."""
    scores = block.scores(xi, theta)
    gradient = np.einsum("jakq,jkq->ja", scores, counts) + block.priors.gradient(xi)
    chances = np.exp(block.log_probabilities(xi, theta))
    information = covariances(chances * counts.sum(axis=1, keepdims=True), scores, scores)
    diagonal = np.arange(block.size)
    information[:, diagonal, diagonal] += block.priors.precisions
    information[:, diagonal, diagonal] *= 1 + RIDGE
    information[:, diagonal, diagonal] += RIDGE
    step = np.linalg.solve(information, gradient[..., None])[..., 0]
    longest = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step * (LONGEST_STEP / np.maximum(longest, LONGEST_STEP)))


def _halved(
    objective: Callable[[FloatArray], FloatArray],
    xi: FloatArray,
    value: FloatArray,
    step: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the items moved by their steps, each halved until it does not fall, and its value."""
    share = np.ones((len(xi), 1))
    for _ in range(MOST_HALVINGS):
        moved = xi + share * step
        found = objective(moved)
        fallen = found < value - ROUNDING * np.abs(value)
        if not fallen.any():
            return moved, found
        share[fallen] *= 0.5
    return np.where(fallen[:, None], xi, moved), np.where(fallen, value, found)
