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


def test_those_that_only_their_beginning_tells_apart_are_whole_where_there_is_room() -> None:
    numbers = ("198704122010012001", "199104122010012001")
    assert number_columns(numbers, 80) == 18
    assert number_columns(numbers, 100) == 19


async def test_the_split_view_shows_them_so() -> None:
    people = [evolve(row(place), number=nip) for place, nip in enumerate(NIPS, 1)]
    async with at_desk(ScriptedWindow(snapshot(people))) as desk:
        listed = [line for line in desk.rows if "...1" in line or "...0" in line]
        assert len({line[9:18] for line in listed}) == len(listed) > 5
