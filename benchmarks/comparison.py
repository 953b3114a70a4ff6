"""Whether one load makes answers slower than another, and how far that could be chance.

What stands still for a moment delays all who answer then: answers of one moment are not so many
proofs. So what is drawn anew are stretches of time, each with all of its answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLINGS = 2000
STRETCH = 3.0
"""Seconds of a stretch: longer than anything stands still, and many of them in a run."""


@frozen
class Answers:
    """When each answer was sent and how long it took, in seconds."""

    sent: Sequence[float]
    took: Sequence[float]

    def only(self, which: Sequence[bool]) -> Answers:
        """Return some of them."""
        chosen = [pair for pair, yes in zip(self._pairs, which, strict=True) if yes]
        return Answers(*map(list, zip(*chosen, strict=True))) if chosen else Answers([], [])

    def p99(self) -> float:
        """Return the p99 of what they took."""
        return float(np.quantile(self.took, 0.99))

    def resampled_p99(self, chance: np.random.Generator) -> NDArray[np.float64]:
        """Return the p99 in each of many resamplings of stretches of time."""
        stretches = self._stretches()
        drawn = chance.integers(len(stretches), size=(RESAMPLINGS, len(stretches)))
        return np.array(
            [np.quantile(np.concatenate([stretches[one] for one in each]), 0.99) for each in drawn]
        )

    @property
    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(self.sent, self.took, strict=True))

    def _stretches(self) -> list[NDArray[np.float64]]:
        found = defaultdict[int, list[float]](list)
        for sent, took in self._pairs:
            found[int(sent / STRETCH)].append(took)
        return [np.array(took) for took in found.values()]


def compared(one: Answers, other: Answers) -> str:
    """Return the ratio of two p99, and between what nine of ten resamplings have it."""
    chance = np.random.default_rng(1)
    ratios = one.resampled_p99(chance) / other.resampled_p99(chance)
    low, high = np.quantile(ratios, (0.05, 0.95))
    return f"{one.p99() / other.p99():.2f} ({low:.2f} to {high:.2f})"
