"""Where a test begins."""

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.checks import above_field, finite
from cact_tui.psychometrics.protocols import Background, InformedStart, Start


@attrs.frozen
class FixedStart:
    """Every examinee begins at the same theta."""

    _theta: float = attrs.field(default=0.0, validator=finite)

    def theta(self, draw: FloatArray) -> FloatArray:
        """Return the fixed theta for each of the draws, (E,)."""
        return np.full_like(draw, self._theta)


@attrs.frozen(kw_only=True)
class RandomStart:
    """Every examinee begins at a theta drawn uniformly from [low, high)."""

    low: float = attrs.field(default=-0.5, validator=finite)
    high: float = attrs.field(default=0.5, validator=[finite, above_field("low")])

    def theta(self, draw: FloatArray) -> FloatArray:
        """Return low + (high - low) draw, (E,)."""
        return self.low + (self.high - self.low) * draw


def _thetas(_: object, field: "attrs.Attribute[Any]", values: Mapping[str, float]) -> None:
    if not values or not np.isfinite(list(values.values())).all():
        raise ValueError(
            f"{field.alias} is {dict(values)!r}.", "Give a finite theta for one or more groups."
        )


@attrs.frozen(kw_only=True)
class GroupStart:
    """Every examinee begins at the theta of the group they belong to.

    Attributes:
        by_group: The theta of each group, by the group's name.
        otherwise: The theta of everybody else.
    """

    by_group: Mapping[str, float] = attrs.field(validator=_thetas, hash=False)
    otherwise: float = attrs.field(default=0.0, validator=finite)

    def theta(self, draw: FloatArray) -> FloatArray:
        """Return ``otherwise``, because no group is known, (E,)."""
        return np.full_like(draw, self.otherwise)

    def informed_theta(self, draw: FloatArray, background: Background) -> FloatArray:
        """Return the theta of each examinee's group, (E,)."""
        if not background.groups:
            return self.theta(draw)
        return np.array([self.by_group.get(name, self.otherwise) for name in background.groups])


@attrs.frozen(kw_only=True)
class EarlierStart:
    """Every examinee begins where an earlier section left them.

        theta = mean + weight (earlier estimate - mean)

    A weight below 1 regresses the earlier estimate towards the mean: it is the correlation of the
    two scales times the ratio of their standard deviations, 1 for the same scale.

    Attributes:
        scale: The scale of the earlier section.
        weight: How much of the distance from the mean is kept.
        mean: The mean, and the theta of those without an earlier estimate.
    """

    scale: str
    weight: float = attrs.field(default=1.0, validator=finite)
    mean: float = attrs.field(default=0.0, validator=finite)

    def theta(self, draw: FloatArray) -> FloatArray:
        """Return ``mean``, because no earlier estimate is known, (E,)."""
        return np.full_like(draw, self.mean)

    def informed_theta(self, draw: FloatArray, background: Background) -> FloatArray:
        """Return the regressed estimates, (E,)."""
        earlier = background.earlier.get(self.scale)
        if earlier is None:
            return self.theta(draw)
        moved = self.mean + self.weight * (earlier - self.mean)
        return np.where(np.isfinite(earlier), moved, self.mean)


def starting_theta(start: Start, draw: FloatArray, background: Background | None) -> FloatArray:
    """Return where a rule lets tests begin, (E,), with what is known of the examinees.

    Args:
        start: The rule; if it is an `InformedStart` it is told the background.
        draw: Uniform draws in [0, 1), (E,).
        background: What is known of the examinees; None: nothing.
    """
    if background is not None and isinstance(start, InformedStart):
        return start.informed_theta(draw, background)
    return start.theta(draw)
