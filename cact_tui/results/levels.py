"""Levels of a scale by its standard setting, and what they say of a position's standard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cact_tui.results.findings import LevelChance, LevelFinding, StandardFinding

if TYPE_CHECKING:
    from cact_tui.banks.standards import StandardSetting
    from cact_tui.results.posterior import Posterior


def find_level(theta: float, posterior: Posterior, setting: StandardSetting) -> LevelFinding:
    """Return the level of a final estimate, and each level's probability.

    Below the first cut is `lowest_level`; the k-th cut begins the k-th level above it.
    """
    level = setting.level(theta)
    chances = level_chances(posterior, setting)
    return LevelFinding(
        level=level,
        probability=chances[level - setting.lowest_level].probability,
        lowest_level=setting.lowest_level,
        chances=chances,
        cuts=tuple(float(cut.at) for cut in setting.cuts),
        integrated=integrated(setting),
        method=setting.method,
        panel=setting.panel,
        date=setting.date,
        approver=setting.approver,
        digest=setting.digest,
    )


def level_chances(posterior: Posterior, setting: StandardSetting) -> tuple[LevelChance, ...]:
    """Return the probability of every level, adding up to 1.

    P(level >= k) = integral of P(theta > C_k) over the posterior of theta, and over the error of
    the cut C_k ~ N(at, se^2) where the standard states one.
    """
    above = [posterior.above_uncertain(cut.at, cut.se) for cut in setting.cuts]
    # Cuts of unequal error may cross far out in the tails; a higher level is never likelier to be
    # reached than a lower one.
    reached = np.minimum.accumulate([1.0, *above, 0.0])
    return tuple(
        LevelChance(
            level=setting.lowest_level + step,
            name=setting.levels.get(setting.lowest_level + step, {}),
            probability=float(chance),
        )
        for step, chance in enumerate(-np.diff(reached))
    )


def integrated(setting: StandardSetting) -> tuple[str, ...]:
    """Return what uncertainties the probabilities of levels contain."""
    errors = any(cut.se > 0 for cut in setting.cuts)
    return ("posterior", "cut_errors") if errors else ("posterior",)


def compare(level: LevelFinding, required: int, confidence: float) -> StandardFinding:
    """Return how a level stands to what the position asks for.

    With `lowest_level` = 1 nobody can fail standard 1: it is untested, with no gap and no
    probability.
    """
    if required <= level.lowest_level:
        return StandardFinding(
            required=required, untested=True, gap=None, probability_met=None, conclusive=None
        )
    met = sum(chance.probability for chance in level.chances if chance.level >= required)
    tail = (1.0 - confidence) / 2.0
    return StandardFinding(
        required=required,
        untested=False,
        gap=level.level - required,
        probability_met=min(1.0, met),
        conclusive=not tail < met < 1.0 - tail,
    )
