"""The simulated pools of `benchmarks.battery`, their linear forms, and what those forms reach."""

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.pool import Pool

GRADED, RIGHT_WRONG = 9, 13
ITEMS = 60
"""Items in the pool of each scale."""
GRID = np.linspace(-6.0, 6.0, 121)
"""Nodes of the likelihoods of the scales."""
PLACES = np.linspace(-4.0, 4.0, 321)
"""Where the information of the items is tabled."""
NODES = np.arange(-2.5, 2.75, 0.25)
"""Where the linear test's standard error is tabled."""

NEAR = 0.15
"""Estimates within this of a node are averaged there."""
ENOUGH = 10
"""A node with fewer estimates near takes its standard error from its neighbours."""

Form = Callable[[Pool, int], IntArray]
"""How a linear form of some length is taken from a pool."""


@attrs.frozen(kw_only=True, eq=False)
class Bank:
    """The pools of s scales of n items each, tabled.

    Attributes:
        pools: The pool of each scale.
        information: Fisher information at `PLACES`, (s, P, n).
        log_chances: log P on `GRID`, (s, n, K, T).
    """

    pools: tuple[Pool, ...]
    information: FloatArray
    log_chances: FloatArray

    @classmethod
    def of(cls, pools: Sequence[Pool]) -> "Bank":
        """Table some pools."""
        log_chances = np.zeros((len(pools), ITEMS, 4, len(GRID)))
        for scale, pool in enumerate(pools):
            chances = np.moveaxis(pool.probabilities(GRID), 0, 2)
            log_chances[scale, :, : pool.most_categories] = np.log(chances)
        return cls(
            pools=tuple(pools),
            information=np.stack([pool.information(PLACES) for pool in pools]),
            log_chances=log_chances,
        )

    def part(self, scales: slice) -> "Bank":
        """Return the bank of some of the scales."""
        return Bank(
            pools=self.pools[scales],
            information=self.information[scales],
            log_chances=self.log_chances[scales],
        )

    def answers(self, theta: FloatArray, rng: np.random.Generator) -> IntArray:
        """Return what persons (E, s) answer to every item, (E, s, n)."""
        given = []
        for scale, pool in enumerate(self.pools):
            passed = rng.random((len(theta), ITEMS, 1)) >= pool.probabilities(
                theta[:, scale]
            ).cumsum(axis=2)
            given.append(np.minimum(passed.sum(axis=2), pool.n_categories - 1))
        return np.stack(given, axis=1)


@attrs.frozen(kw_only=True, eq=False)
class Scores:
    """Estimates (E, s), their standard errors (E, s) and the items they took, (E, s)."""

    theta: FloatArray
    se: FloatArray
    items: IntArray


def drawn_pools(rng: np.random.Generator, D: float = 1.702) -> list[Pool]:
    """Return the 9 graded pools and the 13 right/wrong ones.

    Graded items have four categories (GRM): a lognormal(log 0.7, 0.3), the middle threshold N(0, 1)
    and the others 0.5 to 1.3 from it, uniformly. Right/wrong items are 3PL: a lognormal(0, 0.3),
    b N(0, 1), c uniform on 0.15 to 0.25.
    """
    ids = [f"I{number:02d}" for number in range(ITEMS)]
    pools = []
    for _ in range(GRADED):
        a, b = 0.7 * rng.lognormal(0.0, 0.3, ITEMS), rng.normal(0.0, 1.0, ITEMS)
        low, high = b - rng.uniform(0.5, 1.3, ITEMS), b + rng.uniform(0.5, 1.3, ITEMS)
        graded = [{"a": a[i], "b": [low[i], b[i], high[i]]} for i in range(ITEMS)]
        pools.append(Pool.compile(ids, ["GRM"] * ITEMS, graded, D))
    for _ in range(RIGHT_WRONG):
        a, b = rng.lognormal(0.0, 0.3, ITEMS), rng.normal(0.0, 1.0, ITEMS)
        c = rng.uniform(0.15, 0.25, ITEMS)
        right_wrong = [{"a": a[i], "b": b[i], "c": c[i]} for i in range(ITEMS)]
        pools.append(Pool.compile(ids, ["3PL"] * ITEMS, right_wrong, D))
    return pools


def representative(pool: Pool, count: int) -> IntArray:
    """Return items at evenly spaced ranks of difficulty: a form like the pool."""
    packed = pool.groups[0].packed
    difficulty = packed[:, 2] if pool.models[0] == "GRM" else packed[:, 1]
    ranks = np.floor((np.arange(count) + 0.5) * ITEMS / count).astype(np.int64)
    return np.argsort(difficulty)[ranks]


def most_informative(pool: Pool, count: int) -> IntArray:
    """Return the items with the most information on average over N(0, 1): the best form."""
    average = np.exp(-0.5 * PLACES**2) @ pool.information(PLACES)
    return np.argsort(-average)[:count]


def likelihoods(bank: Bank, answers: IntArray, forms: Sequence[IntArray]) -> FloatArray:
    """Return the log likelihood of linear forms on `GRID`, (E, s, T)."""
    rows = [
        bank.log_chances[scale][form, answers[:, scale][:, form]].sum(axis=1)
        for scale, form in enumerate(forms)
    ]
    return np.stack(rows, axis=1)


def by_itself(log_likelihood: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation under N(0, 1), (..., T) to (...)."""
    weights = np.exp(log_likelihood - 0.5 * GRID**2)
    weights /= weights.sum(axis=-1, keepdims=True)
    mean = weights @ GRID
    return mean, np.sqrt(weights @ GRID**2 - mean**2)


def linear_scores(bank: Bank, answers: IntArray, forms: Sequence[IntArray]) -> Scores:
    """Return what a linear test says of each scale by itself."""
    theta, se = by_itself(likelihoods(bank, answers, forms))
    items = np.tile([len(form) for form in forms], (len(theta), 1))
    return Scores(theta=theta, se=se, items=items)


def targets(bank: Bank, forms: Sequence[IntArray], rng: np.random.Generator) -> FloatArray:
    """Return the mean standard error of linear forms where their estimate is at `NODES`, (s, N)."""
    theta = np.tile(rng.uniform(-3.0, 3.0, (3000, 1)), len(bank.pools))
    scores = linear_scores(bank, bank.answers(theta, rng), forms)
    rows = []
    for scale in range(len(bank.pools)):
        near = np.abs(scores.theta[:, scale] - NODES[:, None]) < NEAR
        counts = near.sum(axis=1)
        mean = (near @ scores.se[:, scale]) / np.maximum(counts, 1)
        seen = counts >= ENOUGH
        rows.append(np.interp(NODES, NODES[seen], mean[seen]))
    return np.array(rows)
