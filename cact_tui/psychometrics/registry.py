"""Plug-ins by name: listing them, loading them, and building rules from settings.

The groups are entry point groups of installed packages. ``cact_tui.models`` holds instances of
`protocols.Model`; the other groups hold attrs classes whose fields are the settings of the rule.
The built-in plug-ins are registered exactly as those of any other package.
"""

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from typing import Any

from cact_tui.psychometrics.problems import SettingProblem, SettingsError
from cact_tui.psychometrics.settings import built

__all__ = ["SettingProblem", "SettingsError", "build", "load", "names", "version"]

MODELS = "cact_tui.models"
STARTS = "cact_tui.starts"
SELECTORS = "cact_tui.selectors"
EXPOSURES = "cact_tui.exposures"
CONTENTS = "cact_tui.contents"
ESTIMATORS = "cact_tui.estimators"
STOPS = "cact_tui.stops"


def names(group: str) -> list[str]:
    """Return the names that are registered in a group, sorted, without importing any plug-in."""
    return sorted(metadata.entry_points(group=group).names)


def load(group: str, name: str) -> Any:
    """Import and return what is registered under a name.

    Raises:
        SettingsError: No plug-in has that name; the problem's key is ``rule``.
    """
    return _entry(group, name).load()


def version(group: str, name: str) -> str:
    """Return the distribution that brings a plug-in and its version, as ``cact-tui 0.1.0``."""
    distribution = _entry(group, name).dist
    return f"{distribution.name} {distribution.version}" if distribution else "unknown"


def build(group: str, name: str, settings: Mapping[str, object]) -> Any:
    """Return the rule of that name with these settings.

    Types are exact: ``true`` is no number and ``"5"`` is no ``5``; a whole number may stand for a
    float, and a list for a tuple.

    Raises:
        SettingsError: With all problems found: unknown name (key ``rule``), unknown or missing
            settings, values of a wrong type, or values that the rule refuses.
    """
    return built(load(group, name), settings)


@cache
def _entry(group: str, name: str) -> metadata.EntryPoint:
    found = metadata.entry_points(group=group, name=name)
    if not found:
        raise SettingsError([_unknown_name(name, names(group))])
    return next(iter(found))


def _unknown_name(name: str, known: Iterable[str]) -> SettingProblem:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return SettingProblem(
        key="rule",
        message=f"{name!r} is unknown.",
        cure=f"{guess}Known are: {', '.join(known) or 'none'}.",
    )
