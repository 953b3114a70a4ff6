"""The pool and blueprint of the bench of shadow tests: read from outside, or drawn."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LENGTH = 30
N = 1_000
N_GRADED = 82
TOPICS = 24
FORMS = ("choice", "drag", "fill", "graph", "hot spot", "match", "several", "typed")
CONDITION = re.compile(r"(\w+) (==|%in%|>=|<) (.*)")


@frozen(kw_only=True)
class Problem:
    """A pool, its structure, and the table of a blueprint of `LENGTH` items."""

    name: str
    pool: Pool
    structure: Structure
    table: tuple[Mapping[str, Any], ...]


def drawn() -> Problem:
    """Return 1,000 items, 918 of them 3PL and 82 GPCM, and 36 constraints, in drawn figures.

    The bounds are those that a drawn test of ten items of each of three levels meets, one wider.
    """
    rng = np.random.default_rng(36)
    pool = Pool.compile(_ids(), *_parameters(rng))
    level = rng.integers(3, 6, N)
    topic = rng.integers(0, TOPICS, N)
    tags = {
        "level": level.astype(str),
        "area": (topic // 6).astype(str),
        "topic": np.array([f"{t:02d}" for t in topic]),
        "depth": rng.choice(3, N, p=(0.3, 0.5, 0.2)).astype(str),
        "form": np.array(FORMS)[rng.choice(len(FORMS), N, p=_shares())],
    }
    known = {name: values.tolist() for name, values in tags.items()}
    structure = Structure.compile(pool, tags=known)
    test = np.concatenate([rng.choice(np.flatnonzero(level == v), 10, False) for v in (3, 4, 5)])
    return Problem(
        name=f"drawn: {N} items", pool=pool, structure=structure, table=_table(tags, test)
    )


def read(folder: Path) -> Problem:
    """Return TestDesign's science pool and constraints from a folder of its CSV files."""
    pool_rows, item_rows, constraint_rows = (
        _rows(folder / f"TestDesign_{name}_science.csv")
        for name in ("itempool", "itemattrib", "constraints")
    )
    models = ["GPCM" if row["MODEL"] == "GPC" else "3PL" for row in pool_rows]
    pool = Pool.compile(
        [row["ID"] for row in pool_rows], models, [_published(row) for row in pool_rows]
    )
    facts = {row["ID"]: row for row in item_rows}
    columns = [name for name in item_rows[0] if name != "ID"]
    structure = Structure.compile(
        pool, tags={name: {i: facts[i][name] for i in pool.ids} for name in columns}
    )
    table = tuple(row for line in constraint_rows for row in _translated(line, structure))
    return Problem(name="TestDesign's science pool", pool=pool, structure=structure, table=table)


def _ids() -> list[str]:
    return [f"I{number:04d}" for number in range(N)]


def _shares() -> Sequence[float]:
    return (0.3, 0.1, 0.07, 0.07, 0.07, 0.1, 0.07, 0.22)


def _parameters(rng: np.random.Generator) -> tuple[list[str], list[dict[str, Any]]]:
    graded = np.isin(np.arange(N), rng.choice(N, N_GRADED, replace=False))
    a, b = rng.lognormal(-0.3, 0.35, N), rng.normal(0.3, 1.0, N)
    parameters: list[dict[str, Any]] = [
        {"a": a[i], "b": [b[i] - 0.6, b[i] + 0.6]}
        if graded[i]
        else {"a": a[i], "b": b[i], "c": rng.uniform(0.05, 0.3)}
        for i in range(N)
    ]
    return ["GPCM" if item else "3PL" for item in graded], parameters


def _table(tags: Mapping[str, Any], test: Any) -> tuple[Mapping[str, Any], ...]:
    """Return 36 constraints that a test meets: 30 counts, and one of each other kind twice."""
    rows: list[Mapping[str, Any]] = [
        {"tag": "level", "value": v, "min": 10, "max": 10} for v in "345"
    ]
    rows += [_around(tags, test, {"area": (v,)}) for v in "0123"]
    groups = [(f"{t:02d}", f"{t + 1:02d}") for t in range(0, TOPICS, 2)]
    rows += [_around(tags, test, {"topic": group}) for group in groups]
    rows += [_around(tags, test, {"area": (v,), "depth": ("1", "2")}) for v in "012"]
    rows += [_around(tags, test, {"form": (form,)}) for form in FORMS]
    ids = np.array(_ids())
    outside = np.setdiff1d(np.arange(N), test)
    rows += [
        {"order": "level"},
        {"items": tuple(ids[outside[:2]]), "max": 1},
        {"items": tuple(ids[[test[0], test[11]]]), "min": 2},
        {"items": tuple(ids[outside[100:130]]), "max": 0},
        {"together": tuple(ids[outside[2:4]])},
        {"items": tuple(ids[outside[4:6]]), "max": 1},
    ]
    return tuple(rows)


def _around(tags: Mapping[str, Any], test: Any, where: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = np.ones(len(test), dtype=np.bool_)
    for tag, values in where.items():
        kept &= np.isin(tags[tag][test], values)
    count = int(kept.sum())
    return {"where": dict(where), "min": max(count - 1, 0), "max": count + 1}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _published(row: Mapping[str, str]) -> dict[str, Any]:
    numbers = [float(row[f"PAR{k}"]) for k in (1, 2, 3, 4) if row[f"PAR{k}"]]
    if row["MODEL"] == "GPC":
        return {"a": numbers[0], "b": numbers[1:]}
    return dict(zip("abc", numbers, strict=True))


def _translated(line: Mapping[str, str], structure: Structure) -> Iterable[Mapping[str, Any]]:
    """Return a line of TestDesign's table as a row of ours; the length is the section's own."""
    kind, condition = line["TYPE"], line["CONDITION"]
    if kind == "Order":
        yield {"order": condition}
    elif kind == "Number" and condition:
        where = dict(_wanted(part, structure) for part in condition.split(" & "))
        yield {"where": where, "min": float(line["LB"]), "max": float(line["UB"])}
    elif kind != "Number":
        listed = _listed(condition, structure)
        bounds = {
            "Enemy": {"max": 1},
            "Include": {"min": len(listed)},
            "Exclude": {"max": 0},
            "AllOrNone": None,
        }[kind]
        yield {"together": listed} if bounds is None else {"items": listed} | bounds


def _wanted(part: str, structure: Structure) -> tuple[str, tuple[str, ...]]:
    tag, relation, words = _parsed(part)
    known = structure.coded[tag].values
    if relation == ">=":
        return tag, tuple(value for value in known if float(value) >= float(words[0]))
    return tag, tuple(value for value in known if value in words)


def _listed(condition: str, structure: Structure) -> tuple[str, ...]:
    tag, relation, words = _parsed(condition)
    if relation == "<":
        values = structure.tags[tag]
        return tuple(
            item
            for item, value in zip(structure.ids, values, strict=True)
            if float(value) < float(words[0])
        )
    return tuple(words)


def _parsed(part: str) -> tuple[str, str, list[str]]:
    found = CONDITION.fullmatch(part)
    if found is None:
        raise ValueError(f"This condition is not understood: {part}")
    return found[1], found[2], re.findall(r"[\w.]+", found[3].removeprefix("c"))
