"""Adaptive tests under a full blueprint, beside HiGHS's own search at every step.

Run ``python -m benchmarks.shadow_test [--data DIR] [--examinees N]``: 1,000 items (918 3PL, 82
GPCM), 36 constraints with an order, 30 items, EAP, maximum information. DIR holds the CSV files of
TestDesign's science pool (GPL, not part of this project); without it a pool of the same shape is
drawn. Examinees per second are of CPU time on one core, the whole test with its estimates; the
time of one selection is that of one examinee alone.
"""

import argparse
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import highspy
import numpy as np

from benchmarks.shadow_pool import LENGTH, Problem, drawn, read
from cact_tui.psychometrics.administration import Rules, begin, choose, update
from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.shadow.blueprint import Blueprint
from cact_tui.psychometrics.shadow.content import ShadowTest
from cact_tui.psychometrics.simulation import SimulatedAnswers, administer, simulate
from cact_tui.psychometrics.starts import FixedStart

CITED = "TestDesign 1.7.0 with lpSolve 2.3, with GLPK 1.0; PyPI mirt 1.2.0 on an easier problem 1.3"


def main() -> None:
    """Run the bench."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--examinees", type=int, default=256)
    given = arguments.parse_args()
    problem = read(given.data) if given.data else drawn()
    print(f"load before the run: {os.getloadavg()[0]:.2f}")
    print(f"{problem.name}, {len(problem.table)} constraints beside the length, {LENGTH} items")
    theta = np.random.default_rng(9).normal(size=given.examinees)
    draws = np.random.default_rng(3).random((given.examinees, LENGTH))
    ours = _whole_tests(problem, "batch", theta)
    _whole_tests(problem, "highs", theta[: max(given.examinees // 8, 1)])
    few = max(given.examinees // 8, 1)
    alone = _one_at_a_time(problem, theta[:few], draws[:few])
    plain, rate = _plain(problem, theta[:2], draws[:2])
    same = int((plain == alone[:2]).all(axis=1).sum())
    print(f"{'HiGHS, a whole program at each step':<40}{rate:8.2f} examinees/s")
    print(f"{'':4}item paths equal to ours: {same} of {len(plain)}")
    print(f"{'':4}the built-in solver is {ours / rate:.0f} times as fast")
    print(f"cited, examinees/s on one core: {CITED}")


def _rules(problem: Problem, solver: Literal["batch", "highs"]) -> Rules:
    return Rules(
        start=FixedStart(),
        selector=MaximumInformation(),
        content=ShadowTest(constraints=problem.table, solver=solver),
        interim=ExpectedAPosteriori(),
        min_items=LENGTH,
        max_items=LENGTH,
    )


def _whole_tests(problem: Problem, solver: Literal["batch", "highs"], theta: FloatArray) -> float:
    """Test all examinees in step, print what it takes, and return examinees per second."""
    rules, n = _rules(problem, solver), len(theta)
    answers = SimulatedAnswers(pool=problem.pool, theta=theta)
    draws = np.random.default_rng(4).random(n)
    administer(rules, problem.pool, problem.structure, answers, draws[: min(n, 8)])
    begun = time.process_time()
    tests = administer(rules, problem.pool, problem.structure, answers, draws)
    rate = n / (time.process_time() - begun)
    broken = int(_violations(problem, tests.items).sum())
    rmse = float(np.sqrt(np.mean((tests.theta - theta) ** 2)))
    name = {"batch": "built-in solver", "highs": "HiGHS, linear programs first"}[solver]
    print(f"{name + f', {n} in step':<40}{rate:8.2f} examinees/s", end="")
    print(f"   violations {broken}   RMSE {rmse:.3f}")
    return rate


def _one_at_a_time(problem: Problem, theta: FloatArray, draws: FloatArray) -> IntArray:
    """Test examinees one by one, print how long a selection takes, and return their items."""
    rules = _rules(problem, "batch")
    shadow: Any = rules.content
    spans, spent, gaps, searched = [], [], [], 0
    items = np.empty((len(theta), LENGTH), dtype=np.int64)

    def chosen(examinee: Examinees) -> int:
        nonlocal searched
        begun, busy = time.perf_counter(), time.process_time()
        item = int(choose(rules, examinee, np.zeros((1, 2))).item[0])
        spans.append(1e3 * (time.perf_counter() - begun))
        spent.append(1e3 * (time.process_time() - busy))
        gaps.append(float(shadow.tests(examinee).gap[0]))
        searched += int(shadow.tests(examinee).nodes[0] > 0)
        return item

    for row in range(len(theta)):
        items[row] = _path(problem, rules, theta[row], draws[row], chosen)
    for clock, times in (("elapsed", spans), ("CPU", spent)):
        middle, late = np.percentile(times, (50, 95))
        print(f"{'one examinee alone, one selection, ' + clock:<44}p50 {middle:.2f} ms", end="")
        print(f"   p95 {late:.2f} ms   max {max(times):.2f} ms")
    broken = int(_violations(problem, items).sum())
    print(f"{'':4}branches in {searched} of {len(spans)} steps; violations {broken}; ", end="")
    print(f"certified gap at most {max(gaps):.1e}")
    return items


def _plain(problem: Problem, theta: FloatArray, draws: FloatArray) -> tuple[IntArray, float]:
    """Return the items of tests by HiGHS's own search at each step, and examinees per second."""
    rules = _rules(problem, "batch")
    blueprint = Blueprint.compile(rules.content.table, problem.structure)  # type: ignore[attr-defined]
    model = _program(blueprint)
    levels = blueprint.ranks
    spent = 0.0

    def chosen(examinee: Examinees) -> int:
        nonlocal spent
        begun = time.process_time()
        n = len(problem.pool)
        worth = problem.pool.information(examinee.theta)[0]
        given = examinee.administered[0]
        columns = np.arange(n, dtype=np.int32)
        model.changeColsCost(n, columns, -worth)
        model.changeColsBounds(n, columns, given * 1.0, np.ones(n))
        model.run()
        free = np.flatnonzero((np.array(model.getSolution().col_value) > 0.5) & ~given)  # noqa: PLR2004
        if levels is not None:
            free = free[levels[free] == levels[free].min()]
        spent += time.process_time() - begun
        return int(free[worth[free].argmax()])

    items = [_path(problem, rules, theta[row], draws[row], chosen) for row in range(len(theta))]
    return np.stack(items), len(theta) / spent


