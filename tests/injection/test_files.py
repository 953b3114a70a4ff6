"""R9: hostile text in banks, standards, texts and configuration: refused by line, or harmless."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import tomlkit

from cact_tui.cli.main import main
from cact_tui.text import harmful
from tests.crash.event import small_event
from tests.injection.hostile import PAYLOADS, only_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = (
    "config.toml",
    "item_banks/literasi_digital.toml",
    "item_banks/literasi_digital.key.toml",
    "item_banks/latihan.toml",
    "item_banks/texts/demo.toml",
    "item_banks/standards/by_position_group.toml",
    "item_banks/standards/categories.toml",
)
PLACE = re.compile(r"(?m)^[^\n]*\.toml:\d+: ")
FAST = {"CSI", "bidi", "markup"}


def _languages(value: Any) -> Iterator[Any]:
    """Return the tables that say something in each language."""
    if isinstance(value, dict):
        if value.keys() & {"id", "en"} and isinstance(value.get("en", ""), str):
            yield value
        for one in value.values():
            yield from _languages(one)
    elif isinstance(value, list):
        for one in value:
            yield from _languages(one)


@pytest.mark.parametrize(
    "name",
    [one if one in FAST else pytest.param(one, marks=pytest.mark.campaign) for one in PAYLOADS],
)
def test_hostile_text_in_files_is_refused_by_line_or_taken_as_text(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payload = PAYLOADS[name]
    for number, file in enumerate(FILES):
        config = small_event(tmp_path / f"{number}")
        path = config.parent / file
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
        tables = [one for one in _languages(document) if isinstance(one.get("en"), str)]
        for table in tables[:20]:
            table["en"] = f"{table['en']} {payload}"
        path.write_text(tomlkit.dumps(document), encoding="utf-8")
        code = main(["check", str(config)])
        out, err = capsys.readouterr()
        assert only_lines(out)
        assert only_lines(err)
        if tables and set(harmful(payload)):
            assert code == 2
            assert PLACE.search(err)
