"""`cact calibrate BANK RESPONSES`: item parameters from responses, and back into the bank."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui import __version__
from cact_tui.banks.items import BankPurpose, Parameters, Provenance
from cact_tui.banks.key_reading import read_keys
from cact_tui.banks.reading import parse_bank
from cact_tui.banks.writing import EstimatedItem, write_estimates
from cact_tui.cli.calibration_findings import ScaleFinding, findings, rounded
from cact_tui.cli.calibration_plan import GRADED, RIGHT_OR_WRONG, ScalePlan, plans
from cact_tui.cli.calibration_report import report_lines, report_values
from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.response_files import PARTICIPANT, Columns, read_responses
from cact_tui.clock import SystemClock, iso
from cact_tui.errors import BadInput, Problem, Problems, StorageTrouble
from cact_tui.text import clean_line
from cact_tui.toml_source import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cact_tui.banks.items import ItemBank

PRIOR_OF_C = " Logit of c: normal prior around the chance of guessing, SD 0.5."

_EXAMPLES = """\
examples:
  cact calibrate item_banks/literasi_digital.toml responses.csv
  cact calibrate item_banks/literasi_digital.toml responses.csv --model 2PL --group sex
  cact calibrate item_banks/literasi_digital.toml var/results --fixed --write

A CSV file has a line for each person and a column for each item, named by its id; a cell holds the
score category 0, 1, ... or nothing. See docs/calibration.md.
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "calibrate",
        help="estimate item parameters from responses",
        description="Estimate item parameters by marginal maximum likelihood, say how well they "
        "are known and how well the items fit, and write them into the bank when asked to. "
        "Exit code 0; 1: estimates that may not be written; 2: bad input.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bank", type=Path, metavar="BANK", help="the bank whose items these are")
    parser.add_argument(
        "responses", type=Path, metavar="RESPONSES", help="a CSV file, or a folder of results"
    )
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        choices=(*RIGHT_OR_WRONG, *GRADED),
        help="instead of the bank's, for items whose categories it suits; may be given twice",
    )
    parser.add_argument(
        "--fixed",
        action="store_true",
        help="keep the parameters of operational items, estimate pretest items on their scale",
    )
    parser.add_argument("--group", metavar="COLUMN", help="test differences between these groups")
    parser.add_argument(
        "--id",
        metavar="COLUMN",
        default=PARTICIPANT,
        help="the column that tells people apart (default: participant); may be missing",
    )
    parser.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[], help="a column to leave alone"
    )
    parser.add_argument("--json", metavar="PATH", type=Path, help="write the report as JSON")
    parser.add_argument("--write", action="store_true", help="write the parameters into the bank")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Calibrate every scale that responses were given to."""
    data, bank = _read_bank(options.bank)
    columns = Columns(participant=options.id, group=options.group, ignored=tuple(options.ignore))
    responses = read_responses(options.responses, bank, columns)
    for warning in responses.warnings:
        complain(f"warning: {responses.source}: {clean_line(warning)}")
    chosen = plans(bank, responses, options.model, fixed=options.fixed)
    _refuse(chosen, options)
    found = [findings(bank, plan) for plan in chosen]
    for finding in found:
        for line in report_lines(finding):
            say(line)
        for warning in finding.plan.warnings:
            complain(f"warning: {finding.plan.scale}: {clean_line(warning)}")
    if options.json:
        _write_json(options.json, found)
    return _write(options, data, bank, found) if options.write else Exit.GOOD


def _read_bank(path: Path) -> tuple[bytes, ItemBank]:
    problems = Problems()
    data = read_bytes(path, problems)
    bank = None if data is None else parse_bank(data, str(path), problems)
    if bank is not None and bank.purpose is BankPurpose.PRACTICE:
        what, cure = "is a practice bank, which has no parameters", "name another bank"
        problems.add(Problem(path=str(path), key="bank.purpose", message=what, cure=cure))
    problems.raise_errors()
    if data is None or bank is None:
        raise BadInput(tuple(problems))
    return data, bank


def _refuse(chosen: Sequence[ScalePlan], options: argparse.Namespace) -> None:
    """Raise `BadInput` where there is nothing to estimate, or a scale has no anchors or groups."""
    source, problems = str(options.responses), Problems()

    def add(key: str, message: str, cure: str) -> None:
        problems.add(Problem(path=source, key=key, message=message, cure=cure))

    for plan in chosen:
        if not plan.estimated:
            reasons = "; ".join(f"{item}: {why}" for item, why in list(plan.left_out.items())[:5])
            wanted = 'give items the status "pretest"' if options.fixed else "give more responses"
            add(plan.scale, f"there is no item to estimate: {reasons or 'all are fixed'}", wanted)
        elif options.fixed and len(plan.estimated) == len(plan.items):
            add(plan.scale, "no operational item was answered, so nothing is fixed", "drop --fixed")
        elif options.group and len(plan.groups) < 2:  # noqa: PLR2004 - groups to compare
            add(options.group, "there is one group only", "name a column of two groups or more")
    problems.raise_errors()


def _write_json(path: Path, found: Sequence[ScaleFinding]) -> None:
    values = {"software": f"cact {__version__}", "scales": [report_values(one) for one in found]}
    try:
        path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as fault:
        reason = fault.strerror or "cannot be written"
        raise StorageTrouble(path, reason, "name a file that may be written") from fault


def _write(
    options: argparse.Namespace, data: bytes, bank: ItemBank, found: Sequence[ScaleFinding]
) -> int:
    refused = [f"{one.plan.scale}: {why}" for one in found if (why := _why_not_written(one))]
    if refused:
        for reason in refused:
            complain(f"cact: nothing was written: {reason}")
        return Exit.NO
    estimates: dict[str, EstimatedItem] = {}
    for finding in found:
        estimates.update(_estimates(finding, options.responses.name))
    if not estimates:
        complain("cact: nothing was written: no item has parameters that a bank may hold")
        return Exit.NO

    def check_keys(new: ItemBank, problems: Problems) -> None:
        read_keys(options.bank.with_name(f"{options.bank.stem}.key.toml"), new, problems)

    write_estimates(options.bank, data, estimates, check_keys)
    say("")
    say(f"{options.bank}: parameters written, items: {len(estimates)}")
    complain(f"warning: other parameters make other items: raise bank.version ({bank.version})")
    return Exit.GOOD


def _why_not_written(finding: ScaleFinding) -> str:
    if finding.plan.unlinked:
        return finding.plan.unlinked
    found = finding.calibration
    if not found.converged:
        return "the estimates did not converge"
    return "" if found.is_maximum else "the estimates are no proper maximum"


def _estimates(finding: ScaleFinding, source: str) -> Mapping[str, EstimatedItem]:
    provenance = _provenance(finding, source)
    return {
        item.id: EstimatedItem(
            id=item.id,
            parameters=Parameters(item.model, rounded(item.estimate.parameters)),
            provenance=evolve(
                provenance,
                n=item.estimate.n,
                se=rounded(item.estimate.standard_errors),
                rule=provenance.rule + (PRIOR_OF_C if item.model == "3PL" else ""),
            ),
        )
        for item in finding.items
        if item.sound
    }


def _provenance(finding: ScaleFinding, source: str) -> Provenance:
    found = finding.calibration
    anchors = len(finding.plan.items) - len(finding.plan.estimated)
    settings = found.design.theta
    rule = (
        f"Marginal maximum likelihood (EM, {len(settings)} nodes on {settings[0]:g} to "
        f"{settings[-1]:g}), theta normal with mean {float(found.mean[0]):.3f} and SD "
        f"{float(found.sd[0]):.3f}"
    )
    return Provenance(
        method="fixed" if anchors else "mml",
        rule=f"{rule}; {anchors} items fixed." if anchors else f"{rule}.",
        date=iso(SystemClock().wall_ms())[:10],
        software=f"cact {__version__}",
        sample=f"{source}: {found.n_people} people",
    )
