"""Compensatory models: the answer depends on theta through one linear predictor.

    P(X = k | theta) = P_k(eta),    eta = l' theta,    l the item's loadings, (s,)

where P_k is any model of one dimension, so that (Reckase 2009, chapter 4; Segall 1996)

    grad log P_k = l d log P_k / d eta
    Hessian of log P_k = l l' d2 log P_k / d eta2
    information matrix = l l' I(eta),    I the Fisher information of the one-dimensional model

No formula of a model is written twice: a `CompensatoryPool` is a `Pool` in eta and the loadings.

mirt's items (slopes a, intercepts d, asymptotes g and u, D = 1) become loadings l = a and items of
slope 1 in eta:

    2PL, 3PL, 4PL:  g + (u - g) / (1 + exp(-(a' theta + d)))         b = -d, c = g, d = u
    GRM ("graded"): P*_k = 1 / (1 + exp(-(a' theta + d_k)))          b_k = -d_k
    GPCM ("gpcm"):  P_k ~ exp(k a' theta + d_k), d_0 = 0, ak_k = k   b_k = -(d_k - d_(k-1))

An ordinary item (a, b) of scale j keeps its parameters and loads e_j; in mirt's terms that is the
slope a e_j and the intercept -a b.
"""

from collections.abc import Mapping, Sequence
from typing import Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray, read_only
from cact_tui.psychometrics.pool import TINY, ModelGroup, Pool
from cact_tui.psychometrics.protocols import Parameters

DICHOTOMOUS = ("2PL", "3PL", "4PL")


@attrs.frozen(kw_only=True, eq=False)
class Slopes:
    """The derivatives of the log likelihood of all answers of each examinee.

    Attributes:
        value: The log likelihood, (E,).
        gradient: Its gradient in theta, (E, s).
        observed: The negative Hessian, the observed information, (E, s, s).
        expected: The expected information of the items answered, (E, s, s).
    """

    value: FloatArray
    gradient: FloatArray
    observed: FloatArray
    expected: FloatArray


