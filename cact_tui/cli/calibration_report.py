"""What `cact calibrate` found of a scale: as lines for people, as plain values for programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cact_tui.text import clean_line, pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cact_tui.cli.calibration_findings import ItemFinding, ScaleFinding
    from cact_tui.psychometrics.protocols import Parameters

HEADINGS = ("ITEM", "MODEL", "N", "EVIDENCE", "a", "b", "c", "FIT p", "DIF")
NOTHING = "-"


def report_lines(finding: ScaleFinding) -> tuple[str, ...]:
    """Return the findings as a table with a summary above and remarks below."""
    return (*_summary(finding), "", *_table(finding), *_remarks(finding), *_notes(finding))


def _summary(finding: ScaleFinding) -> Iterator[str]:
    found, plan = finding.calibration, finding.plan
    anchors = len(plan.items) - len(plan.estimated)
    known = f", {anchors} fixed" if anchors else ""
    items = f"{len(plan.estimated)} item{'s' if len(plan.estimated) != 1 else ''}"
    yield f"SCALE {plan.scale}: {found.n_people} people, {items}{known}"
    ending = "converged" if found.converged else "NOT CONVERGED"
    maximum = "a maximum" if found.is_maximum else "NO PROPER MAXIMUM, no standard errors"
    yield f"  EM {found.steps} steps, {ending}, {maximum} ({found.remaining:.0e} SE away)"
    yield (
        f"  log-likelihood {found.log_likelihood:.3f}, {found.n_parameters} parameters, "
        f"AIC {found.aic:.1f}, BIC {found.bic:.1f}"
    )
    mean, sd = float(found.mean[0]), float(found.sd[0])
    yield (
        f"  theta: mean {mean:.3f}{_error(float(found.mean_se[0]))}, "
        f"SD {sd:.3f}{_error(float(found.sd_se[0]))}, reliability {found.reliability():.3f}"
    )


def _table(finding: ScaleFinding) -> Iterator[str]:
    rows = [HEADINGS, *(_row(item) for item in finding.items)]
    used = [at for at in range(len(HEADINGS)) if any(row[at] for row in rows[1:]) or at == 0]
    widths = {at: max(len(row[at]) for row in rows) for at in used}
    for row in rows:
        yield "  " + "  ".join(pad(row[at], widths[at]) for at in used).rstrip()


def _row(item: ItemFinding) -> tuple[str, ...]:
    values, errors = item.estimate.parameters, item.estimate.standard_errors
    numbers = (_numbers(values, errors, key) for key in "abc")
    fit = f"{item.fit.p:.3f}" if item.fit else NOTHING
    return (item.id, item.model, str(item.estimate.n), item.evidence, *numbers, fit, _dif(item))


def _dif(item: ItemFinding) -> str:
    if item.dif is None:
        return ""
    grade = item.dif.effect.grade if item.dif.effect else NOTHING
    return grade if math.isnan(item.dif.p) else f"{grade} p {item.dif.p:.3f}"


def _numbers(values: Parameters, errors: Parameters, key: str) -> str:
    if key not in values:
        return ""
    own = _as_list(values[key])
    error = _as_list(errors[key]) if key in errors else [math.nan] * len(own)
    pairs = zip(own, error, strict=True)
    return " ".join(f"{number:.2f}{_error(width)}" for number, width in pairs)


def _as_list(value: float | Sequence[float]) -> list[float]:
    return [value] if isinstance(value, (int, float)) else list(value)


def _error(width: float) -> str:
    return "" if math.isnan(width) or width == 0 else f" ({width:.2f})"


def _remarks(finding: ScaleFinding) -> Iterator[str]:
    remarks = [(item.id, remark) for item in finding.items for remark in item.remarks]
    if remarks:
        yield ""
        yield "  REMARKS"
        yield from (f"  {item}: {clean_line(remark)}" for item, remark in remarks)


def _notes(finding: ScaleFinding) -> Iterator[str]:
    if finding.pairs:
        yield ""
        yield "  LOCAL DEPENDENCE (Q3 above the mean of all pairs)"
        names = finding.plan.items
        for pair, shared in zip(finding.pairs[:20], finding.shared, strict=False):
            case = ", one stimulus" if shared else ""
            yield f"  {names[pair.one]}, {names[pair.two]}: +{pair.above:.2f}{case}"
    if finding.nominal is not None:
        gain = finding.nominal.bic_gain
        verdict = "the NRM is worth its parameters" if gain > 0 else "the order of categories holds"
        yield ""
        yield f"  Graded items under the nominal model: BIC {-gain:+.1f}; {verdict}"
    if finding.plan.left_out:
        yield ""
        yield "  LEFT OUT"
        yield from (f"  {item}: {reason}" for item, reason in finding.plan.left_out.items())


def report_values(finding: ScaleFinding) -> dict[str, Any]:
    """Return the findings as plain values for JSON."""
    found, plan = finding.calibration, finding.plan
    return {
        "scale": plan.scale,
        "people": found.n_people,
        "converged": found.converged,
        "is_maximum": found.is_maximum,
        "steps": found.steps,
        "remaining": _known(found.remaining),
        "log_likelihood": found.log_likelihood,
        "parameters": found.n_parameters,
        "aic": found.aic,
        "bic": found.bic,
        "theta": {
            "mean": float(found.mean[0]),
            "sd": float(found.sd[0]),
            "mean_se": _known(float(found.mean_se[0])),
            "sd_se": _known(float(found.sd_se[0])),
        },
        "reliability": found.reliability(),
        "standard_errors": finding.standard_errors,
        "groups": list(plan.groups),
        "items": [_item_values(item) for item in finding.items],
        "fixed": [item for item in plan.items if item not in plan.estimated],
        "left_out": dict(plan.left_out),
        "dependent_pairs": [
            {
                "items": [plan.items[pair.one], plan.items[pair.two]],
                "q3": pair.q3,
                "above_mean": pair.above,
                "one_stimulus": shared,
            }
            for pair, shared in zip(finding.pairs, finding.shared, strict=True)
        ],
        "nominal": None
        if finding.nominal is None
        else {
            "log_likelihood": finding.nominal.log_likelihood,
            "bic_gain": finding.nominal.bic_gain,
            "out_of_order": [plan.items[at] for at in finding.nominal.out_of_order],
        },
        "warnings": list(plan.warnings),
    }


def _item_values(item: ItemFinding) -> dict[str, Any]:
    fit, dif = item.fit, item.dif
    return {
        "id": item.id,
        "model": item.model,
        "n": item.estimate.n,
        "evidence": item.evidence,
        "parameters": dict(item.estimate.parameters),
        "standard_errors": dict(item.estimate.standard_errors),
        "fit": None
        if fit is None
        else {
            "method": fit.method,
            "chi_square": fit.statistic,
            "df": fit.df,
            "p": fit.p,
            "rmsea": fit.rmsea,
            "n": fit.n,
        },
        "dif": None
        if dif is None
        else {
            "lr": dif.statistic,
            "df": dif.df,
            "p": _known(dif.p),
            "measure": dif.effect.measure if dif.effect else None,
            "effect": dif.effect.value if dif.effect else None,
            "class": dif.effect.grade if dif.effect else None,
        },
        "remarks": list(item.remarks),
    }


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number
