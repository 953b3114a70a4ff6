"""Items whose difficulty suits the examinee."""

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.checks import above, below
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.selection.places import LOGISTIC, difficulties, others, peaks
from cact_tui.psychometrics.selection.quadrature import chances_at

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules


@attrs.frozen
class NearestDifficulty:
    """The difficulty nearest to the interim estimate (Urry 1970), "bOpt": score -|theta - b|.

    For items scored right or wrong.
    """

    ratio_scale: ClassVar[bool] = False

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return minus the distances, (E, n); nothing is drawn."""
        return self.curves(examinees.pool, examinees.theta)

    def curves(self, pool: Pool, theta: FloatArray) -> FloatArray:
        """Return minus the distances of all items from points of theta, (T, n)."""
        return -np.abs(theta[:, None] - difficulties(pool))

    def values(self, pool: Pool, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return minus the distances of each examinee's own items, (E, W)."""
        return -np.abs(theta[:, None] - difficulties(pool)[items])

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse items that have not one difficulty."""
        return others(pool, LOGISTIC, "one difficulty b")


@attrs.frozen
class NearestPeak:
    """The point of maximum information nearest to the interim estimate, "thOpt".

    The score is -|theta - theta*_j| with `places.peaks` (Li & Schafer 2005; Magis 2013). For items
    scored right or wrong.
    """

    ratio_scale: ClassVar[bool] = False

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return minus the distances, (E, n); nothing is drawn."""
        return self.curves(examinees.pool, examinees.theta)

    def curves(self, pool: Pool, theta: FloatArray) -> FloatArray:
        """Return minus the distances of all items from points of theta, (T, n)."""
        return -np.abs(theta[:, None] - peaks(pool))

    def values(self, pool: Pool, items: IntArray, theta: FloatArray) -> FloatArray:
        """Return minus the distances of each examinee's own items, (E, W)."""
        return -np.abs(theta[:, None] - peaks(pool)[items])

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse items whose point of maximum information has no formula."""
        return others(pool, LOGISTIC, "one point of maximum information")


@attrs.frozen
class TargetSuccess:
    """The expected score nearest to a share of the highest (Bergstrom, Lunz & Gershon 1992).

    The score is -|E(X | theta) / (K - 1) - rate|; for right or wrong items E(X) is the probability
    of a right answer. A rate above one half makes the test easier than is efficient.

    Attributes:
        rate: The share aimed at, between 0 and 1.
    """

    ratio_scale: ClassVar[bool] = False

    rate: float = attrs.field(default=0.5, validator=[above(0), below(1)])

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return minus the distances from the rate, (E, n); nothing is drawn."""
        pool = examinees.pool
        categories = np.arange(pool.most_categories)[:, None]
        expected = (chances_at(pool, examinees.theta) * categories).sum(axis=1)
        return np.asarray(-np.abs(expected / (pool.n_categories - 1) - self.rate))

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse items whose categories have no order."""
        ordered = tuple(sorted({*pool.models} - {"NRM"}))
        return others(pool, ordered, "categories in order") if "NRM" in pool.models else ()
