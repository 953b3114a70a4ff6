"""A section's plug-ins bound to its pool: one live session asks it for the next item.

The engine works on item ids and recorded answers; the numbers are `cact_tui.psychometrics`'s. Every
call starts from the records, so no state survives between two calls or two sessions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from cact_tui.banks.items import Form, Item, ItemBank, ItemStatus
from cact_tui.errors import CactError
from cact_tui.psychometrics import administration, registry
from cact_tui.psychometrics.draws import permutation, uniform
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Estimates, Estimator
from cact_tui.psychometrics.stopping import StopRules
from cact_tui.psychometrics.structure import Structure
from cact_tui.sessions.events import Estimate, Prior
from cact_tui.sessions.outcomes import Closing, Over, Pick
from cact_tui.sessions.specification import RuleChoice, SectionSpecification, StopChoice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cact_tui.psychometrics.problems import SettingProblem
    from cact_tui.sessions.states import ItemRecord


class UnusableSection(CactError):
    """Rules and banks of a section cannot make a test together."""

    def __init__(self, section: str, problems: Sequence[SettingProblem]) -> None:
        super().__init__("; ".join(f"{p.key} {p.message} {p.cure}" for p in problems))
        self.section = section
        self.problems = tuple(problems)


@frozen(kw_only=True, eq=False)
class SectionEngine:
    """The rules of a section bound to the items that may be given in it."""

    specification: SectionSpecification
    pool: Pool = field(repr=False)
    structure: Structure = field(repr=False)
    rules: administration.Rules = field(repr=False)
    final: Estimator = field(repr=False)
    beside: Estimator | None = field(repr=False)

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
        structure = _structure(pool, items)
        engine = cls(
            specification=specification,
            pool=pool,
            structure=structure,
            rules=_rules(specification),
            final=_built(registry.ESTIMATORS, specification.final),
            beside=_built(registry.ESTIMATORS, specification.beside)
            if specification.beside
            else None,
        )
        problems = engine.rules.check(structure, np.ones(len(pool), dtype=np.bool_))
        if problems:
            raise UnusableSection(specification.id, problems)
        return engine

    def start(self, seed: str) -> tuple[Estimate, tuple[float, ...]]:
        """Return where the section begins and the draw that decided it."""
        draw = uniform(f"{seed}/{self.specification.id}/start", 0, 1)
        theta = float(self.rules.start.theta(draw)[0])
        prior = self.specification.prior
        start = Estimate(theta=theta, se=prior.sd, method=self.specification.start.rule)
        return start, tuple(draw.tolist())

    def next(self, seed: str, start: Estimate, records: Sequence[ItemRecord]) -> Pick | Over:
        """Return the next item, or why there is none; time is not looked at here."""
        examinees, estimate = self._now(start, records)
        reason = administration.verdict(self.rules, examinees).reason()
        if reason:
            return Over(reason=reason, estimate=estimate)
        draws = uniform(f"{seed}/{self.specification.id}/choice", len(records) + 1, 2)
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
        )

    def interim(self, start: Estimate, records: Sequence[ItemRecord]) -> Estimate:
        """Return the estimate that steers the section after these records."""
        return self._now(start, records)[1]

    def close(self, records: Sequence[ItemRecord]) -> Closing:
        """Return what is reported after these records, under the reference prior."""
        prior = _normal(self.specification.reference)
        items, categories = self._matrix(records)
        final = _estimate(self.final.estimate(self.pool, items, categories, prior))
        beside = (
            _estimate(self.beside.estimate(self.pool, items, categories, prior))
            if self.beside
            else None
        )
        return Closing(final=final, beside=beside)

    def _now(self, start: Estimate, records: Sequence[ItemRecord]) -> tuple[Examinees, Estimate]:
        items, categories = self._matrix(records)
        prior = _normal(self.specification.prior)
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

    def _matrix(
        self, records: Sequence[ItemRecord]
    ) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], ...]:
        """Return positions and categories of what was shown, (1, L) each; -1 is unscored."""
        items = [[self.pool.index(record.item) for record in records]]
        categories = [[-1 if r.category is None else r.category for r in records]]
        return np.array(items, dtype=np.int64), np.array(categories, dtype=np.int64)


def option_order(
    seed: str, section: str, position: int, item: Item
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the order in which an item's options are shown, and the draws that made it."""
    options = item.option_ids
    if not item.shuffle or item.form in (Form.TRUE_FALSE, Form.NUMERIC):
        return options, ()
    draws = uniform(f"{seed}/{section}/order", position, len(options) - 1)
    return permutation(options, draws), tuple(draws.tolist())


def eligible(
    specification: SectionSpecification, banks: Mapping[str, ItemBank]
) -> tuple[Item, ...]:
    """Return the operational items of the section's scale, in ascending order of id."""
    found = [
        item
        for bank in specification.banks
        for item in banks[bank].items.values()
        if item.scale == specification.scale and item.status is ItemStatus.OPERATIONAL
    ]
    return tuple(sorted(found, key=lambda item: item.id))


def compile_pool(
    items: Sequence[Item], specification: SectionSpecification, banks: Mapping[str, ItemBank]
) -> Pool:
    """Return the items compiled for evaluation."""
    scaling = {i: banks[b].D for b in specification.banks for i in banks[b].items}
    known = [item for item in items if item.parameters is not None]
    return Pool.compile(
        ids=[item.id for item in known],
        models=[item.parameters.model for item in known if item.parameters],
        parameters=[item.parameters.values for item in known if item.parameters],
        D=[scaling[item.id] for item in known],
    )


def _structure(pool: Pool, items: Sequence[Item]) -> Structure:
    names = sorted({tag for item in items for tag in item.tags})
    return Structure.compile(
        pool,
        tags={name: {item.id: item.tags.get(name, "") for item in items} for name in names},
        enemies=[(item.id, enemy) for item in items for enemy in item.enemies],
        sets={item.id: item.stimulus for item in items if item.stimulus},
    )


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
