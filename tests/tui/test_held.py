"""A test that is held: the proctor can be called, a comment written, nothing else done."""

from __future__ import annotations

import pytest

from cact_tui.delivery.actions import CallForProctor, WriteComment
from cact_tui.delivery.views import Standstill
from cact_tui.tui.keys import Key
from cact_tui.tui.participant.room import Room
from cact_tui.tui.participant.stage import Act, area_of
from tests.tui.participant_flow import standstill_view

WAITING = (Standstill.PAUSED, Standstill.AWAITING, Standstill.REFUSED)


def room(why: Standstill, *, closing: bool = False) -> Room:
    made = Room(area_of(80, 24))
    made.see(standstill_view(why, closing=closing))
    return made


def text(made: Room) -> str:
    page = made.page()
    lines = ["".join(span.text for span in one) for one in page.body]
    hints = [f"{hint.key} {hint.does}" for hint in (*page.left, *page.right)]
    return "\n".join((*lines, *hints, page.status))


@pytest.mark.parametrize("why", WAITING)
def test_the_proctor_is_called_by_key_or_from_the_menu(why: Standstill) -> None:
    by_key, by_menu = room(why), room(why)
    assert "F9 pengawas" in text(by_key)
    by_key.press(Key("f9"))
    assert by_key.press(Key("enter")) == Act(CallForProctor())
    by_menu.press(Key("escape"))
    assert "Kembali" in text(by_menu)
    assert "Lanjutkan tes" not in text(by_menu)
    by_menu.press(Key("3", "3"))
    assert by_menu.press(Key("enter")) == Act(CallForProctor())
    by_menu.done(CallForProctor())
    assert "pengawas sudah dipanggil" in text(by_menu).casefold()


@pytest.mark.parametrize("why", WAITING)
def test_a_comment_is_written_while_nothing_goes_on(why: Standstill) -> None:
    held = room(why)
    held.press(Key("f4"))
    held.paste("Lampu padam.")
    assert held.press(Key("enter")) == Act(WriteComment("Lampu padam."))


@pytest.mark.parametrize("why", [Standstill.LEFT, Standstill.TAKEN_OVER, Standstill.TROUBLE])
def test_where_nobody_waits_for_a_proctor_nothing_is_offered(why: Standstill) -> None:
    made = room(why, closing=why is Standstill.TAKEN_OVER)
    before = text(made)
    for key in ("escape", "f9", "f4"):
        assert made.press(Key(key)) is None
    assert text(made) == before
