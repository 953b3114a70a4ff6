"""The correlations between the scales of a battery, and where they come from."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.problems import SettingProblem

LEAST_EIGENVALUE = 1e-6
"""Below this the scales are so nearly one that their errors cannot be told apart."""

FEWEST = 2
"""Scales that can correlate, and persons to estimate it from."""


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


def _rows(values: Iterable[Iterable[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in values)


@attrs.frozen(kw_only=True)
class Correlations:
    """Correlations between true scores (latent traits) in the population tested.

    They may steer the choice of items whatever their source. They may enter scores only if they
    were estimated, and the estimate is on record.

    Attributes:
        scales: The scales, each once.
        matrix: The correlations in the order of the scales: 1 on the diagonal, symmetric, positive
            definite.
        provenance: ``estimated`` or ``assumed``.
        n: How many persons they were estimated from; None if assumed.
        se: The largest standard error of any of them; None if assumed.
        date: When they were estimated; None if assumed.
    """

    scales: tuple[str, ...] = attrs.field(converter=_names)
    matrix: tuple[tuple[float, ...], ...] = attrs.field(converter=_rows)
    provenance: Literal["estimated", "assumed"]
    n: int | None = None
    se: float | None = None
    date: dt.date | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what no battery can use.

        Raises:
            ValueError: (message, cure), as the checks of all rules.
        """
        self._check_scales()
        self._check_matrix()
        self._check_provenance()

    def _check_scales(self) -> None:
        if len(self.scales) < FEWEST or len(set(self.scales)) < len(self.scales):
            raise ValueError("scales are not two or more different names.", "Name each scale once.")

    def _check_matrix(self) -> None:
        s = len(self.scales)
        if len(self.matrix) != s or any(len(row) != s for row in self.matrix):
            raise ValueError(f"matrix is not {s} by {s}.", "Give one row for each scale.")
        values = self.values
        if not np.isfinite(values).all() or (np.abs(values) > 1).any():
            raise ValueError("matrix holds a figure outside -1 to 1.", "Give correlations.")
        if (np.diagonal(values) != 1).any():
            raise ValueError(
                "matrix has no 1 in its diagonal.", "A scale correlates 1 with itself."
            )
        if (values != values.T).any():
            first, second = (self.scales[at] for at in np.argwhere(values != values.T)[0])
            raise ValueError(
                f"matrix gives two correlations of {first} and {second}.", "Give the same twice."
            )
        least = np.linalg.eigvalsh(values)[0]
        if least < LEAST_EIGENVALUE:
            raise ValueError(
                f"matrix is not positive definite: its least eigenvalue is {least:.2g}.",
                "Estimate the correlations together; pairwise estimates need not fit.",
            )

    def _check_provenance(self) -> None:
        if self.provenance not in {"estimated", "assumed"}:
            raise ValueError(
                f"provenance is {self.provenance!r}.", "Give 'estimated' or 'assumed'."
            )
        for name, value in (("n", self.n), ("se", self.se), ("date", self.date)):
            if self.provenance == "assumed" and value is not None:
                raise ValueError(f"{name} is given, but provenance is 'assumed'.", "Remove it.")
            if self.provenance == "estimated" and value is None:
                raise ValueError(
                    f"{name} is missing; estimates are recorded with n, se and date.",
                    f"Add {name}, or set provenance to 'assumed'.",
                )
        if self.n is not None and self.n < FEWEST:
            raise ValueError(f"n is {self.n}.", "Give the number of persons.")
        if self.se is not None and not 0 < self.se < 1:
            raise ValueError(f"se is {self.se!r}.", "Give a standard error between 0 and 1.")

    @property
    def values(self) -> FloatArray:
        """The matrix as an array, (s, s)."""
        return np.array(self.matrix, dtype=np.float64)

    def among(self, scales: tuple[str, ...]) -> FloatArray:
        """Return the correlations among some scales, in their order, (m, m).

        Raises:
            KeyError: A scale is not among those correlated.
        """
        places = {scale: at for at, scale in enumerate(self.scales)}
        chosen = [places[scale] for scale in scales]
        return self.values[np.ix_(chosen, chosen)]

    def scoring_problems(self) -> tuple[SettingProblem, ...]:
        """Return why these correlations may not enter scores; empty if they may."""
        if self.provenance == "estimated":
            return ()
        return (
            SettingProblem(
                key="provenance",
                message="is 'assumed'; assumed correlations never enter a score.",
                cure="Use them for selection only, or estimate them and record n, se and date.",
            ),
        )
