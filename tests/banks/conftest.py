"""A small bank with every form of item, its keys, and ways to spoil them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cact_tui.banks.reading import parse_bank
from cact_tui.errors import Problems

if TYPE_CHECKING:
    from cact_tui.banks.items import ItemBank

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def bank_text() -> str:
    return (DATA / "contoh.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def key_text() -> str:
    return (DATA / "contoh.key.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def bank(bank_text: str) -> ItemBank:
    problems = Problems()
    bank = parse_bank(bank_text.encode(), "contoh.toml", problems)
    assert not list(problems)
    assert bank is not None
    return bank
