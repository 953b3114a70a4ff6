"""A study as a table for the terminal, at most 80 columns wide."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from cact_tui.study.plots import bars, curves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cact_tui.psychometrics.evaluation import Accuracy
    from cact_tui.study.figures import SectionFigures, Study

SHOWN_ITEMS = 8
"""Of the items used most."""
NAMES = 26
INDENT, COLUMNS = 24, 80
HEADER = f"{'':<14}{'people':>8}{'bias':>9}{'RMSE':>8}{'SE':>8}{'items':>8}"


def study_lines(study: Study) -> Iterator[str]:
    """Return the lines of a study."""
    yield f"{study.event}, seed {study.seed}, cact_tui {study.version}"
    for section in study.sections:
        yield ""
        yield from section_lines(section)


def section_lines(section: SectionFigures) -> Iterator[str]:
    """Return the lines of one section."""
    yield f"== {section.id}: {section.title} ({section.scale})"
    yield f"{section.crowd}; {section.pool} items; parameters: {section.parameters}"
    if section.parameters == "assumed":
        yield "Every figure rests on parameters that nobody has estimated yet (assumed)."
    yield ""
    yield HEADER
    yield _accuracy_line("all", section.overall)
    for band in section.bands:
        if band.accuracy:
            yield _accuracy_line(interval(band.low, band.high), band.accuracy)
    for point in section.points:
        yield _accuracy_line(f"theta {point.theta:+.2f}", point.accuracy)
    reliability = (
        "" if section.reliability is None else f"; marginal reliability {section.reliability:.3f}"
    )
    yield f"final estimate: {section.final}{reliability}"
    for name, words in section_figures_table(section):
        yield from wrap(f"{name:<{INDENT}}{words}", COLUMNS, subsequent_indent=" " * INDENT)
    yield from _plots(section)


def section_figures_table(section: SectionFigures) -> Iterator[tuple[str, str]]:
    """Return the single figures of a section by name, in words."""
    yield from _course(section)
    yield from _use(section)
    yield from _decisions(section)
    yield from _linear(section)


def _accuracy_line(name: str, found: Accuracy) -> str:
    return (
        f"{name:<14}{found.n:>8,}{found.bias:>+9.3f}{found.rmse:>8.3f}{found.se:>8.3f}"
        f"{found.items:>8.1f}"
    )


def _course(section: SectionFigures) -> Iterator[tuple[str, str]]:
    lengths = section.lengths
    yield (
        "length",
        f"{lengths.least}-{lengths.most}, mean {lengths.mean:.1f}, p90 {lengths.late:.0f}",
    )
    yield ("minutes (expected)", f"mean {lengths.minutes:.1f}, p90 {lengths.late_minutes:.1f}")
    pretest = section.pretest
    if pretest is not None:
        yield (
            "pretest items",
            (
                f"{pretest.items} of {pretest.of} on top, {pretest.minutes:.1f} min expected; "
                "they count for nothing, and are in no other figure"
            ),
        )
    yield (
        "stopped by",
        ", ".join(f"{reason} {share:.1%}" for reason, share in section.stopped.items()),
    )
    yield ("not measured", f"{section.unmeasured:.1%}")
    yield (
        "violations",
        (
            f"content minima unmet in {section.unmet_content} tests, "
            f"enemies together in {section.enemies_met}"
        ),
    )
    for note, count in section.notes.items():
        yield ("note", f"{note.replace('_', ' ')} at {count:,} choices")


def _use(section: SectionFigures) -> Iterator[tuple[str, str]]:
    use = section.use
    yield (
        "exposure",
        (
            f"largest {use.largest:.1%}, {use.used:.1%} of the pool used, "
            f"chi-square {use.chi_square:.1f}"
        ),
    )
    yield ("overlap of two tests", f"{use.overlap:.1%}")


def _decisions(section: SectionFigures) -> Iterator[tuple[str, str]]:
    levels = section.levels
    if levels is None:
        return
    cuts = ", ".join(
        f"{cut:+.2f} {share:.1%}" for cut, share in zip(levels.cuts, levels.by_cut, strict=True)
    )
    yield (
        "levels",
        (
            f"accuracy {levels.accuracy:.1%}, consistency {levels.consistency:.1%} "
            f"(standard: {levels.method})"
        ),
    )
    yield ("right side of each cut", cuts)


def _linear(section: SectionFigures) -> Iterator[tuple[str, str]]:
    linear = section.linear
    if linear is None:
        return
    yield (
        "linear, random forms",
        f"{linear.items} items, {linear.minutes:.1f} min: SE {linear.se:.3f}",
    )
    if linear.items_at_equal_se is None:
        needed = f"not reached with {linear.longest} items"
    else:
        needed = f"{linear.items_at_equal_se} items, {linear.minutes_at_equal_se:.1f} min"
    yield ("linear at equal SE", f"{needed} (adaptive: {section.overall.items:.1f})")


def _plots(section: SectionFigures) -> Iterator[str]:
    yield ""
    if section.points:
        yield "RMSE (o) and SE (*) by theta"
        yield from curves(
            [point.theta for point in section.points],
            [
                ("o", "RMSE", [point.accuracy.rmse for point in section.points]),
                ("*", "SE", [point.accuracy.se for point in section.points]),
            ],
        )
        yield ""
    yield "information by theta"
    information = section.information
    lines = [("*", "best items of one test", information.most)]
    if information.needed is not None:
        need = (information.needed,) * len(information.theta)
        lines.insert(0, ("-", "needed for the SE rule", need))
    yield from curves(information.theta, lines)
    if len(section.lengths.counts) > 1:
        yield ""
        yield "tests by number of items"
        counts = section.lengths.counts
        yield from bars(
            [str(length) for length in counts],
            list(counts.values()),
            [f"{count / section.n:.1%}" for count in counts.values()],
        )
    yield ""
    yield f"the {SHOWN_ITEMS} items used most, of {section.pool}"
    most = list(section.use.rates.items())[:SHOWN_ITEMS]
    yield from bars(
        [item_id[:NAMES] for item_id, _ in most],
        [rate for _, rate in most],
        [f"{rate:.1%}" for _, rate in most],
    )


def interval(low: float, high: float) -> str:
    """Return a band of theta in words; an end without bound is left out."""
    ends = [f"{end:+.1f}" if abs(end) < float("inf") else "" for end in (low, high)]
    return f"{ends[0]} .. {ends[1]}".strip()
