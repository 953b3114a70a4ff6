"""A study as one HTML page with its plots as SVG: no script, no style and no image from outside."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cact_tui.study.text import interval, section_figures_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cact_tui.study.figures import SectionFigures, Study

WIDTH, HEIGHT, MARGIN = 640, 240, 44
THOUSAND = 1_000
STYLE = """
body { font: 15px/1.45 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child, .words td { text-align: left; }
figure { margin: 1rem 0; } figcaption { font-weight: bold; }
svg { max-width: 100%; height: auto; } .axis { stroke: #555; } text { font: 11px sans-serif; }
.a { stroke: #1b5e9e; fill: none; stroke-width: 2; }
.b { stroke: #b3541e; fill: none; stroke-width: 2; stroke-dasharray: 6 3; }
.bar { fill: #1b5e9e; } .trial { background: #fff3cd; padding: .6rem .8rem; }
"""


def as_page(study: Study) -> str:
    """Return the page."""
    parts = "\n".join(_section(section) for section in study.sections)
    documents = "".join(
        f"<tr><td>{escape(name)}</td><td><code>{digest[:16]}</code></td></tr>"
        for name, digest in study.documents.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(study.event)}: simulation</title><style>{STYLE}</style></head><body>\n"
        f"<h1>{escape(study.event)}: what simulated tests show</h1>\n"
        f"<p>Seed {escape(study.seed)}, cact_tui {escape(study.version)}.</p>\n{parts}\n"
        f"<h2>Files</h2><table><tr><th>file</th><th>SHA-256</th></tr>{documents}</table>\n"
        "</body></html>\n"
    )


def _section(section: SectionFigures) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(words)}</td></tr>"
        for name, words in section_figures_table(section)
    )
    trial = (
        '<p class="trial">Every figure rests on parameters that nobody has estimated yet '
        "(assumed).</p>"
        if section.parameters == "assumed"
        else ""
    )
    return (
        f"<h2>{escape(section.title)}</h2>\n<p>{escape(section.id)}, {escape(section.scale)}: "
        f"{escape(section.crowd)}; {section.pool} items; parameters: "
        f"{escape(section.parameters)}.</p>{trial}\n{_accuracy_table(section)}\n"
        f'<table class="words">{rows}</table>\n{_figures(section)}'
    )


def _accuracy_table(section: SectionFigures) -> str:
    named = [("all", section.overall)]
    named += [
        (interval(band.low, band.high), band.accuracy) for band in section.bands if band.accuracy
    ]
    rows = "".join(
        f"<tr><td>{name}</td><td>{found.n:,}</td><td>{found.bias:+.3f}</td><td>{found.rmse:.3f}"
        f"</td><td>{found.se:.3f}</td><td>{found.items:.1f}</td></tr>"
        for name, found in named
    )
    head = "<tr><th>theta</th><th>people</th><th>bias</th><th>RMSE</th><th>SE</th><th>items</th>"
    return f"<table>{head}</tr>{rows}</table>"


def _figures(section: SectionFigures) -> str:
    information, figures = section.information, []
    if section.points:
        theta = [point.theta for point in section.points]
        se = [point.accuracy.se for point in section.points]
        rmse = [point.accuracy.rmse for point in section.points]
        figures.append(
            ("SE (line) and RMSE (dashes) by theta", _curves(theta, (("a", se), ("b", rmse))))
        )
    lines: list[tuple[str, Sequence[float]]] = [("a", information.most)]
    if information.needed is not None:
        lines.append(("b", (information.needed,) * len(information.theta)))
    caption = "Information of the best items of one test (line) and what the SE rule needs (dashes)"
    figures.append((caption, _curves(information.theta, lines)))
    counts = section.lengths.counts
    figures.append(
        ("Tests by number of items", _bars([str(k) for k in counts], list(counts.values())))
    )
    rates = list(section.use.rates.values())
    figures.append(("Exposure rate of each item, most used first", _bars([], rates)))
    return "\n".join(
        f"<figure><figcaption>{escape(caption)}</figcaption>{svg}</figure>"
        for caption, svg in figures
    )


def _curves(across: Sequence[float], lines: Iterable[tuple[str, Sequence[float]]]) -> str:
    lines = list(lines)
    top = max(max(values) for _, values in lines) or 1.0
    low, high = across[0], across[-1]
    span = (high - low) or 1.0

    def point(x: float, y: float) -> str:
        return f"{_x((x - low) / span):.1f},{_y(y / top):.1f}"

    drawn = "".join(
        f'<polyline class="{mark}" points="'
        + " ".join(point(x, y) for x, y in zip(across, values, strict=True))
        + '"/>'
        for mark, values in lines
    )
    step = max(1, (len(across) - 1) // 6)
    labels = [((x - low) / span, f"{x:g}") for x in across[::step]]
    return _svg(drawn, labels, top)


def _bars(labels: Sequence[str], values: Sequence[float]) -> str:
    top = max(values, default=0.0) or 1.0
    width = (WIDTH - 2 * MARGIN) / max(1, len(values))
    drawn = "".join(
        f'<rect class="bar" x="{MARGIN + place * width:.1f}" y="{_y(value / top):.1f}" '
        f'width="{max(0.5, 0.85 * width):.1f}" height="{_y(0.0) - _y(value / top):.1f}"/>'
        for place, value in enumerate(values)
    )
    step = max(1, len(labels) // 12)
    shown = [((place + 0.5) / len(labels), labels[place]) for place in range(0, len(labels), step)]
    return _svg(drawn, shown, top)


def _svg(drawn: str, labels: Iterable[tuple[float, str]], top: float) -> str:
    ticks = "".join(
        f'<text x="{_x(share):.1f}" y="{HEIGHT - MARGIN + 16}" text-anchor="middle">'
        f"{escape(label)}</text>"
        for share, label in labels
    )
    heights = "".join(
        f'<text x="{MARGIN - 6}" y="{_y(share) + 4:.1f}" text-anchor="end">'
        f"{_short(top * share)}</text>"
        for share in (0.0, 0.5, 1.0)
    )
    left, right, bottom = MARGIN, WIDTH - MARGIN, f"{_y(0):.1f}"
    axes = (
        f'<line class="axis" x1="{left}" y1="{bottom}" x2="{right}" y2="{bottom}"/>'
        f'<line class="axis" x1="{left}" y1="{_y(1):.1f}" x2="{left}" y2="{bottom}"/>'
    )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{axes}{drawn}{ticks}{heights}</svg>'


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= THOUSAND else f"{value:.3g}"


def _x(share: float) -> float:
    return MARGIN + share * (WIDTH - 2 * MARGIN)


def _y(share: float) -> float:
    return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)
