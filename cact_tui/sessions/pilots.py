"""The pretest items of a section: which one is to be shown now, if any.

When they come and in which order follows from the examinee's lasting draw alone (`PretestPlan`).
What was shown can hold an item back: never an enemy of an item shown, and no item amid the items of
a case that it does not belong to. One that is held back leaves its place to the next of the circle,
and a place that none can take is made up for as soon as one can. Answers play no part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from cact_tui.psychometrics.pretest import PretestPlan
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.sessions.states import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cact_tui.banks.items import Item
    from cact_tui.sessions.specification import PretestPlaces, SectionSpecification
    from cact_tui.sessions.states import ItemRecord


@frozen(kw_only=True, eq=False)
class Pilots:
    """Pretest items bound to a section's plan.

    Attributes:
        plan: How many are shown to whom, and where.
        items: Their ids, ascending.
        enemies: Of each item, pretest or not, those that are never shown beside it.
        cases: The case or passage of each item, pretest or not, that has one.
        shared: Cases that items which count belong to as well.
    """

    plan: PretestPlan
    items: tuple[str, ...]
    enemies: Mapping[str, frozenset[str]]
    cases: Mapping[str, str]
    shared: frozenset[str]

    @classmethod
    def bind(cls, places: PretestPlaces, pretest: Sequence[Item], scored: Sequence[Item]) -> Pilots:
        """Bind the pretest items of a section.

        Args:
            places: How many, and where.
            pretest: The pretest items.
            scored: The items that count.
        """
        both = (*pretest, *scored)
        return cls(
            plan=PretestPlan(items=places.items, first=places.first, last=places.last),
            items=tuple(sorted(item.id for item in pretest)),
            enemies=_enemies(both),
            cases={item.id: item.stimulus for item in both if item.stimulus},
            shared=frozenset(item.stimulus for item in scored if item.stimulus),
        )

    def problems(self, specification: SectionSpecification) -> tuple[SettingProblem, ...]:
        """Return why the plan would not be carried out in a section; empty if it will."""
        return tuple(
            SettingProblem(key=f"pretest.{one.key}", message=one.message, cure=one.cure)
            for one in self.plan.check(len(self.items), specification.min_items)
        )

    @property
    def rivals(self) -> frozenset[str]:
        """Return the enemies of all pretest items."""
        return frozenset[str]().union(*(self.enemies.get(item, ()) for item in self.items))

    def due(self, draw: float, records: Sequence[ItemRecord], *, amid: bool) -> str | None:
        """Return the pretest item that comes now, None for none.

        Args:
            draw: The examinee's lasting draw.
            records: What was shown so far, of both kinds.
            amid: Whether more items of the case shown last are to come.
        """
        lasting = np.array([draw])
        reached = int((self.plan.places(lasting) <= len(records) + 1).sum())
        if sum(record.role == Role.PRETEST for record in records) >= reached:
            return None
        start = int(self.plan.order(lasting, len(self.items))[0, 0])
        circle = (*self.items[start:], *self.items[:start])
        return next(self._free(circle, records, amid=amid), None)

    def barred(self, records: Sequence[ItemRecord]) -> frozenset[str]:
        """Return the enemies of the pretest items shown, which must not come any more."""
        shown = [record.item for record in records if record.role == Role.PRETEST]
        return frozenset[str]().union(*(self.enemies.get(item, ()) for item in shown))

    def _free(
        self, circle: Sequence[str], records: Sequence[ItemRecord], *, amid: bool
    ) -> Iterator[str]:
        """Yield the items that may come now, in the order of the circle."""
        shown = {record.item for record in records}
        seen = {self.cases[item] for item in shown if item in self.cases}
        last = self.cases.get(records[-1].item) if records else None
        for item in circle:
            if item in shown or self.enemies.get(item, frozenset()) & shown:
                continue
            case = self.cases.get(item)
            goes_on = case is not None and case == last
            begins = not amid and (case is None or case not in seen | self.shared)
            if goes_on or begins:
                yield item


def enemies_needed(short: Sequence[SettingProblem]) -> tuple[SettingProblem, ...]:
    """Return what rules say of a pool without the enemies of any pretest item, as their problem."""
    return tuple(
        SettingProblem(
            key="pretest",
            message=f"bars the enemies of pretest items, and without them {one.key} {one.message}",
            cure="Pretest items without those enemies, or add items that count.",
        )
        for one in short
    )


def _enemies(items: Sequence[Item]) -> Mapping[str, frozenset[str]]:
    """Return the enemies of each item; a pair may be named on one side only."""
    found: dict[str, set[str]] = {}
    for item in items:
        for enemy in item.enemies:
            found.setdefault(item.id, set()).add(enemy)
            found.setdefault(enemy, set()).add(item.id)
    return {item: frozenset(enemies) for item, enemies in found.items()}
