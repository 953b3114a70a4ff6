"""The items of a section: which may be given, and what rules compute with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.banks.items import Item, ItemBank, ItemStatus
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cact_tui.sessions.specification import SectionSpecification


def eligible(
    specification: SectionSpecification, banks: Mapping[str, ItemBank]
) -> tuple[Item, ...]:
    """Return the operational items of the section's scale, in ascending order of id."""
    return _of_status(ItemStatus.OPERATIONAL, specification, banks)


def pretested(
    specification: SectionSpecification, banks: Mapping[str, ItemBank]
) -> tuple[Item, ...]:
    """Return the pretest items of the section's scale, in ascending order of id."""
    return _of_status(ItemStatus.PRETEST, specification, banks)


def _of_status(
    status: ItemStatus, specification: SectionSpecification, banks: Mapping[str, ItemBank]
) -> tuple[Item, ...]:
    found = [
        item
        for bank in specification.banks
        for item in banks[bank].items.values()
        if item.scale == specification.scale and item.status is status
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


def compile_structure(pool: Pool, items: Sequence[Item]) -> Structure:
    """Return the tags, enemies, cases and numbers of a pool's items."""
    names = sorted({tag for item in items for tag in item.tags})
    return Structure.compile(
        pool,
        tags={name: {item.id: item.tags.get(name, "") for item in items} for name in names},
        enemies=[(item.id, enemy) for item in items for enemy in item.enemies],
        sets={item.id: item.stimulus for item in items if item.stimulus},
        numbers={
            "seconds": {item.id: float(item.expected_seconds) for item in items},
            "words": {item.id: float(_words(item)) for item in items},
        },
    )


def _words(item: Item) -> int:
    """Return how many words the stem has in the language in which it has most."""
    return max((len(text.split()) for text in item.stem.values()), default=0)
