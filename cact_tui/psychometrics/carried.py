"""What examinees carry along from answer to answer, so that it need not be computed anew."""

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray

Fact = TypeVar("Fact")

FAINT = 1e-100
"""Below this the peak of a running product of likelihoods is scaled up again."""
LOST = 1e-250
"""Below this its flanks may have been rounded to nothing where they should count."""


@attrs.frozen(eq=False)
class Carried:
    """Facts that follow from the answers of a batch, each with a row for each examinee.

    Attributes:
        facts: Facts by name.
        likelihoods: Likelihoods with their grids (T,) and values (E, T), by the grid's bytes.
    """

    facts: dict[str, Any] = attrs.field(factory=dict)
    likelihoods: dict[bytes, tuple[FloatArray, FloatArray]] = attrs.field(factory=dict)

    def fact(self, name: str, now: Callable[[], Fact]) -> Fact:
        """Return a fact; it is computed when it is first asked for."""
        found: Fact | None = self.facts.get(name)
        if found is None:
            found = self.facts[name] = now()
        return found

    def likelihood(self, grid: FloatArray, now: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Return the likelihoods on a grid, (E, T), computed when they are first asked for."""
        key = grid.tobytes()
        found = self.likelihoods.get(key)
        if found is None:
            found = self.likelihoods[key] = (grid, now(grid))
        return found[1]

    def take(self, other: "Carried", rows: IntArray | BoolArray | slice = slice(None)) -> None:
        """Take over what another batch carries, for some of its examinees."""
        self.facts.update({name: fact[rows] for name, fact in other.facts.items()})
        self.likelihoods.update(
            {key: (grid, values[rows]) for key, (grid, values) in other.likelihoods.items()}
        )

    def multiply(self, other: "Carried", factor: Callable[[FloatArray], FloatArray]) -> None:
        """Take over another batch's likelihoods, times those of one more answer.

        A running product that nears the smallest numbers is scaled up; one that has lost digits is
        dropped, to be made anew from logarithms.

        Args:
            other: The batch before the answer.
            factor: The likelihoods of the answer on a grid, (E, T); they are overwritten.
        """
        for key, (grid, before) in other.likelihoods.items():
            after = factor(grid)
            after *= before
            peak = after.max(axis=1)
            lowest = peak.min(initial=1.0)
            if lowest < LOST:
                continue
            if lowest < FAINT:
                after /= peak[:, None]
            self.likelihoods[key] = (grid, after)
