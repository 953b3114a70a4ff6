"""Items, stimuli, scales and the bank that holds them: everything a participant may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property

from attrs import field, frozen

Texts = Mapping[str, str]
"""One text in several languages, by language code."""


class Form(StrEnum):
    """How an item is answered."""

    SINGLE_CHOICE = "single_choice"
    GRADED_CHOICE = "graded_choice"
    TRUE_FALSE = "true_false"
    MULTIPLE_RESPONSE = "multiple_response"
    NUMERIC = "numeric"


class ItemStatus(StrEnum):
    """Where an item stands in its life."""

    DRAFT = "draft"
    REVIEW = "review"
    PRETEST = "pretest"
    OPERATIONAL = "operational"
    SUSPENDED = "suspended"
    RETIRED = "retired"


class BankPurpose(StrEnum):
    """What a bank is for; a demonstration is said in every result."""

    DEMONSTRATION = "demonstration"
    OPERATIONAL = "operational"
    PRACTICE = "practice"


TRUE_OPTION = "t"
FALSE_OPTION = "f"
"""Option ids that every true/false item has by itself."""


@frozen
class Option:
    """One option; its id says nothing about key or position."""

    id: str
    text: Texts


@frozen
class Entry:
    """What a numeric item asks to be typed: unit (per language) and decimals, 0..6."""

    unit: Texts
    decimals: int


@frozen
class Parameters:
    """An item's model by name and its parameters as the bank gives them.

    `top_category` is the highest score category m that the model gives with these parameters.
    """

    model: str
    values: Mapping[str, float | tuple[float, ...]]
    top_category: int = 1


@frozen(kw_only=True)
class Provenance:
    """Where an item's parameters come from."""

    method: str
    rule: str = ""
    n: int | None = None
    date: str = ""
    software: str = ""
    sample: str = ""
    se: Mapping[str, float | tuple[float, ...]] = field(factory=dict)


@frozen(kw_only=True)
class Item:
    """One item as a participant may see it; its scoring key lives elsewhere.

    `choose` is the number of options to choose in a multiple response item. `parameters` is None
    only in practice banks, and in pretest items that nobody has calibrated. The digest is given, or
    a function that works it out of the item; it follows from the content and has no part in
    comparisons.
    """

    id: str
    version: int
    scale: str
    form: Form
    status: ItemStatus
    stem: Texts
    options: tuple[Option, ...]
    expected_seconds: int
    _digest: str | Callable[[Item], str] = field(eq=False, repr=False)
    tags: Mapping[str, str] = field(factory=dict)
    enemies: tuple[str, ...] = ()
    stimulus: str | None = None
    shuffle: bool = True
    choose: int = 1
    entry: Entry | None = None
    parameters: Parameters | None = None
    provenance: Provenance | None = None

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of the canonical content; it waits until it is asked for."""
        return self._digest if isinstance(self._digest, str) else self._digest(self)

    @cached_property
    def option_ids(self) -> tuple[str, ...]:
        """Return the ids of all options in the bank's order; none for a numeric item."""
        if self.form is Form.TRUE_FALSE:
            return (TRUE_OPTION, FALSE_OPTION)
        return tuple(option.id for option in self.options)


@frozen
class Stimulus:
    """A passage or case shared by several items."""

    id: str
    title: Texts
    text: Texts


@frozen
class Scale:
    """What is measured: one competency, one aspect."""

    id: str
    name: Texts


@frozen(kw_only=True)
class ItemBank:
    """A bank as read and validated; `items` are keyed by id in ascending order."""

    id: str
    version: str
    purpose: BankPurpose
    metric: str
    languages: tuple[str, ...]
    D: float
    title: Texts
    scales: Mapping[str, Scale]
    stimuli: Mapping[str, Stimulus]
    items: Mapping[str, Item]
