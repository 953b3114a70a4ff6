"""The `[proctor]` table: left out, filled in, wrong."""

from __future__ import annotations

import pytest

from cact_tui.config.proctor import ProctorSettings, read_proctor
from cact_tui.errors import Problems
from cact_tui.toml_source import Source


def read(text: str) -> tuple[ProctorSettings, list[str]]:
    problems = Problems()
    source = Source.parse(text.encode(), "config.toml", problems)
    assert source is not None
    return read_proctor(source.table()), [str(one) for one in problems]


def test_without_a_table_everything_is_usual() -> None:
    assert read("format = 1") == (ProctorSettings(), [])


def test_what_is_given_counts_and_the_rest_is_usual() -> None:
    found, problems = read('[proctor]\nsilent_seconds = 40\nheads_copy = "/mnt/stick/heads.jsonl"')
    assert not problems
    assert found.silent_seconds == 40
    assert found.heads_copy == "/mnt/stick/heads.jsonl"
    assert found.reconnects == ProctorSettings().reconnects


@pytest.mark.parametrize(
    "line", ["silent_seconds = 0", "silent_seconds = true", "fast_percent = 101", "silence = 3"]
)
def test_what_is_wrong_is_said_with_its_line(line: str) -> None:
    _found, problems = read(f"[proctor]\n{line}")
    assert len(problems) == 1
    assert problems[0].startswith("config.toml:2:")
