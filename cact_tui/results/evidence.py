"""How far parameters and standards may be trusted: the weakest link decides."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from cact_tui.results.findings import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cact_tui.banks.items import Item

ASSUMED, PILOT, CALIBRATED, LINKED = "assumed", "pilot", "calibrated", "linked"
PARAMETER_CLASSES = (ASSUMED, PILOT, CALIBRATED, LINKED)
"""Weakest first."""
SET, NO_STANDARD = "set", "none"


@cache
def least_answers() -> Mapping[str, int]:
    """Return how many answers calibrated parameters need, by model, from `calibration.toml`."""
    text = files("cact_tui.results").joinpath("calibration.toml").read_text(encoding="utf-8")
    policy: Mapping[str, int] = tomllib.loads(text)["least_answers"]
    return policy


def parameter_class(item: Item) -> str:
    """Return the class of one item's parameters.

    `mml` is a calibration of its own, `fixed` one against fixed anchors, which links it to their
    metric. Too few answers, an unstated number, or a model without a rule stay `pilot`.
    """
    provenance = item.provenance
    if provenance is None or item.parameters is None:
        return ASSUMED
    known = {"mml": CALIBRATED, "fixed": LINKED}.get(provenance.method, ASSUMED)
    if known == ASSUMED:
        return ASSUMED
    least = least_answers().get(item.parameters.model)
    enough = least is not None and provenance.n is not None and provenance.n >= least
    return known if enough else PILOT


def weakest_parameters(items: Iterable[Item]) -> str:
    """Return the weakest class among items; `assumed` when there is none."""
    return min((parameter_class(item) for item in items), key=_rank, default=ASSUMED)


def standard_class(method: str | None) -> str:
    """Return the class of a standard set by a method; None is no standard at all."""
    if method is None:
        return NO_STANDARD
    return ASSUMED if method == ASSUMED else SET


def evidence(parameters: str, standard: str) -> Evidence:
    """Return the evidence of a scale with its weakest link."""
    weakest = ASSUMED if standard == ASSUMED else parameters
    return Evidence(parameters=parameters, standard=standard, weakest=weakest)


def combined(parts: Iterable[Evidence]) -> Evidence:
    """Return the weakest of several: of parameters, and of standards where there is any."""
    parts = tuple(parts)
    parameters = min((part.parameters for part in parts), key=_rank, default=ASSUMED)
    standards = {part.standard for part in parts}
    found = (standard for standard in (ASSUMED, SET) if standard in standards)
    return evidence(parameters, next(found, NO_STANDARD))


def _rank(name: str) -> int:
    return PARAMETER_CLASSES.index(name)
