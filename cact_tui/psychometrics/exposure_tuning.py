"""Tables for exposure control, found by simulating tests until no item is given too often.

    p_new = min(1, target p / rate)

for each item is the adjustment of both methods: of Sympson and Hetter (1985), because rate / p is
how often the item was the best, so that p_new times that is the target; and of item eligibility
(van der Linden & Veldkamp 2004, eq. 9). Each round simulates the same examinees with the same
draws, and no p rises by more than a half at a time, or it would swing.

Rates with intervals of theta are those of the examinees whose last estimate lies in the interval
(van der Linden & Veldkamp 2007). But an item is given where the estimate is at that time; so the
probability for an interval answers for all last intervals to whose rate the choices made in it
contribute a tenth or more, and the highest of these rates counts.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.administration import Rules
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.checks import above, ascending, at_least, at_most
from cact_tui.psychometrics.draws import hashed
from cact_tui.psychometrics.exposure import ItemEligibility, SympsonHetter, intervals
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem, SettingsError
from cact_tui.psychometrics.protocols import Prior
from cact_tui.psychometrics.simulation import SimulatedAnswers, SimulatedTests, administer
from cact_tui.psychometrics.structure import Structure

RISE = 1.5
"""By so much a probability may rise in a round."""
SHARE = 0.1
"""Choices that contribute less of a rate do not answer for it."""
DIGITS = 4
"""Decimals of a table; finer than any simulation knows them."""


@attrs.frozen(kw_only=True, eq=False)
class TunedExposure:
    """What was found.

    Attributes:
        ids: The items.
        cuts: Between which points of theta the intervals lie, C numbers.
        probabilities: The probability of each item in each interval, (C + 1, n).
        rates: The rates that the last simulation had with them, (C + 1, n).
        overall: The rates over all examinees, (n,).
        rounds: How many simulations were run.
        reached: Whether all rates were at most the target and its tolerance.
    """

    ids: tuple[str, ...]
    cuts: tuple[float, ...]
    probabilities: FloatArray = attrs.field(repr=False)
    rates: FloatArray = attrs.field(repr=False)
    overall: FloatArray = attrs.field(repr=False)
    rounds: int
    reached: bool

    def settings(self) -> dict[str, object]:
        """Return the settings of the rule, ready for TOML: only items that are held back."""
        held = (self.probabilities < 1.0).any(axis=0)
        rounded = np.round(self.probabilities, DIGITS)
        parameters: dict[str, object] = {
            self.ids[item]: rounded[:, item].tolist() if self.cuts else float(rounded[0, item])
            for item in np.flatnonzero(held)
        }
        return {"cuts": list(self.cuts), "parameters": parameters}


@attrs.frozen(kw_only=True)
class Tuning:
    """How a table is looked for.

    Attributes:
        target: The highest rate of exposure, above length / items.
        tolerance: By which share of itself the target may be passed, for simulations are chance.
        rounds: The most simulations.
        cuts: Between which points of theta intervals lie; none: one table for all.
    """

    target: float = attrs.field(validator=[above(0), at_most(1)])
    tolerance: float = attrs.field(default=0.05, validator=at_least(0))
    rounds: int = attrs.field(default=30, validator=at_least(1))
    cuts: tuple[float, ...] = attrs.field(default=(), validator=ascending)

    def tune(
        self,
        kind: type[SympsonHetter | ItemEligibility],
        rules: Rules,
        pool: Pool,
        structure: Structure,
        *,
        theta: FloatArray,
        draws: FloatArray,
        prior: Prior | None = None,
    ) -> TunedExposure:
        """Simulate tests until no rate is above the target.

        Args:
            kind: `SympsonHetter` or `ItemEligibility`.
            rules: The rules of the section; their exposure rule is replaced.
            pool: The items.
            structure: Tags, enemies and sets of the pool.
            theta: The examinees simulated, (N,); as many as will make rates steady, 1,000 or more.
            draws: One uniform draw in [0, 1) for each examinee, (N,).
            prior: The prior of the interim estimate; by default N(0, 1).

        Raises:
            SettingsError: No table can keep so low a rate, for tests must be filled.
        """
        self._check(rules, pool)
        start = rules.start.theta(hashed(draws, np.zeros(1, dtype=np.int64))[:, 0])
        answers = SimulatedAnswers(pool=pool, theta=theta)
        table = np.ones((len(self.cuts) + 1, len(pool)))
        best: TunedExposure | None = None
        for number in range(1, self.rounds + 1):
            exposure = kind(cuts=self.cuts, parameters=_parameters(pool, table))
            under = attrs.evolve(rules, exposure=exposure)
            tests = administer(under, pool, structure, answers, draws, prior=prior)
            found = self._found(pool, table, tests, number)
            if best is None or found.rates.max() < best.rates.max():
                best = found
            if found.reached:
                break
            flow = given_by_interval(tests, start, self.cuts, len(pool))
            table = self._adjusted(table, found.rates, flow)
        assert best is not None  # noqa: S101 - there is one round at least
        return best

    def _check(self, rules: Rules, pool: Pool) -> None:
        least = rules.min_items / max(len(pool), 1)
        if least >= self.target:
            raise SettingsError(
                [
                    SettingProblem(
                        key="target",
                        message=f"is {self.target:g}: {rules.min_items} of {len(pool)} items "
                        f"need a rate above {least:.3f}.",
                        cure="Raise the target, add items, or shorten the test.",
                    )
                ]
            )

    def _found(
        self, pool: Pool, table: FloatArray, tests: SimulatedTests, number: int
    ) -> TunedExposure:
        rates = rates_by_interval(tests, self.cuts, len(pool))
        return TunedExposure(
            ids=pool.ids,
            cuts=self.cuts,
            probabilities=table,
            rates=rates,
            overall=rates_by_interval(tests, (), len(pool))[0],
            rounds=number,
            reached=bool(rates.max() <= self.target * (1.0 + self.tolerance)),
        )

    def _adjusted(self, table: FloatArray, rates: FloatArray, flow: FloatArray) -> FloatArray:
        counts = flow >= SHARE * flow.sum(axis=0)
        responsible = np.where(counts & (flow > 0), rates, 0.0).max(axis=1)
        factor = self.target / np.maximum(responsible, self.target / RISE)
        return np.asarray(np.minimum(table * factor, 1.0))


def rates_by_interval(tests: SimulatedTests, cuts: tuple[float, ...], n: int) -> FloatArray:
    """Return, of the examinees whose last estimate is in each interval, the share given each item.

    Args:
        tests: The tests.
        cuts: Between which points of theta the intervals lie, C numbers; none: one for all.
        n: How many items there are.

    Returns:
        Rates, (C + 1, n); 0 where nobody was.
    """
    last = intervals(cuts, tests.theta)
    rows, order = (tests.items >= 0).nonzero()
    given = np.zeros((len(cuts) + 1, n))
    np.add.at(given, (last[rows], tests.items[rows, order]), 1.0)
    return np.asarray(given / np.maximum(np.bincount(last, minlength=len(given)), 1)[:, None])


def given_by_interval(
    tests: SimulatedTests, start: FloatArray, cuts: tuple[float, ...], n: int
) -> FloatArray:
    """Return how often each item was given, by the intervals of then and of the end.

    Args:
        tests: The tests, of N examinees.
        start: Where they began, (N,).
        cuts: Between which points of theta the intervals lie, C numbers.
        n: How many items there are.

    Returns:
        Counts, (C + 1 of the choice, C + 1 of the last estimate, n).
    """
    at = np.concatenate((start[:, None], tests.path[:, :-1]), axis=1)
    rows, order = (tests.items >= 0).nonzero()
    then, last = intervals(cuts, at[rows, order]), intervals(cuts, tests.theta)[rows]
    counts = np.zeros((len(cuts) + 1, len(cuts) + 1, n))
    np.add.at(counts, (then, last, tests.items[rows, order]), 1.0)
    return counts


def _parameters(pool: Pool, table: FloatArray) -> dict[str, float | tuple[float, ...]]:
    return {item_id: tuple(table[:, item].tolist()) for item, item_id in enumerate(pool.ids)}
