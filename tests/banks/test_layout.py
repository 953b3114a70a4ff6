"""The layout rule: the quick bound never lets an overflow pass."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cact_tui.banks.layout import OPTION_COLUMNS, PAGE_LINES, excess_lines, option_lines
from cact_tui.text import width, wrap

WORDS = st.text(alphabet="ab漢é ", max_size=150)
TEXTS = st.lists(st.one_of(WORDS, st.text(alphabet="xy \n", max_size=200)), max_size=8)


@given(TEXTS)
def test_excess_is_what_wrapping_gives(texts: list[str]) -> None:
    lines = sum(len(wrap(text, OPTION_COLUMNS)) for text in texts)
    assert excess_lines(texts) == max(lines - PAGE_LINES, 0)


@given(WORDS)
def test_no_line_of_an_option_is_wider_than_its_column(text: str) -> None:
    assert all(width(line) <= OPTION_COLUMNS for line in option_lines(text))


def test_an_option_of_one_line_over_a_page_is_found() -> None:
    assert excess_lines(["x\n" * 16 + "x"]) == 0
    assert excess_lines(["x\n" * 16 + "x", "y"]) == 1
