"""Pretest items from the configuration to the result: shown, proved, never scored."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from cact_tui.cli.console import Exit
from cact_tui.cli.main import main
from cact_tui.cli.response_files import Columns, read_responses
from cact_tui.errors import Problems
from cact_tui.wiring import read_event
from tests.config.small_event import edit, lay_out
from tests.sessions.small_bank import PARAMETERS, bank_text, key_text

if TYPE_CHECKING:
    from pathlib import Path

PRETEST = "pretest = { items = 2, first = 2, last = 5 }\n"
PLACE = 'interim = { rule = "eap"'


def pilot_event(folder: Path, pretest: str = PRETEST, pilots: str = "pretest") -> Path:
    """Lay out an event whose section also has a bank of pretest items, without parameters."""
    config = lay_out(folder)
    text = bank_text("pilot", prefix="P", status=pilots)
    if pilots == "pretest":
        text = re.sub(re.escape(PARAMETERS).replace(r"\{b:\.2f\}", ".*"), "", text)
        assert text.count("[item.parameters]") == 0
        text = text.replace('status = "draft"', 'status = "pretest"')
    (folder / "banks" / "pilot.toml").write_text(text, encoding="utf-8")
    key = folder / "banks" / "pilot.key.toml"
    key.write_text(key_text("pilot", prefix="P"), encoding="utf-8")
    key.chmod(0o600)
    return edit(
        config,
        ('banks = ["small"]', 'banks = ["small", "pilot"]'),
        ("min_items = 2\nmax_items = 2", "min_items = 3\nmax_items = 6"),
        ("a = [1, 2], b = [1, 2]", "a = [1, 4], b = [1, 4]"),
        (PLACE, pretest + PLACE),
    )


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = pilot_event(tmp_path_factory.mktemp("pretest") / "event")
    assert main(["take", "--rehearse", "--seed", "7", "--config", str(config)]) == Exit.GOOD
    return config


def result(config: Path) -> dict[str, Any]:
    (path,) = (config.parent / "results").glob("*.v1.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_a_rehearsed_test_shows_pretest_items_and_scores_the_others(taken: Path) -> None:
    (section,) = result(taken)["sections"]
    roles = [item["role"] for item in section["items"]]
    assert roles.count("pretest") == 2
    assert {"pretest"} == {role for role in roles[1:5] if role != "scored"}
    assert section["method"]["pretest"] == {"items": 2, "first": 2, "last": 5}
    assert section["counts"]["pretest"] == 2
    assert section["counts"]["answered"] == roles.count("scored")
    assert result(taken)["counts"] == section["counts"]
    for item in section["items"]:
        if item["role"] == "pretest":
            assert item["id"].startswith("P-")
            assert item["parameters"] is None
            assert item["category"] is not None
            assert item["before"] == item["after"]
            assert item["choosing"]["rule"] == "pretest"


def test_a_replay_proves_the_same_pretest_items(
    taken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = result(taken)["reference"]
    assert main(["replay", reference, "--config", str(taken)]) == Exit.GOOD
    assert "Traceback" not in capsys.readouterr().err


def test_the_answers_to_pretest_items_can_be_read_for_calibration(
    taken: Path, tmp_path: Path
) -> None:
    content = result(taken)
    content["session"]["rehearsal"] = False
    (tmp_path / f"{content['reference']}.v1.json").write_text(json.dumps(content))
    materials = read_event(taken, Problems())
    assert materials is not None
    found = read_responses(tmp_path, materials.banks["pilot"], Columns())
    wanted = {
        item["id"]: item["category"]
        for item in content["sections"][0]["items"]
        if item["role"] == "pretest"
    }
    assert dict(zip(found.items, found.categories[0].tolist(), strict=True)) == wanted


def test_a_study_says_what_pretest_items_add(
    taken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = ["--participants", "40", "--seed", "1", "--processes", "1"]
    assert main(["simulate", "--config", str(taken), *crowd]) == Exit.GOOD
    said = " ".join(capsys.readouterr().out.split())
    assert "2 of 13 on top, 1.0 min expected" in said


@pytest.mark.parametrize(
    ("line", "pilots", "words"),
    [
        ("pretest = { items = 2, first = 2, last = 6 }\n", "pretest", "a test of 3 items that"),
        ("pretest = { items = 2, first = 4, last = 4 }\n", "pretest", "do not hold 2 items"),
        ("pretest = { items = 2, first = 2 }\n", "pretest", "last: is missing"),
        ("pretest = { items = 0, first = 2, last = 4 }\n", "pretest", "items: 0"),
        (PRETEST.replace("}", ", places = 2 }"), "pretest", "places"),
        (PRETEST, "operational", "there are 0 pretest items"),
    ],
)
def test_pretest_places_that_cannot_be_are_refused_by_line(
    tmp_path: Path, line: str, pilots: str, words: str
) -> None:
    config = pilot_event(tmp_path / "event", line, pilots)
    problems = Problems()
    assert read_event(config, problems, anew=True) is None
    (fault,) = (one for one in problems if one.severity == "error")
    number = next(
        at
        for at, text in enumerate(config.read_text().splitlines(), 1)
        if text.startswith("pretest")
    )
    assert str(fault).startswith(f"{config}:{number}: section one")
    assert "pretest" in str(fault)
    assert words in str(fault)
    assert fault.cure
