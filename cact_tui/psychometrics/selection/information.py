"""Information: at the interim estimate, or weighed over theta."""

from typing import ClassVar

import attrs

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.selection.quadrature import Quadrature, information_on


@attrs.frozen
class MaximumInformation:
    """Maximum Fisher information at the interim estimate (Lord 1980, chapter 10)."""

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the expected information of each item at theta, (E, n); nothing is drawn."""
        return self.curves(examinees.pool, examinees.theta)

    def curves(self, pool: Pool, theta: FloatArray) -> FloatArray:
        """Return the expected information of all items at points of theta, (T, n)."""
        return pool.information(theta)

    def values(self, pool: Pool, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return the expected information of each examinee's own items, (E, W)."""
        return pool.information_at(items, theta)


@attrs.frozen(kw_only=True)
class LikelihoodWeightedInformation(Quadrature):
    """Information weighed by the likelihood (Veerkamp & Berger 1997), "MLWI".

        integral of L(theta) I_j(theta) d theta / integral of L(theta) d theta

    After a constant pattern the likelihood has no end, and the range of the nodes decides.
    """

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the weighed information, (E, n); nothing is drawn."""
        table = information_on(examinees.pool, self.grid(examinees.prior))
        return self.likelihood(examinees) @ table


@attrs.frozen(kw_only=True)
class PosteriorWeightedInformation(Quadrature):
    """Information weighed by the posterior (van der Linden 1998, eq. 11), "MPWI".

    integral of g(theta) L(theta) I_j(theta) d theta / integral of g(theta) L(theta) d theta
    """

    ratio_scale: ClassVar[bool] = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the weighed information, (E, n); nothing is drawn."""
        table = information_on(examinees.pool, self.grid(examinees.prior))
        return self.posterior(examinees) @ table
