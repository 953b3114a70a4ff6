"""What a board knows of a test beforehand: sections, budgets and how long items should take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from cact_tui.delivery.services import Exam


@frozen(kw_only=True)
class SectionOutline:
    """A section: its title by language and the most items it can have."""

    id: str
    title: Mapping[str, str]
    at_most: int


@frozen(kw_only=True)
class Outline:
    """A battery: its sections in order, its budget in seconds (None: none).

    `expected` maps an item's id to the seconds that its author expects it to take.
    """

    sections: tuple[SectionOutline, ...]
    seconds: int | None
    expected: Mapping[str, int] = field(factory=dict, repr=False)


NO_OUTLINE = Outline(sections=(), seconds=None)
"""Of a test that is not known yet."""


def outline_of(exam: Exam) -> Outline:
    """Return the outline of an exam; nothing of its items but their ids and expected seconds."""
    battery = exam.plan.battery
    return Outline(
        sections=tuple(
            SectionOutline(id=one.id, title=one.title, at_most=one.longest)
            for one in battery.sections
        ),
        seconds=battery.seconds,
        expected={
            item.id: item.expected_seconds
            for bank in exam.materials.banks.values()
            for item in bank.items.values()
        },
    )
