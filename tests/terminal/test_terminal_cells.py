from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import get_character_cell_size

from cact_tui.terminal.cells import _SIMPLE, CellGrid
from cact_tui.terminal.glyphs import transliteration
from cact_tui.terminal.sgr import PLAIN, palette_for, turn
from tests.terminal.emulator import SENDABLE, Emulator

if TYPE_CHECKING:
    from cact_tui.terminal.profiles import Charset, Colours

WIDTH, HEIGHT = 12, 4


def grid(
    width: int = WIDTH,
    height: int = HEIGHT,
    *,
    colours: Colours = "256",
    charset: Charset = "utf8",
    background_erase: bool = True,
) -> CellGrid:
    return CellGrid(
        width,
        height,
        palette=palette_for(colours, dark=True),
        transliterate=transliteration(charset),
        background_erase=background_erase,
    )


def painted_cell_by_cell(cells: CellGrid) -> Emulator:
    """Show a grid the plain way: every cell placed and coloured on its own."""
    terminal = Emulator(cells.width, cells.height)
    for y in range(cells.height):
        for x, glyph in enumerate(cells._drawn.glyphs[y]):
            if glyph:
                ink = turn(PLAIN, cells._drawn.inks[y][x])
                terminal.write(f"\x1b[m\x1b[{y + 1};{x + 1}H{ink}{glyph}".encode())
    return terminal


@attrs.frozen
class Draw:
    x: int
    y: int
    sgr: str
    text: str

    def on(self, cells: CellGrid) -> None:
        cells.feed(f"\x1b[{self.y + 1};{self.x + 1}H\x1b[{self.sgr}m{self.text}\x1b[0m")


@attrs.frozen
class Resize:
    width: int
    height: int


STYLES = st.sampled_from(
    ["0", "1", "4", "7", "1;7", "38;2;255;0;0", "48;2;0;0;200", "1;38;2;9;99;199;48;2;0;0;200"],
)
TEXTS = st.one_of(
    st.text("ab c ", max_size=WIDTH),
    st.text("a  é─世界e\u0301", max_size=WIDTH),
    st.just(" " * WIDTH),
)
DRAWS = st.builds(Draw, st.integers(0, WIDTH), st.integers(0, HEIGHT), STYLES, TEXTS)
SIZES = st.builds(Resize, st.integers(1, WIDTH + 3), st.integers(1, HEIGHT + 2))
STEPS = st.lists(
    st.one_of(DRAWS, DRAWS, DRAWS, st.sampled_from(["send", "send", "garble"]), SIZES),
    max_size=25,
)


def play(steps: list[Draw | Resize | str], cells: CellGrid, terminal: Emulator) -> None:
    for step in steps:
        if isinstance(step, Draw):
            step.on(cells)
        elif isinstance(step, Resize):
            cells.resize(step.width, step.height)
            terminal.new_screen(step.width, step.height)
            terminal.write(b"\x1b[7;31m\x1b[2;2Hgarbage")
        elif step == "garble":
            terminal.write(b"\x1b[1;1Hnoise on the line")
            cells.invalidate()
        else:
            send(cells, terminal)
    send(cells, terminal)


def send(cells: CellGrid, terminal: Emulator) -> None:
    frame = cells.take()
    assert SENDABLE.fullmatch(frame)
    terminal.write(frame.encode())


