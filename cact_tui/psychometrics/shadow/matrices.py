"""The rows of a batch of linear programs: one matrix for all, or one for each."""

from typing import Protocol

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray


class Matrix(Protocol):
    """The matrices [A, -I], (m, N + m), of E programs; rows are positions in the batch, (R,)."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return m and N + m."""

    def across(self, rows: IntArray, weights: FloatArray) -> FloatArray:
        """Return weighted sums (R, N + m) of the rows of the matrices, weights (R, m)."""

    def sums(self, rows: IntArray, x: FloatArray) -> FloatArray:
        """Return sums (R, m) along the rows of the matrices at x (R, N + m)."""

    def columns(self, rows: IntArray, chosen: IntArray) -> FloatArray:
        """Return one column of each matrix, (R, m)."""

    def basic(self, row: int, chosen: IntArray) -> FloatArray:
        """Return some columns of one matrix, (m, m)."""


@attrs.frozen(eq=False)
class Shared:
    """One matrix for all programs, (m, N + m)."""

    matrix: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        """Return m and N + m."""
        return self.matrix.shape[0], self.matrix.shape[1]

    def across(self, rows: IntArray, weights: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return weighted sums of the rows."""
        return weights @ self.matrix

    def sums(self, rows: IntArray, x: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return sums along the rows."""
        return x @ self.matrix.T

    def columns(self, rows: IntArray, chosen: IntArray) -> FloatArray:  # noqa: ARG002
        """Return one column for each program."""
        return self.matrix.T[chosen]

    def basic(self, row: int, chosen: IntArray) -> FloatArray:  # noqa: ARG002
        """Return some columns."""
        return self.matrix[:, chosen]


@attrs.frozen(eq=False)
class Own:
    """A matrix for each program: ``matrices[which]``, (G, m, N + m) and (E,)."""

    matrices: FloatArray
    which: IntArray

    @property
    def shape(self) -> tuple[int, int]:
        """Return m and N + m."""
        return self.matrices.shape[1], self.matrices.shape[2]

    def across(self, rows: IntArray, weights: FloatArray) -> FloatArray:
        """Return weighted sums of the rows."""
        return np.asarray((weights[:, None, :] @ self.matrices[self.which[rows]])[:, 0, :])

    def sums(self, rows: IntArray, x: FloatArray) -> FloatArray:
        """Return sums along the rows."""
        return np.asarray((self.matrices[self.which[rows]] @ x[:, :, None])[:, :, 0])

    def columns(self, rows: IntArray, chosen: IntArray) -> FloatArray:
        """Return one column of each matrix."""
        return np.asarray(self.matrices[self.which[rows], :, chosen])

    def basic(self, row: int, chosen: IntArray) -> FloatArray:
        """Return some columns of one matrix."""
        return np.asarray(self.matrices[self.which[row]][:, chosen])
