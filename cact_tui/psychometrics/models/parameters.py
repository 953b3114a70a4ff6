"""Checks that the models share: which keys there are, and whether the figures can be used."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeGuard, cast

from cact_tui.psychometrics.problems import ParameterProblem
from cact_tui.psychometrics.protocols import Parameters

Problems = tuple[ParameterProblem, ...]


def key_problems(parameters: Parameters, keys: Sequence[str], model: str) -> Problems:
    """Return the keys that are missing and those that the model does not have."""
    known = ", ".join(keys)
    missing = [
        ParameterProblem(
            key=key, message="is missing.", cure=f"The model {model} needs the parameters {known}."
        )
        for key in keys
        if key not in parameters
    ]
    unknown = [
        ParameterProblem(
            key=key,
            message=f"is no parameter of the model {model}.",
            cure=f"Remove it; the parameters are {known}.",
        )
        for key in parameters
        if key not in keys
    ]
    return (*missing, *unknown)


def is_number(value: object) -> TypeGuard[float]:
    """Return whether the value is a finite number; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def number_problems(parameters: Parameters, keys: Iterable[str]) -> Problems:
    """Return the named parameters that are present and no finite number."""
    return tuple(
        ParameterProblem(
            key=key,
            message=f"is {parameters[key]!r}, which is no finite number.",
            cure="Give a number such as 1.0.",
        )
        for key in keys
        if key in parameters and not is_number(parameters[key])
    )


def slope_problems(parameters: Parameters) -> Problems:
    """Return whether the slope a is present and not above zero."""
    slope = parameters.get("a")
    if not is_number(slope) or slope > 0:
        return ()
    return (
        ParameterProblem(
            key="a",
            message=f"is {slope!r}; a slope is above 0.",
            cure="Check the key of the item, or leave the item out.",
        ),
    )


def list_problems(parameters: Parameters, key: str, of_what: str) -> Problems:
    """Return whether a parameter is present and no list of one or more finite numbers.

    Args:
        parameters: The parameters of an item.
        key: Which of them is a list.
        of_what: What the list holds a number for, as ``category above the lowest``.
    """
    if key not in parameters or is_list(parameters[key]):
        return ()
    return (
        ParameterProblem(
            key=key,
            message=f"is {parameters[key]!r}, which is no list of finite numbers.",
            cure=f"Give one number for each {of_what}: {key} = [-0.5, 0.8].",
        ),
    )


def is_list(value: object) -> TypeGuard[Sequence[float]]:
    """Return whether the value is a list or tuple of one or more finite numbers."""
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(map(is_number, value))


def order_problems(parameters: Parameters, key: str, *, ascending: bool) -> Problems:
    """Return whether a parameter is a list of numbers that do not strictly ascend, or descend."""
    numbers = parameters.get(key)
    if not is_list(numbers):
        return ()
    if all((low < high) if ascending else (low > high) for low, high in pairwise(numbers)):
        return ()
    verb, side = ("ascend", "above") if ascending else ("descend", "below")
    return (
        ParameterProblem(
            key=key,
            message=f"is {list(numbers)!r}, which does not {verb}.",
            cure=f"Merge categories until each {key} is {side} the one before, or use the GPCM.",
        ),
    )


def number(parameters: Parameters, key: str) -> float:
    """Return a parameter that has passed `number_problems`."""
    return cast("float", parameters[key])


def numbers(parameters: Parameters, key: str) -> Sequence[float]:
    """Return a parameter that has passed `list_problems`."""
    return cast("Sequence[float]", parameters[key])
