"""The stop rule that looks ahead: what another item would still bring."""

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray
from cact_tui.psychometrics.checks import above, at_least, finite
from cact_tui.psychometrics.estimation.posterior import moments
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.selection.expected import expected_variance
from cact_tui.psychometrics.selection.quadrature import Quadrature

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules


@attrs.frozen(kw_only=True)
class PredictedReduction(Quadrature):
    """Another item would not reduce the standard error enough (Choi, Grady & Dodd 2011), "PSER".

    The reduction is that of the posterior standard deviation by the best open item,

        sd - sqrt(min over open items of the expected posterior variance)

    and the test may end when the standard error has reached its aim and the reduction is below
    ``on_target``, or has not and the reduction is below ``short_of_target``. An aim that is out of
    reach then costs no more items, and one that is reached easily may be passed.

    Attributes:
        at_most: The standard error aimed at.
        short_of_target: The least reduction that is worth an item before the aim is reached.
        on_target: The least reduction that is worth an item after that.
    """

    name: ClassVar[str] = "predicted_reduction"

    at_most: float = attrs.field(validator=[finite, above(0)])
    short_of_target: float = attrs.field(default=0.01, validator=[finite, at_least(0)])
    on_target: float = attrs.field(default=0.03, validator=[finite, at_least(0)])

    def met(self, examinees: Examinees) -> BoolArray:
        """Return whether the predicted reduction is too small, (E,)."""
        reduction = self.reduction(examinees)
        reached = examinees.se <= self.at_most
        return np.asarray(reduction < np.where(reached, self.on_target, self.short_of_target))

    def reduction(self, examinees: Examinees) -> FloatArray:
        """Return by how much the best open item is expected to reduce the sd, (E,); 0 if none."""
        _, sd = moments(self.grid(examinees.prior), self.posterior(examinees))
        left = np.where(examinees.open_items, expected_variance(self, examinees), np.inf)
        best = np.sqrt(np.minimum(left.min(axis=1, initial=np.inf), sd * sd))
        return np.asarray(sd - best)

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse a least reduction after the aim that is below the one before it."""
        if self.on_target >= self.short_of_target:
            return ()
        return (
            SettingProblem(
                key="on_target",
                message=f"is {self.on_target:g}, below short_of_target = {self.short_of_target:g}.",
                cure="Ask for more of an item once the aim is reached, not for less.",
            ),
        )
