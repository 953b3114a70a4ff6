"""Checks of the fields of rules: attrs validators whose refusals say what to do.

A refusal is ``ValueError(message, cure)`` and its message begins with the field's name, so that
`registry.build` can say which setting is meant.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import attrs

Check = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def finite(_instance: object, field: "attrs.Attribute[Any]", value: float) -> None:
    """Refuse NaN and the infinities."""
    if not math.isfinite(value):
        raise ValueError(f"{field.alias} is {value!r}.", "Give a finite number.")


def above(bound: float) -> Check:
    """Return a check that refuses values that are not above the bound."""

    def check(_instance: object, field: "attrs.Attribute[Any]", value: float) -> None:
        if not value > bound:
            raise ValueError(f"{field.alias} is {value!r}.", f"Give a number above {bound}.")

    return check


def at_least(bound: float) -> Check:
    """Return a check that refuses values below the bound."""

    def check(_instance: object, field: "attrs.Attribute[Any]", value: float) -> None:
        if not value >= bound:
            raise ValueError(f"{field.alias} is {value!r}.", f"Give {bound} or more.")

    return check


def at_most(bound: float) -> Check:
    """Return a check that refuses values above the bound."""

    def check(_instance: object, field: "attrs.Attribute[Any]", value: float) -> None:
        if not value <= bound:
            raise ValueError(f"{field.alias} is {value!r}.", f"Give {bound} or less.")

    return check


def ascending(_instance: object, field: "attrs.Attribute[Any]", values: tuple[float, ...]) -> None:
    """Refuse numbers that are not finite, or do not rise from each to the next."""
    if not all(map(math.isfinite, values)) or any(a >= b for a, b in pairwise(values)):
        raise ValueError(f"{field.alias} is {values!r}.", "Give numbers that rise.")


def below(bound: float) -> Check:
    """Return a check that refuses values that are not below the bound."""

    def check(_instance: object, field: "attrs.Attribute[Any]", value: float) -> None:
        if not value < bound:
            raise ValueError(f"{field.alias} is {value!r}.", f"Give a number below {bound}.")

    return check


def above_field(other: str) -> Check:
    """Return a check that refuses values that are not above another field of the rule."""

    def check(instance: object, field: "attrs.Attribute[Any]", value: float | None) -> None:
        bound = getattr(instance, other)
        if value is not None and bound is not None and not value > bound:
            raise ValueError(
                f"{field.alias} is {value!r}, {other} is {bound!r}.",
                f"Give a {field.alias} above {other}.",
            )

    return check
