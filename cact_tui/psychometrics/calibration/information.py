"""The observed information of the marginal likelihood, in closed form.

Louis (1982) and Oakes (1999) state the same matrix. With s_rq the score of pattern r completed by
theta = node q, P_rq its posterior, s_r = sum over q of P_rq s_rq, and H_rq the second derivatives,

    I = - sum_r n_r sum_q P_rq H_rq - sum_r n_r (sum_q P_rq s_rq s_rq' - s_r s_r')

The first sum is what the M-step sees (Oakes' first term), the second is what is lost by not seeing
theta (the derivative of the expected counts, Oakes' second term). Both are sums of analytic
derivatives, so that no step size enters. Latent means and standard deviations are parameters like
others, with scores (theta - mean) / sd^2 and (theta - mean)^2 / sd^3 - 1 / sd.

The cross-product I = sum_r n_r s_r s_r' needs no posterior of pairs and suits thousands of
parameters; it agrees in large samples where the model holds.
"""

from collections.abc import Iterator

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.climbing import Place
from cact_tui.psychometrics.calibration.design import Design
from cact_tui.psychometrics.calibration.expectation import posteriors

LEAST_SHARE = 1e-12
"""A node with less than this share of the people adds nothing to the information."""


@attrs.frozen(kw_only=True, eq=False)
class Information:
    """Information and gradient at a point; the free parameters in the order of `columns`.

    Attributes:
        matrix: (P, P).
        gradient: Derivative of the objective, (P,).
    """

    matrix: FloatArray
    gradient: FloatArray


def observed_information(design: Design, place: Place) -> Information:
    """Return the observed information at a place, priors of the items included."""
    scores, posterior = _ScoreTables.of(design, place), _posterior(design, place)
    count = design.patterns.count
    matrix = _complete_information(design, place)
    means = np.zeros((len(count), scores.size))
    for q in _nodes_that_matter(posterior, count):
        weights = posterior[:, q]
        at_node = scores.at(q)
        means += weights[:, None] * at_node
        at_node *= np.sqrt(weights * count)[:, None]
        matrix -= at_node.T @ at_node
    weighted = means * np.sqrt(count)[:, None]
    matrix += weighted.T @ weighted
    return Information(matrix=matrix, gradient=_with_priors(design, place, count @ means))


def cross_product_information(design: Design, place: Place) -> Information:
    """Return the sum of the squared scores of the patterns, priors of the items included."""
    scores, posterior = _ScoreTables.of(design, place), _posterior(design, place)
    count = design.patterns.count
    means = np.zeros((len(count), scores.size))
    for q in _nodes_that_matter(posterior, count):
        means += posterior[:, q, None] * scores.at(q)
    weighted = means * np.sqrt(count)[:, None]
    matrix = weighted.T @ weighted
    for block, columns in zip(design.blocks, _columns(design), strict=True):
        matrix[columns, columns] += block.priors.precisions
    return Information(matrix=matrix, gradient=_with_priors(design, place, count @ means))


def _columns(design: Design) -> tuple[IntArray, ...]:
    """Return the columns of each block's parameters among all free parameters, each (J, p)."""
    ends = np.cumsum([0] + [len(block.items) * block.size for block in design.blocks])
    return tuple(
        np.arange(start, end).reshape(len(block.items), block.size)
        for block, start, end in zip(design.blocks, ends[:-1], ends[1:], strict=True)
    )


def item_columns(design: Design) -> dict[int, IntArray]:
    """Return the columns of each estimated item's parameters, by position of the item."""
    pairs = zip(design.blocks, _columns(design), strict=True)
    return {
        int(item): row
        for block, columns in pairs
        for item, row in zip(block.items, columns, strict=True)
    }


def latent_columns(design: Design) -> tuple[dict[int, int], dict[int, int]]:
    """Return the columns of the groups' free means and free standard deviations, by group."""
    at = sum(len(block.items) * block.size for block in design.blocks)
    means = {int(group): at + row for row, group in enumerate(np.flatnonzero(design.free_mean))}
    at += len(means)
    spreads = {int(group): at + row for row, group in enumerate(np.flatnonzero(design.free_sd))}
    return means, spreads


def _posterior(design: Design, place: Place) -> FloatArray:
    point = place.point
    return posteriors(design.patterns, design.table(point), design.log_weights(point))


