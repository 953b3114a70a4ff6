"""Priorities: scores weighed by how much the bounds of each value of a tag still ask for."""

from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import NDArray

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, Scalar
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.content.bounds import UNBOUNDED, ContentBounds, given_of
from cact_tui.psychometrics.enemies import open_counts
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.structure import CodedTag

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules

NARROWEST = 0.5
"""Half the least distance between bounds that penalties are scaled by."""


@attrs.frozen(kw_only=True)
class PriorityIndex(ContentBounds):
    """The maximum priority index with two phases (Cheng & Chang 2009).

        PI_j = score_j f_v,    v the value of item j

    While a minimum is not met, f_v = (least - given) / least, and 0 for values whose minimum is
    met; afterwards f_v = (most - given) / most. Items without a bounded value have f = 1, but 0
    while a minimum is not met. A minimum that no item may serve now is left aside.

    The bounds are kept as `ContentBounds` keeps them, which forbids at a maximum, and forces minima
    at the last moment; the index meets the minima long before. Scores must be on a ratio scale,
    such as information.

    Attributes:
        tag: The tag.
        bounds: {value: (least, most)}.
    """

    @property
    def weighs(self) -> bool:
        """True: scores are multiplied."""
        return True

    def weighed(self, examinees: Examinees, scores: FloatArray, may: BoolArray) -> FloatArray:
        """Return the priority indices, (E, n)."""
        coded = examinees.structure.coded[self.tag]
        least, most = self.limits(coded)
        given = given_of(coded, examinees)
        lacking = np.maximum(least - given, 0)
        lacking = np.where(open_counts(coded, may) > 0, lacking, 0)
        first = lacking / np.maximum(least, 1)
        left = np.clip((most - given) / np.maximum(most, 1), 0.0, 1.0)
        second = np.where(most == UNBOUNDED, 1.0, left)
        early = np.asarray(lacking.any(axis=1))
        factors = np.ones((len(examinees), len(least) + 1))
        factors[:, :-1] = np.where(early[:, None], first, second)
        factors[early, -1] = 0.0
        return np.asarray(scores * factors[:, coded.codes])

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:  # noqa: ARG002
        """Refuse selectors whose scores cannot be multiplied."""
        if getattr(rules.selector, "ratio_scale", False):
            return ()
        return (
            SettingProblem(
                key="rule",
                message="multiplies scores, but the selector's are not on a ratio scale.",
                cure="Use mfi, mpwi or klp as the selector, or weighted_penalty or bounds here.",
            ),
        )


@attrs.frozen(kw_only=True)
class WeightedPenalty(ContentBounds):
    """Scores less a penalty for values that run ahead (after Shin, Chien, Way & Swanson 2009).

        new score_j = s_j - weight p_v,    v the value of item j

    s_j is the selector's score and p_v the penalty, both rescaled to 0..1 over the items that may
    come, so that any selector will do. Before that, with x_v the items of the value that the whole
    test would have if the rest of it were like the open items, m_v and h_v the middle and half the
    distance of its bounds, and e = (x_v - m_v) / h_v,

        penalty = e within the bounds,    sign(e) (e^2 + |e|) / 2 outside

    which is negative for values that fall behind (the penalty function of Segall & Davey 1995, as
    Shin et al. have it, with k = 2). The bounds are aimed at, and neither kept nor forced, but a
    stop rule waits for the minima. Items without a bounded value have the penalty 0.

    Attributes:
        tag: The tag.
        bounds: {value: (least, most)}; ``most`` counts as the longest test at most.
        weight: The weight of content, where that of the score is 1; 0 or more.
    """

    weight: float = attrs.field(default=1.0, validator=at_least(0))

    @property
    def weighs(self) -> bool:
        """True: scores are rescaled."""
        return True

    def allowed(self, examinees: Examinees) -> BoolArray | None:  # noqa: ARG002
        """Forbid nothing."""
        return None

    def weighed(self, examinees: Examinees, scores: FloatArray, may: BoolArray) -> FloatArray:
        """Return rescaled scores less rescaled penalties, (E, n)."""
        coded = examinees.structure.coded[self.tag]
        by_item = _spread(self._penalties(coded, examinees), coded, free=0.0)
        return rescaled(scores, may) - self.weight * rescaled(by_item, may)

    def _penalties(self, coded: CodedTag, examinees: Examinees) -> FloatArray:
        """Return the penalty of each value, (E, V)."""
        least, most = self.limits(coded)
        most = np.minimum(most, examinees.max_items)
        counts = examinees.counts[:, None]
        still_open = open_counts(coded, examinees.open_items)
        share = still_open / np.maximum(examinees.open_items.sum(axis=1), 1)[:, None]
        expected = given_of(coded, examinees) + (examinees.max_items - counts) * share
        excess = (expected - 0.5 * (least + most)) / np.maximum(0.5 * (most - least), NARROWEST)
        size = np.abs(excess)
        outside = np.sign(excess) * 0.5 * (size * size + size)
        bounded = np.array([value in self.bounds for value in coded.values])
        return np.asarray(np.where(bounded, np.where(size > 1.0, outside, excess), 0.0))


def rescaled(values: FloatArray, may: BoolArray) -> FloatArray:
    """Return values rescaled to 0..1 over the items that may come; 0 where all are equal, (E, n).

    Items that may not come are limited to that range.
    """
    low = np.where(may, values, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    high = np.where(may, values, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    known = np.isfinite(low) & np.isfinite(high) & (high > low)
    width = np.where(known, high - low, 1.0)
    return np.asarray(np.where(known, np.clip((values - low) / width, 0.0, 1.0), 0.0))


def _spread(by_value: NDArray[Scalar], coded: CodedTag, free: object) -> NDArray[Scalar]:
    """Return figures of values (E, V) as figures of their items, (E, n).

    Args:
        by_value: A figure for each value.
        coded: The tag.
        free: The figure of items without a value.
    """
    wide = np.empty((len(by_value), by_value.shape[1] + 1), dtype=by_value.dtype)
    wide[:, :-1], wide[:, -1] = by_value, free
    return wide[:, coded.codes]
