"""From finished tests to the figures of a section."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from cact_tui.config.settings import Materials
from cact_tui.psychometrics import evaluation
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Estimates, Prior
from cact_tui.psychometrics.simulation import SimulatedTests
from cact_tui.psychometrics.stopping import StandardErrorAtMost
from cact_tui.results.evidence import weakest_parameters
from cact_tui.sessions.engine import SectionEngine
from cact_tui.sessions.pools import pretested
from cact_tui.study.crowds import Crowd
from cact_tui.study.figures import (
    Information,
    Lengths,
    Levels,
    Linear,
    Point,
    Pretest,
    SectionFigures,
    Use,
)

if TYPE_CHECKING:
    from cact_tui.banks.items import Item
    from cact_tui.banks.standards import StandardSetting
    from cact_tui.psychometrics.arrays import FloatArray, IntArray

SHOWN_THETA = np.linspace(-3.0, 3.0, 25)
"""Where the information of a pool is shown, in reference standard deviations."""
LATE = 90
"""The percentile of lengths and minutes that is shown beside the mean."""
FEW_POINTS = 60
"""Up to so many different true thetas are points of their own."""


@frozen(kw_only=True, eq=False)
class FinishedSection:
    """Adaptive tests of one section, their final estimates, and linear tests beside them."""

    engine: SectionEngine
    materials: Materials
    crowd: Crowd
    tests: SimulatedTests
    final: Estimates
    linear: SimulatedTests | None

    def figures(self, linear_items: int) -> SectionFigures:
        """Return all figures.

        Args:
            linear_items: The length of the linear test whose error is stated.
        """
        specification, tests, theta = self.engine.specification, self.tests, self.crowd.theta
        lengths, n = tests.lengths, len(self.crowd)
        figures = theta, self.final.theta, self.final.se, lengths
        overall = evaluation.accuracy(*figures)
        edges = tuple(
            specification.reference.mean + specification.reference.sd * edge
            for edge in evaluation.BANDS
        )
        points, ended = self._points(), self._ended()
        unmet = ~self.engine.rules.content.satisfied(ended)
        return SectionFigures(
            id=specification.id,
            scale=specification.scale,
            title=next(iter(specification.title.values()), specification.id),
            crowd=self.crowd.words,
            n=n,
            pool=len(self.engine.pool),
            parameters=weakest_parameters(self._items()),
            final=self.final.method,
            overall=overall,
            reliability=None if points else evaluation.marginal_reliability(theta, self.final.se),
            bands=evaluation.by_bands(*figures, edges),
            points=points,
            lengths=self._lengths(),
            use=self._use(),
            stopped={
                reason: float((tests.reason == code).mean())
                for code, reason in enumerate(tests.reasons)
                if (tests.reason == code).any()
            },
            unmeasured=float((self._wide() | unmet).mean()),
            unmet_content=int(unmet.sum()),
            enemies_met=self._enemies_met(ended),
            notes=tests.notes,
            levels=self._levels(),
            pretest=self._pretest(),
            linear=self._linear(linear_items, overall.se),
            information=self._information(),
        )

    def _items(self) -> list[Item]:
        banks = self.materials.banks
        by_id = {
            item.id: item
            for bank in self.engine.specification.banks
            for item in banks[bank].items.values()
        }
        return [by_id[item_id] for item_id in self.engine.pool.ids]

    def _seconds(self) -> FloatArray:
        return np.array([float(item.expected_seconds) for item in self._items()])

    def _ended(self) -> Examinees:
        rules, tests = self.engine.rules, self.tests
        return Examinees(
            pool=self.engine.pool,
            structure=self.engine.structure,
            items=tests.items,
            categories=tests.categories,
            theta=tests.theta,
            se=tests.se,
            min_items=rules.min_items,
            max_items=rules.max_items,
            prior=reference_prior(self.engine),
        )

    def _wide(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return whose posterior keeps more of the prior's variance than counts as measured."""
        widest = self.materials.profile.variance_ratio
        sd = self.engine.specification.reference.sd
        return np.asarray(self.final.se**2 > widest * sd**2)

    def _points(self) -> tuple[Point, ...]:
        different = np.unique(self.crowd.theta)
        if len(different) > FEW_POINTS or len(different) == len(self.crowd):
            return ()
        points = []
        for theta in different.tolist():
            here = self.crowd.theta == theta
            found = evaluation.accuracy(
                self.crowd.theta[here],
                self.final.theta[here],
                self.final.se[here],
                self.tests.lengths[here],
            )
            points.append(Point(theta=theta, accuracy=found))
        return tuple(points)

    def _lengths(self) -> Lengths:
        lengths = self.tests.lengths
        minutes = _minutes(self.tests.items, self._seconds())
        values, counts = np.unique(lengths, return_counts=True)
        return Lengths(
            least=int(lengths.min()),
            mean=float(lengths.mean()),
            most=int(lengths.max()),
            late=float(np.percentile(lengths, LATE)),
            counts=dict(zip(values.tolist(), counts.tolist(), strict=True)),
            minutes=float(minutes.mean()),
            late_minutes=float(np.percentile(minutes, LATE)),
        )

    def _pretest(self) -> Pretest | None:
        places = self.engine.specification.pretest
        if places is None:
            return None
        items = pretested(self.engine.specification, self.materials.banks)
        seconds = [item.expected_seconds for item in items]
        return Pretest(
            items=places.items,
            of=len(items),
            minutes=places.items * float(np.mean(seconds)) / 60.0,
        )

    def _use(self) -> Use:
        found = evaluation.exposure(self.tests.items, len(self.engine.pool))
        order = np.argsort(-found.rates, kind="stable")
        return Use(
            largest=found.largest,
            used=found.used,
            chi_square=found.chi_square,
            overlap=found.overlap,
            rates={self.engine.pool.ids[place]: float(found.rates[place]) for place in order},
        )

    def _enemies_met(self, ended: Examinees) -> int:
        one, two = self.engine.structure.enemies.T
        shown = ended.administered
        return int((shown[:, one] & shown[:, two]).any(axis=1).sum())

    def _levels(self) -> Levels | None:
        standard = self._standard()
        if standard is None:
            return None
        cuts = np.array([cut.at for cut in standard.cuts])
        found = evaluation.classification(self.crowd.theta, self.final.theta, self.final.se, cuts)
        return Levels(
            cuts=tuple(cuts.tolist()),
            method=standard.method,
            accuracy=found.accuracy,
            consistency=found.consistency,
            by_cut=tuple(found.by_cut.tolist()),
        )

    def _standard(self) -> StandardSetting | None:
        return self.materials.profile.levels.get(self.engine.specification.scale)

    def _linear(self, items: int, wanted: float) -> Linear | None:
        if self.linear is None:
            return None
        path = self.linear.se_path
        longest = int(np.isfinite(path).all(axis=0).sum())
        items = min(items, longest)
        seconds = self._seconds()
        equal = evaluation.length_for(path[:, :longest], wanted)
        return Linear(
            items=items,
            se=math.sqrt(float(np.mean(path[:, items - 1] ** 2))),
            minutes=float(_minutes(self.linear.items[:, :items], seconds).mean()),
            longest=longest,
            items_at_equal_se=equal,
            minutes_at_equal_se=float(_minutes(self.linear.items[:, :equal], seconds).mean())
            if equal
            else None,
        )

    def _information(self) -> Information:
        reference = self.engine.specification.reference
        theta = reference.mean + reference.sd * SHOWN_THETA
        curves = self.engine.pool.information(theta)
        best = -np.sort(-curves, axis=1)[:, : self.engine.rules.max_items]
        return Information(
            theta=tuple(theta.tolist()),
            whole=tuple(curves.sum(axis=1).tolist()),
            most=tuple(best.sum(axis=1).tolist()),
            needed=_needed(self.engine),
        )


