"""The dual simplex method, held to HiGHS and to weak duality."""

import highspy
import numpy as np
import pytest

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.shadow import simplex
from cact_tui.psychometrics.shadow.simplex import Program

ROWS, COLUMNS = 8, 40


def by_highs(A: FloatArray, c: FloatArray, lower: FloatArray, upper: FloatArray) -> float | None:
    """Return the optimum of one program, or None if it has none."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    n = len(c)
    for column in range(n):
        model.addVar(lower[column], upper[column])
        model.changeColCost(column, -float(c[column]))
    for row in range(len(A)):
        used = np.flatnonzero(A[row])
        low, high = lower[n + row], upper[n + row]
        model.addRow(low, high, len(used), used.astype(np.int32), A[row, used])
    model.run()
    if model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    return -float(model.getInfo().objective_function_value)


def drawn(rng: np.random.Generator, E: int) -> tuple[FloatArray, ...]:
    """Return rows, costs and bounds of E programs; some of them have no solution."""
    shape = (ROWS, COLUMNS)
    A = (rng.random(shape) < 0.4) * rng.choice([1.0, 1.0, 1.0, -1.0, 2.5], shape)
    lower, upper = np.zeros((E, COLUMNS)), np.ones((E, COLUMNS))
    lower[:, :2] = rng.integers(0, 2, (E, 2))
    sums = rng.random((E, COLUMNS)) @ A.T
    room = rng.random((E, ROWS)) * rng.choice([0.0, 2.0], (E, ROWS))
    shift = np.where(rng.random((E, 1)) < 0.3, 3.0, 0.0)
    return (
        A,
        rng.normal(size=(E, COLUMNS)),
        np.hstack((lower, sums - room + shift)),
        np.hstack((upper, sums + room + shift)),
    )


@pytest.mark.parametrize("seed", range(12))
def test_optima_and_infeasibility_are_those_of_highs_from_any_start(seed: int) -> None:
    rng = np.random.default_rng(seed)
    A, c, lower, upper = drawn(rng, 5)
    program = Program.over(A)
    bases = program.fresh(5)
    for _ in range(4):
        found = program.solve(c, lower, upper, bases)
        assert not found.failed.any()
        for row in range(5):
            best = by_highs(A, c[row], lower[row], upper[row])
            assert found.infeasible[row] == (best is None)
            if best is not None:
                assert c[row] @ found.x[row] == pytest.approx(best, abs=1e-7)
                assert found.bound[row] == pytest.approx(best, abs=1e-7)
        bases = found.bases
        c = c + 0.5 * rng.normal(size=c.shape)
        flipped = rng.random((5, COLUMNS)) < 0.05
        upper[:, :COLUMNS][flipped] = lower[:, :COLUMNS][flipped] = 0.0


def test_the_bound_holds_even_if_the_basis_is_no_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simplex, "MOST_PIVOTS", 2)
    rng = np.random.default_rng(3)
    A, c, lower, upper = drawn(rng, 20)
    found = Program.over(A).solve(c, lower, upper, Program.over(A).fresh(20))
    assert found.failed.any()
    for row in np.flatnonzero(found.failed):
        best = by_highs(A, c[row], lower[row], upper[row])
        assert best is None or found.bound[row] >= best - 1e-9


def test_a_program_does_not_depend_on_its_batch() -> None:
    rng = np.random.default_rng(5)
    A, c, lower, upper = drawn(rng, 30)
    program = Program.over(A)
    together = program.solve(c, lower, upper, program.fresh(30))
    for row in np.flatnonzero(~together.infeasible):
        some = slice(row, row + 1)
        alone = program.solve(c[some], lower[some], upper[some], program.fresh(1))
        assert alone.x[0] == pytest.approx(together.x[row], abs=1e-9)


def test_worn_inverses_are_computed_anew() -> None:
    rng = np.random.default_rng(7)
    A, c, lower, upper = drawn(rng, 3)
    program = Program.over(A)
    bases = program.solve(c, lower, upper, program.fresh(3)).bases
    bases.inverse += 0.1
    bases.pivots[:] = simplex.FRESH
    again = program.solve(c, lower, upper, bases)
    clean = program.solve(c, lower, upper, program.fresh(3))
    assert again.bound == pytest.approx(clean.bound, abs=1e-9)


def test_a_singular_basis_is_started_over() -> None:
    rng = np.random.default_rng(8)
    A, c, lower, upper = drawn(rng, 1)
    program = Program.over(A)
    bases = program.fresh(1)
    bases.basic[0, :2] = 0
    bases.pivots[:] = simplex.FRESH
    found = program.solve(c, lower, upper, bases)
    clean = program.solve(c, lower, upper, program.fresh(1))
    assert found.bound == pytest.approx(clean.bound, abs=1e-9)
