"""The engine: it alone picks items, ends tests and records answers.

The next item is found in four steps, for a whole batch at once:

1. filter: shown items, enemies of shown items and closed sets are out; so is what content forbids
   and what exposure finds ineligible; then the items of the current set, if any are left, keep all
   others out. Content comes before sets: if it forbids the rest of a set, the set is closed.
   Exposure gives way where it would leave nothing; content and structure do not.
2. penalise: content's penalties are taken off the scores.
3. score: the selector's.
4. pick: one of the best ``top`` items is drawn. Scores within 1e-9 of the best, relatively, are
   equal, and among equals the first in the pool comes first.
"""

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, Scalar
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.content import NoContentControl
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.exposure import NoExposureControl
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.problems import RuleFaultError, SettingProblem
from cact_tui.psychometrics.protocols import (
    Advice,
    Content,
    Estimator,
    Exposure,
    Prior,
    Selector,
    Start,
)
from cact_tui.psychometrics.ranking import best
from cact_tui.psychometrics.stopping import StopRules
from cact_tui.psychometrics.structure import Structure

MAX_ITEMS = "max_items"
POOL_EXHAUSTED = "pool_exhausted"


@attrs.frozen(kw_only=True)
class Rules:
    """The rules of a section.

    Attributes:
        start: Where tests begin.
        selector: How much items are worth.
        exposure: How exposure is kept down.
        content: What tests must contain.
        interim: The estimator that steers tests.
        stops: When tests may end early.
        min_items: The shortest test that may end by a stop rule.
        max_items: The longest test.
    """

    start: Start
    selector: Selector
    exposure: Exposure = attrs.field(factory=NoExposureControl)
    content: Content = attrs.field(factory=NoContentControl)
    interim: Estimator
    stops: StopRules = attrs.field(factory=StopRules)
    min_items: int = attrs.field(default=1, validator=at_least(1))
    max_items: int = attrs.field(validator=at_least(1))

    def check(self, structure: Structure, available: BoolArray) -> tuple[SettingProblem, ...]:
        """Return why these rules cannot make a test from a pool; empty if they can.

        Args:
            structure: Tags, enemies and sets of the pool.
            available: Which items may be given at all, (n,).
        """
        return (
            *self._length_problems(int(available.sum())),
            *self.content.check(structure, available, self.min_items, self.max_items),
        )

    def _length_problems(self, n_available: int) -> list[SettingProblem]:
        problems = []
        if self.min_items > self.max_items:
            problems.append(
                SettingProblem(
                    key="min_items",
                    message=f"is {self.min_items}, above max_items = {self.max_items}.",
                    cure="Lower min_items or raise max_items.",
                )
            )
        if self.min_items > n_available:
            problems.append(
                SettingProblem(
                    key="min_items",
                    message=f"is {self.min_items}, but only {n_available} items are available.",
                    cure="Lower min_items or add items.",
                )
            )
        return problems


@attrs.frozen(kw_only=True, eq=False)
class Available:
    """What may come next.

    Attributes:
        items: Which items, (E, n).
        exposure_ignored: Where exposure control would have left nothing and was ignored, (E,).
        set_closed: Where items of the current set are left that may not come any more, (E,).
    """

    items: BoolArray
    exposure_ignored: BoolArray
    set_closed: BoolArray


@attrs.frozen(kw_only=True, eq=False)
class Picks:
    """The items picked.

    Attributes:
        item: Positions in the pool, (E,); -1: the pool is exhausted.
        score: The scores of the picked items, penalties taken off, (E,); -inf where none.
        rank: 1 for the best item, 2 for the next, and so on, (E,); 0 where none.
        candidates: The items among which one was drawn, best first, then -1, (E, k).
        notes: Where something was out of the ordinary, by name, (E,) each: ``exposure_ignored`` and
            ``set_closed``, as in `Available`.
    """

    item: IntArray
    score: FloatArray
    rank: IntArray
    candidates: IntArray
    notes: Mapping[str, BoolArray]


@attrs.frozen(kw_only=True, eq=False)
class Verdict:
    """Whether the tests end, and why.

    Attributes:
        reasons: All reasons there can be, in order of precedence.
        code: The index of the reason, or -1: the test goes on, (E,).
    """

    reasons: tuple[str, ...]
    code: IntArray

    def reason(self, examinee: int = 0) -> str | None:
        """Return why an examinee's test ends, or None if it goes on."""
        code = int(self.code[examinee])
        return None if code < 0 else self.reasons[code]


