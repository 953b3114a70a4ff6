"""EM with SQUAREM: two EM steps, a leap along their path, and a step back where the leap falls.

With x1 = F(x0), x2 = F(x1), r = x1 - x0 and v = (x2 - x1) - r, the leap (Varadhan & Roland 2008,
scheme S3) goes to x0 - 2 alpha r + alpha^2 v, alpha = -|r| / |v|. EM alone never falls; a leap is
kept only where the objective there is not below that at x1, else x2 is. The objective, the
log-likelihood plus the log priors, therefore never falls from one kept point to the next.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.design import Design, Point
from cact_tui.psychometrics.calibration.expectation import Expected, expect
from cact_tui.psychometrics.calibration.maximisation import maximise

SHORTEST_SD = 0.05
SMALL_GAIN = 1e-10
"""An EM step that gains less has arrived, even if a parameter that matters little still moves."""


@attrs.frozen(kw_only=True)
class EMSettings:
    """How EM runs.

    Attributes:
        lower: Lowest node of theta.
        upper: Highest node of theta.
        nodes: Number of equally spaced nodes, Q.
        tolerance: EM ends when one EM step moves no parameter further, or gains nothing.
        most_steps: EM steps after which it ends all the same, not converged.
        accelerate: Whether to leap.
    """

    lower: float = -8.0
    upper: float = 8.0
    nodes: int = 121
    tolerance: float = 1e-6
    most_steps: int = 2000
    accelerate: bool = True

    def theta(self) -> FloatArray:
        """Return the nodes, (Q,)."""
        return np.linspace(self.lower, self.upper, self.nodes)


@attrs.frozen(kw_only=True, eq=False)
class Place:
    """A point with what the E-step expects there and its objective."""

    point: Point
    expected: Expected
    objective: float


@attrs.frozen(kw_only=True, eq=False)
class Climb:
    """Where EM ended.

    Attributes:
        place: The last point.
        converged: Whether the last EM step was within the tolerance, or gained nothing.
        steps: EM steps made.
        last_move: The longest move of a parameter in the last EM step.
        trace: The objective at each point that was kept.
    """

    place: Place
    converged: bool
    steps: int
    last_move: float
    trace: tuple[float, ...]


def climb(design: Design, start: Point, settings: EMSettings) -> Climb:
    """Return where EM ends from a starting point."""
    here = standing(design, start)
    trace = [here.objective]
    steps = 0
    while True:
        one = standing(design, em_step(design, here))
        steps += 1
        first_move = one.point.vector() - here.point.vector()
        longest = float(np.abs(first_move).max(initial=0.0))
        trace.append(one.objective)
        converged = longest < settings.tolerance or one.objective - here.objective < SMALL_GAIN
        if converged or steps >= settings.most_steps:
            break
        here = _leapt(design, here, one, first_move) if settings.accelerate else one
        steps += 1 if settings.accelerate else 0
        if settings.accelerate:
            trace.append(here.objective)
    return Climb(
        place=one,
        converged=converged,
        steps=steps,
        last_move=longest,
        trace=tuple(trace),
    )


def standing(design: Design, point: Point) -> Place:
    """Return a point with its expectations; the objective is -inf where it is no point."""
    expected = expect(design.patterns, design.table(point), design.log_weights(point))
    objective = expected.log_likelihood + design.log_prior(point)
    return Place(
        point=point,
        expected=expected,
        objective=objective if np.isfinite(objective) else -np.inf,
    )


def em_step(design: Design, here: Place) -> Point:
    """Return the point that the M-step gives."""
    cells = here.expected.cells
    pairs = zip(design.blocks, here.point.xi, strict=True)
    xi = tuple(maximise(block, old, design.theta, cells[block.cells]) for block, old in pairs)
    mean, sd = _latent(design, here)
    return Point(xi=xi, mean=mean, sd=sd)


def _latent(design: Design, here: Place) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of each group, moved where they are estimated."""
    weights = here.expected.nodes
    totals = weights.sum(axis=1)
    held = np.maximum(totals, 1.0)
    free = (design.free_mean > 0) & (totals > 0)
    mean = np.where(free, weights @ design.theta / held, here.point.mean)
    spread = (weights * (design.theta - mean[:, None]) ** 2).sum(axis=1) / held
    found = np.maximum(np.sqrt(spread), SHORTEST_SD)
    return mean, np.where((design.free_sd > 0) & (totals > 0), found, here.point.sd)


def _leapt(design: Design, here: Place, one: Place, first_move: FloatArray) -> Place:
    """Return where the leap from two EM steps leads, or the second step where it falls."""
    two = em_step(design, one)
    bend = two.vector() - one.point.vector() - first_move
    length = float(np.linalg.norm(first_move)) / max(float(np.linalg.norm(bend)), 1e-300)
    if length > 1:
        leap = here.point.vector() + 2 * length * first_move + length**2 * bend
        there = _reached(design, here.point.at(leap))
        if there is not None and there.objective >= one.objective:
            return there
    return standing(design, two)


def _reached(design: Design, point: Point) -> Place | None:
    """Return the place of a leap; None where it leads out of the space of parameters."""
    if not np.isfinite(point.vector()).all() or (point.sd < SHORTEST_SD).any():
        return None
    with np.errstate(all="ignore"):
        place = standing(design, point)
    return place if np.isfinite(place.objective) else None
