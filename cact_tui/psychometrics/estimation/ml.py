"""Maximum likelihood estimation."""

from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.checks import above_field, finite
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.estimation.curves import LogLikelihood, standard_errors
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.estimation.modes import highest_modes, scan_grid
from cact_tui.psychometrics.estimation.standing_in import with_stand_in
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import Estimates, Prior


@attrs.frozen(kw_only=True)
class MaximumLikelihood:
    """The theta that makes the answers most probable, between fences (Lord 1980, ch. 4).

        S(theta) = sum of d log P_x / d theta = 0,    SE = 1 / sqrt(I)

    The likelihood is looked at in steps of 0.05 between the fences and its highest mode is polished
    to 1e-11, so that of several maxima (3PL, 4PL) the global one is found.

    Where the likelihood is highest at a fence there is no estimate: so it is for constant patterns,
    whose estimate is infinite, and for patterns that fit guessing best. Then another estimator
    stands in, and ``fell_back`` and ``at_edge`` say so; where nothing was scored, ``fell_back``
    alone.

    Attributes:
        lower: The lower fence.
        upper: The upper fence.
        fallback: The estimator that stands in. ``wle`` keeps the order of scores: all wrong stays
            below one right; where it has no estimate either, its own stand-in counts. ``map``
            always has one, but it is drawn to the prior mean, past that of one right answer.
        information: What the standard error is made of: the information ``expected`` of the items
            answered, or that ``observed`` in the answers, -S'(theta) (Efron & Hinkley 1978).
    """

    lower: float = attrs.field(default=-8.0, validator=finite)
    upper: float = attrs.field(default=8.0, validator=[finite, above_field("lower")])
    fallback: Literal["map", "wle"] = "wle"
    information: Literal["expected", "observed"] = "expected"

    def estimate(
        self, pool: Pool, items: IntArray, categories: IntArray, prior: Prior
    ) -> Estimates:
        """Return maximum likelihood estimates, flagged where they are not.

        Args:
            pool: The items.
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored.
            prior: Used only where the estimate falls back.
        """
        grid = scan_grid(self.lower, self.upper)
        answers = Answers.of(pool, items, categories)
        curve = LogLikelihood(answers)
        modes = highest_modes(grid, pool.log_likelihood(items, categories, grid), curve)
        estimates = Estimates(
            theta=modes.theta,
            se=standard_errors(curve, modes.theta, observed=self.information == "observed"),
            method="ml",
            fallback=self.fallback,
            fell_back=~modes.found,
            at_edge=~modes.found & answers.given,
            prior_dominates=np.zeros(len(items), dtype=np.bool_),
        )
        other = MaximumAPosteriori() if self.fallback == "map" else WeightedLikelihood()

        def stand_in(rows: IntArray) -> Estimates:
            return other.estimate(pool, items[rows], categories[rows], prior)

        return with_stand_in(estimates, stand_in)