def reference_prior(engine: SectionEngine) -> Prior:
    """Return the prior of a section's final estimates."""
    reference = engine.specification.reference
    return NormalPrior(mean=reference.mean, sd=reference.sd)


def recorded_crowd(engine: SectionEngine, recorded: IntArray, name: str) -> Crowd:
    """Return people on record, each with the final estimate from all answers as theta.

    Args:
        engine: The section.
        recorded: Their categories, (N, n); -1: none.
        name: Where the record comes from, for the report.
    """
    items = np.broadcast_to(np.arange(len(engine.pool)), recorded.shape)
    whole = engine.final.estimate(engine.pool, items, recorded, reference_prior(engine))
    answered = int((recorded >= 0).sum(axis=1).min())
    words = f"{len(recorded):,} on record in {name}, each with {answered} answers or more"
    return Crowd(theta=whole.theta, words=words, recorded=recorded)


def final_estimates(engine: SectionEngine, tests: SimulatedTests) -> Estimates:
    """Return the final estimates of finished tests, under the reference prior."""
    return engine.final.estimate(
        engine.pool, tests.items, tests.categories, reference_prior(engine)
    )


def _needed(engine: SectionEngine) -> float | None:
    """Return the information that the tightest rule on the posterior's SE asks of the items."""
    stops = (*engine.rules.stops.any, *engine.rules.stops.all)
    limits = [rule.at_most for rule in stops if isinstance(rule, StandardErrorAtMost)]
    if not limits:
        return None
    return max(0.0, 1.0 / min(limits) ** 2 - 1.0 / engine.specification.prior.sd**2)


def _minutes(items: IntArray, seconds: FloatArray) -> FloatArray:
    """Return the expected minutes of answering of each test, (N,)."""
    return np.asarray(np.where(items >= 0, seconds[items], 0.0).sum(axis=1) / 60.0)