@attrs.frozen(kw_only=True, eq=False)
class CompensatoryPool:
    """Items of several dimensions.

    Attributes:
        pool: The items as models of the linear predictor eta.
        loadings: What each item loads, (n, s), in the order of the pool.
    """

    pool: Pool
    loadings: FloatArray = attrs.field(repr=False)

    @classmethod
    def of_slopes(
        cls,
        models: Sequence[str],
        slopes: FloatArray,
        intercepts: Sequence[Sequence[float]],
        asymptotes: Sequence[tuple[float, float]] | None = None,
    ) -> Self:
        """Compile items from slopes and intercepts; they keep the order given.

        Args:
            models: 2PL, 3PL, 4PL, GRM or GPCM, one for each item.
            slopes: mirt's a, (n, s).
            intercepts: mirt's d: one figure, or d_1, ..., d_m.
            asymptotes: mirt's (g, u) of each item; None: 0 and 1.

        Raises:
            ParameterError: An item cannot be used.
        """
        ends = asymptotes or [(0.0, 1.0)] * len(models)
        items = [_in_eta(*item) for item in zip(models, intercepts, ends, strict=True)]
        width = len(str(len(items)))
        ids = [f"{number:0{width}d}" for number in range(len(items))]
        loadings = read_only(np.array(slopes, dtype=np.float64))
        return cls(pool=Pool.compile(ids, models, items), loadings=loadings)

    @classmethod
    def between(cls, scales: Mapping[str, Pool]) -> Self:
        """Join the pools of a battery: each item loads 1 on its own scale and 0 on the others.

        The item ``id`` of a scale becomes ``scale/id``; items stand in ascending order of these.

        Args:
            scales: The pool of each scale, in the order of the dimensions.
        """
        names = [f"{scale}/{item}" for scale, pool in scales.items() for item in pool.ids]
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
        dimension = np.repeat(np.arange(len(scales)), [len(pool) for pool in scales.values()])
        loadings = np.eye(len(scales))[dimension[order]]
        return cls(pool=_joined(names, order, list(scales.values())), loadings=read_only(loadings))

    def __len__(self) -> int:
        return len(self.pool)

    @property
    def dimensions(self) -> int:
        """The number of dimensions, s."""
        return int(self.loadings.shape[1])

    def probabilities(self, theta: FloatArray) -> FloatArray:
        """Return P(X = k | theta), (T, n, K), 0 for categories an item has not; theta (T, s)."""
        items = np.arange(len(self))
        return np.moveaxis(self.pool.item_probabilities(items, self._eta(items, theta)), 0, 1)

    def eta_information(self, theta: FloatArray) -> FloatArray:
        """Return I(eta) of each item, (T, n); its information matrix is l l' I. theta (T, s)."""
        items = np.arange(len(self))
        eta = self._eta(items, theta)
        scores, _ = self.pool.item_log_derivatives(items, eta)
        return np.asarray((self.pool.item_probabilities(items, eta) * scores**2).sum(axis=-1).T)

    def information_matrices(self, theta: FloatArray) -> FloatArray:
        """Return the information matrix of each item, (T, n, s, s); theta (T, s)."""
        outer = self.loadings[:, :, None] * self.loadings[:, None, :]
        return np.asarray(self.eta_information(theta)[:, :, None, None] * outer)

    def test_information(self, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return the information matrices of the items of each examinee, added up, (E, s, s).

        Args:
            items: Positions in the pool, (E, L); -1 is padding.
            theta: One point for each examinee, (E, s).
        """
        given = np.where(items >= 0, 0, -1)
        return self.slopes(items, given, theta).expected

    def log_likelihood(
        self, items: IntArray, categories: IntArray, theta: FloatArray
    ) -> FloatArray:
        """Return the log likelihood of one examinee's answers at many points, (T,).

        Args:
            items: Positions in the pool, (L,); -1 is padding.
            categories: Categories scored, (L,); -1 is unscored.
            theta: Points, (T, s).
        """
        total = np.zeros(len(theta))
        for item, category in zip(items, categories, strict=True):
            if item >= 0 and category >= 0:
                one = np.array([item])
                chances = self.pool.item_probabilities(one, self._eta(one, theta))
                total += np.log(np.maximum(chances[0, :, category], TINY))
        return total

    def slopes(self, items: IntArray, categories: IntArray, theta: FloatArray) -> Slopes:
        """Return the log likelihood and its derivatives at one point for each examinee.

        Args:
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored. Neither contributes anything.
            theta: Points, (E, s).
        """
        examinee, place = self.pool.scored(items, categories).nonzero()
        item, category = items[examinee, place], categories[examinee, place]
        loads = self.loadings[item]
        eta = (loads * theta[examinee]).sum(axis=1)[:, None]
        chances = self.pool.item_probabilities(item, eta)[:, 0]
        scores, bends = (x[:, 0] for x in self.pool.item_log_derivatives(item, eta))
        answer = np.arange(len(item)), category
        outer = loads[:, :, None] * loads[:, None, :]
        n = len(items)
        fisher = (chances * scores**2).sum(axis=1)
        return Slopes(
            value=_added(np.log(np.maximum(chances[answer], TINY)), examinee, n),
            gradient=_added(scores[answer][:, None] * loads, examinee, n),
            observed=_added(-bends[answer][:, None, None] * outer, examinee, n),
            expected=_added(fisher[:, None, None] * outer, examinee, n),
        )

    def _eta(self, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return the linear predictors of some items at points (T, s), (m, T)."""
        return np.asarray(self.loadings[items] @ theta.T)


def _in_eta(model: str, intercepts: Sequence[float], ends: tuple[float, float]) -> Parameters:
    """Return the parameters of an item of slope 1 in eta."""
    if model in DICHOTOMOUS:
        values = {"a": 1.0, "b": -intercepts[0], "c": ends[0], "d": ends[1]}
        return {key: values[key] for key in "abcd"[: int(model[0])]}
    if model == "GPCM":
        return {"a": 1.0, "b": [-step for step in np.diff((0.0, *intercepts)).tolist()]}
    return {"a": 1.0, "b": [-d for d in intercepts]}


def _joined(names: Sequence[str], order: IntArray, pools: Sequence[Pool]) -> Pool:
    """Return one pool of several; item ``order[i]`` of them all comes at position i."""
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    first = np.cumsum([0, *map(len, pools)])
    groups: dict[tuple[str, int], list[tuple[IntArray, ModelGroup]]] = {}
    for offset, pool in zip(first, pools, strict=False):
        for group in pool.groups:
            rows = position[offset + group.rows]
            groups.setdefault((group.model.name, group.n_categories), []).append((rows, group))
    models = [name for pool in pools for name in pool.models]
    return Pool(
        ids=tuple(names[at] for at in order),
        models=tuple(models[at] for at in order),
        D=read_only(np.concatenate([pool.D for pool in pools])[order]),
        n_categories=read_only(np.concatenate([pool.n_categories for pool in pools])[order]),
        groups=tuple(_joined_group(members) for _, members in sorted(groups.items())),
    )


def _joined_group(members: Sequence[tuple[IntArray, ModelGroup]]) -> ModelGroup:
    rows = np.concatenate([rows for rows, _ in members])
    order = np.argsort(rows)
    first = members[0][1]
    return ModelGroup(
        model=first.model,
        rows=read_only(rows[order]),
        packed=read_only(np.concatenate([group.packed for _, group in members])[order]),
        D=read_only(np.concatenate([group.D for _, group in members])[order]),
        n_categories=first.n_categories,
    )


def _added(values: FloatArray, examinee: IntArray, n: int) -> FloatArray:
    """Return sums over each examinee's answers, (m, ...) to (E, ...)."""
    total = np.zeros((n, *values.shape[1:]))
    np.add.at(total, examinee, values)
    return total
