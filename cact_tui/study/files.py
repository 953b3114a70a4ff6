"""A study as files: JSON with everything, CSV with a line a section and a line an item."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

from attrs import asdict

from cact_tui.text import table_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.study.figures import SectionFigures, Study

SECTION_COLUMNS = (
    "section",
    "scale",
    "parameters",
    "n",
    "bias",
    "rmse",
    "se",
    "reliability",
    "items_mean",
    "items_p90",
    "minutes_mean",
    "pretest_items",
    "pretest_minutes",
    "unmeasured",
    "exposure_largest",
    "pool_used",
    "chi_square",
    "overlap",
    "level_accuracy",
    "level_consistency",
    "linear_items_at_equal_se",
)


def as_json(study: Study) -> str:
    """Return everything; figures that do not exist are null."""
    return json.dumps(_plain(asdict(study)), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def sections_csv(study: Study) -> str:
    """Return one line a section."""
    return _csv(SECTION_COLUMNS, [_section_row(section) for section in study.sections])


def items_csv(study: Study) -> str:
    """Return the exposure rate of each item, one line an item."""
    rows = [
        (section.id, item_id, f"{rate:.6f}")
        for section in study.sections
        for item_id, rate in section.use.rates.items()
    ]
    return _csv(("section", "item", "rate"), rows)


def _section_row(section: SectionFigures) -> tuple[object, ...]:
    levels, linear, pretest = section.levels, section.linear, section.pretest
    return (
        section.id,
        section.scale,
        section.parameters,
        section.n,
        f"{section.overall.bias:.5f}",
        f"{section.overall.rmse:.5f}",
        f"{section.overall.se:.5f}",
        "" if section.reliability is None else f"{section.reliability:.5f}",
        f"{section.overall.items:.2f}",
        f"{section.lengths.late:.0f}",
        f"{section.lengths.minutes:.2f}",
        pretest.items if pretest else 0,
        f"{pretest.minutes if pretest else 0.0:.2f}",
        f"{section.unmeasured:.5f}",
        f"{section.use.largest:.5f}",
        f"{section.use.used:.5f}",
        f"{section.use.chi_square:.3f}",
        f"{section.use.overlap:.5f}",
        f"{levels.accuracy:.5f}" if levels else "",
        f"{levels.consistency:.5f}" if levels else "",
        linear.items_at_equal_se if linear and linear.items_at_equal_se else "",
    )


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([table_cell(str(value)) for value in row] for row in rows)
    return out.getvalue()


def _plain(value: Any) -> Any:
    """Return what JSON can hold: infinite and missing figures become null."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
