"""Sizes: too small, growing back, wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cact_tui.text import width
from cact_tui.tui.participant.notices import too_small
from tests.tui.participant_flow import case_item, end_view, identity_view, item, passage_view

if TYPE_CHECKING:
    from tests.tui.seat import Sit


async def test_below_80x24_both_languages_say_so_and_the_time_stands_still(sit: Sit) -> None:
    async with sit(case_item(paragraphs=3)) as seat:
        await seat.press("space", "space", "c")
        await seat.resize(79, 24)
        await seat.settle()
        assert "Layar ini terlalu kecil." in seat.text
        assert "This window is too small." in seat.text
        assert "79x24" in seat.text
        assert seat.flow.told[-1] == "hidden"
        await seat.press("b", "enter", "enter")
        await seat.resize(80, 24)
        await seat.settle()
        assert "(*) C" in seat.text
        assert "halaman 3 dari 3" in seat.rows[1]
        assert seat.flow.told[-1] == "appeared"
        assert seat.flow.responses == []


async def test_what_was_typed_survives_a_small_terminal(sit: Sit) -> None:
    async with sit(identity_view()) as seat:
        await seat.type("0231")
        await seat.resize(40, 10)
        await seat.type("99")
        await seat.resize(100, 30)
        await seat.settle()
        assert "[0231_" in seat.text


async def test_a_view_that_comes_while_small_is_shown_later(sit: Sit) -> None:
    async with sit(item(), size=(60, 20)) as seat:
        seat.flow.show(item(item="dl-009", position=9))
        await seat.settle()
        assert seat.flow.told == []
        await seat.resize(80, 24)
        await seat.settle()
        assert "Soal 9" in seat.text
        assert "appeared" in seat.flow.told


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (119, 24), (120, 30), (132, 43), (300, 120)])
async def test_every_size_is_filled_exactly(sit: Sit, size: tuple[int, int]) -> None:
    columns, rows = size
    for view in (item(), case_item(paragraphs=3), passage_view(3), end_view()):
        async with sit(view, size=size) as seat:
            assert len(seat.rows) == rows
            lines = ["".join(span.text for span in spans) for spans in seat.app.sheet.lines]
            assert all(width(text) <= columns for text in lines)
            assert seat.rows[-3] == "─" * columns


async def test_wide_terminals_show_case_and_question_side_by_side(sit: Sit) -> None:
    async with sit(case_item(paragraphs=3), size=(132, 43)) as seat:
        assert "│ ( ) A  Membalas" in seat.text
        assert "Kantor Anda menyatukan" in seat.text
        assert "last page" in seat.flow.told
        await seat.press("a")
        await seat.resize(80, 24)
        await seat.settle()
        assert "(*) A" in seat.text
        assert "halaman 3 dari 3" in seat.text


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (20, 3), (79, 24), (80, 23)])
def test_the_notice_fits_any_size(size: tuple[int, int]) -> None:
    columns, rows = size
    lines = too_small(columns, rows)
    assert len(lines) <= rows
    assert all(sum(span.width for span in spans) <= columns for spans in lines)
