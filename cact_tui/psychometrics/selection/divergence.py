"""Divergence: how differently an item would be answered at other thetas that are still likely."""

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.estimation.grids import log_trapezoid_weights
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import TINY, Pool
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.selection.quadrature import (
    Quadrature,
    by_category,
    chances_at,
    chances_on,
    in_chunks,
    logs_on,
)

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules

RIGHT = 1
"""The category of a right answer."""


@attrs.frozen(kw_only=True)
class KullbackLeibler(Quadrature):
    """Kullback-Leibler information weighed by the likelihood (Chang & Ying 1996), "KL".

        integral of L(theta) KL_j(theta) d theta / integral of L(theta) d theta
        KL_j(theta) = sum of P_k(estimate) log(P_k(estimate) / P_k(theta))

    The sum over nodes is taken of log P_k once; so a choice costs one product of matrices.
    """

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the weighed divergence, (E, n), 0 or more; nothing is drawn."""
        return _divergence(examinees, self.grid(examinees.prior), self.likelihood(examinees))


@attrs.frozen(kw_only=True)
class PosteriorKullbackLeibler(Quadrature):
    """Kullback-Leibler information weighed by the posterior (Chang & Ying 1996), "KLP".

    The weight is g(theta) L(theta): it uses the prior, and so has a first item, too.
    """

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the weighed divergence, (E, n), 0 or more; nothing is drawn."""
        return _divergence(examinees, self.grid(examinees.prior), self.posterior(examinees))


def _divergence(examinees: Examinees, grid: FloatArray, weights: FloatArray) -> FloatArray:
    pool = examinees.pool
    logs = logs_on(pool, grid)

    def of(rows: "np.typing.NDArray[np.int64]") -> FloatArray:
        here = chances_at(pool, examinees.theta[rows])
        surprise = np.log(np.maximum(here, TINY)) - by_category(weights[rows], logs)
        return np.asarray(np.maximum((here * surprise).sum(axis=1), 0.0))

    return in_chunks(len(examinees), 3 * logs.shape[0] * logs.shape[1], of)


def _only_right_and_wrong(pool: Pool) -> tuple[SettingProblem, ...]:
    several = np.flatnonzero(pool.n_categories > 2)  # noqa: PLR2004 - right and wrong
    if not several.size:
        return ()
    return (
        SettingProblem(
            key="rule",
            message=f"is defined for items scored right or wrong, but {pool.ids[several[0]]} has "
            f"{pool.n_categories[several[0]]} categories.",
            cure="Use klp, or another rule for items of any kind.",
        ),
    )


@attrs.frozen(kw_only=True)
class GlobalDiscrimination(Quadrature):
    """The global discrimination index over the likelihood (Kaplan, de la Torre & Barrada 2015).

        GDI_j = sum of w_t (P_j(theta_t) - mean of P_j)^2,    w_t proportional to L(theta_t)

    For items scored right or wrong. Each node counts fully, the ends too.
    """

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the variance of P, (E, n); nothing is drawn."""
        return _spread(examinees, self.grid(examinees.prior), self.likelihood(examinees))

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse items with more than two categories."""
        return _only_right_and_wrong(pool)


@attrs.frozen(kw_only=True)
class PosteriorGlobalDiscrimination(Quadrature):
    """The global discrimination index over the posterior, "GDIP": w_t ~ g(theta_t) L(theta_t)."""

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the variance of P, (E, n); nothing is drawn."""
        return _spread(examinees, self.grid(examinees.prior), self.posterior(examinees))

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse items with more than two categories."""
        return _only_right_and_wrong(pool)


def _spread(examinees: Examinees, grid: FloatArray, weights: FloatArray) -> FloatArray:
    shares = weights / np.exp(log_trapezoid_weights(len(grid)))
    shares /= shares.sum(axis=1, keepdims=True)
    right = chances_on(examinees.pool, grid)[RIGHT].T
    squares = examinees.pool.derived(("P^2", grid.tobytes()), lambda: right * right)
    return np.asarray(np.maximum(shares @ squares - (shares @ right) ** 2, 0.0))
