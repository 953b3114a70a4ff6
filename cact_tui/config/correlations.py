"""`[battery.correlations]`: how the scales of a battery go together, to steer later sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cact_tui.toml_source import Table


def read_correlations(
    battery: Table, scales: Sequence[str], *, prove: bool
) -> Mapping[str, object]:
    """Return the correlations as they stand, empty where the battery has none.

    Args:
        battery: The `[battery]` table.
        scales: The scales of the battery's sections.
        prove: Whether the settings are proved; without it they are taken as they stand.
    """
    if "correlations" not in battery:
        return {}
    table = battery.table("correlations")
    settings = {name: table.values[name] for name in table.names()}
    if prove:
        _prove(table, settings, scales)
    return settings


def _prove(table: Table, settings: Mapping[str, object], scales: Sequence[str]) -> None:
    # Only a battery with correlations pays for the import.
    from cact_tui.psychometrics.multidimensional.correlations import Correlations
    from cact_tui.psychometrics.problems import SettingsError
    from cact_tui.psychometrics.settings import built

    try:
        found: Correlations = built(Correlations, settings)
    except SettingsError as error:
        for problem in error.problems:
            message, cure = (
                clean_line(text).rstrip(".") for text in (problem.message, problem.cure)
            )
            table.problem(problem.key, message, cure)
        return
    for scale in found.scales:
        if scale not in scales:
            table.problem(
                "scales",
                f'"{clean_line(scale)}" is measured by no section',
                f"name scales of this battery: {', '.join(scales)}",
            )
