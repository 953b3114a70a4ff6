"""The best fixed tests of TestDesign's pools, with the rows as TestDesign compiled them."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.shadow.blueprint import Blueprint, Row
from cact_tui.psychometrics.shadow.highs import HighsSolver
from cact_tui.psychometrics.shadow.slots import Slots
from cact_tui.psychometrics.shadow.solving import SOLVED, BatchSolver
from tests.psychometrics.cases import vectors


def _cases() -> Iterator[Any]:
    for name, pool in vectors("testdesign_ata.json")["sets"].items():
        for number, solution in enumerate(pool.get("static_solutions", ())):
            if np.shape(pool["constraint_index_mat"])[1] == pool["ni"]:
                yield pytest.param(pool, solution, id=f"{name} {number}")


def _row(values: list[float], direction: str, side: float) -> Row:
    each = np.array(values, dtype=np.float64)
    used = np.flatnonzero(each)
    return Row(
        name="",
        columns=used,
        values=each[used],
        least=-math.inf if direction == "<=" else side,
        most=math.inf if direction == ">=" else side,
        source=0,
    )


@pytest.mark.parametrize("solver", [BatchSolver, HighsSolver])
@pytest.mark.parametrize(("pool", "solution"), _cases())
def test_the_best_tests_are_worth_what_lpsolve_and_glpk_found(
    pool: Any, solution: Any, solver: Any
) -> None:
    lines = zip(
        pool["constraint_index_mat"], pool["constraint_dir"], pool["constraint_rhs"], strict=True
    )
    n, length = pool["ni"], np.array([pool["test_length"]])
    blueprint = Blueprint(
        n=n, rows=tuple(_row(*line) for line in lines), sets=np.full(n, -1, dtype=np.int64)
    )
    worth = np.array(pool["info_theta_item"][pool["theta"].index(solution["theta"])])
    unit = np.array([1.0 / worth.max()])
    slots = Slots.of(blueprint, int(length[0]))
    none = np.zeros((1, n), dtype=np.bool_)
    tasks = slots.tasks(worth[None, :] * unit[:, None], none, ~none, (length, length), unit)
    answer = solver.of(slots).solve(tasks, [None])
    chosen = np.flatnonzero(slots.chosen(tasks, answer.x)[0])
    assert answer.state[0] == SOLVED
    assert blueprint.met(chosen[None, :]).all()
    assert worth[chosen].sum() == pytest.approx(solution["objective_sum_fisher"], abs=1e-6)
    assert answer.bound[0] / unit[0] == pytest.approx(solution["objective_sum_fisher"], abs=1e-6)
