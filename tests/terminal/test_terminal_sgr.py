from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.terminal.sgr import _MEMO_LIMIT, PLAIN, Ink, Palette, turn

if TYPE_CHECKING:
    from cact_tui.terminal.profiles import Colours

DEPTHS: tuple[Colours, ...] = ("mono", "8", "16", "256", "true")
RED = "38;2;205;0;0"
BRIGHT_RED = "38;2;255;85;85"
DARK, LIGHT = "48;2;18;18;18", "48;2;1;120;212"


def sent(colours: Colours, parameters: str, *, dark: bool = True) -> str:
    return turn(PLAIN, Palette(colours, dark=dark).ink(parameters))


@pytest.mark.parametrize(
    ("colours", "expected"),
    [
        ("mono", "\x1b[1m"),
        ("8", "\x1b[1;31m"),
        ("16", "\x1b[1;31m"),
        ("256", "\x1b[1;38;5;160m"),
        ("true", "\x1b[1;38;2;205;0;0m"),
    ],
)
def test_a_colour_is_brought_down_to_the_depth(colours: Colours, expected: str) -> None:
    assert sent(colours, f"1;{RED}") == expected


def test_bright_foregrounds_are_bold_on_the_linux_console() -> None:
    assert sent("16", BRIGHT_RED) == "\x1b[91m"
    assert sent("8", BRIGHT_RED) == "\x1b[1;31m"
    assert sent("8", "38;5;9") == "\x1b[1;31m"
    assert sent("8", "97;101") == sent("8", "97;41") == "\x1b[1;37;41m"


def test_without_colours_a_highlight_is_reverse_and_reverse_on_it_is_not() -> None:
    assert sent("mono", DARK) == ""
    assert sent("mono", LIGHT) == "\x1b[7m"
    assert sent("mono", f"7;{DARK}") == "\x1b[7m"
    assert sent("mono", f"7;{LIGHT}") == ""
    assert sent("mono", "48;2;240;240;240", dark=False) == ""
    assert sent("mono", "48;2;0;0;90", dark=False) == "\x1b[7m"


@pytest.mark.parametrize("colours", ["mono", "8"])
def test_italics_are_underlined_where_there_are_none(colours: Colours) -> None:
    assert sent(colours, "3") == "\x1b[4m"
    assert sent(colours, "2;9") == ""


@pytest.mark.parametrize("colours", ["8", "16"])
def test_text_never_vanishes_because_two_colours_fall_together(colours: Colours) -> None:
    ink = Palette(colours).ink("38;2;40;40;40;48;2;18;18;18")
    assert ink.fore[-1] != ink.back[-1]
    assert Palette(colours).ink("38;2;18;18;18;48;2;18;18;18").fore == "30"


def test_dark_grey_text_is_grey_where_it_would_be_bold_black() -> None:
    assert sent("16", "38;2;90;90;90") == "\x1b[90m"
    assert sent("8", "38;2;90;90;90") == "\x1b[37m"
    assert sent("8", f"38;2;90;90;90;{DARK}") == "\x1b[37;40m"


def test_blinking_is_left_out() -> None:
    assert sent("true", "5;6") == ""


def test_a_turn_says_only_what_changes() -> None:
    bold, red = Ink(("1",)), Ink(("1",), fore="31")
    assert turn(bold, bold) == ""
    assert turn(bold, red) == "\x1b[31m"
    assert turn(red, bold) == "\x1b[39m"
    assert turn(red, Ink(fore="31")) == "\x1b[;31m"
    assert turn(red, PLAIN) == "\x1b[m"


def test_blanks_show_only_the_ground() -> None:
    assert Ink(("1",), "31", "44").ground == Ink(back="44")
    assert Ink(("7",), "31", "44").ground == Ink(("7",), "31", "44")


def test_memory_is_bounded() -> None:
    palette = Palette("256")
    for n in range(3 * _MEMO_LIMIT):
        palette.ink(f"38;2;{n % 256};{n // 256};7")
    assert len(palette._known) <= _MEMO_LIMIT


@pytest.mark.parametrize("colours", DEPTHS)
@given(parameters=st.text("0123456789;", max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_parameters_are_read(parameters: str, colours: Colours) -> None:
    ink = Palette(colours).ink(parameters)
    assert set(turn(PLAIN, ink)) <= set("\x1b[0123456789;m")
