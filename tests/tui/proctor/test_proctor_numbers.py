"""Numbers in the table tell people apart, however long they are."""

from __future__ import annotations

import pytest
from attrs import evolve

from cact_tui.tui.lines import length
from cact_tui.tui.proctor.table import NUMBER, heading, number_columns, row_line
from tests.tui.proctor.desk import at_desk
from tests.tui.proctor.scene import ScriptedWindow, row, snapshot

NIPS = tuple(f"19870412201001{number:04}" for number in range(1, 31))
ALIKE_AT_THE_END = ("198704122010012001", "198705122010012001", "198704132010012001")


def test_short_numbers_take_their_usual_room() -> None:
    assert number_columns(("0231", "0232"), 80) == NUMBER
    assert number_columns((), 80) == NUMBER


@pytest.mark.parametrize("numbers", [NIPS, ALIKE_AT_THE_END, ("123456789012", "1")])
@pytest.mark.parametrize("columns", [80, 100])
def test_no_two_look_alike(numbers: tuple[str, ...], columns: int) -> None:
    number = number_columns(numbers, columns)
    people = [evolve(row(1), number=one) for one in numbers]
    lines = [
        row_line(one, columns, "en", chosen=False, marked=False, number=number) for one in people
    ]
    shown = {"".join(span.text for span in one) for one in lines}
    assert len(shown) == len(numbers)
    assert {length(one) for one in (*lines, heading(columns, "en", number))} == {columns}


def test_up_to_twelve_digits_nothing_is_cut() -> None:
    numbers = ("202602200231", "202602200232")
    assert number_columns(numbers, 80) == 13


BATCH = tuple(f"{year}04122010012001" for year in range(1970, 1995))
"""Whoever was appointed in the same month differs only in the date of birth."""


def test_those_that_only_their_beginning_tells_apart_are_whole() -> None:
    assert number_columns(BATCH, 80) == 19


@pytest.mark.parametrize("size", [(80, 24), (132, 43)])
async def test_whoever_was_appointed_in_the_same_month_is_told_apart(size: tuple[int, int]) -> None:
    people = [evolve(row(place), number=nip) for place, nip in enumerate(BATCH, 1)]
    async with at_desk(ScriptedWindow(snapshot(people)), size=size) as desk:
        listed = [line for line in desk.rows[3:-2] if "04122010012001 " in line[:30]]
        assert len({line[9:27] for line in listed}) == len(listed) > 5
        assert all(person.name[:14] in desk.text for person in people[:5])


async def test_a_wide_screen_shows_eighteen_digits_whole() -> None:
    people = [evolve(row(place), number=nip) for place, nip in enumerate(NIPS, 1)]
    async with at_desk(ScriptedWindow(snapshot(people)), size=(132, 43)) as desk:
        assert all(nip in desk.text for nip in NIPS)
        assert all("active" in line for line in desk.rows[4:34])


async def test_the_split_view_shows_them_so() -> None:
    people = [evolve(row(place), number=nip) for place, nip in enumerate(NIPS, 1)]
    async with at_desk(ScriptedWindow(snapshot(people))) as desk:
        listed = [line for line in desk.rows if "...1" in line or "...0" in line]
        assert len({line[9:21] for line in listed}) == len(listed) > 5


@pytest.mark.parametrize("columns", [80, 100, 109, 110, 119, 121, 122, 131, 132, 160])
@pytest.mark.parametrize("numbers", [("0231", "0232"), NIPS])
async def test_at_no_width_is_the_end_of_a_row_cut(columns: int, numbers: tuple[str, ...]) -> None:
    people = [
        evolve(row(place), number=number, left=754) for place, number in enumerate(numbers, 1)
    ]
    async with at_desk(ScriptedWindow(snapshot(people)), size=(columns, 30)) as desk:
        (heading_line,) = [line for line in desk.rows if "answ." in line]
        assert "left" in heading_line
        assert sum("12:34" in line for line in desk.rows) >= 2
