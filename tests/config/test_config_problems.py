"""config.toml: every mistake is named with file, line, key and cure; the demonstration has none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cact_tui.config.participants import read_roster
from cact_tui.errors import Problem, Problems, Severity
from cact_tui.wiring import read_event

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demonstration, its keys closed to others."""
    folder = tmp_path_factory.mktemp("event")
    shutil.copytree(REPOSITORY / "item_banks", folder / "item_banks")
    for key in folder.glob("item_banks/*.key.toml"):
        key.chmod(0o600)
    return folder


def written(event: Path, *changes: tuple[str, str]) -> Path:
    """Write the demonstration's configuration with changes."""
    text = (REPOSITORY / "config.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = event / "config.toml"
    path.write_text(text)
    return path


def found(path: Path) -> list[Problem]:
    """Return the problems of a configuration."""
    problems = Problems()
    read_event(path, problems, anew=True)
    return list(problems)


def test_the_demonstration_has_no_errors(event: Path) -> None:
    problems = found(written(event))
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    assert all("are few for a length of" in p.message for p in problems)


MISTAKES = {
    "unknown key": ('id = "cact-demo"', 'id = "cact-demo"\npurpos = 1', "purpos", "purpose"),
    "quoted number": ("minutes = 75", 'minutes = "75"', "battery.minutes", "without quotes"),
    "boolean number": ("max_items = 20", "max_items = true", "max_items", "without quotes"),
    "unknown rule": ('rule = "mfi"', 'rule = "mfy"', "selector.rule", "mfi"),
    "unknown setting": ("low = -0.5", "lov = -0.5", "start", "low"),
    "unknown time zone": ("Asia/Jakarta", "Asia/Jakata", "event.timezone", "Asia/Jakarta"),
    "unknown language": ('["id", "en"]', '["id", "fr"]', "event.languages", "use id, en"),
    "no such bank": ('banks = ["literasi-digital"]', 'banks = ["literasi"]', "", ""),
    "no such scale": (
        'scale = "literasi-digital"',
        'scale = "literasi"',
        "scale",
        "literasi-digital",
    ),
    "least above most": ("min_items = 10", "min_items = 30", "min_items", "max_items"),
    "twin ids": ('id = "mengelola-perubahan"\nscale', 'id = "litdig"\nscale', "id", "its own"),
    "impossible bounds": ("cakap = [2, 6]", "cakap = [9, 20]", "section litdig", ""),
    "unknown tag value": ("cakap = [2, 6]", "cakapp = [2, 6]", "section litdig", ""),
    "no such store": ("sqlite:var", "mysql:var", "store.url", "sqlite:"),
    "no such categories": ('set = "mapping"', 'set = "maping"', "set", "mapping"),
    "a demonstration for practice": (
        'practice = "latihan"',
        'practice = "literasi-digital"',
        "practice",
        "practice",
    ),
    "unknown sign-in": ("clock = true", 'clock = true\nsign_in = "face"', "sign_in", "write one"),
    "no limit of attempts": (
        "clock = true",
        "clock = true\nattempts = { participant = 0 }",
        "participant",
        "1",
    ),
    "unknown limit": (
        "clock = true",
        "clock = true\nattempts = { address = 9 }",
        "address",
        "remove it",
    ),
    "negative lateness": ("clock = true", "clock = true\nlate_minutes = -1", "late_minutes", "0"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_line_key_and_cure(event: Path, mistake: str) -> None:
    old, new, key, cure = MISTAKES[mistake]
    path = written(event, (old, new))
    errors = [p for p in found(path) if p.severity is Severity.ERROR]
    assert errors, "the mistake was not noticed"
    assert any(key in p.key and cure in p.cure and p.cure for p in errors), errors
    own = [p for p in errors if p.path == str(path)]
    assert all(p.line is not None for p in own)


def test_a_hall_asks_for_a_pin_unless_it_says_otherwise_and_a_terminal_for_a_number(
    event: Path,
) -> None:
    def sign_in(*changes: tuple[str, str]) -> str:
        materials = read_event(written(event, *changes), Problems())
        assert materials is not None
        return materials.policy.sign_in

    hall = ('authorisation = "self"', 'authorisation = "proctor"')
    assert sign_in() == "number"
    assert sign_in(hall) == "pin"
    assert sign_in(hall, ("clock = true", 'clock = true\nsign_in = "number"')) == "number"


def test_limits_of_attempts_are_what_the_file_says_or_the_usual(event: Path) -> None:
    usual = read_event(written(event), Problems())
    some = ("clock = true", "clock = true\nattempts = { seat = 30 }\nlate_minutes = 15")
    said = read_event(written(event, some), Problems())
    assert usual is not None
    assert said is not None
    assert (usual.policy.attempts.seat, usual.policy.late_minutes) == (15, 0)
    assert (said.policy.attempts.seat, said.policy.attempts.participant) == (30, 5)
    assert said.policy.late_minutes == 15


def test_the_cache_lies_where_the_configuration_says(event: Path) -> None:
    assert found(written(event, ('cache = "var/cache"', 'cache = "elsewhere/cache"')))
    assert list((event / "elsewhere" / "cache").glob("*.bank"))


def test_the_profile_may_be_left_out(event: Path) -> None:
    text = written(event).read_text()
    start, end = text.index("[profile]"), text.index("[policy]")
    (event / "config.toml").write_text(text[:start] + text[end:])
    assert [p for p in found(event / "config.toml") if p.severity is Severity.ERROR] == []


def test_a_precision_out_of_reach_is_said_with_the_best_possible(event: Path) -> None:
    path = written(event, ("at_most = 0.45", "at_most = 0.15"))
    warning = next(p for p in found(path) if "cannot be reached" in p.message)
    assert warning.severity is Severity.WARNING
    assert "best possible SE" in warning.message


def test_too_few_minutes_are_said(event: Path) -> None:
    path = written(event, ("minutes = 30", "minutes = 5"))
    assert any("fewer than" in p.message and p.key.endswith("minutes") for p in found(path))


def test_a_key_file_open_to_others_is_a_warning_in_a_demonstration(event: Path) -> None:
    key = event / "item_banks" / "literasi_digital.key.toml"
    key.chmod(0o644)
    try:
        problems = [p for p in found(written(event)) if "chmod 600" in p.cure]
    finally:
        key.chmod(0o600)
    assert [p.severity for p in problems] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("number,name\n1,A\n1,B\n", "given twice"),
        ("number;name;nip\n1;A;19860926 201505 1 00\n", "not 18 digits"),
        ("number,name,position_group\n1,A,menteri\n", "is unknown"),
        ("number,nama\n1,A\n", "not a known column"),
        ("number\n1\n", "is missing"),
    ],
)
def test_a_fault_in_the_list_of_participants_is_named(event: Path, text: str, message: str) -> None:
    path = written(event, ("# participants =", "participants ="))
    (event / "participants.csv").write_text(text)
    problems = Problems()
    materials = read_event(path, problems)
    assert materials is not None
    read_roster(path, materials, problems)
    assert any(message in p.message and p.line for p in problems.errors)


def test_a_contract_employees_nip_is_taken(event: Path) -> None:
    path = written(event, ("# participants =", "participants ="))
    (event / "participants.csv").write_text("number;name;nip\n7;SITI;19860926 202521 2 001\n")
    problems = Problems()
    materials = read_event(path, problems)
    assert materials is not None
    roster = read_roster(path, materials, problems)
    assert not problems.errors
    assert roster is not None
    assert roster["7"].nip == "198609262025212001"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 3000), junk=st.binary(min_size=1, max_size=6))
def test_a_mutilated_configuration_never_ends_in_a_traceback(
    event: Path, place: int, junk: bytes
) -> None:
    content = (REPOSITORY / "config.toml").read_bytes()
    (event / "mutilated.toml").write_bytes(content[:place] + junk + content[place + len(junk) :])
    problems = Problems()
    materials = read_event(event / "mutilated.toml", problems, anew=True)
    assert (materials is None) == bool(problems.errors)
