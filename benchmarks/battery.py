"""What it is worth to measure a battery as one: 9 graded and 13 right/wrong scales, simulated.

Prints how many items adaptive tests need to reach, scale by scale, the conditional standard error
of a linear test of 435 items from the same pools: each scale by itself, with the correlations in
the selection only, and with the correlations in the scores. Run it with
``python -m benchmarks.battery``; ``--quick`` takes fewer persons and no other assumptions.

Everything is drawn here, from `SEED`, and known exactly: item parameters, correlations (all equal
to r), theta (normal, means 0, variances 1). There is no exposure or content control. What is
printed is a statement about this simulation and about no official test. docs/batteries.md says
how to read it.
"""

import argparse
import time
from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np

from benchmarks.battery_bank import (
    GRADED,
    GRID,
    ITEMS,
    NODES,
    PLACES,
    RIGHT_WRONG,
    Bank,
    Form,
    Scores,
    drawn_pools,
    likelihoods,
    linear_scores,
    most_informative,
    representative,
    targets,
)
from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.multidimensional.criteria import error_reduction
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal
from cact_tui.psychometrics.multidimensional.sites import Sites, refreshed, settled

SEED = 435
LINEAR = (20,) * GRADED + (20,) * 8 + (19,) * 5
"""Items of each scale in the linear test: 435, divided as evenly as they can be."""
LEAST = 5
"""Items that every scale is given at least."""
CORRELATIONS = (0.0, 0.3, 0.5, 0.7)
POINTS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""The grid of theta on which standard errors are compared, in bands of 0.25 to both sides."""
BAND = 0.25

Use = Literal["independent", "selection", "scoring"]


@attrs.frozen
class Way:
    """A way of testing: what the correlations are used for, and whether sections follow in turn."""

    name: str
    use: Use
    in_turn: bool


WAYS = (
    Way("each scale by itself", "independent", in_turn=True),
    Way("correlations in selection only", "selection", in_turn=True),
    Way("in the scores, section by section", "scoring", in_turn=True),
    Way("in the scores, as one measurement", "scoring", in_turn=False),
)


@attrs.define(kw_only=True, eq=False)
class Battery:
    """E persons under way in an adaptive battery; the arrays change in place.

    Attributes:
        bank: The items.
        answers: What the persons would answer to every item, (E, s, n).
        targets: The standard errors to reach, as `targets` returns them.
        way: The way of testing.
        steering: The interim posterior, which chooses the items.
        reported: The posterior that would be reported now, which ends the test.
        log_likelihood: Of each scale on `GRID`, (E, s, T).
        used: Which items were given, (E, s, n).
        section: The scale that is being tested, (E,); only if they follow in turn.
    """

    bank: Bank
    answers: IntArray
    targets: FloatArray
    way: Way
    steering: Sites
    reported: Sites
    log_likelihood: FloatArray
    used: BoolArray
    section: IntArray

    @classmethod
    def begun(
        cls, bank: Bank, answers: IntArray, targets: FloatArray, way: Way, r: float
    ) -> "Battery":
        """Seat the persons."""
        persons, s, n = answers.shape
        steering = equicorrelated(s, 0.0 if way.use == "independent" else r)
        reported = equicorrelated(s, r if way.use == "scoring" else 0.0)
        return cls(
            bank=bank,
            answers=answers,
            targets=targets,
            way=way,
            steering=Sites.of(steering, persons),
            reported=Sites.of(reported, persons),
            log_likelihood=np.zeros((persons, s, len(GRID))),
            used=np.zeros((persons, s, n), dtype=np.bool_),
            section=np.zeros(persons, dtype=np.int64),
        )

    def scores(self) -> Scores:
        """Return what would be reported now."""
        posterior = self.reported
        return Scores(theta=posterior.mean, se=posterior.se, items=self.used.sum(axis=2))

    def wanted(self, scores: Scores) -> FloatArray:
        """Return the standard error that the linear test has at these estimates, (E, s)."""
        place = np.clip((scores.theta - NODES[0]) / (NODES[1] - NODES[0]), 0, len(NODES) - 1.001)
        node = place.astype(np.int64)
        part, scale = place - node, np.arange(len(self.targets))
        low, high = self.targets[scale, node], self.targets[scale, node + 1]
        return np.asarray(low * (1.0 - part) + high * part)

    def open_scales(self, scores: Scores, wanted: FloatArray) -> BoolArray:
        """Return from which scales the next item may come, (E, s)."""
        needed = ((scores.se > wanted) | (scores.items < LEAST)) & ~self.used.all(axis=2)
        if not self.way.in_turn:
            return needed
        rows, s = np.arange(len(needed)), needed.shape[1]
        done = np.hstack((needed, np.ones((len(needed), 1), dtype=np.bool_)))
        while not (stays := done[rows, self.section]).all():
            self.section += ~stays
        return np.asarray(np.arange(s) == self.section[:, None])

    def next_items(self, open_scales: BoolArray, wanted: FloatArray) -> tuple[IntArray, IntArray]:
        """Return scale and item for each person, (E,) and (E,); scale -1: none.

        The best item of a scale is that of maximum information; among scales the weighted A-rule
        decides, with the weights 1 / wanted^2 for those that are still open.
        """
        rows, scales = np.arange(len(open_scales)), np.arange(open_scales.shape[1])
        if self.way.in_turn:
            chosen = open_scales.argmax(axis=1)
            item, _ = self.best_items(rows, chosen)
        else:
            items, information = self.best_items(rows[:, None], scales)
            weights = open_scales / wanted**2
            gain = error_reduction(information, scales, self.steering.covariance, weights)
            chosen = np.where(open_scales, gain, -np.inf).argmax(axis=1)
            item = items[rows, chosen]
        return np.where(open_scales.any(axis=1), chosen, -1), item

    def best_items(self, rows: IntArray, scale: IntArray) -> tuple[IntArray, FloatArray]:
        """Return the unused items of most information, and it, for some persons and scales."""
        step = PLACES[1] - PLACES[0]
        place = np.rint((self.steering.mean[rows, scale] - PLACES[0]) / step)
        place = np.clip(place, 0, len(PLACES) - 1).astype(np.int64)
        information = self.bank.information[scale, place]
        information = np.where(self.used[rows, scale], -1.0, information)
        return information.argmax(axis=-1), information.max(axis=-1)

    def record(self, scale: IntArray, item: IntArray) -> None:
        """Take the answers to these items into account."""
        rows = np.flatnonzero(scale >= 0)
        at = rows, scale[rows], item[rows]
        self.used[at] = True
        self.log_likelihood[at[:2]] += self.bank.log_chances[*at[1:], self.answers[at]]
        now = self.log_likelihood[np.arange(len(scale)), np.maximum(scale, 0)]
        self.steering = refreshed(self.steering, scale, now, GRID)
        if self.way.use == "selection":
            self.reported = refreshed(self.reported, scale, now, GRID)
        else:
            self.reported = self.steering

    def administer(self) -> Scores:
        """Test until every scale is as exact as it is wanted, and return the scores."""
        at_rest = False
        while True:
            scores = self.scores()
            wanted = self.wanted(scores)
            scale, item = self.next_items(self.open_scales(scores, wanted), wanted)
            if (scale >= 0).any():
                self.record(scale, item)
                at_rest = False
            elif at_rest or self.way.use != "scoring":
                return scores
            else:
                self.steering, _ = settled(self.steering, self.log_likelihood, GRID, sweeps=4)
                self.reported = self.steering
                at_rest = True


def equicorrelated(s: int, r: float) -> MultivariateNormal:
    """Return the standard normal distribution of s scales that all correlate r."""
    return MultivariateNormal.standard(np.full((s, s), r) + (1.0 - r) * np.eye(s))


def persons(count: int, r: float, rng: np.random.Generator) -> FloatArray:
    """Return theta of some persons on all 22 scales."""
    axes = np.linalg.cholesky(equicorrelated(GRADED + RIGHT_WRONG, r).covariance)
    return np.asarray(rng.standard_normal((count, GRADED + RIGHT_WRONG)) @ axes.T)


@attrs.frozen(kw_only=True, eq=False)
class Study:
    """A bank, its linear forms and their standard errors: one replication of the simulation."""

    seed: int
    bank: Bank
    forms: tuple[IntArray, ...]
    targets: FloatArray

    @classmethod
    def drawn(cls, seed: int, form: Form = representative, D: float = 1.702) -> "Study":
        """Draw the items and put the linear test together."""
        rng = np.random.default_rng((SEED, seed))
        bank = Bank.of(drawn_pools(rng, D))
        forms = tuple(form(pool, count) for pool, count in zip(bank.pools, LINEAR, strict=True))
        return cls(seed=seed, bank=bank, forms=forms, targets=targets(bank, forms, rng))

    def part(self, scales: slice) -> "Study":
        """Return the study of some of the scales."""
        return attrs.evolve(
            self,
            bank=self.bank.part(scales),
            forms=self.forms[scales],
            targets=self.targets[scales],
        )


@attrs.frozen(kw_only=True, eq=False)
class Trial:
    """The same persons tested in the linear and in the adaptive ways, on some of the scales."""

    theta: FloatArray
    linear: Scores
    adaptive: dict[str, Scores]

    @classmethod
    def of(
        cls, study: Study, scales: slice, count: int, r: float, believed: float | None = None
    ) -> "Trial":
        """Simulate some persons of correlations r, or believed to be such, tested in all ways."""
        rng = np.random.default_rng((SEED, study.seed, round(10 * r)))
        theta = persons(count, r, rng)
        answers = study.bank.answers(theta, rng)[:, scales]
        part = study.part(scales)
        used = r if believed is None else believed
        return cls(
            theta=theta[:, scales],
            linear=linear_scores(part.bank, answers, part.forms),
            adaptive={
                way.name: Battery.begun(part.bank, answers, part.targets, way, used).administer()
                for way in WAYS
            },
        )


def counted(trials: Sequence[Trial], way: Way) -> str:
    """Return the mean number of items and its Monte Carlo error over the replications."""
    means = [trial.adaptive[way.name].items.sum(axis=1).mean() for trial in trials]
    return f"{np.mean(means):6.1f} ±{np.std(means, ddof=1) / np.sqrt(len(means)):4.1f}"


def conditional(trials: Sequence[Trial], way: Way | None, point: float) -> tuple[float, float]:
    """Return mean standard error and root mean square error near a point of theta."""
    se, error = [], []
    for trial in trials:
        scores = trial.adaptive[way.name] if way else trial.linear
        near = np.abs(trial.theta - point) <= BAND
        se.append(scores.se[near])
        error.append((scores.theta - trial.theta)[near])
    return float(np.concatenate(se).mean()), float(np.sqrt((np.concatenate(error) ** 2).mean()))


def linear_with_correlations(study: Study, count: int, r: float) -> float:
    """Return how many linear items reach the same mean error variance if r enters the scores."""
    rng = np.random.default_rng((SEED, study.seed, 99))
    answers = study.bank.answers(persons(count, r, rng), rng)
    wanted = linear_scores(study.bank, answers, study.forms).se ** 2
    prior = equicorrelated(len(LINEAR), r)
    lengths = range(4, 21, 2)
    excess = []
    for length in lengths:
        forms = [representative(pool, length) for pool in study.bank.pools]
        start = Sites.of(prior, count)
        sites, _ = settled(start, likelihoods(study.bank, answers, forms), GRID, sweeps=8)
        excess.append(-(sites.se**2 / wanted).mean())
    return len(LINEAR) * float(np.interp(-1.0, excess, lengths))


FORMS = (
    ("mixed battery: 9 graded, 13 right/wrong scales", slice(0, 22)),
    ("graded scales alone: 9", slice(0, GRADED)),
    ("right/wrong scales alone: 13", slice(GRADED, 22)),
)


def print_forms(studies: Sequence[Study], count: int) -> list[Trial]:
    """Print the items needed by form, way and correlation; return the mixed trials at r = .7."""
    kept: list[Trial] = []
    excess = -np.inf
    for title, scales in FORMS:
        print(f"\n{title}; linear test {sum(LINEAR[scales])} items")
        print(" " * 36 + "".join(f"{f'r = {r:g}':>13}" for r in CORRELATIONS))
        by_r = [[Trial.of(study, scales, count, r) for study in studies] for r in CORRELATIONS]
        for way in WAYS:
            print(f"{way.name:<36}" + "".join(f"{counted(trials, way):>13}" for trials in by_r))
            for trials in by_r:
                gaps = [
                    conditional(trials, way, x)[0] - conditional(trials, None, x)[0] for x in POINTS
                ]
                excess = max(excess, *gaps)
        kept = kept or by_r[-1]
    print(f"\nlargest conditional SE above the linear test's, in all cells: {excess:+.3f}")
    return kept


def honesty(trials: Sequence[Trial], way: Way | None) -> float:
    """Return the mean square error over the mean error variance: 1 if the SE tells the truth."""
    error, variance = [], []
    for trial in trials:
        scores = trial.adaptive[way.name] if way else trial.linear
        error.append((scores.theta - trial.theta) ** 2)
        variance.append(scores.se**2)
    return float(np.concatenate(error).mean() / np.concatenate(variance).mean())


def print_conditional(trials: Sequence[Trial]) -> None:
    """Print standard error and root mean square error on the grid of theta."""
    print(f"\nmixed battery at r = 0.7: mean SE /RMSE within {BAND} of theta")
    print(" " * 36 + "".join(f"{x:>13g}" for x in POINTS) + "   MSE / mean SE^2")
    for way in (None, *WAYS):
        cells = [conditional(trials, way, x) for x in POINTS]
        row = "".join(f"{se:>7.3f} /{rmse:.3f}" for se, rmse in cells)
        name = way.name if way else f"linear, {sum(LINEAR)} items"
        print(f"{name:<36}{row}{honesty(trials, way):>12.3f}")


def print_others(count: int, replications: int) -> None:
    """Print what other assumptions make of the mixed battery at r = 0.7."""
    print("\nmixed battery, r = 0.7 used, under other assumptions: items, MSE / mean SE^2")
    others: tuple[tuple[str, Form, float, float], ...] = (
        ("against the 435 most informative items", most_informative, 1.702, 0.7),
        ("less discriminating items: D = 1", representative, 1.0, 0.7),
        ("r is 0.5 in truth", representative, 1.702, 0.5),
    )
    for title, form, D, r in others:
        studies = [Study.drawn(seed, form, D) for seed in range(replications)]
        trials = [Trial.of(study, slice(0, 22), count, r, believed=0.7) for study in studies]
        print(title)
        for way in WAYS:
            print(f"  {way.name:<34}{counted(trials, way):>13}{honesty(trials, way):>12.3f}")


def main() -> None:
    """Run the simulation."""
    parser = argparse.ArgumentParser(description="Items that a battery needs, simulated.")
    parser.add_argument("--quick", action="store_true", help="fewer persons, no other assumptions")
    quick = parser.parse_args().quick
    replications, count = (2, 50) if quick else (6, 200)
    begun = time.perf_counter()
    print(f"{replications} replications of the pools, {count} persons each; D = 1.702;")
    print(f"pools of {ITEMS}, at least {LEAST} items of each scale; ± Monte Carlo standard error")
    studies = [Study.drawn(seed) for seed in range(replications)]
    trials = print_forms(studies, count)
    lengths = [linear_with_correlations(study, count, 0.7) for study in studies]
    print(f"linear items if r = 0.7 enters the scores: {np.mean(lengths):.0f}")
    print_conditional(trials)
    if not quick:
        print_others(count, replications)
    spent = time.perf_counter() - begun
    print(f"\n{spent:.0f} s, {time.process_time():.0f} s of processor time")


if __name__ == "__main__":
    main()
