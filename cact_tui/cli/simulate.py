"""`cact simulate`: the real rules and banks over simulated participants."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from attrs import define, frozen

from cact_tui import __version__
from cact_tui.cli.console import Exit, complain, say
from cact_tui.cli.diagnostics import report
from cact_tui.config.settings import Materials
from cact_tui.errors import Problems
from cact_tui.sessions.engine import SectionEngine
from cact_tui.study.crowds import Crowd, drawn, grid_points, on_grid, on_record
from cact_tui.study.figures import SectionFigures, Study
from cact_tui.study.files import as_json, items_csv, sections_csv
from cact_tui.study.page import as_page
from cact_tui.study.running import adaptive, linear
from cact_tui.study.section import FinishedSection, final_estimates, recorded_crowd
from cact_tui.study.text import study_lines
from cact_tui.wiring import exam_of, read_event

EXAMPLES = """examples:
  cact simulate
  cact simulate --participants 5000 --section literasi --html simulation.html
  cact simulate --theta=-3:3:0.5 --participants 500
  cact simulate --section literasi --responses answers.csv --json study.json
"""
DEFAULT_PARTICIPANTS = 1_000
BAR = 40


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "simulate",
        help="the real rules and banks over simulated participants",
        description="Run the sections of an event, with the rules and banks that participants "
        "meet, over simulated participants, or over recorded answers, and say how precise, how "
        "long and how exposed the tests are.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=Path("config.toml"), metavar="PATH")
    parser.add_argument(
        "--section", action="append", metavar="ID", help="only this section; may be repeated"
    )
    parser.add_argument(
        "-n",
        "--participants",
        type=int,
        default=DEFAULT_PARTICIPANTS,
        metavar="N",
        help=f"how many are drawn, or at each point of --theta ({DEFAULT_PARTICIPANTS:,})",
    )
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--theta", metavar="LOW:HIGH:STEP", help="points of true ability, written --theta=-3:3:0.5"
    )
    who.add_argument(
        "--responses",
        type=Path,
        metavar="CSV",
        help="recorded categories, a person a line, an item a column (post hoc simulation)",
    )
    parser.add_argument("--seed", default="cact", metavar="WORDS", help="the same seed, the same")
    parser.add_argument(
        "--linear",
        type=int,
        metavar="ITEMS",
        help="length of the linear test to compare with (default: the section's max_items)",
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every figure")
    parser.add_argument("--csv", type=Path, metavar="FOLDER", help="write sections.csv, items.csv")
    parser.add_argument("--html", type=Path, metavar="PATH", help="write a page with plots")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the event, test the crowd section by section, and say what was found."""
    refusal = _refusal(options)
    if refusal:
        complain(f"cact simulate: {refusal}")
        return Exit.BAD_INPUT
    problems = Problems()
    materials = read_event(options.config, problems)
    if materials is None or problems.errors:
        report(problems)
        return Exit.BAD_INPUT
    known = [section.id for section in materials.battery.sections]
    wanted = options.section or known
    unknown = [name for name in wanted if name not in known]
    if unknown:
        complain(
            f"cact simulate: --section {unknown[0]!r} is no section of {options.config} "
            f"(known are: {', '.join(known)})"
        )
        return Exit.BAD_INPUT
    study = _study(materials, [name for name in known if name in wanted], options, problems)
    if study is None:
        report(problems)
        return Exit.BAD_INPUT
    if materials.battery.correlations:
        complain(
            "cact simulate: each section is tested by itself; what correlated earlier sections "
            "would do to its course is not simulated"
        )
    _tell(study, options)
    return Exit.GOOD


def _refusal(options: argparse.Namespace) -> str:
    """Return what is wrong with the options; empty if nothing."""
    for name in ("participants", "processes", "linear"):
        value = getattr(options, name)
        if value is not None and value < 1:
            return f"--{name} {value} is below 1 (give 1 or more)"
    if options.responses and (options.section is None or len(options.section) != 1):
        return "--responses goes with exactly one --section (its items are the file's columns)"
    if options.theta:
        try:
            grid_points(options.theta)
        except ValueError as error:
            return f"--theta={error}"
    return ""


def _study(
    materials: Materials, names: list[str], options: argparse.Namespace, problems: Problems
) -> Study | None:
    plan, sections = exam_of(materials).plan, []
    for name in names:
        engine = plan.engine(name)
        crowd = _crowd(engine, options, problems)
        if crowd is None:
            return None
        sections.append(_Section(materials, engine, crowd, options).figures())
    return Study(
        event=materials.event.id,
        seed=options.seed,
        version=__version__,
        documents=dict(materials.documents),
        sections=tuple(sections),
    )


def _crowd(engine: SectionEngine, options: argparse.Namespace, problems: Problems) -> Crowd | None:
    if options.responses:
        recorded = on_record(options.responses, engine.pool, problems)
        return (
            None if recorded is None else recorded_crowd(engine, recorded, options.responses.name)
        )
    if options.theta:
        return on_grid(grid_points(options.theta), options.participants)
    return drawn(engine.specification.reference, options.participants, options.seed)


@frozen
class _Section:
    """One section of a study on its way."""

    materials: Materials
    engine: SectionEngine
    crowd: Crowd
    options: argparse.Namespace

    def figures(self) -> SectionFigures:
        options, engine = self.options, self.engine
        length = min(options.linear or engine.rules.max_items, len(engine.pool))
        simulated = self.crowd.recorded is None
        bar = _Bar(engine.specification.id, len(self.crowd) * (2 if simulated else 1))
        tests = adaptive(
            engine,
            self.crowd,
            seed=options.seed,
            processes=options.processes,
            progress=bar.more,
        )
        beside = (
            linear(
                engine,
                self.crowd,
                length=min(len(engine.pool), max(length, 3 * engine.rules.max_items)),
                seed=options.seed,
                processes=options.processes,
                progress=bar.more,
            )
            if simulated
            else None
        )
        bar.end()
        return FinishedSection(
            engine=engine,
            materials=self.materials,
            crowd=self.crowd,
            tests=tests,
            final=final_estimates(engine, tests),
            linear=beside,
        ).figures(length)


@define
class _Bar:
    """A progress bar on standard error, where that is a terminal."""

    title: str
    total: int
    done: int = 0

    def more(self, finished: int) -> None:
        """Show that so many tests more are finished."""
        self.done += finished
        if sys.stderr.isatty():
            full = round(BAR * self.done / self.total)
            sys.stderr.write(
                f"\r{self.title[:20]:<20} [{'#' * full}{'.' * (BAR - full)}] {self.done:>9,} tests"
            )
            sys.stderr.flush()

    def end(self) -> None:
        """Wipe the bar away."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{' ' * 79}\r")


def _tell(study: Study, options: argparse.Namespace) -> None:
    for line in study_lines(study):
        say(line)
    files = {}
    if options.json:
        files[options.json] = as_json(study)
    if options.html:
        files[options.html] = as_page(study)
    if options.csv:
        files[options.csv / "sections.csv"] = sections_csv(study)
        files[options.csv / "items.csv"] = items_csv(study)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        say(f"written: {path}")
