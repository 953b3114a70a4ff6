"""The engine: it alone picks items, ends tests and records answers.

The next item is found in four steps, for a whole batch at once:

1. filter: shown items, enemies of shown items and closed sets are out; so is what content forbids
   and what exposure finds ineligible; then the items of the current set, if any are left, keep all
   others out. Content comes before sets: if it forbids the rest of a set, the set is closed.
   Exposure gives way where it would leave nothing; content and structure do not.
2. score: the selector's.
3. penalise: content's penalties are taken off the scores, or content weighs them.
4. pick: one of the best ``top`` items is drawn. Scores within 1e-9 of the best, relatively, are
   equal, and among equals the first in the pool comes first.
"""

from collections.abc import Mapping
from typing import cast

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.content import NoContentControl
from cact_tui.psychometrics.draws import hashed, lasting
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.exposure import NoExposureControl
from cact_tui.psychometrics.picking import Picks, drawn, most
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.protocols import (
    Advice,
    Background,
    Choosy,
    Content,
    Estimator,
    Exposure,
    GridEstimator,
    NotingContent,
    Prior,
    Selector,
    Start,
)
from cact_tui.psychometrics.scoring import ranked, sound
from cact_tui.psychometrics.starts import starting_theta
from cact_tui.psychometrics.stopping import StopRules
from cact_tui.psychometrics.structure import Structure

MAX_ITEMS = "max_items"
POOL_EXHAUSTED = "pool_exhausted"
EXPOSURE_IGNORED = "exposure_ignored"
SET_CLOSED = "set_closed"


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

    def check(
        self, structure: Structure, available: BoolArray, pool: Pool | None = None
    ) -> tuple[SettingProblem, ...]:
        """Return why these rules cannot make a test from a pool; empty if they can.

        Args:
            structure: Tags, enemies and sets of the pool.
            available: Which items may be given at all, (n,).
            pool: The items; None: rules are not held against items and against each other.
        """
        return (
            *self._length_problems(int(available.sum())),
            *self.content.check(structure, available, self.min_items, self.max_items),
            *(() if pool is None else self._misfits(pool)),
        )

    def _misfits(self, pool: Pool) -> list[SettingProblem]:
        """Return what rules that offer ``misfits`` say, with the slot before the key."""
        slots = [("selector", self.selector), ("exposure", self.exposure)]
        slots += [("content", self.content)]
        slots += [("stop", stop) for stop in (*self.stops.any, *self.stops.all)]
        return [
            attrs.evolve(problem, key=f"{slot}.{problem.key}")
            for slot, rule in slots
            if hasattr(rule, "misfits")
            for problem in cast("Choosy", rule).misfits(self, pool)
        ]

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
        notes: Where something was out of the ordinary, by name, (E,) each: ``exposure_ignored``,
            where exposure control would have left nothing, and ``set_closed``, where items of the
            current set are left that may not come any more, and what the content rule notes.
    """

    items: BoolArray
    notes: Mapping[str, BoolArray] = attrs.field(factory=dict)


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
    *,
    prior: Prior | None = None,
    barred: BoolArray | None = None,
    background: Background | None = None,
) -> Examinees:
    """Return E examinees before their first item.

    Args:
        rules: The rules of the section.
        pool: The items.
        structure: Tags, enemies and sets of the pool.
        draw: Uniform draws for the start, (E,).
        prior: The prior of the interim estimate; by default N(0, 1).
        barred: Items that an examinee must not be given, (E, n); None: none.
        background: What is known of the examinees, for starts that make use of it.
    """
    prior = prior or NormalPrior()
    nothing = np.zeros((len(draw), 0), dtype=np.int64)
    return Examinees(
        pool=pool,
        structure=structure,
        items=nothing,
        categories=nothing,
        theta=starting_theta(rules.start, draw, background),
        se=np.full(len(draw), prior.sd),
        min_items=rules.min_items,
        max_items=rules.max_items,
        prior=prior,
        barred=barred,
        lasting=lasting(draw),
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
        base = base & sound("content", allowed, base.shape)
    items, notes = _exposed(base, advice, draw)
    if hasattr(rules.content, "notes"):
        notes |= cast("NotingContent", rules.content).notes(examinees)
    if not examinees.structure.n_sets:
        return Available(items=items, notes=notes)
    own = _of_current_set(examinees)
    within = items & own
    stays = np.asarray(within.any(axis=1))
    leaves = np.asarray((examinees.open_items & own).any(axis=1) & ~stays)
    return Available(
        items=np.where(stays[:, None], within, items), notes={**notes, SET_CLOSED: leaves}
    )


def choose(rules: Rules, examinees: Examinees, draws: FloatArray) -> Picks:
    """Pick the next item of each examinee.

    Args:
        rules: The rules of the section.
        examinees: The batch.
        draws: Uniform draws in [0, 1), (E, 2): one for the selector, one for exposure.

    Raises:
        RuleFaultError: A plug-in returned something that is no answer.
    """
    advice = rules.exposure.advice(examinees, draws[:, 1])
    offer = available(rules, examinees, advice, draws[:, 1])
    candidates, values = ranked(rules, examinees, offer.items, draws[:, 0], most(advice.top))
    return drawn(candidates, values, advice.top, draws[:, 1], offer.notes)


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


def update(rules: Rules, examinees: Examinees, item: IntArray, category: IntArray) -> Examinees:
    """Return the examinees with one more answer and new interim estimates.

    Whoever was shown nothing (item -1), or has no scored answer yet, keeps theta and SE.

    Args:
        rules: The rules of the section.
        examinees: The batch.
        item: The item shown to each, (E,); -1: none.
        category: The category scored, (E,); -1: unscored.
    """
    after = examinees.answered(item, category)
    theta, se = _interim(rules.interim, after)
    if (category >= 0).all() and (item >= 0).all():
        return after.estimated(theta, se)
    fresh = (item >= 0) & (after.categories >= 0).any(axis=1)
    return after.estimated(np.where(fresh, theta, after.theta), np.where(fresh, se, after.se))


def _interim(estimator: Estimator, examinees: Examinees) -> tuple[FloatArray, FloatArray]:
    """Return interim estimates and standard errors, from the carried likelihood if that will do."""
    if hasattr(estimator, "moments"):
        by_grid = cast("GridEstimator", estimator)
        likelihood = examinees.likelihood(by_grid.grid(examinees.prior))
        return by_grid.moments(likelihood, examinees.prior)
    found = estimator.estimate(
        examinees.pool, examinees.items, examinees.categories, examinees.prior
    )
    return found.theta, found.se


def _exposed(
    base: BoolArray, advice: Advice, draw: FloatArray
) -> tuple[BoolArray, dict[str, BoolArray]]:
    """Return the eligible and accepted items, and where that left nothing and was ignored."""
    if advice.eligible is None and advice.acceptance is None:
        return base, {}
    items = base
    if advice.eligible is not None:
        items = items & sound("exposure", advice.eligible, base.shape)
    if advice.acceptance is not None:
        acceptance = sound("exposure", advice.acceptance, base.shape)
        items = items & (hashed(draw, np.arange(base.shape[1])) < acceptance)
    ignored = np.asarray(~items.any(axis=1) & base.any(axis=1))
    return np.where(ignored[:, None], base, items), {EXPOSURE_IGNORED: ignored}


def _of_current_set(examinees: Examinees) -> BoolArray:
    """Return which items belong to the set of the item shown last, (E, n)."""
    current = examinees.current_set[:, None]
    return np.asarray((examinees.structure.sets == current) & (current >= 0))
