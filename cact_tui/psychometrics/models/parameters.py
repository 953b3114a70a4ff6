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


def thresholds_problems(parameters: Parameters) -> Problems:
    """Return whether b is present and no list of one or more finite numbers."""
    if "b" not in parameters or is_thresholds(parameters["b"]):
        return ()
    return (
        ParameterProblem(
            key="b",
            message=f"is {parameters['b']!r}, which is no list of finite numbers.",
            cure="Give one number for each category above the lowest: b = [-0.5, 0.8].",
        ),
    )


def is_thresholds(value: object) -> TypeGuard[Sequence[float]]:
    """Return whether the value is a list or tuple of one or more finite numbers."""
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(map(is_number, value))


def ascending_problems(parameters: Parameters) -> Problems:
    """Return whether b is a list of numbers that do not strictly ascend."""
    thresholds = parameters.get("b")
    if not is_thresholds(thresholds) or all(low < high for low, high in pairwise(thresholds)):
        return ()
    return (
        ParameterProblem(
            key="b",
            message=f"is {list(thresholds)!r}, which does not ascend.",
            cure="Merge categories until each b is above the one before, or use the GPCM.",
        ),
    )


def thresholds(parameters: Parameters) -> Sequence[float]:
    """Return b of an item whose b has passed `thresholds_problems`."""
    return cast("Sequence[float]", parameters["b"])


def slope_then_thresholds(parameters: Parameters) -> tuple[float, ...]:
    """Return (a, b1, ..., bm) of an item with sound parameters."""
    return (cast("float", parameters["a"]), *thresholds(parameters))
