"""The waiting room sees numbers and progress, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.tui.board import BoardApp, board_lines, pages
from tests.tui.proctor.scene import NAMES, ScriptedWindow, row, snapshot

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
