"""A section's plug-ins bound to its pool: one live session asks it for the next item.

The engine works on item ids and recorded answers; the numbers are `cact_tui.psychometrics`'s. Every
call starts from the records, so no state survives between two calls or two sessions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen

from cact_tui.banks.items import Form, Item, ItemBank
from cact_tui.errors import CactError
from cact_tui.psychometrics import administration, registry
from cact_tui.psychometrics.draws import lasting, permutation, uniform
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Estimates, Estimator
from cact_tui.psychometrics.starts import starting_theta
from cact_tui.psychometrics.stopping import StopRules
from cact_tui.psychometrics.structure import Structure
from cact_tui.sessions.events import Estimate, Prior
from cact_tui.sessions.outcomes import Closing, Over, Pick
from cact_tui.sessions.pilots import Pilots, enemies_needed
from cact_tui.sessions.pools import compile_pool, compile_structure, eligible, pretested
from cact_tui.sessions.specification import RuleChoice, SectionSpecification, StopChoice
from cact_tui.sessions.states import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cact_tui.psychometrics.problems import SettingProblem
    from cact_tui.psychometrics.protocols import Background
    from cact_tui.sessions.states import ItemRecord


class UnusableSection(CactError):
    """Rules and banks of a section cannot make a test together."""

    def __init__(self, section: str, problems: Sequence[SettingProblem]) -> None:
        super().__init__("; ".join(f"{p.key} {p.message} {p.cure}" for p in problems))
        self.section = section
        self.problems = tuple(problems)


@frozen(kw_only=True, eq=False)
class SectionEngine:
    """The rules of a section bound to the items that may be given in it.

    Pretest items are in no pool: they come from `pilots`, and nothing else looks at them.
    """

    specification: SectionSpecification
    pool: Pool = field(repr=False)
    structure: Structure = field(repr=False)
    rules: administration.Rules = field(repr=False)
    final: Estimator = field(repr=False)
    beside: Estimator | None = field(repr=False)
    pilots: Pilots | None = field(default=None, repr=False)

    @classmethod
    def bind(
        cls, specification: SectionSpecification, banks: Mapping[str, ItemBank]
    ) -> SectionEngine:
        """Bind a section to its banks.

        Raises:
            UnusableSection: no test can be made of them.
        """
        items = eligible(specification, banks)
        pool = compile_pool(items, specification, banks)
        structure = compile_structure(pool, items)
        engine = cls(
            specification=specification,
            pool=pool,
            structure=structure,
            rules=_rules(specification),
            final=_built(registry.ESTIMATORS, specification.final),
            beside=_built(registry.ESTIMATORS, specification.beside)
            if specification.beside
            else None,
            pilots=_pilots(specification, banks, items),
        )
        problems = engine.problems()
        if problems:
            raise UnusableSection(specification.id, problems)
        return engine

    def problems(self) -> tuple[SettingProblem, ...]:
        """Return why no test can be made; empty if one can."""
        everything = np.ones(len(self.pool), dtype=np.bool_)
        problems = self.rules.check(self.structure, everything, self.pool)
        if problems or self.pilots is None:
            return problems
        rivals = self._barred(self.pilots.rivals)
        short = () if rivals is None else self.rules.check(self.structure, ~rivals[0], self.pool)
        return (*self.pilots.problems(self.specification), *enemies_needed(short))

    def start(
        self, seed: str, background: Background | None = None, prior: Prior | None = None
    ) -> tuple[Estimate, tuple[float, ...]]:
        """Return where the section begins and the draw that decided it.

        Args:
            seed: Of the session.
            background: What is known of the participant.
            prior: The prior that steers, if earlier sections made one: the section begins at its
                mean, whatever the start rule says.
        """
        draw = self._start_draw(seed)
        theta = float(starting_theta(self.rules.start, draw, background)[0])
        if prior is not None and prior != self.specification.prior:
            theta = prior.mean
        prior = prior or self.specification.prior
        start = Estimate(theta=theta, se=prior.sd, method=self.specification.start.rule)
        return start, tuple(draw.tolist())

    def next(
        self,
        seed: str,
        start: Estimate,
        records: Sequence[ItemRecord],
        prior: Prior | None = None,
    ) -> Pick | Over:
        """Return the next item, or why there is none; time is not looked at here.

        Args:
            seed: Of the session.
            start: Where the section began.
            records: What was shown so far.
            prior: The prior that steers; by default the section's own. With another one, a rule
                that stops at an estimate or its error looks at those under the section's own.
        """
        counting = scored(records)
        now, estimate = self._now(start, counting, prior)
        examinees = evolve(
            now,
            before=self._before(start, counting),
            lasting=lasting(self._start_draw(seed)),
            barred=self._barred(self.pilots.barred(records)) if self.pilots else None,
        )
        pretest = self._pretest(examinees, records, estimate)
        if pretest is not None:
            return pretest
        judged = self._judged(examinees, start, counting, prior)
        outcome = self._choice(seed, examinees, judged, estimate)
        if isinstance(outcome, Over) and self.pilots:
            # No case is under way any more; what was held back by one comes before the end.
            return self._pretest(examinees, records, estimate, ending=True) or outcome
        return outcome

    def _choice(
        self, seed: str, examinees: Examinees, judged: Examinees, estimate: Estimate
    ) -> Pick | Over:
        """Return the next item that counts, or the end; `judged` is what stop rules look at."""
        reason = administration.verdict(self.rules, judged).reason()
        if reason:
            return Over(reason=reason, estimate=estimate)
        # Numbered by the items that count: pretest items among them change no draw.
        place = int(examinees.counts[0]) + 1
        draws = uniform(f"{seed}/{self.specification.id}/choice", place, 2)
        picks = administration.choose(self.rules, examinees, draws[None, :])
        chosen = int(picks.item[0])
        if chosen < 0:
            return Over(reason=administration.POOL_EXHAUSTED, estimate=estimate)
        return Pick(
            item=self.pool.ids[chosen],
            estimate=estimate,
            draws=tuple(draws.tolist()),
            criterion=float(picks.score[0]),
            rank=int(picks.rank[0]),
            candidates=tuple(self.pool.ids[i] for i in picks.candidates[0] if i >= 0),
            # That a case was left is the ordinary work of content bounds.
            notes=tuple(sorted(picks.notes.keys() - {administration.SET_CLOSED})),
        )

    def _pretest(
        self,
        examinees: Examinees,
        records: Sequence[ItemRecord],
        estimate: Estimate,
        *,
        ending: bool = False,
    ) -> Pick | None:
        """Return the pretest item that comes now, None for an item that counts or the end."""
        if self.pilots is None or examinees.lasting is None:
            return None
        draw = float(examinees.lasting[0])
        amid = not ending and _amid_a_case(examinees)
        item = self.pilots.due(draw, records, amid=amid)
        if item is None:
            return None
        return Pick(
            item=item,
            estimate=estimate,
            draws=(draw,),
            criterion=0.0,
            rank=1,
            candidates=(item,),
            role=Role.PRETEST.value,
        )

    def _barred(
        self, items: Collection[str]
    ) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]] | None:
        """Return a mask of some items of the pool, (1, n), None where it has none of them."""
        found = np.isin(self.pool.ids, list(items))
        return found[None, :] if found.any() else None

    def interim(
        self, start: Estimate, records: Sequence[ItemRecord], prior: Prior | None = None
    ) -> Estimate:
        """Return the estimate that steers the section after these records."""
        return self._now(start, records, prior)[1]

    def close(self, records: Sequence[ItemRecord]) -> Closing:
        """Return what is reported after these records, under the reference prior."""
        prior = _normal(self.specification.reference)
        items, categories = self.matrix(records)
        final = _estimate(self.final.estimate(self.pool, items, categories, prior))
        beside = (
            _estimate(self.beside.estimate(self.pool, items, categories, prior))
            if self.beside
            else None
        )
        return Closing(final=final, beside=beside)

    def _start_draw(self, seed: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return uniform(f"{seed}/{self.specification.id}/start", 0, 1)

    def _before(
        self, start: Estimate, records: Sequence[ItemRecord]
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
        """Return the interim estimate before the last answer, (1,), if a stop rule may ask."""
        if not records or not self.rules.stops.names:
            return None
        return np.array([self.interim(start, records[:-1]).theta])

    def _judged(
        self,
        examinees: Examinees,
        start: Estimate,
        records: Sequence[ItemRecord],
        prior: Prior | None,
    ) -> Examinees:
        """Return the examinees as stop rules see them: by the section's own prior."""
        own = self.specification.prior
        if prior is None or prior == own:
            return examinees
        estimate = self.interim(start, records)
        return evolve(
            examinees,
            theta=np.array([estimate.theta]),
            se=np.array([estimate.se if records else own.sd]),
            prior=_normal(own),
        )

    def _now(
        self, start: Estimate, records: Sequence[ItemRecord], steering: Prior | None
    ) -> tuple[Examinees, Estimate]:
        items, categories = self.matrix(records)
        prior = _normal(steering or self.specification.prior)
        estimate = start
        if (categories >= 0).any():
            found = self.rules.interim.estimate(self.pool, items, categories, prior)
            estimate = _estimate(found)
        examinees = Examinees(
            pool=self.pool,
            structure=self.structure,
            items=items,
            categories=categories,
            theta=np.array([estimate.theta]),
            se=np.array([estimate.se]),
            min_items=self.rules.min_items,
            max_items=self.rules.max_items,
            prior=prior,
        )
        return examinees, estimate

    def matrix(
        self, records: Sequence[ItemRecord]
    ) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], ...]:
        """Return positions and categories of the items that count, (1, L) each; -1 is unscored."""
        counting = scored(records)
        items = [[self.pool.index(record.item) for record in counting]]
        categories = [[-1 if r.category is None else r.category for r in counting]]
        return np.array(items, dtype=np.int64), np.array(categories, dtype=np.int64)