def _program(blueprint: Blueprint) -> Any:
    """Return the blueprint as a program in whole numbers over all items."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("parallel", "off"), ("mip_rel_gap", 0.0)):
        model.setOptionValue(option, value)
    for item in range(blueprint.n):
        model.addVar(0.0, 1.0)
        model.changeColIntegrality(item, highspy.HighsVarType.kInteger)
    everything = np.arange(blueprint.n, dtype=np.int32)
    model.addRow(LENGTH, LENGTH, blueprint.n, everything, np.ones(blueprint.n))
    for row in blueprint.rows:
        model.addRow(
            row.least, row.most, len(row.columns), row.columns.astype(np.int32), row.values
        )
    return model


def _path(
    problem: Problem,
    rules: Rules,
    theta: float,
    draws: FloatArray,
    chosen: Callable[[Examinees], int],
) -> IntArray:
    """Return the items of one test, answered by the draws."""
    examinee = begin(rules, problem.pool, problem.structure, np.zeros(1))
    for step in range(LENGTH):
        item = np.array([chosen(examinee)])
        category = simulate(problem.pool, item, np.array([theta]), draws[step : step + 1])
        examinee = update(rules, examinee, item, category)
    return np.asarray(examinee.items[0])


def _violations(problem: Problem, items: IntArray) -> IntArray:
    """Return how many constraints each test breaks, counted from the table's words, (N,)."""
    found = [sum(not _met(row, problem, test) for row in problem.table) for test in items]
    return np.array(found, dtype=np.int64)


def _met(row: Any, problem: Problem, test: IntArray) -> bool:
    ids = [problem.structure.ids[item] for item in test]
    if "order" in row:
        values = [float(problem.structure.tags[row["order"]][item]) for item in test]
        return values == sorted(values)
    if "together" in row:
        return sum(item in ids for item in row["together"]) in (0, len(row["together"]))
    where = row.get("where", {row["tag"]: row["value"]} if "tag" in row else {})
    count = sum(
        all(problem.structure.tags[tag][item] in values for tag, values in where.items())
        for item in test
    )
    if "items" in row:
        count = sum(item in ids for item in row["items"])
    return bool(row.get("min", 0) <= count <= row.get("max", LENGTH))


if __name__ == "__main__":
    main()
