"""Maximum a posteriori estimation."""

from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics import priors
from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.checks import above_field
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.estimation.curves import (
    Curve,
    LogJeffreysPosterior,
    LogPosterior,
    standard_errors,
)
from cact_tui.psychometrics.estimation.jeffreys import log_jeffreys
from cact_tui.psychometrics.estimation.modes import highest_modes, scan_grid
from cact_tui.psychometrics.estimation.patterns import constant, prior_dominates
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import Estimates, Prior

REACH = 8.0
"""The range looked at is -8..8, and at least this many prior sd to both sides of the prior mean."""


@attrs.frozen(kw_only=True)
class MaximumAPosteriori:
    """The mode of the posterior distribution (Birnbaum 1969; Mislevy 1986).

        sum of d log P_x / d theta + (log g)' = 0,    SE = 1 / sqrt(I - (log g)'')

    For the normal prior SE = 1 / sqrt(I + 1 / sd^2). The posterior is looked at in steps of 0.05
    and its highest mode is polished to 1e-11. Where it is highest at an end of the range, as under
    a uniform prior that the answers lie beyond, that end is the estimate and ``at_edge`` says so.
    Without answers the estimate is the mean and the standard deviation of the prior.

    Attributes:
        lower: The lower end of the range; by default -8, or the prior mean - 8 sd if that is less,
            but nothing outside the prior's support.
        upper: The upper end of the range, likewise.
        information: What the standard error is made of: the information ``expected`` of the items
            answered, or that ``observed`` in the answers, where I gives way to minus the second
            derivative of the log likelihood.
        jeffreys: Whether g is Jeffreys' prior, sqrt(I) of the items answered, instead of the prior
            of the section, which then counts only where nothing was scored.
    """

    lower: float | None = None
    upper: float | None = attrs.field(default=None, validator=above_field("lower"))
    information: Literal["expected", "observed"] = "expected"
    jeffreys: bool = False

    def estimate(
        self, pool: Pool, items: IntArray, categories: IntArray, prior: Prior
    ) -> Estimates:
        """Return posterior modes.

        Args:
            pool: The items.
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored.
            prior: The prior, one for all examinees. If it is zero somewhere it says so with
                ``support`` (see `priors.SmoothPrior`).
        """
        grid = scan_grid(*self._range(prior))
        answers = Answers.of(pool, items, categories)
        curve: Curve = LogPosterior(answers, prior)
        heights = pool.log_likelihood(items, categories, grid)
        if self.jeffreys:
            curve = LogJeffreysPosterior(answers)
            heights += log_jeffreys(pool, items, categories, grid)
        else:
            heights += prior.log_density(grid)
        modes = highest_modes(grid, heights, curve)
        se = standard_errors(curve, modes.theta, observed=self.information == "observed")
        scored = answers.given
        se = np.where(scored, se, prior.sd)
        return Estimates(
            theta=np.where(scored, modes.theta, prior.mean),
            se=se,
            method="map_jeffreys" if self.jeffreys else "map",
            fallback="prior" if self.jeffreys else "map",
            fell_back=~scored if self.jeffreys else np.zeros_like(scored),
            at_edge=~modes.found & scored,
            prior_dominates=constant(pool, items, categories)
            if self.jeffreys
            else prior_dominates(pool, items, categories, se, prior.sd),
        )

    def _range(self, prior: Prior) -> tuple[float, float]:
        """Return the ends of the range.

        Raises:
            ValueError: The settings and the prior's support have no range in common.
        """
        low, high = (-np.inf, np.inf) if self.jeffreys else priors.support(prior)
        lower = min(-REACH, prior.mean - REACH * prior.sd) if self.lower is None else self.lower
        upper = max(REACH, prior.mean + REACH * prior.sd) if self.upper is None else self.upper
        lower, upper = max(lower, low), min(upper, high)
        if lower >= upper:
            raise ValueError(f"The prior is zero between {lower} and {upper}.")
        return lower, upper