def scored(records: Sequence[ItemRecord]) -> tuple[ItemRecord, ...]:
    """Return the records of the items that count."""
    return tuple(record for record in records if record.role == Role.SCORED)


def option_order(
    seed: str, section: str, position: int, item: Item
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the order in which an item's options are shown, and the draws that made it."""
    options = item.option_ids
    if not item.shuffle or item.form in (Form.TRUE_FALSE, Form.NUMERIC):
        return options, ()
    draws = uniform(f"{seed}/{section}/order", position, len(options) - 1)
    return permutation(options, draws), tuple(draws.tolist())


def _amid_a_case(examinees: Examinees) -> bool:
    """Return whether more items of the case of the item shown last may come."""
    case = examinees.current_set[0]
    of_it = examinees.open_items[0] & (examinees.structure.sets == case)
    return bool(case >= 0 and of_it.any())


def _pilots(
    specification: SectionSpecification, banks: Mapping[str, ItemBank], items: Sequence[Item]
) -> Pilots | None:
    places = specification.pretest
    return Pilots.bind(places, pretested(specification, banks), items) if places else None


def _rules(specification: SectionSpecification) -> administration.Rules:
    return administration.Rules(
        start=_built(registry.STARTS, specification.start),
        selector=_built(registry.SELECTORS, specification.selector),
        exposure=_built(registry.EXPOSURES, specification.exposure),
        content=_built(registry.CONTENTS, specification.content),
        interim=_built(registry.ESTIMATORS, specification.interim),
        stops=_stops(specification.stop),
        min_items=specification.min_items,
        max_items=specification.max_items,
    )


def _stops(choice: StopChoice) -> StopRules:
    rules = tuple(_built(registry.STOPS, rule) for rule in choice.rules)
    return StopRules(all=rules) if choice.combine == "all" else StopRules(any=rules)


def _built(group: str, choice: RuleChoice) -> Any:
    return registry.build(group, choice.rule, choice.settings)


def _normal(prior: Prior) -> NormalPrior:
    return NormalPrior(mean=prior.mean, sd=prior.sd)


def _estimate(found: Estimates) -> Estimate:
    fell_back = bool(found.fell_back[0])
    return Estimate(
        theta=float(found.theta[0]),
        se=float(found.se[0]),
        method=found.fallback if fell_back else found.method,
        fell_back=fell_back,
        at_edge=bool(found.at_edge[0]),
    )
