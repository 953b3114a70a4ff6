"""What the responses to a scale say of its items: estimates, fit, differences, and what is odd."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.banks.parameter_reading import model_named
from cact_tui.banks.writing import DECIMALS
from cact_tui.cli.calibration_plan import ScalePlan
from cact_tui.psychometrics.calibration.chi_square import adjusted
from cact_tui.psychometrics.calibration.comparison import NominalComparison, compare_with_nominal
from cact_tui.psychometrics.calibration.dependence import DependentPair, dependent_pairs
from cact_tui.psychometrics.calibration.dif import ItemDif, dif
from cact_tui.psychometrics.calibration.estimation import Calibration, ItemEstimate, calibrate
from cact_tui.psychometrics.calibration.fit import ItemFit, item_fit
from cact_tui.psychometrics.calibration.screening import category_order
from cact_tui.psychometrics.registry import SettingsError
from cact_tui.results.evidence import CALIBRATED, LINKED, PILOT, least_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.banks.items import ItemBank
    from cact_tui.psychometrics.calibration.screening import CategoryOrder
    from cact_tui.psychometrics.protocols import Parameters

MOST_OBSERVED = 1200
"""Parameters up to which standard errors come from the observed information."""
MISFIT = 0.01
FAR = 4.0
"""A location further from the mean, in SDs of theta, is where hardly anybody was."""


@frozen(kw_only=True)
class ItemFinding:
    """What was found of one estimated item; `sound` is whether a bank may hold it."""

    id: str
    model: str
    estimate: ItemEstimate
    evidence: str
    fit: ItemFit | None
    dif: ItemDif | None
    remarks: tuple[str, ...]
    sound: bool


@frozen(kw_only=True)
class ScaleFinding:
    """What was found of one scale.

    Attributes:
        plan: What was calibrated.
        calibration: What was estimated, over all people.
        standard_errors: How the standard errors were computed.
        items: The estimated items.
        pairs: Pairs of locally dependent items, by position.
        shared: Whether the items of a pair share a stimulus.
        nominal: The graded items under the nominal model.
    """

    plan: ScalePlan
    calibration: Calibration
    standard_errors: str
    items: tuple[ItemFinding, ...]
    pairs: tuple[DependentPair, ...]
    shared: tuple[bool, ...]
    nominal: NominalComparison | None


def findings(bank: ItemBank, plan: ScalePlan) -> ScaleFinding:
    """Return what the responses to a scale say of its items."""
    how = _standard_errors(plan)
    found = calibrate(plan.categories, plan.specs, standard_errors=how)
    nominal = compare_with_nominal(found)
    pairs = dependent_pairs(found)
    stimulus = [bank.items[item].stimulus for item in plan.items]
    return ScaleFinding(
        plan=plan,
        calibration=found,
        standard_errors=how,
        items=_item_findings(plan, found, nominal, _differences(plan)),
        pairs=pairs,
        shared=tuple(
            stimulus[pair.one] is not None and stimulus[pair.one] == stimulus[pair.two]
            for pair in pairs
        ),
        nominal=nominal,
    )


def rounded(parameters: Parameters) -> dict[str, float | tuple[float, ...]]:
    """Return parameters as they are written into a bank."""
    return {
        key: round(value, DECIMALS)
        if isinstance(value, (int, float))
        else tuple(round(number, DECIMALS) for number in value)
        for key, value in parameters.items()
    }


def _standard_errors(plan: ScalePlan) -> str:
    most = sum(spec.n_categories + 1 for spec in plan.specs if spec.fixed is None)
    return "observed" if most <= MOST_OBSERVED else "cross_product"


def _differences(plan: ScalePlan) -> Sequence[ItemDif | None]:
    """Return the differences between groups, from a calibration with a theta for each group."""
    if not plan.groups:
        return [None] * len(plan.items)
    alike = calibrate(
        plan.categories, plan.specs, group=plan.group, standard_errors="cross_product"
    )
    return dif(alike)


def _item_findings(
    plan: ScalePlan,
    found: Calibration,
    nominal: NominalComparison | None,
    differences: Sequence[ItemDif | None],
) -> tuple[ItemFinding, ...]:
    fits: Sequence[ItemFit | None] = [None] * len(plan.items)
    if not plan.adaptive:
        fits = item_fit(found)
    orders = category_order(found)
    misfits = adjusted([fit.p if fit else math.nan for fit in fits])
    anchored = len(plan.estimated) < len(plan.items)
    items = []
    for at, spec in enumerate(plan.specs):
        if spec.fixed is not None:
            continue
        estimate, unsound = found.items[at], _unsound(spec.model, found.items[at])
        remarks = (
            *unsound,
            *plan.remarks[plan.items[at]],
            *_misfit(misfits[at]),
            *_disorder(orders[at], nominal, at),
            *_far(found, estimate),
            *_difference(differences[at]),
        )
        items.append(
            ItemFinding(
                id=plan.items[at],
                model=spec.model,
                estimate=estimate,
                evidence=_evidence(spec.model, estimate.n, anchored=anchored),
                fit=fits[at],
                dif=differences[at],
                remarks=remarks,
                sound=not unsound,
            )
        )
    return tuple(items)


def _evidence(model: str, n: int, *, anchored: bool) -> str:
    """Return how far parameters may be trusted by the policy's least numbers of answers."""
    if n < least_answers()[model]:
        return PILOT
    return LINKED if anchored else CALIBRATED


def _unsound(model: str, estimate: ItemEstimate) -> tuple[str, ...]:
    """Return why a bank may not hold the parameters as they would be written."""
    try:
        problems = model_named(model).problems(rounded(estimate.parameters))
    except SettingsError as fault:
        return tuple(f"is not written: model {problem.message}" for problem in fault.problems)
    return tuple(f"is not written: {one.key} {one.message} {one.cure}" for one in problems)


def _misfit(p: float) -> tuple[str, ...]:
    return (f"does not fit (adjusted p {p:.3f})",) if p < MISFIT else ()


def _disorder(order: CategoryOrder, nominal: NominalComparison | None, at: int) -> tuple[str, ...]:
    """Return what speaks against the order of an item's categories."""
    found = []
    if not order.ascends:
        found.append("people in a higher category do worse on the other items")
    if nominal is not None and at in nominal.out_of_order:
        slopes = ", ".join(f"{slope:.2f}" for slope in (0.0, *nominal.slopes[at]))
        found.append(f"slopes of the nominal model do not ascend: {slopes}")
    return tuple(found)


def _far(found: Calibration, estimate: ItemEstimate) -> tuple[str, ...]:
    value: float | Sequence[float] = estimate.parameters.get("b", ())
    locations = [value] if isinstance(value, (int, float)) else value
    mean, sd = float(found.mean[0]), float(found.sd[0])
    if any(abs(location - mean) > FAR * sd for location in locations):
        return ("b lies where hardly anybody was, and is little known",)
    return ()


def _difference(difference: ItemDif | None) -> tuple[str, ...]:
    effect = difference.effect if difference else None
    if effect is None or effect.grade != "C":
        return ()
    return (f"differs between groups ({effect.measure} {effect.value:.2f})",)
