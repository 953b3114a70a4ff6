"""Scoring keys: option to score category. They live apart from items and never reach a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import field, frozen


class ScoringKey(Protocol):
    """Scores what a participant gave to one item."""

    def category(self, given: tuple[str, ...]) -> int:
        """Return the model's score category of the option ids (or the typed text) given."""


@frozen
class CorrectOptions:
    """Right (1) when exactly these options are chosen, else wrong (0)."""

    options: frozenset[str] = field(repr=False)

    def category(self, given: tuple[str, ...]) -> int:
        """Return 1 or 0."""
        return int(frozenset(given) == self.options)


@frozen
class GradedOptions:
    """Expert credit per option, mapped to the model's categories."""

    categories: Mapping[str, int] = field(repr=False)

    def category(self, given: tuple[str, ...]) -> int:
        """Return the category of the one option given."""
        (option,) = given
        return self.categories[option]


@frozen
class NumericValue:
    """Right (1) when the number typed is within the tolerance of the value, else wrong (0)."""

    value: float = field(repr=False)
    tolerance: float = field(repr=False)

    def category(self, given: tuple[str, ...]) -> int:
        """Return 1 or 0; the text is a number with a decimal comma or point."""
        (text,) = given
        number = float(text.replace(",", "."))
        slack = 1e-9 * max(1.0, abs(self.value))
        return int(abs(number - self.value) <= self.tolerance + slack)


@frozen
class KeyBook:
    """The keys of one bank, by item id."""

    bank: str
    keys: Mapping[str, ScoringKey] = field(repr=False)
