"""Simulated tests: the engine over many examinees at once, in lockstep.

The rules, and the functions that apply them, are those of a live session; only the answers are
simulated, or taken from a matrix of recorded ones.
"""

from typing import Protocol

import attrs
import numpy as np

from cact_tui.psychometrics.administration import (
    MAX_ITEMS,
    POOL_EXHAUSTED,
    Rules,
    begin,
    choose,
    update,
    verdict,
)
from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.picking import Picks
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import Prior
from cact_tui.psychometrics.structure import Structure

BATCH = 1024
"""Examinees tested at a time; what they carry stays in the processor's caches."""
DRAWS_OF_A_STEP = 3
"""One for the selector, one for exposure control, one for the answer."""


class Answers(Protocol):
    """Where the answers of simulated examinees come from."""

    def given(self, rows: IntArray, item: IntArray, draw: FloatArray) -> IntArray:
        """Return the categories that examinees answer in, (E,); -1: unscored, or no item.

        Args:
            rows: Which examinees, (E,).
            item: The item that each is shown, (E,); -1: none.
            draw: Uniform draws in [0, 1), (E,).
        """


@attrs.frozen(kw_only=True, eq=False)
class SimulatedAnswers:
    """Answers by the model, of examinees whose theta is known.

    Attributes:
        pool: The items.
        theta: True values, (N,).
    """

    pool: Pool
    theta: FloatArray

    def given(self, rows: IntArray, item: IntArray, draw: FloatArray) -> IntArray:
        """Return categories drawn from P(X = k | theta), (E,)."""
        return simulate(self.pool, item, self.theta[rows], draw)


@attrs.frozen(kw_only=True, eq=False)
class RecordedAnswers:
    """Answers that real people gave, for post hoc simulation.

    Attributes:
        categories: The category that each of N people scored in each of n items, (N, n); -1: none.
    """

    categories: IntArray

    def given(self, rows: IntArray, item: IntArray, draw: FloatArray) -> IntArray:  # noqa: ARG002
        """Return the categories on record, (E,)."""
        return np.where(item >= 0, self.categories[rows, item], -1)


@attrs.frozen(kw_only=True, eq=False)
class SimulatedTests:
    """N finished tests.

    Attributes:
        items: Positions in the pool in order of administration, then -1, (N, L).
        categories: The categories scored, (N, L); -1: unscored, or padding.
        theta: The last interim estimates, (N,).
        se: Their standard errors, (N,).
        path: The interim estimates after each answer, then NaN, (N, L).
        se_path: Their standard errors, then NaN, (N, L).
        reasons: All reasons there can be for an end, in order of precedence.
        reason: The index of each test's reason, (N,).
        notes: In how many choices something was out of the ordinary, by name.
    """

    items: IntArray
    categories: IntArray
    theta: FloatArray
    se: FloatArray
    path: FloatArray
    se_path: FloatArray
    reasons: tuple[str, ...]
    reason: IntArray
    notes: dict[str, int]

    @property
    def lengths(self) -> IntArray:
        """How many items each test had, (N,)."""
        return np.asarray((self.items >= 0).sum(axis=1), dtype=np.int64)


def administer(
    rules: Rules,
    pool: Pool,
    structure: Structure,
    answers: Answers,
    draws: FloatArray,
    *,
    prior: Prior | None = None,
    barred: BoolArray | None = None,
) -> SimulatedTests:
    """Test N examinees from the first item to the last.

    An examinee's test depends on the own draw alone, and not on who else is tested.

    Args:
        rules: The rules of the section.
        pool: The items.
        structure: Tags, enemies and sets of the pool.
        answers: Where answers come from.
        draws: One uniform draw in [0, 1) for each examinee, (N,), from which all others are hashed;
            or all of them, (N, 1 + 3 (max_items + 1)): one for the start, then for each step one
            for the selector, one for exposure control and one for the answer.
        prior: The prior of the interim estimate; by default N(0, 1).
        barred: Items that an examinee must not be given, (N, n); None: none.
    """
    tests = _none_yet(rules, len(draws))
    width = 1 + DRAWS_OF_A_STEP * (rules.max_items + 1)
    for first in range(0, len(draws), BATCH):
        rows = np.arange(first, min(first + BATCH, len(draws)))
        own = draws[rows] if draws.ndim > 1 else hashed(draws[rows], np.arange(width))
        examinees = begin(
            rules,
            pool,
            structure,
            own[:, 0],
            prior=prior,
            barred=None if barred is None else barred[rows],
        )
        _Batch(rules=rules, answers=answers, tests=tests).run(examinees, rows, own[:, 1:])
    return tests