def _nodes_that_matter(posterior: FloatArray, count: FloatArray) -> Iterator[int]:
    shares = count @ posterior / count.sum()
    return (int(q) for q in np.flatnonzero(shares > LEAST_SHARE))


def _with_priors(design: Design, place: Place, gradient: FloatArray) -> FloatArray:
    triples = zip(design.blocks, place.point.xi, _columns(design), strict=True)
    for block, xi, columns in triples:
        gradient[columns] += block.priors.gradient(xi)
    return gradient


def _complete_information(design: Design, place: Place) -> FloatArray:
    """Return minus the expected second derivatives: the information if theta were seen."""
    matrix = np.zeros((design.n_parameters, design.n_parameters))
    triples = zip(design.blocks, place.point.xi, _columns(design), strict=True)
    for block, xi, columns in triples:
        counts = place.expected.cells[block.cells]
        bends = block.kernel.curvature(xi, design.theta, block.D, counts)
        diagonal = np.arange(block.size)
        bends[:, diagonal, diagonal] -= block.priors.precisions
        matrix[columns[:, :, None], columns[:, None, :]] = -bends
    _add_latent_information(design, place, matrix)
    return matrix


def _add_latent_information(design: Design, place: Place, matrix: FloatArray) -> None:
    means, spreads = latent_columns(design)
    for group, nodes in enumerate(place.expected.nodes):
        mean, sd = place.point.mean[group], place.point.sd[group]
        away = (design.theta - mean) / sd
        if group in means:
            matrix[means[group], means[group]] = nodes.sum() / sd**2
        if group in spreads:
            column = spreads[group]
            matrix[column, column] = float(nodes @ (3 * away**2 - 1)) / sd**2
        if group in means and group in spreads:
            mixed = 2 * float(nodes @ away) / sd**2
            matrix[means[group], spreads[group]] = matrix[spreads[group], means[group]] = mixed


@attrs.frozen(kw_only=True, eq=False)
class _ScoreTables:
    """The scores of every pattern completed by a node, looked up by category.

    Attributes:
        size: The number of free parameters, P.
        tables: Of each block, scores by item and category, the last category standing for a
            missing answer: (Q, J (K + 1), p).
        rows: Of each block, the row of its table for each pattern and item, (R, J).
        latent: Scores of the latent parameters, (G, Q, L).
        group: Group of each pattern, (R,).
    """

    size: int
    tables: tuple[FloatArray, ...]
    rows: tuple[IntArray, ...]
    latent: FloatArray
    group: IntArray

    @classmethod
    def of(cls, design: Design, place: Place) -> "_ScoreTables":
        tables, rows = [], []
        for block, xi in zip(design.blocks, place.point.xi, strict=True):
            n_items, K = block.cells.shape
            scores = np.zeros((len(design.theta), n_items, K + 1, block.size))
            scores[:, :, :K] = block.scores(xi, design.theta).transpose(3, 0, 2, 1)
            tables.append(scores.reshape(len(design.theta), -1, block.size))
            categories = design.patterns.categories[:, block.items]
            rows.append(np.where(categories < 0, K, categories) + np.arange(n_items) * (K + 1))
        return cls(
            size=design.n_parameters,
            tables=tuple(tables),
            rows=tuple(rows),
            latent=_latent_scores(design, place),
            group=design.patterns.group,
        )

    def at(self, q: int) -> FloatArray:
        """Return the scores of all patterns completed by node q, (R, P)."""
        pairs = zip(self.tables, self.rows, strict=True)
        items = [table[q][rows].reshape(len(rows), -1) for table, rows in pairs]
        return np.concatenate((*items, self.latent[self.group, q]), axis=1)


def _latent_scores(design: Design, place: Place) -> FloatArray:
    """Return the scores of the free latent parameters, (G, Q, L)."""
    means, spreads = latent_columns(design)
    first = design.n_parameters - len(means) - len(spreads)
    scores = np.zeros((design.patterns.n_groups, len(design.theta), len(means) + len(spreads)))
    for group in range(design.patterns.n_groups):
        sd = place.point.sd[group]
        away = (design.theta - place.point.mean[group]) / sd
        if group in means:
            scores[group, :, means[group] - first] = away / sd
        if group in spreads:
            scores[group, :, spreads[group] - first] = (away**2 - 1) / sd
    return scores
