# ruff: noqa: RUF001 - it is about look-alikes
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import get_character_cell_size

from cact_tui.terminal.glyphs import _ASCII, _CONSOLE, _CONSOLE_HAS, transliteration

if TYPE_CHECKING:
    from cact_tui.terminal.profiles import Charset

LIMITED: tuple[Charset, ...] = ("ascii", "console")


def in_charset(charset: Charset, text: str) -> str:
    transliterate = transliteration(charset)
    return transliterate(text) if transliterate else text


def test_frames_marks_and_typography_have_ascii_forms() -> None:
    assert in_charset("ascii", "┌─┐│╭╮═║█") == "+-+|++=|#"
    assert in_charset("ascii", "“ya” ‘a’ … — é ñ ✗ ✓ →") == "\"ya\" 'a' . - e n x v >"


def test_the_console_font_gets_the_light_frame_and_latin_1() -> None:
    assert in_charset("console", "┏━┓╭╮║é✓…–") == "┌─┐┌┐│é√.-"


def test_everything_may_be_sent_as_utf8() -> None:
    assert transliteration("utf8") is None


@pytest.mark.parametrize("charset", LIMITED)
@given(text=st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20))
@settings(max_examples=300, deadline=None)
def test_every_character_keeps_its_cells_and_is_in_the_charset(text: str, charset: Charset) -> None:
    for character in text:
        shown = in_charset(charset, character)
        assert len(shown) == get_character_cell_size(character)
        for one in shown:
            assert one.isascii() or charset == "console"
            assert one.isascii() or one in _CONSOLE_HAS or one <= "\u00ff"


def test_the_tables_hold_glyphs_of_one_cell_once() -> None:
    for table in (_ASCII, _CONSOLE):
        assert {get_character_cell_size(glyph) for glyph in table} <= {1, 2}
        assert all(len(substitute) == 1 for substitute in table.values())
    assert all(substitute.isascii() for substitute in _ASCII.values())
    assert _CONSOLE_HAS.issuperset(_CONSOLE.values())
