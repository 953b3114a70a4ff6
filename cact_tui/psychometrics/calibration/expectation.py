"""The E-step: what is expected of theta given the responses and the present parameters.

With A_q the weight of node q and L_rq the likelihood of pattern r at it (Bock & Aitkin 1981):

    P_rq = L_rq A_q / sum over q of L_rq A_q
    counts of cell c at node q = sum over r of n_r x_rc P_rq
    log-likelihood = sum over r of n_r log(sum over q of L_rq A_q)
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.patterns import Patterns

LEAST_LOG = -300.0
"""Log share below which a node bears nothing; smaller shares only slow the processor down."""


@attrs.frozen(kw_only=True)
class Expected:
    """What the E-step found.

    Attributes:
        log_likelihood: Marginal log-likelihood of all responses; NaN or -inf where the parameters
            are no point of their models' space.
        cells: Expected people in each cell at each node, (C, Q).
        nodes: Expected people of each group at each node, (G, Q).
    """

    log_likelihood: float
    cells: FloatArray
    nodes: FloatArray


def expect(patterns: Patterns, table: FloatArray, log_weights: FloatArray) -> Expected:
    """Return what is expected under a table of log probabilities.

    Args:
        patterns: The responses.
        table: log P of each cell at each node, (C, Q).
        log_weights: Log weights of the nodes for each group, (G, Q), each group's summing to 1.
    """
    cells = np.zeros_like(table)
    nodes = np.zeros((patterns.n_groups, table.shape[1]))
    total = 0.0
    for rows, indicator in patterns.blocks():
        posterior, logs = normalised(indicator @ table + log_weights[patterns.group[rows]])
        count = patterns.count[rows]
        total += float(count @ logs)
        posterior *= count[:, None]
        cells += indicator.T @ posterior
        for group in range(patterns.n_groups):
            nodes[group] += (patterns.group[rows] == group) @ posterior
    return Expected(log_likelihood=total, cells=cells, nodes=nodes)


def log_joint(patterns: Patterns, table: FloatArray, log_weights: FloatArray) -> FloatArray:
    """Return log L + log A of each pattern at each node, (R, Q); arguments as of `expect`."""
    found = [
        indicator @ table + log_weights[patterns.group[rows]]
        for rows, indicator in patterns.blocks()
    ]
    return np.concatenate(found)


def posteriors(patterns: Patterns, table: FloatArray, log_weights: FloatArray) -> FloatArray:
    """Return each pattern's posterior over the nodes, (R, Q); arguments as of `expect`."""
    return normalised(log_joint(patterns, table, log_weights))[0]


def normalised(logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return posteriors (R, Q) and log marginal likelihoods (R,) from log L + log A."""
    largest = logs.max(axis=1, keepdims=True)
    shares = np.exp(np.maximum(logs - largest, LEAST_LOG))
    sums = shares.sum(axis=1, keepdims=True)
    shares /= sums
    return shares, (largest + np.log(sums))[:, 0]