def begin(
    rules: Rules,
    pool: Pool,
    structure: Structure,
    draw: FloatArray,
    prior: Prior | None = None,
) -> Examinees:
    """Return E examinees before their first item.

    Args:
        rules: The rules of the section.
        pool: The items.
        structure: Tags, enemies and sets of the pool.
        draw: Uniform draws for the start, (E,).
        prior: The prior of the interim estimate; by default N(0, 1).
    """
    prior = prior or NormalPrior()
    nothing = np.zeros((len(draw), 0), dtype=np.int64)
    return Examinees(
        pool=pool,
        structure=structure,
        items=nothing,
        categories=nothing,
        theta=rules.start.theta(draw),
        se=np.full(len(draw), prior.sd),
        min_items=rules.min_items,
        max_items=rules.max_items,
        prior=prior,
    )


def available(rules: Rules, examinees: Examinees, advice: Advice, draw: FloatArray) -> Available:
    """Return what may come next: the filter of the chain.

    Args:
        rules: The rules of the section.
        examinees: The batch.
        advice: What the exposure rule asks for.
        draw: Uniform draws for acceptance, (E,).
    """
    base = examinees.open_items
    allowed = rules.content.allowed(examinees)
    if allowed is not None:
        base = base & _sound("content", allowed, base.shape)
    items, ignored = _exposed(base, advice, draw)
    if not examinees.structure.n_sets:
        return Available(items=items, exposure_ignored=ignored, set_closed=np.zeros_like(ignored))
    own = _of_current_set(examinees)
    within = items & own
    stays = np.asarray(within.any(axis=1))
    leaves = np.asarray((examinees.open_items & own).any(axis=1) & ~stays)
    items = np.where(stays[:, None], within, items)
    return Available(items=items, exposure_ignored=ignored, set_closed=leaves)


def choose(rules: Rules, examinees: Examinees, draws: FloatArray) -> Picks:
    """Pick the next item of each examinee.

    Args:
        rules: The rules of the section.
        examinees: The batch.
        draws: Uniform draws in [0, 1), (E, 2): one for the selector, one for exposure.

    Raises:
        RuleFaultError: A plug-in returned something that is no answer.
    """
    advice = rules.exposure.advice(examinees)
    offer = available(rules, examinees, advice, draws[:, 1])
    scores = np.where(offer.items, _scores(rules, examinees, draws[:, 0]), -np.inf)
    top = _sound_top(advice.top) + np.zeros(len(examinees), dtype=np.int64)
    if not (scores < np.inf).all():
        raise RuleFaultError("selector", "returned scores that are not finite.")
    candidates, values = best(scores, int(top.max(initial=1)))
    if (offer.items.any(axis=1) & (candidates[:, 0] < 0)).any():
        raise RuleFaultError("selector", "returned -inf for every item that may come next.")
    return _drawn(candidates, values, top, draws[:, 1], offer)


def verdict(rules: Rules, examinees: Examinees, exhausted: BoolArray | None = None) -> Verdict:
    """Return whether the tests end, and why; time is not looked at here.

    The first of these that holds decides: ``max_items`` items were shown; the pool is exhausted;
    fewer than ``min_items`` were shown, or a content minimum is not met: the test goes on; a stop
    rule is met: its name is the reason.

    Args:
        rules: The rules of the section.
        examinees: The batch.
        exhausted: Where `choose` has found no item, (E,); None: it has not been asked.
    """
    code = np.full(len(examinees), -1, dtype=np.int64)
    stop = rules.stops.first_met(examinees)
    ready = (examinees.counts >= rules.min_items) & rules.content.satisfied(examinees)
    met = ready & (stop >= 0)
    code[met] = stop[met] + 2
    if exhausted is not None:
        code[exhausted] = 1
    code[examinees.counts >= rules.max_items] = 0
    return Verdict(reasons=(MAX_ITEMS, POOL_EXHAUSTED, *rules.stops.names), code=code)


