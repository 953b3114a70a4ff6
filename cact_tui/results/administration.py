"""Sections and items as administered: the events of a section put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, field, frozen

from cact_tui.banks.items import Item, ItemBank
from cact_tui.errors import BadInput, Problem
from cact_tui.sessions import events as e
from cact_tui.sessions.specification import SectionSpecification
from cact_tui.sessions.states import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.config.settings import Materials
    from cact_tui.journal.protocol import Recorded

Kind = TypeVar("Kind")


@frozen(kw_only=True)
class Administered:
    """One item from its showing to its end; `closing` is None while it is on the screen."""

    shown: e.ItemShown
    shown_at: int
    item: Item
    bank: ItemBank
    closing: e.ResponseGiven | e.ItemClosed | None = None
    closed_at: int | None = None
    after: e.Estimate | None = None

    @property
    def response(self) -> e.ResponseGiven | None:
        """Return the answer, None when there is none."""
        return self.closing if isinstance(self.closing, e.ResponseGiven) else None

    @property
    def scored(self) -> bool:
        """Return whether it was answered and counts."""
        known = self.item.parameters is not None and self.counts
        return known and self.response is not None

    @property
    def counts(self) -> bool:
        """Return whether it is one of the items that count, answered or not."""
        return self.shown.role == Role.SCORED


@frozen(kw_only=True)
class Course:
    """What is on record of one section; all None or empty when it never began.

    `granted_seconds` is the extra time granted while it ran.
    """

    specification: SectionSpecification
    started: e.SectionStarted | None = None
    started_at: int | None = None
    ended: e.SectionEnded | None = None
    ended_at: int | None = None
    items: tuple[Administered, ...] = field(default=(), repr=False)
    granted_seconds: int = 0

    @property
    def budget_seconds(self) -> int | None:
        """Return the budget as it was in the end, with all extra time; None without one."""
        planned = self.started.seconds if self.started else self.specification.seconds
        return None if planned is None else planned + self.granted_seconds

    @property
    def scored(self) -> tuple[Administered, ...]:
        """Return the items that were answered and count."""
        return tuple(one for one in self.items if one.scored)


def courses(recorded: Sequence[Recorded], materials: Materials) -> tuple[Course, ...]:
    """Return the course of every section of the battery, in the battery's order.

    Raises:
        BadInput: an item on record is not the one in the banks given.
    """
    return tuple(
        _course(specification, recorded, materials) for specification in materials.battery.sections
    )


def _course(
    specification: SectionSpecification, recorded: Sequence[Recorded], materials: Materials
) -> Course:
    own = [entry for entry in recorded if getattr(entry.event, "section", None) == specification.id]
    started, started_at = _last(own, e.SectionStarted)
    ended, ended_at = _last(own, e.SectionEnded)
    banks = [materials.banks[bank] for bank in specification.banks]
    return Course(
        specification=specification,
        started=started,
        started_at=started_at,
        ended=ended,
        ended_at=ended_at,
        items=_with_estimates(_items(own, banks), ended),
        granted_seconds=sum(
            entry.event.seconds for entry in own if isinstance(entry.event, e.TimeExtended)
        ),
    )


def _last(entries: Sequence[Recorded], kind: type[Kind]) -> tuple[Kind | None, int | None]:
    """Return the last event of a kind and its time."""
    for entry in reversed(entries):
        if isinstance(entry.event, kind):
            return entry.event, entry.at
    return None, None


def _items(entries: Sequence[Recorded], banks: Sequence[ItemBank]) -> list[Administered]:
    """Return the items shown, each with what closed it."""
    found: list[Administered] = []
    for entry in entries:
        event = entry.event
        if isinstance(event, e.ItemShown):
            bank, item = _known(event, banks)
            found.append(Administered(shown=event, shown_at=entry.at, item=item, bank=bank))
        elif isinstance(event, (e.ResponseGiven, e.ItemClosed)):
            found[-1] = evolve(found[-1], closing=event, closed_at=entry.at)
    return found


def _known(shown: e.ItemShown, banks: Sequence[ItemBank]) -> tuple[ItemBank, Item]:
    """Return the bank and the item that was shown, exactly that one."""
    for bank in banks:
        item = bank.items.get(shown.item)
        if item is not None and item.digest == shown.digest:
            return bank, item
    raise BadInput(
        [
            Problem(
                path=", ".join(bank.id for bank in banks),
                key=shown.item,
                message=f"version {shown.version} as administered is not in these banks",
                cure="use the pinned documents of the session",
            )
        ]
    )


def _with_estimates(
    items: Sequence[Administered], ended: e.SectionEnded | None
) -> tuple[Administered, ...]:
    """Return the items with the estimate that followed each: the next one's, or the last."""
    following = [one.shown.estimate for one in items[1:]]
    last = ended.interim if ended else None
    return tuple(
        evolve(one, after=after) for one, after in zip(items, [*following, last], strict=False)
    )
