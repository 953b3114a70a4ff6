"""Studies: crowds, figures and what is shown of them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from cact_tui.cli.main import main
from cact_tui.errors import Problems
from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.simulation import administer
from cact_tui.sessions.events import Prior
from cact_tui.study.crowds import drawn, grid_points, on_grid, on_record
from cact_tui.study.running import adaptive, linear
from cact_tui.study.section import final_estimates
from cact_tui.wiring import exam_of, read_event

if TYPE_CHECKING:
    from cact_tui.sessions.engine import SectionEngine

CONFIG = Path("config.toml")


@pytest.fixture(scope="module")
def engine() -> SectionEngine:
    materials = read_event(CONFIG, Problems())
    assert materials is not None
    return exam_of(materials).plan.engine("litdig")


def test_participants_are_drawn_from_the_prior_by_seed() -> None:
    crowd = drawn(Prior(name="wide", mean=1.0, sd=2.0), 4000, "seed")
    assert crowd.theta.mean() == pytest.approx(1.0, abs=0.1)
    assert crowd.theta.std() == pytest.approx(2.0, rel=0.04)
    again = drawn(Prior(name="wide", mean=1.0, sd=2.0), 4000, "seed")
    assert crowd.theta.tolist() == again.theta.tolist()


def test_a_grid_has_both_its_ends() -> None:
    assert grid_points("-1:1:0.5") == (-1.0, -0.5, 0.0, 0.5, 1.0)
    assert len(on_grid(grid_points("0:0:1"), 7)) == 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1", "LOW:HIGH:STEP"),
        ("a:b:c", "LOW:HIGH:STEP"),
        ("1:0:1", "LOW <= HIGH"),
        ("0:1:0", "STEP > 0"),
        ("0:99:1", "HIGH <= 10"),
        ("nan:1:1", "LOW <= HIGH"),
        ("0:9:1e-9", "points"),
    ],
)
def test_what_is_no_grid_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        grid_points(text)


@pytest.mark.parametrize("processes", [1, 2])
def test_figures_do_not_depend_on_the_number_of_processes(
    engine: SectionEngine, processes: int
) -> None:
    crowd = drawn(engine.specification.reference, 1500, "s")
    told: list[int] = []
    tests = adaptive(engine, crowd, seed="s", processes=processes, progress=told.append)
    alone = administer(
        engine.rules,
        engine.pool,
        engine.structure,
        crowd.answers(engine.pool, slice(0, 1500)),
        _draws(engine, 1500),
    )
    assert tests.items.tolist() == alone.items.tolist()
    assert sum(told) == 1500


def _draws(engine: SectionEngine, n: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return uniform(f"s/{engine.specification.id}/adaptive", 0, n)


def test_final_estimates_are_those_of_the_section(engine: SectionEngine) -> None:
    crowd = drawn(engine.specification.reference, 300, "s")
    tests = adaptive(engine, crowd, seed="s", processes=1, progress=lambda _: None)
    final = final_estimates(engine, tests)
    assert np.corrcoef(final.theta, crowd.theta)[0, 1] > 0.8


def test_a_linear_form_keeps_the_content_rule_and_one_length(engine: SectionEngine) -> None:
    crowd = drawn(engine.specification.reference, 50, "s")
    forms = linear(engine, crowd, length=18, seed="s", processes=1, progress=lambda _: None)
    assert set(forms.lengths.tolist()) == {18}
    assert len({tuple(sorted(row)) for row in forms.items.tolist()}) > 40


def test_answers_on_record_are_read_by_item_id(engine: SectionEngine, tmp_path: Path) -> None:
    one, two = engine.pool.ids[0], engine.pool.ids[5]
    path = tmp_path / "answers.csv"
    path.write_text(f"name,{two},{one}\nAni,1,\nBudi,0,1\n", encoding="utf-8")
    found = on_record(path, engine.pool, Problems())
    assert found is not None
    assert found[:, [0, 5]].tolist() == [[-1, 1], [1, 0]]
    assert (found >= 0).sum() == 3


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no column of an item"),
        ("name\nAni\n", 1, "no column of an item"),
        ("{item}\n2\n", 2, "whole category from 0 to 1"),
        ("{item}\n0\n1.5\n", 3, "whole category"),
        ("{item}\n=1+1\n", 2, "whole category"),
    ],
)
def test_answers_that_cannot_be_used_are_named_by_line(
    engine: SectionEngine, tmp_path: Path, text: str, line: int, words: str
) -> None:
    path, problems = tmp_path / "answers.csv", Problems()
    path.write_text(text.format(item=engine.pool.ids[0]), encoding="utf-8")
    assert on_record(path, engine.pool, problems) is None
    first = problems.errors[0]
    assert first.line == line
    assert words in str(first)


def test_the_command_writes_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, data = tmp_path / "s.html", tmp_path / "s.json"
    code = main(
        [
            *("simulate", "-n", "200", "--processes", "1"),
            *("--html", str(page), "--json", str(data), "--csv", str(tmp_path)),
        ]
    )
    out = capsys.readouterr().out
    assert code == 0
    assert max(len(line) for line in out.splitlines() if not line.startswith("written")) <= 80
    assert "parameters: assumed" in out
    study = json.loads(data.read_text(encoding="utf-8"))
    section = study["sections"][0]
    assert section["overall"]["n"] == 200
    assert f"{section['overall']['rmse']:.3f}" in out
    assert 0 <= section["unmeasured"] <= 1
    assert sum(section["stopped"].values()) == pytest.approx(1.0)
    text = page.read_text(encoding="utf-8")
    assert "http" not in text
    ET.fromstring(text.partition("\n")[2].replace('<meta charset="utf-8">', ""))  # noqa: S314 - our own page
    rows = list(csv.DictReader(io.StringIO((tmp_path / "sections.csv").read_text("utf-8"))))
    assert [row["section"] for row in rows] == [part["id"] for part in study["sections"]]


def test_the_same_seed_makes_the_same_study(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["simulate", "-n", "100", "--section", "litdig", "--processes"]
    first, second = (
        (main([*command, processes]), capsys.readouterr().out) for processes in ("1", "2")
    )
    assert first == second


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-n", "0"], "--participants 0"),
        (["--theta", "x"], "LOW:HIGH:STEP"),
        (["--section", "nowhere"], "known are: litdig"),
        (["--responses", "none.csv"], "exactly one --section"),
        (["--responses", "none.csv", "--section", "litdig"], "none.csv"),
    ],
)
def test_options_that_cannot_be_used_are_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *options]) == 2
    assert words in capsys.readouterr().err
