"""What is to be estimated: items with their models, groups with their distributions of theta.

The metric must come from somewhere. Without fixed items, theta of group 0 has mean 0, and standard
deviation 1 unless some estimated item has a given slope (1PL, PCM), in which case the slope is the
unit and the standard deviation is estimated. With fixed items the metric is theirs, and mean and
standard deviation of every group are estimated. Groups other than 0 always have both estimated;
what links them are the items they share.
"""

from collections.abc import Sequence

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray, read_only
from cact_tui.psychometrics.calibration.blocks import Block, ItemPriors
from cact_tui.psychometrics.calibration.cumulative import GRM
from cact_tui.psychometrics.calibration.guessing import THREE_PL
from cact_tui.psychometrics.calibration.kernels import Kernel
from cact_tui.psychometrics.calibration.linear import GPCM, NRM, ONE_PL, PCM, TWO_PL
from cact_tui.psychometrics.calibration.patterns import Patterns
from cact_tui.psychometrics.protocols import Model, Parameters
from cact_tui.psychometrics.registry import MODELS, load

KERNELS: dict[str, Kernel] = {
    kernel.name: kernel for kernel in (ONE_PL, TWO_PL, THREE_PL, GRM, GPCM, PCM, NRM)
}
"""The models that can be estimated, by name."""

SMALLEST_CHANCE = 1e-300


@attrs.frozen(kw_only=True)
class GuessingPrior:
    """A normal prior of the logit of c; -1.386 is c = .20, and with sd .5 95 % lie in .09..40."""

    mean: float = -1.386
    sd: float = 0.5


@attrs.frozen(kw_only=True)
class CalibrationItem:
    """One item to be estimated, or one whose parameters are known.

    Attributes:
        model: Model by name. One that is fixed may have any registered model.
        n_categories: K.
        D: Scaling constant.
        fixed: Known parameters; None: they are estimated.
        guessing: Prior of the logit of c, for the 3PL.
    """

    model: str
    n_categories: int = 2
    D: float = 1.0
    fixed: Parameters | None = None
    guessing: GuessingPrior | None = None


@attrs.frozen(kw_only=True, eq=False)
class Point:
    """A point in the space of parameters.

    Attributes:
        xi: Parameters of the items of each block, each (J, p).
        mean: Mean of theta in each group, (G,).
        sd: Standard deviation of theta in each group, (G,).
    """

    xi: tuple[FloatArray, ...]
    mean: FloatArray
    sd: FloatArray

    def vector(self) -> FloatArray:
        """Return all parameters as one vector, standard deviations as logs."""
        return np.concatenate((*(block.ravel() for block in self.xi), self.mean, np.log(self.sd)))

    def at(self, vector: FloatArray) -> "Point":
        """Return the point of the same space with that vector."""
        ends = np.cumsum([block.size for block in self.xi])
        *blocks, rest = np.split(vector, ends)
        shaped = zip(blocks, self.xi, strict=True)
        mean, log_sd = np.split(rest, 2)
        return Point(
            xi=tuple(part.reshape(block.shape) for part, block in shaped),
            mean=mean,
            sd=np.exp(np.clip(log_sd, -20.0, 20.0)),
        )


