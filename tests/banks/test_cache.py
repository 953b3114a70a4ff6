"""The cache of banks: it returns what was read, and never anything else."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from cact_tui.banks import cache as cache_module
from cact_tui.banks.cache import KEPT
from cact_tui.banks.reading import parse_bank
from cact_tui.errors import Problems

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.banks.items import ItemBank


def load(text: str, cache: Path) -> ItemBank:
    problems = Problems()
    bank = parse_bank(text.encode(), "contoh.toml", problems, cache=cache)
    assert bank is not None, [str(problem) for problem in problems]
    return bank


def same(one: ItemBank, other: ItemBank) -> bool:
    return (
        dict(one.items) == dict(other.items)
        and list(one.items) == list(other.items)
        and all(item.digest == other.items[key].digest for key, item in one.items.items())
        and all(
            getattr(one, name) == getattr(other, name)
            for name in ("id", "version", "purpose", "metric", "languages", "D", "title")
        )
        and (one.scales, one.stimuli) == (other.scales, other.stimuli)
    )


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cact_tui.banks.reading._bank", lambda _: pytest.fail("was read"))


def test_a_bank_comes_back_as_it_was_read(bank_text: str, bank: ItemBank, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert same(load(bank_text, cache), bank)
    (file,) = cache.iterdir()
    again = load(bank_text, cache)
    assert type(again.items) is not dict
    assert same(again, bank)
    assert again.items["S-1"] is again.items["S-1"]
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.usefixtures("no_reading")
def test_an_empty_cache_means_reading(bank_text: str, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="was read"):
        load(bank_text, tmp_path / "cache")


def test_a_changed_bank_is_read_anew(bank_text: str, tmp_path: Path) -> None:
    load(bank_text, tmp_path / "cache")
    changed = load(bank_text.replace("Which?", "Which one?"), tmp_path / "cache")
    assert changed.items["S-1"].stem["en"] == "Which one?"


def test_another_program_reads_anew(
    bank_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(bank_text, tmp_path / "cache")
    monkeypatch.setattr(cache_module, "_program", lambda: b"another")
    load(bank_text, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"x", b"0" * 64 + b"\n{}"])
def test_a_damaged_file_is_as_good_as_none(
    damage: bytes, bank_text: str, bank: ItemBank, tmp_path: Path
) -> None:
    load(bank_text, tmp_path / "cache")
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(damage)
    assert same(load(bank_text, tmp_path / "cache"), bank)
    assert len(file.read_bytes()) > 1000


def test_every_flipped_byte_is_noticed(bank_text: str, bank: ItemBank, tmp_path: Path) -> None:
    load(bank_text, tmp_path / "cache")
    (file,) = (tmp_path / "cache").iterdir()
    whole = file.read_bytes()
    for at in range(0, len(whole), 97):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert same(load(bank_text, tmp_path / "cache"), bank)


@pytest.mark.parametrize(
    ("old", "new"), [('stimulus = "kasus-01"\n', ""), ("version = 2", "version = 0")]
)
def test_a_bank_with_problems_is_never_kept(
    old: str, new: str, bank_text: str, tmp_path: Path
) -> None:
    for _ in range(2):
        problems = Problems()
        changed = bank_text.replace(old, new).encode()
        parse_bank(changed, "contoh.toml", problems, cache=tmp_path / "cache")
        assert len(problems) == 1
    assert not list((tmp_path / "cache").iterdir())


def test_a_directory_that_others_may_enter_is_not_used(bank_text: str, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    shared.chmod(0o755)
    load(bank_text, shared)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    load(bank_text, link)
    assert not list(shared.iterdir())


def test_a_cache_that_cannot_be_written_is_no_trouble(
    bank_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    load(bank_text, tmp_path / "file" / "cache")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.open", full)
    load(bank_text, tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_the_oldest_files_go(bank_text: str, tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        load(bank_text.replace("version = 2", f"version = {number + 10}"), tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == KEPT
