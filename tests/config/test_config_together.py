"""What only shows when configuration, banks, keys, standards and rosters meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve

from cact_tui.banks.items import ItemBank, Parameters
from cact_tui.config.checking import reachable_errors
from cact_tui.config.participants import read_participants
from cact_tui.delivery.views import PassageView
from cact_tui.errors import BadInput, NotFound, Problem, Problems, Severity
from cact_tui.psychometrics import registry
from cact_tui.sessions.engine import SectionEngine
from cact_tui.wiring import Event, read_event
from tests.config.small_event import edit, lay_out
from tests.delivery.hall import Hall
from tests.sessions import small
from tests.sessions.small_bank import bank_text, key_text, small_bank

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "event")


def found(config: Path, severity: Severity = Severity.ERROR) -> list[Problem]:
    problems = Problems()
    materials = read_event(config, problems, anew=True)
    assert (materials is None) == bool(problems.errors)
    return [one for one in problems if one.severity is severity]


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, [str(one) for one in problems]
    return problems[0]


def test_a_problem_is_printed_with_file_line_key_message_and_cure(config: Path) -> None:
    edit(config, ('timezone = "Asia/Jakarta"', 'timezone = "Asia/Jakrata"'))
    assert str(only(found(config))) == (
        f'{config}:6: event.timezone: there is no time zone "Asia/Jakrata" '
        "(write Asia/Jakarta or the like)"
    )


def test_an_unknown_key_is_named_with_the_word_that_was_meant(config: Path) -> None:
    edit(config, ("min_items = 2", "min_itmes = 2\nmin_items = 2"))
    problem = only(found(config))
    assert (problem.line, problem.key) == (22, "section one min_itmes")
    assert "min_items" in problem.cure


def test_every_mistake_is_named_in_one_run(config: Path) -> None:
    edit(
        config,
        ("minutes = 30", "minutes = true"),
        ('rule = "mfi"', 'rule = "mif"'),
        ('"Asia/Jakarta"', '"Mars"'),
    )
    keys = {one.key for one in found(config)}
    assert keys == {"battery.minutes", "section one selector.rule", "event.timezone"}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("minutes = 10", "minutes = 10.5", "minutes"),
        ("minutes = 10", "minutes = 0", "minutes"),
        ("minutes = 10", "minutes = nan", "minutes"),
        ("away_seconds = 60", "away_seconds = -1", "away_seconds"),
        ('banks = ["small"]', 'banks = "small"', "banks"),
        ('banks = ["small"]', "banks = []", "banks"),
        ("sd = 1.0 } }\nfinal", "sd = 0.0 } }\nfinal", "sd"),
        ("at_most = 0.9", 'at_most = "0.9"', "at_most"),
        ("k = 3", "k = true", "k"),
        ("[5, 1]", '[5, "1"]', "warnings_minutes"),
        ("[5, 1]", "[5, 0]", "warnings_minutes"),
        ('authorisation = "self"', 'authorisation = "nobody"', "authorisation"),
        ('purpose = "mapping"', 'purpose = "fun"', "purpose"),
        ("{ any = [", '{ all = [{ rule = "se", at_most = 0.9 }], any = [', "all"),
        ('id = "small-event"', 'id = "Small Event"', "id"),
        ('"One", id = "Satu"', '"One"', "title"),
    ],
)
def test_a_wrong_value_is_named_by_its_key_with_a_cure(
    config: Path, old: str, new: str, key: str
) -> None:
    edit(config, (old, new))
    problems = found(config)
    assert any(key in one.key and one.line and one.cure for one in problems), problems


def test_a_bank_whose_id_is_not_its_file_s_name_is_refused(config: Path) -> None:
    bank = config.parent / "banks" / "small.toml"
    edit(bank, ('id = "small"', 'id = "smell"'))
    edit(config.parent / "banks" / "small.key.toml", ('bank = "small"', 'bank = "smell"'))
    problem = only(found(config))
    assert (problem.path, problem.key) == (str(bank), "bank.id")
    assert '"smell", not "small"' in problem.message


def test_a_missing_bank_is_named_by_the_file_looked_for(config: Path) -> None:
    (config.parent / "banks" / "small.toml").unlink()
    problem = only(found(config))
    assert problem.path.endswith("banks/small.toml")
    assert problem.message == "does not exist"


def test_a_bank_without_a_language_of_the_event_is_refused(config: Path) -> None:
    path = config.parent / "banks" / "small.toml"
    text = path.read_text(encoding="utf-8").replace(
        'languages = ["en", "id"]', 'languages = ["en"]'
    )
    path.write_text(
        "\n".join(
            line.split(", id =")[0] + " }" if ", id =" in line else line
            for line in text.splitlines()
        ).replace(
            'entry = { unit = { en = "people" }',
            'entry = { unit = { en = "people" }, decimals = 1 }',
        ),
        encoding="utf-8",
    )
    problem = only(found(config))
    assert '"small" has no texts in "id"' in problem.message


def second_bank(config: Path, metric: str) -> None:
    banks = config.parent / "banks"
    text = bank_text("second", prefix="J").replace('metric = "m-2026"', f'metric = "{metric}"')
    (banks / "second.toml").write_text(text, encoding="utf-8")
    key = banks / "second.key.toml"
    key.write_text(key_text("second", "J"), encoding="utf-8")
    key.chmod(0o600)
    edit(config, ('banks = ["small"]', 'banks = ["small", "second"]'))


def test_banks_of_two_metrics_are_not_mixed(config: Path) -> None:
    second_bank(config, "n-2026")
    problem = only(found(config))
    assert (problem.key, problem.line) == ("section one banks", 20)
    assert "m-2026, n-2026" in problem.message


def test_two_banks_of_one_metric_make_one_pool(config: Path) -> None:
    second_bank(config, "m-2026")
    assert found(config) == []
    assert found(config, Severity.WARNING) == []


def test_a_pool_that_is_small_for_its_length_is_said_with_the_exposure(config: Path) -> None:
    warning = only(found(config, Severity.WARNING))
    assert warning.key == "section one max_items"
    assert "12 items are few for a length of 2" in warning.message
    assert "0.17" in warning.message
    assert "20 items" in warning.cure
    edit(config, ('{ rule = "randomesque", k = 3 }', '{ rule = "none" }'))
    assert found(config, Severity.WARNING) == []


def test_minutes_that_most_people_would_miss_are_said(config: Path) -> None:
    edit(config, ("minutes = 10\n", "minutes = 1\n"))
    warnings = found(config, Severity.WARNING)
    assert any(one.key == "section one minutes" and "the 2 that" in one.message for one in warnings)


def test_a_battery_shorter_than_its_sections_is_said(config: Path) -> None:
    edit(config, ("minutes = 30", "minutes = 5"))
    assert any(one.key == "battery.minutes" for one in found(config, Severity.WARNING))


def hard_bank() -> ItemBank:
    """Return the items that `measurement.md` 6 speaks of: a = 1.12, c = .2, D = 1, best at 0."""
    peak = -0.2427
    bank = small_bank()
    parameters = Parameters("3PL", {"a": 1.12, "b": peak, "c": 0.2})
    items = {
        f"I-{n:03d}": evolve(bank.items["I-01"], id=f"I-{n:03d}", parameters=parameters)
        for n in range(60)
    }
    return evolve(bank, items=items)


@pytest.mark.parametrize(("items", "error"), [(20, 0.435), (47, 0.301)])
def test_the_precision_within_reach_is_that_of_the_design(items: int, error: float) -> None:
    section = small.section(min_items=1, max_items=items)
    engine = SectionEngine.bind(section, {"small": hard_bank()})
    reached = reachable_errors(engine, np.linspace(-1, 1, 401))
    assert abs(reached.min() - error) < 0.002


def test_a_precision_out_of_reach_is_said_with_the_best_possible_figures(config: Path) -> None:
    edit(config, ("at_most = 0.9", "at_most = 0.3"))
    warnings = [one for one in found(config, Severity.WARNING) if one.key == "section one stop"]
    warning = only(warnings)
    assert "SE 0.3 cannot be reached with 2 items" in warning.message
    assert "-1.0: 0." in warning.message


def test_a_plug_in_that_cannot_be_loaded_is_a_problem_of_the_configuration(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = registry.load

    def load(group: str, name: str) -> object:
        if name == "mfi":
            raise ImportError("no module named numpie")
        return original(group, name)

    monkeypatch.setattr(registry, "load", load)
    problems = found(config)
    assert any("selector" in one.key and "mfi" in one.message for one in problems), problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_rosters_are_read_as_spreadsheets_write_them(encoding: str, separator: str) -> None:
    lines = [
        "Number ,name,nip,position_group",
        '007,"Siti  Nurhaliza, S.Kom.",19860926 202521 2 001,a',
    ]
    if separator == ";":
        lines = [line.replace(",", ";").replace("; S", ", S") for line in lines]
    problems = Problems()
    roster = read_participants(
        "\r\n".join([*lines, "", " ; ; ;" if separator == ";" else ",,,"]).encode(encoding),
        "list.csv",
        ("a",),
        problems,
    )
    assert [str(one) for one in problems] == []
    assert list(roster) == ["007"]
    assert (roster["007"].name, roster["007"].nip) == (
        "Siti Nurhaliza, S.Kom.",
        "198609262025212001",
    )


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_roster_that_is_not_utf_8_says_how_to_save_it(encoding: str) -> None:
    problems = Problems()
    text = "number,name\n7,JOS\u00c9\n"
    assert read_participants(text.encode(encoding), "list.csv", (), problems) == {}
    assert "CSV UTF-8" in only(list(problems)).cure


@pytest.mark.parametrize(
    ("row", "line", "key", "message"),
    [
        ("8,,,", 3, "name", "is empty"),
        (",B,,", 3, "number", "is empty"),
        ("7,B,,", 3, "number", "7 is given twice"),
        ("8,B,1234,", 3, "nip", "not 18 digits"),
        ("8,B,,z", 3, "position_group", "z is unknown"),
        ("8,B\x1b[2J,,", 3, "name", "U+001B"),
        ("8\u00e9,B,,", 3, "number", "letters and digits"),
        ("x_1,B,,", 3, "number", "letters and digits"),
        (f"{'9' * 41},B,,", 3, "number", "too long"),
    ],
)
def test_a_fault_of_a_line_is_named_with_its_line_and_column(
    row: str, line: int, key: str, message: str
) -> None:
    problems = Problems()
    text = f"number,name,nip,position_group\n7,A,,a\n{row}\n"
    read_participants(text.encode(), "list.csv", ("a",), problems)
    problem = only(list(problems))
    assert (problem.line, problem.key) == (line, key)
    assert message in problem.message


async def test_every_number_that_a_roster_takes_can_be_typed_at_the_reception() -> None:
    numbers = ("7", "0231", "A/1-b", "19.8 6", "x" * 40)
    text = "number,name\n" + "".join(f"{number},N\n" for number in numbers)
    problems = Problems()
    hall = Hall(participants=read_participants(text.encode(), "list.csv", (), problems))
    assert list(problems) == []
    for number in numbers:
        assert isinstance(await hall.seat().say_who(number), PassageView)


async def test_a_session_goes_on_from_its_pinned_bytes_whatever_became_of_the_files(
    config: Path,
) -> None:
    problems = Problems()
    materials = read_event(config, problems)
    assert materials is not None
    event = Event(config, materials)
    await event.store.pin(materials.contents)
    before = event.exam.plan
    await event.store.close()

    banks = config.parent / "banks"
    edit(banks / "small.key.toml", ('correct = "b1"', 'correct = "b2"'))
    edit(banks / "small.toml", ("b = -0.33", "b = 2.75"), ("number 1?", "otherwise?"))
    edit(config, ("max_items = 2", "max_items = 4"), ('"self"', '"proctor"'))
    later = read_event(config, Problems())
    assert later is not None
    event = Event(config, later)
    try:
        assert event.exam.plan.category("I-01", ("b1",)) == 0
        plan = (await event.pinned(materials.documents)).plan
        assert plan.battery == before.battery
        assert plan.banks["small"].items == before.banks["small"].items
        assert plan.category("I-01", ("b1",)) == 1
        assert (await event.pinned(later.documents)).plan is event.exam.plan
        with pytest.raises(NotFound):
            await event.pinned({"config.toml": "0" * 64})
        with pytest.raises(BadInput, match="pinned"):
            await event.pinned({"config.toml": materials.documents["config.toml"]})
    finally:
        await event.store.close()
