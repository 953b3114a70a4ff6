"""The waiting room sees numbers and progress, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.tui.board import BoardApp, board_lines, pages
from cact_tui.tui.lines import length
from tests.tui.proctor.mono import without_colours
from tests.tui.proctor.scene import NAMES, ScriptedWindow, by_nip, row, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable


def _text(lines: tuple[tuple[object, ...], ...]) -> str:
    return "\n".join("".join(getattr(span, "text", "") for span in spans) for spans in lines)


def test_there_are_numbers_and_no_names() -> None:
    text = _text(board_lines(snapshot(), 80, 24, "en"))
    assert "0225" in text
    assert "28 taking" in text
    for name in NAMES:
        assert name.split()[0] not in text
    assert "calling" not in text
    assert "too fast" not in text


def test_everybody_is_on_some_page() -> None:
    shown = snapshot([row(number) for number in range(1, 251)])
    count = pages(shown, 80, 24)
    text = "".join(_text(board_lines(shown, 80, 24, "en", page)) for page in range(count))
    assert all(f"{224 + number:04}" in text for number in range(1, 251))


@pytest.mark.parametrize("columns", [80, 132])
def test_long_numbers_are_whole(columns: int) -> None:
    nips = [f"19870412201001{number:04}" for number in range(1, 61)]
    shown = snapshot(evolve(row(place), number=nip) for place, nip in enumerate(nips, 1))
    count = pages(shown, columns, 24)
    each = [board_lines(shown, columns, 24, "en", page) for page in range(count)]
    text = "".join(map(_text, each))
    assert [nip for nip in nips if text.count(nip) != 1] == []
    assert max(length(spans) for lines in each for spans in lines) <= columns


def test_numbers_longer_than_the_screen_keep_their_ends() -> None:
    numbers = [f"{'9' * 36}{number:04}" for number in (1, 2)]
    shown = snapshot(evolve(row(place), number=one) for place, one in enumerate(numbers))
    text = _text(board_lines(shown, 40, 24, "en"))
    assert "99990001" in text
    assert "99990002" in text


def test_progress_gives_way_to_what_tells_long_numbers_apart() -> None:
    numbers = [f"{number:04}{'9' * 36}" for number in (1, 2)]
    shown = snapshot(evolve(row(place), number=one) for place, one in enumerate(numbers))
    lines = board_lines(shown, 44, 24, "en")
    assert all(one in _text(lines) for one in numbers)
    assert max(length(spans) for spans in lines) <= 44


def test_an_empty_sitting_has_one_page() -> None:
    nobody = evolve(snapshot(), rows=())
    assert pages(nobody, 80, 24) == 1
    assert "0 expected" in _text(board_lines(nobody, 80, 24, "en"))


async def test_q_closes_it_and_no_other_key_does_anything() -> None:
    window = ScriptedWindow()
    app = BoardApp(window, language="en")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "f", "enter")
        assert not window.orders
        await pilot.press("q")
        await pilot.pause()
    assert window.closed
    assert not window.orders


@pytest.mark.parametrize("size", [(80, 24), (132, 43)])
def test_waiting_room(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    app = BoardApp(ScriptedWindow(), language="en")
    assert snap_compare(app, terminal_size=size)


def test_waiting_room_in_mono(snap_compare: Callable[..., bool]) -> None:
    app = BoardApp(ScriptedWindow(), language="en")
    without_colours(app)
    assert snap_compare(app, terminal_size=(80, 24))


def test_waiting_room_with_long_numbers(snap_compare: Callable[..., bool]) -> None:
    app = BoardApp(ScriptedWindow(snapshot(by_nip())), language="id")
    assert snap_compare(app, terminal_size=(80, 24))
