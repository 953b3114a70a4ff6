"""What only shows when configuration, banks and standards are looked at together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from cact_tui.banks.items import BankPurpose
from cact_tui.config.settings import Materials
from cact_tui.errors import Problem, Severity
from cact_tui.psychometrics.problems import ParameterError
from cact_tui.sessions.engine import SectionEngine, UnusableSection
from cact_tui.sessions.pools import eligible, pretested
from cact_tui.sessions.specification import SectionSpecification
from cact_tui.text import clean_line
from cact_tui.toml_source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.banks.items import Item
    from cact_tui.toml_source import KeyPath

POOL_PER_ITEM = 5
POOL_PER_ITEM_EXPOSED = 10
"""Items of the pool that a section should have for each item of its greatest length."""

NINTH_DECILE = 1.2816
"""Standard normal: a section's minutes should last for 9 of 10 participants at its longest."""

LONGEST_MESSAGE = 400

SPREAD = 0.35
"""Assumed coefficient of variation of a person's time per item, while none was observed."""


def check_materials(materials: Materials, source: Source) -> None:
    """Record every problem of sections against banks, keys and standards.

    `source` is the configuration that the materials come from.
    """
    for index, section in enumerate(materials.battery.sections):
        _SectionCheck(materials, section, index, source).run()
    _check_practice(materials, source)
    _check_battery_minutes(materials, source)


@frozen
class _SectionCheck:
    """The checks of one section, the `index`-th of the configuration."""

    materials: Materials
    section: SectionSpecification
    index: int
    source: Source

    def run(self) -> None:
        if not self._check_banks():
            return
        try:
            engine = SectionEngine.bind(self.section, self.materials.banks)
        except UnusableSection as error:
            for problem in error.problems:
                self._error(problem.key, problem.message, problem.cure)
            return
        except ParameterError as error:
            self._error("banks", str(error), "correct the item's parameters")
            return
        items = eligible(self.section, self.materials.banks)
        self._check_metric()
        self._check_pool(len(items))
        self._check_minutes(items)
        self._check_precision(engine)

    def _check_banks(self) -> bool:
        """Return whether the section's banks can be asked for its scale in its languages."""
        before = len(self.source.found)
        for name in self.section.banks:
            bank = self.materials.banks[name]
            if bank.purpose is BankPurpose.PRACTICE:
                self._error("banks", f'"{name}" is a practice bank', "name a bank with parameters")
            if self.section.scale not in bank.scales:
                known = ", ".join(bank.scales)
                self._error(
                    "scale",
                    f'"{self.section.scale}" is no scale of the bank "{name}"',
                    f"use one of {known}",
                )
            for language in self.materials.event.languages:
                if language not in bank.languages:
                    self._error(
                        "banks",
                        f'"{name}" has no texts in "{language}"',
                        "translate it, or drop the language from event.languages",
                    )
        return len(self.source.found) == before

    def _check_metric(self) -> None:
        metrics = {self.materials.banks[name].metric for name in self.section.banks}
        if len(metrics) > 1:
            self._error(
                "banks",
                f"mix the metrics {', '.join(sorted(metrics))}",
                "use banks of one metric, or link them first",
            )
        levels = self.materials.profile.levels.get(self.section.scale)
        if levels is not None and levels.metric not in metrics:
            self._error(
                "scale",
                f'its standard is on the metric "{levels.metric}", its banks on '
                f'"{", ".join(sorted(metrics))}"',
                "set the standard on the metric of the bank",
            )

    def _check_pool(self, size: int) -> None:
        exposed = self.section.exposure.rule != "none"
        wanted = (POOL_PER_ITEM_EXPOSED if exposed else POOL_PER_ITEM) * self.section.max_items
        rate = self.section.max_items / size
        if size < wanted:
            self._warn(
                "max_items",
                f"{size} items are few for a length of {self.section.max_items}: mean exposure "
                f"and expected overlap of two tests are {rate:.2f} at that length",
                f"give the pool {wanted} items, or shorten the section",
            )

    def _check_minutes(self, items: Sequence[Item]) -> None:
        if self.section.seconds is None or not items:
            return
        total = mean_seconds(items) * self.section.max_items
        if self.section.pretest:
            pretest = pretested(self.section, self.materials.banks)
            total += mean_seconds(pretest) * self.section.pretest.items
        needed = total * math.exp(NINTH_DECILE * SPREAD)
        if self.section.seconds < needed:
            self._warn(
                "minutes",
                f"{self.section.seconds // 60} are fewer than the {math.ceil(needed / 60)} that "
                f"9 of 10 participants are expected to need for {self.section.longest} items",
                f"allow {math.ceil(needed / 60)} minutes, or shorten the section",
            )

    def _check_precision(self, engine: SectionEngine) -> None:
        """Say where a precision rule cannot be met within the greatest length."""
        wanted = [
            float(rule.settings["at_most"])  # type: ignore[arg-type]
            for rule in self.section.stop.rules
            if rule.rule == "se" and "at_most" in rule.settings
        ]
        if not wanted:
            return
        levels = self.materials.profile.levels.get(self.section.scale)
        points = np.array([cut.at for cut in levels.cuts] if levels else [-1.0, 0.0, 1.0])
        reached = reachable_errors(engine, points)
        short = [
            f"{theta:+.1f}: {error:.2f}"
            for theta, error in zip(points, reached, strict=True)
            if error > max(wanted)
        ]
        if short:
            where = "at the cuts" if levels else "at theta"
            self._warn(
                "stop",
                f"SE {max(wanted):g} cannot be reached with {self.section.max_items} items "
                f"{where} {'; '.join(short)} (best possible SE)",
                "add items there, allow more, or ask for less",
            )

    def _error(self, key: str, message: str, cure: str) -> None:
        self._add(key, message, cure, Severity.ERROR)

    def _warn(self, key: str, message: str, cure: str) -> None:
        self._add(key, message, cure, Severity.WARNING)

    def _add(self, key: str, message: str, cure: str, severity: Severity) -> None:
        path: KeyPath = ("section", self.index, *key.split("."))
        _record(self.source, path, f"section {self.section.id} {key}", message, cure, severity)


