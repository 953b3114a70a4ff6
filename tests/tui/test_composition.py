"""Lines, entries, pages and item layouts, without Textual."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.delivery.views import Choice, Fact
from cact_tui.text import width
from cact_tui.tui.entry import Entry, area_lines, field_line, filled
from cact_tui.tui.keys import Key, key
from cact_tui.tui.lines import (
    BLANK,
    Span,
    Tone,
    cursor_place,
    cut,
    length,
    line,
    shortened,
    shortened_in_front,
    spread,
)
from cact_tui.tui.participant.answering import answering
from cact_tui.tui.participant.frame import framed
from cact_tui.tui.participant.item_layout import lay_out
from cact_tui.tui.participant.paging import fact_lines, page_number, paginate
from cact_tui.tui.participant.pick import Pick, pick_lines
from cact_tui.tui.participant.stage import Hint, Page, area_of
from cact_tui.tui.safe import strip
from tests.tui.participant_flow import case_item, item, numeric_item

WORDS = st.lists(st.text("abc é你", min_size=1, max_size=12), max_size=120).map(" ".join)
KEYS = st.sampled_from(
    [Key("left"), Key("right"), Key("home"), Key("end"), Key("backspace"), Key("delete")]
    + [key(letter, letter) for letter in "aé你"]
    + [key("space", " ")]
)


def _text(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def test_the_left_part_of_a_line_gives_way() -> None:
    assert _text(spread(line("abcdef"), line("xyz"), 8)) == "abcd xyz"
    assert _text(spread(line("abcdef"), BLANK, 6)) == "abcdef"


def test_a_wide_character_is_never_cut_in_half() -> None:
    assert _text(cut(line("你好"), 3)) == "你 "


def test_a_text_shortened_in_front_keeps_its_end() -> None:
    assert shortened_in_front("12345678", 8) == "12345678"
    assert shortened_in_front("123456789", 8) == "...56789"
    assert shortened_in_front("あいう123", 7) == "...123"
    assert shortened_in_front("123456789", 2) == ".."


def test_a_shortened_text_says_so() -> None:
    assert shortened("abcdefgh", 8) == "abcdefgh"
    assert shortened("abcd fghij", 8) == "abcd..."


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_strip_has_exactly_the_cells_wanted_and_no_controls(text: str, columns: int) -> None:
    drawn = strip((Span(text, Tone.STRONG), Span(text)), columns)
    assert drawn.cell_length == columns
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in drawn.text)


@given(st.lists(KEYS, max_size=40), st.integers(1, 20))
def test_an_entry_keeps_its_cursor_and_its_limit(keys: list[Key], limit: int) -> None:
    entry = Entry(limit=limit)
    for pressed in keys:
        entry = entry.press(pressed)
        assert 0 <= entry.cursor <= len(entry.text) <= limit
        field = field_line(entry, 8, active=True)
        assert length(field) <= 8
        lines = area_lines(entry, 10)
        assert "".join(_text(row) for row in lines).rstrip("_") == entry.text.rstrip("_")
        assert cursor_place(lines) is not None


def test_an_entry_is_edited_in_its_middle() -> None:
    entry = filled("Sti", 10).press(Key("home")).press(Key("right")).press(key("i", "i"))
    assert entry.text == "Siti"
    assert entry.press(Key("delete")).text == "Sii"
    assert entry.press(Key("backspace")).text == "Sti"


def test_keys_that_mean_the_same_are_the_same() -> None:
    assert key("ctrl+j") == key("ctrl+m") == Key("enter")
    assert key("ctrl+h", "\x08") == Key("backspace")
    assert key("f1", None).character == ""


@given(WORDS, st.integers(3, 30), st.integers(0, 2))
def test_pages_hold_every_line_and_never_too_many(text: str, rows: int, foot: int) -> None:
    lines = [line(word) for word in text.split(" ")]
    pages = paginate(lines, rows, foot)
    assert all(len(page) <= rows for page in pages)
    assert len(pages[-1]) <= rows - foot
    assert [row for page in pages for row in page if row] == [row for row in lines if row]


def test_a_heading_goes_to_the_page_of_its_text() -> None:
    text = ["x" * 70] * 12 + ["", "JUDUL", ""] + ["y" * 70] * 6
    first, second = paginate([line(row) for row in text], 17)
    assert len(first) == 12
    assert _text(second[0]) == "JUDUL"


def test_a_single_page_has_no_number() -> None:
    assert page_number("id", 0, 1) == ""
    assert page_number("id", 1, 3) == "halaman 2 dari 3"


def test_facts_stand_in_two_columns() -> None:
    rows = fact_lines((Fact("Nomor", "1"), Fact("Nama", "a " * 40)), 30)
    assert _text(rows[0]) == "Nomor  1"
    assert _text(rows[2]).startswith("       a")


@given(st.integers(1, 30), st.lists(st.sampled_from(["up", "down", "1", "9"]), max_size=30))
def test_a_list_shows_where_one_stands(count: int, names: list[str]) -> None:
    pick = Pick(count)
    for name in names:
        pick = pick.press(key(name, name if len(name) == 1 else None))
    lines = pick_lines([f"pilihan {n}" for n in range(count)], pick, 40, 7)
    assert len(lines) == min(count, 7)
    assert [_text(row)[0] for row in lines].count(">") == 1
    assert any(_text(row).endswith(f"pilihan {pick.at}") for row in lines)


def test_hints_are_left_out_from_the_end() -> None:
    page = Page(
        language="id",
        body=(),
        left=(Hint("Enter", "kirim"),),
        right=tuple(Hint(f"F{n}", "perintah") for n in range(1, 9)),
    )
    last = _text(framed(page, 80, 24)[-1])
    assert width(last) == 80
    assert "F1 perintah" in last
    assert "F8" not in last


@given(WORDS, WORDS, st.lists(WORDS, min_size=2, max_size=5), st.integers(24, 60))
def test_every_part_of_an_item_is_on_some_page(
    stem: str, case: str, options: list[str], rows: int
) -> None:
    choices = tuple(Choice(f"o{n}", text[:100]) for n, text in enumerate(options))
    view = item(stem=stem, stimulus=case, options=choices)
    for columns in (80, 132):
        area = area_of(columns, rows)
        layout = lay_out(view, area, wide=columns > 100)
        assert [page.answers for page in layout.pages] == [False] * (len(layout.pages) - 1) + [True]
        shown = [_text(row) for page in layout.pages for row in (*page.beside, *page.lines)]
        words = "".join(shown).replace(" ", "")
        assert stem.replace(" ", "") in words
        assert case.replace(" ", "") in words
        stage = answering(view, area)
        for _ in layout.pages:
            page = stage.draw()
            assert len(page.body) <= area.rows
            stage = evolve(stage, desk=stage.press(Key("pagedown")).stage.desk)  # type: ignore[attr-defined]


def test_blank_lines_between_options_only_if_there_is_room() -> None:
    area = area_of(80, 24)
    assert lay_out(item(), area, wide=False).pages[0].loose
    longer = item(stem="\n".join(["baris"] * 10))
    (page,) = lay_out(longer, area, wide=False).pages
    assert not page.loose


def test_a_stem_too_long_is_shown_whole_and_ends_above_the_options() -> None:
    stem = "\n".join(f"baris {n}" for n in range(1, 31))
    layout = lay_out(item(stem=stem), area_of(80, 24), wide=False)
    first, second, last = layout.pages
    assert len(first.lines) + len(second.lines) == 30
    assert _text(last.lines[0]) == "..."
    assert _text(last.lines[-2]) == "baris 30"


def test_a_number_has_its_field_below_the_stem() -> None:
    (page,) = lay_out(numeric_item(), area_of(80, 24), wide=False).pages
    assert page.answers


def test_a_case_too_long_for_side_by_side_is_paged() -> None:
    view = case_item(paragraphs=9)
    assert len(lay_out(view, area_of(120, 24), wide=True).pages) > 1
    assert len(lay_out(case_item(), area_of(120, 24), wide=True).pages) == 1
