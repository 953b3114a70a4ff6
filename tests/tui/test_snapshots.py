"""Every screen as a picture at 80x24; several in English, one wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.delivery.views import Passage, Saving, Standstill
from cact_tui.tui.participant.app import ParticipantApp
from tests.tui.participant_flow import (
    HastyClock,
    ScriptedFlow,
    case_item,
    confirm_view,
    end_view,
    finished_view,
    identity_view,
    item,
    language_view,
    message_view,
    multiple_item,
    numeric_item,
    passage_view,
    paused_view,
    pin_view,
    standstill_view,
    takeover_view,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.views import View

PROFILE = "Profil (uji coba)\n\n" + "\n".join(f"Kompetensi {n}   tingkat 3" for n in range(1, 9))
LONG_STEM = "\n\n".join([item().stem] * 4)

SCREENS: dict[str, tuple[View, tuple[str, ...]]] = {
    "language": (language_view(2), ()),
    "identity": (identity_view("Nomor ini tidak ada dalam daftar."), ("0", "2", "tab", "tab", "2")),
    "privacy": (passage_view(4, passage=Passage.PRIVACY, title="PEMBERITAHUAN PRIVASI"), ()),
    "section": (passage_view(1), ()),
    "confirm": (confirm_view(problem="Ketik tepat SETUJU."), ("s", "e", "t")),
    "item": (item(), ("b",)),
    "item_asks": (item(), ("b", "enter")),
    "item_not_saved": (
        item(saving=Saving.NOT_SAVED, status="BELUM TERSIMPAN – dicoba lagi"),
        ("b",),
    ),
    "item_practice": (item(practice=True, at_most=0, status="", saving=Saving.NONE), ()),
    "item_trial": (item(trial=True), ()),
    "item_multiple": (multiple_item(), ("a", "down", "down")),
    "item_number": (numeric_item(), ("6", "6")),
    "item_case": (case_item(paragraphs=2), ()),
    "item_case_question": (case_item(paragraphs=2), ("space", "space", "c")),
    "item_long_stem": (item(stem=LONG_STEM), ("space",)),
    "case_again": (case_item(paragraphs=1), ("f2",)),
    "menu": (case_item(), ("escape",)),
    "help": (item(), ("f1",)),
    "comment": (item(), ("f4", *"soal")),
    "proctor": (item(), ("f9",)),
    "leave": (item(), ("escape", "6", *"KEL")),
    "clock_hidden": (item(), ("f3",)),
    **{why.value: (standstill_view(why), ()) for why in Standstill},
    "identity_pin": (
        pin_view("Nomor atau PIN tidak cocok. Masih 4 kesempatan."),
        ("0", "2", "tab", "4", "8", "2"),
    ),
    "identity_finished": (finished_view(), ("0", "2")),
    "confirm_takeover": (takeover_view(), ()),
    "paused_why": (paused_view(), ()),
    "message": (message_view("Listrik padam, 10 menit.\n\nMohon tetap duduk."), ()),
    "item_extra_time": (
        item(saving=Saving.NONE, status="waktu tambahan: 10 menit", answered=7),
        ("b",),
    ),
    "end": (end_view(), ()),
    "end_profile": (end_view(profile=PROFILE, trial=True), ("enter",)),
}
ENGLISH: dict[str, tuple[View, tuple[str, ...]]] = {
    "identity": (identity_view(language="en"), ()),
    "identity_finished": (finished_view("en"), ("0", "2")),
    "confirm": (confirm_view("en"), ()),
    "item": (item("en"), ("b",)),
    "item_asks": (multiple_item("en"), ("b", "c", "enter")),
    "menu": (case_item("en"), ("escape",)),
    "help": (item("en"), ("f1",)),
    "leave": (item("en"), ("escape", "6")),
}


def _app(view: View) -> ParticipantApp:
    return ParticipantApp(ScriptedFlow([view]), HastyClock())


@pytest.mark.parametrize("name", SCREENS)
def test_screen(snap_compare: Callable[..., bool], name: str) -> None:
    view, keys = SCREENS[name]
    assert snap_compare(_app(view), press=keys)


@pytest.mark.parametrize("name", ENGLISH)
def test_english_screen(snap_compare: Callable[..., bool], name: str) -> None:
    view, keys = ENGLISH[name]
    assert snap_compare(_app(view), press=keys)


def test_wide_screen(snap_compare: Callable[..., bool]) -> None:
    view = evolve(case_item(paragraphs=3), saving=Saving.SAVED)
    assert snap_compare(_app(view), press=("b",), terminal_size=(132, 43))


def test_too_small_screen(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(_app(item()), terminal_size=(60, 20))
