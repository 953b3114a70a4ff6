"""Every screen on terminals without colours, without UTF-8, or in a console's font."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cact_tui.terminal.glyphs import transliteration
from cact_tui.tui.lines import Tone
from cact_tui.tui.safe import STYLES
from tests.tui.participant_flow import item, multiple_item
from tests.tui.test_snapshots import SCREENS

if TYPE_CHECKING:
    from cact_tui.terminal.profiles import Charset
    from tests.tui.seat import Sit


CHARSETS: tuple[Charset, ...] = ("ascii", "console")


@pytest.mark.parametrize("name", SCREENS)
async def test_every_glyph_has_a_twin(sit: Sit, name: str) -> None:
    view, keys = SCREENS[name]
    async with sit(view) as seat:
        await seat.press(*keys)
        for charset in CHARSETS:
            mapped = transliteration(charset)
            assert mapped is not None
            assert mapped(seat.text).count("?") == seat.text.count("?")


async def test_a_choice_is_seen_without_colours(sit: Sit) -> None:
    for view, mark in ((item(), "(*)"), (multiple_item(), "[x]")):
        async with sit(view) as seat:
            assert mark not in seat.text
            await seat.press("b")
            assert f"{mark}" in next(row for row in seat.rows if "B  Melaporkan" in row)


def test_tones_are_few_and_keep_the_terminal_s_own_background() -> None:
    assert {tone for tone in Tone if STYLES[tone].color} == {Tone.ALERT, Tone.GOOD, Tone.WARN}
    assert not [tone for tone in Tone if STYLES[tone].bgcolor]