@pytest.mark.parametrize("background_erase", [True, False])
@pytest.mark.parametrize("colours", ["mono", "8", "256"])
@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_the_terminal_ends_up_showing_the_grid_whatever_frames_were_skipped(
    steps: list[Draw | Resize | str],
    colours: Colours,
    background_erase: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    cells = grid(colours=colours, background_erase=background_erase)
    terminal = Emulator(WIDTH, HEIGHT, background_erase=background_erase)
    play(steps, cells, terminal)
    assert terminal.looks() == painted_cell_by_cell(cells).looks()


@pytest.mark.campaign
@given(steps=STEPS)
@settings(max_examples=10_000, deadline=None)
def test_campaign_the_terminal_ends_up_showing_the_grid(
    steps: list[Draw | Resize | str],
) -> None:
    cells, terminal = grid(), Emulator(WIDTH, HEIGHT)
    play(steps, cells, terminal)
    assert terminal.looks() == painted_cell_by_cell(cells).looks()


HOSTILE = st.text(
    st.sampled_from("\x1b[]P;?52c$p6n012HmJK\x07\x9b\x9d\x9c\x90\\ab\u202e\u2028\n\x00世\u0301"),
    max_size=40,
)


@given(texts=st.lists(HOSTILE, max_size=5))
@settings(max_examples=300, deadline=None)
def test_only_inks_positions_and_erasures_leave_a_grid(texts: list[str]) -> None:
    cells = grid()
    for text in texts:
        cells.feed(text)
        assert SENDABLE.fullmatch(cells.take())


@pytest.mark.parametrize(
    "payload",
    [
        "\x1b]52;c;QUJD\x07",
        "\x1b]0;title\x1b\\",
        "\x1bP+q544e\x1b\\",
        "\x1bc",
        "\x1b[6n",
        "\x1b[?1049h",
        "\x9b31m",
        "\x9d52;c;QUJD\x9c",
        "\x07\x08\r\x0e\x0f",
        "\x1b[99999H",
        "\x1b[38;5;99999999999999999999999999m",
        "\u202egnp.exe",
    ],
)
def test_an_escape_sequence_in_content_never_reaches_the_terminal(payload: str) -> None:
    cells = grid()
    cells.feed(f"\x1b[1;1Ha{payload}b")
    frame = cells.take()
    assert SENDABLE.fullmatch(frame)
    assert "QUJD" not in frame
    assert "title" not in frame


def test_nothing_is_sent_when_the_same_is_drawn_again() -> None:
    cells = grid()
    cells.feed("\x1b[2;3H\x1b[1mabc\x1b[0m")
    assert cells.take()
    cells.feed("\x1b[2;3H\x1b[1mxyz\x1b[0m")
    cells.feed("\x1b[2;3H\x1b[1mabc\x1b[0m")
    assert not cells.take()


def test_one_changed_letter_costs_one_position_and_one_letter() -> None:
    cells = grid()
    cells.feed("\x1b[2;3Habcdef")
    cells.take()
    cells.feed("\x1b[2;3HabXdef")
    assert cells.take() == "\x1b[2;5HX"


def test_a_row_that_becomes_blank_is_erased() -> None:
    cells = grid()
    cells.feed("\x1b[2;1Habcdefghijkl")
    cells.take()
    cells.feed("\x1b[2;1H            ")
    assert cells.take() == "\x1b[2H\x1b[K"


def test_blanks_between_words_do_not_change_the_ink() -> None:
    cells = grid()
    cells.feed("\x1b[1;1H\x1b[38;2;255;0;0mab\x1b[0m \x1b[38;2;255;0;0mcd\x1b[0m")
    assert cells.take() == "\x1b[H\x1b[38;5;196mab cd"


def test_half_of_a_wide_character_is_never_left_behind() -> None:
    cells = grid()
    cells.feed("\x1b[1;1H世界")
    cells.feed("\x1b[1;2Hx")
    assert cells.text().splitlines()[0] == " x界".ljust(WIDTH - 1)
    cells.feed("\x1b[1;3Hy")
    assert cells.text().splitlines()[0] == " xy ".ljust(WIDTH)


def test_what_follows_a_wide_character_is_placed_anew() -> None:
    cells = grid()
    cells.feed("\x1b[1;1H世a")
    assert cells.take() == "\x1b[H世\x1b[1;3Ha"


def test_a_tower_of_combining_marks_is_cut() -> None:
    cells = grid()
    cells.feed("\x1b[1;1He" + "\u0301" * 500 + "x")
    assert len(cells.take()) < 30


def test_ascii_terminals_get_ascii_in_the_same_cells() -> None:
    cells = grid(charset="ascii")
    cells.feed("\x1b[1;1H┌─“é”…世x")
    frame = cells.take()
    assert frame.isascii()
    assert frame.endswith('+-"e".??x')


def test_joined_emoji_keep_to_their_cells_in_ascii() -> None:
    cells = grid(charset="ascii")
    cells.feed("\x1b[1;1H\U0001f468\u200d\U0001f469\u200d\U0001f467x")
    assert cells.text().splitlines()[0] == "??x".ljust(WIDTH)


def test_the_characters_taken_for_simple_are_one_cell_wide() -> None:
    simple = [chr(n) for n in range(0x20, 0x2900) if _SIMPLE.fullmatch(chr(n))]
    assert {get_character_cell_size(character) for character in simple} == {1}