@attrs.frozen(kw_only=True, eq=False)
class Design:
    """All that does not change while parameters are estimated.

    Attributes:
        items: The items.
        patterns: The responses.
        theta: Nodes, (Q,).
        blocks: The items to be estimated.
        fixed: log P of each cell of the fixed items at each node, 0 elsewhere, (C, Q).
        free_mean: Whether a group's mean is estimated, (G,).
        free_sd: Whether its standard deviation is, (G,).
    """

    items: tuple[CalibrationItem, ...]
    patterns: Patterns
    theta: FloatArray
    blocks: tuple[Block, ...]
    fixed: FloatArray
    free_mean: IntArray
    free_sd: IntArray

    @classmethod
    def of(
        cls, patterns: Patterns, items: Sequence[CalibrationItem], theta: FloatArray
    ) -> "Design":
        """Return the design of responses to items on nodes of theta (Q,)."""
        blocks = _blocks(patterns, items)
        anchored = any(item.fixed is not None for item in items)
        others = np.arange(patterns.n_groups) > 0
        given = any(block.kernel.fixes_slope for block in blocks)
        return cls(
            items=tuple(items),
            patterns=patterns,
            theta=read_only(theta),
            blocks=blocks,
            fixed=_fixed_table(patterns, items, theta),
            free_mean=(others | anchored).astype(np.int64),
            free_sd=(others | anchored | given).astype(np.int64),
        )

    def start(self) -> Point:
        """Return starting values: from the shares of the categories, theta as N(0, 1)."""
        counts = self.patterns.cell_counts
        points = []
        for block in self.blocks:
            shares = counts[block.cells] + 0.5
            shares /= shares.sum(axis=1, keepdims=True)
            points.append(block.kernel.start(shares, block.D))
        groups = np.ones(self.patterns.n_groups)
        return Point(xi=tuple(points), mean=0 * groups, sd=groups)

    def rows(self, point: Point) -> dict[int, FloatArray]:
        """Return xi (p,) of each estimated item by its position."""
        return {
            int(item): row
            for block, xi in zip(self.blocks, point.xi, strict=True)
            for item, row in zip(block.items, xi, strict=True)
        }

    def assembled(self, rows: dict[int, FloatArray], mean: FloatArray, sd: FloatArray) -> Point:
        """Return the point with these xi by position of the item, and these groups."""
        xi = tuple(np.stack([rows[int(item)] for item in block.items]) for block in self.blocks)
        return Point(xi=xi, mean=mean, sd=sd)

    def table(self, point: Point) -> FloatArray:
        """Return log P of each cell at each node, (C, Q)."""
        table = self.fixed.copy()
        for block, xi in zip(self.blocks, point.xi, strict=True):
            table[block.cells] = block.log_probabilities(xi, self.theta)
        return table

    def log_weights(self, point: Point) -> FloatArray:
        """Return the log weights of the nodes for each group: its normal density, (G, Q)."""
        logs = -0.5 * ((self.theta - point.mean[:, None]) / point.sd[:, None]) ** 2
        logs -= logs.max(axis=1, keepdims=True)
        return np.asarray(logs - np.log(np.exp(logs).sum(axis=1, keepdims=True)))

    def log_prior(self, point: Point) -> float:
        """Return the log density of the items' priors, up to a constant."""
        pairs = zip(self.blocks, point.xi, strict=True)
        return float(sum(block.priors.log_density(xi).sum() for block, xi in pairs))

    @property
    def n_parameters(self) -> int:
        """The number of parameters that are estimated."""
        items = sum(len(block.items) * block.size for block in self.blocks)
        return items + int(self.free_mean.sum() + self.free_sd.sum())


def _blocks(patterns: Patterns, items: Sequence[CalibrationItem]) -> tuple[Block, ...]:
    members: dict[tuple[str, int], list[int]] = {}
    for position, item in enumerate(items):
        if item.fixed is None:
            members.setdefault((item.model, item.n_categories), []).append(position)
    return tuple(_block(patterns, items, rows) for _, rows in sorted(members.items()))


def _block(patterns: Patterns, items: Sequence[CalibrationItem], rows: list[int]) -> Block:
    first = items[rows[0]]
    kernel = KERNELS[first.model]
    positions = np.array(rows, dtype=np.int64)
    return Block(
        kernel=kernel,
        items=positions,
        cells=patterns.first_cell[positions][:, None] + np.arange(first.n_categories),
        D=np.array([items[row].D for row in rows]),
        priors=_priors([items[row] for row in rows], kernel.size(first.n_categories)),
    )


def _priors(items: Sequence[CalibrationItem], size: int) -> ItemPriors:
    means, precisions = np.zeros((len(items), size)), np.zeros((len(items), size))
    for row, item in enumerate(items):
        if item.guessing is not None and item.model == THREE_PL.name:
            means[row, -1] = item.guessing.mean
            precisions[row, -1] = item.guessing.sd**-2
    return ItemPriors(means=means, precisions=precisions)


def _fixed_table(
    patterns: Patterns, items: Sequence[CalibrationItem], theta: FloatArray
) -> FloatArray:
    table = np.zeros((patterns.n_cells, len(theta)))
    for item, first in zip(items, patterns.first_cell, strict=True):
        if item.fixed is None:
            continue
        model: Model = load(MODELS, item.model)
        packed = model.pack([item.fixed])
        chances = model.probabilities(packed, theta, np.full_like(theta, item.D))
        table[first : first + item.n_categories] = np.log(np.maximum(chances, SMALLEST_CHANCE)).T
    return table
