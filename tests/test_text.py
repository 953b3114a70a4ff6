"""Foreign text made harmless and laid out in cells."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.text import clean, clean_line, harmful, pad, width, wrap

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ODD = st.text(
    st.sampled_from("ab \t\n\r\x1b\x9b\x07\x7f\u202e\u2066\ufeffé你👍\u0301\u200b\ud800e")
    | st.characters(),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[2J", "[2J"),
        ("\x9b31mred", "31mred"),
        ("a\x07b\x00c\x7fd", "abcd"),
        ("nama\u202eatad", "namaatad"),
        ("\ufeffbom", "bom"),
        ("a\tb", "a    b"),
        ("a\r\nb", "a\nb"),
        ("e\u0301", "\u00e9"),
        ("\ud800", ""),
    ],
)
def test_what_would_act_on_a_terminal_is_taken_out(text: str, safe: str) -> None:
    assert clean(text) == safe


def test_one_line_joins_its_blanks_and_ends_at_its_limit() -> None:
    assert clean_line("  Siti \t Rahmawati\n\x1b") == "Siti Rahmawati"
    assert clean_line("x" * 300) == "x" * 200
    assert clean_line("abc", 2) == "ab"


@given(ODD)
def test_clean_text_holds_nothing_harmful_and_stays_clean(text: str) -> None:
    assert harmful(clean(text)) == ()
    assert clean(clean(text)) == clean(text)
    assert unicodedata.is_normalized("NFC", clean(text))
    line = clean_line(text)
    assert harmful(line) == ()
    assert not set("\n\t\r") & set(line)
    assert clean_line(line) == line


def test_newlines_and_tabs_are_no_harm_and_each_harm_is_named_once() -> None:
    assert harmful("a\n\tb") == ()
    assert harmful("\x1b[1m\x1b[0m\u202e") == ("\x1b", "\u202e")
    assert all(harmful(one) == (one,) for one in BIDI)


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("é", 1), ("你好", 4), ("e\u0301", 1)])
def test_a_width_is_counted_in_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_paragraphs_and_the_author_s_own_line_ends_stay() -> None:
    assert wrap("one two\n\nthree\nfour", 5) == ("one", "two", "", "three", "four")


def test_a_table_that_fits_keeps_its_columns_and_an_indent_is_repeated() -> None:
    assert wrap("a    b    c", 20) == ("a    b    c",)
    assert wrap("  - one two three", 10) == ("  - one", "  two", "  three")


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrap("abcdefgh ij", 3) == ("abc", "def", "gh", "ij")


@given(ODD.map(clean), st.integers(2, 30))
def test_no_wrapped_line_is_wider_than_its_columns_and_no_letter_is_lost(
    text: str, columns: int
) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(ODD.map(clean_line), st.integers(2, 30))
def test_a_padded_line_has_exactly_its_columns(text: str, columns: int) -> None:
    assert width(pad(text, columns)) == columns