def simulate(pool: Pool, item: IntArray, theta: FloatArray, u: FloatArray) -> IntArray:
    """Return the categories of simulated answers by the inverse of their distribution, (E,).

    The category is the smallest k with u < P_0 + ... + P_k, so that for one u the category rises
    with theta.

    Args:
        pool: The items.
        item: The item that each examinee answers, (E,); -1 gives category -1.
        theta: True values of theta, (E,).
        u: Uniform draws in [0, 1), (E,).
    """
    category = np.full(len(item), -1, dtype=np.int64)
    asked = np.flatnonzero(item >= 0)
    chances = pool.item_probabilities(item[asked], theta[asked, None])[:, 0, :]
    passed = (u[asked, None] >= chances.cumsum(axis=1)).sum(axis=1)
    category[asked] = np.minimum(passed, pool.n_categories[item[asked]] - 1)
    return category


def _none_yet(rules: Rules, n: int) -> SimulatedTests:
    shape = (n, rules.max_items)
    return SimulatedTests(
        items=np.full(shape, -1, dtype=np.int64),
        categories=np.full(shape, -1, dtype=np.int64),
        theta=np.empty(n),
        se=np.empty(n),
        path=np.full(shape, np.nan),
        se_path=np.full(shape, np.nan),
        reasons=(MAX_ITEMS, POOL_EXHAUSTED, *rules.stops.names),
        reason=np.full(n, -1, dtype=np.int64),
        notes={},
    )


@attrs.frozen(kw_only=True, eq=False)
class _Batch:
    """A batch on its way: by which rules, with whose answers, and where its tests are put."""

    rules: Rules
    answers: Answers
    tests: SimulatedTests

    def run(self, examinees: Examinees, rows: IntArray, draws: FloatArray) -> None:
        """Test examinees to their end.

        Args:
            examinees: The batch before the first item.
            rows: Which of all N they are, (E,).
            draws: The draws of all steps, (E, 3 steps).
        """
        for step in range(self.rules.max_items + 1):
            u = draws[:, DRAWS_OF_A_STEP * step : DRAWS_OF_A_STEP * (step + 1)]
            picks = choose(self.rules, examinees, u[:, :2])
            self._note(picks)
            category = self.answers.given(rows, picks.item, u[:, 2])
            examinees = update(self.rules, examinees, picks.item, category)
            self._keep_path(rows, picks.item, examinees)
            code = verdict(self.rules, examinees, picks.item < 0).code
            done = code >= 0
            if done.any():
                self._keep(rows[done], examinees.some(done), code[done])
                examinees, rows, draws = examinees.some(~done), rows[~done], draws[~done]
            if not len(rows):
                return

    def _note(self, picks: Picks) -> None:
        for name, where in picks.notes.items():
            self.tests.notes[name] = self.tests.notes.get(name, 0) + int(where.sum())

    def _keep_path(self, rows: IntArray, item: IntArray, examinees: Examinees) -> None:
        asked = item >= 0
        place = rows[asked], examinees.counts[asked] - 1
        self.tests.path[place] = examinees.theta[asked]
        self.tests.se_path[place] = examinees.se[asked]

    def _keep(self, rows: IntArray, ended: Examinees, code: IntArray) -> None:
        width = ended.items.shape[1]
        self.tests.items[rows, :width] = ended.items
        self.tests.categories[rows, :width] = ended.categories
        self.tests.theta[rows], self.tests.se[rows] = ended.theta, ended.se
        self.tests.reason[rows] = code
