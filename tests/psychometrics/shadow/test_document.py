"""What docs/shadow-tests.md shows can be used as it stands."""

import re
import tomllib
from pathlib import Path

import numpy as np

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.shadow.constraints import constraint
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import same_slope_pool

DOCUMENT = Path(__file__).parents[3] / "docs" / "shadow-tests.md"


def test_the_example_is_a_blueprint_and_its_refusal_reads_as_shown() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    settings = dict(tomllib.loads(example)["section"]["content"])
    shadow = registry.build(registry.CONTENTS, settings.pop("rule"), settings)
    areas = ("aman", "budaya", "cakap", "etis")
    pool = same_slope_pool(48)
    structure = Structure.compile(
        pool,
        tags={
            "area": [areas[place % 4] for place in range(48)],
            "level": [str(1 + place // 4 % 3) for place in range(48)],
        },
        numbers={"seconds": dict.fromkeys(pool.ids, 36.0)},
    )
    ids = ("LD-07", "LD-12", *structure.ids[2:])
    named = Structure(
        ids=ids,
        tags=structure.tags,
        enemies=structure.enemies,
        sets=structure.sets,
        numbers=structure.numbers,
    )
    assert not shadow.check(named, np.ones(48, dtype=np.bool_), 20, 25)
    slow = Structure(
        ids=ids,
        tags=structure.tags,
        enemies=structure.enemies,
        sets=structure.sets,
        numbers={"seconds": np.full(48, 39.4)},
    )
    (problem,) = shadow.check(slow, np.ones(48, dtype=np.bool_), 20, 25)
    assert f"```\n{problem.key} {problem.message}\n```" in text


def test_every_row_of_the_table_is_one() -> None:
    rows = re.findall(r"^\| `(\{.*?\})` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 8
    for row in rows:
        constraint(tomllib.loads(f"row = {row}")["row"])
