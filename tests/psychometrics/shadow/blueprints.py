"""Blueprints that the tests of shadow tests share, and what judges them without our solvers."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import highspy
import numpy as np

from cact_tui.psychometrics.administration import Rules, begin
from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.shadow.content import ShadowTest
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import plain_rules

AREAS = ("aman", "budaya", "cakap", "etika")
Row = Mapping[str, Any]


def drawn_2pl(n: int, seed: int = 1) -> Pool:
    """Return a pool of n 2PL items."""
    rng = np.random.default_rng(seed)
    values = [
        {"a": float(a), "b": float(b)}
        for a, b in zip(rng.uniform(0.6, 2.0, n), rng.normal(size=n), strict=True)
    ]
    return Pool.compile([f"I{i:04d}" for i in range(n)], ["2PL"] * n, values)


def drawn_structure(pool: Pool, seed: int = 1, *, enemies: int = 0, sets: int = 0) -> Structure:
    """Return four areas, three levels, seconds, pairs of enemies and sets of three items."""
    rng = np.random.default_rng(seed)
    n = len(pool)
    pairs = [rng.choice(n, 2, replace=False) for _ in range(enemies)]
    members = rng.permutation(n)[: 3 * sets]
    return Structure.compile(
        pool,
        tags={
            "area": [AREAS[i] for i in rng.integers(0, 4, n)],
            "level": [str(i) for i in rng.integers(1, 4, n)],
        },
        enemies=[(pool.ids[a], pool.ids[b]) for a, b in pairs],
        sets={pool.ids[item]: f"S{place // 3}" for place, item in enumerate(members.tolist())},
        numbers={"seconds": dict(zip(pool.ids, rng.integers(2, 12, n) * 10.0, strict=True))},
    )


def rules_of(content: ShadowTest, least: int, most: int, **changes: Any) -> Rules:
    """Return rules of a section under a blueprint."""
    return plain_rules(content=content, min_items=least, max_items=most, **changes)


def at(rules: Rules, pool: Pool, structure: Structure, theta: FloatArray) -> Examinees:
    """Return examinees before their first item, with these interim estimates."""
    fresh = begin(rules, pool, structure, np.zeros(len(theta)))
    return fresh.estimated(theta, np.ones(len(theta)))


def after(examinees: Examinees, *items: int) -> Examinees:
    """Return the examinees after these items, answered but not estimated anew."""
    for item in items:
        given = np.full(len(examinees), item)
        examinees = examinees.answered(given, np.zeros_like(given))
    return examinees


def keeps(rows: Sequence[Row], structure: Structure, test: Sequence[int]) -> bool:
    """Return whether a test of items keeps every row and parts no enemies, by the words alone."""
    chosen = set(test)
    if any(one in chosen and two in chosen for one, two in structure.enemies.tolist()):
        return False
    return all(_keeps(row, structure, test) for row in rows if "weight" not in row)


def _keeps(row: Row, structure: Structure, test: Sequence[int]) -> bool:
    low, high = row.get("min", -np.inf), row.get("max", np.inf)
    if "order" in row:
        return True
    ids = [structure.ids[item] for item in test]
    if "together" in row:
        return sum(item in ids for item in row["together"]) in (0, len(row["together"]))
    if "sets" in row:
        own = structure.sets[list(test)]
        counts = [int((own == number).sum()) for number in range(structure.n_sets)]
        used = [count for count in counts if count]
        if row["sets"] == "number":
            return bool(low <= len(used) <= high)
        return all(low <= count <= high for count in used)
    return bool(low <= amount(row, structure, test) <= high)


def amount(row: Row, structure: Structure, test: Sequence[int]) -> float:
    """Return what a row counts or sums over a test."""
    where = row.get("where", {row["tag"]: row["value"]} if "tag" in row else {})
    counted = [
        item
        for item in test
        if all(
            structure.tags[tag][item] in ((values,) if isinstance(values, str) else values)
            for tag, values in where.items()
        )
    ]
    if "items" in row:
        counted = [item for item in test if structure.ids[item] in row["items"]]
    if "sum" in row:
        return float(sum(structure.numbers[row["sum"]][item] for item in counted))
    return float(len(counted))


def best_by_enumeration(
    rows: Sequence[Row], examinee: Examinees, length: int
) -> tuple[float, list[tuple[int, ...]]]:
    """Return the best value of all tests that keep the rows, and the tests that reach it."""
    structure, worth = examinee.structure, examinee.pool.information(examinee.theta)[0]
    given = examinee.items[0][: examinee.counts[0]].tolist()
    free = [int(item) for item in np.flatnonzero(examinee.open_items[0])]
    values = {}
    for more in combinations(free, length - len(given)):
        test = (*given, *more)
        if keeps(rows, structure, test):
            penalty = sum(
                row["weight"] * max(amount(row, structure, test) - row.get("max", np.inf), 0)
                + row["weight"] * max(row.get("min", -np.inf) - amount(row, structure, test), 0)
                for row in rows
                if "weight" in row
            )
            values[tuple(sorted(test))] = float(worth[list(test)].sum()) - penalty
    best = max(values.values(), default=-np.inf)
    return best, [test for test, value in values.items() if value >= best - 1e-9]


class PlainProgram:
    """A blueprint as one program in whole numbers over all items, solved by HiGHS from nothing.

    It is written from the table's words, without classes, slots, starts or relaxations.
    """

    def __init__(self, rows: Sequence[Row], structure: Structure, length: int) -> None:
        self.n = len(structure.ids)
        lines: list[tuple[FloatArray, float, float]]
        lines = [(np.ones(self.n), float(length), float(length))]
        for row in rows:
            if "order" in row:
                continue
            if "together" in row:
                one, two = (structure.ids.index(item) for item in row["together"])
                apart = np.eye(self.n)[one] - np.eye(self.n)[two]
                lines.append((apart, 0.0, 0.0))
                continue
            each = np.array([amount(row, structure, [item]) for item in range(self.n)])
            lines.append((each, row.get("min", -np.inf), row.get("max", np.inf)))
        lines.extend(
            (np.isin(np.arange(self.n), pair).astype(np.float64), 0.0, 1.0)
            for pair in structure.enemies
        )
        self.lines = lines

    def solve(self, worth: FloatArray, given: IntArray, may: BoolArray) -> tuple[float, IntArray]:
        """Return the best value and test."""
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        model.setOptionValue("output_flag", False)
        model.setOptionValue("mip_rel_gap", 0.0)
        model.setOptionValue("mip_abs_gap", 0.0)
        lower = np.isin(np.arange(self.n), given) * 1.0
        for item in range(self.n):
            model.addVar(lower[item], max(lower[item], float(may[item])))
            model.changeColCost(item, -float(worth[item]))
            model.changeColIntegrality(item, highspy.HighsVarType.kInteger)
        for each, low, high in self.lines:
            used = np.flatnonzero(each)
            model.addRow(low, high, len(used), used.astype(np.int32), each[used])
        model.run()
        x = np.array(model.getSolution().col_value)
        test = np.flatnonzero(x > 0.5)
        return float(worth[test].sum()), test