def record(examinees: Examinees, item: IntArray, category: IntArray) -> Examinees:
    """Return the examinees with one more item shown, their estimates unchanged.

    Args:
        examinees: The batch.
        item: The item shown to each, (E,); -1: none.
        category: The category scored, (E,); -1: unscored.

    Raises:
        ValueError: An item is shown to an examinee for the second time.
    """
    rows = np.flatnonzero(item >= 0)
    if examinees.administered[rows, item[rows]].any():
        raise ValueError("An item is shown to an examinee for the second time.")
    order = examinees.counts[rows]
    width = max(examinees.items.shape[1], int(order.max(initial=-1)) + 1)
    items, categories = (_widened(x, width) for x in (examinees.items, examinees.categories))
    items[rows, order] = item[rows]
    categories[rows, order] = category[rows]
    return attrs.evolve(examinees, items=items, categories=categories)


def update(rules: Rules, examinees: Examinees, item: IntArray, category: IntArray) -> Examinees:
    """Return the examinees with one more answer and new interim estimates.

    Whoever was shown nothing (item -1), or has no scored answer yet, keeps theta and SE.

    Args:
        rules: The rules of the section.
        examinees: The batch.
        item: The item shown to each, (E,); -1: none.
        category: The category scored, (E,); -1: unscored.
    """
    after = record(examinees, item, category)
    estimates = rules.interim.estimate(after.pool, after.items, after.categories, after.prior)
    fresh = (item >= 0) & (after.categories >= 0).any(axis=1)
    return attrs.evolve(
        after,
        theta=np.where(fresh, estimates.theta, after.theta),
        se=np.where(fresh, estimates.se, after.se),
    )


def _scores(rules: Rules, examinees: Examinees, draw: FloatArray) -> FloatArray:
    shape = (len(examinees), len(examinees.pool))
    scores = _sound("selector", rules.selector.scores(examinees, draw), shape)
    penalties = rules.content.penalties(examinees)
    return scores if penalties is None else scores - _sound("content", penalties, shape)


def _exposed(base: BoolArray, advice: Advice, draw: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return the eligible and accepted items, and where that left nothing and was ignored."""
    if advice.eligible is None and advice.acceptance is None:
        return base, np.zeros(len(base), dtype=np.bool_)
    items = base
    if advice.eligible is not None:
        items = items & _sound("exposure", advice.eligible, base.shape)
    if advice.acceptance is not None:
        acceptance = _sound("exposure", advice.acceptance, base.shape)
        items = items & (hashed(draw, np.arange(base.shape[1])) < acceptance)
    ignored = np.asarray(~items.any(axis=1) & base.any(axis=1))
    return np.where(ignored[:, None], base, items), ignored


def _of_current_set(examinees: Examinees) -> BoolArray:
    """Return which items belong to the set of the item shown last, (E, n)."""
    current = examinees.current_set[:, None]
    return np.asarray((examinees.structure.sets == current) & (current >= 0))


def _drawn(
    candidates: IntArray, values: FloatArray, top: IntArray, draw: FloatArray, offer: Available
) -> Picks:
    """Draw one of each row's candidates."""
    places = np.arange(candidates.shape[1])
    candidates = np.where(places < top[:, None], candidates, -1)
    counts = (candidates >= 0).sum(axis=1)
    place = np.maximum(np.minimum((draw * counts).astype(np.int64), counts - 1), 0)
    rows = np.arange(len(candidates))
    item = candidates[rows, place]
    notes = {"exposure_ignored": offer.exposure_ignored, "set_closed": offer.set_closed}
    return Picks(
        item=item,
        score=values[rows, place],
        rank=np.where(item >= 0, place + 1, 0),
        candidates=candidates,
        notes={name: where for name, where in notes.items() if where.any()},
    )


def _widened(values: IntArray, width: int) -> IntArray:
    """Return a copy with columns of -1 added up to a width."""
    wider = np.full((len(values), width), -1, dtype=np.int64)
    wider[:, : values.shape[1]] = values
    return wider


def _sound(slot: str, values: NDArray[Scalar], shape: tuple[int, ...]) -> NDArray[Scalar]:
    if values.shape != shape:
        raise RuleFaultError(slot, f"returned the shape {values.shape} instead of {shape}.")
    return values


def _sound_top(top: int | IntArray) -> IntArray:
    numbers = np.asarray(top)
    if not (numbers >= 1).all():
        raise RuleFaultError("exposure", "asks for fewer than one candidate.")
    return numbers
