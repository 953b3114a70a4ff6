"""What the items that may come are worth: the best of them, penalties taken off."""

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, Scalar
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.problems import RuleFaultError
from cact_tui.psychometrics.protocols import PointSelector, WeighingContent
from cact_tui.psychometrics.ranking import best
from cact_tui.psychometrics.shortlists import Shortlists

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules

FEW = 250
"""Up to so many scores are computed at once without shortlists."""


def ranked(
    rules: "Rules", examinees: Examinees, may: BoolArray, draw: FloatArray, top: int
) -> tuple[IntArray, FloatArray]:
    """Return the best items that may come and their scores, best first, (E, top) and (E, top).

    Args:
        rules: The rules of the section.
        examinees: The batch.
        may: Which items may come, (E, n).
        draw: Uniform draws for the selector, (E,).
        top: How many places, 1 or more.

    Raises:
        RuleFaultError: A plug-in returned something that is no score.
    """
    penalties = rules.content.penalties(examinees)
    weighing = getattr(rules.content, "weighs", False)
    plain = penalties is None and not weighing
    if plain and may.size > FEW and hasattr(rules.selector, "curves"):
        return _from_shortlists(cast("PointSelector", rules.selector), examinees, may, top)
    scores = sound("selector", rules.selector.scores(examinees, draw), may.shape)
    if penalties is not None:
        scores = scores - sound("content", penalties, may.shape)
    if weighing:
        content = cast("WeighingContent", rules.content)
        scores = sound("content", content.weighed(examinees, scores, may), may.shape)
    return _best_of(scores, may, top)


def _from_shortlists(
    selector: PointSelector, examinees: Examinees, may: BoolArray, top: int
) -> tuple[IntArray, FloatArray]:
    lists = Shortlists.of(examinees.pool, selector)
    if len(may) == 1:
        found = lists.ranked_one(examinees.theta, may[0], int(examinees.counts[0]), top)
        return found or _best_of(selector.curves(examinees.pool, examinees.theta), may, top)
    longest = int(examinees.counts.max(initial=0))
    items, scores, certain = lists.ranked(examinees.theta, may, longest, top)
    if not certain.all():
        rows = np.flatnonzero(~certain)
        curves = selector.curves(examinees.pool, examinees.theta[rows])
        items[rows], scores[rows] = _best_of(curves, may[rows], top)
    return items, scores


def _best_of(scores: FloatArray, may: BoolArray, top: int) -> tuple[IntArray, FloatArray]:
    scores = np.where(may, scores, -np.inf)
    peak = scores.max(axis=1, initial=-np.inf)
    if not np.isfinite(peak).all():
        _check_peaks(peak, may)
    return best(scores, top)


def _check_peaks(peak: FloatArray, may: BoolArray) -> None:
    if not (peak < np.inf).all():
        raise RuleFaultError("selector", "returned scores that are not finite.")
    if may[peak == -np.inf].any():
        raise RuleFaultError("selector", "returned -inf for every item that may come next.")


def sound(slot: str, values: NDArray[Scalar], shape: tuple[int, ...]) -> NDArray[Scalar]:
    """Return what a plug-in returned.

    Raises:
        RuleFaultError: It has the wrong shape.
    """
    if values.shape != shape:
        raise RuleFaultError(slot, f"returned the shape {values.shape} instead of {shape}.")
    return values