def mean_seconds(items: Sequence[Item]) -> float:
    """Return the mean expected time of some items, each shown equally often."""
    return sum(item.expected_seconds for item in items) / len(items)


def reachable_errors(
    engine: SectionEngine, points: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the smallest posterior SE at each point of theta with the section's longest test.

    The max_items most informative items at that point and the prior: (sum I + 1 / sd^2)^(-1/2).
    """
    information = np.sort(engine.pool.information(points), axis=1)[:, ::-1]
    best = information[:, : engine.specification.max_items].sum(axis=1)
    return np.asarray(1 / np.sqrt(best + engine.specification.prior.sd**-2))


def _check_practice(materials: Materials, source: Source) -> None:
    practice = materials.practice
    if practice is None:
        return
    path, key = ("materials", "practice"), "materials.practice"
    if practice.purpose is not BankPurpose.PRACTICE:
        message = f'"{practice.id}" is no practice bank'
        _record(source, path, key, message, 'use one with purpose = "practice"')
    for language in materials.event.languages:
        if language not in practice.languages:
            message = f'"{practice.id}" has no texts in "{language}"'
            _record(source, path, key, message, "translate it")


def _check_battery_minutes(materials: Materials, source: Source) -> None:
    battery = materials.battery
    sections = sum(section.seconds or 0 for section in battery.sections)
    if battery.seconds is not None and battery.seconds < sections:
        _record(
            source,
            ("battery", "minutes"),
            "battery.minutes",
            f"{battery.seconds // 60} are fewer than the sections' {sections // 60}",
            "raise it to their sum, or leave it out",
            Severity.WARNING,
        )


def _record(  # noqa: PLR0917 - the parts of a problem, in the order they are printed
    source: Source,
    path: KeyPath,
    key: str,
    message: str,
    cure: str,
    severity: Severity = Severity.ERROR,
) -> None:
    source.add(
        Problem(
            path=source.label,
            line=source.line(path),
            key=key,
            message=clean_line(message, LONGEST_MESSAGE).rstrip("."),
            cure=clean_line(cure, LONGEST_MESSAGE).rstrip("."),
            severity=severity,
        )
    )
