"""Checks of the fields of rules: attrs validators whose refusals say what to do.

A refusal is ``ValueError(message, cure)`` and its message begins with the field's name, so that
`registry.build` can say which setting is meant.
"""

import math
from collections.abc import Callable
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
